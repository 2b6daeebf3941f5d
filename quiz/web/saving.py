"""The address to which the page sends answers as they are given."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from quiz.answers import Malformed, SavedAnswer, read_saves
from quiz.domain.sitting import Receipt, Saved, SaveResult, save_answers
from quiz.rules import attempts_for

MAX_BYTES = 64 * 1024


@never_cache
@require_POST
def save(request: HttpRequest, reference: str) -> JsonResponse:
    """Save a batch and say what became of each answer, and how much time is left.

    Status 400 for a body that is no batch, 401 when signed out, 404 for what is not one's own,
    409 when the attempt takes no more answers.
    """
    if not request.user.is_authenticated:
        message = _("You are signed out. Sign in in another window; your answers are kept here.")
        return JsonResponse({"message": message}, status=401)
    attempt_id = (
        attempts_for(request.user)
        .filter(application__reference=reference)
        .order_by()
        .values_list("pk", flat=True)
        .first()
    )
    if attempt_id is None:
        return JsonResponse({"message": _("There is no quiz of yours here.")}, status=404)
    try:
        answers = read_batch(request)
    except Malformed as fault:
        message = _("This could not be read as answers, so nothing of it was saved.")
        return JsonResponse({"message": message, "detail": str(fault)}, status=400)
    now = timezone.now()
    receipt = save_answers(attempt_id=attempt_id, answers=answers, now=now)
    return say_receipt(receipt, now)


def say_receipt(receipt: Receipt, now: datetime) -> JsonResponse:
    """What became of each answer; status 409 when no more are taken."""
    body: dict[str, Any] = {
        "results": [_say(result) for result in receipt.results],
        "remaining": int(receipt.remaining.total_seconds() * 1000),
        "now": int(now.timestamp() * 1000),
    }
    if receipt.open:
        return JsonResponse(body)
    body["message"] = _("Your time is over. What was saved until then is kept and counts.")
    return JsonResponse(body, status=409)


def read_batch(request: HttpRequest) -> list[SavedAnswer]:
    """The answers that a page sends.

    Raises:
        Malformed: the body is no batch, or too large.
    """
    if request.content_type != "application/json":
        raise Malformed("the body is not application/json")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MAX_BYTES:
        raise Malformed(f"the body is larger than {MAX_BYTES} bytes")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON") from error
    return read_saves(body)


def _say(result: SaveResult) -> dict[str, Any]:
    said: dict[str, Any] = {"position": result.position, "state": result.state.value}
    if result.state == Saved.STALE:
        said |= {"sequence": result.sequence, "answer": result.answer}
    return said
