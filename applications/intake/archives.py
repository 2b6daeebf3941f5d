"""Look through a ZIP archive before anybody opens it as a workbook. Pure.

A workbook is a ZIP of XML. A small one can unpack to gigabytes, say so or lie about it, hold two
cells that lie so far apart that a table of everything between them fits in no memory, or write one
long text once and show it in a million cells. So every entry is really unpacked once, in pieces and
up to a limit, and every piece of XML is read strictly, before a library that trusts its input may
see it.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

MAX_ENTRIES: Final = 1000
MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_RATIO: Final = 400
MAX_CELLS: Final = 4_000_000

_RATIO_COUNTS_FROM: Final = 1024 * 1024
_PIECE: Final = 256 * 1024
_MOST_PIECES: Final = 4  # in which a short text is read
_NUMBERS_AT_ONCE: Final = 10_000
_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")
_ENCRYPTED: Final = 0x1
_READABLE: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_REFERENCE: Final = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_VALUES: Final = frozenset({"v", "is"})


class DamagedArchive(Exception):
    """It is not a whole ZIP archive of well-formed XML."""


class OversizedArchive(Exception):
    """It unpacks to more than we take."""


class ProtectedArchive(Exception):
    """Its entries are encrypted."""


def look_through(data: bytes) -> frozenset[str]:
    """Return the names of the entries of a workbook that is safe to open.

    Raises:
        DamagedArchive, OversizedArchive, ProtectedArchive: it is not.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, OSError) as error:
        raise DamagedArchive(str(error)) from error
    if len(entries) > MAX_ENTRIES:
        raise OversizedArchive
    names = {entry.filename.replace("\\", "/").lower() for entry in entries}
    if len(names) != len(entries):
        raise DamagedArchive("an entry stands in it twice")
    left, shared = MAX_UNPACKED, _SharedTexts()
    for entry in sorted(entries, key=_shared_texts_first):
        left -= _look_through_entry(data, entry, left, shared)
    return frozenset(entry.filename for entry in entries)


def _shared_texts_first(entry: zipfile.ZipInfo) -> bool:
    return "sharedstrings" not in entry.filename.lower()


def _look_through_entry(
    data: bytes, entry: zipfile.ZipInfo, at_most: int, shared: _SharedTexts
) -> int:
    """Unpack an entry to nowhere; return its size."""
    name = entry.filename.replace("\\", "/").lower()
    look = _XmlLook(name, shared) if name.endswith((".xml", ".rels")) else None
    size = checksum = 0
    for piece in _unpack(data, entry):
        size += len(piece)
        checksum = zlib.crc32(piece, checksum)
        too_dense = size > _RATIO_COUNTS_FROM and size > MAX_RATIO * max(entry.compress_size, 1)
        if size > at_most or too_dense:
            raise OversizedArchive
        if look:
            look.feed(piece)
    if size != entry.file_size or checksum != entry.CRC:
        raise DamagedArchive(f"{entry.filename} is not what the archive says")
    if look and size:
        look.end()
    return size


def _unpack(data: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the content of an entry, whatever size the archive claims for it."""
    if entry.flag_bits & _ENCRYPTED:
        raise ProtectedArchive
    if entry.compress_type not in _READABLE:
        raise DamagedArchive(f"{entry.filename} is packed in an unknown way")
    header = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise DamagedArchive(f"{entry.filename} is not where the archive says")
    _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    packed = memoryview(data)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + _PIECE]) for at in range(0, len(packed), _PIECE))
        return
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for at in range(0, len(packed), _PIECE):
            piece = unpacker.decompress(packed[at : at + _PIECE], _PIECE)
            while piece:
                yield piece
                piece = unpacker.decompress(unpacker.unconsumed_tail, _PIECE)
    except zlib.error as error:
        raise DamagedArchive(f"{entry.filename} cannot be unpacked") from error
    if not unpacker.eof:
        raise DamagedArchive(f"{entry.filename} breaks off")


@dataclass(slots=True)
class _Extent:
    """How far the filled cells of a sheet reach, in rows and columns from 1."""

    cells: int = 0
    first_row: int = 1 << 31
    last_row: int = 0
    first_column: int = 1 << 31
    last_column: int = 0

    def fill(self, row: int, column: int) -> None:
        self.cells += 1
        if (
            self.first_row <= row <= self.last_row
            and self.first_column <= column <= self.last_column
            and self.cells <= MAX_CELLS
        ):
            return
        self.first_row, self.last_row = min(self.first_row, row), max(self.last_row, row)
        self.first_column = min(self.first_column, column)
        self.last_column = max(self.last_column, column)
        rows = self.last_row - self.first_row + 1
        if rows * (self.last_column - self.first_column + 1) > MAX_CELLS or self.cells > MAX_CELLS:
            raise OversizedArchive


@dataclass(slots=True)
class _SharedTexts:
    """The texts that cells refer to by number: their lengths, and how much all cells show."""

    lengths: array[int] = field(default_factory=lambda: array("L"))
    shown: int = 0

    def begin(self) -> None:
        """Another text; it must be known before a cell shows any."""
        if self.shown:
            raise DamagedArchive("a text comes after the cells that may show it")
        if len(self.lengths) == MAX_CELLS:
            raise OversizedArchive
        self.lengths.append(0)

    def lengthen(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text.encode())

    def show(self, numbers: list[str]) -> None:
        """Cells show these: written out there, they count like everything that is unpacked."""
        self.shown += len(numbers) + sum(map(self.lengths.__getitem__, map(int, numbers)))
        if self.shown > MAX_UNPACKED:
            raise OversizedArchive


class _XmlLook:
    """Reads an XML entry strictly: well-formed, no document type, no sheet beyond the limit."""

    def __init__(self, name: str, shared: _SharedTexts) -> None:
        self._name = name
        self._shared = shared
        self._in_text = self._is_shared = False
        self._numbers: list[str] = []
        self._heard: list[str] = []
        self._is_relations = name == _RELATIONS
        self._extent = _Extent()
        self._row = self._column = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._root

    def feed(self, piece: bytes) -> None:
        self._reading(lambda: self._parser.Parse(piece, False))

    def end(self) -> None:
        self._reading(lambda: self._parser.Parse(b"", True))
        self._reading(self._after_number)
        self._reading(lambda: self._shared.show(self._numbers))

    def _reading(self, read: Callable[[], object]) -> None:
        try:
            read()
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise DamagedArchive(f"{self._name} is not well-formed") from error

    def _doctype(self, *_: object) -> None:
        raise DamagedArchive(f"{self._name} declares a document type")

    def _root(self, name: str, _attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if self._is_relations:
            self._parser.StartElementHandler = self._relation
        elif kind == "sst":
            if self._shared.lengths:
                raise DamagedArchive("it has two lists of texts")
            self._parser.StartElementHandler = self._in_shared_texts
            self._parser.EndElementHandler = self._after_shared_text
            self._parser.CharacterDataHandler = self._shared.lengthen
        else:
            is_sheet = kind in ("worksheet", "dialogsheet", "macrosheet")
            self._parser.StartElementHandler = self._in_sheet if is_sheet else None

    def _relation(self, _name: str, attributes: dict[str, str]) -> None:
        """A sheet that is not named as XML would not have been looked at."""
        target = attributes.get("Target", ".xml").lower()
        if attributes.get("TargetMode") != "External" and not target.endswith(".xml"):
            raise DamagedArchive(f"{self._name} leads to something that is no XML")

    def _in_shared_texts(self, name: str, _attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "sst" or (kind == "si" and self._in_text):
            raise DamagedArchive("a text stands in another")  # who counts them otherwise errs
        if kind == "si":
            self._in_text = True
            self._shared.begin()

    def _after_shared_text(self, name: str) -> None:
        if name.rpartition(":")[2] == "si":
            self._in_text = False

    def _after_number(self) -> None:
        """The element with the number of a shared text is over."""
        if len(self._heard) > _MOST_PIECES:
            raise DamagedArchive("that is no number of a text")
        if self._heard:
            self._numbers.append("".join(self._heard))
            self._heard.clear()
        self._parser.CharacterDataHandler = None
        if len(self._numbers) > _NUMBERS_AT_ONCE:
            self._shared.show(self._numbers)
            self._numbers.clear()

    def _in_sheet(self, name: str, attributes: dict[str, str]) -> None:
        kind = name if ":" not in name else name.rpartition(":")[2]
        if self._heard:
            self._after_number()
        if kind == "c":
            self._column += 1
            self._is_shared = attributes.get("t") == "s"
            if "r" in attributes:
                self._row, self._column = _place(attributes["r"])
        elif kind in _VALUES:
            self._extent.fill(self._row, self._column)
            if self._is_shared:
                self._parser.CharacterDataHandler = self._heard.append
        elif kind == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0


def _place(reference: str) -> tuple[int, int]:
    """Return row and column of "AB12", from 1."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise DamagedArchive(f"{reference} is no cell")
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column
