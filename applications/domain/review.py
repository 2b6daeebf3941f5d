"""Eligibility: clear cases pass by themselves, the others wait for a person."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain.impartial import require_another
from accounts.errors import Refused
from accounts.models import User
from applications import published
from applications.domain.claims import require_claim
from applications.domain.locking import locked_now, require_open
from applications.domain.stages import advance_locked
from applications.eligibility import Answers, Doubt, Rules, doubts
from applications.lifecycle import MOVES, Move
from applications.locks import ELIGIBILITY
from applications.models import Application, Cohort, EligibilityRules, Stage
from notifications.domain.outbox import Telling, queue

DOUBTS = {
    Doubt.NOT_STUDENT_OR_GRADUATE: gettext_lazy("Neither a student nor a graduate."),
    Doubt.COMPLETION_UNKNOWN: gettext_lazy("The month of completion is not known."),
    Doubt.COMPLETION_OUT_OF_RANGE: gettext_lazy("The month of completion is outside the range."),
    Doubt.TOO_FEW_DAYS: gettext_lazy("Can attend too few bootcamp days."),
    Doubt.NOT_ADULT: gettext_lazy("Has not confirmed to be 18 or older."),
}


class UnableToReview(Refused):
    """The decision cannot be made; the message says why."""


def rules_of(cohort: Cohort, version: EligibilityRules | None = None) -> Rules:
    """A version of the eligibility rules as the pure function takes them; the one in force."""
    version = version or cohort.rules
    return Rules(
        statuses=frozenset(version.statuses),
        completion_from=version.completion_from,
        completion_to=version.completion_to,
        bootcamp_dates=tuple(cohort.bootcamp_dates),
        days_needed=version.days_needed,
        adults_only=version.adults_only,
    )


def doubts_about(application: Application) -> tuple[Doubt, ...]:
    """Why a person should look at this application."""
    answers = Answers(
        status=application.status,
        completion_on=application.completion_on,
        available_days=application.available_days,
        is_adult=application.is_adult is not False,  # not asked is not a no
    )
    return doubts(answers, rules_of(application.cohort, application.rules))


def pass_clear_cases(rows: list[Application], *, now: datetime) -> int:
    """Pass the clear cases among applications that the caller has locked; return how many."""
    clear = [row for row in rows if row.stage == Stage.SUBMITTED and not doubts_about(row)]
    if clear:
        advance_locked(clear, move=Move.FIND_ELIGIBLE, by=None, now=now)
    return len(clear)


def reconsider(
    application: Application, *, before: tuple[Doubt, ...], by: User, now: datetime
) -> None:
    """Look again at a locked application that its person has changed since `before`.

    A change that takes the last doubt away makes it eligible; one that brings a new doubt sends an
    eligible one back to staff. A doubt that staff have decided about does not come up again. Once
    a list is out nobody becomes eligible by themselves: no list would rank them. Where a list may
    be published at this moment, the caller holds it back (`hold_publishing`).
    """
    if application.stage == Stage.SUBMITTED:
        if not locked_now(cohort_id=application.cohort_id, part=ELIGIBILITY, now=now):
            pass_clear_cases([application], now=now)
    elif application.stage == Stage.ELIGIBLE and set(doubts_about(application)) - set(before):
        advance_locked([application], move=Move.RECONSIDER, by=by, now=now)


def decide_eligibility(
    *, application_id: int, eligible: bool, reason: str, by: User, now: datetime
) -> Application:
    """Decide about one application, with a reason; the person is told when the answer is no.

    A decision can be taken again, the other way, as long as no list has been published. Where two
    people have opened it again since, who is found eligible gets what the list decided.

    Raises:
        UnableToReview: no reason is given, or the list came out without this application.
        InputLocked: a list has been published.
        AboutOneself: it is the reviewer's own.
        UnableToClaim: the reviewer does not have the application in hand.
        UnableToMove: the application is not waiting for this decision.
    """
    if not reason.strip():
        raise UnableToReview(_("Give a reason: the person may ask for it."))
    with transaction.atomic():
        cohort_id = Application.objects.values_list("cohort", flat=True).get(pk=application_id)
        require_open(cohort_id=cohort_id, part=ELIGIBILITY, now=now)
        application = (
            Application.objects.select_for_update(of=("self",))
            .select_related("user", "cohort__programme")
            .get(pk=application_id)
        )
        require_another(by, [application.user_id])
        claim = require_claim(application_id, by=by, now=now)
        move = Move.FIND_ELIGIBLE if eligible else Move.FIND_INELIGIBLE
        was = application.stage
        if eligible and (why := published.why_not_back(application, MOVES[move][1])):
            raise UnableToReview(why)
        advance_locked([application], move=move, by=by, now=now, reason=reason)
        published.settle(application, by=by, now=now)
        claim.delete()
        if not eligible or was == Stage.INELIGIBLE:
            queue([_decision_for(application, eligible=eligible, reason=reason)], now=now)
        return application


def undecided_eligibility(cohort_id: int, now: datetime) -> frozenset[int]:
    """The applications of a cohort that wait for a decision about their eligibility."""
    waiting = Application.objects.filter(cohort=cohort_id, stage=Stage.SUBMITTED)
    return frozenset(waiting.values_list("pk", flat=True))


def may_be_decided(application: Application) -> bool:
    """Whether a decision about eligibility is possible in this stage."""
    moves = (Move.FIND_ELIGIBLE, Move.FIND_INELIGIBLE)
    return any(application.stage in MOVES[move][0] for move in moves)


def _decision_for(application: Application, *, eligible: bool, reason: str) -> Telling:
    fact = "eligible-after-all" if eligible else "ineligible"
    return Telling(
        person=application.user,
        kind="application-eligible" if eligible else "application-not-eligible",
        run=f"application:{application.reference}:{fact}:{application.version}",
        topic=f"application:{application.reference}",
        variables={
            "name": application.called,
            "cohort": application.cohort,
            "reference": application.reference,
            "reason": reason,
            "contact": application.cohort.programme.contact_email,
        },
    )
