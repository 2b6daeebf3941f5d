"""The worker's part of the quiz."""

from celery import shared_task
from django.utils import timezone

from quiz.domain import closing, noticing, scoring


@shared_task(name="quiz.finalise_expired", ignore_result=True)
def finalise_expired() -> int:
    """Close the attempts whose time is over, and take up scoring that was left unfinished."""
    closed = 0
    while count := closing.finalise_expired(now=timezone.now()):
        closed += count
    scoring.resume_runs()
    return closed


@shared_task(name="quiz.score_chunk", ignore_result=True)
def score_chunk(*, run_id: int, first: int, last: int) -> int:
    return scoring.score_chunk(run_id=run_id, first=first, last=last, now=timezone.now())


@shared_task(name="quiz.forget_signals", ignore_result=True)
def forget_signals() -> int:
    return noticing.forget_signals(now=timezone.now())
