"""The hours to confirm a place are one figure, wherever they are said, once a list is drawn up."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse

from accounts.domain.calendars import make_calendar_address
from applications.domain.cohorts import UnableToChangeCohort, change_cohort
from applications.models import Cohort
from dtt.play.people import make_cohort
from dtt.play.selection import approve, draw_up_step
from notifications.models import Message
from notifications.moments import say_instant
from selection.domain.drawing import discard_selection, draw_up
from selection.domain.publishing import (
    approve_publication,
    publish_selection,
    request_publication,
)
from selection.domain.replying import decline_place
from selection.models import Entry, Selection
from selection.previews import foretell, previews
from tests.forms import fields_of
from tests.parallel import at_once
from tests.selection.conftest import Waiting, make_waiting

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TOLD = 48


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now + HOUR, tick=False):
        yield


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def change(waiting: Waiting, hours: int, now: datetime) -> Cohort:
    return change_cohort(
        cohort_id=waiting.cohort.pk, values={"reply_hours": hours}, by=waiting.staff.asker, now=now
    )


def drawn(waiting: Waiting, now: datetime) -> Selection:
    return draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)


def scheduled(waiting: Waiting, now: datetime) -> Selection:
    run = drawn(waiting, now)
    asker, second = waiting.staff.asker, waiting.staff.second
    asked = request_publication(selection_id=run.pk, by=asker, now=now, publish_at=now + 6 * HOUR)
    approve_publication(selection_id=run.pk, digest=asked.digest, by=second, now=now)
    return run


def published(waiting: Waiting, now: datetime) -> Selection:
    run = drawn(waiting, now)
    approve(run, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    return publish_selection(selection_id=run.pk, by=waiting.staff.asker, now=now)


@pytest.mark.parametrize(
    ("stage", "says"),
    [
        (drawn, "is drawn up with 48 hours.*Discard that run"),
        (scheduled, "is drawn up with 48 hours.*Discard that run"),
        (published, "everybody in it was told 48 hours"),
    ],
)
@pytest.mark.parametrize("hours", [24, 72])
def test_the_hours_stay_from_the_drawing_on_and_staff_read_what_can_be_done(
    waiting: Waiting,
    now: datetime,
    stage: Callable[[Waiting, datetime], Selection],
    says: str,
    hours: int,
) -> None:
    run = stage(waiting, now)
    digest = Selection.objects.get(pk=run.pk).digest

    with pytest.raises(UnableToChangeCohort, match=says):
        change(waiting, hours, now)

    run = Selection.objects.get(pk=run.pk)
    assert Cohort.objects.get(pk=waiting.cohort.pk).reply_hours == TOLD
    assert (run.reply_hours, run.digest) == (TOLD, digest)


def test_the_settings_form_says_so_beside_the_hours_and_keeps_all_else_as_it_was(
    waiting: Waiting, now: datetime
) -> None:
    published(waiting, now)
    desk = client_of(waiting.staff.asker)
    address = reverse("admin:applications_cohort_change", args=[waiting.cohort.pk])
    form = fields_of(desk.get(address), "cohort_form")

    answer = desk.post(address, form | {"reply_hours": "24", "name_en": "Another"})

    errors = answer.context_data["adminform"].form.errors
    assert list(errors) == ["reply_hours"]
    assert "everybody in it was told 48 hours" in errors["reply_hours"][0]
    cohort = Cohort.objects.get(pk=waiting.cohort.pk)
    assert (cohort.reply_hours, cohort.name_en) == (TOLD, waiting.cohort.name_en)


def test_before_the_drawing_and_after_discarding_the_hours_are_free(
    waiting: Waiting, now: datetime
) -> None:
    change(waiting, 30, now)
    first = drawn(waiting, now)
    discard_selection(selection_id=first.pk, by=waiting.staff.asker, now=now)
    change(waiting, 24, now)
    second = drawn(waiting, now)

    assert (first.reply_hours, second.reply_hours) == (30, 24)


def refused(waiting: Waiting, now: datetime) -> None:
    with pytest.raises(UnableToChangeCohort):
        change(waiting, 24, now)


def test_the_public_rules_say_the_hours_of_the_list(waiting: Waiting, now: datetime) -> None:
    Cohort.objects.filter(pk=waiting.cohort.pk).update(is_public=True)
    published(waiting, now)
    refused(waiting, now)

    page = Client().get(waiting.cohort.get_absolute_url()).content.decode()

    assert "A place is to be confirmed within 48 hours" in page
    assert "confirms it within 48 hours" in page


def test_the_foretelling_says_the_hours_of_the_list(waiting: Waiting, now: datetime) -> None:
    run = drawn(waiting, now)
    refused(waiting, now)
    run = Selection.objects.select_related("cohort__programme").get(pk=run.pk)

    groups = previews(run, foretell(run), {"site_url": "https://dtt.example"}, now)

    offers = [
        sample.text
        for group in groups
        for sample in group.samples
        if group.seats and sample.language == "en"
    ]
    assert offers
    assert {say_instant(now + TOLD * HOUR) in text.body for text in offers} == {True}


def english(waiting: Waiting) -> None:
    """Everybody reads English here: what is compared are instants."""
    for person in waiting.applications:
        person.user.language = "en"
        person.user.save(update_fields=["language"])


@pytest.mark.parametrize("tried", [drawn, published], ids=["when drawn", "when published"])
def test_letters_deadlines_pages_and_calendars_of_all_who_are_given_a_place_say_it(
    waiting: Waiting, now: datetime, tried: Callable[[Waiting, datetime], Selection]
) -> None:
    """Of who is selected and of who moves up, whenever somebody tried to change the hours."""
    english(waiting)
    run = drawn(waiting, now)
    if tried is drawn:
        refused(waiting, now)
    approve(run, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    publish_selection(selection_id=run.pk, by=waiting.staff.asker, now=now)
    if tried is published:
        refused(waiting, now)
    first, leaver, _third, reserve = waiting.applications[:4]
    decline_place(application_id=leaver.pk, by=leaver.user, now=now + HOUR)

    for person, offered_at in ((first, now), (reserve, now + HOUR)):
        by = offered_at + TOLD * HOUR
        assert Entry.objects.get(application=person).reply_by == by
        [letter] = Message.objects.filter(person=person.user, kind="place-offered")
        assert say_instant(by) in letter.body
        page = client_of(person.user).get(reverse("selection:result", args=[person.reference]))
        assert say_instant(by) in page.content.decode().replace("\xa0", " ")
        address = make_calendar_address(by=person.user, now=now)
        feed = Client().get(reverse("calendar_feed", args=[address.token])).content.decode()
        assert f"DTSTART:{by:%Y%m%dT%H%M%SZ}" in feed


def test_the_calendar_of_who_waits_says_the_hours_of_the_list(
    waiting: Waiting, now: datetime
) -> None:
    english(waiting)
    person = waiting.applications[0].user
    drawn(waiting, now)
    refused(waiting, now)

    address = make_calendar_address(by=person, now=now)
    feed = Client().get(reverse("calendar_feed", args=[address.token])).content.decode()

    assert "within 48 hours" in feed.replace("\r\n ", "")


@pytest.mark.parametrize("state", ["drawn", "published", "discarded"])
def test_a_cohort_that_says_other_hours_than_its_list_is_brought_back_to_them(
    waiting: Waiting, now: datetime, state: str
) -> None:
    """As it could be before; a discarded run has told nobody."""
    run = published(waiting, now) if state == "published" else drawn(waiting, now)
    if state == "discarded":
        discard_selection(selection_id=run.pk, by=waiting.staff.asker, now=now)
    other = make_cohort(now=now, slug="other")
    Cohort.objects.filter(pk__in=[waiting.cohort.pk, other.pk]).update(reply_hours=24)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    MigrationExecutor(connection).migrate([("selection", "0014_entries_of_one_cohort")])
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("selection"))

    hours = dict(Cohort.objects.values_list("slug", "reply_hours"))
    assert hours == {"spring": 24 if state == "discarded" else TOLD, "other": 24}


@pytest.mark.django_db(transaction=True)
def test_drawing_and_changing_at_once_leave_one_figure(now: datetime) -> None:
    waiting = make_waiting(now).give(80, 70, 60, 50, 40, 30, 20, 10)
    by = waiting.staff.asker

    at_once(
        [
            partial(draw_up, cohort_id=waiting.cohort.pk, step="bootcamp", by=by, now=now),
            *(partial(change, waiting, hours, now) for hours in (24, 30, 36)),
        ]
    )

    run = Selection.objects.get(cohort=waiting.cohort)
    assert Cohort.objects.get(pk=waiting.cohort.pk).reply_hours == run.reply_hours
