"""The texts of messages: every kind, what it may say, and writing a new version."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.models import Approval
from accounts.web.staff import allowed
from notifications import kinds, moments
from notifications.domain.writing import (
    FIELDS,
    USE_TEXT,
    UnableToWrite,
    in_force,
    try_out,
    write_letter,
)
from notifications.language import MAX_LENGTH
from notifications.models import LetterText
from notifications.previews import Sample
from notifications.rules import mends_messages, reads_messages
from notifications.texts import in_use
from notifications.web.staff.pages import UNPROCESSABLE, staff_page


class LetterForm(forms.Form):
    """Subject and text in both languages."""

    subject_en = forms.CharField(
        label=gettext_lazy("Subject, English"), max_length=200, widget=UnfoldAdminTextInputWidget
    )
    body_en = forms.CharField(
        label=gettext_lazy("Text, English"),
        max_length=MAX_LENGTH,
        widget=UnfoldAdminTextareaWidget({"rows": 16}),
    )
    subject_zh = forms.CharField(
        label=gettext_lazy("Subject, Chinese"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget({"lang": "zh-Hant-HK"}),
    )
    body_zh = forms.CharField(
        label=gettext_lazy("Text, Chinese"),
        max_length=MAX_LENGTH,
        widget=UnfoldAdminTextareaWidget({"rows": 16, "lang": "zh-Hant-HK"}),
    )
    why = forms.CharField(
        label=gettext_lazy("Why it is changed"),
        max_length=500,
        help_text=gettext_lazy("The second person reads it, and it stays in the record."),
        widget=UnfoldAdminTextInputWidget,
    )


def every_kind(request: HttpRequest) -> HttpResponse:
    """Every kind of message with the version in use."""
    allowed(request, reads_messages)
    versions = LetterText.objects.order_by("kind", "number")
    used = in_use(row for row in versions if row.approved_at)
    passed_over = {
        row.kind
        for row in versions
        if row.approved_at and row.number > getattr(used.get(row.kind), "number", 0)
    }
    waiting = {row.kind for row in versions if not row.approved_at} & {
        row.kind for row in versions if row.number > getattr(used.get(row.kind), "number", 0)
    }
    rows = [
        {
            "kind": kind,
            "version": used.get(kind.name),
            "waits": kind.name in waiting,
            "passed_over": kind.name in passed_over,
        }
        for kind in kinds.declared()
    ]
    context = {"rows": rows, "may_write": mends_messages(request.user)}
    return staff_page(request, "kinds", _("What people are told"), context)


def write(request: HttpRequest, kind: str) -> HttpResponse:
    """Write a version: try it for real people, then ask a second person."""
    person = allowed(request, mends_messages)
    if not kinds.is_declared(kind):
        raise Http404
    form = LetterForm(request.POST) if request.method == "POST" else LetterForm(in_force(kind))
    samples: list[Sample] = []
    if request.method != "POST":
        form = LetterForm(initial=in_force(kind))
    elif form.is_valid():
        said = {name: form.cleaned_data[name] for name in FIELDS}
        try:
            if "keep" in request.POST:
                written = write_letter(
                    kind=kind,
                    text=said,
                    why=form.cleaned_data["why"],
                    by=person,
                    now=timezone.now(),
                )
                messages.success(request, _("The version is kept. A second person was asked."))
                return redirect("admin:notifications_lettertext_change", written.pk)
            samples = try_out(kind, said)
        except UnableToWrite as refusal:
            for name, problem in refusal.problems.items():
                form.add_error(name, problem)
    context = {
        "kind": kinds.known(kind),
        "form": form,
        "samples": samples,
        "variables": variables_of(kinds.known(kind)),
    }
    title = _("A new version: %(kind)s") % {"kind": kinds.title_of(kind)}
    return staff_page(
        request, "write", title, context, status=UNPROCESSABLE if form.errors else 200
    )


def variables_of(kind: kinds.Kind) -> list[dict[str, Any]]:
    """What the text of a kind may name, each with an example."""
    return [
        {"name": path, "example": _example(kind, path), "optional": path in kind.optional}
        for path in sorted(kind.known)
    ]


def _example(kind: kinds.Kind, path: str) -> str:
    value: Any = kind.examples
    for part in path.replace("[]", ".[]").split("."):
        if part == "[]":
            value = value[0]
        else:
            value = value[part] if isinstance(value, dict) else getattr(value, part)
    if isinstance(value, list):
        return "…"
    with translation.override(translation.get_language()):
        return moments.say_instant(value) if hasattr(value, "astimezone") else str(value)


def samples_of(written: LetterText) -> list[Sample]:
    """A version as people would read it; nothing, if it can no longer be rendered."""
    try:
        return try_out(written.kind, {name: getattr(written, name) for name in FIELDS})
    except UnableToWrite:
        return []


def describe(approval: Approval) -> list[tuple[str, str]]:
    """What a second person agrees to: every word, in both languages."""
    written = LetterText.objects.filter(pk=approval.object_id).first()
    if written is None:
        return []
    return [
        (_("Kind"), kinds.title_of(written.kind)),
        (_("Version"), str(written.number)),
        (_("Why it is changed"), written.why),
        (_("Subject, English"), written.subject_en),
        (_("Text, English"), written.body_en),
        (_("Subject, Chinese"), written.subject_zh),
        (_("Text, Chinese"), written.body_zh),
    ]


def link(approval: Approval) -> str | None:
    """The page on which the version is rendered for real people."""
    if approval.kind != USE_TEXT:
        return None
    return reverse("admin:notifications_lettertext_change", args=[approval.object_id])
