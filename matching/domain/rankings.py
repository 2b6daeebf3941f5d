"""Both sides say whom they prefer, until the rankings close.

The audit trail tells that somebody ranked and certified, never whom they put where.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.lifecycle import IN_FINAL
from applications.models import Application, Cohort
from matching.letters import ranking_certified
from matching.models import (
    Opportunity,
    OpportunityRanking,
    OpportunityRankingSheet,
    PersonRanking,
    PersonRankingSheet,
    Recruiter,
)
from matching.queries import candidates_of, opportunities_open_in
from matching.rules import UNDERTAKING_VERSION
from notifications.domain.outbox import queue
from notifications.moments import say_instant


class UnableToRank(Refused):
    """The ranking is not saved; the message says why."""


class RankedElsewhere(UnableToRank):
    """Another window or a colleague has saved since this page was read; nothing was overwritten."""


def rank_opportunities(
    *,
    application_id: int,
    opportunity_ids: Sequence[int],
    certify: bool,
    by: User,
    now: datetime,
    version: int | None = None,
) -> PersonRankingSheet:
    """Replace a person's list of opportunities, best first; what is not listed is not acceptable.

    Args:
        certify: the list takes part in the match. Saving without it takes a certification away.
        version: of the sheet as the page showed it, 0 if there was none; None does not compare.

    Raises:
        UnableToRank: the rankings have closed, the person is not in the final, or an opportunity
            is named twice or not open to this cohort.
        RankedElsewhere: the sheet has another version by now.
    """
    with transaction.atomic():
        application = _locked(application_id)
        _require_open(application.cohort, now)
        if application.stage not in IN_FINAL:
            raise UnableToRank(_("Only finalists rank opportunities."))
        _require_once(opportunity_ids)
        open_ids = set(
            opportunities_open_in(application.cohort_id).order_by().values_list("pk", flat=True)
        )
        if not open_ids.issuperset(opportunity_ids):
            raise UnableToRank(
                _("An opportunity on your list is no longer open. Reload the page to see the list.")
            )
        if certify and not opportunity_ids:
            raise UnableToRank(_("Put at least one opportunity on your list before you certify."))
        sheet, _created = PersonRankingSheet.objects.get_or_create(
            application=application, defaults={"saved_at": now}
        )
        _require_version(sheet.version, version)
        sheet.version += 1
        sheet.saved_at, sheet.certified_at = now, now if certify else None
        sheet.save()
        sheet.lines.all().delete()
        PersonRanking.objects.bulk_create(
            PersonRanking(sheet=sheet, opportunity_id=pk, position=position)
            for position, pk in enumerate(opportunity_ids, start=1)
        )
        audit.record(
            sheet,
            "certify-ranking" if certify else "save-ranking",
            by=by,
            now=now,
            after={"version": sheet.version, "listed": len(opportunity_ids)},
        )
        if certify:
            queue([ranking_certified(application, sheet, len(opportunity_ids))], now=now)
        return sheet


def rank_candidates(
    *,
    opportunity_id: int,
    tiers: Sequence[Sequence[int]],
    certify: bool,
    by: User,
    now: datetime,
    version: int | None = None,
) -> OpportunityRankingSheet:
    """Replace an opportunity's list of people: tiers of equals, best first.

    Args:
        tiers: application ids; empty tiers count for nothing. Who is not listed is not acceptable.
        certify, version: as in `rank_opportunities`.

    Raises:
        UnableToRank: the rankings have closed, `by` does not recruit for the company, the
            opportunity is not open, or a person is named twice or does not let the company see
            them (any more).
        RankedElsewhere: the sheet has another version by now.
    """
    with transaction.atomic():
        opportunity = (
            Opportunity.objects.select_for_update(of=("self",))
            .select_related("cohort", "company")
            .get(pk=opportunity_id)
        )
        _require_recruiter(opportunity, by)
        _require_open(opportunity.cohort, now)
        if opportunity.state != Opportunity.State.APPROVED:
            raise UnableToRank(_("This opportunity is not open."))
        tiers = [list(tier) for tier in tiers if tier]
        listed = [pk for tier in tiers for pk in tier]
        _require_once(listed)
        visible = set(
            candidates_of(opportunity.company_id, opportunity.cohort_id)
            .order_by()
            .values_list("pk", flat=True)
        )
        if not visible.issuperset(listed):
            raise UnableToRank(
                _("Somebody on the list is no longer a candidate. Reload the page to see who is.")
            )
        sheet, _created = OpportunityRankingSheet.objects.get_or_create(
            opportunity=opportunity, defaults={"saved_at": now}
        )
        _require_version(sheet.version, version)
        sheet.version += 1
        sheet.saved_at = now
        sheet.certified_at, sheet.certified_by = (now, by) if certify else (None, None)
        sheet.save()
        sheet.lines.all().delete()
        OpportunityRanking.objects.bulk_create(
            OpportunityRanking(sheet=sheet, application_id=pk, tier=number)
            for number, tier in enumerate(tiers, start=1)
            for pk in tier
        )
        audit.record(
            sheet,
            "certify-ranking" if certify else "save-ranking",
            by=by,
            now=now,
            after={"version": sheet.version, "listed": len(listed)},
        )
        return sheet


def _locked(application_id: int) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("cohort", "user")
        .get(pk=application_id)
    )


def _require_open(cohort: Cohort, now: datetime) -> None:
    if now >= cohort.rankings_close_at:
        raise UnableToRank(
            _("Rankings closed on %(at)s. What was saved and certified by then counts.")
            % {"at": say_instant(cohort.rankings_close_at)}
        )


def _require_once(keys: Sequence[int]) -> None:
    if len(set(keys)) != len(keys):
        raise UnableToRank(_("The list names something twice."))


def _require_version(stored: int, shown: int | None) -> None:
    if shown is not None and shown != stored:
        raise RankedElsewhere(
            _(
                "This list was changed in another window or by a colleague. Nothing was "
                "overwritten. Reload to see the newer list."
            )
        )


def _require_recruiter(opportunity: Opportunity, by: User) -> None:
    seats = Recruiter.objects.active().who_accepted(UNDERTAKING_VERSION)
    if not seats.filter(company_id=opportunity.company_id, user=by).exists():
        raise UnableToRank(_("Only recruiters of the company rank for it."))
