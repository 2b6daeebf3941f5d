"""While a programme manager looks at the site as an applicant: who it is, what stays shut.

A request then carries the applicant as `request.user` and the manager as `request.viewed_by`
(None in every other request). It reads in a transaction that the database itself keeps read-only.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib import messages
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.domain.viewing import Viewing, hindrance_to, record_page, stop_viewing
from accounts.models import User

KEY = "viewing"
SAFE = ("GET", "HEAD")
FORBIDDEN = 403
READ_ONLY_TRANSACTION = "25006"  # PostgreSQL: a statement that would write
OWN_ACCOUNT = ("account_", "mfa_", "usersessions_")  # sign-in, addresses, second factors

Answer = Callable[[HttpRequest], HttpResponseBase]
Arguments = ParamSpec("Arguments")


def closed_to_viewers(
    view: Callable[Concatenate[Any, Arguments], HttpResponseBase],
) -> Callable[Concatenate[Any, Arguments], HttpResponseBase]:
    """A view that opens for the person alone, never for somebody who looks on."""

    @wraps(view)
    def wrapped(
        request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponseBase:
        return closed_page(request) if is_viewed(request) else view(request, *args, **kwargs)

    return wrapped


def is_viewed(request: HttpRequest) -> bool:
    """Whether somebody looks on as the person of this request."""
    return getattr(request, "viewed_by", None) is not None


def closed_page(request: HttpRequest) -> HttpResponse:
    """Say that this page is for the person alone."""
    return render(request, "accounts/viewing_closed.html", status=FORBIDDEN)


def remember(request: HttpRequest, viewing: Viewing) -> None:
    """Let this browser look on from the next request."""
    request.session[KEY] = {
        "by": viewing.viewer.pk,
        "person": viewing.viewed.pk,
        "since": viewing.since.isoformat(),
    }


def forget(request: HttpRequest) -> Viewing | None:
    """Let this browser be its owner's again; return what it looked at."""
    viewing = viewing_of(request)
    request.session.pop(KEY, None)
    return viewing


def viewing_of(request: HttpRequest) -> Viewing | None:
    """What this browser looks at, whether or not it still may."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    kept = request.session.get(KEY)
    if not kept or kept["by"] != request.user.pk:
        return None
    viewed = User.objects.filter(pk=kept["person"]).first()
    since = datetime.fromisoformat(kept["since"])
    return Viewing(cast(User, request.user), viewed, since) if viewed else None


class ViewingMiddleware:
    """Answer a viewer as the site answers the person, and let nothing be changed.

    The staff site stays the viewer's own: there it begins and ends.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.staff_site = reverse("admin:index")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.viewed_by = None  # type: ignore[attr-defined]
        viewing = None if request.path.startswith(self.staff_site) else viewing_of(request)
        if viewing is None:
            return self.get_response(request)
        now = timezone.now()
        if why_not := hindrance_to(viewing, now):
            return self._end(request, viewing, why_not, now)
        request.user = viewing.viewed
        request.viewed_by = viewing.viewer  # type: ignore[attr-defined]
        request.viewing = viewing  # type: ignore[attr-defined]
        response = self._look(request) if request.method in SAFE else self._refuse(request)
        record_page(viewing, page=request.path[:500], status=response.status_code, now=now)
        add_never_cache_headers(response)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        name = match.url_name if match else None
        if is_viewed(request) and name and name.startswith(OWN_ACCOUNT):
            return closed_page(request)
        return None

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """A page that would write while it is only looked at is closed, not broken."""
        if is_viewed(request) and _would_write(exception):
            request.wrote = True  # type: ignore[attr-defined]
            return HttpResponse(status=FORBIDDEN)
        return None

    def _look(self, request: HttpRequest) -> HttpResponseBase:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            response = self.get_response(request)
            transaction.set_rollback(True)
        return closed_page(request) if hasattr(request, "wrote") else response

    def _refuse(self, request: HttpRequest) -> HttpResponse:
        return render(request, "accounts/viewing_refused.html", status=FORBIDDEN)

    def _end(
        self, request: HttpRequest, viewing: Viewing, why: str, now: datetime
    ) -> HttpResponseBase:
        request.session.pop(KEY, None)
        stop_viewing(viewing, now=now, reason=why)
        if request.method not in SAFE:
            return render(request, "accounts/viewing_over.html", {"why": why}, status=FORBIDDEN)
        messages.warning(
            request,
            _("You no longer view the site as %(person)s. %(why)s")
            % {"person": viewing.viewed, "why": why},
        )
        if viewing.viewer.is_staff:
            address = reverse("admin:accounts_user_change", args=[viewing.viewed.pk])
        else:
            address = reverse("home")
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(address)
        return redirect(address)


def _would_write(exception: BaseException | None) -> bool:
    while exception is not None:
        if getattr(exception, "pgcode", "") == READ_ONLY_TRANSACTION:
            return True
        exception = exception.__cause__
    return False
