"""The address to which the page of the quiz reports what it notices besides answers.

It answers 204 whatever it makes of a report that it could read: a page that is told nothing has
nothing to depend on, and a browser that reports nothing misses nothing.
"""

import json
from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.web.addresses import address_of
from quiz.domain.noticing import note_origin, note_reports
from quiz.domain.saving import takes_answers
from quiz.rules import attempts_for
from quiz.signals import Report, Unreadable, read_reports

MAX_BYTES = 4 * 1024


@never_cache
@require_POST
def notice(request: HttpRequest, reference: str) -> HttpResponse:
    """Count a batch. Status 400 for what is no batch, 404 for what is not one's own."""
    person = cast(User, request.user)  # somebody who is not signed in has no attempts
    attempt = attempts_for(person).filter(application__reference=reference).first()
    if attempt is None:
        return JsonResponse({"message": _("There is no quiz of yours here.")}, status=404)
    try:
        reports = _read(request)
    except Unreadable as fault:
        message = _("This could not be read as a report, so nothing of it was kept.")
        return JsonResponse({"message": message, "detail": str(fault)}, status=400)
    now = timezone.now()
    if takes_answers(attempt, now):
        device = request.headers.get("User-Agent", "")
        note_origin(attempt_id=attempt.pk, address=address_of(request), device=device, now=now)
        note_reports(attempt_id=attempt.pk, reports=reports, now=now)
    return HttpResponse(status=204)


def _read(request: HttpRequest) -> list[Report]:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MAX_BYTES:
        raise Unreadable(f"the body is larger than {MAX_BYTES} bytes")
    try:
        body = json.loads(request.POST.get("noticed", ""))
    except (ValueError, RecursionError) as error:
        raise Unreadable("the body is not JSON") from error
    return read_reports(body)
