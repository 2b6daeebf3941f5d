"""What staff do for one person: extra time and breaks, another attempt."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.domain.approvals import request_approval
from accounts.errors import Refused
from accounts.models import Approval, User
from applications.models import Application
from notifications.moments import HONG_KONG
from quiz.domain.standing import require_scores_open
from quiz.domain.timekeeping import keep_time
from quiz.models import Attempt, ExtraTime, Quiz, ScoringRun

MOST_TIME = Decimal(4)
MOST_BREAK = 240
RESET_KIND = "quiz-reset"


class UnableToArrange(Refused):
    """Nothing was changed; the message says why."""


class NeedsSecondPerson(UnableToArrange):
    """It takes two people: `ask_for_reset` asks the second one."""


def grant_extra_time(
    *,
    application_id: int,
    factor: Decimal,
    reason: str,
    by: User,
    now: datetime,
    break_minutes: int = 0,
) -> ExtraTime:
    """Give one person more time and breaks; an attempt that is open is extended at once.

    Args:
        factor: on the quiz's minutes, from 1 to 4 with two decimals; 1.5 makes 40 minutes 60.
        break_minutes: for how long the person may stop the clock, all breaks together.

    Raises:
        UnableToArrange: no reason is given, or a number is out of range.
    """
    reason = require_reason(reason)
    if not factor.is_finite() or not 1 <= factor <= MOST_TIME:
        raise UnableToArrange(_("Extra time is a factor from 1 to 4, for example 1.25."))
    if not 0 <= break_minutes <= MOST_BREAK:
        raise UnableToArrange(_("Breaks are from 0 to %(most)d minutes.") % {"most": MOST_BREAK})
    factor = round(factor, 2)
    with transaction.atomic():
        application = Application.objects.select_for_update().get(pk=application_id)
        granted, _created = ExtraTime.objects.update_or_create(
            application=application,
            defaults={
                "factor": factor,
                "break_minutes": break_minutes,
                "reason": reason,
                "granted_at": now,
                "granted_by": by,
            },
        )
        after = {"factor": str(factor), "break_minutes": break_minutes}
        audit.record(granted, "grant-extra-time", by=by, now=now, after=after)
        running = (
            Attempt.objects.select_for_update(of=("self",))
            .filter(application=application, state=Attempt.State.OPEN)
            .select_related("quiz__cohort")
        )
        keep_time(list(running), by=by, now=now)
        return granted


def void_attempt(
    *, attempt_id: int, reason: str, by: User, now: datetime, evidence: str = ""
) -> Attempt:
    """Let an attempt count no more; it is kept, and the person may start another one.

    Args:
        evidence: where the proof lies: a message, a ticket, a log.

    Raises:
        NeedsSecondPerson: it was sat today (in Hong Kong): the questions are fresh in mind.
        UnableToArrange: no reason is given, or the attempt has been or is being scored.
        InputLocked: a list has been published from the scores.
    """
    reason = require_reason(reason)
    started_at = Attempt.objects.values_list("started_at", flat=True).get(pk=attempt_id)
    if _day(started_at) == _day(now):
        raise NeedsSecondPerson(
            _("This attempt was begun today. To reset it on the same day takes a second person.")
        )
    return _void(attempt_id=attempt_id, reason=reason, evidence=evidence, by=by, now=now)


def ask_for_reset(
    *, attempt_id: int, reason: str, evidence: str, by: User, now: datetime
) -> Approval:
    """Ask a second person to make an attempt void on the day on which it was sat.

    Raises:
        UnableToArrange: the reason or the evidence is missing, or it has been scored.
        InputLocked: a list has been published from the scores, so agreeing would do nothing.
    """
    reason = require_reason(reason)
    if not evidence.strip():
        raise UnableToArrange(_("Say where the evidence is: the second person looks at it."))
    with transaction.atomic():
        require_scores_open(attempts=attempt_id, now=now)
        attempt = Attempt.objects.get(pk=attempt_id)
        if attempt.state == Attempt.State.SCORED:
            raise UnableToArrange(_("This attempt has been scored; it stays as it is."))
        return request_approval(
            kind=RESET_KIND,
            object_id=attempt_id,
            payload={"attempt": attempt_id, "reason": reason, "evidence": evidence.strip()},
            by=by,
            now=now,
            reason=reason,
        )


def carry_out_reset(approval: Approval, by: User, now: datetime) -> None:
    """Make the attempt void of which two people say that it shall be."""
    asked = approval.payload
    _void(
        attempt_id=asked["attempt"],
        reason=asked["reason"],
        evidence=asked["evidence"],
        by=by,
        now=now,
    )


def pending_resets(cohort_id: int, now: datetime) -> frozenset[int]:
    """The applications of a cohort for whose attempt a reset waits for a second person."""
    asked = Approval.objects.filter(
        kind=RESET_KIND, state=Approval.State.REQUESTED, expires_at__gt=now
    )
    attempts = [int(number) for number in asked.values_list("object_id", flat=True)]
    found = Attempt.objects.filter(pk__in=attempts, quiz__cohort=cohort_id)
    return frozenset(found.values_list("application", flat=True))


def require_reason(reason: str) -> str:
    """The reason without outer spaces.

    Raises:
        UnableToArrange: there is none.
    """
    if not reason.strip():
        raise UnableToArrange(_("Give a reason: it is kept with the arrangement."))
    return reason.strip()


def _void(*, attempt_id: int, reason: str, evidence: str, by: User, now: datetime) -> Attempt:
    with transaction.atomic():
        require_scores_open(attempts=attempt_id, now=now)
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
            after={"state": attempt.state, "evidence": evidence.strip()},
            reason=reason,
        )
        return attempt


def _day(at: datetime) -> date:
    return at.astimezone(HONG_KONG).date()
