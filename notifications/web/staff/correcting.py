"""Write a correction to the people who got something wrong."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.approvable import Subject, name_each
from accounts.errors import Refused
from accounts.models import Approval
from accounts.web.staff import allowed
from notifications import kinds
from notifications.domain.correcting import CORRECTIONS, MAY_BE_CORRECTED, preview, write_correction
from notifications.models import Correction, Message
from notifications.queries import earlier_than
from notifications.rules import mends_messages
from notifications.web.staff.comparing import side_by_side
from notifications.web.staff.many import address_of, second_person
from notifications.web.staff.pages import UNPROCESSABLE, numbers_in, staff_page

SHOWN = 10
MOST = 20_000
MOST_TEXT = 5000


class CorrectionForm(forms.Form):
    """What is right, in both languages, and what happened."""

    text_en = forms.CharField(
        label=gettext_lazy("What is right, in English"),
        max_length=MOST_TEXT,
        help_text=gettext_lazy(
            "It follows “We are sorry: a message that we sent you on … was wrong. This message "
            "takes its place.”"
        ),
        widget=UnfoldAdminTextareaWidget({"rows": 6}),
    )
    text_zh = forms.CharField(
        label=gettext_lazy("What is right, in Chinese"),
        max_length=MOST_TEXT,
        widget=UnfoldAdminTextareaWidget({"rows": 6}),
    )
    incident = forms.CharField(
        label=gettext_lazy("What happened"),
        max_length=2000,
        help_text=gettext_lazy("For the record, not for the people: what was wrong, and why."),
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )


def new(request: HttpRequest) -> HttpResponse:
    """Show who would get it; write it down and send it, or ask a second person."""
    person = allowed(request, mends_messages)
    told = request.POST if request.method == "POST" else request.GET
    before = _named(told.get("from", ""))
    ids = (
        list(before.messages.values_list("pk", flat=True))
        if before
        else numbers_in(told.get("ids", ""), MOST)
    )
    chosen = Message.objects.filter(pk__in=ids, state__in=MAY_BE_CORRECTED)
    first = list(chosen.select_related("person").defer("body").order_by("pk")[:SHOWN])
    if not first:
        messages.warning(request, _("Tick the messages that were wrong, and choose again."))
        return redirect("admin:notifications_message_changelist")
    said = {name: getattr(before, name) for name in CorrectionForm.base_fields} if before else None
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial=said)
    if form.is_bound and form.is_valid():
        try:
            correction = write_correction(
                message_ids=chosen.values_list("pk", flat=True),
                by=person,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _said(correction))
            return redirect(address_of(CORRECTIONS, "change", correction.pk))
    people = chosen.order_by().values("person").distinct().count()
    context = {
        "form": form,
        "first": first,
        "people": people,
        "left_out": len(ids) - chosen.count(),
        **second_person(CORRECTIONS, people, person),
        "titles": sorted(
            {kinds.title_of(kind) for kind in chosen.order_by().values_list("kind", flat=True)}
        ),
        "ids": ",".join(map(str, ids)) if before is None else "",
        "before": before,
        "earlier": earlier_than(chosen),
        "back": reverse("admin:notifications_message_changelist"),
    }
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "correct", _("Send a correction"), context, status=status)


def _named(told: str) -> Correction | None:
    """The correction that is written anew."""
    return Correction.objects.filter(pk__in=numbers_in(told, 1)).first()


def again_url(correction: Correction) -> str:
    """The page on which the same people are told something else; blank once it has been sent."""
    if correction.state == Correction.State.SENT:
        return ""
    page = reverse("admin:notifications_correction_new")
    return f"{page}?{urlencode({'from': correction.pk})}"


def _said(correction: Correction) -> str:
    if correction.state == Correction.State.SENT:
        return _("The correction is in the outbox. Until it leaves it can be taken back there.")
    return _("More than twenty people would get it: a second person has been asked.")


def describe(approval: Approval) -> list[tuple[str, str]]:
    """What a second person agrees to, besides the words: what was wrong, and to how many."""
    correction = Correction.objects.filter(pk=approval.object_id).first()
    if correction is None:
        return []
    return [
        (_("The wrong message"), kinds.title_of(correction.kind)),
        (_("People"), str(correction.people)),
        (_("What happened"), correction.incident),
    ]


def name_all(approvals: Sequence[Approval]) -> dict[int, Subject]:
    """What each corrects, for how many, and its page; one query."""
    return name_each(approvals, Correction.objects.all(), _as_subject)


def _as_subject(correction: Correction) -> Subject:
    people = ngettext("%(n)d person", "%(n)d people", correction.people)
    words = f"{kinds.title_of(correction.kind)} · {people % {'n': correction.people}}"
    return Subject(words, words, address_of(CORRECTIONS, "change", correction.pk))


def shown(approval: Approval) -> dict[str, Any]:
    """What is right, in both languages beside each other and as people would get it."""
    correction = Correction.objects.filter(pk=approval.object_id).first()
    if correction is None:
        return {}
    said = ("", correction.text_en), ("", correction.text_zh)
    return side_by_side(*said, preview(correction))
