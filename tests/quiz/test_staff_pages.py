"""What staff see of the quiz, by role, and what their buttons do."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from accounts.roles import Role
from dtt.play.people import make_user
from dtt.play.quiz import sit_quiz
from quiz.domain.arrangements import grant_extra_time
from quiz.domain.scoring import score_quiz
from quiz.domain.setting_up import pool_faults
from quiz.domain.sitting import open_attempt
from quiz.models import Attempt, ExtraTime, ItemVersion, ScoringRun
from tests.quiz.conftest import Hall, gift_bank
from tests.quiz.test_bank import bring_in
from tests.work import do_the_work

pytestmark = pytest.mark.django_db
LISTS = ("item", "itemversion", "quiz", "attempt", "extratime", "scoringrun")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def texts(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (Role.PROGRAMME_MANAGER, [200] * 6),
        (Role.QUIZ_AUTHOR, [200, 200, 403, 403, 403, 403]),
        (Role.AUDITOR, [403, 403, 200, 200, 403, 200]),
        (Role.REVIEWER, [403] * 6),
    ],
)
def test_each_role_opens_its_lists(hall: Hall, role: Role, statuses: list[int]) -> None:
    sit_quiz(hall.first, skill=0, seed=1, now=hall.opens_at)
    client = client_of(make_user(f"{role}@staff.example", role, now=hall.opens_at))

    opened = [client.get(reverse(f"admin:quiz_{name}_changelist")).status_code for name in LISTS]

    assert opened == statuses


def test_a_list_takes_as_many_queries_for_one_row_as_for_many(
    hall: Hall, django_assert_max_num_queries: Any
) -> None:
    client = client_of(hall.manager)
    for name in LISTS:
        with django_assert_max_num_queries(12):
            client.get(reverse(f"admin:quiz_{name}_changelist"))


def test_an_item_shows_both_languages_and_its_key(hall: Hall) -> None:
    version = ItemVersion.objects.filter(kind="single").select_related("item").first()
    url = reverse("admin:quiz_item_change", args=[version.item_id])

    page = client_of(hall.author).get(url).content.decode()

    assert (version.stem_en.split("`")[0].strip() in page, "題目" in page) == (True, True)
    assert ("100%" in page, "keeps its place" in page) == (True, True)


def test_a_second_person_approves_from_the_list(author: User, manager: User, now: Any) -> None:
    for language in ("en", "zh-hant"):
        bring_in(gift_bank(language), by=author, now=now, language=language)
    url = reverse("admin:quiz_itemversion_changelist")
    chosen = list(ItemVersion.objects.values_list("pk", flat=True)[:3])
    form = {"action": "approve", "_selected_action": chosen}

    client_of(author).post(url, form)
    by_author = ItemVersion.objects.filter(approved_by__isnull=False).count()
    told = client_of(manager).post(url, form, follow=True)

    assert (by_author, texts(told)) == (0, ["3 items approved."])
    assert ItemVersion.objects.filter(approved_by=manager).count() == 3


def test_the_button_scores_and_says_when_it_cannot(hall: Hall) -> None:
    sit_quiz(hall.first, skill=0, seed=1, now=hall.opens_at, walks_away=0)
    url = reverse("admin:quiz_quiz_score", args=[hall.quiz.pk])
    closes_at = hall.quiz.closes_at
    with time_machine.travel(closes_at - timedelta(hours=1), tick=False):
        early = client_of(hall.manager).post(url, follow=True)
    with time_machine.travel(closes_at, tick=False):
        client = client_of(hall.manager)
        seen = client.get(url).status_code
        done = client.post(url, follow=True)
        again = client.post(url, follow=True)
        before = ScoringRun.objects.count()
        ended = do_the_work(closes_at)
        page = client.get(done.redirect_chain[-1][0]).content.decode()

    assert (seen, before, ended, ScoringRun.objects.count()) == (405, 0, ["done"], 1)
    assert "The quiz is open until" in texts(early)[0]
    assert texts(done) == ["A worker scores the quiz. This page says how far it is."]
    assert "Waiting for a free worker." in again.content.decode()
    assert (page.count("<progress"), "0 of 1 attempts scored" in page) == (1, True)


def test_who_is_still_sitting_is_said_when_the_worker_has_looked(hall: Hall) -> None:
    closes_at = hall.quiz.closes_at
    attempt = open_attempt(
        quiz_id=hall.quiz.pk, application_id=hall.first.pk, by=hall.first.user, now=hall.opens_at
    )
    Attempt.objects.filter(pk=attempt.pk).update(
        deadline_at=closes_at + timedelta(hours=1), saves_until=closes_at + timedelta(hours=1)
    )
    with time_machine.travel(closes_at, tick=False):
        client = client_of(hall.manager)
        client.post(reverse("admin:quiz_quiz_score", args=[hall.quiz.pk]))
        ended = do_the_work(closes_at)
        page = client.get(reverse("admin:quiz_quiz_change", args=[hall.quiz.pk]))

    assert (ended, ScoringRun.objects.count()) == (["failed"], 0)
    assert "1 person is still sitting the quiz." in page.content.decode()


def test_an_auditor_looks_and_changes_nothing(hall: Hall) -> None:
    auditor = client_of(make_user("auditor@staff.example", Role.AUDITOR, now=hall.opens_at))

    page = auditor.get(reverse("admin:quiz_quiz_change", args=[hall.quiz.pk]))
    posted = auditor.post(reverse("admin:quiz_quiz_score", args=[hall.quiz.pk]))

    assert (page.status_code, posted.status_code) == (200, 403)
    assert "Score now" not in page.content.decode()


def test_an_attempt_is_made_void_with_a_reason(hall: Hall) -> None:
    attempt = open_attempt(
        quiz_id=hall.quiz.pk,
        application_id=hall.first.pk,
        by=hall.first.user,
        now=hall.opens_at,
    )
    client = client_of(hall.manager)
    page = client.get(reverse("admin:quiz_attempt_change", args=[attempt.pk]))
    url = reverse("admin:quiz_attempt_void", args=[attempt.pk])

    without = client.post(url, {"reason": " "}, follow=True)
    states = [Attempt.objects.get().state]
    client.post(url, {"reason": "Power cut."})
    states.append(Attempt.objects.get().state)

    assert page.status_code == 200
    assert (texts(without), states) == (
        ["Give a reason: it is kept with the arrangement."],
        ["open", "void"],
    )


@pytest.mark.parametrize(("factor", "granted"), [("1.5", 1), ("0.5", 0), ("NaN", 0), ("9", 0)])
def test_extra_time_is_granted_by_its_form(hall: Hall, factor: str, granted: int) -> None:
    form = {"application": hall.first.pk, "factor": factor, "reason": "As agreed."}

    answer = client_of(hall.manager).post(reverse("admin:quiz_extratime_add"), form)

    assert (answer.status_code, ExtraTime.objects.count()) == (302 if granted else 200, granted)
    kept = ExtraTime.objects.values_list("factor", "granted_by")
    assert list(kept) == [(Decimal(factor), hall.manager.pk)] * granted


def test_the_quiz_page_says_which_parts_the_bank_is_too_shallow_for(hall: Hall) -> None:
    hall.quiz.cells.filter(topic="statistics").update(count=4)
    page = client_of(hall.manager).get(reverse("admin:quiz_quiz_change", args=[hall.quiz.pk]))

    depths = [depth for _topic, _difficulty, depth in page.context["cells"]]
    assert [(d.needed, d.drawn, d.approved, d.missing_in_pool) for d in depths] == [
        (6, 6, 6, 0),
        (3, 3, 3, 0),
        (12, 6, 6, 6),
    ]
    assert "this quiz cannot open yet" in page.content.decode()
    assert pool_faults(hall.quiz) == [
        "Statistics, easy: the quiz draws from 6 items and needs 12. The bank has 6 approved ones."
    ]


def test_what_was_sat_granted_and_scored_says_what_it_is_in_both_languages(hall: Hall) -> None:
    attempt = sit_quiz(hall.first, skill=0, seed=1, now=hall.opens_at, walks_away=0)
    granted = grant_extra_time(
        application_id=hall.first.pk,
        factor=Decimal("1.25"),
        reason="As agreed.",
        by=hall.manager,
        now=hall.opens_at,
    )
    run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=hall.quiz.closes_at)
    person, quiz = hall.first.reference, hall.quiz

    english = [str(row) for row in (attempt, granted, run)]
    with translation.override("zh-hant"):
        chinese = [str(row) for row in (attempt, run)]
        of_quiz = str(quiz)

    assert english == [f"{person} · attempt 1", f"{person} · time × 1.25", f"{quiz} · run 1"]
    assert chinese == [f"{person} · 第 1 次測驗", f"{of_quiz} · 第 1 次評分"]


def test_a_row_that_is_not_there_is_no_error(hall: Hall) -> None:
    client = client_of(hall.manager)
    keys = ("0", "999999", "x", "9" * 40)

    statuses = {
        (name, key): client.get(reverse(f"admin:quiz_{name}_change", args=[key])).status_code
        for name in LISTS
        for key in keys
    }

    assert {asked for asked, status in statuses.items() if status not in (302, 404)} == set()
