"""A person's messages, and the end of news."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from notifications import consent
from notifications.domain.reading import mark_read
from notifications.queries import messages_to
from notifications.unsubscribing import person_of

ON_A_PAGE = 20


@never_cache
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """Everything this person was told, newest first; a copy of each e-mail."""
    told = messages_to(cast(User, request.user), timezone.now()).defer("body")
    page = Paginator(told, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "notifications/inbox.html", {"page": page})


@never_cache
@login_required
def message(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One message. Looking at it changes nothing; the reader's browser, or a button, says so."""
    now = timezone.now()
    told = messages_to(cast(User, request.user), now)
    shown = get_object_or_404(told.select_related("corrects"), uuid=uuid)
    corrections = told.filter(corrects=shown).defer("body")
    return render(
        request,
        "notifications/message.html",
        {"message": shown, "corrections": corrections},
    )


@login_required
@require_POST
def read(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Mark one message as read."""
    person, now = cast(User, request.user), timezone.now()
    shown = get_object_or_404(messages_to(person, now), uuid=uuid)
    mark_read(by=person, now=now, message=shown.uuid)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return redirect("notifications:inbox")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    mark_read(by=cast(User, request.user), now=timezone.now())
    return redirect("notifications:inbox")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End the news for whom this address was made, signed in or not.

    A mail program may POST here itself (RFC 8058), so there is no cookie to check: the signed
    address is the authority, and all it can do is end the news.
    """
    person = person_of(token)
    if person is None:
        raise Http404
    done = request.method == "POST"
    if done:
        consent.withdraw(person, timezone.now())
    if not request.user.is_authenticated:
        translation.activate(person.language)
        request.LANGUAGE_CODE = translation.get_language()
    answer = render(request, "notifications/unsubscribe.html", {"done": done})
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cache-Control"] = "no-store"
    return answer
