"""Staff pages that a change form cannot be: the review queue, a person's story, the import."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from rules import Predicate
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from accounts.errors import Refused
from accounts.models import AuditEvent, User
from applications.domain.importing import ImportReport, Remark, import_file, keep_upload
from applications.domain.review import DOUBTS, decide_eligibility, doubts_about
from applications.lifecycle import MOVES, Move
from applications.models import Application, Cohort, ImportFile
from applications.queries import history_of, neighbours_in_queue, waiting_for_review
from applications.rail import rail_for
from applications.rules import manages_cohorts, reviews_applications
from applications.web.sections import summaries_of
from notifications.models import Message
from notifications.moments import say_instant

MAX_BYTES = 20 * 1024 * 1024
SHOWN_MESSAGES = 50
SHOWN_WARNINGS = 100
UNPROCESSABLE = 422


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


class UploadForm(forms.Form):
    """A web form's export, for one cohort."""

    cohort = forms.ModelChoiceField(
        Cohort.objects.all(), label=gettext_lazy("Cohort"), widget=UnfoldAdminSelectWidget
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV of the web form, at most 20 MB: UTF-8, UTF-16 or Big5-HKSCS. "
            "Nothing is imported until you have seen what it would do."
        ),
        max_length=200,
        allow_empty_file=True,
        widget=UnfoldAdminFileFieldWidget({"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("The file has %(size)d MB; at most 20 MB are accepted. Split it in two.")
                % {"size": -(-file.size // (1024 * 1024))}
            )
        return file


# ---- a person's story --------------------------------------------------------------------------


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


# ---- the review queue --------------------------------------------------------------------------


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
    _allowed(request, reviews_applications)
    application = waiting_for_review().first()
    if application is None:
        messages.info(request, _("No application waits for a decision."))
        return redirect("admin:applications_application_changelist")
    return redirect("admin:applications_review", application.pk)


def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One application with its doubts, and the decision."""
    person = _allowed(request, reviews_applications)
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
    return _staff_page(request, "review", str(application), context, status=status)


# ---- the import --------------------------------------------------------------------------------


def upload(request: HttpRequest) -> HttpResponse:
    """Take a file and keep it until somebody has looked at what it would do."""
    person = _allowed(request, manages_cohorts)
    form = UploadForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        file, now = form.cleaned_data["file"], timezone.now()
        content = file.read()
        cohort = form.cleaned_data["cohort"]
        report = import_file(
            cohort_id=cohort.pk, name=file.name, content=content, confirm=False, by=person, now=now
        )
        if not report.refused:
            kept = keep_upload(
                cohort_id=cohort.pk, name=file.name, content=content, by=person, now=now
            )
            return redirect("admin:applications_confirm", kept.pk)
        form.add_error("file", [fault.message for fault in report.faults])
    status = UNPROCESSABLE if form.errors else 200
    return _staff_page(request, "upload", _("Import applications"), {"form": form}, status=status)


def confirm_import(request: HttpRequest, pk: int) -> HttpResponse:
    """What the kept file would do; posting its hash does it."""
    person = _allowed(request, manages_cohorts)
    kept = get_object_or_404(ImportFile.objects.select_related("cohort"), pk=pk)
    done = redirect("admin:applications_importfile_change", kept.pk)
    if kept.imported_at:
        messages.info(request, _("This file has been imported already."))
        return done
    now = timezone.now()
    taken: dict[str, Any] = {
        "cohort_id": kept.cohort_id,
        "name": kept.name,
        "content": bytes(kept.content),
    }
    if request.method == "POST":
        if request.POST.get("sha256") != kept.sha256:
            messages.error(request, _("This is not the file that you have looked at."))
            return redirect("admin:applications_confirm", kept.pk)
        try:
            report = import_file(**taken, confirm=True, by=person, now=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:applications_confirm", kept.pk)
        messages.success(request, _counts(report))
        return redirect("admin:applications_importfile_changelist")
    report = import_file(**taken, confirm=False, by=person, now=now)
    context = {
        "kept": kept,
        "report": report,
        "counts": _counts(report),
        "faults": _table(report.faults),
        "warnings": _table(report.warnings[:SHOWN_WARNINGS]),
        "columns": {
            "headers": [_("Column"), _("Taken as")],
            "rows": [[header, _(label) if label else "–"] for header, label in report.columns],
        },
    }
    return _staff_page(request, "confirm", kept.name, context)


def _counts(report: ImportReport) -> str:
    text = _(
        "%(rows)d rows: %(create)d created, %(update)d updated, %(skip)d unchanged, "
        "%(faults)d with a fault."
    )
    counts = {name: getattr(report, name) for name in ("rows", "create", "update", "skip")}
    return text % (counts | {"faults": len(report.faults)})


def _table(remarks: tuple[Remark, ...]) -> dict[str, Any]:
    return {
        "headers": [_("Row"), _("Kind"), _("What is the matter")],
        "rows": [[remark.row or _("file"), remark.kind, remark.message] for remark in remarks],
    }


def _allowed(request: HttpRequest, rule: Predicate) -> User:
    """The member of staff who asks, if the rule holds for them."""
    if not (isinstance(request.user, User) and rule(request.user)):
        raise PermissionDenied
    return request.user


def _staff_page(
    request: HttpRequest, name: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    whole = admin.site.each_context(request) | {"title": title} | context
    return render(request, f"applications/staff/{name}.html", whole, status=status)
