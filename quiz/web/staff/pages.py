"""What the staff pages of this room share."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rules import Predicate

from accounts.models import User

UNPROCESSABLE = 422


def allowed(request: HttpRequest, rule: Predicate) -> User:
    """The member of staff who asks, if the rule holds for them."""
    if not (isinstance(request.user, User) and rule(request.user)):
        raise PermissionDenied
    return request.user


def staff_page(
    request: HttpRequest, name: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    whole = admin.site.each_context(request) | {"title": title} | context
    return render(request, f"admin/quiz/{name}.html", whole, status=status)
