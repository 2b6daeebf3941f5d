"""Numbers never fall, the same twice is nothing new, and what is called off says so."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from accounts.revisions import Entry, Told, revise, revisions

NOW = datetime(2027, 3, 1, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def entry(uid: str = "a", *, what: str = "Lesson", starts: int = 24, kept: bool = True) -> Entry:
    begins = NOW + starts * HOUR
    return Entry(uid=uid, what=what, starts_at=begins, ends_at=begins + HOUR, kept=kept)


def said(told: Told) -> list[tuple[str, int, bool]]:
    return [(one.entry.what, one.number, one.cancelled) for one in revisions(told)]


def test_a_changed_entry_gets_the_next_number_and_the_time_of_the_change() -> None:
    first = revise({}, [entry()], now=NOW)

    told = revise(first, [entry(what="Moved lesson")], now=NOW + HOUR)

    assert said(first) == [("Lesson", 0, False)]
    assert said(told) == [("Moved lesson", 1, False)]
    assert [one.changed_at for one in revisions(told)] == [NOW + HOUR]


def test_what_was_to_come_and_is_called_off_is_cancelled_and_may_come_back() -> None:
    told = revise({}, [entry()], now=NOW)

    off = revise(told, [], now=NOW + HOUR)
    again = revise(off, [entry()], now=NOW + 2 * HOUR)

    assert said(off) == [("Lesson", 1, True)]
    assert revise(off, [], now=NOW + 90 * HOUR) == off
    assert said(again) == [("Lesson", 2, False)]


def test_what_is_over_stays_as_it_was_though_its_timetable_is_gone() -> None:
    told = revise({}, [entry(starts=-2)], now=NOW - 3 * HOUR)

    assert revise(told, [], now=NOW) == told


def test_a_deadline_that_is_met_goes_and_its_number_still_rises() -> None:
    told = revise({}, [entry(kept=False)], now=NOW)

    gone = revise(told, [], now=NOW)

    assert said(gone) == []
    assert said(revise(gone, [entry(kept=False)], now=NOW)) == [("Lesson", 2, False)]


ENTRIES = st.lists(
    st.builds(
        entry,
        st.sampled_from("abc"),
        what=st.sampled_from(["x", "y"]),
        starts=st.integers(-3, 3),
        kept=st.booleans(),
    ),
    unique_by=lambda one: one.uid,
)


@given(st.lists(ENTRIES, max_size=6))
def test_numbers_rise_with_every_change_and_with_nothing_else(history: list[list[Entry]]) -> None:
    told: Told = {}
    for step, entries in enumerate(history):
        at = NOW + step * HOUR
        newer = revise(told, entries, now=at)
        assert revise(newer, entries, now=at + HOUR) == newer
        before = {one.entry.uid: one for one in revisions(told)}
        for one in revisions(newer):
            if (old := before.get(one.entry.uid)) is not None:
                same = (old.entry, old.cancelled) == (one.entry, one.cancelled)
                assert one.number == old.number + (not same)
                assert one.changed_at == (old.changed_at if same else at)
        told = newer
