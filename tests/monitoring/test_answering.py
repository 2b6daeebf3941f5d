"""Four optional questions: their person alone sees, changes and removes the answers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.domain.people import choose_language
from accounts.models import AuditEvent, User
from applications.domain.applying import start_application
from applications.models import Application, Stage
from dtt.play.people import make_applicant, make_cohort, make_user
from monitoring.domain.answering import UnableToAnswer, give_answers, may_answer, remove_answers
from monitoring.models import QUESTIONS, Answers
from tests.forms import fields_of
from tests.monitoring.conftest import Answered

pytestmark = pytest.mark.django_db
ALL = {"language": "cantonese", "disability": "yes", "caring": "unsaid", "first_in_family": "no"}


@pytest.fixture
def application(now: datetime) -> Application:
    applied = make_applicant(make_cohort(now=now), 1, now=now)
    choose_language(user=applied.user, language="en")
    return applied


@contextmanager
def browser(person: User, at: datetime) -> Iterator[Client]:
    with time_machine.travel(at, tick=False):
        client = Client()
        client.force_login(person)
        yield client


def address(application: Application, page: str = "questions") -> str:
    return reverse(f"monitoring:{page}", args=[application.reference])


def kept(application: Application) -> dict[str, str]:
    found = Answers.objects.filter(application=application).values(*QUESTIONS).first()
    return dict(found or {})


def give(application: Application, now: datetime, **answers: str) -> None:
    give_answers(application_id=application.pk, answers=answers, by=application.user, now=now)


def events() -> list[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    found = AuditEvent.objects.filter(verb__contains="monitoring").order_by("pk")
    return list(found.values_list("object_type", "verb", "before", "after"))


# ---- the verbs -----------------------------------------------------------------------------------


def test_answers_are_kept_changed_and_removed_and_the_trail_does_not_say_what(
    application: Application, now: datetime
) -> None:
    give(application, now, **ALL)
    give(application, now, disability="no")
    changed = kept(application)
    gone = remove_answers(application_id=application.pk, by=application.user, now=now)
    again = remove_answers(application_id=application.pk, by=application.user, now=now)

    assert changed == {"language": "", "disability": "no", "caring": "", "first_in_family": ""}
    assert (gone, again, kept(application)) == (True, False, {})
    assert events() == [
        ("monitoring.answers", "give-monitoring-answers", {}, {}),
        ("monitoring.answers", "give-monitoring-answers", {}, {}),
        ("monitoring.answers", "remove-monitoring-answers", {}, {}),
    ]


def test_the_same_answers_again_are_no_news(application: Application, now: datetime) -> None:
    give(application, now, **ALL)
    give(application, now + timedelta(hours=1), **ALL)

    assert Answers.objects.get().answered_at == now
    assert len(events()) == 1


def test_no_answer_at_all_is_the_same_as_removing(application: Application, now: datetime) -> None:
    give(application, now, **ALL)
    give(application, now)

    assert kept(application) == {}
    assert [verb for _type, verb, _before, _after in events()][-1] == "remove-monitoring-answers"


@pytest.mark.parametrize(
    ("stage", "asked"),
    [
        (Stage.SUBMITTED, True),
        (Stage.ELIGIBLE, True),
        (Stage.RESERVE, True),
        (Stage.PLACE_CONFIRMED, True),
        (Stage.DRAFT, False),
        (Stage.INELIGIBLE, False),
        (Stage.NOT_SELECTED, False),
        (Stage.PLACE_DECLINED, False),
    ],
)
def test_who_takes_part_is_asked_and_everybody_may_remove(
    application: Application, now: datetime, stage: Stage, asked: bool
) -> None:
    give(application, now, **ALL)
    Application.objects.filter(pk=application.pk).update(stage=stage)
    application.refresh_from_db()

    assert may_answer(application, now) is asked
    if not asked:
        with pytest.raises(UnableToAnswer, match="no longer asked"):
            give(application, now, disability="no")
    assert remove_answers(application_id=application.pk, by=application.user, now=now)


def test_nobody_is_asked_once_the_match_is_out(application: Application) -> None:
    match_at = application.cohort.match_at

    assert may_answer(application, match_at - timedelta(seconds=1))
    assert not may_answer(application, match_at)


def test_an_answer_that_is_not_on_the_page_is_refused_by_the_database(
    application: Application, now: datetime
) -> None:
    with pytest.raises(IntegrityError, match="choices"), transaction.atomic():
        give(application, now, disability="perhaps")


# ---- the page ------------------------------------------------------------------------------------


def test_the_page_keeps_what_its_person_presses_and_shows_it_back(
    application: Application, now: datetime
) -> None:
    with browser(application.user, now) as client:
        empty = fields_of(client.get(address(application)), "questions-form")
        answer = client.post(address(application), ALL, follow=True)
        shown = fields_of(answer, "questions-form")

    assert {name for name in QUESTIONS if name in empty} == set()
    assert {name: shown[name] for name in QUESTIONS} == ALL
    assert kept(application) == ALL
    assert "Saved. You can change or remove your answers here." in answer.content.decode()


def test_the_page_says_what_becomes_of_the_answers(application: Application, now: datetime) -> None:
    with browser(application.user, now) as client:
        page = " ".join(client.get(address(application)).content.decode().split())

    for promise in (
        "Answer all of them, some or none",
        "Nobody who reviews, marks or selects can see them",
        "We use them in counts alone",
        "No count under 5 is shown to anybody",
        "You can remove your answers at any time",
        "We delete all answers when the last list of the cohort has been counted",
    ):
        assert promise in page
    assert page.count("(optional)") == 4
    assert page.count("I would rather not say") == 4


def test_answers_are_removed_by_one_button(application: Application, now: datetime) -> None:
    give(application, now, **ALL)
    with browser(application.user, now) as client:
        before = client.get(address(application)).content.decode()
        page = client.post(address(application, "remove"), follow=True).content.decode()

    assert address(application, "remove") in before
    assert address(application, "remove") not in page
    assert "Your answers are deleted." in page
    assert kept(application) == {}


def test_the_language_is_changed_without_losing_what_was_pressed(
    application: Application, now: datetime
) -> None:
    with browser(application.user, now) as client:
        answer = client.post(address(application), ALL | {"say_in": "zh-hant"})

    shown = fields_of(answer, "questions-form")
    assert '<html lang="zh-Hant-HK">' in answer.content.decode()
    assert {name: shown[name] for name in QUESTIONS} == ALL
    assert kept(application) == {}


def test_what_cannot_be_answered_is_refused_and_nothing_is_kept(
    application: Application, now: datetime
) -> None:
    with browser(application.user, now) as client:
        odd = client.post(address(application), {"disability": "perhaps"})
        Application.objects.filter(pk=application.pk).update(stage=Stage.NOT_SELECTED)
        late = client.post(address(application), ALL)

    assert (odd.status_code, late.status_code) == (422, 422)
    assert "no longer asked" in late.content.decode()
    assert kept(application) == {}


def test_who_has_left_still_sees_and_can_remove_the_answers(
    application: Application, now: datetime
) -> None:
    give(application, now, **ALL)
    Application.objects.filter(pk=application.pk).update(stage=Stage.NOT_SELECTED)

    with browser(application.user, now) as client:
        page = client.get(address(application)).content.decode()

    assert "These questions are not asked any more" in page
    assert "<dd>Cantonese</dd>" in page
    assert address(application, "remove") in page


def test_somebody_elses_page_is_not_there(application: Application, now: datetime) -> None:
    other = make_applicant(application.cohort, 2, now=now)
    give(application, now, **ALL)

    with browser(other.user, now) as client:
        looked = client.get(address(application))
        answered = client.post(address(application), {"disability": "no"})
        removed = client.post(address(application, "remove"))

    assert [one.status_code for one in (looked, answered, removed)] == [404, 404, 404]
    assert kept(application) == ALL


def test_a_draft_has_no_such_page_and_no_way_to_it(now: datetime) -> None:
    person = make_user("new@dtt.example", now=now)
    draft = start_application(cohort_id=make_cohort(now=now).pk, by=person, now=now)

    with browser(person, now) as client:
        answer = client.get(address(draft))
        home = client.get(reverse("home")).content.decode()

    assert (answer.status_code, answer["Location"]) == (302, draft.get_absolute_url())
    assert address(draft) not in home


@pytest.mark.parametrize("stage", [Stage.SUBMITTED, Stage.PLACE_CONFIRMED, Stage.NOT_SELECTED])
def test_the_home_page_leads_to_it_whether_or_not_somebody_has_answered(
    application: Application, now: datetime, stage: Stage
) -> None:
    Application.objects.filter(pk=application.pk).update(stage=stage)
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')

    with browser(application.user, now) as client:
        client.get(reverse("home"))
        before = token.sub("", client.get(reverse("home")).content.decode())
        Answers.objects.create(application=application, answered_at=now, **ALL)
        after = token.sub("", client.get(reverse("home")).content.decode())

    assert before.count(f'href="{address(application)}"') == 1
    assert after == before


def test_a_manager_who_looks_on_does_not_see_the_page(answered: Answered, now: datetime) -> None:
    manager, person = answered.waiting.staff.asker, answered.people[0]
    with browser(manager, now) as client:
        client.post(reverse("admin:accounts_view_as", args=[person.user_id]), {"reason": "asked"})
        looked = client.get(address(person))
        home = client.get(reverse("home"))

    assert (looked.status_code, home.status_code) == (403, 200)
    assert "Cantonese" not in looked.content.decode()
    assert address(person) in home.content.decode()
