from datetime import datetime, timedelta

import pytest

from applications.domain.applying import withdraw_application
from applications.models import Cohort
from dtt.play.selection import Shortlist, cohort_after_shortlist
from notifications.models import Message
from selection.domain.expiring import close_reserves, expire_unanswered, remind_unanswered
from selection.domain.replying import UnableToReply, confirm_place, decline_place
from selection.models import Entry
from selection.queries import turn_of
from tests.selection.conftest import Waiting, messages_to, seats, stages

pytestmark = pytest.mark.django_db
DEADLINE = timedelta(hours=48)
MOMENT = timedelta(microseconds=1)


def entry_of(application: object) -> Entry:
    return Entry.objects.get(application=application)


def test_a_confirmed_place_is_confirmed_once(shortlist: Shortlist, now: datetime) -> None:
    person = shortlist.selected[0]

    confirm_place(application_id=person.pk, by=person.user, now=now)
    confirm_place(application_id=person.pk, by=person.user, now=now + timedelta(hours=1))

    assert stages(person) == ["place-confirmed"]
    assert entry_of(person).replied_at == now
    assert Message.objects.filter(person=person.user, kind="place-confirmed").count() == 1


def test_a_declined_place_goes_to_the_first_reserve_at_once(
    shortlist: Shortlist, now: datetime
) -> None:
    person, first_reserve = shortlist.selected[1], shortlist.reserves[0]
    later = now + timedelta(hours=20)

    decline_place(application_id=person.pk, by=person.user, now=later)

    assert stages(person, first_reserve) == ["place-declined", "place-offered"]
    assert seats(shortlist.selection)[2] == first_reserve.reference
    assert entry_of(first_reserve).reply_by == later + DEADLINE
    assert messages_to(first_reserve) == ["place-offered"]
    assert messages_to(person) == ["place-declined"]


def test_declining_twice_frees_one_seat(shortlist: Shortlist, now: datetime) -> None:
    person = shortlist.selected[0]

    for _ in range(2):
        decline_place(application_id=person.pk, by=person.user, now=now)

    assert stages(*shortlist.reserves) == ["place-offered", "reserve", "reserve"]


def test_a_confirmed_place_can_be_given_up(shortlist: Shortlist, now: datetime) -> None:
    person = shortlist.selected[0]
    confirm_place(application_id=person.pk, by=person.user, now=now)

    decline_place(application_id=person.pk, by=person.user, now=now + timedelta(days=5))

    assert stages(person, shortlist.reserves[0]) == ["place-declined", "place-offered"]


def test_a_declined_place_cannot_be_confirmed(shortlist: Shortlist, now: datetime) -> None:
    person = shortlist.selected[0]
    decline_place(application_id=person.pk, by=person.user, now=now)

    with pytest.raises(UnableToReply, match="You declined this place on Mon 1 Mar 2027, 12:00 HKT"):
        confirm_place(application_id=person.pk, by=person.user, now=now)


@pytest.mark.parametrize(("before", "in_time"), [(MOMENT, True), (timedelta(0), False)])
def test_the_deadline_is_the_servers_clock(
    shortlist: Shortlist, now: datetime, before: timedelta, in_time: bool
) -> None:
    person = shortlist.selected[0]
    at = now + DEADLINE - before

    if in_time:
        confirm_place(application_id=person.pk, by=person.user, now=at)
    else:
        with pytest.raises(UnableToReply, match="Your application and your score are kept"):
            confirm_place(application_id=person.pk, by=person.user, now=at)

    assert stages(person) == ["place-confirmed" if in_time else "place-offered"]


def test_who_was_not_offered_a_place_cannot_reply(shortlist: Shortlist, now: datetime) -> None:
    for person in (shortlist.reserves[0], shortlist.rejected[0]):
        for verb in (confirm_place, decline_place):
            with pytest.raises(UnableToReply, match="No place has been offered to you"):
                verb(application_id=person.pk, by=person.user, now=now)


def test_nobody_replies_before_publication(waiting: Waiting, now: datetime) -> None:
    with pytest.raises(UnableToReply, match="No place has been offered to you"):
        confirm_place(
            application_id=waiting.applications[0].pk, by=waiting.applications[0].user, now=now
        )


def test_silence_lapses_at_the_deadline_and_the_next_move_up(
    shortlist: Shortlist, now: datetime
) -> None:
    kept = shortlist.selected[0]
    confirm_place(application_id=kept.pk, by=kept.user, now=now)

    assert expire_unanswered(now=now + DEADLINE - MOMENT) == 0
    assert [expire_unanswered(now=now + DEADLINE) for _ in range(2)] == [2, 0]

    assert stages(*shortlist.selected) == ["place-confirmed", "place-lapsed", "place-lapsed"]
    assert stages(*shortlist.reserves) == ["place-offered", "place-offered", "reserve"]
    assert messages_to(shortlist.selected[1]) == ["place-lapsed"]
    assert list(seats(shortlist.selection)) == [1, 2, 3]


def test_who_withdraws_frees_the_seat(shortlist: Shortlist, now: datetime) -> None:
    person = shortlist.selected[2]
    confirm_place(application_id=person.pk, by=person.user, now=now)
    withdraw_application(application_id=person.pk, by=person.user, now=now)

    assert [expire_unanswered(now=now) for _ in range(2)] == [1, 0]

    assert stages(person, shortlist.reserves[0]) == ["withdrawn", "place-offered"]
    assert seats(shortlist.selection)[3] == shortlist.reserves[0].reference


def test_a_reserve_who_withdrew_is_passed_over(shortlist: Shortlist, now: datetime) -> None:
    first, second, _third = shortlist.reserves
    withdraw_application(application_id=first.pk, by=first.user, now=now)

    decline_place(application_id=shortlist.selected[0].pk, by=shortlist.selected[0].user, now=now)

    assert stages(first, second) == ["withdrawn", "place-offered"]
    assert entry_of(first).reply == "withdrawn"


def test_when_the_reserve_list_is_used_up_the_seat_stays_free(
    shortlist: Shortlist, now: datetime
) -> None:
    for person in [*shortlist.selected, *shortlist.reserves]:
        decline_place(application_id=person.pk, by=person.user, now=now)

    assert seats(shortlist.selection) == {}
    assert stages(*shortlist.rejected) == ["not-selected", "not-selected"]


def test_the_extra_seat_of_a_tie_is_not_filled_again(waiting: Waiting, now: datetime) -> None:
    waiting.give(80, 70, 60, 60, 40, 30, 20, 10)
    tied = cohort_after_shortlist(waiting.cohort, waiting.staff, now=now)
    one, two, *_ = tied.selected

    decline_place(application_id=one.pk, by=one.user, now=now)
    after_one = len(seats(tied.selection))
    decline_place(application_id=two.pk, by=two.user, now=now)

    assert [after_one, len(seats(tied.selection))] == [3, 3]
    assert stages(*tied.reserves) == ["place-offered", "reserve", "reserve"]


def test_a_reserves_turn_counts_those_who_still_wait(shortlist: Shortlist, now: datetime) -> None:
    first, second, third = shortlist.reserves
    assert [turn_of(entry_of(person)) for person in (first, second, third)] == [1, 2, 3]

    decline_place(application_id=shortlist.selected[0].pk, by=shortlist.selected[0].user, now=now)

    assert [turn_of(entry_of(person)) for person in (first, second, third)] == [None, 1, 2]


def test_reminders_come_at_half_and_at_nine_tenths_of_the_time(
    shortlist: Shortlist, now: datetime
) -> None:
    confirm_place(application_id=shortlist.selected[0].pk, by=shortlist.selected[0].user, now=now)
    half, nine_tenths = now + DEADLINE / 2, now + DEADLINE * 0.9

    told = [
        remind_unanswered(now=at)
        for at in (half - MOMENT, half, half, nine_tenths - MOMENT, nine_tenths, nine_tenths)
    ]

    assert told == [0, 2, 0, 0, 2, 0]
    assert Message.objects.filter(kind="place-reminder").count() == 4


def test_the_reserve_list_closes_twelve_hours_before_the_bootcamp_begins(
    shortlist: Shortlist, now: datetime
) -> None:
    """Nobody waits for a place that could not be offered any more."""
    closes = shortlist.selection.places_end_at - timedelta(hours=12)
    leaver = shortlist.selected[0]
    for person in shortlist.selected:
        confirm_place(application_id=person.pk, by=person.user, now=now)

    assert close_reserves(now=closes - MOMENT) == 0
    decline_place(application_id=leaver.pk, by=leaver.user, now=closes)
    assert [close_reserves(now=closes) for _ in range(2)] == [3, 0]

    assert stages(*shortlist.reserves) == ["not-selected"] * 3
    assert messages_to(shortlist.reserves[0]) == ["place-reserve-closed"]
    assert len(seats(shortlist.selection)) == 2


def test_the_closing_of_the_list_follows_the_calendar(shortlist: Shortlist, now: datetime) -> None:
    first = min(shortlist.cohort.bootcamp_dates)
    Cohort.objects.filter(pk=shortlist.cohort.pk).update(bootcamp_dates=[first + timedelta(days=7)])
    shortlist.selection.refresh_from_db()

    begins = shortlist.selection.places_end_at
    assert begins.isoformat() == f"{first + timedelta(days=7)}T00:00:00+08:00"
    assert begins - shortlist.selection.reserves_until == timedelta(hours=12)
