"""A person's own calendar: the page with its secret address, and the calendar itself."""

from hashlib import sha256
from typing import cast

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.domain.calendars import (
    make_calendar_address,
    revoke_calendar_address,
    tell_calendar,
)
from accounts.models import PersonalCalendar, User
from accounts.web.viewing import closed_to_viewers
from dtt.dates import dates_of
from dtt.web.calendar import personal_calendar

FRESH_SECONDS = 300


@never_cache
@login_required
@require_safe
@closed_to_viewers
def page(request: HttpRequest) -> HttpResponse:
    """The address of one's calendar, and how to be rid of it."""
    person = cast(User, request.user)
    calendar = PersonalCalendar.objects.filter(user=person, token__isnull=False).first()
    context: dict[str, object] = {"calendar": calendar, "now": timezone.now()}
    if calendar is not None:
        address = request.build_absolute_uri(reverse("calendar_feed", args=[calendar.token]))
        context |= {"address": address, "subscribe": f"webcal{address[address.index(':') :]}"}
    return render(request, "calendar.html", context)


@login_required
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """A new address, the first or another."""
    make_calendar_address(by=cast(User, request.user), now=timezone.now())
    messages.success(request, _("Your calendar has a new address. No earlier one works any more."))
    return redirect("calendar")


@login_required
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """No address any more."""
    revoke_calendar_address(by=cast(User, request.user), now=timezone.now())
    messages.success(request, _("The address works no more. Your calendar is closed."))
    return redirect("calendar")


@require_safe
@closed_to_viewers
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar, for the program that subscribes to it: no session, only the secret."""
    key = sha256(token.encode()).hexdigest()
    if not ratelimit.consume(
        request, app="allauth.account", action="calendar", key=key, limit_get=True
    ):
        return ratelimit.respond_429(request)
    found = PersonalCalendar.objects.select_related("user")
    calendar = found.filter(token=token, user__is_active=True).first()
    if calendar is None:
        raise Http404
    now = timezone.now()
    with translation.override(calendar.user.language):
        told = tell_calendar(calendar_id=calendar.pk, entries=dates_of(calendar.user, now), now=now)
        home = request.build_absolute_uri(reverse("home"))
        content = personal_calendar(told, uid_of=calendar.uid_of, address=home)
    response = HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": 'inline; filename="dtt.ics"',
            "Content-Language": calendar.user.language,
            "ETag": f'"{sha256(content).hexdigest()}"',
            "X-Robots-Tag": "noindex",
        },
    )
    patch_cache_control(response, private=True, max_age=FRESH_SECONDS)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
