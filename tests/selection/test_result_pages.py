import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.domain.calendars import make_calendar_address
from applications.models import Application
from dtt.play.selection import Shortlist, approve, draw_up_step
from notifications.models import Message
from selection.domain.publishing import approve_publication, publish_due, request_publication
from selection.models import Entry, SeedCommitment
from tests.selection.conftest import Waiting, stages

pytestmark = pytest.mark.django_db
OF_ITS_OWN = ("X-Request-ID", "ETag")  # a request's own word; a digest of the body


@pytest.fixture
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now + timedelta(hours=1), tick=False) as clock:
        yield clock


def page(application: Application, action: str = "result") -> HttpResponse:
    """Opened, or posted to where the address does something, without following a redirection."""
    client = Client()
    client.force_login(application.user)
    url = reverse(f"selection:{action}", args=[application.reference])
    return client.get(url) if action == "result" else client.post(url)


def post(application: Application, action: str) -> HttpResponse:
    client = Client()
    client.force_login(application.user)
    url = reverse(f"selection:{action}", args=[application.reference])
    return client.post(url, follow=True)


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer with what is the person's own taken out, and what it cost the server."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...]
    cookies: tuple[str, ...]
    size: int
    queries: int


def without_own_data(response: HttpResponse, application: Application, queries: int = 0) -> Seen:
    body = response.content.decode()
    user = application.user
    own = (application.reference, application.given_en, user.preferred_name, user.email)
    for word in own:
        body = body.replace(word, "OWN")
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "TOKEN", body)
    body = re.sub(r"calendar/[\w-]+\.ics", "ADDRESS", body)
    body = re.sub(r"(?m)^UID:[0-9a-f]{32}", "UID:OWN", body)  # the mark of one's own calendar
    headers = tuple(
        sorted(
            (name, value.replace(application.reference, "OWN"))
            for name, value in response.headers.items()
            if name not in OF_ITS_OWN
        )
    )
    cookies = tuple(sorted(response.cookies))
    size = len(response.content)
    return Seen(response.status_code, body, headers, cookies, size, queries)


def everything_open_to(application: Application) -> dict[str, Seen]:
    """Every address at which a result could show before its time, as this person finds it."""
    client = Client()
    client.force_login(application.user)
    own, step = [application.reference], [application.reference, "bootcamp"]
    calendar = getattr(application.user, "calendar", None)
    assert calendar is not None
    visits = {
        "home": ("get", reverse("home")),
        "application": ("get", application.get_absolute_url()),
        "inbox": ("get", reverse("notifications:inbox")),
        "result": ("get", reverse("selection:result", args=own)),
        "decline": ("get", reverse("selection:decline", args=own)),
        "appeal": ("get", reverse("selection:appeal", args=step)),
        "feedback": ("get", reverse("quiz:feedback", args=own)),
        "timetable": ("get", reverse("bootcamp:timetable", args=own)),
        "calendar page": ("get", reverse("calendar")),
        "calendar": ("get", reverse("calendar_feed", args=[calendar.token])),
        "to confirm": ("post", reverse("selection:confirm", args=own)),
        "to decline": ("post", reverse("selection:decline", args=own)),
        "to appeal": ("post", reverse("selection:appeal", args=step)),
    }
    seen = {}
    for name, (method, address) in visits.items():
        with CaptureQueriesContext(connection) as queries:
            answer = getattr(client, method)(address)
        seen[name] = without_own_data(answer, application, len(queries))
    return seen


def test_before_publication_nothing_tells_the_selected_from_the_rejected(
    waiting: Waiting, clock: time_machine.Traveller, now: datetime
) -> None:
    selected, rejected = waiting.applications[0], waiting.applications[6]
    for person in (selected.user, rejected.user):
        make_calendar_address(by=person, now=now)
        everything_open_to(person.applications.get())  # what is read once for all is read now
    before = everything_open_to(selected)
    staff, at = waiting.staff, now + timedelta(hours=2)

    selection = draw_up_step(waiting.cohort, "bootcamp", by=staff.asker, now=now)
    states = {"drawn up": [everything_open_to(one) for one in (selected, rejected)]}
    approve(selection, by=staff.asker, approver=staff.second, now=now)
    states["approved"] = [everything_open_to(one) for one in (selected, rejected)]
    asked = request_publication(selection_id=selection.pk, by=staff.asker, now=now, publish_at=at)
    approve_publication(selection_id=selection.pk, digest=asked.digest, by=staff.second, now=now)
    clock.move_to(at - timedelta(seconds=1))
    assert publish_due(now=at - timedelta(seconds=1)) == 0
    states["last second"] = [everything_open_to(one) for one in (selected, rejected)]

    assert selection.entries.get(application=rejected).outcome == "not-selected"
    for state, (of_the_selected, of_the_rejected) in states.items():
        for name in before:
            assert (state, of_the_selected[name]) == (state, of_the_rejected[name]), name
            if state != "last second":  # relative times have moved on since
                assert (state, of_the_selected[name]) == (state, before[name]), name
    assert "Results come on" in before["result"].body
    assert {name for name, seen in before.items() if seen.status == 404} == {
        *("decline", "appeal", "feedback", "to appeal", "timetable")
    }
    assert b"BEGIN:VEVENT" in before["calendar"].body.encode()
    assert Message.objects.filter(run__startswith="selection").count() == 0
    assert publish_due(now=at) == 1
    clock.move_to(at)
    after = [everything_open_to(one) for one in (selected, rejected)]
    told = {name for name in after[0] if after[0][name].body != after[1][name].body}
    assert {"home", "application", "result", "calendar"} <= told


def test_after_publication_each_sees_the_own_outcome(
    shortlist: Shortlist, clock: time_machine.Traveller
) -> None:
    said = {
        "selected": page(shortlist.selected[0]).content.decode(),
        "reserve": page(shortlist.reserves[1]).content.decode(),
        "rejected": page(shortlist.rejected[0]).content.decode(),
    }

    assert "You have been offered a place." in said["selected"]
    assert "Confirm my place" in said["selected"]
    assert "You are on the reserve list" in said["reserve"]
    assert "You are among the first 10 on it now." in said["reserve"]
    assert "You have not been selected this time" in said["rejected"]
    assert "Confirm my place" not in said["reserve"] + said["rejected"]


def test_everybody_can_read_why(shortlist: Shortlist, clock: time_machine.Traveller) -> None:
    rejected = shortlist.rejected[0]
    seed = SeedCommitment.objects.get()

    text = page(rejected).content.decode()

    for fact in (">20<", ">60<", "nobody tied at the line", seed.commitment, seed.seed):
        assert fact in text
    assert not any(other.reference in text for other in shortlist.selected)


def test_the_seed_is_secret_until_publication(
    waiting: Waiting, clock: time_machine.Traveller, now: datetime
) -> None:
    draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)

    text = page(waiting.applications[0]).content.decode()

    assert SeedCommitment.objects.get().seed not in text


def test_a_place_is_confirmed_by_one_click_and_a_second_one_is_harmless(
    shortlist: Shortlist, clock: time_machine.Traveller
) -> None:
    person = shortlist.selected[0]

    responses = [post(person, "confirm") for _ in range(2)]

    assert [response.status_code for response in responses] == [200, 200]
    assert "Your place is confirmed." in responses[1].content.decode()
    assert stages(person) == ["place-confirmed"]


def test_following_a_link_writes_nothing(
    shortlist: Shortlist, clock: time_machine.Traveller
) -> None:
    person = shortlist.selected[0]
    client = Client()
    client.force_login(person.user)

    asked = client.get(reverse("selection:confirm", args=[person.reference]))
    declining = client.get(reverse("selection:decline", args=[person.reference]))

    assert (asked.status_code, declining.status_code) == (302, 200)
    assert stages(person) == ["place-offered"]


def test_a_declined_place_is_gone_and_said_so(
    shortlist: Shortlist, clock: time_machine.Traveller
) -> None:
    person = shortlist.selected[0]

    response = post(person, "decline")

    assert "You have given up your place" in response.content.decode()
    assert stages(person, shortlist.reserves[0]) == ["place-declined", "place-offered"]


def test_a_late_click_is_answered_kindly(
    shortlist: Shortlist, clock: time_machine.Traveller, now: datetime
) -> None:
    person = shortlist.selected[0]
    clock.move_to(now + timedelta(hours=48))

    response = post(person, "confirm")

    assert response.status_code == 422
    assert "The time to reply ended on Wed 3 Mar 2027, 12:00 HKT (UTC+8)" in (
        response.content.decode()
    )
    assert "Confirm my place" not in response.content.decode()
    assert stages(person) == ["place-offered"]


@pytest.mark.parametrize("action", ["result", "confirm", "decline"])
def test_somebody_elses_result_does_not_exist(
    shortlist: Shortlist, clock: time_machine.Traveller, action: str
) -> None:
    mine, other = shortlist.selected[0], shortlist.selected[1]
    client = Client()
    client.force_login(mine.user)
    manager = Client()
    manager.force_login(shortlist.staff.asker)
    url = reverse(f"selection:{action}", args=[other.reference])

    answers = [client.get(url), client.post(url), manager.get(url), Client().get(url)]

    not_allowed = 405 if action == "result" else 404
    assert [answer.status_code for answer in answers] == [404, not_allowed, 404, 302]
    assert Entry.objects.get(application=other).reply == "offered"
