"""Write to many: choose whom, write it in both languages, see it as people would, send it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from accounts.approvable import Subject, name_each, of_objects
from accounts.errors import Refused
from accounts.models import Approval, User
from accounts.web.staff import allowed
from notifications import audiences
from notifications.audiences import Audience, ChoiceForm
from notifications.domain.agreed import ENDED
from notifications.domain.announced import kind_for, nobody_left, preview, say_nobody_left
from notifications.domain.announcing import (
    confirm_announcement,
    lapses_at,
    say_stale,
    write_announcement,
)
from notifications.domain.sending import ANNOUNCEMENTS
from notifications.domain.writing import FIELDS, UnableToWrite
from notifications.models import Announcement, Message
from notifications.previews import Sample
from notifications.queries import addressed_by, in_trouble, states_of, without_proof
from notifications.rules import mends_messages
from notifications.web.staff import many
from notifications.web.staff.comparing import side_by_side
from notifications.web.staff.mending import address_of
from notifications.web.staff.pages import UNPROCESSABLE, numbers_in, staff_page
from notifications.web.staff.writing import LetterForm, variables_of

SHOWN = 10
State = Announcement.State
PAGE = "admin:notifications_announcement_change"
CONFIRM = "admin:notifications_announcement_confirm"


class AnnouncementForm(LetterForm):
    """What is said, in both languages, and why."""

    why = forms.CharField(
        label=gettext_lazy("Why it is sent"),
        max_length=500,
        help_text=gettext_lazy("The second person reads it, and it stays in the record."),
        widget=UnfoldAdminTextInputWidget,
    )


class CountForm(forms.Form):
    """How many people get it, typed by whoever sends it."""

    count = forms.IntegerField(
        label=gettext_lazy("How many people get it"),
        min_value=1,
        help_text=gettext_lazy("Type the number that stands above."),
        widget=UnfoldAdminIntegerFieldWidget,
    )


def choose(request: HttpRequest) -> HttpResponse:
    """Whom to write to."""
    allowed(request, mends_messages)
    context = {"audiences": audiences.registered()}
    return staff_page(request, "announce", _("Write to many"), context)


def write(request: HttpRequest, audience: str) -> HttpResponse:
    """Make the audience definite and write the text; a draft is kept, and nothing leaves."""
    person = allowed(request, mends_messages)
    found = audiences.find(audience)
    if found is None:
        raise Http404
    told = request.POST if request.method == "POST" else request.GET
    before = _named(told.get("from", ""), found)
    if request.method == "POST":
        choice, form = found.form(request.POST), AnnouncementForm(request.POST)
        if all([choice.is_valid(), form.is_valid()]):
            written = _keep(found, choice, form, before, person)
            if written is not None:
                return redirect(CONFIRM, written.pk)
    else:
        said = {name: getattr(before, name) for name in (*FIELDS, "why")} if before else None
        choice = found.form(initial=before.parameters if before else None)
        form = AnnouncementForm(initial=said)
    context = {
        "audience": found,
        "choice": choice,
        "form": form,
        "before": before,
        "variables": variables_of(kind_for(found)),
    }
    wrong = bool(form.errors or choice.errors)
    title = str(found.title)
    return staff_page(
        request, "announce_write", title, context, status=UNPROCESSABLE if wrong else 200
    )


def _named(told: str, audience: Audience) -> Announcement | None:
    """The announcement that is written anew."""
    ids = numbers_in(told, 1)
    return Announcement.objects.filter(pk__in=ids, audience=audience.name).first()


def _keep(
    audience: Audience,
    choice: ChoiceForm,
    form: AnnouncementForm,
    before: Announcement | None,
    person: User,
) -> Announcement | None:
    """Write it down; what is wrong with it stands in the form."""
    said = dict(form.cleaned_data)
    try:
        return write_announcement(
            audience=audience.name,
            parameters=choice.parameters(),
            why=said.pop("why"),
            text=said,
            by=person,
            now=timezone.now(),
            instead_of=before.pk if before else None,
        )
    except UnableToWrite as refusal:
        for name, problem in refusal.problems.items():
            form.add_error(name, problem)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return None


def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as people would get it, who they are, and the count to be typed."""
    person = allowed(request, mends_messages)
    announcement = get_object_or_404(Announcement, pk=pk)
    if announcement.state != State.DRAFT:
        if request.method == "POST":
            messages.warning(request, _("This has been confirmed already, or was given up."))
        return redirect(PAGE, pk)
    form = CountForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            done = confirm_announcement(
                announcement_id=pk, by=person, now=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error("count", str(refusal))
        else:
            messages.success(request, _said(done))
            return redirect(PAGE, pk)
    context = {
        "announcement": announcement,
        "form": form,
        "is_mine": announcement.written_by_id == person.pk,
        "lapses_at": lapses_at(announcement),
        "lapsed": lapses_at(announcement) <= timezone.now(),
        **many.second_person(ANNOUNCEMENTS, announcement.people, person),
        "again_url": _again(announcement),
        "samples": samples_of(announcement),
        "alone": _both_languages(announcement)["alone"],
        **whom(announcement),
    }
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "announce_confirm", str(announcement), context, status=status)


def whom(announcement: Announcement) -> dict[str, Any]:
    """To whom it goes: the audience in words, the first ten, and of whom mail may not reach all."""
    people = addressed_by(announcement)
    exceptions = (
        (_("Their address was never confirmed"), without_proof(people)),
        (_("Mail to them comes back, or they called ours unwanted"), in_trouble(people)),
    )
    return {
        "says_audience": say_audience(announcement),
        "first": people[:SHOWN],
        "exceptions": [_exception(words, rows) for words, rows in exceptions],
    }


def _exception(words: str, people: QuerySet[User]) -> dict[str, Any]:
    count = people.count()
    return {"words": words, "count": count, "first": people[:SHOWN] if count else []}


def say_audience(announcement: Announcement) -> str:
    """Whom it is for, in the reader's language."""
    found = audiences.find(announcement.audience)
    return found.say(announcement.parameters) if found else announcement.audience


def samples_of(announcement: Announcement) -> list[Sample]:
    """It as people would read it; nothing, if it can no longer be written out or has ended."""
    if announcement.state in ENDED:
        return []
    try:
        return preview(announcement)
    except Refused:
        return []


def beside(announcement: Announcement, *, may_mend: bool) -> dict[str, Any]:
    """What stands under the record of one: what can be done, the letters, the people."""
    outbox = reverse("admin:notifications_message_changelist")
    states = states_of(announcement.run)
    letters = [
        {
            "state": Message.State(state).label,
            "count": count,
            "url": f"{outbox}?{urlencode({'run': announcement.run, 'state__exact': state})}",
        }
        for state, count in states.items()
    ]
    recall = f"{address_of('recall')}?{urlencode({'run': announcement.run})}"
    shared = many.beside(ANNOUNCEMENTS, announcement, may_mend=may_mend)
    return {
        **shared,
        "hindrance": shared["hindrance"] or _hindrance(announcement, timezone.now()),
        "letters": letters,
        "samples": samples_of(announcement),
        "confirm_url": reverse(CONFIRM, args=[announcement.pk])
        if may_mend and announcement.state == State.DRAFT
        else "",
        "again_url": _again(announcement) if may_mend else "",
        "recall_url": recall if may_mend and Message.State.QUEUED in states else "",
        **whom(announcement),
    }


def _hindrance(announcement: Announcement, now: datetime) -> str:
    """Why one that waits cannot be sent, besides what every letter to many shares."""
    if announcement.state == State.DRAFT:
        return say_stale() if lapses_at(announcement) <= now else ""
    if announcement.state in (State.ASKED, State.AGREED) and nobody_left(announcement):
        return say_nobody_left()
    return ""


def _again(announcement: Announcement) -> str:
    """The page on which the same words are changed and written anew."""
    if audiences.find(announcement.audience) is None:
        return ""
    page = reverse("admin:notifications_announcement_write", args=[announcement.audience])
    return f"{page}?{urlencode({'from': announcement.pk})}"


def _said(announcement: Announcement) -> str:
    if announcement.state == State.SENT:
        return _("It is in the outbox. Until it leaves it can be taken back there.")
    return _("More than twenty people would get it: a second person has been asked.")


def describe(approval: Approval) -> list[tuple[str, str]]:
    """What a second person agrees to, besides the words: whom it goes to, and why."""
    announcement = Announcement.objects.filter(pk=approval.object_id).first()
    if announcement is None:
        return []
    return [
        (_("Class"), announcement.get_category_display()),
        (_("Audience"), say_audience(announcement)),
        (_("People"), str(announcement.people)),
        (_("Why it is sent"), announcement.why),
    ]


def name_all(approvals: Sequence[Approval]) -> dict[int, Subject]:
    """What each would send, to how many, and the page on which it is read as people would."""
    return name_each(approvals, Announcement.objects.all(), _as_subject)


def _as_subject(announcement: Announcement) -> Subject:
    people = ngettext("%(n)d person", "%(n)d people", announcement.people)
    whom = f"{announcement.get_category_display()} · {people % {'n': announcement.people}}"
    page = reverse(PAGE, args=[announcement.pk])
    return Subject(f"{announcement} · {whom}", whom, page)


def find(text: str) -> Q:
    """Requests to send what has this subject."""
    subject = Q(subject_en__icontains=text) | Q(subject_zh__icontains=text)
    return of_objects(Announcement.objects.filter(subject))


def shown(approval: Approval) -> dict[str, Any]:
    """Every word of it, in both languages beside each other and as people would get them."""
    announcement = Announcement.objects.filter(pk=approval.object_id).first()
    return _both_languages(announcement) if announcement else {}


def _both_languages(announcement: Announcement) -> dict[str, Any]:
    return side_by_side(
        (announcement.subject_en, announcement.body_en),
        (announcement.subject_zh, announcement.body_zh),
        samples_of(announcement),
    )
