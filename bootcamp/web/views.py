"""Pages of participants (timetable, project) and trainers (sessions, register)."""

import uuid
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Refused
from accounts.models import User
from applications.models import Application, Stage, Track
from bootcamp.domain.attendance import OPENS_BEFORE, mark_attendance
from bootcamp.domain.projects import submit_project
from bootcamp.models import Attendance, Booking, Project
from bootcamp.queries import by_day, grid_of, roster_of, timetable_of
from bootcamp.rules import (
    manages_bootcamp,
    own_sessions_for,
    participations_for,
    registers_for,
)
from bootcamp.web.forms import ProjectForm, RegisterForm

UNPROCESSABLE = 422


class SignedIn(HttpRequest):
    """A request behind `login_required`."""

    user: User


@never_cache
@login_required
@require_safe
def timetable(request: SignedIn, reference: str) -> HttpResponse:
    """One's own six days."""
    application = get_object_or_404(participations_for(request.user), reference=reference)
    bookings = list(timetable_of(application))
    context = {
        "application": application,
        "group": bookings[0].group if bookings else None,
        "grid": grid_of(bookings),
        "now": timezone.now(),
    }
    return render(request, "bootcamp/timetable.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def project(request: SignedIn, reference: str) -> HttpResponse:
    """One's mini-project: what was submitted, and the form while it can be replaced."""
    application = get_object_or_404(participations_for(request.user), reference=reference)
    now = timezone.now()
    if request.method != "POST":
        return _show_project(request, application, now)
    # not the instance: an unsaved answer must not appear among what was submitted
    form = ProjectForm(request.POST)
    if not form.is_valid():
        return _show_project(request, application, now, form=form)
    try:
        version = submit_project(
            application_id=application.pk, content=form.content(), by=request.user, now=now
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _show_project(request, application, now, form=form)
    messages.success(request, _("Version %(number)s is submitted.") % {"number": version.number})
    return redirect("bootcamp:project", reference=application.reference)


def _show_project(
    request: SignedIn, application: Application, now: datetime, *, form: ProjectForm | None = None
) -> HttpResponse:
    status = UNPROCESSABLE if form else 200
    submitted = Project.objects.filter(application=application).first()
    is_open = application.stage == Stage.PLACE_CONFIRMED and now < application.cohort.project_due_at
    if form is None and is_open:
        wish = {} if application.track == Track.UNDECIDED else {"track": application.track}
        form = ProjectForm(instance=submitted, initial={} if submitted else wish)
    context = {
        "application": application,
        "project": submitted,
        "versions": submitted.versions.order_by("-number") if submitted else (),
        "form": form,
        "is_open": is_open,
        "now": now,
    }
    return render(request, "bootcamp/project.html", context, status=status)


@never_cache
@login_required
@require_safe
def sessions(request: SignedIn) -> HttpResponse:
    """What one is to teach, the next day first among those to come."""
    now = timezone.now()
    bookings = list(own_sessions_for(request.user))
    context = {
        "coming": by_day(b for b in bookings if b.slot.ends_at > now),
        "past": by_day(b for b in bookings if b.slot.ends_at <= now),
        "now": now,
    }
    return render(request, "bootcamp/sessions.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request: SignedIn, session: uuid.UUID) -> HttpResponse:
    """The register of one session: a roster, one choice each, one post."""
    booking = get_object_or_404(registers_for(request.user), session__uuid=session)
    now = timezone.now()
    people = roster_of(booking)
    rows = {row.application_id: row for row in Attendance.objects.filter(session=booking.session)}
    form = RegisterForm(
        request.POST if request.method == "POST" else None,
        people=people,
        marked={pk: row.presence for pk, row in rows.items()},
        may_excuse=bool(manages_bootcamp(request.user)),
    )
    if request.method != "POST":
        return _show_register(request, booking, form, now, marked=len(rows))
    if form.is_valid():
        marks = form.marks(rest_present=request.POST.get("rest") == "present")
        # a plain "late" leaves alone the minutes that somebody wrote down
        before = {pk: row.presence for pk, row in rows.items()}
        fresh = [mark for mark in marks if before.get(mark.application_id) != mark.presence]
        try:
            changed = mark_attendance(
                session_id=booking.session_id, marks=fresh, by=request.user, now=now
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                ngettext("Saved: %(count)s change.", "Saved: %(count)s changes.", len(changed))
                % {"count": len(changed)},
            )
            return redirect("bootcamp:attendance", session=session)
    return _show_register(request, booking, form, now, marked=len(rows))


def _show_register(
    request: SignedIn, booking: Booking, form: RegisterForm, now: datetime, *, marked: int
) -> HttpResponse:
    opens_at = booking.slot.starts_at - OPENS_BEFORE
    context = {
        "booking": booking,
        "form": form,
        "marked": marked,
        "opens_at": opens_at,
        "is_open": now >= opens_at,
        "now": now,
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "bootcamp/attendance.html", context, status=status)
