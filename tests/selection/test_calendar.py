"""Before the instant of publication a calendar knows no more than the public dates."""

from datetime import datetime
from hashlib import sha256

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.domain.calendars import make_calendar_address
from applications.models import Application
from dtt.play.selection import approve, draw_up_step
from selection.domain.publishing import publish_selection
from selection.models import Entry
from tests.selection.conftest import Waiting

pytestmark = pytest.mark.django_db


def feed(application: Application, *, at: datetime) -> tuple[bytes, dict[str, str]]:
    """What is fetched, without the person's own mark and what follows from it."""
    person = application.user
    calendar = getattr(person, "calendar", None) or make_calendar_address(by=person, now=at)
    with time_machine.travel(at, tick=False):
        answer = Client().get(reverse("calendar_feed", args=[calendar.token]))
    assert answer.status_code == 200
    assert answer["ETag"] == f'"{sha256(answer.content).hexdigest()}"'
    content = answer.content.replace(calendar.mark.hex.encode(), b"*" * 32)
    # A request's own word tells nothing, and the tag is that of the bytes.
    own = {"X-Request-ID", "ETag"}
    return content, {name: value for name, value in answer.headers.items() if name not in own}


def test_who_will_be_selected_and_who_will_not_have_the_same_calendar_byte_by_byte(
    waiting: Waiting, now: datetime
) -> None:
    first, *_others, last = waiting.applications
    for person in (first.user, last.user):
        person.language = "en"
        person.save(update_fields=["language"])
    run = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    approve(run, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    outcomes = dict(Entry.objects.filter(selection=run).values_list("application", "outcome"))
    assert (outcomes[first.pk], outcomes[last.pk]) == ("selected", "not-selected")

    before = {one.pk: feed(one, at=now) for one in (first, last)}
    publish_selection(selection_id=run.pk, by=waiting.staff.asker, now=now)
    after = {one.pk: feed(one, at=now) for one in (first, last)}

    assert before[first.pk] == before[last.pk]
    assert b"BEGIN:VEVENT" in before[first.pk][0]
    assert b"Confirm or decline your place" in after[first.pk][0]
    assert b"BEGIN:VEVENT" not in after[last.pk][0]
