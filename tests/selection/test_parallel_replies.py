"""Twenty people, and fifty, answer at once, each on a connection of their own."""

from datetime import datetime, timedelta

import pytest

from applications.models import Application, Stage
from dtt.play.selection import approve, cohort_after_shortlist, draw_up_step
from notifications.models import Message
from selection.domain.expiring import expire_unanswered
from selection.domain.publishing import publish_selection
from selection.domain.replying import confirm_place, decline_place
from selection.models import Entry
from tests.parallel import at_once
from tests.selection.conftest import make_waiting, seats

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, FIFTY = 20, 50


def test_twenty_replies_at_once_leave_one_holder_for_each_seat(now: datetime) -> None:
    waiting = make_waiting(now, people=30, places=10, reserves=15).give(*range(90, 60, -1))
    published = cohort_after_shortlist(waiting.cohort, waiting.staff, now=now)
    people = published.selected

    done = at_once(
        [
            lambda verb=verb, person=person: verb(
                application_id=person.pk, by=person.user, now=now + timedelta(hours=1)
            )
            for person in people
            for verb in (confirm_place, decline_place)
        ]
    )

    assert len(done) == THREADS
    assert list(seats(published.selection)) == list(range(1, 11))
    declined = Entry.objects.filter(reply="declined").count()
    confirmed = Entry.objects.filter(reply="confirmed").count()
    assert (declined + confirmed, confirmed) == (10, 0)
    moved_up = Entry.objects.filter(outcome="reserve", reply="offered")
    assert list(moved_up.values_list("reserve_position", flat=True).order_by("pk")) == list(
        range(1, 11)
    )
    assert Application.objects.filter(stage=Stage.PLACE_OFFERED).count() == 10
    assert Message.objects.filter(run__endswith=":moved-up").count() == 10


def test_confirming_declining_and_lapsing_at_once_never_overbooks(now: datetime) -> None:
    waiting = make_waiting(now, people=30, places=10, reserves=15).give(*range(90, 60, -1))
    published = cohort_after_shortlist(waiting.cohort, waiting.staff, now=now)
    in_time, too_late = now + timedelta(hours=47), now + timedelta(hours=48)
    replies = [
        lambda verb=verb, person=person: verb(application_id=person.pk, by=person.user, now=in_time)
        for person, verb in zip(
            published.selected, [confirm_place] * 4 + [decline_place] * 6, strict=True
        )
    ]
    sweeps = [lambda: expire_unanswered(now=too_late)] * (THREADS - len(replies))

    at_once([*replies, *sweeps])

    held = Entry.objects.filter(selection=published.selection, seat__isnull=False)
    assert sorted(held.values_list("seat", flat=True)) == list(range(1, 11))
    stages = [Stage.PLACE_OFFERED, Stage.PLACE_CONFIRMED]
    assert Application.objects.filter(stage__in=stages).count() == 10
    left = Entry.objects.filter(reply__in=["declined", "lapsed"]).count()
    assert Message.objects.filter(run__endswith=":moved-up").count() == left


def test_fifty_confirmations_at_once_never_fill_more_than_the_places(now: datetime) -> None:
    """Fifteen people press three times each for ten places, and five sweeps run meanwhile."""
    waiting = make_waiting(now, people=30, places=10, reserves=15).give(*range(90, 60, -1))
    published = cohort_after_shortlist(waiting.cohort, waiting.staff, now=now)
    later = now + timedelta(hours=1)
    people = [*published.selected, *published.reserves[:5]]
    for leaver in published.selected[:5]:
        decline_place(application_id=leaver.pk, by=leaver.user, now=now)

    done = at_once(
        [
            lambda person=person: confirm_place(application_id=person.pk, by=person.user, now=later)
            for person in people
            for _window in range(3)
        ]
        + [lambda: expire_unanswered(now=later)] * (FIFTY - 3 * len(people))
    )

    assert (len(done), done.count("UnableToReply")) == (FIFTY, 15)  # who had given it up
    assert list(seats(published.selection)) == list(range(1, 11))
    assert Entry.objects.filter(reply="confirmed").count() == 10
    assert Application.objects.filter(stage=Stage.PLACE_CONFIRMED).count() == 10
    assert Message.objects.filter(kind="place-confirmed").count() == 10


def test_two_tabs_that_publish_at_once_publish_once(now: datetime) -> None:
    waiting = make_waiting(now).give(80, 70, 60, 50, 40, 30, 20, 10)
    staff = waiting.staff
    selection = draw_up_step(waiting.cohort, "bootcamp", by=staff.asker, now=now)
    approve(selection, by=staff.asker, approver=staff.second, now=now)

    done = at_once(
        [lambda: publish_selection(selection_id=selection.pk, by=staff.asker, now=now)] * 5
    )

    assert sorted(done) == ["UnableToPublish"] * 4 + ["done"]
    assert Message.objects.filter(run=f"selection:{selection.pk}").count() == 8
