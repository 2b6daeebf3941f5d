"""The import: upload, say what the columns hold, look, confirm."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from accounts.domain import jobs
from accounts.domain.jobs import OPEN
from accounts.errors import Refused
from accounts.models import Job
from accounts.web.jobs import watched
from accounts.web.staff import allowed
from applications.domain.import_columns import columns_of, remembered_columns
from applications.domain.import_files import (
    IMPORT,
    LOOK,
    choose_columns,
    columns_shown,
    digest_of_look,
    import_kept,
    keep_upload,
    look_at,
    run_import,
    run_look,
)
from applications.domain.import_reports import fault_remark, say_encoding
from applications.intake import Column, Sample, sample
from applications.intake.columns import LABELS, REQUIRED, ambiguous_fields
from applications.intake.faults import UnreadableFile, shorten
from applications.models import Cohort, ImportFile
from applications.rules import manages_cohorts
from applications.web.staff.pages import UNPROCESSABLE, staff_page

MAX_BYTES = 20 * 1024 * 1024
SHOWN_REMARKS = 500
SHOWN_RANGES = 8
ACCEPTED = ".csv,.xlsx,text/csv"


def register() -> None:
    """Let long files be worked on by jobs whose results are shown here."""
    page, subject = "admin:applications_confirm", "import_file"
    title = gettext_lazy("Look at a file")
    jobs.register(LOOK, run_look, title=title, page=page, subject=subject)
    title = gettext_lazy("Import a file")
    jobs.register(IMPORT, run_import, title=title, page=page, subject=subject)


class UploadForm(forms.Form):
    """A web form's export, for one cohort."""

    cohort = forms.ModelChoiceField(
        Cohort.objects.all(), label=gettext_lazy("Cohort"), widget=UnfoldAdminSelectWidget
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "The export of the web form, at most 20 MB: an Excel workbook (.xlsx), or CSV in "
            "UTF-8, UTF-16 or Big5-HKSCS. Nothing is imported until you have seen what it would do."
        ),
        max_length=200,
        allow_empty_file=True,
        widget=UnfoldAdminFileFieldWidget({"accept": ACCEPTED}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("The file has %(size)d MB; at most 20 MB are accepted. Split it in two.")
                % {"size": -(-file.size // (1024 * 1024))}
            )
        return file


class ColumnsForm(forms.Form):
    """What each column of a file is taken for."""

    def __init__(self, columns: tuple[Column, ...], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        choices = [("", _("Leave out"))]
        choices += [
            (field.value, f"{_(label)} *" if field in REQUIRED else _(label))
            for field, label in LABELS.items()
        ]
        for column in columns:
            heading = shorten(column.header.strip()) or _("column %(n)d") % {"n": column.index + 1}
            self.fields[f"column-{column.index}"] = forms.ChoiceField(
                label=_("“%(heading)s” is taken as") % {"heading": heading},
                choices=choices,
                required=False,
                initial=column.field.value if column.field else "",
                widget=UnfoldAdminSelectWidget,
            )

    def chosen(self) -> dict[int, str]:
        return {
            int(name.removeprefix("column-")): field for name, field in self.cleaned_data.items()
        }


def upload(request: HttpRequest) -> HttpResponse:
    """Take a file and keep it until somebody has looked at what it would do."""
    person = allowed(request, manages_cohorts)
    form = UploadForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        file, cohort = form.cleaned_data["file"], form.cleaned_data["cohort"]
        content = file.read()
        try:
            sample(content)
        except UnreadableFile as error:
            form.add_error("file", _located(fault_remark(error.fault)))
        else:
            kept = keep_upload(
                cohort_id=cohort.pk,
                name=file.name,
                content=content,
                by=person,
                now=timezone.now(),
            )
            return redirect("admin:applications_columns", kept.pk)
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "upload", _("Import applications"), {"form": form}, status=status)


def map_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What each column is taken for; posting it looks at the whole file."""
    person = allowed(request, manages_cohorts)
    kept = get_object_or_404(ImportFile.objects.select_related("cohort", "job"), pk=pk)
    if kept.imported_at or (kept.job and kept.job.state in OPEN):
        return redirect("admin:applications_confirm", kept.pk)
    seen, columns = columns_shown(kept)
    form = ColumnsForm(columns, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            choose_columns(
                import_file_id=kept.pk, fields=form.chosen(), by=person, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("admin:applications_confirm", kept.pk)
    context = {
        "kept": kept,
        "encoding": _read_as(seen.encoding, seen.sheet),
        "remembered": bool(remembered_columns(seen.headings)),
        "form": form,
        "unclear": _unclear(seen, kept),
        "rows": _column_rows(form, seen),
    }
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "import_columns", kept.name, context, status=status)


def confirm_import(request: HttpRequest, pk: int) -> HttpResponse:
    """What the kept file would do, is doing or did; posting its hash and what was seen does it."""
    person = allowed(request, manages_cohorts)
    kept = get_object_or_404(
        ImportFile.objects.select_related("cohort", "job", "imported_by").defer("content"), pk=pk
    )
    here = redirect("admin:applications_confirm", kept.pk)
    if request.method == "POST":
        if request.POST.get("sha256") != kept.sha256:
            messages.error(request, _("This is not the file that you have looked at."))
            return here
        again, now = bool(request.POST.get("again")), timezone.now()
        if not (again or kept.imported_at or kept.report):
            return redirect("admin:applications_columns", kept.pk)
        try:
            if again:
                look_at(import_file_id=kept.pk, by=person, now=now)
            else:
                seen = request.POST.get("seen", "")
                import_kept(import_file_id=kept.pk, seen=seen, by=person, now=now)
        except Refused as refusal:
            messages.error(request, str(refusal))
        return here
    running = kept.job if kept.job and kept.job.state in OPEN else None
    failed = kept.job if kept.job and kept.job.state == Job.State.FAILED else None
    if not (kept.report or running or failed):
        return redirect("admin:applications_columns", kept.pk)
    context = {"kept": kept, "failed": None if kept.imported_at else failed}
    if running:
        context |= watched(running)
    elif kept.report:
        context |= _report_context(kept) | {"seen": digest_of_look(kept)}
    return staff_page(request, "confirm", kept.name, context)


def _report_context(kept: ImportFile) -> dict[str, Any]:
    report = kept.report
    faults, warnings = report["faults"], report.get("warnings", [])
    return {
        "report": report,
        "encoding": _read_as(report.get("encoding", ""), report.get("sheet", "")),
        "counts": counts(report),
        "faults": _remarks(faults[:SHOWN_REMARKS]),
        "more_faults": report.get("fault_count", len(faults)) - len(faults[:SHOWN_REMARKS]),
        "warnings": _remarks(warnings[:SHOWN_REMARKS]),
        "more_warnings": report.get("warning_count", 0) - len(warnings[:SHOWN_REMARKS]),
        "columns": [
            (shorten(header), _(label) if label else "")
            for header, label in report.get("columns", ())
        ],
    }


def counts(report: dict[str, Any]) -> str:
    """What a kept report counts, in one sentence."""
    text = _(
        "%(rows)d rows: %(create)d created, %(update)d updated, %(skip)d unchanged, "
        "%(faults)d with a fault."
    )
    numbers = {name: report[name] for name in ("rows", "create", "update", "skip")}
    return text % (numbers | {"faults": report.get("fault_count", len(report["faults"]))})


def _unclear(seen: Sample, kept: ImportFile) -> list[tuple[str, list[str]]]:
    """What more than one column could hold, and which: none of them is taken."""
    found = ambiguous_fields(seen.headings, chosen=columns_of(seen.headings, kept.mapping))
    return [
        (_(LABELS[field]), [shorten(seen.headings[index].strip()) for index in indexes])
        for field, indexes in found.items()
    ]


def _column_rows(form: ColumnsForm, seen: Sample) -> list[dict[str, Any]]:
    return [
        {
            "heading": heading,
            "cells": [shorten(row[index]) for row in seen.rows],
            "field": form[f"column-{index}"],
        }
        for index, heading in enumerate(seen.headings)
    ]


def _read_as(encoding: str, sheet: str) -> str:
    said = say_encoding(encoding)
    return (
        _("%(encoding)s, sheet “%(sheet)s”") % {"encoding": said, "sheet": sheet} if sheet else said
    )


def _located(remark: Any) -> str:
    return (
        _("Row %(row)d: %(message)s") % {"row": remark.row, "message": remark.message}
        if remark.row
        else str(remark.message)
    )


def _remarks(remarks: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each thing that is the matter once, after the rows that it is the matter with."""
    rows_of: dict[str, list[int]] = defaultdict(list)
    for remark in remarks:
        rows_of[remark["message"]].append(remark["row"])
    return [(_say_rows(rows) if any(rows) else "", message) for message, rows in rows_of.items()]


def _say_rows(rows: list[int]) -> str:
    """`2–31, 40`: rows that follow each other are said as a range, and not more than a few."""
    ranges: list[list[int]] = []
    for row in rows:
        if ranges and row == ranges[-1][1] + 1:
            ranges[-1][1] = row
        else:
            ranges.append([row, row])
    said = [str(first) if first == last else f"{first}–{last}" for first, last in ranges]
    more = ["…"] if len(said) > SHOWN_RANGES else []
    return ", ".join(said[:SHOWN_RANGES] + more)
