"""Compare the wrong answers of everybody who sat a quiz: a job, after the quiz has closed."""

import json
from datetime import datetime
from itertools import groupby
from typing import Any, cast

from django.db.models import CharField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.domain.jobs import Tell, start_job
from accounts.errors import Refused
from accounts.models import Job, User
from notifications.moments import say_instant
from quiz.judging import keys_of, rulings_in_force
from quiz.models import Attempt, Quiz, Resemblance, Response
from quiz.resemblance import Sheet, resembling

KIND = "quiz.compare-answers"


class UnableToCompare(Refused):
    """Nothing was compared; the message says why."""


def ask_to_compare(*, quiz_id: int, by: User, now: datetime) -> Job:
    """Have a worker compare everybody's wrong answers.

    Raises:
        UnableToCompare: the quiz is still open.
    """
    quiz = Quiz.objects.select_related("cohort").get(pk=quiz_id)
    if now < quiz.closes_at:
        raise UnableToCompare(
            _("The quiz is open until %(at)s.") % {"at": say_instant(quiz.closes_at)}
        )
    return start_job(kind=KIND, payload={"quiz": quiz.pk}, by=by, now=now)


def run_comparison(job: Job, tell: Tell) -> dict[str, Any]:
    """Replace what was found before: the same answers give the same pairs."""
    now = cast(datetime, job.started_at)
    quiz = Quiz.objects.get(pk=job.payload["quiz"])
    sheets = sheets_of(quiz)
    tell(1, 2, _("Comparing"))
    pairs = resembling(sheets)
    Resemblance.objects.filter(quiz=quiz).delete()
    Resemblance.objects.bulk_create(
        Resemblance(
            quiz=quiz,
            first_id=pair.first,
            second_id=pair.second,
            common=pair.common,
            both_wrong=pair.both_wrong,
            same_wrong=pair.same_wrong,
            innocent_pairs=pair.innocent_pairs,
            found_at=now,
        )
        for pair in pairs
    )
    outcome = {"people": len(sheets), "pairs": len(pairs)}
    audit.record(quiz, "compare-answers", by=job.asked_by, now=now, after=outcome)
    return outcome


def sheets_of(quiz: Quiz) -> list[Sheet]:
    """Everybody's answers, right and wrong, from the attempts that are closed; two queries."""
    keys = keys_of(quiz.pk, rulings_in_force(quiz.pk))
    rows = (
        Response.objects.filter(
            attempt__quiz=quiz,
            attempt__state__in=[Attempt.State.SUBMITTED, Attempt.State.SCORED],
            answer__isnull=False,
        )
        .annotate(spelt=Cast("answer", CharField()))
        .order_by("attempt_id", "item_version_id")
        .values_list("attempt_id", "item_version_id", "spelt")
    )
    earned: dict[tuple[int, str], bool] = {}
    sheets = []
    for attempt_id, answers in groupby(rows.iterator(chunk_size=5000), key=lambda row: row[0]):
        right, wrong = set(), {}
        for _attempt, item, spelt in answers:
            if (item, spelt) not in earned:
                earned[item, spelt] = (keys[item].share(json.loads(spelt)) or 0) > 0
            if earned[item, spelt]:
                right.add(item)
            else:
                wrong[item] = spelt.casefold()
        sheets.append(Sheet(attempt_id, frozenset(right), wrong))
    return sheets
