"""Score a quiz: a run, cut into chunks that a worker does one by one.

Who presses the button asks for a job: it closes what time has ended and starts the run. From then
on the run itself says how far it is, since several workers take its chunks at once.

A chunk is a range of attempts. It may be done twice or not at all: its scores are written once,
and the sweep sends what is missing again. Whoever writes the last score finishes the run.
"""

from datetime import datetime
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.bulk import insert_rows
from accounts.domain import audit
from accounts.domain.jobs import Tell, in_the_language_of, start_job, unwatched
from accounts.errors import Refused
from accounts.models import Job, User
from applications.domain.locking import InputLocked, hold_publishing
from notifications.moments import say_instant
from quiz.domain.closing import finalise_expired
from quiz.domain.finishing import RULES, fail_run, finish_run, marked
from quiz.domain.standing import require_scores_open
from quiz.judging import keys_of, rulings_in_force
from quiz.models import Attempt, AttemptScore, Quiz, Ruling, ScoreRule, ScoringRun
from quiz.sheets import Judge, UnableToMark, read_sheets

KIND = "quiz.score"
CHUNK = 500  # attempts: well under a second of work


class UnableToScore(Refused):
    """No run was started; the message says why."""


def ask_scoring(*, quiz_id: int, by: User, now: datetime) -> Job:
    """Have a worker start to score a quiz; asking again while it does returns the same job.

    Raises:
        UnableToScore: the quiz is still open.
    """
    _require_closed(Quiz.objects.get(pk=quiz_id), now)
    return start_job(kind=KIND, payload={"quiz": quiz_id}, by=by, now=now)


def run_scoring(job: Job, tell: Tell) -> dict[str, Any]:
    """The worker's part: `accounts.domain.jobs` calls it."""
    now = job.started_at or job.asked_at
    run = score_quiz(quiz_id=job.payload["quiz"], by=job.asked_by, now=now, tell=tell)
    return {"run": run.pk}


def score_quiz(
    *, quiz_id: int, by: User | None, now: datetime, tell: Tell = unwatched
) -> ScoringRun:
    """Start to score the closed attempts of all who take part; workers do the rest.

    While a run is going on, and as long as nothing has changed since the last one, that run is
    returned and nothing is started.

    Raises:
        UnableToScore: the quiz is still open, somebody is still sitting it, or nobody has sat it.
        InputLocked: a list has been published from the scores, and they would change.
    """
    with transaction.atomic():
        hold_publishing(Quiz.objects.values_list("cohort", flat=True).get(pk=quiz_id))
        quiz = Quiz.objects.select_for_update(of=("self",)).select_related("cohort").get(pk=quiz_id)
        _require_closed(quiz, now)
        sat, closed_now = quiz.attempts.of_present_people().count(), 0
        while count := finalise_expired(now=now, quiz_id=quiz_id):
            closed_now += count
            tell(closed_now, sat, _("Closing sittings whose time is over"))
        sitting = quiz.attempts.of_present_people().filter(state=Attempt.State.OPEN).count()
        if sitting:
            raise UnableToScore(
                ngettext(
                    "%(count)d person is still sitting the quiz.",
                    "%(count)d people are still sitting the quiz.",
                    sitting,
                )
                % {"count": sitting}
            )
        closed = quiz.attempts.closed().of_present_people()
        ids = list(closed.order_by("pk").values_list("pk", flat=True))
        if not ids:
            raise UnableToScore(_("Nobody has sat this quiz."))
        last = quiz.scoring_runs.order_by("number").last()
        rule, rulings = RULES[ScoreRule(quiz.score_rule)], rulings_in_force(quiz.pk)
        if last is not None and last.state == ScoringRun.State.RUNNING:
            return last
        if last is not None and not _changed(last, rule, rulings, ids):
            return last
        require_scores_open(pk=quiz.pk, now=now)
        run = ScoringRun.objects.create(
            quiz=quiz,
            number=(quiz.scoring_runs.aggregate(last=Max("number"))["last"] or 0) + 1,
            rule=rule,
            attempts=len(ids),
            created_at=now,
            created_by=by,
        )
        run.rulings.set(rulings)
        told = {"attempts": len(ids), "rule": rule, "rulings": [r.number for r in rulings]}
        audit.record(run, "score-quiz", by=by, now=now, after=told)
        _send(run.pk, ids)
        return run


def score_chunk(*, run_id: int, first: int, last: int, now: datetime) -> int:
    """Score the attempts `first` … `last` that this run has not scored; return how many.

    The one that completes the run also finishes it. A run whose answers cannot be marked fails,
    and says which; so does one from before a list that has been published meanwhile. Nothing of it
    counts.
    """
    run = ScoringRun.objects.select_related("quiz", "created_by").get(pk=run_id)
    if run.state != ScoringRun.State.RUNNING:
        return 0
    with in_the_language_of(run.created_by):
        return _score_chunk(run, first, last, now)


def resume_runs(*, limit: int = 20) -> int:
    """Send what is missing of unfinished runs to the workers again; return how many runs."""
    runs = ScoringRun.objects.filter(state=ScoringRun.State.RUNNING).order_by("pk")[:limit]
    for run in runs:
        closed = Attempt.objects.closed().of_present_people().filter(quiz_id=run.quiz_id)
        missing = closed.exclude(scores__run=run).order_by("pk").values_list("pk", flat=True)
        with transaction.atomic():
            _send(run.pk, list(missing) or [0])
    return len(runs)


def _score_chunk(run: ScoringRun, first: int, last: int, now: datetime) -> int:
    present = run.quiz.attempts.closed().of_present_people()
    attempts = present.filter(pk__gte=first, pk__lte=last)
    judge = Judge(keys_of(run.quiz_id, run.rulings.all()))
    try:
        with transaction.atomic():
            missing = attempts.exclude(scores__run=run)
            scores = [marked(run, sheet) for sheet in read_sheets(missing, judge)]
            insert_rows(AttemptScore, map(_row, scores), ignore_conflicts=True)
        finish_run(run_id=run.pk, now=now)
    except (UnableToMark, InputLocked) as trouble:
        fail_run(run_id=run.pk, trouble=str(trouble), now=now)
        return 0
    return len(scores)


def _require_closed(quiz: Quiz, now: datetime) -> None:
    if now < quiz.closes_at:
        raise UnableToScore(
            _("The quiz is open until %(at)s.") % {"at": say_instant(quiz.closes_at)}
        )


def _row(score: AttemptScore) -> dict[str, Any]:
    return {
        "run_id": score.run_id,
        "attempt_id": score.attempt_id,
        "score": str(score.score),
        "marks": None if score.marks is None else str(score.marks),
        "core_score": str(score.core_score),
        "topics": score.topics,
        "inputs": score.inputs,
    }


def _changed(run: ScoringRun, rule: str, rulings: list[Ruling], attempts: list[int]) -> bool:
    """Whether another run could come out otherwise: it failed, or something is not the same."""
    scored = run.scores.order_by("attempt_id").values_list("attempt_id", flat=True)
    return (
        run.state == ScoringRun.State.FAILED
        or run.rule != rule
        or set(run.rulings.all()) != set(rulings)
        or list(scored) != attempts
    )


def _send(run_id: int, attempts: list[int]) -> None:
    """Send the attempts, in the order of their ids, to the workers in chunks, on commit."""
    for start in range(0, len(attempts), CHUNK):
        chunk = attempts[start : start + CHUNK]
        task = {"run_id": run_id, "first": chunk[0], "last": chunk[-1]}
        send = partial(current_app.send_task, "quiz.score_chunk", kwargs=task)
        transaction.on_commit(send, robust=True)
