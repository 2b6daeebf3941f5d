"""Runs: what is scored, once, and the same as by hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from celery import current_app
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from applications.domain.applying import withdraw_application
from dtt.play.people import make_applicants, make_cohort
from dtt.play.quiz import load_item_bank, right_answer, set_up_demo_quiz, sit_quiz
from quiz import queries
from quiz.answers import SavedAnswer
from quiz.domain.arrangements import UnableToArrange, void_attempt
from quiz.domain.saving import save_answers
from quiz.domain.scoring import UnableToScore, resume_runs, score_chunk, score_quiz
from quiz.domain.sitting import open_attempt, submit_attempt
from quiz.models import Attempt, AttemptScore, Response, ScoringRun
from quiz.scoring import key_from_dict, score
from quiz.verification import verify_scoring
from selection import sources
from selection.canonical import digest
from tests.quiz.conftest import Hall

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, int]]:
    """What was handed to the broker, as the worker would get it."""
    tasks: list[dict[str, int]] = []

    def send_task(name: str, kwargs: dict[str, int] | None = None) -> None:
        if name == "quiz.score_chunk":
            tasks.append(kwargs or {})

    monkeypatch.setattr(current_app, "send_task", send_task)
    return tasks


@pytest.fixture
def sat(make_hall: Callable[..., Hall]) -> Hall:
    """Three people have sat the quiz and the window is over."""
    hall = make_hall(people=3)
    for person, application in enumerate(hall.applications):
        sit_quiz(application, skill=person - 1.0, seed=1, now=hall.opens_at, walks_away=0)
    return hall


def run_to_the_end(hall: Hall, at: datetime) -> ScoringRun:
    run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=at)
    ids = list(Attempt.objects.order_by("pk").values_list("pk", flat=True))
    score_chunk(run_id=run.pk, first=ids[0], last=ids[-1], now=at)
    run.refresh_from_db()
    return run


def by_hand(attempt: Attempt) -> tuple[Decimal, Decimal]:
    """The marks of an attempt from its raw answers, and the weighted core marks."""
    marks = core = Decimal(0)
    for response in attempt.responses.select_related("item_version__item"):
        share = score(key_from_dict(response.item_version.key), response.answer).share
        marks += share
        core += share * {"python": 2}.get(response.item_version.item.topic, 0)
    return round(marks, 4), round(core, 4)


def test_scores_equal_what_the_raw_answers_are_worth(sat: Hall) -> None:
    run = run_to_the_end(sat, sat.quiz.closes_at + HOUR)

    assert run.state == ScoringRun.State.FINISHED
    scores = {s.attempt_id: (s.score, s.core_score) for s in run.scores.all()}
    assert scores == {a.pk: by_hand(a) for a in Attempt.objects.all()}
    kept = Attempt.objects.values_list("pk", "state", "score")
    assert list(kept) == [(pk, "scored", scores[pk][0]) for pk, *_ in kept]


def test_selections_find_the_scores_by_name(sat: Hall) -> None:
    before = sources.get("quiz.score").scores(sat.cohort.pk)
    run_to_the_end(sat, sat.quiz.closes_at)

    with CaptureQueriesContext(connection) as statements:
        scores = sources.get("quiz.score").scores(sat.cohort.pk)
    core = sources.get("quiz.core").scores(sat.cohort.pk)

    by_application = {a.application_id: by_hand(a) for a in Attempt.objects.all()}
    assert before == {}
    assert scores == {key: value[0] for key, value in by_application.items()}
    assert core == {key: value[1] for key, value in by_application.items()}
    assert len(statements) == 2


def test_a_chunk_done_twice_changes_nothing(sat: Hall) -> None:
    at = sat.quiz.closes_at
    run = score_quiz(quiz_id=sat.quiz.pk, by=sat.manager, now=at)
    first, second, third = Attempt.objects.order_by("pk").values_list("pk", flat=True)

    done = [
        score_chunk(run_id=run.pk, first=low, last=high, now=at)
        for low, high in ((first, second), (first, second), (second, third), (first, third))
    ]

    assert done == [2, 0, 1, 0]
    assert AttemptScore.objects.count() == 3


def test_a_run_that_a_worker_left_is_taken_up_again(
    sat: Hall,
    sent: list[dict[str, int]],
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    at = sat.quiz.closes_at
    ids = list(Attempt.objects.order_by("pk").values_list("pk", flat=True))
    with django_capture_on_commit_callbacks(execute=True):
        run = score_quiz(quiz_id=sat.quiz.pk, by=sat.manager, now=at)
    score_chunk(run_id=run.pk, first=ids[0], last=ids[0], now=at)
    with django_capture_on_commit_callbacks(execute=True):
        assert resume_runs() == 1

    assert sent == [
        {"run_id": run.pk, "first": ids[0], "last": ids[2]},
        {"run_id": run.pk, "first": ids[1], "last": ids[2]},
    ]
    score_chunk(**sent[1], now=at)
    run.refresh_from_db()
    assert (run.state, resume_runs()) == (ScoringRun.State.FINISHED, 0)


def test_scoring_again_returns_the_run_that_is_there(sat: Hall) -> None:
    run = run_to_the_end(sat, sat.quiz.closes_at)

    again = score_quiz(quiz_id=sat.quiz.pk, by=sat.manager, now=sat.quiz.closes_at + HOUR)

    assert (again.pk, ScoringRun.objects.count()) == (run.pk, 1)


def test_the_digest_is_that_of_the_answers_and_the_keys(sat: Hall) -> None:
    at = sat.quiz.closes_at
    digest = run_to_the_end(sat, at).digest
    AttemptScore.objects.all().delete()
    ScoringRun.objects.all().delete()
    same = run_to_the_end(sat, at).digest
    AttemptScore.objects.all().delete()
    ScoringRun.objects.all().delete()
    Response.objects.filter(position=1).update(answer={"text": "other"})

    assert (same == digest, run_to_the_end(sat, at).digest == digest) == (True, False)


def test_digests_are_those_of_the_canonical_rows(sat: Hall) -> None:
    run = run_to_the_end(sat, sat.quiz.closes_at)

    inputs = {
        attempt.pk: digest(
            list(
                attempt.responses.order_by("position").values_list(
                    "position", "item_version", "answer"
                )
            )
        )
        for attempt in Attempt.objects.all()
    }
    rows = [
        [s.attempt_id, s.inputs, s.score, s.core_score] for s in run.scores.order_by("attempt_id")
    ]
    keys = sat.quiz.quiz_items.order_by("item_version").values_list(
        "item_version", "item_version__key"
    )
    assert dict(run.scores.values_list("attempt", "inputs")) == inputs
    assert run.digest == digest(["sum-of-marks-1", {"python": 2}, list(keys), rows])


def test_a_run_that_cannot_be_marked_fails_and_says_why(sat: Hall) -> None:
    at = sat.quiz.closes_at
    Response.objects.filter(position=2).update(answer={"number": 1.5})

    run = run_to_the_end(sat, at)
    failed = (run.state, run.trouble)
    Response.objects.filter(position=2).update(answer={"number": "1.5"})
    again = run_to_the_end(sat, at)

    first = Attempt.objects.earliest("pk").pk
    assert failed == (
        "failed",
        f"Attempt {first} has an answer that cannot be marked: 1.5 has no canonical spelling",
    )
    assert (again.number, again.state) == (2, "finished")


def test_a_run_fails_in_the_language_of_who_asked_for_it(sat: Hall) -> None:
    at = sat.quiz.closes_at
    sat.manager.language = "zh-hant"
    sat.manager.save(update_fields=["language"])
    Response.objects.filter(position=2).update(answer={"number": 1.5})

    run = run_to_the_end(sat, at)

    first = Attempt.objects.earliest("pk").pk
    assert run.trouble.startswith(f"試卷 {first} 有一個答案無法評分")


def test_scoring_waits_until_the_window_is_over_and_nobody_sits(hall: Hall) -> None:
    closes_at = hall.quiz.closes_at
    with pytest.raises(UnableToScore, match="open until"):
        score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=closes_at - HOUR)
    with pytest.raises(UnableToScore, match="Nobody has sat"):
        score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=closes_at)
    open_attempt(
        quiz_id=hall.quiz.pk,
        application_id=hall.first.pk,
        by=hall.first.user,
        now=closes_at - timedelta(minutes=1),
    )

    with pytest.raises(UnableToScore, match="1 person is still sitting"):
        score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=closes_at)
    run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=closes_at + HOUR)

    assert run.attempts == 1


def test_an_attempt_is_not_made_void_under_a_running_score(sat: Hall) -> None:
    at = sat.quiz.closes_at
    score_quiz(quiz_id=sat.quiz.pk, by=sat.manager, now=at)
    attempt = Attempt.objects.earliest("pk")

    with pytest.raises(UnableToArrange, match="being scored"):
        void_attempt(attempt_id=attempt.pk, reason="x", by=sat.manager, now=at)


def test_who_has_withdrawn_is_neither_waited_for_nor_scored(sat: Hall) -> None:
    gone, going, stays = sat.applications
    Attempt.objects.filter(application=gone).update(state="open", closed_at=None, score=None)
    at = sat.quiz.closes_at + HOUR
    withdraw_application(application_id=gone.pk, by=gone.user, now=at)
    run = score_quiz(quiz_id=sat.quiz.pk, by=sat.manager, now=at)
    withdraw_application(application_id=going.pk, by=going.user, now=at)

    score_chunk(run_id=run.pk, first=0, last=2**40, now=at)

    run.refresh_from_db()
    assert (run.state, run.attempts) == (ScoringRun.State.FINISHED, 1)
    assert list(queries.scores_of(sat.cohort.pk)) == [stays.pk]
    assert Attempt.objects.get(application=gone).is_open
    assert verify_scoring(run).difference == ""


def test_full_marks_are_exactly_the_number_of_items(hall: Hall) -> None:
    attempt = open_attempt(
        quiz_id=hall.quiz.pk,
        application_id=hall.first.pk,
        by=hall.first.user,
        now=hall.opens_at,
    )
    answers = [
        SavedAnswer(r.position, 1, right_answer(key_from_dict(r.item_version.key)))
        for r in attempt.responses.select_related("item_version")
    ]
    save_answers(attempt_id=attempt.pk, answers=answers, now=hall.opens_at)
    submit_attempt(attempt_id=attempt.pk, by=hall.first.user, now=hall.opens_at)

    run_to_the_end(hall, hall.quiz.closes_at)

    assert queries.scores_of(hall.cohort.pk) == {hall.first.pk: Decimal("5.0000")}


def test_every_item_of_the_demo_bank_is_drawn_answered_and_scored(
    author: User, manager: User, now: datetime
) -> None:
    load_item_bank(by=author, approver=manager, now=now)
    cohort = make_cohort(now=now)
    quiz = set_up_demo_quiz(cohort, by=manager, now=now)
    people = make_applicants(cohort, 8, now=now + timedelta(days=1))
    for number, person in enumerate(people):
        skill = 50 if number % 2 else -50
        sit_quiz(person, skill=skill, seed=3, now=cohort.quiz_opens_at, walks_away=0)
    run = score_quiz(quiz_id=quiz.pk, by=manager, now=cohort.quiz_closes_at)
    score_chunk(run_id=run.pk, first=1, last=2**40, now=cohort.quiz_closes_at)

    scores = queries.scores_of(cohort.pk)
    assert [scores[person.pk] for person in people[1::2]] == [Decimal(30)] * 4
    assert [person.pk for person in people[0::2] if scores[person.pk] >= 20] == []
    used = Response.objects.filter(attempt__quiz=quiz).values("item_version").distinct()
    assert used.count() == quiz.pool.count() == 105
