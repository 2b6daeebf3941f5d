"""The staff's page of a match: what came out, that it is stable, and who must act next."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.approvals import counts
from accounts.errors import Refused
from accounts.models import Approval
from applications.models import Cohort
from matching.domain.runs import (
    approve_publication,
    publish_match,
    request_publication,
    run_match,
)
from matching.market import opportunities_of, seekers_of
from matching.models import APPROVAL_KIND, MatchRun
from matching.queries import summary_of
from matching.rules import manages_matching
from matching.stability import blocking_pairs
from matching.verification import verify_match

if TYPE_CHECKING:
    from accounts.staff import RoleAdmin

MAX_ID = 2**63 - 1
SEED_BYTES = 16


def cohorts_to_match(now: datetime) -> QuerySet[Cohort]:
    """The cohorts whose rankings have closed and whose match is not published."""
    return (
        Cohort.objects.filter(rankings_close_at__lte=now)
        .exclude(match_runs__state=MatchRun.State.PUBLISHED)
        .order_by("-rankings_close_at")
    )


def run_view(request: HttpRequest) -> HttpResponse:
    """Draw up a match with a fresh seed."""
    _require_manager(request)
    cohort = get_object_or_404(cohorts_to_match(timezone.now()), slug=request.POST.get("cohort"))
    try:
        run = run_match(
            cohort_id=cohort.pk,
            seed=secrets.token_hex(SEED_BYTES),
            by=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:matching_matchrun_changelist")
    messages.success(request, _("The match is drawn up. Nobody has been told anything."))
    return redirect("admin:matching_matchrun_change", run.pk)


def act_view(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Ask for approval, decide, publish."""
    _require_manager(request)
    if verb not in ACTS or not MatchRun.objects.filter(pk=min(pk, MAX_ID)).exists():
        raise Http404
    act, arguments = ACTS[verb]
    try:
        act(run_id=pk, by=request.user, now=timezone.now(), **arguments)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _done(verb))
    return redirect("admin:matching_matchrun_change", pk)


def run_page(request: HttpRequest, object_id: str, model_admin: "RoleAdmin") -> HttpResponse:
    """Counts, reasons, blocking pairs, digests, and who got what."""
    if not (object_id.isascii() and object_id.isdecimal() and int(object_id) <= MAX_ID):
        raise Http404
    runs = MatchRun.objects.select_related("cohort", "created_by")
    run = get_object_or_404(runs, pk=int(object_id))
    summary = summary_of(run)
    pairs = [(pair.application_id, pair.opportunity_id) for pair in summary.pairs]
    approvals = Approval.objects.filter(kind=APPROVAL_KIND, object_id=str(run.pk)).select_related(
        "requested_by", "decided_by", "ended_by"
    )
    approval, now = approvals.first(), timezone.now()
    titles = {one.pk: str(one) for one, _people in summary.filled}
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": str(run),
        "run": run,
        "summary": summary,
        "blocking": len(
            blocking_pairs(pairs, seekers_of(run.inputs), opportunities_of(run.inputs), run.seed)
        ),
        "verdict": verify_match(run.pk),
        "approval": approval,
        "approval_state": approval.state_at(now) if approval else "",
        "approval_counts": approval is not None and counts(approval, now),
        "approval_waits": approval is not None and approval.waits(now),
        "may_manage": manages_matching(request.user),
        "people": {
            "headers": [_("Person"), _("Matched to")],
            "rows": [
                *(
                    [pair.application.full_name, titles[pair.opportunity_id]]
                    for pair in summary.pairs
                ),
                *(
                    [one.application.full_name, f"– ({one.get_reason_display()})"]
                    for one in summary.unmatched
                ),
            ],
        },
        "opportunities": {
            "headers": [_("Opportunity"), _("Vacancies"), _("People")],
            "rows": [
                [str(one), one.vacancies, ", ".join(p.full_name for p in people) or "–"]
                for one, people in summary.filled
            ],
        },
    }
    return TemplateResponse(request, "matching/staff/run.html", context)


ACTS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "request": (request_publication, {}),
    "approve": (approve_publication, {"approve": True}),
    "refuse": (approve_publication, {"approve": False}),
    "publish": (publish_match, {}),
}


def _done(verb: str) -> str:
    return {
        "request": _("A second person can approve this match now."),
        "approve": _("You approved this match."),
        "refuse": _("You refused this match."),
        "publish": _("The match is published, and everybody in it is being told."),
    }[verb]


def _require_manager(request: HttpRequest) -> None:
    if not manages_matching(request.user):
        raise PermissionDenied
