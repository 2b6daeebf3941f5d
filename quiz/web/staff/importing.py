"""Bring a file of questions in: upload, look, confirm."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from accounts.errors import Refused
from accounts.languages import Language
from accounts.web.staff import allowed
from quiz.domain.importing import Action
from quiz.domain.item_files import import_item_file, keep_item_file, read_item_file_as
from quiz.formats.registry import FORMATS, MAX_BYTES, MEGABYTE, QTI, READ, guess
from quiz.models import ItemFile
from quiz.rules import reads_items
from quiz.web.staff.pages import UNPROCESSABLE, staff_page

SHOWN = 200  # problems, and questions
ACCEPTED = ".csv,.gift,.txt,.xml,.zip"
GUESS = ""
SAID = {
    Action.CREATE: gettext_lazy("new"),
    Action.NEW_VERSION: gettext_lazy("new version"),
    Action.TRANSLATE: gettext_lazy("translated"),
    Action.SKIP: gettext_lazy("as it is in the bank"),
}


def format_choices() -> list[tuple[str, str]]:
    return [(one.name, "QTI" if one is QTI else one.title) for one in READ]


class ReadAsForm(forms.Form):
    """In which format and language a file is read."""

    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=format_choices, widget=UnfoldAdminSelectWidget
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=Language.choices,
        initial=Language.ENGLISH,
        help_text=gettext_lazy(
            "Of the questions. English comes first; a Chinese file adds its words to the same "
            "codes. A CSV may hold both side by side: choose English."
        ),
        widget=UnfoldAdminSelectWidget,
    )


class UploadForm(ReadAsForm):
    """A file of questions."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV, GIFT or Aiken of at most 4 MB, Moodle XML or QTI of at most 20 MB; at most "
            "5,000 questions. Nothing is imported until you have seen what it would do."
        ),
        max_length=200,
        allow_empty_file=True,
        widget=UnfoldAdminFileFieldWidget({"accept": ACCEPTED}),
    )
    field_order = ["file", "format", "language"]

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        found = self.fields["format"]
        assert isinstance(found, forms.ChoiceField)  # noqa: S101 - declared so above
        found.required = False
        found.choices = [(GUESS, _("Find out from the file")), *format_choices()]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            said = _("The file has %(size)d MB; at most %(most)d MB are accepted. Split it.")
            numbers = {"size": -(-file.size // MEGABYTE), "most": MAX_BYTES // MEGABYTE}
            raise forms.ValidationError(said % numbers)
        return file


def upload(request: HttpRequest) -> HttpResponse:
    """Take a file and look what it would do."""
    person = allowed(request, reads_items)
    form = UploadForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read()
        kept = keep_item_file(
            name=file.name,
            content=content,
            format=form.cleaned_data["format"] or guess(file.name, content),
            language=form.cleaned_data["language"],
            by=person,
            now=timezone.now(),
        )
        return redirect("admin:quiz_items_confirm", kept.pk)
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "items_upload", _("Import questions"), {"form": form}, status=status)


def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """What a kept file would do or did; posting its hash does it."""
    person = allowed(request, reads_items)
    kept = get_object_or_404(ItemFile.objects.select_related("uploaded_by").defer("content"), pk=pk)
    read_as = ReadAsForm(initial={"format": kept.format, "language": kept.language})
    if request.method == "POST":
        try:
            if request.POST.get("read_as"):
                read_item_file_as(
                    file_id=kept.pk,
                    format=request.POST.get("format", ""),
                    language=request.POST.get("language", ""),
                    by=person,
                    now=timezone.now(),
                )
            else:
                import_item_file(
                    file_id=kept.pk,
                    sha256=request.POST.get("sha256", ""),
                    by=person,
                    now=timezone.now(),
                )
                messages.success(
                    request, _("Imported. A second person approves the questions before use.")
                )
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:quiz_items_confirm", kept.pk)
    context = {
        "kept": kept,
        "read_as": read_as,
        "format": "QTI" if kept.format == QTI.name else FORMATS[kept.format].title,
        **_report(kept.report),
    }
    return staff_page(request, "items_confirm", kept.name, context)


def _report(report: dict[str, Any]) -> dict[str, Any]:
    problems, steps = report.get("problems", []), report.get("steps", [])
    return {
        "counts": [(SAID[action], report.get(action.value, 0)) for action in Action],
        "problems": problems[:SHOWN],
        "more_problems": max(len(problems) - SHOWN, 0),
        "steps": [(line, code, SAID[Action(action)]) for line, code, action in steps[:SHOWN]],
        "more_steps": max(len(steps) - SHOWN, 0),
        "nothing": not steps and not problems,
    }
