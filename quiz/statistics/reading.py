"""Read a response matrix from a file of separated values, and the keys from another. Pure.

Every fault is named by its row and column, and a file with one is not analysed at all. An empty
cell, `NA` or `NaN` says that the item was not on this person's paper; it is not a wrong answer.
"""

import csv
import io
import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from quiz.statistics.choices import Taken
from quiz.statistics.responses import Integers, Responses

MAX_BYTES = 200 * 1024**2
MAX_ITEMS, MAX_CELLS, MAX_CELL, MAX_FAULTS = 300, 20_000_000, 200, 1000
MAX_OPTIONS = 100  # different answers to one item: more are no choices
MAX_FREQUENCY = 1e9
FREQUENCIES, DAY = frozenset({"freq", "frequency", "count"}), "day"
IDENTITIES = frozenset({"id", "ids", "person", "candidate", "student", "respondent"})
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
ABSENT = frozenset({"", "na", "nan"})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: rows and columns count from 1; 0 is the file as a whole."""

    row: int
    column: int
    message: str

    def __str__(self) -> str:
        where = [f"row {self.row}"] if self.row else []
        where += [f"column {self.column}"] if self.column else []
        return f"{', '.join(where)}: {self.message}" if where else self.message


class Unreadable(ValueError):
    """The file cannot be analysed; `faults` say why, in the order of the file."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults[:3]))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class KeyOf:
    """What earns the mark of one item, and what else is offered, in folded letters.

    `written` has the answers as the file writes them, by the folded ones.
    """

    accepted: frozenset[str]
    offered: tuple[str, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """What `quiz.statistics.analysis.analyse` wants."""

    names: tuple[str, ...]
    responses: Responses
    taken: dict[int, Taken] = field(default_factory=dict)
    days: Integers | None = None


def read_matrix(source: bytes, keys: dict[str, KeyOf] | None = None) -> Matrix:
    """Read people in rows and items in columns, under a row of names.

    Args:
        keys: by the name of the item; with them the cells are what was answered, without them
            they are marks from 0 to 1.

    Raises:
        Unreadable: names every fault.
    """
    rows = _rows(source)
    header = next(rows, (1, []))[1]
    reader = _Reader(header, keys)
    if not reader.faults:
        for number, cells in rows:
            if any(cells) or len(cells) > 1:
                reader.take(number, cells)
            if len(reader.faults) >= MAX_FAULTS:
                break
    return reader.matrix()


def read_key(source: bytes) -> dict[str, KeyOf]:
    """Read the keys: columns `item`, `key` and perhaps `options`, or a row of keys under the names.

    Several accepted answers, and the options, are separated by `|`.

    Raises:
        Unreadable: names every fault.
    """
    rows = [(number, cells) for number, cells in _rows(source) if any(cells)]
    if not rows:
        raise Unreadable([Fault(0, 0, "the key file is empty")])
    header = [cell.casefold() for cell in rows[0][1]]
    if "item" in header and "key" in header:
        entries = _long_key(header, rows[1:])
    elif len(rows) == 2 and len(rows[1][1]) == len(header):
        entries = [
            (rows[1][0], column + 1, name, key, "")
            for column, (name, key) in enumerate(zip(rows[0][1], rows[1][1], strict=True))
            if name.casefold() not in IDENTITIES | FREQUENCIES | {DAY}
        ]
    else:
        told = (
            "the key file has columns `item` and `key`, or one row of keys under the items' names"
        )
        raise Unreadable([Fault(1, 0, told)])
    keys: dict[str, KeyOf] = {}
    faults = []
    for row, column, name, key, options in entries:
        accepted = tuple(filter(None, (_folded(part) for part in key.split("|"))))
        if not name:
            faults.append(Fault(row, 0, "an item without a name"))
        elif name in keys:
            faults.append(Fault(row, 0, f"a second key for {name}"))
        elif not accepted:
            faults.append(Fault(row, column, f"no key for {name}"))
        offered = tuple(filter(None, (_folded(part) for part in options.split("|"))))
        parts = [part.strip() for part in (*key.split("|"), *options.split("|"))]
        written = {_folded(part): part for part in reversed(parts)}
        keys[name] = KeyOf(frozenset(accepted), offered, written)
    if faults:
        raise Unreadable(faults)
    return keys


class _Reader:
    """Takes row after row, and keeps the marks, the answers and the faults."""

    def __init__(self, header: list[str], keys: dict[str, KeyOf] | None) -> None:
        self.faults: list[Fault] = []
        self._width, self._keys = len(header), keys
        self._items: list[tuple[int, str]] = []
        self._frequency = self._day = -1
        self._marks, self._frequencies, self._days = array("d"), array("d"), array("q")
        self._codes: list[dict[str, int]] = []
        self._written: list[dict[str, str]] = []
        self._answers = array("h")
        self._people = 0
        self._name_columns(header)

    @property
    def is_full(self) -> bool:
        return (self._people + 1) * len(self._items) > MAX_CELLS

    def fault(self, row: int, column: int, message: str) -> None:
        self.faults.append(Fault(row, column, message))

    def take(self, row: int, cells: list[str]) -> None:
        """Read one person's row."""
        if len(cells) != self._width:
            self.fault(row, 0, f"{len(cells)} cells, but row 1 has {self._width}")
            return
        if self.is_full:
            self.fault(row, 0, f"more than {MAX_CELLS} cells; split the file")
            return
        self._people += 1
        for place, (column, name) in enumerate(self._items):
            cell = cells[column]
            if self._keys is None:
                self._marks.append(self._mark(row, column, cell))
            else:
                self._answer(row, place, column, name, cell)
        if self._frequency >= 0:
            self._frequencies.append(self._frequency_of(row, cells[self._frequency]))
        if self._day >= 0:
            self._days.append(self._day_of(row, cells[self._day]))

    def matrix(self) -> Matrix:
        """All that was read.

        Raises:
            Unreadable: there were faults, or nobody.
        """
        if not self.faults and not self._people:
            self.fault(0, 0, "nobody is in the file: under the row of names it has no row")
        weights = np.array(self._frequencies)
        if not self.faults and weights.size and not weights.any():
            self.fault(0, 0, "nobody is in the file: every frequency is 0")
        if self.faults:
            raise Unreadable(self.faults)
        shape = (self._people, len(self._items))
        return Matrix(
            names=tuple(name for _column, name in self._items),
            responses=Responses(np.array(self._marks).reshape(shape), weights),
            taken=self._taken(shape),
            days=np.array(self._days, dtype=np.int64) if self._day >= 0 else None,
        )

    def _name_columns(self, header: list[str]) -> None:
        seen: set[str] = set()
        if header and all(NUMBER.fullmatch(cell) or not cell for cell in header):
            self.fault(1, 0, "the first row must name the items; this one holds numbers")
            return
        for column, name in enumerate(header):
            folded = name.casefold()
            if not name:
                self.fault(1, column + 1, "a column without a name")
            elif folded in seen:
                self.fault(1, column + 1, f"a second column {name}")
            elif folded in FREQUENCIES and self._frequency >= 0:
                self.fault(1, column + 1, f"a second column of frequencies, {name}")
            elif folded in FREQUENCIES:
                self._frequency = column
            elif folded == DAY:
                self._day = column
            elif folded not in IDENTITIES:
                self._items.append((column, name))
            seen.add(folded)
        if len(self._items) > MAX_ITEMS:
            self.fault(1, 0, f"{len(self._items)} items; at most {MAX_ITEMS} are analysed together")
        elif not self._items and not self.faults:
            self.fault(0, 0, "the file is empty: its first row must name the items")
        if self._keys is not None:
            self._match_keys(self._keys)

    def _match_keys(self, keys: dict[str, KeyOf]) -> None:
        names = [name for _column, name in self._items]
        for column, name in self._items:
            if name not in keys:
                self.fault(1, column + 1, f"the key file has no key for {name}")
                continue
            key = keys[name]
            offered = dict.fromkeys((*key.offered, *sorted(key.accepted)))
            self._codes.append({choice: code for code, choice in enumerate(offered)})
            self._written.append(dict(key.written))
        for name in keys:
            if name not in names:
                self.fault(0, 0, f"the key file names {name}, which is not in the matrix")

    def _mark(self, row: int, column: int, cell: str) -> float:
        known = MARKS.get(cell)
        if known is not None:
            return known
        if cell.casefold() in ABSENT:
            return np.nan
        if not NUMBER.fullmatch(cell):
            said = (
                f"{_shown(cell)} is no mark; give a number from 0 to 1, or a key file for answers"
            )
            self.fault(row, column + 1, said)
        elif not 0 <= float(cell) <= 1:
            self.fault(row, column + 1, f"{_shown(cell)} is not a mark from 0 to 1")
        else:
            return float(cell)
        return np.nan

    def _answer(self, row: int, place: int, column: int, name: str, cell: str) -> None:
        answer = _folded(cell)
        if answer in ABSENT or self._keys is None:
            self._marks.append(np.nan)
            self._answers.append(-1)
            return
        codes = self._codes[place]
        if answer not in codes and len(codes) >= MAX_OPTIONS:
            self.fault(row, column + 1, f"more than {MAX_OPTIONS} different answers to {name}")
        self._answers.append(codes.setdefault(answer, len(codes)))
        self._written[place].setdefault(answer, cell)
        self._marks.append(float(answer in self._keys[name].accepted))

    def _taken(self, shape: tuple[int, int]) -> dict[int, Taken]:
        if self._keys is None:
            return {}
        answers = np.array(self._answers, dtype=np.int64).reshape(shape)
        return {
            place: Taken(
                frozenset(self._as_written(place, choice) for choice in self._keys[name].accepted),
                {
                    self._as_written(place, choice): np.flatnonzero(answers[:, place] == code)
                    for choice, code in self._codes[place].items()
                },
            )
            for place, (_column, name) in enumerate(self._items)
        }

    def _as_written(self, place: int, choice: str) -> str:
        """Answers are compared in folded letters and told as they were written."""
        return self._written[place].get(choice, choice)

    def _frequency_of(self, row: int, cell: str) -> float:
        people = float(cell) if NUMBER.fullmatch(cell) else -1.0
        if 0 <= people <= MAX_FREQUENCY and people.is_integer():
            return people
        self.fault(row, self._frequency + 1, f"{_shown(cell)} is no whole number of people")
        return 0.0

    def _day_of(self, row: int, cell: str) -> int:
        try:
            return (
                int(cell)
                if cell.isdecimal() and len(cell) < 9
                else date.fromisoformat(cell).toordinal()
            )
        except ValueError:
            self.fault(
                row, self._day + 1, f"{_shown(cell)} is no day; write 1, 2, 3 … or 2027-05-14"
            )
            return 0


MARKS = {"0": 0.0, "1": 1.0}


def _rows(source: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows with their numbers in the file, cells without outer spaces."""
    text = _decoded(source)
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for cells in reader:
            long = next((n for n, cell in enumerate(cells) if len(cell) > MAX_CELL), None)
            if long is not None:
                told = f"more than {MAX_CELL} characters"
                raise Unreadable([Fault(reader.line_num, long + 1, told)])
            yield reader.line_num, [_plain(cell.strip(), mark) for cell in cells]
    except csv.Error as error:
        raise Unreadable([Fault(reader.line_num, 0, f"not readable: {error}")]) from error


def _decoded(source: bytes) -> str:
    if len(source) > MAX_BYTES:
        raise Unreadable([Fault(0, 0, f"more than {MAX_BYTES // 1024**2} MiB; split the file")])
    wide = source.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = source.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        row = source[: error.start].count(b"\n") + 1
        raise Unreadable([Fault(row, 0, "not UTF-8; save the file as CSV UTF-8")]) from error
    if "\0" in text:
        raise Unreadable([Fault(text[: text.index("\0")].count("\n") + 1, 0, "not a text file")])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _long_key(
    header: list[str], rows: list[tuple[int, list[str]]]
) -> list[tuple[int, int, str, str, str]]:
    item, key = header.index("item"), header.index("key")
    options = header.index("options") if "options" in header else None
    faults = [
        Fault(number, 0, f"{len(cells)} cells, but row 1 has {len(header)}")
        for number, cells in rows
        if len(cells) != len(header)
    ]
    if faults:
        raise Unreadable(faults)
    return [
        (number, key + 1, cells[item], cells[key], cells[options] if options is not None else "")
        for number, cells in rows
    ]


def _plain(cell: str, mark: str) -> str:
    """A number as programs write it where the comma parts whole and fraction, not the cells."""
    return cell.replace(",", ".") if mark == ";" and DECIMAL_COMMA.fullmatch(cell) else cell


def _folded(answer: str) -> str:
    return answer.strip().casefold()


def _shown(cell: str) -> str:
    """A cell in quotes, cut short."""
    return repr(cell if len(cell) <= 40 else cell[:40] + "…")
