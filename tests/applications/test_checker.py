"""Four questions before applying: the answer, its reasons, and that nothing stays."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from django.urls import reverse

from applications.models import Cohort
from dtt.play.people import make_cohort

pytestmark = pytest.mark.django_db
YES = "Yes, you can take part"
LOOK = "Apply, and somebody will look at it"
NO = "This cohort is probably not for you"


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Any:
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


def address(cohort: Cohort) -> str:
    return reverse("applications:checker", args=[cohort.slug])


def answers(cohort: Cohort, **changed: Any) -> dict[str, Any]:
    return {
        "status": "student",
        "completion_on_0": "6",
        "completion_on_1": str(cohort.rules.completion_to.year),
        "available_days": [str(day) for day in cohort.bootcamp_dates],
        "is_adult": "yes",
    } | changed


@pytest.mark.parametrize(
    ("changed", "said", "reasons"),
    [
        ({}, YES, []),
        ({"available_days": []}, LOOK, ["One should be there on at least 5 of the 6 days."]),
        (
            {"completion_on_0": "", "completion_on_1": ""},
            LOOK,
            ["We need the month in which you finish: between January 2023 and December 2031."],
        ),
        (
            {"completion_on_1": "2050"},
            NO,
            ["It is for people who finish between January 2023 and December 2031."],
        ),
        ({"status": "neither"}, NO, ["It is for students and graduates."]),
        (
            {"is_adult": "no", "available_days": []},
            NO,
            ["One should be there on at least 5 of the 6 days.", "One must be 18 or older."],
        ),
    ],
)
def test_the_answer_comes_with_its_reasons(
    client: Client, cohort: Cohort, changed: dict[str, Any], said: str, reasons: list[str]
) -> None:
    answer = client.post(address(cohort), answers(cohort, **changed))

    html = answer.content.decode()
    assert [text for text in (YES, LOOK, NO) if text in html] == [said]
    assert answer.context["reasons"] == reasons
    assert "reject" not in html.lower()
    offers = reverse("applications:apply", args=[cohort.slug]) in html
    assert offers is (said != NO)


def test_nothing_is_stored_and_nobody_is_remembered(client: Client, cohort: Cohort) -> None:
    tables = [model for model in apps.get_models() if model._meta.managed]
    before = {model: model._default_manager.count() for model in tables}

    asked = client.get(address(cohort))
    told = client.post(address(cohort), answers(cohort))

    assert {model: model._default_manager.count() for model in tables} == before
    assert (asked.status_code, told.status_code) == (200, 200)
    assert set(client.cookies) <= {"csrftoken"}
    assert "no-store" in told["Cache-Control"]


def test_it_speaks_chinese(client: Client, cohort: Cohort) -> None:
    client.cookies["django_language"] = "zh-hant"

    asked = client.get(address(cohort)).content.decode()

    assert '<html lang="zh-Hant-HK">' in asked
    assert f"{cohort.bootcamp_dates[0].month}月" in asked


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": ""},
        {"status": "emperor"},
        {"is_adult": "\0"},
        {"completion_on_0": "13"},
        {"completion_on_1": "9" * 5000},
        {"available_days": ["2027-13-01", "x" * 10_000]},
    ],
)
def test_what_makes_no_sense_is_asked_again(
    client: Client, cohort: Cohort, wrong: dict[str, Any]
) -> None:
    answer = client.post(address(cohort), answers(cohort, **wrong))

    assert answer.status_code == 422
    assert not any(text in answer.content.decode() for text in (YES, LOOK, NO))


@pytest.mark.parametrize(("day", "words"), [(-2, "Applications open on"), (20, "have closed")])
def test_it_says_when_one_can_apply(
    client: Client, cohort: Cohort, now: datetime, clock: Any, day: int, words: str
) -> None:
    clock.move_to(now + timedelta(days=day))

    html = client.post(address(cohort), answers(cohort)).content.decode()

    assert words in html
    assert reverse("applications:apply", args=[cohort.slug]) not in html


def test_a_hidden_cohort_answers_nobody(client: Client, now: datetime) -> None:
    hidden = make_cohort(now=now, slug="secret", is_public=False)

    assert client.get(address(hidden)).status_code == 404
    assert client.post(address(hidden), answers(hidden)).status_code == 404


def test_the_public_pages_lead_to_it_and_follow_the_rules(client: Client, now: datetime) -> None:
    cohort = make_cohort(now=now, adults_only=False)

    for page in ("/", cohort.get_absolute_url()):
        html = client.get(page).content.decode()
        assert address(cohort) in html
        assert "You are 18 or older." not in html
        assert html.count('class="ordinal"') == 4
