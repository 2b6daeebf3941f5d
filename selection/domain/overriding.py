"""Move somebody across the line by hand: one person asks, with a reason, another agrees.

No run changes. The next one has the override among its inputs, so its list, its digest and its
approval say so, and the difference to the run before shows it.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.domain import approvals, audit
from accounts.errors import Refused
from accounts.models import Approval, User
from applications.domain.locking import hold_publishing
from applications.lifecycle import STEPS
from applications.models import Application, Cohort
from selection import sources
from selection.domain.preparing import current_rule
from selection.models import Override, Selection

KIND = "override-line"


class UnableToOverride(Refused):
    """Nobody was moved; the message says why."""


def ask_override(
    *,
    cohort_id: int,
    step: str,
    reference: str,
    way: str,
    category: str,
    reason: str,
    by: User,
    now: datetime,
) -> Approval:
    """Ask a second person to have somebody moved in or out of the next run of a list.

    Raises:
        UnableToOverride: no reason, the list is out, nobody of this reference waits for it, or
            who is to be moved in has no score to be ranked by.
    """
    if not reason.strip():
        raise UnableToOverride(_("Give a reason: it is kept with the decision."))
    with transaction.atomic():
        _require_not_out(cohort_id, step)
        application = Application.objects.filter(
            cohort=cohort_id, reference=reference.strip().upper(), stage=STEPS[step].pool
        ).first()
        if application is None:
            raise UnableToOverride(
                _("Nobody with the reference %(reference)s waits for this list.")
                % {"reference": reference.strip()[:40]}
            )
        payload = {
            "cohort": cohort_id,
            "step": step,
            "application": application.pk,
            "way": Override.Way(way).value,
            "category": Override.Category(category).value,
            "reason": reason.strip(),
        }
        # The request first, then the list: as the approval that carries it out locks them.
        asked = approvals.request_approval(
            kind=KIND,
            object_id=asked_about(step, application.pk),
            payload=payload,
            by=by,
            now=now,
            reason=reason.strip(),
        )
        cohort = _open_list(cohort_id, step)
        if Override.objects.in_force().filter(step=step, application=application).exists():
            raise UnableToOverride(_("This person is moved by hand already."))
        if way == Override.Way.IN:
            _require_scores(cohort, step, application, now)
        return asked


def asked_about(step: str, application_id: int | str) -> str:
    """What a request names: a person in a list."""
    return f"{step}:{application_id}"


def agree_override(approval: Approval, by: User, now: datetime) -> None:
    """What the approval of such a request does.

    Raises:
        UnableToOverride: the list is out by now, or the person is moved already.
    """
    asked = approval.payload
    cohort = _open_list(asked["cohort"], asked["step"])
    try:
        with transaction.atomic():
            override = Override.objects.create(
                cohort=cohort,
                step=asked["step"],
                application_id=asked["application"],
                way=asked["way"],
                category=asked["category"],
                reason=asked["reason"],
                asked_by=approval.requested_by,
                agreed_by=by,
                agreed_at=now,
            )
    except IntegrityError as error:
        raise UnableToOverride(_("This person is moved by hand already.")) from error
    audit.record(
        override, "override", by=by, now=now, after=_said(override), reason=override.reason
    )


def take_back_override(*, override_id: int, by: User, now: datetime) -> Override:
    """Let the next run do without it; doing so twice changes nothing.

    Raises:
        UnableToOverride: the list is out.
    """
    with transaction.atomic():
        override = Override.objects.get(pk=override_id)
        _open_list(override.cohort_id, override.step)
        override = Override.objects.select_for_update().get(pk=override_id)
        if override.taken_back_at is None:
            override.taken_back_at, override.taken_back_by = now, by
            override.save(update_fields=["taken_back_at", "taken_back_by"])
            audit.record(override, "take-back-override", by=by, now=now, before=_said(override))
        return override


def _open_list(cohort_id: int, step: str) -> Cohort:
    """Lock the cohort, as drawing up does; its list must not be out yet, nor go out meanwhile."""
    hold_publishing(cohort_id)
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort_id)
    _require_not_out(cohort_id, step)
    return cohort


def _require_not_out(cohort_id: int, step: str) -> None:
    out = Selection.objects.filter(cohort=cohort_id, step=step, state=Selection.State.PUBLISHED)
    if step not in STEPS or out.exists():
        raise UnableToOverride(_("This list has been published. It stands as it is."))


def _require_scores(cohort: Cohort, step: str, application: Application, now: datetime) -> None:
    rule = current_rule(cohort=cohort, step=step, now=now)
    missing = [
        sources.title_of(name)
        for name, _weight in rule.weights
        if application.pk not in sources.get(name).scores(cohort.pk)
    ]
    if missing:
        raise UnableToOverride(
            _("%(reference)s has no score for %(names)s and cannot be ranked.")
            % {"reference": application.reference, "names": ", ".join(missing)}
        )


def _said(override: Override) -> dict[str, Any]:
    return {
        "application": override.application_id,
        "way": override.way,
        "category": override.category,
    }
