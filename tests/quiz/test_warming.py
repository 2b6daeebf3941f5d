"""What a web server makes ready before it takes requests."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test.signals import template_rendered
from django.utils import translation

from quiz.domain.sitting import open_attempt
from quiz.queries import whole_paper
from quiz.web.stencils import shown
from quiz.web.warming import warm_up
from tests.quiz.conftest import Hall

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_of_a_quiz_that_opens_soon_nothing_is_left_to_make(
    hall: Hall, language: str, django_assert_num_queries: Callable[..., object]
) -> None:
    attempt = open_attempt(
        quiz_id=hall.quiz.pk,
        application_id=hall.first.pk,
        by=hall.first.user,
        now=hall.opens_at + timedelta(minutes=1),
    )
    rendered: list[str] = []

    def notice(template: object, **_more: object) -> None:
        rendered.append(str(template))

    assert warm_up(now=hall.opens_at - timedelta(days=1)) == 1
    template_rendered.connect(notice)
    try:
        with translation.override(language), django_assert_num_queries(1):
            questions = shown(whole_paper(attempt, hall.quiz), seed=hall.quiz.paper_seed)
    finally:
        template_rendered.disconnect(notice)

    assert (len(questions), rendered) == (5, [])


def test_a_quiz_that_is_over_or_far_away_is_left_alone(hall: Hall) -> None:
    long_before = hall.opens_at - timedelta(days=60)

    assert warm_up(now=long_before) == 0
    assert warm_up(now=hall.cohort.quiz_closes_at) == 0
