from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootcamp.attendance_rule import Presence, Record, Rule, Session, assess

RULE = Rule()
PRESENT, ABSENT, EXCUSED = Presence
MINUTE = timedelta(minutes=1)
SIX_DAYS = [Session(key, day=key // 3) for key in range(18)]


def whole_days(presence_by_day):
    """One record for each of the three sessions of each day."""
    return [
        Record(day * 3 + n, presence)
        for day, presence in enumerate(presence_by_day)
        for n in range(3)
    ]


def cancel(sessions, days):
    return [Session(s.key, s.day, held=s.day not in days) for s in sessions]


def outcome(attendance):
    return attendance.attended, attendance.counted, attendance.is_enough


@pytest.mark.parametrize(
    ("days", "cancelled", "expected"),
    [
        ([PRESENT] * 6, (), (6, 6, True)),
        ([PRESENT] * 5 + [ABSENT], (), (5, 6, True)),
        ([PRESENT] * 4 + [ABSENT] * 2, (), (4, 6, False)),
        ([PRESENT] * 5 + [ABSENT], (5,), (5, 5, True)),
        ([PRESENT] * 5 + [ABSENT], (0,), (4, 5, False)),
        ([PRESENT] * 5 + [EXCUSED], (), (5, 5, True)),
        ([PRESENT] * 4 + [EXCUSED, ABSENT], (), (4, 5, False)),
        ([PRESENT] * 4 + [EXCUSED] * 2, (), (4, 5, False)),
        ([PRESENT] * 5 + [EXCUSED], (5,), (5, 5, True)),
        ([ABSENT] * 6, range(6), (0, 0, True)),
        ([EXCUSED] * 6, range(5), (0, 0, True)),
        ([ABSENT] * 6, range(5), (0, 1, False)),
    ],
    ids=[
        "all-six",
        "five-of-six",
        "four-of-six",
        "five-of-six-one-cancelled-is-five-of-five",
        "four-of-five-held",
        "one-day-excused",
        "one-excused-one-absent",
        "second-excused-day-is-absence",
        "excuse-for-a-cancelled-day-is-not-used-up",
        "everything-cancelled",
        "only-day-excused",
        "only-day-missed",
    ],
)
def test_days_are_counted_against_the_days_held(days, cancelled, expected):
    attendance = assess(cancel(SIX_DAYS, cancelled), whole_days(days), RULE)

    assert outcome(attendance) == expected


@pytest.mark.parametrize(
    ("late_by", "lates"),
    [
        (timedelta(0), 0),
        (15 * MINUTE, 0),
        (15 * MINUTE + timedelta(microseconds=1), 1),
        (40 * MINUTE, 1),
    ],
)
def test_more_than_fifteen_minutes_is_late(late_by, lates):
    assert assess(SIX_DAYS, [Record(0, PRESENT, late_by)], RULE).lates == lates


@pytest.mark.parametrize(
    ("lates", "attended"),
    [
        (0, 6),
        (1, 6),
        (2, Fraction(11, 2)),
        (3, Fraction(11, 2)),
        (4, 5),
        (5, 5),
        (6, Fraction(9, 2)),
    ],
)
def test_every_second_late_costs_half_a_day(lates, attended):
    records = [Record(s.key, PRESENT, (s.key < lates) * 16 * MINUTE) for s in SIX_DAYS]

    assert outcome(assess(SIX_DAYS, records, RULE)) == (attended, 6, attended >= 5)


def test_lates_never_count_below_zero():
    records = [Record(key, PRESENT, 16 * MINUTE) for key in (0, 3, 6, 9, 12, 15)]

    assert outcome(assess(SIX_DAYS, records, RULE)) == (Fraction(1, 2), 6, False)


def test_a_day_is_shared_among_the_sessions_held_on_it():
    sessions = [Session(0, 0), Session(1, 0), Session(2, 0, held=False), Session(3, 1)]
    records = [Record(0, PRESENT), Record(2, PRESENT), Record(3, PRESENT)]

    assert outcome(assess(sessions, records, RULE)) == (Fraction(3, 2), 2, False)


def test_the_excuse_is_capped_at_one_day_in_all():
    two_a_day = [Session(key, day=key // 2) for key in range(12)]
    records = [Record(key, EXCUSED if key in (0, 2, 4) else PRESENT) for key in range(12)]

    attendance = assess(two_a_day, records, RULE)

    assert (attendance.excused, attendance.attended) == (1, Fraction(9, 2))
    assert attendance.is_enough


def test_doubled_and_unknown_records_are_refused():
    with pytest.raises(ValueError, match="appears twice"):
        assess(SIX_DAYS, [Record(0, PRESENT)] * 2, RULE)
    with pytest.raises(ValueError, match="unknown session"):
        assess(SIX_DAYS, [Record(99, PRESENT)], RULE)


records = st.lists(
    st.tuples(st.sampled_from(Presence), st.integers(0, 30)), min_size=18, max_size=18
).map(lambda of: [Record(key, p, minutes * MINUTE) for key, (p, minutes) in enumerate(of)])


@given(records, st.sets(st.integers(0, 5)), st.randoms(use_true_random=False))
def test_cancelled_days_and_the_order_of_records_change_nothing(kept, cancelled, random):
    only_held = [s for s in SIX_DAYS if s.day not in cancelled]
    their_records = [record for record in kept if record.session // 3 not in cancelled]
    shuffled = random.sample(kept, k=len(kept))

    assert assess(cancel(SIX_DAYS, cancelled), shuffled, RULE) == assess(
        only_held, their_records, RULE
    )


@given(records, st.integers(0, 17))
def test_being_there_on_time_is_never_worse(kept, key):
    better = [Record(key, PRESENT) if record.session == key else record for record in kept]

    assert assess(SIX_DAYS, better, RULE).is_enough >= assess(SIX_DAYS, kept, RULE).is_enough


@given(records)
def test_nobody_attends_more_than_counts(kept):
    attendance = assess(SIX_DAYS, kept, RULE)

    assert 0 <= attendance.attended <= attendance.counted <= attendance.held == 6
