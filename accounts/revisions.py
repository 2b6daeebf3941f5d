"""What a person's calendar has told them, and what it must say otherwise now. Pure.

A program that subscribes to a calendar believes a changed entry only if its number has risen, and
shows an entry that is gone without a word as if it had never been. So what was told is kept, one
record an entry; comparing it with what is true now gives the numbers, the times of change and the
cancelled ones. The same records, entries and time give the same revisions.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

LIVE, CANCELLED, GONE = "live", "cancelled", "gone"
Told = dict[str, dict[str, Any]]
"""By UID: the entry as it was told last, its number, when it changed, and how it stands."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a calendar.

    Attributes:
        uid: the same for as long as it is the same thing, whoever's calendar it is in.
        starts_at, ends_at: with an offset; the same instant twice is a moment.
        kept: when it is there no more, it is shown as cancelled; others just go.
        reminds: a day before its end.
    """

    uid: str
    what: str
    starts_at: datetime
    ends_at: datetime
    note: str = ""
    place: str = ""
    kept: bool = False
    reminds: bool = False


@dataclass(frozen=True, slots=True)
class Revision:
    """An entry as the calendar tells it now."""

    entry: Entry
    number: int
    changed_at: datetime
    cancelled: bool


def revise(told: Told, entries: Iterable[Entry], *, now: datetime) -> Told:
    """Bring what was told up to date; it is equal to `told` if there is nothing new to tell."""
    wanted = {entry.uid: _plain(entry) for entry in entries}
    records = {uid: _told_anew(told.get(uid), plain, now) for uid, plain in wanted.items()}
    for uid, record in told.items():
        if uid not in wanted:
            records[uid] = _taken_away(record, now)
    return records


def revisions(told: Told) -> list[Revision]:
    """What the calendar says, in the order of time."""
    said = [
        Revision(
            entry=_entry(record["entry"]),
            number=record["number"],
            changed_at=datetime.fromisoformat(record["changed_at"]),
            cancelled=record["state"] == CANCELLED,
        )
        for record in told.values()
        if record["state"] != GONE
    ]
    return sorted(said, key=lambda one: (one.entry.starts_at, one.entry.uid))


def _told_anew(record: dict[str, Any] | None, plain: dict[str, Any], now: datetime) -> Any:
    if record is None:
        return _record(plain, 0, now, LIVE)
    if record["state"] == LIVE and record["entry"] == plain:
        return record
    return _record(plain, record["number"] + 1, now, LIVE)


def _taken_away(record: dict[str, Any], now: datetime) -> dict[str, Any]:
    """A thing that is over stays as it was; one that was to come is cancelled, or goes."""
    entry = record["entry"]
    over = datetime.fromisoformat(entry["ends_at"]) <= now
    if record["state"] != LIVE or (entry["kept"] and over):
        return record
    state = CANCELLED if entry["kept"] else GONE
    return _record(entry, record["number"] + 1, now, state)


def _record(entry: dict[str, Any], number: int, now: datetime, state: str) -> dict[str, Any]:
    return {"entry": entry, "number": number, "changed_at": now.isoformat(), "state": state}


def _plain(entry: Entry) -> dict[str, Any]:
    plain = asdict(entry)
    for name in ("starts_at", "ends_at"):
        plain[name] = plain[name].isoformat()
    return plain


def _entry(plain: dict[str, Any]) -> Entry:
    times = {name: datetime.fromisoformat(plain[name]) for name in ("starts_at", "ends_at")}
    return Entry(**plain | times)
