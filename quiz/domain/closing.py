"""Close the attempts whose time is over. What was saved is kept and counts."""

from datetime import datetime

from django.db import transaction

from accounts.domain import audit
from notifications.domain.outbox import queue
from quiz.domain.sitting import answered_counts, telling
from quiz.models import Attempt

BATCH = 500


def finalise_expired(*, now: datetime, limit: int = BATCH, quiz_id: int | None = None) -> int:
    """Close up to `limit` attempts that take no more answers; return how many.

    Attempts that somebody is working on at this moment are left to the next sweep, and those of
    people who take no part are left as they are.
    """
    with transaction.atomic():
        expired = Attempt.objects.of_present_people().filter(
            state=Attempt.State.OPEN, saves_until__lte=now
        )
        if quiz_id is not None:
            expired = expired.filter(quiz_id=quiz_id)
        attempts = list(
            expired.select_for_update(of=("self",), skip_locked=True)
            .select_related("application__cohort", "application__user")
            .order_by("saves_until", "pk")[:limit]
        )
        if not attempts:
            return 0
        ids = [attempt.pk for attempt in attempts]
        counts = answered_counts(ids)
        for attempt in attempts:
            attempt.state = Attempt.State.SUBMITTED
            attempt.closed_at = now
        Attempt.objects.filter(pk__in=ids).update(state=Attempt.State.SUBMITTED, closed_at=now)
        audit.record_many(
            [audit.event(attempt, "close-attempt", by=None, now=now) for attempt in attempts]
        )
        tellings = [telling(attempt, "quiz-closed", counts=counts) for attempt in attempts]
        queue(tellings, now=now)
        return len(attempts)
