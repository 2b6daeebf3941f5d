"""An Excel workbook (XLSX) to rows of text, as its cells are shown. Pure.

Which sheet: the first whose first row names columns that we know, else the first that is not empty.
Formulas count with the value that was stored with them; nothing is computed, no macro is run.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from applications.intake.archives import (
    DamagedArchive,
    OversizedArchive,
    ProtectedArchive,
    look_through,
)
from applications.intake.faults import Finding, Kind, UnreadableFile

ZIP: Final = b"PK"
COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # XLS, and any Office file with a password

_PASSWORD: Final = "EncryptedPackage".encode("utf-16-le")
_MAX_SHEETS: Final = 20
_ROWS_SEEN: Final = 6
_EXACT: Final = 1e15  # beyond it a spreadsheet has rounded the number
_HALF_A_SECOND = timedelta(milliseconds=500)

Value = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook and its rows from row 1 on, blank ones among them."""

    name: str
    rows: Iterator[tuple[str, ...]]
    height: int


def is_workbook(data: bytes) -> bool:
    """Tell whether this is some workbook, ours to read or not."""
    return data.startswith((ZIP + b"\x03\x04", ZIP + b"\x05\x06", COMPOUND))


def open_sheet(data: bytes, knows: Callable[[Sequence[str]], bool]) -> Sheet:
    """Open the sheet with the applications.

    Args:
        knows: tells whether a row names columns of an application.

    Raises:
        UnreadableFile: it is no workbook that we take, or all its sheets are empty.
    """
    _check(data)
    with _trusting_nothing():
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        metadata = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    chosen: CalamineSheet | None = None
    for each in metadata[:_MAX_SHEETS]:
        with _trusting_nothing():
            sheet = book.get_sheet_by_name(each.name)
        filled = (row for row in _rows(sheet) if any(map(str.strip, row)))
        first = list(islice(filled, _ROWS_SEEN))
        if any(map(knows, first)):
            chosen = sheet
            break
        if first and chosen is None:
            chosen = sheet
    if chosen is None:
        raise UnreadableFile(0, Finding(Kind.EMPTY_FILE))
    return Sheet(chosen.name, _rows(chosen), chosen.total_height)


def _check(data: bytes) -> None:
    """Refuse what is no workbook of ours before it is opened."""
    if data.startswith(COMPOUND):
        kind = Kind.PROTECTED_WORKBOOK if _PASSWORD in data else Kind.WORKBOOK
        raise UnreadableFile(0, Finding(kind))
    try:
        entries = {name.lower() for name in look_through(data)}
    except ProtectedArchive as error:
        raise UnreadableFile(0, Finding(Kind.PROTECTED_WORKBOOK)) from error
    except OversizedArchive as error:
        raise UnreadableFile(0, Finding(Kind.OVERSIZED_WORKBOOK)) from error
    except DamagedArchive as error:
        raise UnreadableFile(0, Finding(Kind.DAMAGED_WORKBOOK)) from error
    if any(name.endswith("vbaproject.bin") for name in entries):
        raise UnreadableFile(0, Finding(Kind.MACRO_WORKBOOK))
    if "xl/workbook.xml" not in entries:
        raise UnreadableFile(0, Finding(Kind.WORKBOOK))


@contextmanager
def _trusting_nothing() -> Iterator[None]:
    """Whatever the reading library stumbles over is a damaged workbook.

    It is a compiled library whose own assertions surface as an exception of no importable class.
    """
    try:
        yield
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise UnreadableFile(0, Finding(Kind.DAMAGED_WORKBOOK)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableFile(0, Finding(Kind.DAMAGED_WORKBOOK)) from error


def _rows(sheet: CalamineSheet) -> Iterator[tuple[str, ...]]:
    rows = iter(sheet.iter_rows())
    while True:
        with _trusting_nothing():
            row = next(rows, None)
            cells = () if row is None else tuple(map(_text, row))
        if row is None:
            return
        yield cells


def _text(value: Value) -> str:
    """A cell as the readers of cells understand it: a number without its ".0", an ISO date."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < _EXACT
        return str(int(value)) if whole else repr(value)
    if isinstance(value, datetime):
        nearest = value + _HALF_A_SECOND if value.microsecond else value
        return nearest.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
