"""What staff do for one person: extra time, another attempt."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.models import Application
from quiz.domain.sitting import deadline
from quiz.models import Attempt, ExtraTime, Quiz, ScoringRun

MOST_TIME = Decimal(4)


class UnableToArrange(Refused):
    """Nothing was changed; the message says why."""


def grant_extra_time(
    *, application_id: int, factor: Decimal, reason: str, by: User, now: datetime
) -> ExtraTime:
    """Give one person more time; an attempt that is open is extended at once.

    Args:
        factor: on the quiz's minutes, from 1 to 4 with two decimals; 1.5 makes 40 minutes 60.

    Raises:
        UnableToArrange: no reason is given, or the factor is out of range.
    """
    if not reason.strip():
        raise UnableToArrange(_("Give a reason: it is kept with the arrangement."))
    if not factor.is_finite() or not 1 <= factor <= MOST_TIME:
        raise UnableToArrange(_("Extra time is a factor from 1 to 4, for example 1.25."))
    factor = round(factor, 2)
    with transaction.atomic():
        application = Application.objects.select_for_update().get(pk=application_id)
        granted, _created = ExtraTime.objects.update_or_create(
            application=application,
            defaults={
                "factor": factor,
                "reason": reason.strip(),
                "granted_at": now,
                "granted_by": by,
            },
        )
        audit.record(granted, "grant-extra-time", by=by, now=now, after={"factor": str(factor)})
        running = (
            Attempt.objects.select_for_update(of=("self",))
            .filter(application=application, state=Attempt.State.OPEN)
            .select_related("quiz__cohort")
        )
        for attempt in running:
            before = attempt.deadline_at
            attempt.deadline_at = deadline(
                attempt.quiz, started_at=attempt.started_at, factor=factor
            )
            attempt.saves_until = attempt.deadline_at + attempt.quiz.grace
            attempt.save(update_fields=["deadline_at", "saves_until"])
            audit.record(
                attempt,
                "move-deadline",
                by=by,
                now=now,
                before={"deadline": before.isoformat()},
                after={"deadline": attempt.deadline_at.isoformat()},
            )
        return granted


def void_attempt(*, attempt_id: int, reason: str, by: User, now: datetime) -> Attempt:
    """Let an attempt count no more; it is kept, and the person may start another one.

    Raises:
        UnableToArrange: no reason is given, or the attempt has been or is being scored.
    """
    if not reason.strip():
        raise UnableToArrange(_("Give a reason: it is kept with the arrangement."))
    with transaction.atomic():
        # The quiz first: a scoring run that starts at this moment locks it too.
        quiz = Quiz.objects.select_for_update().get(attempts=attempt_id)
        attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
        if attempt.state == Attempt.State.VOID:
            return attempt
        if attempt.state == Attempt.State.SCORED:
            raise UnableToArrange(_("This attempt has been scored; it stays as it is."))
        if quiz.scoring_runs.filter(state=ScoringRun.State.RUNNING).exists():
            raise UnableToArrange(_("The quiz is being scored. Try again when that is done."))
        before = attempt.state
        attempt.state = Attempt.State.VOID
        attempt.save(update_fields=["state"])
        audit.record(
            attempt,
            "void-attempt",
            by=by,
            now=now,
            before={"state": before},
            after={"state": attempt.state},
            reason=reason.strip(),
        )
        return attempt
