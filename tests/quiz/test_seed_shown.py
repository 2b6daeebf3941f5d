"""Who starts the quiz reads which seed would draw between equal scores, and since when."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from dtt.play.quiz import sit_quiz
from quiz.domain.scoring import score_chunk, score_quiz
from quiz.models import Attempt
from selection.domain.preparing import commit_due
from selection.models import SeedCommitment
from tests.quiz.conftest import Hall

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("scored", "said", "unsaid"),
    [
        (False, "before any score was known", "when scores were known already"),
        (True, "when scores were known already", ""),
    ],
)
def test_the_start_of_the_quiz_shows_the_commitment_and_says_if_it_came_late(
    make_hall: Callable[..., Hall], scored: bool, said: str, unsaid: str
) -> None:
    hall = make_hall(people=2)
    late_starter = hall.applications[1]
    if scored:
        sit_quiz(hall.first, skill=0.0, seed=1, now=hall.opens_at, walks_away=0)
        at = hall.cohort.quiz_closes_at
        run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=at)
        attempt = Attempt.objects.get()
        score_chunk(run_id=run.pk, first=attempt.pk, last=attempt.pk, now=at)
    commit_due(now=hall.opens_at)
    client = Client()

    with time_machine.travel(hall.opens_at + timedelta(minutes=1), tick=False):
        client.force_login(late_starter.user)
        client.cookies["django_language"] = "en"
        page = client.get(reverse("quiz:start", args=[late_starter.reference])).content.decode()

    seed = SeedCommitment.objects.get(step="bootcamp")
    assert (seed.commitment in page, seed.seed in page) == (True, False)
    assert said in page
    assert not unsaid or unsaid not in page
