"""What the page reports besides answers, read from JSON that anybody may have written. Pure.

A report says that something happened, never what was typed, pasted or read. One body carries a
handful of them; they are merged by kind and question, and every number is capped.
"""

from collections.abc import Mapping
from dataclasses import dataclass

MAX_REPORTS = 50  # in one body
MAX_COUNT = 1000
MAX_SECONDS = 6 * 3600
MAX_POSITION = 32767
FOCUS_LOST, PASTE = "focus-lost", "paste"
KINDS = (FOCUS_LOST, PASTE)  # what a page may report; the rest the server sees itself


class Unreadable(ValueError):
    """The body is no list of reports. Nothing of it is kept."""


@dataclass(frozen=True, slots=True, order=True)
class Report:
    """Something that happened `count` times; `position` is 0 unless it concerns a question."""

    kind: str
    position: int
    count: int
    seconds: int


def read_reports(body: object) -> list[Report]:
    """Return the reports of `[{"kind", "position", "count", "seconds"}, …]`, merged.

    Raises:
        Unreadable: something in it is of another shape.
    """
    if not isinstance(body, list):
        raise Unreadable("the body is not a list")
    if len(body) > MAX_REPORTS:
        raise Unreadable(f"more than {MAX_REPORTS} reports at once")
    merged: dict[tuple[str, int], tuple[int, int]] = {}
    for row in body:
        report = _read(row)
        count, seconds = merged.get((report.kind, report.position), (0, 0))
        merged[report.kind, report.position] = (
            min(count + report.count, MAX_COUNT),
            min(seconds + report.seconds, MAX_SECONDS),
        )
    return [
        Report(kind, position, count, seconds)
        for (kind, position), (count, seconds) in sorted(merged.items())
    ]


def _read(row: object) -> Report:
    if not isinstance(row, Mapping):
        raise Unreadable("a report is not an object")
    kind = row.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise Unreadable("a report of an unknown kind")
    position = _whole(row.get("position", 0), MAX_POSITION)
    if (kind == PASTE) != (position > 0):
        raise Unreadable("only a paste names a question")
    return Report(
        kind=kind,
        position=position,
        count=max(min(_whole(row.get("count", 1)), MAX_COUNT), 1),
        seconds=min(_whole(row.get("seconds", 0)), MAX_SECONDS) if kind == FOCUS_LOST else 0,
    )


def _whole(value: object, most: int | None = None) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Unreadable("a number is no whole number from 0 on")
    if most is not None and value > most:
        raise Unreadable(f"a number above {most}")
    return value
