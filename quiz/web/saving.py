"""The address to which the page sends answers as they are given, and asks how much time is left.

Requests with a pass are answered by `AutosaveMiddleware` before sessions, cookies and people are
looked at; those without one come through the whole site, as the person of the session.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import User
from quiz.answers import MAX_TEXT, Malformed, Reason, Unreadable, read_saves
from quiz.domain.saving import (
    NoLongerValid,
    NotTakingPart,
    Receipt,
    Saved,
    SaveResult,
    save_answers,
)
from quiz.models import Attempt
from quiz.rules import attempts_for
from quiz.web import passes

logger = logging.getLogger(__name__)
MAX_BYTES = 64 * 1024
ADDRESS = re.compile(r"^/quiz/(?P<reference>[-a-zA-Z0-9_]+)/save$")
WRITER = re.compile(r"^[0-9a-f]{8,32}$")
NOTHING_ELSE = "default-src 'none'; frame-ancestors 'none'"


class AutosaveMiddleware:
    """Answer a save that carries a pass at once: one statement, and nothing of the session.

    It stands behind Django's security middleware, which sets its headers on the answer, and checks
    the host itself as the middleware that it goes before would.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        text = request.META.get("HTTP_X_ATTEMPT_PASS")
        if text is None or request.method != "POST":
            return self.get_response(request)
        found = ADDRESS.match(request.path_info)
        if found is None:
            return self.get_response(request)
        request.get_host()  # refuses a host that is not ours
        answer = _with_pass(request, text, found["reference"])
        answer.headers["Content-Length"] = str(len(answer.content))
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Frame-Options"] = settings.X_FRAME_OPTIONS
        answer.headers["Content-Security-Policy"] = NOTHING_ELSE
        return answer


def _with_pass(request: HttpRequest, text: str, reference: str) -> HttpResponse:
    try:
        ticket = passes.read(text, reference)
        return _twice(lambda: answer_save(request, ticket.attempt_id, seal=ticket.seal))
    except NotTakingPart:
        with _language_of(request):
            return not_yours()
    except (passes.NotAPass, NoLongerValid, Attempt.DoesNotExist):
        with _language_of(request):
            return signed_out()
    except (InterfaceError, OperationalError) as error:
        logger.warning("an autosave found no database: %s", error)
        # No message: the page itself says how many answers it keeps, and sends them again.
        return JsonResponse({}, status=503, headers={"Retry-After": "2"})


def _twice(save: Callable[[], HttpResponse]) -> HttpResponse:
    """Save, and once more on a new connection if the database had dropped this one.

    So no statement is spent on asking first whether the connection is alive. To do it twice is
    safe: an answer that was written already is told as saved.
    """
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return save()
    except (InterfaceError, OperationalError):
        connection.close()
        return save()


@never_cache
@require_POST
def save(request: HttpRequest, reference: str) -> HttpResponse:
    """Save a batch as the person of the session.

    Status 400 for a body that is no batch, 401 when signed out, 404 for what is not one's own,
    409 when the attempt takes no more answers, 423 while its clock stands still.
    """
    if not request.user.is_authenticated:
        return signed_out()
    attempt_id = own_attempt_id(request.user, reference)
    if attempt_id is None:
        return not_yours()
    return answer_save(request, attempt_id)


@never_cache
def new_pass(request: HttpRequest, reference: str) -> JsonResponse:
    """A pass for a page whose own is no longer valid, after its person has signed in again."""
    if not isinstance(request.user, User):
        return signed_out()
    attempt = attempts_for(request.user).filter(application__reference=reference).first()
    if attempt is None or not attempt.is_open:
        return not_yours()
    return JsonResponse({"pass": passes.issue(attempt, reference, request.user)})


def own_attempt_id(user: Any, reference: str) -> int | None:
    """The attempt of this person at this address."""
    mine = attempts_for(user).filter(application__reference=reference).order_by()
    return mine.values_list("pk", flat=True).first()


def answer_save(request: HttpRequest, attempt_id: int, *, seal: str | None = None) -> HttpResponse:
    """Save what the body holds and say what became of each answer, and how much time is left."""
    try:
        body = read_body(request)
        batch = read_saves(body)
    except Malformed as fault:
        with _language_of(request):
            message = _("This could not be read as answers, so nothing of it was saved.")
        return JsonResponse({"message": message, "detail": str(fault)}, status=400)
    now = timezone.now()
    receipt = save_answers(
        attempt_id=attempt_id,
        answers=batch.saves,
        now=now,
        seal=seal,
        writer=_writer(body),
        takes_over=body.get("here") is True,
    )
    return say_receipt(request, receipt, now, batch.unreadable)


def say_receipt(
    request: HttpRequest, receipt: Receipt, now: datetime, unreadable: Iterable[Unreadable] = ()
) -> HttpResponse:
    """What became of each answer, and how much time is left."""
    results = [*receipt.results, *map(refused, unreadable)]
    with _language_of(request):
        told = [_say(result) for result in results]
    said: dict[str, Any] = {
        "results": told,
        "remaining": int(receipt.remaining.total_seconds() * 1000),
        "now": int(now.timestamp() * 1000),
    }
    if receipt.elsewhere:
        said["elsewhere"] = True
    if receipt.open and not receipt.paused:
        return HttpResponse(json.dumps(said), content_type="application/json")
    with _language_of(request):
        said["message"] = _why_not(receipt)
    return JsonResponse(said, status=423 if receipt.open else 409)


def refused(fault: Unreadable) -> SaveResult:
    return SaveResult(fault.position, Saved.REFUSED, reason=fault.reason)


def say_reason(reason: Reason) -> str:
    """Why an answer cannot be saved, and what its person can do about it."""
    match reason:
        case Reason.CHARACTER:
            return _("It has a character that cannot be stored. Delete it and write it anew.")
        case Reason.TOO_LONG:
            return _("It has more than %(most)d characters. Shorten it.") % {"most": MAX_TEXT}
        case Reason.UNREADABLE:
            return _("This could not be read as an answer. Choose again.")
        case Reason.KIND:
            return _("This is not the kind of answer that the question asks for. Answer again.")
        case Reason.AHEAD:
            return _("It is dated later than our clock. Change it once more.")
        case Reason.NOWHERE:
            return _("Your paper has no such question.")


def not_yours() -> JsonResponse:
    return JsonResponse({"message": _("There is no quiz of yours here.")}, status=404)


def signed_out() -> JsonResponse:
    message = _("You are signed out. Sign in in another window; your answers are kept here.")
    return JsonResponse({"message": message}, status=401)


def _why_not(receipt: Receipt) -> str:
    if receipt.open:
        return _("The clock stands still. Your answers are kept here and sent when you go on.")
    return _("Your time is over. What was saved until then is kept and counts.")


def _language_of(request: HttpRequest) -> translation.override:
    """The language of this browser, where no middleware has chosen one."""
    chosen = getattr(request, "LANGUAGE_CODE", None)
    return translation.override(chosen or translation.get_language_from_request(request))


def _writer(body: dict[str, Any]) -> str:
    name = body.get("page")
    return name if isinstance(name, str) and WRITER.match(name) else ""


def read_body(request: HttpRequest) -> dict[str, Any]:
    """What a page sends.

    Raises:
        Malformed: the body is not a JSON object, or too large.
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
    if not isinstance(body, dict):
        raise Malformed("the body is not an object")
    return body


def _say(result: SaveResult) -> dict[str, Any]:
    said: dict[str, Any] = {"position": result.position, "state": result.state.value}
    if result.state == Saved.STALE:
        said |= {"sequence": result.sequence, "answer": result.answer}
    if result.reason is not None:
        said |= {"reason": result.reason.value, "message": say_reason(result.reason)}
    return said
