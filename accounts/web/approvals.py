"""The page on which a second person reads exactly what is asked, and decides."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from accounts import approvable
from accounts.domain.approvals import (
    clear_lapsed,
    counts,
    decide,
    has_happened,
    take_back,
    withdraw_request,
)
from accounts.domain.deciding import why_unconfirmed
from accounts.errors import Refused
from accounts.languages import say_not_on_record
from accounts.models import Approval, User
from accounts.queries import languages_lacking
from accounts.roles import has_role
from accounts.web.approval_story import Phase, story_of
from accounts.web.jobs import how_far
from accounts.web.staff import kind_of, page_of, staff_page

UNPROCESSABLE = 422
CAME_TO_NOTHING = frozenset(
    {
        *(Phase.REFUSED, Phase.WITHDRAWN, Phase.LAPSED, Phase.TAKEN_BACK),
        *(Phase.VOID, Phase.UNUSED, Phase.OVERTAKEN),
    }
)
MAX_REASON = 1000


class DecisionForm(forms.Form):
    """Yes or no; a no says why."""

    decision = forms.ChoiceField(
        choices=(("approve", gettext_lazy("Approve")), ("refuse", gettext_lazy("Refuse")))
    )
    digest = forms.CharField(max_length=64)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_REASON,
        required=False,
        help_text=gettext_lazy("Needed to refuse. The person who asked reads it."),
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )

    confirmed = forms.MultipleChoiceField(
        label=gettext_lazy("Before you approve"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = kind
        self.fields["confirmed"].choices = approvable.known(kind).confirms  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("decision") == "refuse" and not given.get("reason", "").strip():
            self.add_error("reason", _("Say why you refuse."))
        if given.get("decision") == "approve":
            why = why_unconfirmed(self.kind, given.get("confirmed", ()))
            if why:
                self.add_error("confirmed", why)
        return given


class EndForm(forms.Form):
    """Why something is given up or taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_REASON,
        required=False,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )


def withdraw(approval: Approval, reason: str, by: User) -> str:
    """Give up what one has asked for."""
    withdraw_request(approval_id=approval.pk, reason=reason, by=by, now=timezone.now())
    return _("You withdrew this request.")


def take_approval_back(approval: Approval, reason: str, by: User) -> str:
    """Take one's own approval back."""
    take_back(approval_id=approval.pk, reason=reason, by=by, now=timezone.now())
    return _("You took your approval back.")


def clear(approval: Approval, reason: str, by: User) -> str:
    """Take a lapsed request away from what waits."""
    clear_lapsed(approval_id=approval.pk, by=by, now=timezone.now())
    return _("The request is cleared.")


ENDS = {"withdraw": withdraw, "take_back": take_approval_back, "clear": clear}
"""The ways out of a request besides a decision; each has an address of its own."""


def approval_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked, by whom, until when; and the decision, for whom it is to make."""
    approval = _found(pk)
    return _show(request, approval, DecisionForm(kind=approval.kind))


@require_POST
def decide_approval(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse."""
    approval = _found(pk)
    kind = approvable.known(approval.kind)
    if not (isinstance(request.user, User) and has_role(*kind.deciders)(request.user)):
        raise PermissionDenied
    if kind.page:  # its own page shows what this one cannot
        return redirect(page_of(approval))
    form = DecisionForm(request.POST, kind=approval.kind)
    if not form.is_valid():
        return _show(request, approval, form, status=UNPROCESSABLE)
    approve = form.cleaned_data["decision"] == "approve"
    try:
        decide(
            approval_id=approval.pk,
            approve=approve,
            digest=form.cleaned_data["digest"],
            by=request.user,
            now=timezone.now(),
            reason=form.cleaned_data["reason"].strip(),
            confirmed=form.cleaned_data["confirmed"],
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You approved this.") if approve else _("You refused this."))
    return redirect("admin:accounts_approval_change", approval.pk)


@require_POST
def end_approval(request: HttpRequest, pk: int, how: str) -> HttpResponse:
    """Withdraw a request, take an approval back, or clear what has lapsed."""
    approval = _found(pk)
    user = request.user
    may = has_role(*approvable.known(approval.kind).deciders)
    if not (isinstance(user, User) and (approval.requested_by_id == user.pk or may(user))):
        raise PermissionDenied
    form = EndForm(request.POST)
    if not form.is_valid():
        return _show(
            request,
            approval,
            DecisionForm(kind=approval.kind),
            ending=form,
            status=UNPROCESSABLE,
        )
    try:
        done = ENDS[how](approval, form.cleaned_data["reason"], user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("admin:accounts_approval_change", approval.pk)


def _found(pk: int) -> Approval:
    rows = Approval.objects.select_related("requested_by", "decided_by", "ended_by")
    return get_object_or_404(rows, pk=pk)


def _show(
    request: HttpRequest,
    approval: Approval,
    form: DecisionForm,
    *,
    ending: EndForm | None = None,
    status: int = 200,
) -> HttpResponse:
    kind = approvable.known(approval.kind)
    now = timezone.now()
    asked = approval.requested_by_id == request.user.pk
    reader = cast(User, request.user)
    holds = has_role(*kind.deciders)(reader)
    lacking = languages_lacking(reader, kind) if holds else frozenset[str]()
    story, can = story_of(approval, now), _ways_out(request, approval, now)
    context = {
        "approval": approval,
        "asked_for": kind_of(approval),
        "lines": kind.describe(approval),
        "subject": approvable.subject_of(approval),
        "own_page": page_of(approval) if kind.page else "",
        "said_state": approval.state_at(now),
        "story": story,
        "can": can,
        "may_ask_anew": story.phase in CAME_TO_NOTHING,
        "is_open": approval.waits(now),
        "ways_out": [
            (how, reverse(f"admin:accounts_approval_{how}", args=[approval.pk])) for how in can
        ],
        "ending": ending or EndForm(auto_id="end_%s"),
        "ends_with_it": kind.when_withdrawn is not None,
        "asked_by_reader": asked,
        "may_decide": holds and not lacking and not asked,
        "why_not": say_not_on_record(lacking),
        "form": form,
        "confirms": bool(kind.confirms),
        "template": kind.template,
        **kind.shown(approval),
        **how_far(kind.work(approval)),
        "opts": Approval._meta,
    }
    return staff_page(request, "approval", kind_of(approval), context, status=status)


def _ways_out(request: HttpRequest, approval: Approval, now: datetime) -> list[str]:
    """What the reader can do with it besides deciding, by the words of `ENDS`."""
    asked = approval.requested_by_id == request.user.pk
    decides = has_role(*approvable.known(approval.kind).deciders)(request.user)
    if approval.waits(now):
        return ["withdraw"] if asked else []
    if approval.state == Approval.State.REQUESTED:
        return ["clear"] if asked or decides else []
    approved = approval.decided_by_id == request.user.pk and counts(approval, now)
    return ["take_back"] if approved and not has_happened(approval) else []
