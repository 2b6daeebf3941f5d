"""Delimited text to numbered records: encoding, delimiter, quoting. Pure.

Encodings: UTF-8 with or without a byte order mark, UTF-16 with or without one, and Big5 with the
Hong Kong Supplementary Character Set. Delimiters: comma, semicolon, tab, vertical bar, or the one
that a spreadsheet's `sep=` line declares. Quoting is RFC 4180's, read strictly: a quotation mark
that is not closed would swallow the rows after it without a word. Spaces between a delimiter and a
cell are no part of it, or a quotation mark after them would be.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest

from applications.intake.faults import Finding, Kind, UnreadableFile
from applications.intake.records import Record

DELIMITERS = (",", ";", "\t", "|")
LONGEST_CELL = 2 * 1024 * 1024
csv.field_size_limit(LONGEST_CELL)  # a cell of 1 MB is one row's fault, not the end of the file

_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])(?:\r\n?|\n)?", re.IGNORECASE)
_BYTES_SEEN = 4096
_ROWS_SEEN = 6
_HEADER_CELLS = 6
# Every Chinese character of Big5 begins with a high byte and most end in one. High bytes that
# never touch, one of them between Latin letters, are the accents of a Western code page instead.
_LATIN_ACCENT = re.compile(rb"[A-Za-z][\x80-\xff][A-Za-z]")
_HIGH_PAIR = re.compile(rb"[\x80-\xff]{2}")


@dataclass(frozen=True, slots=True)
class Text:
    """A readable text and a stream of its rows.

    Attributes:
        lines: how many line ends it has; the rows are about as many.
    """

    encoding: str
    delimiter: str
    records: Iterator[Record]
    lines: int


def open_text(data: bytes) -> Text:
    """Open a delimited text; blank rows are passed over.

    Raises:
        UnreadableFile: at once if the encoding is none of ours; while the records are read, if
            the quoting is broken.
    """
    encoding = detect_encoding(data)
    declared = _SEPARATOR_LINE.fullmatch(_lines(data, encoding).readline())
    skipped = 1 if declared else 0
    delimiter = declared[1] if declared else _detect_delimiter(data, encoding)
    lines = max(data.count(b"\n"), data.count(b"\r"))
    return Text(encoding, delimiter, _records(data, encoding, delimiter, skipped), lines)


def detect_encoding(data: bytes) -> str:
    """Return the Python name of the encoding in which the whole of `data` can be read.

    Raises:
        UnreadableFile: naming the line at which reading stops.
    """
    if data.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif (unmarked := _unmarked_utf16(data)) is not None:
        candidates = [unmarked]
    else:
        candidates = ["utf-8", "big5hkscs"]
    stopped_at = 0
    for encoding in candidates:
        if encoding == "big5hkscs" and _LATIN_ACCENT.search(data) and not _HIGH_PAIR.search(data):
            continue
        try:
            data.decode(encoding)
        except UnicodeDecodeError as error:
            stopped_at = max(stopped_at, error.start)
        else:
            return encoding
    line = data.count(b"\n", 0, stopped_at) + 1
    raise UnreadableFile(0, Finding(Kind.UNREADABLE_FILE, {"line": line}))


def _unmarked_utf16(data: bytes) -> str | None:
    """Recognise UTF-16 without a mark: every second byte of its Latin letters is zero."""
    head = data[:_BYTES_SEEN]
    even, odd, pairs = head[0::2].count(0), head[1::2].count(0), len(head) // 2
    if not even and odd * 4 > pairs:
        return "utf-16-le"
    if not odd and even * 4 > pairs:
        return "utf-16-be"
    return None


def _detect_delimiter(data: bytes, encoding: str) -> str:
    """Return the delimiter that cuts the first row into most cells, or below a title a wide one.

    Not any row: what people write has more semicolons in it than a short row has commas. And a bar
    only where nothing else parts an application: headings in two languages have bars in them.
    """
    found = {delimiter: _widths(data, encoding, delimiter) for delimiter in DELIMITERS}
    rows = zip_longest(*found.values(), fillvalue=0)
    first = next(rows, (0,))
    widths = first
    if max(first) < _HEADER_CELLS:
        widths = next((row for row in rows if max(row) >= _HEADER_CELLS), first)
    usual = widths[:-1]
    if usual and max(usual) >= _HEADER_CELLS:
        widths = usual
    return DELIMITERS[widths.index(max(widths))]


def _widths(data: bytes, encoding: str, delimiter: str) -> list[int]:
    """Return how many cells the first rows have, as far as they can be told apart."""
    widths: list[int] = []
    try:
        for record in islice(_records(data, encoding, delimiter, 0), _ROWS_SEEN):
            widths.append(len(record.cells))
    except UnreadableFile:
        return widths
    return widths


def _lines(data: bytes, encoding: str) -> io.TextIOWrapper:
    # newline="" ends a line at CR, LF or CRLF and leaves the ends as they are, as csv asks
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")


def _records(data: bytes, encoding: str, delimiter: str, skipped: int) -> Iterator[Record]:
    """Yield the rows that are not blank.

    Raises:
        UnreadableFile: at the row in which the quoting is broken.
    """
    lines = _lines(data, encoding)
    for _ in range(skipped):
        lines.readline()
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    row = 0
    while True:
        row += 1
        line = reader.line_num + skipped + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            last_line = reader.line_num + skipped
            kind = _broken_quoting(str(error), several_lines=last_line > line)
            place = {"line": line, "last_line": last_line}
            raise UnreadableFile(row, Finding(kind, place)) from error
        if cells is None:
            return
        record = Record(row, line, reader.line_num + skipped, tuple(cells))
        if not record.is_blank():
            yield record


def _broken_quoting(error: str, *, several_lines: bool) -> Kind:
    """Name what stopped csv, which tells its errors apart by their words alone.

    A cell beyond csv's limit that runs over several lines is an open quotation mark, long before
    it is something that a person wrote.
    """
    if error.startswith("field larger"):
        return Kind.UNTERMINATED_QUOTE if several_lines else Kind.OVERLONG_LINE
    return Kind.UNTERMINATED_QUOTE if error.startswith("unexpected end") else Kind.STRAY_QUOTE
