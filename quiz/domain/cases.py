"""A question about a sitting: asked by one person, answered, decided by another.

Until it is decided the person stays in the run as if nothing had happened. Nobody is excluded
automatically: that takes a reply or seven days, a decision by somebody who did not open the case,
and the agreement of one more person.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import approvals, audit
from accounts.errors import Refused
from accounts.models import Approval, User
from applications.domain.locking import hold_publishing
from applications.domain.stages import advance
from applications.lifecycle import Move
from applications.models import Application, Stage
from notifications.domain.outbox import Telling, queue
from notifications.moments import say_instant
from quiz.domain.arrangements import void_attempt
from quiz.models import Attempt, IntegrityCase, Resemblance, Signal

REPLY_WINDOW = timedelta(days=7)
MAX_REPLY = 5000  # characters
APPROVAL_KIND = "exclude-from-selection"
Outcome = IntegrityCase.Outcome


class UnableToOpenCase(Refused):
    """No case was opened and nobody was told; the message says why."""


class UnableToReply(Refused):
    """The reply was not kept; the message says why."""


class UnableToDecide(Refused):
    """The case stays open and the person in the run; the message says why."""


def open_case(*, attempt_id: int, ground: str, by: User, now: datetime) -> IntegrityCase:
    """Ask a person about a sitting: freeze what was noticed, and tell them in their language.

    Raises:
        UnableToOpenCase: no ground is given, a case is open already, or there is nothing to ask
            about any more: the attempt is void, or the person has left the programme.
    """
    ground = ground.strip()
    if not ground:
        raise UnableToOpenCase(_("Say what you ask about: the person reads it."))
    with transaction.atomic():
        cohorts = Attempt.objects.values_list("quiz__cohort", flat=True)
        hold_publishing(cohorts.get(pk=attempt_id))
        attempt = (
            Attempt.objects.select_for_update(of=("self",))
            .select_related("application__user", "application__cohort__programme")
            .get(pk=attempt_id)
        )
        if attempt.is_open or attempt.state == Attempt.State.VOID:
            raise UnableToOpenCase(_("Only a sitting that is over and counts can be asked about."))
        if attempt.application.stage in (Stage.WITHDRAWN, Stage.INELIGIBLE, Stage.MERGED):
            raise UnableToOpenCase(_("This person is not in the selection."))
        if attempt.application.user_id == by.pk:
            raise UnableToOpenCase(_("This is your own sitting."))
        if IntegrityCase.objects.open().filter(attempt=attempt).exists():
            raise UnableToOpenCase(_("A case about this sitting is open already."))
        case = IntegrityCase.objects.create(
            attempt=attempt,
            ground=ground,
            evidence=evidence_of(attempt),
            opened_at=now,
            opened_by=by,
            reply_by=now + REPLY_WINDOW,
        )
        audit.record(case, "open-case", by=by, now=now, after={"reply_by": str(case.reply_by)})
        queue([_telling(case, "case-opened")], now=now)
        return case


def reply_to_case(*, case_id: int, text: str, by: User, now: datetime) -> IntegrityCase:
    """Keep the person's reply; it may be written anew until it is decided or the window ends.

    Raises:
        UnableToReply: it is empty or too long, the seven days are over, or it has been decided.
    """
    text = text.strip()
    if not text:
        raise UnableToReply(_("Write something first."))
    if len(text) > MAX_REPLY or "\x00" in text:
        raise UnableToReply(
            _("Write at most %(most)d characters, without control characters.")
            % {"most": MAX_REPLY}
        )
    with transaction.atomic():
        case = _locked(case_id)
        if not case.is_open:
            raise UnableToReply(_("This has been decided already."))
        if now >= case.reply_by:
            raise UnableToReply(
                _("The time to reply ended on %(at)s.") % {"at": say_instant(case.reply_by)}
            )
        again = case.replied_at is not None
        case.reply, case.replied_at = text, now
        case.save(update_fields=["reply", "replied_at"])
        audit.record(case, "change-reply" if again else "reply-to-case", by=by, now=now)
        return case


def decide_case(
    *, case_id: int, outcome: str, reason: str, seen: str, by: User, now: datetime
) -> IntegrityCase:
    """Decide, and tell the person why and how to appeal.

    An exclusion is only asked for here: a second person must agree (`accounts.domain.approvals`).

    Args:
        seen: `reply_digest` of the case as the decider saw it.

    Raises:
        UnableToDecide: it is too early, the decider opened it or has no reason, the reply has
            changed meanwhile, or what was chosen can no longer be done.
    """
    reason = reason.strip()
    if outcome not in Outcome.values:
        raise UnableToDecide(_("Choose one of the outcomes."))
    if not reason:
        raise UnableToDecide(_("Give a reason: the person reads it."))
    with transaction.atomic():
        if outcome == Outcome.EXCLUDED:
            # The request first, then the case: as the approval that carries it out locks them.
            approvals.request_approval(
                kind=APPROVAL_KIND,
                object_id=case_id,
                payload={"case": case_id, "reason": reason, "reply": seen},
                by=by,
                now=now,
                reason=reason,
            )
        else:
            approvals.void_requests(kind=APPROVAL_KIND, object_id=case_id, by=by, now=now)
        case = _locked(case_id)
        _require_decidable(case, by=by, now=now)
        if seen != reply_digest(case):
            raise UnableToDecide(_("The reply has changed since you opened this page. Read it."))
        if outcome == Outcome.EXCLUDED:
            _require_excludable(case)
            return case
        if outcome == Outcome.VOID:
            void_attempt(attempt_id=case.attempt_id, reason=reason, by=by, now=now)
        return _decide(case, outcome, reason, by=by, now=now)


def carry_out_exclusion(approval: Approval, by: User, now: datetime) -> None:
    """Exclude somebody, now that a second person agrees: their application leaves the selection.

    Raises:
        UnableToDecide: the reply has changed since it was asked for, somebody decided meanwhile,
            or the list has been published.
    """
    asker = approval.requested_by
    case = _locked(int(approval.payload["case"]))
    _require_decidable(case, by=asker, now=now)
    if by.pk == case.opened_by_id:
        raise UnableToDecide(_("Who opened a case cannot decide it."))
    if approval.payload["reply"] != reply_digest(case):
        raise UnableToDecide(_("The reply has changed since this was asked for."))
    _require_excludable(case)
    reason = approval.payload["reason"]
    advance(
        application_ids=[case.attempt.application_id],
        move=Move.FIND_INELIGIBLE,
        by=by,
        now=now,
        reason=reason,
    )
    case.approved_by = by
    _decide(case, Outcome.EXCLUDED, reason, by=asker, now=now)


def evidence_of(attempt: Attempt) -> list[dict[str, Any]]:
    """What was noticed in a sitting, as plain rows that name nobody else."""
    counted = [
        {
            "kind": signal.kind,
            "position": signal.position,
            "count": signal.count,
            "seconds": signal.seconds,
        }
        for signal in Signal.objects.filter(attempt=attempt).order_by("kind", "position")
    ]
    pairs = Resemblance.objects.filter(first=attempt) | Resemblance.objects.filter(second=attempt)
    alike = [
        {
            "kind": "resemblance",
            "common": pair.common,
            "both_wrong": pair.both_wrong,
            "same_wrong": pair.same_wrong,
        }
        for pair in pairs.order_by("pk")
    ]
    return counted + alike


def reply_digest(case: IntegrityCase) -> str:
    """Names the reply as it is now, so that nobody decides on one they have not read."""
    return sha256(case.reply.encode()).hexdigest()


def pending_applications(cohort_id: int, now: datetime) -> frozenset[int]:
    """The applications of a cohort about which a case is open, however long it has been."""
    return frozenset(
        IntegrityCase.objects.open()
        .filter(attempt__quiz__cohort_id=cohort_id)
        .values_list("attempt__application_id", flat=True)
    )


def case_to_answer(application: Application, now: datetime) -> IntegrityCase | None:
    """The case about this application that waits for its person's reply."""
    waiting = IntegrityCase.objects.open().filter(replied_at__isnull=True, reply_by__gt=now)
    return waiting.filter(attempt__application=application).first()


def may_be_decided(case: IntegrityCase, now: datetime) -> bool:
    """Whether the reply is there or its seven days are over."""
    return case.replied_at is not None or now >= case.reply_by


def _locked(case_id: int) -> IntegrityCase:
    return (
        IntegrityCase.objects.select_for_update(of=("self",))
        .select_related("attempt__application__user", "attempt__application__cohort__programme")
        .get(pk=case_id)
    )


def _require_decidable(case: IntegrityCase, *, by: User, now: datetime) -> None:
    if not case.is_open:
        raise UnableToDecide(_("This has been decided already."))
    if case.opened_by_id == by.pk:
        raise UnableToDecide(_("Who opened a case cannot decide it."))
    if not may_be_decided(case, now):
        raise UnableToDecide(
            _("The person may reply until %(at)s. It can be decided after that, or once they have.")
            % {"at": say_instant(case.reply_by)}
        )


def _require_excludable(case: IntegrityCase) -> None:
    stage = Application.objects.filter(pk=case.attempt.application_id).values_list(
        "stage", flat=True
    )
    if stage.get() != Stage.ELIGIBLE:
        raise UnableToDecide(
            _("Only before the list is published can somebody be taken out of the selection.")
        )


def _decide(
    case: IntegrityCase, outcome: str, reason: str, *, by: User, now: datetime
) -> IntegrityCase:
    case.outcome, case.reason, case.decided_by, case.decided_at = outcome, reason, by, now
    case.save(update_fields=["outcome", "reason", "decided_by", "decided_at", "approved_by"])
    audit.record(case, "decide-case", by=by, now=now, after={"outcome": outcome}, reason=reason)
    queue([_telling(case, "case-decided")], now=now)
    return case


def _telling(case: IntegrityCase, kind: str) -> Telling:
    application = case.attempt.application
    return Telling(
        person=application.user,
        kind=kind,
        run=f"quiz-case:{case.pk}",
        variables={
            "name": application.called,
            "cohort": application.cohort,
            "reference": application.reference,
            "reply_by": case.reply_by,
            "no_finding": case.outcome == IntegrityCase.Outcome.NO_FINDING,
            "noted": case.outcome == IntegrityCase.Outcome.NOTE,
            "voided": case.outcome == IntegrityCase.Outcome.VOID,
            "reason": case.reason,
            "case_path": case.get_absolute_url(),
            "contact": application.cohort.programme.contact_email,
        },
    )
