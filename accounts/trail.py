"""The chain of the audit trail. Pure: what an event says, its digest, and each link to the next.

`link = SHA-256(previous link + digest of the event)`. Whoever changes an event after the fact would
have to change every link behind it; whoever noted one link outside the house would see that.
"""

import hashlib
import ipaddress
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

BEGINNING = "0" * 64
_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Fact:
    """What an event says.

    Attributes:
        at: aware; the same instant in any zone has the same digest.
        actor: the id of the person, None for the system.
        before, after: plain JSON without fractions.
    """

    at: datetime
    actor: int | None
    verb: str
    object_type: str
    object_id: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str
    ip: str | None

    def digest(self) -> str:
        """SHA-256, in hexadecimal, over the event as canonical JSON."""
        said = [
            self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.actor,
            self.verb,
            self.object_type,
            self.object_id,
            self.before,
            self.after,
            self.reason,
            _spelt_out(self.ip),
        ]
        return hashlib.sha256(_canonical(said).encode()).hexdigest()


def _spelt_out(ip: str | None) -> str | None:
    """One spelling of a network address: that of IPv6 is the database's choice."""
    if ip is None or ":" not in ip:
        return ip
    try:
        return ipaddress.ip_address(ip).exploded
    except ValueError:  # not what we wrote; it has a digest of its own
        return ip


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as it is stored: its row id, what it says, and the digest written with it."""

    id: int
    fact: Fact
    digest: str


@dataclass(frozen=True, slots=True)
class Link:
    """A seal as it is stored. `entry` is None where the event is gone."""

    position: int
    digest: str
    event_id: int
    entry: Entry | None


def link(previous: str, digest: str) -> str:
    """The next link of the chain."""
    return hashlib.sha256((previous + digest).encode()).hexdigest()


def links(previous: str, digests: Iterable[str]) -> Iterator[str]:
    """The links that follow `previous`, one for each digest."""
    for digest in digests:
        previous = link(previous, digest)
        yield previous


def first_fault(chain: Iterable[Link], *, expected: tuple[int, str] | None = None) -> str:
    """Name the first place where the trail is not what it was; nothing if it is whole.

    Args:
        chain: in the order of the positions.
        expected: a position and its link that somebody noted earlier.
    """
    previous, position = BEGINNING, 0
    for position, sealed in enumerate(chain, start=1):
        if sealed.position != position:
            return f"position {position} of the chain is missing"
        if sealed.entry is None:
            return f"event {sealed.event_id} is gone"
        if fault := entry_fault(sealed.entry):
            return fault
        previous = link(previous, sealed.entry.digest)
        if previous != sealed.digest:
            return f"the chain breaks at event {sealed.event_id} (position {position})"
        if expected and expected[0] == position and expected[1] != previous:
            return f"the chain up to event {sealed.event_id} is not the one that was noted"
    if expected and position < expected[0]:
        return f"the chain ends at position {position}; {expected[0]} had been noted"
    return ""


def entry_fault(entry: Entry) -> str:
    """What is wrong with one event; nothing if it says what it said when it was written."""
    if entry.fact.digest() == entry.digest:
        return ""
    fact = entry.fact
    said = f"{fact.verb} {fact.object_type} {fact.object_id} at {fact.at:%Y-%m-%d %H:%M:%S}"
    return f"event {entry.id} ({said}) was changed"
