"""The texts of messages: every kind, what it may say, and writing a new version."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.languages import NAMES, Language, say_languages
from accounts.models import User
from accounts.web.staff import allowed
from notifications import kinds, moments
from notifications.domain.writing import (
    FIELDS,
    READ,
    UnableToWrite,
    in_force,
    text_of,
    try_out,
    write_letter,
)
from notifications.language import MAX_LENGTH
from notifications.models import LetterText
from notifications.previews import Sample
from notifications.queries import readers
from notifications.rules import mends_messages, reads_messages
from notifications.texts import in_use
from notifications.web.staff.pages import (
    UNPROCESSABLE,
    numbers_in,
    people_of_staff,
    staff_page,
)
from notifications.web.staff.proofreading import open_requests


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
        help_text=gettext_lazy("Whoever reads a language sees it, and it stays in the record."),
        widget=UnfoldAdminTextInputWidget,
    )


def every_kind(request: HttpRequest) -> HttpResponse:
    """Every kind of message with the version in use."""
    person = allowed(request, reads_messages)
    versions = LetterText.objects.order_by("kind", "number")
    used = in_use(row for row in versions if row.approved_at)
    passed_over = {
        row.kind
        for row in versions
        if row.approved_at and row.number > getattr(used.get(row.kind), "number", 0)
    }
    waiting, others = _languages_that_wait(versions), readers()
    rows = [
        {
            "kind": kind,
            "version": used.get(kind.name),
            "waits": say_languages(waiting[kind.name][1]) if kind.name in waiting else "",
            "unread": _say_unread(waiting.get(kind.name), others),
            "passed_over": kind.name in passed_over,
        }
        for kind in kinds.declared()
    ]
    may_write = bool(mends_messages(person))
    context = {
        "rows": rows,
        "may_write": may_write,
        "gaps": gaps_for(person, others) if may_write else [],
        "people": people_of_staff(),
    }
    return staff_page(request, "kinds", _("What people are told"), context)


def _languages_that_wait(
    versions: Iterable[LetterText],
) -> dict[str, tuple[LetterText, list[Language]]]:
    """Of each kind its newest version of which somebody is asked to read a language, and which."""
    asked = open_requests().filter(expires_at__gt=timezone.now())
    open_for = set(asked.values_list("object_id", "kind"))
    waiting = {}
    for row in versions:
        waits = [one for one, reading in READ.items() if (str(row.pk), reading) in open_for]
        if waits:
            waiting[row.kind] = (row, waits)
    return waiting


def _say_unread(
    waiting: tuple[LetterText, list[Language]] | None, others: dict[Language, frozenset[int]]
) -> str:
    """Of what waits the languages that nobody but who wrote it is on record as reading."""
    if waiting is None:
        return ""
    row, languages = waiting
    return say_languages([one for one in languages if not others[one] - {row.written_by_id}])


def gaps_for(writer: User, others: dict[Language, frozenset[int]]) -> list[str]:
    """What to say to somebody who writes of each language in which nobody could confirm it."""
    gaps = []
    for language, people in others.items():
        if people == {writer.pk}:
            said = _("Nobody but you is on record as reading %(language)s.")
        elif not people:
            said = _("Nobody is on record as reading %(language)s.")
        else:
            continue
        gaps.append(said % {"language": NAMES[language]})
    return gaps


def write(request: HttpRequest, kind: str) -> HttpResponse:
    """Write a version: try it for real people, then ask for a reader of each language."""
    person = allowed(request, mends_messages)
    if not kinds.is_declared(kind):
        raise Http404
    form = (
        LetterForm(request.POST)
        if request.method == "POST"
        else LetterForm(initial=_first(request, kind))
    )
    samples: list[Sample] = []
    if form.is_bound and form.is_valid():
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
                messages.success(
                    request, _("The version is kept. Somebody else is asked to read each language.")
                )
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
        "gaps": gaps_for(person, readers()),
        "people": people_of_staff(),
    }
    title = _("A new version: %(kind)s") % {"kind": kinds.title_of(kind)}
    return staff_page(
        request, "write", title, context, status=UNPROCESSABLE if form.errors else 200
    )


def _first(request: HttpRequest, kind: str) -> dict[str, str]:
    """What a new version begins from: the one that the address names, or the one in use."""
    named = numbers_in(request.GET.get("from", ""), 1)
    before = LetterText.objects.filter(pk__in=named, kind=kind).first()
    return text_of(before) if before else in_force(kind)


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
