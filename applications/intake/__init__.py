"""Read a web form's export of applications. Pure: bytes in, rows and faults out.

    tables   bytes -> header and records (encoding, delimiter, quoting)
    columns  the wording of the header -> fields
    rows     a record -> an application, or what is wrong with it (by way of values and dates)

Every row of data becomes either a `Row` or a `RowFault`, never both and never neither. A file
that cannot be read as a whole gives no rows and one fault. Rows are numbered as a spreadsheet
shows them: the header is row 1, the first application row 2, and a cell of several lines is one
cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from applications.intake.columns import Column, Field, map_columns
from applications.intake.faults import Finding, Kind, Params, RowFault, UnreadableFile
from applications.intake.rows import ApplicantRow, Reading, read_row
from applications.intake.tables import Record, Table, read_table

__all__ = [
    "ApplicantRow",
    "Column",
    "Field",
    "Finding",
    "Intake",
    "Kind",
    "Row",
    "RowFault",
    "read",
]


@dataclass(frozen=True, slots=True)
class Row:
    """An application that can be taken over, and what a person should look at in it."""

    number: int
    values: ApplicantRow
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    """What a file says.

    Attributes:
        encoding, delimiter: as detected; "" if the reading did not come so far.
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

    @property
    def data_rows(self) -> int:
        """How many rows of data the file has: those kept and those left out."""
        return 0 if self.refused else len(self.rows) + len(self.faults)


def read(data: bytes, *, chosen: Mapping[int, Field | None] | None = None) -> Intake:
    """Read an export. Any bytes whatever give an answer; nothing is raised.

    Args:
        data: the file.
        chosen: what a person said about columns, by index from 0: a field, or None for a column
            to leave out. The other columns are known by their wording.
    """
    try:
        table = read_table(data)
    except UnreadableFile as error:
        return Intake(faults=(error.fault,), refused=True)
    columns: tuple[Column, ...] = ()
    try:
        columns = map_columns(table.header.cells, row=table.header.row, chosen=chosen)
        rows, faults = _read_records(table, columns)
    except UnreadableFile as error:
        return Intake(table.encoding, table.delimiter, columns, (), (error.fault,), refused=True)
    return Intake(table.encoding, table.delimiter, columns, tuple(rows), tuple(faults))


def _read_records(table: Table, columns: tuple[Column, ...]) -> tuple[list[Row], list[RowFault]]:
    """Read every record; of several valid rows with one address the first is kept.

    Raises:
        UnreadableFile: the quoting breaks off half-way.
    """
    rows: list[Row] = []
    faults: list[RowFault] = []
    row_of_email: dict[str, int] = {}
    for record in table.records:
        reading = _read_record(record, table.header, columns)
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
            rows.append(Row(record.row, reading.values, reading.warnings))
    return rows, faults


def _read_record(record: Record, header: Record, columns: tuple[Column, ...]) -> Reading:
    """Read one record whose cells stand under the columns, or say why they do not."""
    width = len(columns)
    cells, beyond = record.cells[:width], record.cells[width:]
    if record.cells == header.cells:
        return _fault(Finding(Kind.REPEATED_HEADER))
    if len(cells) < width or any(map(str.strip, beyond)):
        found: Params = {
            "line": record.line,
            "last_line": record.last_line,
            "cells": len(record.cells),
            "expected": width,
        }
        return _fault(Finding(Kind.WRONG_NUMBER_OF_CELLS, found))
    if any("\0" in cell for cell in cells):
        return _fault(Finding(Kind.NUL_BYTE))
    return read_row(
        {column.field: cells[column.index] for column in columns if column.field is not None}
    )


def _fault(finding: Finding) -> Reading:
    return Reading(None, (finding,), ())
