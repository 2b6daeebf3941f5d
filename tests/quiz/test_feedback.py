"""After the list: topics and a ten-percent band, never a rank, never an item, never before."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from applications.models import Application
from dtt.play.quiz import sit_quiz
from dtt.play.selection import cohort_after_shortlist, make_staff
from quiz.domain.scoring import score_chunk, score_quiz
from quiz.feedback import MIN_SITTERS, band_of
from quiz.models import Attempt, AttemptScore, ScoringRun
from selection.domain.preparing import commit_seed
from tests.quiz.conftest import Hall

marks = st.lists(st.integers(0, 40).map(Decimal), min_size=MIN_SITTERS, max_size=200)


@given(marks)
def test_a_band_holds_the_share_of_those_below(scores: list[Decimal]) -> None:
    for score in scores:
        band = band_of(score, scores)
        assert band is not None
        below = 100 * sum(other < score for other in scores)
        assert band.low * len(scores) <= below < band.high * len(scores)
        assert (band.low % 10, 0 <= band.low <= 90) == (0, True)


@given(marks)
def test_a_higher_score_is_never_in_a_lower_band(scores: list[Decimal]) -> None:
    lows = [band_of(score, scores).low for score in sorted(scores)]  # type: ignore[union-attr]

    assert lows == sorted(lows)


def test_below_twenty_sitters_there_is_no_band() -> None:
    scores = [Decimal(n) for n in range(MIN_SITTERS)]

    assert band_of(scores[0], scores[:-1]) is None
    assert band_of(scores[-1], scores) is not None


# ---- the page ------------------------------------------------------------------------------------


@pytest.fixture
def scored(make_hall: Callable[..., Hall]) -> Hall:
    """Six people have sat the quiz and are scored; a seventh stayed away."""
    hall = make_hall(people=7, places=2, places_with_ties=2)
    commit_seed(cohort_id=hall.cohort.pk, step="bootcamp", by=hall.manager, now=hall.opens_at)
    for n, application in enumerate(hall.applications[:6]):
        application.user.language = "en"
        application.user.save()
        sit_quiz(application, skill=n - 2.0, seed=1, now=hall.opens_at, walks_away=0)
    at = hall.cohort.quiz_closes_at
    run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=at)
    ids = Attempt.objects.values_list("pk", flat=True)
    score_chunk(run_id=run.pk, first=min(ids), last=max(ids), now=at)
    return hall


def publish(hall: Hall) -> None:
    staff = make_staff(now=hall.opens_at)
    cohort_after_shortlist(hall.cohort, staff, now=hall.cohort.quiz_closes_at + timedelta(hours=1))


def page(application: Application, **options: Any) -> Any:
    client = Client(**options)
    client.force_login(application.user)
    return client.get(reverse("quiz:feedback", args=[application.reference]))


@pytest.mark.django_db
def test_before_the_list_it_is_not_there_for_anybody(scored: Hall) -> None:
    answers = [page(application) for application in scored.applications]

    assert {answer.status_code for answer in answers} == {404}


@pytest.mark.django_db
def test_after_the_list_it_says_topics_and_neither_rank_nor_item(scored: Hall) -> None:
    publish(scored)

    answer = page(scored.first)
    text = answer.content.decode()

    own = AttemptScore.objects.get(attempt__application=scored.first)
    assert [t.name for t in answer.context["topics"]] == ["Python", "Statistics"]
    assert all(t.marks == Decimal(own.topics[t.name.lower()][0]) for t in answer.context["topics"])
    assert "% of the marks" in text
    assert ("Fewer than 20 people sat this quiz" in text, "lower score than you" in text) == (
        True,
        False,
    )
    assert not any(word in text for word in ("rank", "Rank", "PY-easy", "ST-easy"))


@pytest.mark.django_db
def test_a_run_that_came_after_the_list_changes_nothing(scored: Hall) -> None:
    publish(scored)
    before = [(t.name, t.marks) for t in page(scored.first).context["topics"]]
    run = ScoringRun.objects.get()
    later = ScoringRun.objects.create(
        quiz=scored.quiz,
        number=2,
        rule="x",
        attempts=1,
        digest="x",
        state="finished",
        created_at=scored.cohort.quiz_closes_at + timedelta(days=2),
        finished_at=scored.cohort.quiz_closes_at + timedelta(days=2),
    )
    own = AttemptScore.objects.get(run=run, attempt__application=scored.first)
    own.pk, own.run, own.topics = None, later, {"python": ["0", 3]}
    own.save()

    assert [(t.name, t.marks) for t in page(scored.first).context["topics"]] == before


@pytest.mark.django_db
def test_who_stayed_away_reads_that_there_is_nothing(scored: Hall) -> None:
    publish(scored)
    away = scored.applications[6]
    away.user.language = "en"
    away.user.save()

    assert "You did not sit the quiz" in page(away).content.decode()


@pytest.mark.django_db
def test_nobody_reads_that_of_somebody_else(scored: Hall) -> None:
    publish(scored)
    client = Client()
    client.force_login(scored.applications[1].user)

    assert client.get(reverse("quiz:feedback", args=[scored.first.reference])).status_code == 404
