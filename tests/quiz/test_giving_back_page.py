"""The staff pages that give time back: by role, previewed, with every fault said."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.models import Approval
from accounts.roles import Role
from dtt.play.people import make_user
from quiz.models import Attempt, GivenTime, Outage
from tests.quiz.conftest import Hall
from tests.quiz.test_staff_pages import client_of, texts
from tests.quiz.test_time_given import length, minutes, start

pytestmark = pytest.mark.django_db


def typed(hall: Hall, after: float) -> str:
    """As the browser's control writes it, in Hong Kong."""
    return f"{localtime(hall.opens_at + minutes(after)):%Y-%m-%dT%H:%M}"


def post(hall: Hall, after: float, by: Any = None, **form: str) -> HttpResponse:
    url = reverse("admin:quiz_quiz_give_back", args=[hall.quiz.pk])
    with time_machine.travel(hall.opens_at + minutes(after), tick=False):
        return client_of(by or hall.manager).post(url, form, follow=True)


def outage_form(hall: Hall, began: float = 2, ended: float = 19) -> dict[str, str]:
    return {
        "began_at": typed(hall, began),
        "ended_at": typed(hall, ended),
        "reason": "The network was down.",
    }


def test_an_outage_is_shown_before_it_is_given_back(hall: Hall) -> None:
    attempt = start(hall)

    shown = post(hall, 25, **outage_form(hall), action="preview")
    before = (length(attempt), Outage.objects.count())
    done = post(hall, 25, **outage_form(hall), action="give")
    again = post(hall, 26, **outage_form(hall), action="preview")

    assert "17:00" in shown.content.decode()
    assert before == (minutes(40), 0)
    assert (length(attempt), texts(done)) == (
        minutes(57),
        ["The outage is given back to 1 attempt."],
    )
    assert "has been given back already" in again.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"began_at": ""},
        {"began_at": "yesterday"},
        {"ended_at": "2027-03-16T04:00"},
        {"reason": ""},
        {"reason": "a\x00b"},
        {"began_at": "9999-12-31T23:59"},
        {"began_at": "0001-01-01T00:00"},
    ],
)
def test_a_form_with_a_fault_is_told_and_changes_nothing(hall: Hall, wrong: dict[str, str]) -> None:
    attempt = start(hall)

    answer = post(hall, 25, **(outage_form(hall) | wrong), action="give")

    assert (answer.status_code, length(attempt), Outage.objects.count()) == (422, minutes(40), 0)


def test_the_window_is_extended_from_the_page(hall: Hall) -> None:
    closes_at = hall.cohort.quiz_closes_at
    late = start(hall, 0, closes_at - hall.opens_at - minutes(10))
    ends = (closes_at - hall.opens_at) / timedelta(minutes=1)
    form = {"closes_at": typed(hall, ends + 120), "reason": "The campus was closed."}

    earlier = post(hall, ends - 9, action="extend", closes_at=typed(hall, 5), reason="x")
    done = post(hall, ends - 9, action="extend", **form)

    assert (earlier.status_code, done.status_code) == (422, 200)
    assert length(late) == minutes(40)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.QUIZ_AUTHOR, Role.REVIEWER])
def test_only_managers_give_time(hall: Hall, role: Role) -> None:
    attempt = start(hall)
    other = make_user("other@dtt.example", role, now=hall.opens_at)
    url = reverse("admin:quiz_attempt_give", args=[attempt.pk])

    statuses = [
        post(hall, 25, by=other, **outage_form(hall), action="give").status_code,
        client_of(other).post(url, {"minutes": "5", "reason": "x"}).status_code,
    ]

    assert (statuses, length(attempt)) == ([403, 403], minutes(40))


@pytest.mark.parametrize(
    ("number", "given"), [("10", 1), ("0", 0), ("-5", 0), ("x", 0), ("99999", 0), ("٣", 0)]
)
def test_minutes_are_given_from_the_page_of_the_attempt(
    hall: Hall, number: str, given: int
) -> None:
    attempt = start(hall)
    url = reverse("admin:quiz_attempt_give", args=[attempt.pk])

    with time_machine.travel(hall.opens_at + minutes(5), tick=False):
        client = client_of(hall.manager)
        answer = client.post(url, {"minutes": number, "reason": "Noise."}, follow=True)

    assert (answer.status_code, GivenTime.objects.count()) == (200, given)
    assert ("10 minutes given" in answer.content.decode()) is bool(given)


def test_a_reset_on_the_day_asks_a_second_person(hall: Hall) -> None:
    attempt = start(hall)
    url = reverse("admin:quiz_attempt_void", args=[attempt.pk])
    form = {"reason": "Power cut.", "evidence": "Message 4711"}

    with time_machine.travel(hall.opens_at + minutes(5), tick=False):
        told = client_of(hall.manager).post(url, form, follow=True)

    assert "a second person was asked" in texts(told)[0]
    assert (Attempt.objects.get().is_open, Approval.objects.count()) == (True, 1)
