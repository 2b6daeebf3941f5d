"""Post, edit, approve and close opportunities. What is approved cannot be edited."""

from datetime import datetime
from math import floor
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from matching.domain.references import new_reference
from matching.models import Opportunity
from matching.queries import wages
from matching.wages import hourly, minimum_on


class UnableToPost(Refused):
    """The opportunity cannot be posted or edited; the message says why."""


class UnableToApproveOpportunity(Refused):
    """The opportunity cannot be approved; the message says why."""


def post_opportunity(
    *, cohort_id: int, company_id: int, by: User, now: datetime, **fields: Any
) -> Opportunity:
    """Write down an opportunity as a draft.

    Args:
        fields: the others of `Opportunity`.

    Raises:
        UnableToPost: the pay is below the minimum wage and no exemption is named.
    """
    opportunity = Opportunity(
        cohort_id=cohort_id,
        company_id=company_id,
        reference=new_reference("JOB"),
        written_by=by,
        written_at=now,
        **fields,
    )
    with transaction.atomic():
        _require_lawful_pay(opportunity)
        opportunity.save()
        audit.record(opportunity, "post-opportunity", by=by, now=now)
        return opportunity


def edit_opportunity(*, opportunity_id: int, by: User, now: datetime, **fields: Any) -> Opportunity:
    """Change a draft. Whoever changed it last cannot approve it.

    Raises:
        UnableToPost: it is no draft, or the pay is below the minimum wage.
    """
    with transaction.atomic():
        opportunity = Opportunity.objects.select_for_update().get(pk=opportunity_id)
        if opportunity.state != Opportunity.State.DRAFT:
            raise UnableToPost(
                _("It is approved, so people rely on what it says. Take it back to a draft first.")
            )
        for name, value in fields.items():
            setattr(opportunity, name, value)
        opportunity.written_by, opportunity.written_at = by, now
        _require_lawful_pay(opportunity)
        opportunity.save()
        audit.record(opportunity, "edit-opportunity", by=by, now=now)
        return opportunity


def approve_opportunity(*, opportunity_id: int, by: User, now: datetime) -> Opportunity:
    """Let the people of the cohort see and rank it; approving twice changes nothing.

    Raises:
        UnableToApproveOpportunity: `by` wrote it, or it is closed.
    """
    with transaction.atomic():
        opportunity = Opportunity.objects.select_for_update().get(pk=opportunity_id)
        if opportunity.state == Opportunity.State.APPROVED:
            return opportunity
        if opportunity.state == Opportunity.State.CLOSED:
            raise UnableToApproveOpportunity(_("This opportunity is closed."))
        if opportunity.written_by_id == by.pk:
            raise UnableToApproveOpportunity(
                _("You wrote this one yourself. Ask a second person to approve it.")
            )
        opportunity.state = Opportunity.State.APPROVED
        opportunity.approved_by, opportunity.approved_at = by, now
        opportunity.save(update_fields=["state", "approved_by", "approved_at"])
        audit.record(opportunity, "approve-opportunity", by=by, now=now)
        return opportunity


def take_back_opportunity(*, opportunity_id: int, by: User, now: datetime) -> Opportunity:
    """Make an approved one a draft again, to be edited and approved anew.

    Raises:
        UnableToPost: it is closed, or rankings have closed and people rely on it.
    """
    with transaction.atomic():
        opportunity = (
            Opportunity.objects.select_for_update(of=("self",))
            .select_related("cohort")
            .get(pk=opportunity_id)
        )
        if opportunity.state == Opportunity.State.DRAFT:
            return opportunity
        if opportunity.state == Opportunity.State.CLOSED:
            raise UnableToPost(_("This opportunity is closed."))
        if now >= opportunity.cohort.rankings_close_at:
            raise UnableToPost(_("The rankings have closed; it can no longer be edited."))
        opportunity.state = Opportunity.State.DRAFT
        opportunity.approved_by = opportunity.approved_at = None
        opportunity.save(update_fields=["state", "approved_by", "approved_at"])
        audit.record(opportunity, "take-back-opportunity", by=by, now=now)
        return opportunity


def close_opportunity(
    *, opportunity_id: int, by: User, now: datetime, reason: str = ""
) -> Opportunity:
    """Take it off the list for good. People who ranked it keep the rest of their list.

    Raises:
        UnableToPost: it was never approved.
    """
    with transaction.atomic():
        opportunity = Opportunity.objects.select_for_update().get(pk=opportunity_id)
        if opportunity.state == Opportunity.State.CLOSED:
            return opportunity
        if opportunity.state == Opportunity.State.DRAFT:
            raise UnableToPost(_("A draft is shown to nobody; there is nothing to close."))
        opportunity.state = Opportunity.State.CLOSED
        opportunity.save(update_fields=["state"])
        audit.record(opportunity, "close-opportunity", by=by, now=now, reason=reason)
        return opportunity


def wage_trouble(opportunity: Opportunity) -> str:
    """Say what is wrong with the pay by the minimum wage on the first day; empty if nothing."""
    if opportunity.wage_exemption != Opportunity.Exemption.NONE:
        return ""
    least = minimum_on(opportunity.starts_on, wages())
    paid = hourly(
        opportunity.pay_cents,
        basis=opportunity.pay_basis,
        hours_per_week=opportunity.hours_per_week,
    )
    if paid >= least:
        return ""
    return _(
        "This pays HKD %(paid)s an hour; the minimum wage on the first day is HKD %(least)s. "
        "Raise the pay, or name the exemption."
    ) % {"paid": _dollars(floor(paid)), "least": _dollars(least)}


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _require_lawful_pay(opportunity: Opportunity) -> None:
    trouble = wage_trouble(opportunity)
    if trouble:
        raise UnableToPost(trouble)
