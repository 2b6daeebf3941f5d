"""The page on which one language of a text is read beside the other, and found right or wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.approvable import Subject, name_each
from accounts.errors import Refused
from accounts.languages import NAMES, Language, say_not_on_record
from accounts.models import Approval, User
from accounts.queries import languages_read_by
from accounts.web.staff import allowed
from notifications import kinds
from notifications.domain.proofreading import ENDINGS, confirm_language, is_passed, refuse_language
from notifications.domain.writing import READ, UnableToWrite, digest_read, text_of, try_out
from notifications.models import LetterText
from notifications.queries import readers
from notifications.rules import mends_messages, reads_messages
from notifications.web.staff.comparing import side_by_side
from notifications.web.staff.pages import UNPROCESSABLE, people_of_staff, staff_page

PAGES = {language: f"notifications_letter_read_{suffix}" for language, suffix in ENDINGS.items()}


class ReadingForm(forms.Form):
    """Right or wrong; who finds it wrong says what."""

    decision = forms.ChoiceField(
        choices=(("right", gettext_lazy("It is right")), ("wrong", gettext_lazy("It is wrong")))
    )
    digest = forms.CharField(max_length=64)
    why = forms.CharField(
        label=gettext_lazy("What is wrong"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Needed if it is wrong. Who wrote the text reads it."),
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("decision") == "wrong" and not given.get("why", "").strip():
            self.add_error("why", _("Say what is wrong."))
        return given


@dataclass(frozen=True, slots=True)
class Reading:
    """How one language of a version stands.

    Attributes:
        waits_until: until when somebody is asked to read it; None if nobody is.
        waits_for_reader: whether that may be the person who looks at the page.
        lacks_reader: whether it waits and nobody but who wrote it is on record as reading it.
        why_not: why the person who looks at the page cannot confirm it, if no reader of it.
        lapsed: whether nobody read it in time.
    """

    name: str | Promise
    url: str
    by: User | None
    at: datetime | None
    found_wrong: bool
    waits_until: datetime | None
    waits_for_reader: bool
    lacks_reader: bool
    why_not: str
    lapsed: bool


def read(request: HttpRequest, pk: int, language: Language) -> HttpResponse:
    """One language beside the other, as written and as people would get it; and the decision."""
    reader = allowed(request, mends_messages if request.method == "POST" else reads_messages)
    rows = LetterText.objects.select_related("written_by", "read_en_by", "read_zh_by", "refused_by")
    written = get_object_or_404(rows, pk=pk)
    form = ReadingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _decide(request, written, language, form):
        return redirect("admin:notifications_lettertext_change", pk)
    readings = readings_of(written, reader)
    context = {
        "written": written,
        "people": people_of_staff(),
        "language": NAMES[language],
        "is_mine": written.written_by_id == reader.pk,
        "may_write": mends_messages(reader),
        "reading": readings[language],
        "digest": digest_read(written, language),
        "form": form,
        **both_languages(written),
    }
    names = {"language": NAMES[language], "kind": kinds.title_of(written.kind)}
    title = _("Read the %(language)s: %(kind)s") % names
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "read_text", title, context, status=status)


def _decide(
    request: HttpRequest, written: LetterText, language: Language, form: ReadingForm
) -> bool:
    given = form.cleaned_data
    seen = {
        "text_id": written.pk,
        "language": language,
        "digest": given["digest"],
        "by": request.user,
        "now": timezone.now(),
    }
    try:
        if given["decision"] == "wrong":
            refuse_language(**seen, why=given["why"].strip())
            messages.success(request, _("The version is not used. Its writer reads what is wrong."))
        elif confirm_language(**seen).approved_at:
            messages.success(request, _("Both languages are right: the version is in use now."))
        else:
            messages.success(request, _("Confirmed. The other language waits for its reader."))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def readings_of(written: LetterText, reader: Any) -> dict[Language, Reading]:
    """How each language stands for somebody who looks at the version; four queries."""
    requests = {one.kind: one for one in open_requests().filter(object_id=str(written.pk))}
    may_read = bool(mends_messages(reader)) and written.written_by_id != reader.pk
    read, others = languages_read_by(reader), readers()
    now = timezone.now()
    found = {}
    for language, suffix in ENDINGS.items():
        by, at = (getattr(written, f"read_{suffix}_{part}") for part in ("by", "at"))
        asked = requests.get(READ[language])
        until = asked.expires_at if asked and asked.expires_at > now else None
        found[language] = Reading(
            name=NAMES[language],
            url=reverse(f"admin:{PAGES[language]}", args=[written.pk]),
            by=by,
            at=at,
            found_wrong=written.refused_at is not None
            and written.refused_language in ("", language),
            waits_until=until,
            waits_for_reader=until is not None and may_read and language in read,
            lacks_reader=until is not None and not others[language] - {written.written_by_id},
            why_not=say_not_on_record({language} - read),
            lapsed=asked is not None and until is None,
        )
    return found


def may_be_used(written: LetterText, readings: Iterable[Reading]) -> bool:
    """Whether a version can still come into use: each language is read, or waits for a reader."""
    readable = all(one.at or one.waits_until for one in readings)
    return readable and written.refused_at is None and not is_passed(written)


def open_requests() -> Any:
    """The requests to read a language that nobody has answered."""
    return Approval.objects.filter(kind__in=READ.values(), state=Approval.State.REQUESTED)


def both_languages(written: LetterText) -> dict[str, Any]:
    """Both languages of a version, as written and as people would get it, if it can be."""
    try:
        samples = try_out(written.kind, text_of(written))
    except UnableToWrite:
        samples = []
    return side_by_side(
        (written.subject_en, written.body_en), (written.subject_zh, written.body_zh), samples
    )


def name_all(approvals: Sequence[Approval]) -> dict[int, Subject]:
    """Which version of which text; one query."""
    return name_each(approvals, LetterText.objects.all(), _named)


def _named(written: LetterText) -> Subject:
    words = _("%(title)s, version %(number)s") % {
        "title": kinds.title_of(written.kind),
        "number": written.number,
    }
    page = reverse("admin:notifications_lettertext_change", args=[written.pk])
    return Subject(words, words, page)


def describe(approval: Approval) -> list[tuple[str, str]]:
    """What is asked for: every word, in both languages."""
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
