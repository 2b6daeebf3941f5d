"""Who has left the pool before a list comes out is told why, and never that they withdrew."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from applications.domain.applying import withdraw_application
from applications.domain.claims import hold
from applications.domain.review import decide_eligibility
from applications.domain.stages import advance, advance_locked
from applications.lifecycle import Move
from applications.models import Application, Cohort, Stage
from dtt.play.selection import approve, draw_up_step, prepare_list
from notifications.models import Message
from selection.domain.appealing import UnableToAppeal, make_appeal
from selection.domain.publishing import UnableToPublish, publish_selection
from selection.domain.replying import decline_place
from selection.models import Entry, Selection
from selection.story import tell
from tests.selection.conftest import Waiting, make_waiting, messages_to, stages

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def ready(waiting: Waiting, now: datetime) -> Selection:
    drawn = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    return drawn


def find(application: Application, *, eligible: bool, by: User, now: datetime) -> None:
    hold(application_id=application.pk, by=by, now=now)
    decide_eligibility(
        application_id=application.pk, eligible=eligible, reason="Not 18.", by=by, now=now
    )


def page_of(application: Application, now: datetime) -> str:
    browser = Client()
    with time_machine.travel(now, tick=False):
        browser.force_login(application.user)
        browser.cookies["django_language"] = "en"
        answer = browser.get(reverse("selection:result", args=[application.reference]))
    assert answer.status_code == 200
    return answer.content.decode()


def refuse(application: Application, waiting: Waiting, now: datetime) -> None:
    find(application, eligible=False, by=waiting.staff.asker, now=now)


def merge(application: Application, waiting: Waiting, now: datetime) -> None:
    advance_locked(
        [application],
        move=Move.MERGE,
        by=waiting.staff.asker,
        now=now,
        into=waiting.applications[0],
    )


@pytest.mark.parametrize(
    ("leave", "stage", "said"),
    [
        (refuse, "ineligible", "it was decided that you cannot take part in this cohort"),
        (merge, "merged", "the two applications were made one"),
    ],
)
def test_who_was_taken_out_is_told_so_and_not_that_they_withdrew(
    ready: Selection,
    waiting: Waiting,
    now: datetime,
    leave: Callable[[Application, Waiting, datetime], None],
    stage: str,
    said: str,
) -> None:
    person, next_in_turn = waiting.applications[1], waiting.applications[3]
    leave(person, waiting, now)
    told = list(Message.objects.filter(person=person.user).values_list("kind", flat=True))

    publish_selection(selection_id=ready.pk, by=waiting.staff.asker, now=now)

    entry = Entry.objects.select_related("application", "selection__cohort").get(application=person)
    assert (entry.reply, entry.left_as, entry.standing) == ("left", stage, "left")
    assert stages(person, next_in_turn) == [stage, "place-offered"]
    # The decision has its own letter; the list adds none.
    assert list(Message.objects.filter(person=person.user).values_list("kind", flat=True)) == told
    page = page_of(person, now)
    assert (said in page, "You withdrew" in page) == (True, False)
    with pytest.raises(UnableToAppeal, match=said):
        make_appeal(entry_id=entry.pk, ground="error", text="Why?", by=person.user, now=now)
    [fact] = tell([person.pk]).facts
    assert str(Stage(stage).label) in fact.detail
    assert "withdrew" not in fact.detail


def test_who_withdrew_is_told_that_they_withdrew(
    ready: Selection, waiting: Waiting, now: datetime
) -> None:
    person = waiting.applications[1]
    withdraw_application(application_id=person.pk, by=person.user, now=now)

    publish_selection(selection_id=ready.pk, by=waiting.staff.asker, now=now)

    entry = Entry.objects.get(application=person)
    assert (entry.reply, entry.left_as) == ("withdrawn", "")
    assert "You withdrew your application" in page_of(person, now)


@pytest.mark.parametrize("place", [0, 4, 7])
@pytest.mark.parametrize("eligible", [True, False])
def test_a_list_waits_until_it_is_decided_who_may_take_part(
    ready: Selection, waiting: Waiting, now: datetime, place: int, eligible: bool
) -> None:
    """Whoever it is: they were ranked, and would be told a falsehood or nothing."""
    person, asker = waiting.applications[place], waiting.staff.asker
    advance(application_ids=[person.pk], move=Move.RECONSIDER, by=None, now=now)

    with pytest.raises(UnableToPublish, match="not decided whether somebody may take part: 1"):
        publish_selection(selection_id=ready.pk, by=asker, now=now)
    assert messages_to(person) == []

    find(person, eligible=eligible, by=asker, now=now)
    publish_selection(selection_id=ready.pk, by=asker, now=now)
    after = {0: "place-offered", 4: "reserve", 7: "not-selected"}[place]
    assert stages(person) == [after if eligible else "ineligible"]
    assert len(messages_to(person)) == int(eligible)


def test_the_page_of_the_run_names_whose_eligibility_is_undecided(
    ready: Selection, waiting: Waiting, now: datetime
) -> None:
    person, browser = waiting.applications[7], Client()
    advance(application_ids=[person.pk], move=Move.RECONSIDER, by=None, now=now)

    browser.force_login(waiting.staff.asker)
    page = browser.get(ready.get_absolute_url()).content.decode()
    warning = page[page.index('<div class="warn"') :].partition("</div>")[0]

    assert "It is not decided whether somebody may take part" in warning
    assert person.reference in warning


@pytest.fixture
def final(now: datetime) -> tuple[Waiting, Selection]:
    """Five people with confirmed places of a published list, and the finalists drawn up."""
    waiting = make_waiting(now, people=5, places=5).give(80, 70, 60, 50, 40)
    staff, cohort = waiting.staff, waiting.cohort
    Cohort.objects.filter(pk=cohort.pk).update(finalists=2, finalists_with_ties=2)
    cohort.refresh_from_db()
    places = draw_up_step(cohort, "bootcamp", by=staff.asker, now=now)
    approve(places, by=staff.asker, approver=staff.second, now=now)
    publish_selection(selection_id=places.pk, by=staff.asker, now=now)
    Entry.objects.update(reply="confirmed", replied_at=now)
    Application.objects.filter(cohort=cohort).update(stage="place-confirmed")
    criteria = [("test.score", Decimal(1))]
    prepare_list(cohort, "final", criteria=criteria, reserves=1, by=staff.asker, now=now)
    drawn = draw_up_step(cohort, "final", by=staff.asker, now=now)
    approve(drawn, by=staff.asker, approver=staff.second, now=now)
    return waiting, drawn


def test_who_gave_the_place_up_before_the_finalists_were_named_is_told_that(
    final: tuple[Waiting, Selection], now: datetime
) -> None:
    waiting, drawn = final
    person = waiting.applications[0]
    decline_place(application_id=person.pk, by=person.user, now=now)

    publish_selection(selection_id=drawn.pk, by=waiting.staff.asker, now=now)

    assert stages(*waiting.applications[:3]) == ["place-declined", "finalist", "finalist"]
    assert Entry.objects.get(application=person, selection=drawn).left_as == "place-declined"
    page = page_of(person, now)
    assert "You did not hold a place in the bootcamp any more when this list came out." in page
    assert "You withdrew" not in page


def test_the_finalists_wait_for_who_can_still_confirm_a_place(
    final: tuple[Waiting, Selection], now: datetime
) -> None:
    waiting, drawn = final
    late = waiting.applications[4]
    offer = Entry.objects.filter(application=late, selection__step="bootcamp")
    offer.update(reply="offered", offered_at=now, reply_by=now + HOUR)
    Application.objects.filter(pk=late.pk).update(stage="place-offered")

    with pytest.raises(UnableToPublish, match="One person can still confirm a place"):
        publish_selection(
            selection_id=drawn.pk, by=waiting.staff.asker, now=now + HOUR - timedelta(seconds=1)
        )
    publish_selection(selection_id=drawn.pk, by=waiting.staff.asker, now=now + HOUR)

    assert stages(waiting.applications[0], late) == ["finalist", "place-offered"]


def test_the_database_wants_to_know_as_what_somebody_left(
    ready: Selection, waiting: Waiting
) -> None:
    with pytest.raises(IntegrityError, match="left_as_something"), transaction.atomic():
        Entry.objects.filter(application=waiting.applications[0]).update(reply="left")
