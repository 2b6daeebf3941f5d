"""What every page of ours in the staff site does: ask who reads, call a verb, say its outcome."""

from collections.abc import Callable
from typing import Any

import rules
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts.errors import Refused
from quiz.rules import manages_quizzes


def require(request: HttpRequest, may: rules.Predicate) -> None:
    """Stop whoever may not.

    Raises:
        PermissionDenied: answered with 403.
    """
    if not may(request.user):
        raise PermissionDenied


def show(request: HttpRequest, template: str, *, title: str, **context: Any) -> HttpResponse:
    common = {
        **admin.site.each_context(request),
        "title": title,
        "may_manage": manages_quizzes(request.user),
    }
    return TemplateResponse(request, template, common | context)


def act(request: HttpRequest, done: str, verb: Callable[..., Any], **arguments: Any) -> Any:
    """Call a verb as the person who asks and tell its outcome; None if it refused."""
    try:
        result = verb(**arguments, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return None
    messages.success(request, done)
    return result
