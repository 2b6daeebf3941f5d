"""What the staff pages of this room share."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.errors import Refused

UNPROCESSABLE = 422

Act = Callable[[dict[str, Any], datetime], str]
"""Call a verb with what a form says, and say what was done."""


def staff_page(
    request: HttpRequest, name: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    whole = admin.site.each_context(request) | {"title": title} | context
    return render(request, f"applications/staff/{name}.html", whole, status=status)


def ask_first(
    request: HttpRequest,
    form: forms.Form,
    act: Act,
    back: str,
    title: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Show what will happen; do it when it is confirmed, or show why it cannot be done."""
    if form.is_bound and form.is_valid():
        try:
            said = act(form.cleaned_data, timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said)
            return redirect(back)
    status = UNPROCESSABLE if form.errors else 200
    whole = {"form": form, "back": back, **context}
    return staff_page(request, "verb", title, whole, status=status)
