"""What a request says about the person: the language, where it comes from, how it was signed in."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.domain.audit import acting_from
from accounts.models import User
from accounts.web.addresses import address_of
from accounts.web.factors import PASSWORD_ONLY, has_second_factor, needs_second_factor

# What somebody may open who has yet to set the second factor up, or to give the code.
ALWAYS = frozenset({"account_logout", "choose_language", "set_language", "health"})
ENROLMENT = ALWAYS | {"mfa_activate_totp", "account_reauthenticate"}
CODE = ALWAYS | {"mfa_reauthenticate"}


class PersonLanguageMiddleware:
    """Answer in the person's own language unless this browser has chosen another one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen_here = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        if not chosen_here and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class AddressMiddleware:
    """Let every audit event of this request say from which address it was caused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting_from(address_of(request)):
            return self.get_response(request)


class SecondFactorMiddleware:
    """Staff and recruiters reach nothing before they have set the second factor up.

    Nor does a session that was begun by password alone, once the account has one: whoever knew
    nothing but the password then must not go on now.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: Any, named: Any
    ) -> HttpResponse | None:
        person = cast(User, getattr(request, "viewed_by", None) or request.user)
        if not person.is_authenticated or not needs_second_factor(person):
            return None
        if not has_second_factor(person):
            open_to, way = ENROLMENT, reverse("mfa_activate_totp")
        elif request.session.get(PASSWORD_ONLY):
            way = f"{reverse('mfa_reauthenticate')}?{urlencode({'next': _page_of(request)})}"
            open_to = CODE
        else:
            return None
        request.waits_for_second_factor = True  # type: ignore[attr-defined]
        match = request.resolver_match
        if match is not None and match.view_name in open_to:
            return None
        return _send(request, way)


def _page_of(request: HttpRequest) -> str:
    return request.get_full_path() if request.method == "GET" else reverse("home")


def _send(request: HttpRequest, way: str) -> HttpResponse:
    """To the page that must come first: a script cannot follow, and is told where it is."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=403, headers={"HX-Redirect": way})
    wants = request.headers.get("Accept", "") + request.headers.get("Content-Type", "")
    if "application/json" in wants:
        error = _("Set up or give your second factor first.")
        return JsonResponse({"error": error, "location": way}, status=403)
    return HttpResponseRedirect(way)
