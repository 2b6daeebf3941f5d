"""A person pauses and goes on. The server alone says how long a break is."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from quiz.domain.timekeeping import keep_time
from quiz.models import Attempt, ExtraTime, Pause

LEAST_BREAK = timedelta(seconds=1)
"""Of an allowance of which less is left, nothing is left."""


class UnableToPause(Refused):
    """The clock goes on; the message says why."""


def begin_break(*, attempt_id: int, by: User, now: datetime) -> Attempt:
    """Stop the clock, for at most what is left of the allowance. Doing so twice changes nothing.

    The deadline moves by all that is left at once and is corrected when the person comes back, so
    who never comes back loses nothing and nobody has to end the break for them.

    Raises:
        UnableToPause: there is no break left, or the time is over.
    """
    with transaction.atomic():
        attempt = locked(attempt_id)
        if attempt.is_paused(now):
            return attempt
        if not attempt.is_open or now >= attempt.deadline_at:
            raise UnableToPause(_("Your time is over."))
        left = break_left(attempt)
        if left < LEAST_BREAK:
            raise UnableToPause(_("You have no break left. The clock goes on."))
        until = now + left
        Pause.objects.create(attempt=attempt, kind=Pause.Kind.BREAK, started_at=now, until=until)
        attempt.paused_until = until
        audit.record(attempt, "begin-break", by=by, now=now, after={"until": until.isoformat()})
        keep_time([attempt], by=by, now=now)
        return attempt


def end_pause(*, attempt_id: int, by: User, now: datetime) -> Attempt:
    """Let the clock run again, after a break or after a return. Doing so twice changes nothing."""
    with transaction.atomic():
        attempt = locked(attempt_id)
        if not attempt.is_paused(now):
            return attempt
        running = attempt.pauses.filter(
            ended_at__isnull=True, until__gt=now, started_at__lte=now
        ).exclude(kind=Pause.Kind.OUTAGE)
        running.update(ended_at=now)
        attempt.paused_until = None
        audit.record(attempt, "end-break", by=by, now=now)
        keep_time([attempt], by=by, now=now)
        return attempt


def break_left(attempt: Attempt) -> timedelta:
    """How much of the person's allowance is left when no break is running."""
    granted: ExtraTime | None = getattr(attempt.application, "extra_time", None)
    minutes = granted.break_minutes if granted else 0
    if not minutes:
        return timedelta(0)
    taken = attempt.pauses.filter(kind=Pause.Kind.BREAK)
    used = sum(((one.ended_at or one.until) - one.started_at for one in taken), timedelta(0))
    return max(timedelta(minutes=minutes) - used, timedelta(0))


def locked(attempt_id: int) -> Attempt:
    """The attempt, locked against saving and closing, with what `keep_time` needs."""
    return (
        Attempt.objects.select_for_update(of=("self",))
        .select_related("quiz__cohort", "application__cohort", "application__user")
        .get(pk=attempt_id)
    )
