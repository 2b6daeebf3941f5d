"""Who attended enough. Pure and exact: days are fractions, lateness is a time span.

The unit is the day. A day on which at least one session was held counts one, shared equally among
the sessions held on it; what was cancelled is nobody's absence and drops out of the count.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction


class Presence(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"


@dataclass(frozen=True, slots=True)
class Session:
    key: int
    day: int
    held: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    session: int
    presence: Presence
    late_by: timedelta = timedelta(0)  # of a person present


@dataclass(frozen=True, slots=True)
class Rule:
    threshold: Fraction = Fraction(5, 6)  # of the days that count
    grace: timedelta = timedelta(minutes=15)  # exactly so much is still on time
    lates_per_penalty: int = 2
    penalty: Fraction = Fraction(1, 2)  # day
    excused_cap: Fraction = Fraction(1)  # day; what is excused beyond it counts as absence


@dataclass(frozen=True, slots=True)
class Attendance:
    """One person's count, in days: `attended` of `counted`, where counted = held - excused."""

    held: Fraction
    excused: Fraction
    lates: int
    attended: Fraction
    is_enough: bool

    @property
    def counted(self) -> Fraction:
        return self.held - self.excused


def assess(sessions: Iterable[Session], records: Iterable[Record], rule: Rule) -> Attendance:
    """Return the attendance of one person.

    Args:
        records: at most one per session. A held session without one counts as absence; one for a
            session that was not held is ignored.

    Raises:
        ValueError: a session or a record twice, or a record of an unknown session.
    """
    planned, kept = list(sessions), list(records)
    by_key = {session.key: session for session in planned}
    record_of = {record.session: record for record in kept}
    if len(by_key) < len(planned) or len(record_of) < len(kept):
        raise ValueError("a session or a record appears twice")
    if not record_of.keys() <= by_key.keys():
        raise ValueError("a record is of an unknown session")

    held_on = Counter(session.day for session in planned if session.held)
    attended = excused = Fraction()
    lates = 0
    for record in kept:
        session = by_key[record.session]
        if not session.held:
            continue
        share = Fraction(1, held_on[session.day])
        if record.presence == Presence.EXCUSED:
            excused += share
        elif record.presence == Presence.PRESENT:
            attended += share
            lates += record.late_by > rule.grace

    held = Fraction(len(held_on))
    excused = min(excused, rule.excused_cap)
    attended = max(Fraction(), attended - lates // rule.lates_per_penalty * rule.penalty)
    return Attendance(
        held=held,
        excused=excused,
        lates=lates,
        attended=attended,
        # a product, not a quotient: whom nothing was held for has missed nothing
        is_enough=attended >= rule.threshold * (held - excused),
    )
