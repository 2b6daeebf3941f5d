"""Bytes to a header and numbered records, whatever the file: delimited text or a workbook. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count

from applications.intake import delimited, workbooks
from applications.intake.faults import Finding, Kind, UnreadableFile
from applications.intake.records import Record

TITLE_ROWS = 5
_HEADER_CELLS = 6


@dataclass(frozen=True, slots=True)
class Table:
    """A readable file: its headings, and a stream of the rows below them.

    Attributes:
        encoding: as Python names it; "xlsx" for a workbook.
        delimiter, sheet: of a text, of a workbook; "" otherwise.
        lines: about how many records there are, to say how far the reading is.
    """

    encoding: str
    delimiter: str
    header: Record
    records: Iterator[Record]
    sheet: str = ""
    lines: int = 0


def read_table(data: bytes, knows: Callable[[Sequence[str]], bool] = lambda _: False) -> Table:
    """Open a file.

    The records are read as they are asked for, so that a long file is never held twice; blank
    rows are passed over, and so are a few rows of title above the headings.

    Args:
        knows: tells whether a row names columns that we look for; of several sheets, the first
            that has such a row is read.

    Raises:
        UnreadableFile: at once if it is no file of ours or there is no row; while the records are
            read, if the quoting is broken.
    """
    if workbooks.is_workbook(data):
        sheet = workbooks.open_sheet(data, knows)
        numbered = (
            Record(row, row, row, cells) for row, cells in zip(count(1), sheet.rows, strict=False)
        )
        filled = (record for record in numbered if not record.is_blank())
        header, records = _header_of(filled)
        return Table("xlsx", "", header, records, sheet.name, sheet.height)
    text = delimited.open_text(data)
    header, records = _header_of(text.records)
    return Table(text.encoding, text.delimiter, header, records, lines=text.lines)


def _header_of(records: Iterator[Record]) -> tuple[Record, Iterator[Record]]:
    """Part the headings from the rows below them.

    The first row has them, unless it is a title: a single cell, and within a few rows comes one
    that is as wide as an application.
    """
    above: list[Record] = []
    for record in records:
        filled = sum(1 for cell in record.cells if cell.strip())
        if above and filled >= _HEADER_CELLS:
            return record, records
        above.append(record)
        if filled > 1 or len(above) > TITLE_ROWS:
            break
    if not above:
        raise UnreadableFile(0, Finding(Kind.EMPTY_FILE))
    return above[0], chain(above[1:], records)
