"""When an attempt ends: the clock as a pure function."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.clock import Facts, Span, deadline_of, joined, lost_in, with_pauses, working_time

START = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)  # 14:00 in Hong Kong
FAR = START + timedelta(days=1)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def span(start: float, end: float) -> Span:
    return Span(at(start), at(end))


def facts(*pauses: Span, window: datetime = FAR, factor: str = "1", given: int = 0) -> Facts:
    return Facts(
        started_at=START,
        minutes=40,
        window_ends_at=window,
        factor=Decimal(factor),
        given=timedelta(minutes=given),
        pauses=pauses,
    )


@pytest.mark.parametrize(
    ("known", "ends"),
    [
        (facts(), 40),
        (facts(factor="1.5"), 60),
        (facts(factor="1.25"), 50),
        (facts(factor="2"), 80),
        (facts(given=10), 50),
        (facts(window=at(30)), 30),
        (facts(window=at(30), factor="1.5"), 50),  # extra minutes are extra at both ends
        (facts(window=at(30), given=5), 35),
        (facts(window=at(40)), 40),
        (facts(span(2, 19)), 57),
        (facts(span(-5, 3)), 43),  # began before the start
        (facts(span(-9, 0)), 40),  # over before the start
        (facts(span(35, 50)), 55),  # what was left is there when it is over
        (facts(span(40, 50)), 40),  # begins when the time is used up
        (facts(span(39.999, 50)), 50.001),
        (facts(span(10, 15), span(12, 19)), 49),  # a break inside an outage counts once
        (facts(span(10, 20), span(12, 15)), 50),
        (facts(span(10, 15), span(15, 20)), 50),
        (facts(span(10, 15), span(41, 44)), 48),  # the break moved the end past the second one
        (facts(span(2, 19), factor="1.5", given=3, window=at(30)), 30 + 20 + 3 + 17),
    ],
)
def test_the_end_follows_from_the_facts(known: Facts, ends: float) -> None:
    assert deadline_of(known) == at(ends)


@pytest.mark.parametrize(
    ("outage", "known", "closed", "lost"),
    [
        (span(2, 19), facts(), None, 17),
        (span(-10, 5), facts(), None, 5),
        (span(35, 50), facts(), None, 5),
        (span(40, 50), facts(), None, 0),
        (span(-10, 0), facts(), None, 0),
        (span(2, 19), facts(), 10, 8),
        (span(2, 19), facts(span(5, 9)), None, 13),
        (span(2, 19), facts(span(2, 19)), None, 0),  # given back already
        (span(2, 19), facts(span(10, 25)), None, 8),  # another outage took the rest
    ],
)
def test_an_outage_takes_the_time_in_which_the_clock_ran(
    outage: Span, known: Facts, closed: float | None, lost: float
) -> None:
    closed_at = None if closed is None else at(closed)

    assert lost_in(outage, known, closed_at=closed_at) == timedelta(minutes=lost)


SPANS = st.lists(
    st.tuples(st.integers(-30, 120), st.integers(1, 40)).map(lambda s: span(s[0], s[0] + s[1])),
    max_size=6,
)


@given(SPANS, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_became_known_is_no_matter(
    spans: list[Span], dice: object
) -> None:
    shuffled = list(spans)
    dice.shuffle(shuffled)

    assert deadline_of(facts(*spans)) == deadline_of(facts(*shuffled, *spans))


@given(SPANS, st.tuples(st.integers(-30, 120), st.integers(1, 40)))
def test_what_an_outage_took_is_there_again_and_never_more(
    spans: list[Span], taken: tuple[int, int]
) -> None:
    before, outage = facts(*spans), span(taken[0], taken[0] + taken[1])
    after = with_pauses(before, outage)

    lost = lost_in(outage, before)

    assert lost_in(outage, after) == timedelta(0)
    assert deadline_of(after) >= deadline_of(before) + lost
    assert lost <= outage.end - outage.start
    assert (lost == timedelta(0)) == (deadline_of(after) == deadline_of(before))


@given(SPANS)
def test_the_clock_runs_for_exactly_the_working_time(spans: list[Span]) -> None:
    known = facts(*spans)
    end = deadline_of(known)

    stood = sum(
        (
            max(min(one.end, end) - max(one.start, START), timedelta(0))
            for one in joined(known.pauses)
        ),
        timedelta(0),
    )

    assert end - START - stood == working_time(known)
