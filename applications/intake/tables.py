"""Bytes to a header and numbered records, whatever the file: delimited text or a workbook. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

from applications.intake import delimited, workbooks
from applications.intake.faults import Finding, Kind, UnreadableFile
from applications.intake.records import Record

TITLE_ROWS = 5
_TITLE_CELLS = 3
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
        header, records = _header_of(filled, knows)
        return Table("xlsx", "", header, records, sheet.name, sheet.height)
    text = delimited.open_text(data)
    header, records = _header_of(text.records, knows)
    return Table(text.encoding, text.delimiter, header, records, lines=text.lines)


def _header_of(
    records: Iterator[Record], knows: Callable[[Sequence[str]], bool]
) -> tuple[Record, Iterator[Record]]:
    """Part the headings from the rows below them.

    They are the first row within a few that names columns we know; failing that, the first row,
    unless it is a title: a few cells, and soon comes a row that is as wide as an application.
    """
    above: list[Record] = []
    broken: UnreadableFile | None = None
    try:
        for record in islice(records, TITLE_ROWS + 1):
            above.append(record)
            if _filled(above[0]) >= _HEADER_CELLS or knows(record.cells):
                break
    except UnreadableFile as error:
        broken = error  # whoever comes to that row will hear of it
    if not above:
        raise broken or UnreadableFile(0, Finding(Kind.EMPTY_FILE))
    place = next((place for place, record in enumerate(above) if knows(record.cells)), None)
    if place is None and _filled(above[0]) <= _TITLE_CELLS:
        wide = (place for place, record in enumerate(above) if _filled(record) >= _HEADER_CELLS)
        place = next(wide, None)
    place = place or 0
    return above[place], _below(above[place + 1 :], broken, records)


def _below(
    first: list[Record], broken: UnreadableFile | None, records: Iterator[Record]
) -> Iterator[Record]:
    yield from first
    if broken:
        raise broken
    yield from records


def _filled(record: Record) -> int:
    return sum(1 for cell in record.cells if cell.strip())
