"""Lists that leave the house: ask, look, have a second person agree, take."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from rules import predicate
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from accounts import approvable
from accounts.approvable import Subject, name_each, of_objects
from accounts.domain.approvals import why_taken_back
from accounts.errors import Refused
from accounts.models import Approval, User
from accounts.web.staff import allowed
from applications.called import cohort_called
from applications.domain.exporting import (
    FEW,
    KIND,
    MANY,
    VALID_FOR,
    ask_export,
    ask_second_person,
    hold_list,
    is_agreed,
    needs_second_person,
    take_export,
    was_taken,
)
from applications.exporting import PURPOSES, headings_of, purposes_for, still_in_it
from applications.models import Cohort, Export
from applications.rules import reads_everything
from applications.tables import say
from applications.web.fields import TextField
from applications.web.staff.pages import UNPROCESSABLE, staff_page
from notifications.moments import say_instant

PAGE = "admin:applications_export_page"
SHOWN = 10
LONGEST_REASON = 500


@predicate(name="exports_something")
def exports_something(user: User) -> bool:
    """There is a purpose for which this person may ask for a list."""
    return bool(purposes_for(user))


class ExportForm(forms.Form):
    """What for, of which cohort, as what, and why."""

    cohort = forms.ModelChoiceField(
        Cohort.objects.all(),
        label=gettext_lazy("Cohort"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("What the list is for"), widget=UnfoldAdminRadioSelectWidget
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=Export.Format.choices,
        initial=Export.Format.XLSX,
        help_text=gettext_lazy(
            "Excel keeps telephone numbers and references as they are; CSV is for other programs."
        ),
        widget=UnfoldAdminRadioSelectWidget,
    )
    reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy(
            "Who gets it and why they need it. It is kept, and stands in the file."
        ),
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            (purpose.slug, purpose.title) for purpose in purposes_for(user)
        ]


def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a list; nothing leaves the house yet."""
    person = allowed(request, exports_something)
    form = ExportForm(request.POST if request.method == "POST" else None, user=person)
    if form.is_valid():
        asked = form.cleaned_data
        cohort = asked.pop("cohort")
        try:
            export = ask_export(cohort_id=cohort.pk, **asked, by=person, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(PAGE, export.uuid)
    context = {"form": form, "purposes": purposes_for(person), "few": FEW, "many": MANY}
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "export_new", _("Export a list"), context, status=status)


@never_cache
def show(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How many people are in a list, the first of them, and what is to be done next."""
    person = allowed(request, exports_something)
    export = _export_for(person, uuid)
    purpose = PURPOSES.get(export.purpose)
    now = timezone.now()
    context: dict[str, Any] = {
        "export": export,
        "purpose": purpose,
        "asked": _lines(export),
        "step": _step(export, person, now),
        "valid_until": export.asked_at + VALID_FOR,
        "taken_back": why_taken_back(kind=KIND, object_id=export.pk),
    }
    if purpose and purpose.allowed(person):
        people = still_in_it(purpose, export.cohort, export.row_ids)
        rows = islice(purpose.rows(export.cohort, people), SHOWN)
        context["first"] = _filled(
            headings_of(purpose, export.cohort), [[say(cell) for cell in row] for row in rows]
        )
        if purpose.names_people:
            context["gone"] = export.rows - people.count()
    title = str(purpose.title) if purpose else export.purpose
    return staff_page(request, "export", title, context)


@require_POST
def ask_second(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask a second person to agree."""
    person = allowed(request, exports_something)
    export = _export_for(person, uuid)
    try:
        ask_second_person(export_id=export.pk, by=person, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Asked. Once somebody has approved, take the list here."))
    return redirect(PAGE, export.uuid)


@require_POST
@never_cache
def take(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The file."""
    person = allowed(request, exports_something)
    export = _export_for(person, uuid)
    try:
        taken = take_export(export_id=export.pk, by=person, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(PAGE, export.uuid)
    return FileResponse(
        taken.file, as_attachment=True, filename=taken.name, content_type=taken.content_type
    )


def describe_request(approval: Approval) -> Sequence[tuple[str, str]]:
    """What the second person agrees to."""
    exports = Export.objects.select_related("cohort", "asked_by")
    export = exports.filter(pk=approval.object_id).first()
    return _lines(export) if export else []


def name_requests(approvals: Sequence[Approval]) -> dict[int, Subject]:
    """The list that each asks for, and its page; one query."""
    rows = Export.objects.select_related("cohort").defer("row_ids")
    return name_each(approvals, rows, _named)


def _named(export: Export) -> Subject:
    purpose = PURPOSES.get(export.purpose)
    people = ngettext("%(n)d person", "%(n)d people", export.rows) % {"n": export.rows}
    words = f"{export.cohort} · {purpose.title if purpose else export.purpose} · {people}"
    return Subject(words, words, reverse(PAGE, args=[export.uuid]))


def find_requests(text: str) -> Q:
    """Requests for a list of a cohort that is called so."""
    return of_objects(Export.objects.filter(cohort_called(text, at="cohort__")))


def register() -> None:
    """Let a list be a thing that two people agree on."""
    approvable.register(
        KIND,
        title=gettext_lazy("Export a list of many people"),
        name_all=name_requests,
        find=find_requests,
        describe=describe_request,
        happened=was_taken,
        deed=(Export._meta.label_lower, "export"),
        hold=hold_list,
    )


def _lines(export: Export) -> list[tuple[str, str]]:
    purpose = PURPOSES.get(export.purpose)
    return [
        (_("What the list is for"), str(purpose.title) if purpose else export.purpose),
        (_("What stands in it"), str(purpose.says) if purpose else ""),
        (_("Columns"), ", ".join(headings_of(purpose, export.cohort)) if purpose else ""),
        (_("Cohort"), str(export.cohort)),
        (_("Number of people"), str(export.rows)),
        (_("Format"), export.get_format_display()),
        (_("Reason"), export.reason),
        (_("Asked for by"), f"{export.asked_by.email}, {say_instant(export.asked_at)}"),
    ]


def _filled(headings: list[str], rows: list[list[str]]) -> dict[str, Any]:
    """A table without the columns in which nothing stands."""
    columns = [column for column in range(len(headings)) if any(row[column] for row in rows)]
    return {
        "headers": [headings[column] for column in columns],
        "rows": [[row[column] for column in columns] for row in rows],
    }


def _step(export: Export, person: User, now: datetime) -> str:
    """What this person can do with a list now: a word that the page knows."""
    if export.asked_by_id != person.pk:
        return "not-yours"
    if export.asked_at + VALID_FOR <= now:
        return "lapsed"
    if not needs_second_person(export) or is_agreed(export, now):
        return "take"
    newest = Approval.objects.filter(kind=KIND, object_id=str(export.pk)).first()
    if newest and newest.waits(now):
        return "waits"
    if newest and newest.state == Approval.State.REFUSED:
        return "refused"
    return "ask"


def _export_for(person: User, uuid: UUID) -> Export:
    """A list that this person asked for, or any for those who read everything."""
    rows = Export.objects.select_related("cohort", "asked_by")
    export = get_object_or_404(rows, uuid=uuid)
    if export.asked_by_id != person.pk and not reads_everything(person):
        raise Http404
    return export
