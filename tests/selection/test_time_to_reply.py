"""Whoever is offered a place has time to reply, and is told while there is."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from dtt.play.selection import Shortlist, approve, draw_up_step
from notifications.domain.delivery import claim, deliver
from notifications.models import Message
from selection.domain.expiring import close_reserves, expire_unanswered
from selection.domain.publishing import publish_selection
from selection.domain.replying import confirm_place, decline_place, undo_decline
from selection.models import Entry, Selection
from tests.selection.conftest import Waiting, stages

pytestmark = pytest.mark.django_db
MOMENT = timedelta(microseconds=1)


def entry_of(application: object) -> Entry:
    return Entry.objects.get(application=application)


@pytest.mark.parametrize(
    ("before", "moves_up"),
    [
        (timedelta(hours=14), True),
        (timedelta(hours=12) + MOMENT, True),
        (timedelta(hours=12), False),
        (timedelta(minutes=2), False),
    ],
)
def test_nobody_moves_up_with_less_than_twelve_hours_to_reply(
    shortlist: Shortlist, now: datetime, before: timedelta, moves_up: bool
) -> None:
    """And nobody has time to reply beyond the beginning."""
    begins, reserve = shortlist.selection.places_end_at, shortlist.reserves[0]
    leaver = shortlist.selected[0]
    confirm_place(application_id=leaver.pk, by=leaver.user, now=now)

    decline_place(application_id=leaver.pk, by=leaver.user, now=begins - before)

    entry = entry_of(reserve)
    assert (entry.reply_by, stages(reserve)) == (
        (begins, ["place-offered"]) if moves_up else (None, ["reserve"])
    )


@pytest.mark.parametrize(("hours", "least"), [(48, 12), (12, 12), (6, 6)])
def test_the_least_time_to_reply_is_what_everybody_has_where_that_is_shorter(
    hours: int, least: int
) -> None:
    assert Selection(reply_hours=hours).shortest_reply == timedelta(hours=least)


@pytest.mark.parametrize(
    ("before", "open_for"),
    [
        (timedelta(hours=60), timedelta(hours=48)),
        (timedelta(hours=20), timedelta(hours=20)),
        (timedelta(hours=12), timedelta(hours=12)),
        (timedelta(hours=12) - MOMENT, timedelta(hours=48)),
    ],
)
def test_a_list_that_comes_out_late_leaves_time_to_reply(
    waiting: Waiting, now: datetime, before: timedelta, open_for: timedelta
) -> None:
    drawn = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    at = drawn.places_end_at - before
    with time_machine.travel(at, tick=False):
        approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=at)
        publish_selection(selection_id=drawn.pk, by=waiting.staff.asker, now=at)

    assert {e.reply_by for e in Entry.objects.filter(reply="offered")} == {at + open_for}


def test_a_place_that_nobody_can_be_offered_is_shown_to_staff(
    shortlist: Shortlist, now: datetime
) -> None:
    late = shortlist.selection.places_end_at - timedelta(hours=3)
    leaver, browser = shortlist.selected[0], Client()
    confirm_place(application_id=leaver.pk, by=leaver.user, now=now)
    decline_place(application_id=leaver.pk, by=leaver.user, now=late)

    with time_machine.travel(late, tick=False):
        browser.force_login(shortlist.staff.asker)
        page = browser.get(shortlist.selection.get_absolute_url()).content.decode()

    assert "1 place is free." in page
    assert "Nobody moves up any more since Sun 4 Apr 2027, 12:00 HKT (UTC+8)" in page


@pytest.mark.parametrize(
    ("before", "leaves_after"),
    [(timedelta(hours=30), timedelta(minutes=10)), (timedelta(hours=13), timedelta(0))],
)
def test_what_must_be_answered_within_a_day_is_not_held_back(
    shortlist: Shortlist, now: datetime, before: timedelta, leaves_after: timedelta
) -> None:
    at = shortlist.selection.places_end_at - before
    leaver, reserve = shortlist.selected[0], shortlist.reserves[0]
    confirm_place(application_id=leaver.pk, by=leaver.user, now=now)

    decline_place(application_id=leaver.pk, by=leaver.user, now=at)

    letter = Message.objects.get(person=reserve.user, kind="place-offered")
    assert letter.due_at - at == leaves_after
    assert letter.until == shortlist.selection.places_end_at


@pytest.mark.parametrize(("late", "state"), [(MOMENT, "sent"), (timedelta(0), "void")])
def test_an_offer_is_not_told_after_its_own_deadline(
    shortlist: Shortlist, now: datetime, late: timedelta, state: str
) -> None:
    """However long the post office stood still; and what the sweep tells instead still leaves."""
    person = shortlist.selected[0]
    deadline = now + timedelta(hours=48)
    at = deadline - late

    while ids := claim(now=at):
        deliver(message_ids=ids, now=at)

    offer = Message.objects.get(person=person.user, kind="place-offered")
    assert (offer.state, offer.until) == (state, deadline)
    expire_unanswered(now=deadline)
    lapsed = Message.objects.get(person=person.user, kind="place-lapsed")
    assert (lapsed.state, lapsed.until) == ("queued", None)


def test_who_declined_by_mistake_on_the_last_evening_has_the_seat_again_if_it_is_free(
    shortlist: Shortlist, now: datetime
) -> None:
    hasty, other = shortlist.selected[:2]
    late = shortlist.selection.places_end_at - timedelta(hours=3)
    for person in (hasty, other):
        confirm_place(application_id=person.pk, by=person.user, now=now)
    close_reserves(now=late)
    decline_place(application_id=hasty.pk, by=hasty.user, now=late)

    entry = undo_decline(
        application_id=hasty.pk, reason="A mistake.", by=shortlist.staff.asker, now=late
    )

    assert (entry.reply, entry.reply_by) == ("offered", late + timedelta(hours=48))
    assert stages(hasty, *shortlist.reserves) == ["place-offered", *["not-selected"] * 3]
