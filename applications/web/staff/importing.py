"""The import: upload, look, confirm."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
)

from accounts.errors import Refused
from applications.domain.importing import ImportReport, Remark, import_file, keep_upload
from applications.models import Cohort, ImportFile
from applications.rules import manages_cohorts
from applications.web.staff.pages import UNPROCESSABLE, allowed, staff_page

MAX_BYTES = 20 * 1024 * 1024
SHOWN_WARNINGS = 100


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


def upload(request: HttpRequest) -> HttpResponse:
    """Take a file and keep it until somebody has looked at what it would do."""
    person = allowed(request, manages_cohorts)
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
    return staff_page(request, "upload", _("Import applications"), {"form": form}, status=status)


def confirm_import(request: HttpRequest, pk: int) -> HttpResponse:
    """What the kept file would do; posting its hash does it."""
    person = allowed(request, manages_cohorts)
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
    return staff_page(request, "confirm", kept.name, context)


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
