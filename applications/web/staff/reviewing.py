"""A person's story, and the review queue."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextareaWidget,
)

from accounts.errors import Refused
from accounts.models import AuditEvent
from applications.domain.review import DOUBTS, decide_eligibility, doubts_about
from applications.lifecycle import MOVES, Move
from applications.models import Application
from applications.queries import history_of, neighbours_in_queue, waiting_for_review
from applications.rail import rail_for
from applications.rules import reviews_applications
from applications.web.sections import summaries_of
from applications.web.staff.pages import UNPROCESSABLE, allowed, staff_page
from notifications.models import Message
from notifications.moments import say_instant

SHOWN_MESSAGES = 50


class DecisionForm(forms.Form):
    """Eligible or not, with the reason that the person may ask for."""

    eligible = forms.TypedChoiceField(
        label=gettext_lazy("Decision"),
        choices=(("yes", gettext_lazy("Eligible")), ("no", gettext_lazy("Not eligible"))),
        coerce=lambda value: value == "yes",
        widget=UnfoldAdminRadioSelectWidget,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        help_text=gettext_lazy(
            "If the answer is no, the person reads this in their message, so write it for them."
        ),
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )


def story_of(application: Application, request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Where somebody stands, what speaks against it, what was done, what was told."""
    told = Message.objects.filter(person=application.user_id)[:SHOWN_MESSAGES]
    return {
        "application": application,
        "rail": rail_for(application, now),
        "doubts": [str(DOUBTS[doubt]) for doubt in doubts_about(application)],
        "may_decide": reviews_applications(request.user) and _can_be_decided(application),
        "history": {
            "headers": [_("When"), _("Who"), _("What"), _("Reason")],
            "rows": [
                [say_instant(e.at), str(e.actor or _("the system")), _said(e), e.reason]
                for e in history_of(application)
            ],
        },
        "told": {
            "headers": [_("When"), _("Subject"), _("State")],
            "rows": [[say_instant(m.queued_at), m.subject, m.get_state_display()] for m in told],
        },
    }


def _said(event: AuditEvent) -> str:
    stages = [part["stage"] for part in (event.before, event.after) if "stage" in part]
    return f"{event.verb} ({' → '.join(stages)})" if stages else event.verb


def _can_be_decided(application: Application) -> bool:
    return any(
        application.stage in MOVES[move][0] for move in (Move.FIND_ELIGIBLE, Move.FIND_INELIGIBLE)
    )


def queue_size(request: HttpRequest) -> dict[str, Any]:
    """How many applications wait for a person, for those who decide."""
    waiting = waiting_for_review().count() if reviews_applications(request.user) else 0
    text = ngettext(
        "%(n)d application waits for a decision.",
        "%(n)d applications wait for a decision.",
        waiting,
    )
    return {"waiting": waiting, "waiting_text": text % {"n": waiting}}


def next_to_review(request: HttpRequest) -> HttpResponse:
    """Go to the application that has waited longest."""
    allowed(request, reviews_applications)
    application = waiting_for_review().first()
    if application is None:
        messages.info(request, _("No application waits for a decision."))
        return redirect("admin:applications_application_changelist")
    return redirect("admin:applications_review", application.pk)


def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One application with its doubts, and the decision."""
    person = allowed(request, reviews_applications)
    application = get_object_or_404(
        Application.objects.select_related("cohort__programme", "institution", "user"), pk=pk
    )
    before, after = neighbours_in_queue(application)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            decide_eligibility(
                application_id=application.pk,
                by=person,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:applications_review", application.pk)
        messages.success(
            request, _("%(reference)s is decided.") % {"reference": application.reference}
        )
        following = after or before
        if following:
            return redirect("admin:applications_review", following.pk)
        return redirect("admin:applications_application_changelist")
    context = story_of(application, request, timezone.now()) | {
        "summaries": list(summaries_of(application, with_access=False)),
        "form": form,
        "before": before,
        "after": after,
    }
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "review", str(application), context, status=status)
