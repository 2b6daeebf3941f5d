"""Score a quiz: a run, cut into chunks that a worker does one by one.

A chunk is a range of attempts. It may be done twice or not at all: its scores are written once,
and the sweep sends what is missing again. Whoever writes the last score finishes the run.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import Max, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from notifications.moments import say_instant
from quiz.domain.closing import finalise_expired
from quiz.domain.statistics import ask_statistics
from quiz.marking import RULE, Answered, mark
from quiz.models import Attempt, AttemptScore, Quiz, QuizItem, Response, ScoringRun
from quiz.scoring import Key, key_from_dict
from selection.canonical import digest

CHUNK = 500  # attempts: well under a second of work


class UnableToScore(Refused):
    """No run was started; the message says why."""


def score_quiz(*, quiz_id: int, by: User | None, now: datetime) -> ScoringRun:
    """Start to score all closed attempts; workers do the rest.

    While a run is going on, and as long as nothing has changed since the last one, that run is
    returned and nothing is started.

    Raises:
        UnableToScore: the quiz is still open, somebody is still sitting it, or nobody has sat it.
    """
    with transaction.atomic():
        quiz = Quiz.objects.select_for_update(of=("self",)).select_related("cohort").get(pk=quiz_id)
        if now < quiz.closes_at:
            raise UnableToScore(
                _("The quiz is open until %(at)s.") % {"at": say_instant(quiz.closes_at)}
            )
        while finalise_expired(now=now, quiz_id=quiz_id):
            pass
        sitting = quiz.attempts.filter(state=Attempt.State.OPEN).count()
        if sitting:
            raise UnableToScore(
                ngettext(
                    "%(count)d person is still sitting the quiz.",
                    "%(count)d people are still sitting the quiz.",
                    sitting,
                )
                % {"count": sitting}
            )
        ids = list(quiz.attempts.closed().order_by("pk").values_list("pk", flat=True))
        if not ids:
            raise UnableToScore(_("Nobody has sat this quiz."))
        last = quiz.scoring_runs.order_by("number").last()
        if last is not None and (last.state == ScoringRun.State.RUNNING or not _changed(last, ids)):
            return last
        run = ScoringRun.objects.create(
            quiz=quiz,
            number=(quiz.scoring_runs.aggregate(last=Max("number"))["last"] or 0) + 1,
            rule=RULE,
            attempts=len(ids),
            created_at=now,
            created_by=by,
        )
        audit.record(run, "score-quiz", by=by, now=now, after={"attempts": len(ids)})
        _send(run.pk, ids)
        return run


def score_chunk(*, run_id: int, first: int, last: int, now: datetime) -> int:
    """Score the attempts `first` … `last` that this run has not scored; return how many.

    The one that completes the run also finishes it.
    """
    with transaction.atomic():
        run = ScoringRun.objects.select_related("quiz").get(pk=run_id)
        if run.state == ScoringRun.State.FINISHED:
            return 0
        rows = (
            Response.objects.filter(
                attempt__quiz_id=run.quiz_id,
                attempt__state__in=[Attempt.State.SUBMITTED, Attempt.State.SCORED],
                attempt_id__gte=first,
                attempt_id__lte=last,
            )
            .exclude(attempt__scores__run=run)
            .order_by("attempt_id", "position")
            .values_list("attempt_id", "position", "item_version_id", "answer")
        )
        keys = keys_of(run.quiz_id)
        scores = [
            _score(run, attempt_id, list(paper), keys)
            for attempt_id, paper in groupby(rows.iterator(chunk_size=5000), key=lambda row: row[0])
        ]
        AttemptScore.objects.bulk_create(scores, ignore_conflicts=True, batch_size=1000)
    finish_run(run_id=run_id, now=now)
    return len(scores)


def finish_run(*, run_id: int, now: datetime) -> bool:
    """Finish the run if every attempt has its score; return whether it is finished."""
    with transaction.atomic():
        run = ScoringRun.objects.select_for_update(of=("self",)).get(pk=run_id)
        if run.state == ScoringRun.State.FINISHED:
            return True
        scores = run.scores.order_by("attempt_id").values_list(
            "attempt_id", "inputs", "score", "core_score"
        )
        rows = [list(row) for row in scores]
        if len(rows) < run.attempts:
            return False
        keys = run.quiz.quiz_items.order_by("item_version_id").values_list(
            "item_version_id", "item_version__key"
        )
        weights = run.quiz.core_weights
        run.digest = digest([run.rule, weights, [list(row) for row in keys], rows])
        run.state, run.finished_at = ScoringRun.State.FINISHED, now
        run.save(update_fields=["digest", "state", "finished_at"])
        own = AttemptScore.objects.filter(run=run, attempt=OuterRef("pk"))
        Attempt.objects.closed().filter(scores__run=run).update(
            score=Subquery(own.values("score")[:1]), state=Attempt.State.SCORED
        )
        audit.record(run, "finish-scoring", by=None, now=now, after={"digest": run.digest})
        ask_statistics(run_id=run.pk, by=run.created_by, now=now)
        return True


def resume_runs(*, limit: int = 20) -> int:
    """Send what is missing of unfinished runs to the workers again; return how many runs."""
    runs = ScoringRun.objects.filter(state=ScoringRun.State.RUNNING).order_by("pk")[:limit]
    for run in runs:
        closed = Attempt.objects.closed().filter(quiz_id=run.quiz_id)
        missing = closed.exclude(scores__run=run).order_by("pk").values_list("pk", flat=True)
        with transaction.atomic():
            _send(run.pk, list(missing) or [0])
    return len(runs)


def keys_of(quiz_id: int) -> dict[int, tuple[str, Key]]:
    """The topic and the key of every item version of the quiz's pool."""
    rows = QuizItem.objects.filter(quiz_id=quiz_id).values_list(
        "item_version_id", "item_version__item__topic", "item_version__key"
    )
    return {version: (topic, key_from_dict(key)) for version, topic, key in rows}


def _score(
    run: ScoringRun,
    attempt_id: int,
    rows: list[tuple[int, int, int, Any]],
    keys: Mapping[int, tuple[str, Key]],
) -> AttemptScore:
    marked = mark(
        (Answered(*keys[version], answer) for _attempt, _position, version, answer in rows),
        core_weights=run.quiz.core_weights,
    )
    return AttemptScore(
        run=run,
        attempt_id=attempt_id,
        score=marked.score,
        core_score=marked.core_score,
        topics={topic: [str(marks), items] for topic, (marks, items) in marked.topics.items()},
        inputs=digest([list(row[1:]) for row in rows]),
    )


def _changed(run: ScoringRun, attempts: list[int]) -> bool:
    """Whether another run could come out otherwise: the rule or the attempts are not the same."""
    scored = run.scores.order_by("attempt_id").values_list("attempt_id", flat=True)
    return run.rule != RULE or list(scored) != attempts


def _send(run_id: int, attempts: list[int]) -> None:
    """Send the attempts, in the order of their ids, to the workers in chunks, on commit."""
    for start in range(0, len(attempts), CHUNK):
        chunk = attempts[start : start + CHUNK]
        task = {"run_id": run_id, "first": chunk[0], "last": chunk[-1]}
        send = partial(current_app.send_task, "quiz.score_chunk", kwargs=task)
        transaction.on_commit(send, robust=True)
