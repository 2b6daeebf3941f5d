import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from applications.models import Application
from dtt.play.selection import Shortlist, approve, draw_up_step
from notifications.models import Message
from selection.models import Entry, SeedCommitment
from tests.selection.conftest import Waiting, stages

pytestmark = pytest.mark.django_db


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


def without_own_data(response: HttpResponse, application: Application) -> tuple[bytes, str]:
    """Body and headers with what is the person's own taken out."""
    body = response.content.decode()
    for own in (application.reference, str(application.user), application.user.email):
        body = body.replace(own, "OWN")
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "TOKEN", body)
    headers = {name: v for name, v in response.headers.items() if name != "X-Request-ID"}
    return body.encode(), str(sorted(headers.items()))  # a request's own word tells nothing


def test_before_publication_nothing_tells_the_selected_from_the_rejected(
    waiting: Waiting, clock: time_machine.Traveller, now: datetime
) -> None:
    selected, rejected = waiting.applications[0], waiting.applications[6]
    before = without_own_data(page(selected), selected)

    selection = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    approve(selection, by=waiting.staff.asker, approver=waiting.staff.second, now=now)

    assert selection.entries.get(application=rejected).outcome == "not-selected"
    assert without_own_data(page(selected), selected) == before
    assert without_own_data(page(rejected), rejected) == before
    for action in ("decline", "confirm"):
        replies = [page(application, action) for application in (selected, rejected)]
        assert replies[0].status_code == replies[1].status_code
        assert without_own_data(replies[0], selected) == without_own_data(replies[1], rejected)
    assert b"Results come on" in before[0]
    assert Message.objects.filter(run__startswith="selection").count() == 0


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
    assert "You are number 2 in turn now." in said["reserve"]
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
