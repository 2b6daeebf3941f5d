"""What the staff pages of the ground floor share."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from rules import Predicate

from accounts import approvable
from accounts.models import Approval, User
from accounts.rules import reads_trail

LINK = "text-primary-600 underline dark:text-primary-500"


def kind_of(approval: Approval) -> str:
    """What is asked for, in the reader's language; a kind without words says its own name."""
    return str(approvable.known(approval.kind).title)


def page_of(approval: Approval) -> str:
    """The page on which a request is decided: its kind's own, or the general one."""
    own = approvable.known(approval.kind).page
    if own:
        return reverse(own, args=[approval.object_id])
    return reverse("admin:accounts_approval_change", args=[approval.pk])


def shows_history(request: HttpRequest) -> bool:
    """History is the audit trail, and not everybody who looks at a row may read that."""
    return bool(reads_trail(request.user))


def allowed(request: HttpRequest, rule: Predicate) -> User:
    """The member of staff who asks, if the rule holds for them."""
    if not (isinstance(request.user, User) and rule(request.user)):
        raise PermissionDenied
    return request.user


def staff_page(
    request: HttpRequest, name: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of our own inside the staff site."""
    whole = admin.site.each_context(request) | {"title": title} | context
    return render(request, f"accounts/staff/{name}.html", whole, status=status)
