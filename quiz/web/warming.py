"""What a web server makes before it takes requests, so that those who start together do not wait.

Without it the first people of a quiz would pay for everybody: each question is rendered once in
each language, its formulas and programs set. The server does this once and its processes share it;
one that has to be started anew comes with it.
"""

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Sum
from django.template.loader import get_template
from django.urls import get_resolver

from quiz import queries
from quiz.models import Quiz
from quiz.web import stencils

logger = logging.getLogger(__name__)
AHEAD = timedelta(days=30)
MOST_QUIZZES = 4


def warm_up(*, now: datetime) -> int:
    """Make the questions of the quizzes that people sit now or within a month.

    A quiz that is set up later is made as people come. Without a database nothing is made: a
    server that starts before it is not stopped by that.

    Returns:
        How many quizzes are warm.
    """
    for template in ("quiz/start.html", "quiz/attempt.html"):
        get_template(template)
    get_resolver().url_patterns  # noqa: B018 - reading it imports every page
    try:
        return sum(map(_warm, _soon(now)))
    except DatabaseError as error:
        logger.warning("no quiz was made ready: %s", error)
        return 0


def _soon(now: datetime) -> list[Quiz]:
    coming = Quiz.objects.filter(
        cohort__quiz_closes_at__gt=now, cohort__quiz_opens_at__lt=now + AHEAD
    )
    return list(coming.order_by("cohort__quiz_opens_at")[:MOST_QUIZZES])


def _warm(quiz: Quiz) -> int:
    items = quiz.cells.aggregate(items=Sum("count"))["items"] or 0
    pool = queries.pool_of(quiz.pk, quiz.paper_seed)
    stencils.prepare(pool.values(), seed=quiz.paper_seed, items=items)
    return 1
