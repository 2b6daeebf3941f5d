"""Take a withdrawal back: a mistake can be mended for seven days.

A place that was given up may be somebody else's by now, so who held one comes back to the reserve
list; once that has closed, a confirmed place that is still free is theirs again. A draft is a draft
again; a submitted application is looked at again, and what had spoken for it, a clear case or a
decision of staff, still does. Where the list that it waited for has come out meanwhile, it gets
what that list decided (`applications.published`).
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.domain.impartial import require_another
from accounts.errors import Refused
from accounts.models import AuditEvent, User
from applications import published
from applications.domain.locking import hold_publishing
from applications.domain.review import pass_clear_cases
from applications.domain.stages import advance_locked
from applications.lifecycle import LEFT, Move
from applications.models import Application, DuplicateCase, Stage
from notifications.domain.outbox import Telling, queue
from notifications.moments import say_instant

RESTORABLE_FOR = timedelta(days=7)
S = Stage
BACK: dict[Stage, Move] = {
    S.DRAFT: Move.RESTORE_DRAFT,
    S.SUBMITTED: Move.RESTORE_SUBMITTED,
    S.ELIGIBLE: Move.RESTORE_SUBMITTED,
    S.PLACE_OFFERED: Move.RESTORE_RESERVE,
    S.RESERVE: Move.RESTORE_RESERVE,
    S.PLACE_CONFIRMED: Move.RESTORE_RESERVE,
    S.FINALIST: Move.RESTORE_FINAL_RESERVE,
    S.FINAL_RESERVE: Move.RESTORE_FINAL_RESERVE,
    S.MATCHED: Move.RESTORE_FINAL_RESERVE,
}
HELD_A_PLACE = frozenset({S.PLACE_OFFERED, S.PLACE_CONFIRMED, S.FINALIST, S.MATCHED})


class UnableToRestore(Refused):
    """The withdrawal stands; the message says why."""


def restore_application(
    *, application_id: int, reason: str, by: User, now: datetime
) -> Application:
    """Bring a withdrawn application back to where it can go on, and tell the person.

    Raises:
        AboutOneself: it is one's own.
        UnableToRestore: no reason, not withdrawn, or withdrawn too long ago.
    """
    if not reason.strip():
        raise UnableToRestore(_("Give a reason: the person reads it."))
    with transaction.atomic():
        hold_publishing(Application.objects.values_list("cohort", flat=True).get(pk=application_id))
        published.hold(application_id, now)
        application = (
            Application.objects.select_for_update(of=("self",))
            .select_related("user", "cohort__programme", "cohort__rules", "rules")
            .get(pk=application_id)
        )
        require_another(by, [application.user_id])
        if why := why_not(application, now):
            raise UnableToRestore(why)
        was = Stage(application.withdrawn_from)
        move = published.way_back(application, was, now) or BACK[was]
        advance_locked([application], move=move, by=by, now=now, reason=reason)
        if application.stage == S.SUBMITTED:
            _look_again(application, was=was, by=by, now=now)
        published.settle(application, by=by, now=now)
        stands = published.standing(application, now).stage
        queue([_telling(application, was=was, stands=stands, reason=reason)], now=now)
        return application


def why_not(application: Application, now: datetime) -> str:
    """Why this application cannot be restored now; nothing if it can."""
    if application.stage != S.WITHDRAWN or application.withdrawn_at is None:
        return _("This application is not withdrawn.")
    if now >= restorable_until(application.withdrawn_at):
        return _(
            "It was withdrawn on %(at)s. A withdrawal can be taken back for seven days; "
            "the person can apply to the next cohort."
        ) % {"at": say_instant(application.withdrawn_at)}
    if application.withdrawn_from not in BACK:
        return _("It is not known where this application stood before.")
    stood = S(application.withdrawn_from)
    if why := published.why_not_back(application, published.awaited_stage(stood)):
        return why
    if other := _goes_on_elsewhere(application):
        return _("%(other)s goes on and may be the same person’s. Decide about the two first.") % {
            "other": other.reference
        }
    return ""


def restorable_until(withdrawn_at: datetime) -> datetime:
    """From this instant on the withdrawal stands for good."""
    return withdrawn_at + RESTORABLE_FOR


def _goes_on_elsewhere(application: Application) -> Application | None:
    """Another application of this cohort that may be the same person's and has not ended."""
    pairs = DuplicateCase.objects.filter(
        Q(first=application) | Q(second=application), cohort=application.cohort_id
    ).exclude(state=DuplicateCase.State.DISTINCT)
    ids = {pk for pair in pairs.values_list("first", "second") for pk in pair}
    others = Application.objects.filter(pk__in=ids - {application.pk})
    return others.exclude(stage__in=LEFT | {S.DRAFT}).first()


def _look_again(application: Application, *, was: Stage, by: User, now: datetime) -> None:
    """Eligible at once if nothing speaks against it, or if staff have found so before."""
    if pass_clear_cases([application], now=now) or was != S.ELIGIBLE:
        return
    found = AuditEvent.objects.filter(
        object_type=application._meta.label_lower,
        object_id=str(application.pk),
        verb__in=[Move.FIND_ELIGIBLE, Move.FIND_INELIGIBLE, Move.RECONSIDER],
    ).first()
    if found and found.verb == Move.FIND_ELIGIBLE and found.actor_id:
        advance_locked([application], move=Move.FIND_ELIGIBLE, by=by, now=now, reason=found.reason)


def _telling(application: Application, *, was: Stage, stands: Stage, reason: str) -> Telling:
    return Telling(
        person=application.user,
        kind="application-restored",
        run=f"application:{application.reference}:restored:{application.version}",
        topic=f"application:{application.reference}",
        variables={
            "name": application.called,
            "cohort": application.cohort,
            "reference": application.reference,
            "stage": stands.label,
            "held_place": was in HELD_A_PLACE,
            "waits": stands in (S.RESERVE, S.FINAL_RESERVE),
            "has_place": stands == S.PLACE_CONFIRMED,
            "reason": reason,
            "contact": application.cohort.programme.contact_email,
        },
    )
