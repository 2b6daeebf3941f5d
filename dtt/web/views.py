"""The front door."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from accounts.domain.people import choose_language
from accounts.models import User
from applications.domain.lateness import closes_at
from applications.models import Cohort
from applications.queries import public_cohorts
from applications.rules import applications_for
from dtt.web.calendar import calendar_file
from dtt.web.programme import events_of, phase_of
from dtt.web.queries import desk_of, front, modules_for, partner_sectors
from notifications.queries import messages_to
from selection.queries import commitments_of
from selection.rulebook import public_rules

MESSAGES_SHOWN = 5


def landing(request: HttpRequest) -> HttpResponse:
    """What the programme is, for whom, and how to apply."""
    now = timezone.now()
    shown = front(now)
    about = _about(request, shown.current) if shown.current else {}
    return render(
        request,
        "landing.html",
        {
            "programme": shown.programme,
            "past": shown.past,
            "modules": modules_for(shown.current),
            "sectors": partner_sectors(),
            "now": now,
            **about,
        },
    )


def cohort(request: HttpRequest, slug: str) -> HttpResponse:
    """A public cohort: all its dates on one page."""
    shown = get_object_or_404(public_cohorts(), slug=slug)
    context = _about(request, shown) | {
        "modules": modules_for(shown),
        "sectors": partner_sectors(),
        "seeds": commitments_of(shown.pk),
        "rules": public_rules(shown),
    }
    return render(request, "programme/cohort.html", context)


def cohort_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The same dates for one's own calendar."""
    shown = get_object_or_404(public_cohorts(), slug=slug)
    address = request.build_absolute_uri(shown.get_absolute_url())
    content = calendar_file(shown, address=address, now=timezone.now())
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{shown.slug}.ics"'},
    )


@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Where this person stands, what there is to do, and what they were told."""
    now = timezone.now()
    person = cast(User, request.user)
    desk = desk_of(person, now)
    shown = front(now)
    taken = {application.cohort_id for application in (*desk.current, *desk.past)}
    about = _about(request, shown.current) if shown.current else {}
    return render(
        request,
        "home.html",
        {
            **about,
            "desk": desk,
            "may_apply": shown.current is not None and shown.current.pk not in taken,
            "told": messages_to(person, now)[:MESSAGES_SHOWN],
            "now": now,
        },
    )


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language and stay on the page; a signed-in person is written to in it too."""
    if request.user.is_authenticated:
        choose_language(user=request.user, language=request.POST.get("language", ""))
    return set_language(request)


def _about(request: HttpRequest, shown: Cohort) -> dict[str, object]:
    now = timezone.now()
    close = closes_at(shown, request.user.pk)  # a person may have been given more time
    return {
        "cohort": shown,
        "closes_at": close,
        "phase": phase_of(shown, now, close).value,
        "events": [(event, event.state(now)) for event in events_of(shown)],
        "application": applications_for(cast(User, request.user)).filter(cohort=shown).first(),
        "now": now,
    }
