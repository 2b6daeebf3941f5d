"""Setting a cohort up: the checklist, its rules, a copy of it."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import Refused
from accounts.models import User
from accounts.web.staff import allowed
from applications.answers import say_month
from applications.cohort_queries import compare, counts_by_stage, versions_of_rules
from applications.domain.cohorts import (
    RULES,
    change_rules,
    close_to_public,
    duplicate_cohort,
    open_cohort,
    sign_off,
)
from applications.models import Cohort, EligibilityRules, SignOff
from applications.models.cohorts import BOOTCAMP_DAYS, INSTANTS_IN_ORDER
from applications.readiness import checklist, valid_sign_offs
from applications.rules import manages_cohorts, reads_cohorts
from applications.web.staff.cohort_forms import WEEK, DuplicateForm, RulesForm, suggested_shift
from applications.web.staff.pages import UNPROCESSABLE, staff_page
from notifications.moments import HONG_KONG, say_day, say_instant

LABELS = {field.name: field.verbose_name for field in EligibilityRules._meta.concrete_fields}
page_methods = require_http_methods(["GET", "HEAD", "POST"])


@page_methods
def set_up(request: HttpRequest, pk: int) -> HttpResponse:
    """What is done and what is missing; the buttons; how many applications stand where."""
    person = allowed(request, reads_cohorts)
    cohort = _cohort(pk)
    if request.method == "POST":
        allowed(request, manages_cohorts)
        try:
            messages.success(request, _press(request, cohort, person))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:applications_cohort_set_up", cohort.pk)
    lines = checklist(cohort, timezone.now())
    given = valid_sign_offs(cohort)
    counts = counts_by_stage(cohort)
    context = {
        "cohort": cohort,
        "lines": lines,
        "ready": all(line.done for line in lines if line.blocks),
        "may_manage": manages_cohorts(person),
        "may_close": cohort.is_public and not counts,
        "signed": [
            (subject, label, given.get(subject)) for subject, label in SignOff.Subject.choices
        ],
        "counts": {"headers": [_("Stage"), _("Applications")], "rows": counts},
        "dates": {"headers": [_("What"), _("When")], "rows": _dates(cohort)},
    }
    return staff_page(request, "cohort_set_up", str(cohort), context)


@page_methods
def rules(request: HttpRequest, pk: int) -> HttpResponse:
    """The rules through time; new ones are looked at before they are put in force."""
    person = allowed(request, reads_cohorts)
    cohort = _cohort(pk)
    current = cohort.rules
    form = RulesForm(request.POST if request.method == "POST" else None, current=current)
    context: dict[str, Any] = {"cohort": cohort, "form": form, "current": current}
    if request.method == "POST":
        allowed(request, manages_cohorts)
        if form.is_valid():
            seen = _digest(current, form.rules)
            if "confirm" in request.POST and request.POST.get("seen") == seen:
                try:
                    version = change_rules(
                        cohort_id=cohort.pk,
                        values=form.rules,
                        reason=form.cleaned_data["reason"],
                        by=person,
                        now=timezone.now(),
                    )
                except Refused as refusal:
                    form.add_error(None, str(refusal))
                else:
                    told = _("Version %(n)d is in force.") % {"n": version.number}
                    messages.success(request, told)
                    return redirect("admin:applications_cohort_rules", cohort.pk)
            else:
                proposed = EligibilityRules(**form.rules, number=current.number + 1)
                context |= {
                    "looked": True,
                    "seen": seen,
                    "proposed": proposed,
                    "changes": _changes(current, proposed),
                    "compared": compare(cohort, proposed),
                }
    versions = versions_of_rules(cohort)
    older = [*versions[1:], None]
    context |= {
        "may_manage": manages_cohorts(person),
        "versions": [
            (version, _changes(before, version) if before else _says(version))
            for version, before in zip(versions, older, strict=True)
        ],
    }
    status = UNPROCESSABLE if form.errors else 200
    title = _("Who may take part: %(cohort)s") % {"cohort": cohort}
    return staff_page(request, "cohort_rules", title, context, status=status)


@page_methods
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a copy with other dates; nobody's data go with it."""
    person = allowed(request, manages_cohorts)
    cohort = _cohort(pk)
    now = timezone.now()
    shift = suggested_shift(cohort, now.astimezone(HONG_KONG).date())
    if request.method == "POST":
        form = DuplicateForm(request.POST)
    else:
        form = DuplicateForm(initial={"shift_days": shift})
    if form.is_valid():
        shift = form.cleaned_data["shift_days"]
        if "look" not in request.POST:
            try:
                copy = duplicate_cohort(
                    cohort_id=cohort.pk, by=person, now=now, **form.cleaned_data
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The copy is made. The public does not see it yet."))
                return redirect("admin:applications_cohort_set_up", copy.pk)
    context = {
        "cohort": cohort,
        "form": form,
        "keeps_weekdays": shift % WEEK == 0,
        "moved": {
            "headers": [_("What"), _("Now"), _("In the copy")],
            "rows": _moved(cohort, timedelta(days=shift)),
        },
    }
    status = UNPROCESSABLE if form.errors else 200
    title = _("Duplicate %(cohort)s") % {"cohort": cohort}
    return staff_page(request, "cohort_duplicate", title, context, status=status)


def _cohort(pk: int) -> Cohort:
    return get_object_or_404(Cohort.objects.select_related("programme", "rules"), pk=pk)


def _press(request: HttpRequest, cohort: Cohort, person: User) -> str:
    """Call the verb of the button that was pressed, and say what it did."""
    now = timezone.now()
    match request.POST.get("do"):
        case "open":
            open_cohort(cohort_id=cohort.pk, by=person, now=now)
            return _("The public sees this cohort now.")
        case "close":
            close_to_public(cohort_id=cohort.pk, by=person, now=now)
            return _("The public no longer sees this cohort.")
        case "sign-off":
            subject = request.POST.get("subject", "")
            sign_off(cohort_id=cohort.pk, subject=subject, by=person, now=now)
            return _("Your sign-off is on record.")
    raise Http404


def _dates(cohort: Cohort) -> list[list[str]]:
    """Every date as people will read it."""
    rows = [
        [capfirst(str(label)), say_instant(getattr(cohort, name))]
        for name, label in INSTANTS_IN_ORDER.items()
    ]
    days = ", ".join(say_day(day) for day in cohort.bootcamp_dates)
    rows.insert(5, [capfirst(str(BOOTCAMP_DAYS)), days])
    return rows


def _moved(cohort: Cohort, shift: timedelta) -> list[list[str]]:
    rows = []
    for name, label in INSTANTS_IN_ORDER.items():
        at = getattr(cohort, name)
        rows.append([capfirst(str(label)), say_instant(at), say_instant(at + shift)])
    rows.extend(
        [
            _("Bootcamp day %(n)d") % {"n": number},
            say_day(day),
            say_day(day + shift),
        ]
        for number, day in enumerate(cohort.bootcamp_dates, start=1)
    )
    return rows


def _says(version: EligibilityRules) -> list[tuple[str, str, str]]:
    """Every rule of a first version: its name, nothing before, what it says."""
    return [(_label(name), "", _value(version, name)) for name in RULES]


def _changes(before: EligibilityRules, after: EligibilityRules) -> list[tuple[str, str, str]]:
    """The rules that differ: the name, what it was, what it is."""
    return [
        (_label(name), _value(before, name), _value(after, name))
        for name in RULES
        if _value(before, name) != _value(after, name)
    ]


def _label(name: str) -> str:
    return capfirst(str(LABELS[name]))


def _value(version: EligibilityRules, name: str) -> str:
    value = getattr(version, name)
    match name:
        case "statuses":
            words = {"student": _("Students"), "graduate": _("Graduates")}
            return ", ".join(word for status, word in words.items() if status in value)
        case "completion_from" | "completion_to":
            return say_month(value)
        case "adults_only":
            return _("yes") if value else _("no")
    return str(value)


def _digest(current: EligibilityRules, values: dict[str, Any]) -> str:
    """What the confirmation must have seen: these values beside the version in force."""
    written = json.dumps([current.pk, values], sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()
