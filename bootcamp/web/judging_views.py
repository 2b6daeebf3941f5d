"""The judges' pages: what is left, conflicts, one sheet. A judge sees only their own scores."""

import uuid
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import Refused
from bootcamp.domain.marking import MarkedElsewhere, save_marks
from bootcamp.domain.panels import declare_conflicts, is_closed
from bootcamp.models import Assignment, Rubric, Sheet
from bootcamp.queries import people_to_judge
from bootcamp.rules import assignments_for, judges_for
from bootcamp.web.forms import ConflictsForm, LateConflictForm, MarksForm
from bootcamp.web.views import UNPROCESSABLE, SignedIn

CONFLICT = 409


@never_cache
@login_required
@require_safe
def home(request: SignedIn) -> HttpResponse:
    """What this judge has to do, cohort by cohort; conflicts are asked first."""
    judges = list(judges_for(request.user))
    if not judges:
        raise Http404
    assignments = list(assignments_for(request.user))
    seats = []
    for judge in judges:
        mine = [row for row in assignments if row.judge_id == judge.pk]
        left = sum(not _is_done(row) for row in mine)
        seats.append({"judge": judge, "assignments": mine, "left": left, "done": len(mine) - left})
    return render(request, "judging/home.html", {"seats": seats, "now": timezone.now()})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def conflicts(request: SignedIn, cohort: str) -> HttpResponse:
    """Whom this judge cannot judge. Until this is answered no project opens."""
    judge = get_object_or_404(judges_for(request.user), cohort__slug=cohort)
    declared = list(judge.conflicts.select_related("application"))
    named = {conflict.application_id for conflict in declared}
    people = [p for p in people_to_judge(judge.cohort) if p.pk not in named]
    form = ConflictsForm(request.POST if request.method == "POST" else None, people=people)
    if form.is_bound and form.is_valid():
        try:
            declare_conflicts(
                judge_id=judge.pk, conflicts=form.conflicts(), by=request.user, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you. Your declaration is saved."))
            return redirect("judging:home")
    context = {"judge": judge, "declared": declared, "form": form}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "judging/conflicts.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: SignedIn, assignment: uuid.UUID) -> HttpResponse:
    """One project and its sheet."""
    row = get_object_or_404(assignments_for(request.user), uuid=assignment)
    rubric = get_object_or_404(Rubric.objects.order_by("-version"), cohort=row.judge.cohort)
    now = timezone.now()
    if request.method != "POST":
        form = MarksForm(initial=MarksForm.initial_of(_sheet(row)), rubric=rubric)
        return _show_sheet(request, row, form, now)
    form = MarksForm(request.POST, rubric=rubric)
    if not form.is_valid():
        return _show_sheet(request, row, form, now, status=UNPROCESSABLE)
    try:
        sheet = save_marks(
            assignment_id=row.pk,
            marks=form.marks(),
            comment=form.cleaned_data["comment"],
            failed_gate=form.cleaned_data["failed_gate"],
            submit=request.POST.get("action") == "submit",
            version=form.cleaned_data["version"],
            by=request.user,
            now=now,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        status = CONFLICT if isinstance(refusal, MarkedElsewhere) else UNPROCESSABLE
        return _show_sheet(request, row, form, now, status=status)
    if sheet.submitted_at:
        messages.success(request, _("Your marks for “%(title)s” are in.") % {"title": row.project})
        return redirect("judging:home")
    messages.success(request, _("The draft is saved."))
    return redirect("judging:mark", assignment=assignment)


@never_cache
@login_required
@require_POST
def give_back(request: SignedIn, assignment: uuid.UUID) -> HttpResponse:
    """A late conflict: the project goes to another judge."""
    row = get_object_or_404(assignments_for(request.user), uuid=assignment)
    form = LateConflictForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say how you know this person. Nothing was changed."))
        return redirect("judging:mark", assignment=assignment)
    try:
        declare_conflicts(
            judge_id=row.judge_id,
            conflicts={row.project.application_id: form.cleaned_data["reason"]},
            by=request.user,
            now=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("judging:mark", assignment=assignment)
    messages.success(request, _("Thank you. This project goes to somebody else."))
    return redirect("judging:home")


def _show_sheet(
    request: SignedIn, row: Assignment, form: MarksForm, now: datetime, *, status: int = 200
) -> HttpResponse:
    mine = list(assignments_for(request.user).filter(judge=row.judge_id))
    context = {
        "assignment": row,
        "project": row.project,
        "sheet": _sheet(row),
        "form": form,
        "late_conflict": LateConflictForm(auto_id="late_%s"),
        "left": sum(not _is_done(other) for other in mine),
        "total": len(mine),
        "is_closed": is_closed(row.judge.cohort_id),
        "now": now,
    }
    return render(request, "judging/mark.html", context, status=status)


def _sheet(row: Assignment) -> Sheet | None:
    return getattr(row, "sheet", None)


def _is_done(row: Assignment) -> bool:
    sheet = _sheet(row)
    return sheet is not None and sheet.submitted_at is not None
