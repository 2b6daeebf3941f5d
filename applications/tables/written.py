"""Rows of cells to the bytes of a file. Pure, and a row at a time."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import IO, Final

import xlsxwriter

from applications.tables.cells import Cell, harmful, harmless, say

BATCH: Final = 200
BYTE_ORDER_MARK: Final = "\ufeff"
SHEET: Final = "List"
# The name of the headings and the rows below them: what a letter's mail merge asks for.
TABLE: Final = "people"
_WIDTH: Final = 22
_WORKBOOK: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write_csv(
    notes: Sequence[str], headings: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> Iterator[bytes]:
    """Yield a CSV file: UTF-8 with a byte order mark, CRLF, quoted as RFC 4180 says.

    Args:
        notes: lines above the headings, each a row of one cell.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    text.write(BYTE_ORDER_MARK)
    writer.writerows([harmless(note)] for note in notes)
    writer.writerow([harmless(heading) for heading in headings])
    remaining = iter(rows)
    while True:
        for row in islice(remaining, BATCH):
            writer.writerow([_plain(cell) for cell in row])
        if not text.tell():
            return
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def write_xlsx(
    notes: Sequence[str],
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    to: IO[bytes],
) -> None:
    """Write a workbook of one sheet into a file that is open for writing.

    Text is written as text, never as a formula, a number or a link: a telephone number or a
    reference keeps all its digits and its plus sign. Numbers are numbers.

    Args:
        notes: lines above the headings, each a row of one cell.
    """
    with xlsxwriter.Workbook(to, _WORKBOOK) as book:
        sheet = book.add_worksheet(SHEET)
        text = book.add_format({"num_format": "@"})
        guarded = book.add_format({"num_format": "@", "quote_prefix": True})
        heading = book.add_format({"bold": True, "num_format": "@", "bottom": 1})
        sheet.set_column(0, max(len(headings) - 1, 0), _WIDTH)
        for number, note in enumerate(notes):
            sheet.write_string(number, 0, note, guarded if harmful(note) else text)
        top = len(notes)
        for column, title in enumerate(headings):
            sheet.write_string(top, column, title, heading)
        last = top
        for last, row in enumerate(rows, start=top + 1):
            for column, cell in enumerate(row):
                if isinstance(cell, int | Decimal):
                    sheet.write_number(last, column, cell)
                elif written := say(cell):
                    form = guarded if harmful(written) else text
                    sheet.write_string(last, column, written, form)
        sheet.freeze_panes(top + 1, 0)
        corner = xlsxwriter.utility.xl_rowcol_to_cell(last, len(headings) - 1, True, True)
        book.define_name(TABLE, f"={SHEET}!$A${top + 1}:{corner}")


def _plain(cell: Cell) -> str:
    return str(cell) if isinstance(cell, int | Decimal) else harmless(say(cell))
