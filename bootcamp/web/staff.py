"""The boards inside the staff site: one for teaching, one for judging; their buttons are verbs."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import Refused
from applications.models import Cohort
from bootcamp.board import judging_board, teaching_board
from bootcamp.domain.groups import form_groups
from bootcamp.domain.marking import close_judging
from bootcamp.domain.panels import assign_judges
from bootcamp.domain.projects import remind_of_projects
from bootcamp.domain.setting_up import set_up_bootcamp
from bootcamp.domain.timetables import clashes_now, plan_timetable, publish_timetable
from bootcamp.models import Timetable
from bootcamp.rules import manages_bootcamp, reads_bootcamp
from bootcamp.web.staff_forms import GroupsForm, SeedForm

Verb = Callable[..., str]


@require_safe
def teaching(request: HttpRequest, cohort: str) -> HttpResponse:
    """Modules, groups, the timetable as a grid, attendance; what to press next."""
    of = _cohort(request, cohort)
    board = teaching_board(of)
    context = {
        "title": _("Bootcamp of %(cohort)s") % {"cohort": of},
        "board": board,
        "clashes": _clashes(board.timetable),
        "groups_form": GroupsForm(auto_id="groups_%s"),
        "seed_form": SeedForm(auto_id="plan_%s"),
    }
    return _show(request, "admin/bootcamp/teaching.html", of, context)


@require_safe
def judging(request: HttpRequest, cohort: str) -> HttpResponse:
    """Who judges what and how far they are; the scores once they are counted."""
    of = _cohort(request, cohort)
    context = {
        "title": _("Judging of %(cohort)s") % {"cohort": of},
        "board": judging_board(of),
        "seed_form": SeedForm(auto_id="assign_%s"),
    }
    return _show(request, "admin/bootcamp/judging.html", of, context)


@require_POST
def act(request: HttpRequest, cohort: str, verb: str) -> HttpResponse:
    """Press one of the buttons."""
    of = _cohort(request, cohort)
    if not manages_bootcamp(request.user):
        raise PermissionDenied
    if verb not in VERBS:
        raise Http404
    page, form_class, do = VERBS[verb]
    form = form_class(request.POST)
    if not form.is_valid():
        faults = " ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.error(request, _("Nothing was done. %(faults)s") % {"faults": faults})
        return redirect(page, cohort=of.slug)
    try:
        done = do(of, by=request.user, now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(page, cohort=of.slug)


def _set_up(cohort: Cohort, **by_and_now: Any) -> str:
    set_up_bootcamp(cohort_id=cohort.pk, **by_and_now)
    return _("The modules, slots and rubric are there.")


def _form_groups(cohort: Cohort, **arguments: Any) -> str:
    groups = form_groups(cohort_id=cohort.pk, **arguments)
    return _("Everybody is in one of %(count)s groups.") % {"count": len(groups)}


def _plan(cohort: Cohort, **arguments: Any) -> str:
    timetable = plan_timetable(cohort_id=cohort.pk, **arguments)
    return _("Timetable %(number)s is drawn up. Look at it before you publish it.") % {
        "number": timetable.number
    }


def _publish(cohort: Cohort, *, timetable: int, **by_and_now: Any) -> str:
    # named by its number: what is published is what the page showed
    shown = Timetable.objects.filter(cohort=cohort, number=timetable).first()
    if shown is None:
        raise Refused(_("There is no such timetable."))
    publish_timetable(timetable_id=shown.pk, **by_and_now)
    return _("The timetable is published, and everybody in it is told.")


def _remind(cohort: Cohort, **by_and_now: Any) -> str:
    count = remind_of_projects(cohort_id=cohort.pk, **by_and_now)
    return _("People without a project: %(count)s. Each is reminded once.") % {"count": count}


def _assign(cohort: Cohort, **arguments: Any) -> str:
    assignments = assign_judges(cohort_id=cohort.pk, **arguments)
    return _("%(count)s sheets are on the judges’ lists.") % {"count": len(assignments)}


def _close(cohort: Cohort, **by_and_now: Any) -> str:
    run = close_judging(cohort_id=cohort.pk, **by_and_now)
    return _("Judging is closed. Run %(number)s is counted.") % {"number": run.number}


class PublishForm(forms.Form):
    """Which timetable: its number."""

    timetable = forms.IntegerField(min_value=1, max_value=2**31 - 1)


TEACHING, JUDGING = "admin:bootcamp_teaching", "admin:bootcamp_judging"
VERBS: dict[str, tuple[str, type[forms.Form], Verb]] = {
    "set-up": (TEACHING, forms.Form, _set_up),
    "form-groups": (TEACHING, GroupsForm, _form_groups),
    "plan": (TEACHING, SeedForm, _plan),
    "publish": (TEACHING, PublishForm, _publish),
    "remind": (JUDGING, forms.Form, _remind),
    "assign": (JUDGING, SeedForm, _assign),
    "close": (JUDGING, forms.Form, _close),
}


def _cohort(request: HttpRequest, slug: str) -> Cohort:
    if not reads_bootcamp(request.user):
        raise PermissionDenied
    return get_object_or_404(Cohort.objects.select_related("programme"), slug=slug)


def _clashes(timetable: Timetable | None) -> int | None:
    """The count, or None where there is nothing to count or nothing to count it against."""
    if timetable is None:
        return None
    try:
        return clashes_now(timetable)
    except Refused:
        return None


def _show(
    request: HttpRequest, template: str, cohort: Cohort, context: dict[str, Any]
) -> HttpResponse:
    common = admin.site.each_context(request) | {
        "cohort": cohort,
        "may_manage": bool(manages_bootcamp(request.user)),
    }
    return render(request, template, common | context)
