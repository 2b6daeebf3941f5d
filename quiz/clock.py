"""When an attempt ends. Pure: facts in, an instant out.

The clock of an attempt runs from its start and stands still during its pauses: breaks, outages,
the time between an end that came too early and the return. It ends when the working time is used
up. Because pauses are joined before they are counted, an outage that falls into a break, or two
outages that overlap, stop the clock once; and in which order the facts became known is no matter.

    14:00 start        14:10–14:15 break     14:12–14:19 outage            40 minutes of work
    ├── 10 minutes ────┤ the clock stands still until 14:19 ├── 30 minutes ──┤ 14:49
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

MICROSECONDS_A_MINUTE = 60_000_000
NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A time in which the clock stands still: `[start, end)`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides when an attempt ends.

    Attributes:
        minutes: of the quiz, before extra time.
        factor: on the minutes, at least 1. What it adds may also be used after the window.
        window_ends_at: who starts late has the minutes until then.
        given: added by staff; may be used after the window.
        pauses: in any order; they may overlap.
    """

    started_at: datetime
    minutes: int
    window_ends_at: datetime
    factor: Decimal = Decimal(1)
    given: timedelta = NOTHING
    pauses: Sequence[Span] = ()


def working_time(facts: Facts) -> timedelta:
    """For how long the clock runs, pauses apart."""
    full = timedelta(minutes=facts.minutes)
    until_the_end = max(facts.window_ends_at - facts.started_at, NOTHING)
    extra = timedelta(microseconds=int(facts.minutes * MICROSECONDS_A_MINUTE * (facts.factor - 1)))
    return min(full, until_the_end) + extra + facts.given


def deadline_of(facts: Facts) -> datetime:
    """The instant at which the working time is used up."""
    clock, left = facts.started_at, working_time(facts)
    for pause in joined(facts.pauses):
        if pause.end <= clock:
            continue
        run = max(pause.start - clock, NOTHING)
        if run >= left:
            break
        left -= run
        clock = pause.end
    return clock + left


def lost_in(span: Span, facts: Facts, *, closed_at: datetime | None = None) -> timedelta:
    """How much of this span the clock was running: what an outage took from this attempt.

    Args:
        closed_at: when the attempt was closed, if it was.
    """
    ran_until = deadline_of(facts)
    if closed_at is not None:
        ran_until = min(ran_until, closed_at)
    start, end = max(span.start, facts.started_at), min(span.end, ran_until)
    lost = max(end - start, NOTHING)
    for pause in joined(facts.pauses):
        lost -= max(min(pause.end, end) - max(pause.start, start), NOTHING)
    return max(lost, NOTHING)


def with_pauses(facts: Facts, *pauses: Span) -> Facts:
    """The same facts and these pauses."""
    return replace(facts, pauses=(*facts.pauses, *pauses))


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same instants as spans that neither overlap nor touch, in order."""
    whole: list[Span] = []
    for span in sorted(spans):
        if span.end <= span.start:
            continue
        if whole and span.start <= whole[-1].end:
            whole[-1] = Span(whole[-1].start, max(whole[-1].end, span.end))
        else:
            whole.append(span)
    return whole
