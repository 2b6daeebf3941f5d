"""Finish a scoring run: when every attempt has its score, all of them count at one instant."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from django.db import connection, transaction

from accounts.domain import audit
from quiz import equating, marking
from quiz.domain.standing import require_scores_open
from quiz.domain.statistics import ask_statistics
from quiz.judging import keys_of, spelt
from quiz.models import Attempt, AttemptScore, ScoreRule, ScoringRun
from quiz.sheets import Judge, Sheet, put_on_one_scale, read_sheets
from selection.canonical import canonical_bytes

RULES = {ScoreRule.SUM: marking.RULE, ScoreRule.EQUATED: equating.RULE}

COUNT_THEM = """
UPDATE quiz_attempt SET score = quiz_attemptscore.score, state = %s
FROM quiz_attemptscore
WHERE quiz_attemptscore.attempt_id = quiz_attempt.id AND quiz_attemptscore.run_id = %s
  AND quiz_attempt.state = ANY(%s)
"""

WRITE_THEM = """
UPDATE quiz_attemptscore SET score = equated.score
FROM unnest(%s::bigint[], %s::numeric[]) AS equated (attempt_id, score)
WHERE quiz_attemptscore.attempt_id = equated.attempt_id AND quiz_attemptscore.run_id = %s
"""


def marked(run: ScoringRun, sheet: Sheet) -> AttemptScore:
    """What one sheet is worth in this run, not saved; an equated score is written at the end."""
    worth = marking.mark(sheet.earned, core_weights=run.quiz.core_weights)
    return AttemptScore(
        run=run,
        attempt_id=sheet.attempt_id,
        score=worth.score,
        marks=worth.score if run.rule == equating.RULE else None,
        core_score=worth.core_score,
        topics={topic: [str(marks), items] for topic, (marks, items) in worth.topics.items()},
        inputs=sheet.inputs,
    )


def finish_run(*, run_id: int, now: datetime) -> bool:
    """Finish the run if everybody who takes part has a score; return whether it is finished.

    Who withdraws while it goes on is waited for no more; the run says how many it has scored.

    Raises:
        UnableToMark: the scores cannot be brought onto one scale.
        InputLocked: a list has been published from the scores before.
    """
    if _waits_for(run_id):
        return False
    with transaction.atomic():
        require_scores_open(scoring_runs=run_id, now=now)
        run = ScoringRun.objects.select_for_update(of=("self",)).get(pk=run_id)
        if run.state != ScoringRun.State.RUNNING:
            return run.state == ScoringRun.State.FINISHED
        if run.rule == equating.RULE:
            _put_on_one_scale(run)
        run.attempts = run.scores.count()
        run.digest = digest_of(run)
        run.state, run.finished_at = ScoringRun.State.FINISHED, now
        run.save(update_fields=["attempts", "digest", "state", "finished_at", "scale"])
        closed = [Attempt.State.SUBMITTED.value, Attempt.State.SCORED.value]
        with connection.cursor() as cursor:
            cursor.execute(COUNT_THEM, [Attempt.State.SCORED.value, run.pk, closed])
        audit.record(run, "finish-scoring", by=None, now=now, after={"digest": run.digest})
        ask_statistics(run_id=run.pk, by=run.created_by, now=now)
        return True


def fail_run(*, run_id: int, trouble: str, now: datetime) -> None:
    """End a run that cannot be finished, and say why; the scores of the run before it stand."""
    with transaction.atomic():
        run = ScoringRun.objects.select_for_update(of=("self",)).get(pk=run_id)
        if run.state == ScoringRun.State.RUNNING:
            run.state, run.trouble = ScoringRun.State.FAILED, trouble
            run.save(update_fields=["state", "trouble"])
            audit.record(run, "fail-scoring", by=None, now=now, reason=trouble)


def digest_of(run: ScoringRun) -> str:
    """The SHA-256 of the canonical list of rule, weights, keys and scores.

    The rulings and the scale follow if there are any. The scores are read and digested a few
    hundred at a time.
    """
    spelling = sha256(b"[")
    keys = run.quiz.quiz_items.order_by("item_version_id").values_list(
        "item_version_id", "item_version__key"
    )
    for part in (run.rule, run.quiz.core_weights, [list(row) for row in keys]):
        spelling.update(canonical_bytes(part) + b",")
    spelling.update(b"[")
    for number, row in enumerate(_scores(run)):
        spelling.update(b"," * bool(number) + canonical_bytes(row))
    spelling.update(b"]")
    rulings = spelt(run.rulings.order_by("number"))
    for part in [rulings, run.scale] if run.scale else [rulings] if rulings else []:
        spelling.update(b"," + canonical_bytes(part))
    spelling.update(b"]")
    return spelling.hexdigest()


def _put_on_one_scale(run: ScoringRun) -> None:
    """Estimate the scale from everybody's answers and write everybody's score on it."""
    attempts = run.quiz.attempts.closed().filter(scores__run=run)
    judge = Judge(keys_of(run.quiz_id, run.rulings.all()))
    equated = put_on_one_scale(read_sheets(attempts, judge))
    run.scale = equated.scale.as_json()
    scores = [str(score) for score in equated.scores.values()]
    with connection.cursor() as cursor:
        cursor.execute(WRITE_THEM, [list(equated.scores), scores, run.pk])


def _scores(run: ScoringRun) -> Iterator[tuple[object, ...]]:
    return (
        run.scores.order_by("attempt_id")
        .values_list("attempt_id", "inputs", "score", "core_score")
        .iterator(chunk_size=2000)
    )


def _waits_for(run_id: int) -> bool:
    """Whether somebody who takes part and has sat the quiz has no score of this run yet."""
    closed = Attempt.objects.closed().of_present_people().filter(quiz__scoring_runs=run_id)
    return closed.exclude(scores__run=run_id).exists()
