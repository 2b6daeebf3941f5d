"""Open what a published list was made from, and close it again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.approvable import Subject, name_each, of_objects
from accounts.models import Approval
from accounts.web.staff import allowed
from applications import locks
from applications.called import cohort_called
from applications.domain.locking import ask_unlock, close_again, is_open
from applications.models import Cohort, InputLock
from applications.rules import manages_cohorts
from applications.web.staff.pages import ask_first
from notifications.moments import say_instant


class WhyForm(forms.Form):
    """What has to change."""

    reason = forms.CharField(
        label=gettext_lazy("What has to change, and why"),
        max_length=1000,
        help_text=gettext_lazy("The second person reads it, and it stays in the record."),
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )


def open_lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a second person to open a part for a day; what hangs on it is said first."""
    person = allowed(request, manages_cohorts)
    lock = _lock(pk)
    form = WhyForm(request.POST if request.method == "POST" else None)

    def act(said: dict[str, Any], now: datetime) -> str:
        ask_unlock(lock_id=pk, by=person, now=now, **said)
        return _("A second person can agree to it now.")

    context = {
        "label": _("Ask a second person"),
        "obstacle": _said_open(lock),
        "facts": [
            _("“%(part)s” of %(cohort)s can be changed for a day, once a second person agrees.")
            % {"part": locks.title_of(lock.part), "cohort": lock.cohort},
            *(f"{label}: {said}" for label, said in locks.effects_of(lock)),
            *what_stays(),
        ],
    }
    return ask_first(request, form, act, _page(pk), _("Open a locked input"), context)


def close_lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a part before its day is over."""
    person = allowed(request, manages_cohorts)
    lock = _lock(pk)
    form = forms.Form(request.POST if request.method == "POST" else None)

    def act(said: dict[str, Any], now: datetime) -> str:
        close_again(lock_id=pk, by=person, now=now)
        return _("It is locked again.")

    closed = not is_open(lock, timezone.now())
    context = {
        "label": _("Lock it again"),
        "obstacle": _("It is locked.") if closed else "",
        "facts": [_("From now on nobody can change it. What was changed meanwhile stays.")],
    }
    return ask_first(request, form, act, _page(pk), _("Lock an input again"), context)


def what_stays() -> list[str]:
    """What opening a part does not do."""
    return [
        _("No published list changes, and nobody is told anything."),
        _("Who should have had a place gets one above the list, by an appeal that is upheld."),
    ]


def describe(approval: Approval) -> list[tuple[str, str]]:
    """What a second person agrees to, and what hangs on it at this moment."""
    asked = approval.payload
    cohort = Cohort.objects.filter(pk=asked["cohort"]).first()
    lock = InputLock.objects.filter(pk=approval.object_id).first()
    return [
        (_("Cohort"), str(cohort or "")),
        (_("Opened for a day"), locks.title_of(asked["part"])),
        (_("What has to change, and why"), asked["reason"]),
        *(locks.effects_of(lock) if lock else ()),
        (_("What stays"), " ".join(what_stays())),
    ]


def name_all(approvals: Sequence[Approval]) -> dict[int, Subject]:
    """Which part of which cohort each would open; one query."""
    return name_each(approvals, InputLock.objects.select_related("cohort"), _named)


def _named(lock: InputLock) -> Subject:
    words = f"{lock.cohort} · {locks.title_of(lock.part)}"
    return Subject(words, words, _page(lock.pk))


def find(text: str) -> Q:
    """Requests about what is locked of a cohort that is called so."""
    return of_objects(InputLock.objects.filter(cohort_called(text, at="cohort__")))


def _lock(pk: int) -> InputLock:
    return get_object_or_404(InputLock.objects.select_related("cohort__programme"), pk=pk)


def _said_open(lock: InputLock) -> str:
    if lock.open_until is None or not is_open(lock, timezone.now()):
        return ""
    return _("It is open until %(at)s already.") % {"at": say_instant(lock.open_until)}


def _page(pk: int) -> str:
    return reverse("admin:applications_inputlock_change", args=[pk])
