"""Read a web form's export of applications. Pure: bytes in, rows and faults out.

    archives   may this archive be opened at all?
    workbooks  an XLSX -> rows of text           delimited  a CSV -> rows of text
    tables     bytes -> headings and records, whichever of the two it is
    columns    the wording of the headings -> fields   layouts  the same headings again
    rows       a record -> an application, or what is wrong with it
               by way of values, dates, consents and statuses, which read a cell each

Every row of data becomes either a `Row` or a `RowFault`, never both and never neither. A file
that cannot be read as a whole gives no rows and one fault. Rows are numbered as a spreadsheet
shows them: the header is row 1, the first application row 2, and a cell of several lines is one
cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from applications.institutions import SEED
from applications.intake.columns import (
    MAX_COLUMNS,
    Column,
    Field,
    field_of,
    knows,
    map_columns,
    require_headings,
    width_of,
)
from applications.intake.faults import Finding, Kind, Params, RowFault, UnreadableFile, shorten
from applications.intake.records import Record
from applications.intake.rows import ApplicantRow, Reading, Resolve, read_row
from applications.intake.tables import Table, read_table
from applications.intake.values import parse_email
from applications.wording import fold

__all__ = [
    "ApplicantRow",
    "Column",
    "Field",
    "Finding",
    "Intake",
    "Kind",
    "Row",
    "RowFault",
    "Sample",
    "Table",
    "open_table",
    "read",
    "read_rows",
    "sample",
]

TELL_EVERY = 500
_REPEATED_CELLS = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """The headings of a file and the cells of its first rows."""

    encoding: str
    sheet: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """An application that can be taken over, and what a person should look at in it.

    Attributes:
        answered: the fields whose cell said something that could be read; the others have a value
            that nobody wrote. How the values came to be is no part of what they are.
    """

    number: int
    values: ApplicantRow
    warnings: tuple[Finding, ...] = ()
    answered: frozenset[Field] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Intake:
    """What a file says.

    Attributes:
        encoding, delimiter, sheet: as detected; "" if the reading did not come so far.
        columns: what each column was taken for.
        rows, faults: in the order of the file.
        refused: the file as a whole could not be read; `rows` is empty, `faults` says why.
    """

    encoding: str = ""
    delimiter: str = ""
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    faults: tuple[RowFault, ...] = ()
    refused: bool = False
    sheet: str = ""

    @property
    def fields(self) -> frozenset[Field]:
        """What the file has a column for."""
        return frozenset(column.field for column in self.columns if column.field is not None)

    @property
    def data_rows(self) -> int:
        """How many rows of data the file has: those kept and those left out."""
        return 0 if self.refused else len(self.rows) + len(self.faults)


def open_table(data: bytes) -> Table:
    """Open a file and find its headings; of a workbook, the sheet that has them.

    Raises:
        UnreadableFile: the fault says why.
    """
    table = read_table(data, knows)
    width = width_of(table.header.cells)
    if width > MAX_COLUMNS:
        found: Params = {"columns": width, "limit": MAX_COLUMNS}
        raise UnreadableFile(table.header.row, Finding(Kind.TOO_MANY_COLUMNS, found))
    return table


def sample(data: bytes, *, rows: int = 3) -> Sample:
    """Look at the beginning of a file, be its headings known or not.

    Raises:
        UnreadableFile: it is no file of ours, or has no headings or no rows.
    """
    table = open_table(data)
    require_headings(table.header.cells, row=table.header.row)
    first = tuple(islice(table.records, rows))
    if not first:
        raise UnreadableFile(0, Finding(Kind.NO_ROWS, {"row": table.header.row}))
    width = width_of(table.header.cells)
    return Sample(
        table.encoding,
        table.sheet,
        table.header.cells[:width],
        tuple((record.cells + ("",) * width)[:width] for record in first),
    )


def read(
    data: bytes,
    *,
    resolve: Resolve = SEED.resolve,
    chosen: Mapping[int, Field | None] | None = None,
) -> Intake:
    """Read an export. Any bytes whatever give an answer; nothing is raised.

    Args:
        data: the file.
        resolve: knows the institutions.
        chosen: what a person said about columns, by index from 0: a field, or None for a column
            to leave out. The other columns are known by their wording.
    """
    try:
        table = open_table(data)
    except UnreadableFile as error:
        return Intake(faults=(error.fault,), refused=True)
    return read_rows(table, resolve=resolve, chosen=chosen)


def read_rows(
    table: Table,
    *,
    resolve: Resolve = SEED.resolve,
    chosen: Mapping[int, Field | None] | None = None,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> Intake:
    """Read an open file to its end; nothing is raised.

    Args:
        tell: is told now and then how many rows are read, of about how many.
    """
    found = (table.encoding, table.delimiter)
    columns: tuple[Column, ...] = ()
    try:
        columns = map_columns(table.header.cells, row=table.header.row, chosen=chosen)
        rows, faults = _read_records(table, columns, lru_cache(maxsize=4096)(resolve), tell)
    except UnreadableFile as error:
        return Intake(*found, columns, (), (error.fault,), refused=True, sheet=table.sheet)
    return Intake(*found, columns, tuple(rows), tuple(faults), sheet=table.sheet)


def _read_records(
    table: Table,
    columns: tuple[Column, ...],
    resolve: Resolve,
    tell: Callable[[int, int], None],
) -> tuple[list[Row], list[RowFault]]:
    """Read every record; of several valid rows with one address the first is kept.

    Raises:
        UnreadableFile: there is no row, or the quoting breaks off half-way.
    """
    rows: list[Row] = []
    faults: list[RowFault] = []
    row_of_email: dict[str, int] = {}
    answered: dict[frozenset[Field], frozenset[Field]] = {}  # most rows answer the same questions
    for record in table.records:
        if (len(rows) + len(faults)) % TELL_EVERY == 0:
            tell(record.row, max(table.lines, record.row))
        reading = _read_record(record, table.header, columns, resolve)
        if reading.values is None:
            first, *further = reading.faults
            faults.append(RowFault(record.row, first, tuple(further)))
            continue
        email = reading.values.email
        first_row = row_of_email.setdefault(email, record.row)
        if first_row != record.row:
            repeated: Params = {"email": email, "first_row": first_row}
            faults.append(RowFault(record.row, Finding(Kind.DUPLICATE_EMAIL, repeated)))
        else:
            same = answered.setdefault(reading.answered, reading.answered)
            rows.append(Row(record.row, reading.values, reading.warnings, same))
    if not (rows or faults):
        raise UnreadableFile(0, Finding(Kind.NO_ROWS, {"row": table.header.row}))
    return rows, faults


def _read_record(
    record: Record, header: Record, columns: tuple[Column, ...], resolve: Resolve
) -> Reading:
    """Read one record whose cells stand under the columns, or say why they do not."""
    width = len(columns)
    cells, beyond = record.cells[:width], record.cells[width:]
    if _repeats_header(cells, columns):
        return _fault(Finding(Kind.REPEATED_HEADER))
    if len(cells) < width or any(map(str.strip, beyond)):
        found: Params = {
            "line": record.line,
            "last_line": record.last_line,
            "cells": len(record.cells),
            "expected": width,
        }
        return _fault(Finding(Kind.WRONG_NUMBER_OF_CELLS, found))
    spoilt = next((index for index, cell in enumerate(cells) if "\0" in cell), None)
    if spoilt is not None:
        header_cell = shorten(columns[spoilt].header.strip())
        return _fault(Finding(Kind.NUL_BYTE, {"header": header_cell, "line": record.line}))
    return read_row(
        {column.field: cells[column.index] for column in columns if column.field is not None},
        resolve,
    )


def _repeats_header(cells: tuple[str, ...], columns: tuple[Column, ...]) -> bool:
    """Tell whether a row names the columns over again, in the same words or in other ones.

    A row with an address in it is somebody's application, whatever else it says.
    """
    index = next(column.index for column in columns if column.field == Field.EMAIL)
    if index >= len(cells) or parse_email(cells[index]):
        return False
    said = [(cells[c.index], c) for c in columns if c.index < len(cells) and cells[c.index].strip()]
    if said and all(fold(cell) == fold(column.header) for cell, column in said):
        return True
    named = sum(1 for cell, column in said if column.field and field_of(cell) == column.field)
    return field_of(cells[index]) == Field.EMAIL and named >= max(_REPEATED_CELLS, len(said) // 2)


def _fault(finding: Finding) -> Reading:
    return Reading(None, (finding,), ())
