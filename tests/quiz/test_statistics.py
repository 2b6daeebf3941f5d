"""The analysis of a scoring run: what it says, that it is made once and stays as it was."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import IntegrityError

from accounts.domain.jobs import run_job
from accounts.models import Job
from dtt.play.quiz import sit_quiz
from quiz.domain.scoring import score_chunk, score_quiz
from quiz.domain.statistics import UnableToAnalyse, ask_statistics, compute_statistics
from quiz.models import Attempt, ItemFigure, ItemStatistics, Response, ScoringRun
from quiz.scoring import key_from_dict, score
from tests.quiz.conftest import Hall

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def scored(make_hall: Callable[..., Hall]) -> Hall:
    """Twelve people have sat the quiz on two days, and it has been scored."""
    return sat_on_two_days(make_hall(people=12), lambda person: person / 3 - 2)


def sat_on_two_days(hall: Hall, skill: Callable[[int], float]) -> Hall:
    for person, application in enumerate(hall.applications):
        at = hall.opens_at + (person % 2) * DAY
        sit_quiz(application, skill=skill(person), seed=1, now=at, walks_away=0)
    score_all(hall)
    return hall


def score_all(hall: Hall) -> ScoringRun:
    at = hall.quiz.closes_at
    run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=at)
    score_chunk(run_id=run.pk, first=0, last=2**40, now=at)
    run.refresh_from_db()
    return run


def analysed(hall: Hall) -> ItemStatistics:
    run = ScoringRun.objects.get(quiz=hall.quiz)
    return compute_statistics(run_id=run.pk, by=hall.manager, now=hall.quiz.closes_at)


def marks_by_hand(version_id: int) -> list[float]:
    answers = Response.objects.filter(item_version=version_id).select_related("item_version")
    return [float(score(key_from_dict(one.item_version.key), one.answer).share) for one in answers]


def test_a_finished_run_is_analysed_by_a_job_that_tells_how_far_it_is(scored: Hall) -> None:
    job = Job.objects.get(kind="quiz.item_statistics")
    at = scored.quiz.closes_at

    ended = run_job(job_id=job.pk, clock=lambda: at)

    job.refresh_from_db()
    found = ItemStatistics.objects.get()
    assert (ended, job.total, job.result) == ("done", 6, {"alarms": found.alarms})
    assert (found.people, found.inputs) == (12, found.run.digest)
    assert ask_statistics(run_id=found.pk, by=scored.manager, now=at) is None


def test_facilities_are_those_of_the_raw_answers(scored: Hall) -> None:
    found = analysed(scored)

    rows = found.result["items"]
    assert {row["version_id"] for row in rows} == set(scored.quiz.pool.values_list("pk", flat=True))
    assert [row["facility"] for row in rows] == [
        pytest.approx(np.mean(marks_by_hand(row["version_id"])), abs=1e-6) for row in rows
    ]
    assert sum(row["people"] for row in rows) == 12 * 5
    assert found.result["rasch"]["note"] is None


def test_choices_of_items_with_choices_are_counted_and_no_others(scored: Hall) -> None:
    rows = analysed(scored).result["items"]
    kinds = dict(scored.quiz.pool.values_list("pk", "kind"))

    for row in rows:
        counts = [choice["count"] for choice in row["choices"]]
        match kinds[row["version_id"]]:
            case "single":
                assert sum(counts) == row["people"]
                assert [choice["key"] for choice in row["choices"] if choice["choice"] == "a"] == [
                    True
                ]
            case "truefalse":
                keyed = [choice["choice"] for choice in row["choices"] if choice["key"]]
                assert (sum(counts), keyed) == (row["people"], ["true"])
            case "multiple":
                assert {"a", "b", "c"} <= {choice["choice"] for choice in row["choices"]}
            case _:
                assert counts == []


def test_the_days_are_those_of_hong_kong(make_hall: Callable[..., Hall]) -> None:
    equals = sat_on_two_days(make_hall(people=12), lambda _person: 100)  # so all can be compared
    drifts = [row["drift"] for row in analysed(equals).result["items"]]

    assert sum(people for drift in drifts if drift for _day, people, _share in drift["days"]) > 0
    assert {len(drift["days"]) for drift in drifts if drift} == {2}


def test_an_analysis_is_made_once_and_never_changes(scored: Hall) -> None:
    found = analysed(scored)
    again = analysed(scored)

    assert (again.pk, ItemStatistics.objects.count()) == (found.pk, 1)
    for change in (
        "DELETE FROM quiz_itemstatistics",
        "UPDATE quiz_itemstatistics SET people = 1",
        "DELETE FROM quiz_itemfigure",
        "UPDATE quiz_itemfigure SET people = 1",
    ):
        with (
            pytest.raises(IntegrityError, match="cannot be changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)


def test_a_run_that_is_not_finished_is_not_analysed(scored: Hall) -> None:
    run = ScoringRun.objects.create(
        quiz=scored.quiz, number=2, rule="x", attempts=12, created_at=scored.quiz.closes_at
    )

    for verb in (ask_statistics, compute_statistics):
        with pytest.raises(UnableToAnalyse, match="not finished"):
            verb(run_id=run.pk, by=None, now=scored.quiz.closes_at)


def test_one_person_is_analysed_without_a_figure_that_is_none(
    make_hall: Callable[..., Hall],
) -> None:
    hall = make_hall(people=1)
    sit_quiz(hall.first, skill=0, seed=1, now=hall.opens_at, walks_away=0)
    score_all(hall)

    found = analysed(hall)

    assert (found.people, found.result["alpha"]) == (1, None)
    assert "fewer than two items" in found.result["rasch"]["note"]
    assert ItemFigure.objects.filter(facility__isnull=False).count() == 5
    json.dumps(found.result, allow_nan=False)


def verify(run: str) -> str:
    out = StringIO()
    try:
        call_command("verify", "statistics", run, stdout=out)
    except SystemExit as end:
        assert end.code == 1  # noqa: PT017 - the status is part of what is told
    return out.getvalue().strip()


def test_verify_recomputes_and_names_the_first_difference(scored: Hall) -> None:
    found = analysed(scored)
    matches = verify(str(found.pk))
    attempt = Attempt.objects.earliest("pk")
    attempt.responses.update(answer=None)

    differs = verify(str(found.pk))

    assert matches == "MATCH"
    assert differs.startswith("DIFFERENT: ")
    assert "recomputed" in differs
    with pytest.raises(CommandError, match="no item analysis"):
        verify("999999")
