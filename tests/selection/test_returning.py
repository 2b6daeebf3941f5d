"""Who withdraws frees a place; who comes back waits for the next one, and is told all again."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from applications.domain.applying import withdraw_application
from applications.domain.restoring import restore_application
from applications.models import Application, Stage
from dtt.play.selection import Shortlist, cohort_after_shortlist
from notifications.models import Message
from selection.domain.expiring import close_reserves, expire_unanswered
from selection.domain.replying import (
    UnableToReply,
    confirm_place,
    decline_place,
    undo_decline,
)
from selection.models import Entry, Override
from selection.queries import turn_of
from tests.selection.conftest import Waiting, messages_to, seats, stages

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def leave(application: Application, now: datetime) -> None:
    withdraw_application(application_id=application.pk, by=application.user, now=now)


def come_back(shortlist: Shortlist, application: Application, now: datetime) -> None:
    restore_application(
        application_id=application.pk, reason="A mistake.", by=shortlist.staff.asker, now=now
    )


def entry_of(application: Application) -> Entry:
    return Entry.objects.select_related("application", "selection__cohort").get(
        application=application
    )


@pytest.mark.parametrize("back", [False, True], ids=["withdrawn", "back"])
def test_who_has_withdrawn_has_no_place_any_more_though_the_sweep_has_not_come(
    shortlist: Shortlist, now: datetime, back: bool
) -> None:
    confirmed, asked, waits = *shortlist.selected[:2], shortlist.reserves[0]
    confirm_place(application_id=confirmed.pk, by=confirmed.user, now=now)
    for one in (confirmed, asked, waits):
        leave(one, now)
        if back:
            come_back(shortlist, one, now)

    said = set()
    for one in (confirmed, asked):
        for verb in (confirm_place, decline_place):
            with pytest.raises(UnableToReply) as refused:
                verb(application_id=one.pk, by=one.user, now=now + HOUR)
            said.add(str(refused.value))

    assert said == {
        "No place has been offered to you that waits for an answer: you are on the reserve list. "
        "When it is your turn, we write to you at once."
        if back
        else "You withdrew your application, so there is no place to reply to."
    }
    standing = "reserve" if back else "withdrawn"
    assert [entry_of(one).standing for one in (confirmed, asked, waits)] == [standing] * 3


def test_a_withdrawn_place_goes_to_the_next_with_the_next_sweep(
    shortlist: Shortlist, now: datetime
) -> None:
    seat, reserve = shortlist.selected[0], shortlist.reserves[0]
    confirm_place(application_id=seat.pk, by=seat.user, now=now + HOUR)
    leave(seat, now + HOUR)

    freed = [expire_unanswered(now=now + HOUR) for _ in range(2)]

    assert freed == [1, 0]
    assert stages(seat, reserve) == ["withdrawn", "place-offered"]
    assert seats(shortlist.selection)[1] == reserve.reference
    assert messages_to(reserve) == ["place-offered"]


@pytest.mark.parametrize("swept_before", [True, False])
def test_who_comes_back_waits_behind_the_reserves(
    shortlist: Shortlist, now: datetime, swept_before: bool
) -> None:
    """Also when they come back so soon that their seat has not been freed yet."""
    seat, other = shortlist.selected[:2]
    leave(seat, now + HOUR)
    if swept_before:
        expire_unanswered(now=now + HOUR)
    come_back(shortlist, seat, now + HOUR)
    expire_unanswered(now=now + HOUR)

    assert stages(seat, *shortlist.reserves) == ["reserve", "place-offered", "reserve", "reserve"]
    assert (entry_of(seat).standing, turn_of(entry_of(seat))) == ("reserve", 3)
    assert seat.reference not in seats(shortlist.selection).values()
    assert sorted(seats(shortlist.selection)) == [1, 2, 3]
    decline_place(application_id=other.pk, by=other.user, now=now + HOUR)
    assert turn_of(entry_of(seat)) == 2


def test_who_came_back_moves_up_in_turn_and_is_told_again(
    shortlist: Shortlist, now: datetime
) -> None:
    seat, *others = shortlist.selected
    confirm_place(application_id=seat.pk, by=seat.user, now=now)
    leave(seat, now)
    expire_unanswered(now=now)
    come_back(shortlist, seat, now)
    for holder in [*others, shortlist.reserves[0]]:
        decline_place(application_id=holder.pk, by=holder.user, now=now + HOUR)

    assert stages(seat, *shortlist.reserves[1:]) == [
        "place-offered",
        "place-offered",
        "place-offered",
    ]
    confirm_place(application_id=seat.pk, by=seat.user, now=now + 2 * HOUR)
    kinds = Message.objects.filter(person=seat.user, run__startswith="selection:")
    assert list(kinds.order_by("id").values_list("kind", flat=True)) == [
        "place-offered",
        "place-confirmed",
        "place-offered",
        "place-confirmed",
    ]


def test_a_reserve_who_comes_back_has_their_turn_again(shortlist: Shortlist, now: datetime) -> None:
    first, second, _third = shortlist.reserves
    leave(first, now)
    come_back(shortlist, first, now)

    decline_place(
        application_id=shortlist.selected[0].pk, by=shortlist.selected[0].user, now=now + HOUR
    )

    assert stages(first, second) == ["place-offered", "reserve"]


def test_the_list_closes_for_those_who_came_back_too(shortlist: Shortlist, now: datetime) -> None:
    seat = shortlist.selected[0]
    end = entry_of(seat).selection.reserves_until
    leave(seat, end - HOUR)
    expire_unanswered(now=end - HOUR)
    come_back(shortlist, seat, end)

    told = [close_reserves(now=end) for _ in range(2)]

    assert told == [1, 0]  # the reserves were offered what others left
    assert stages(seat) == [Stage.NOT_SELECTED]
    [letter] = Message.objects.filter(person=seat.user, kind="place-reserve-closed")
    assert "None" not in letter.body + letter.subject


def test_their_page_says_that_they_wait(shortlist: Shortlist, now: datetime) -> None:
    seat = shortlist.selected[0]
    leave(seat, now)
    come_back(shortlist, seat, now)
    client = Client()
    client.force_login(seat.user)
    client.cookies["django_language"] = "en"

    shown = client.get(reverse("selection:result", args=[seat.reference])).content.decode()

    assert "You are among the first 10 on it now." in shown


def undo(shortlist: Shortlist, application: Application, now: datetime) -> Entry:
    return undo_decline(
        application_id=application.pk,
        reason="Pressed the wrong button.",
        by=shortlist.staff.asker,
        now=now,
    )


def decline(application: Application, now: datetime) -> None:
    decline_place(application_id=application.pk, by=application.user, now=now)


def test_an_accidental_decline_gets_the_next_free_seat_before_all_reserves(
    shortlist: Shortlist, now: datetime
) -> None:
    hasty, other = shortlist.selected[:2]
    first_reserve, second_reserve = shortlist.reserves[:2]
    decline(hasty, now + HOUR)

    undo(shortlist, hasty, now + 2 * HOUR)

    assert stages(hasty, first_reserve, second_reserve) == ["reserve", "place-offered", "reserve"]
    assert turn_of(entry_of(hasty)) == 1
    assert messages_to(hasty)[-1] == "place-decline-undone"
    decline(other, now + 3 * HOUR)
    assert stages(hasty, second_reserve) == ["place-offered", "reserve"]
    assert messages_to(hasty)[-1] == "place-offered"


def test_an_accidental_decline_is_offered_its_seat_again_where_nobody_moved_up(
    shortlist: Shortlist, now: datetime
) -> None:
    hasty = shortlist.selected[0]
    for reserve in shortlist.reserves:
        leave(reserve, now + HOUR)
    decline(hasty, now + 2 * HOUR)

    entry = undo(shortlist, hasty, now + 3 * HOUR)

    assert (entry.reply, entry.offers) == ("offered", 2)
    assert stages(hasty) == ["place-offered"]
    confirm_place(application_id=hasty.pk, by=hasty.user, now=now + 4 * HOUR)
    assert stages(hasty) == ["place-confirmed"]


def test_a_decline_is_undone_once_and_only_while_reserves_move_up(
    shortlist: Shortlist, now: datetime
) -> None:
    hasty, late = shortlist.selected[:2]
    decline(hasty, now + HOUR)
    decline(late, now + HOUR)

    for _twice in range(2):
        undo(shortlist, hasty, now + 2 * HOUR)

    assert messages_to(hasty).count("place-decline-undone") == 1
    with pytest.raises(UnableToReply, match="has closed"):
        undo(shortlist, late, shortlist.selection.reserves_until)
    with pytest.raises(UnableToReply, match="has not declined"):
        undo(shortlist, shortlist.selected[2], now + 2 * HOUR)


def test_staff_undo_a_decline_on_the_page_of_the_list(shortlist: Shortlist, now: datetime) -> None:
    hasty = shortlist.selected[0]
    decline(hasty, now + HOUR)
    browser = Client()

    with time_machine.travel(now + 2 * HOUR, tick=False):
        browser.force_login(shortlist.staff.asker)
        page = browser.get(shortlist.selection.get_absolute_url()).content.decode()
        browser.post(
            reverse("admin:selection_selection_undo", args=[shortlist.selection.pk]),
            {"reference": hasty.reference, "reason": "A mistake."},
        )

    assert "Take the decline back" in page
    assert stages(hasty) == ["reserve"]


def test_a_seat_above_the_places_is_given_back_at_once_and_leaves_the_places_free(
    waiting: Waiting, now: datetime
) -> None:
    """Somebody moved in by hand declines by mistake; then a place within the list is given up."""
    above, staff = waiting.applications[7], waiting.staff
    Override.objects.create(
        cohort=waiting.cohort,
        step="bootcamp",
        application=above,
        way="in",
        category="error",
        reason="Our fault.",
        asked_by=staff.asker,
        agreed_by=staff.second,
        agreed_at=now,
    )
    shortlist = cohort_after_shortlist(waiting.cohort, staff, now=now)
    decline(above, now)

    entry = undo(shortlist, above, now)

    assert (entry.reply, stages(above)) == ("offered", ["place-offered"])
    decline(waiting.applications[0], now)
    assert stages(*waiting.applications[3:5]) == ["place-offered", "reserve"]


def test_a_reserve_who_withdrew_reads_that_and_nobody_counts_them_in_turn(
    shortlist: Shortlist, now: datetime
) -> None:
    first, second, _third = shortlist.reserves
    leave(first, now)

    assert [turn_of(entry_of(one)) for one in (first, second)] == [None, 1]
    assert entry_of(first).standing == "withdrawn"
