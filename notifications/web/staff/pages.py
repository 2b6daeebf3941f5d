"""What the staff pages of this room share."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

UNPROCESSABLE = 422


class ReasonForm(forms.Form):
    """Why. It is kept with what was done."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        help_text=_("It stays in the record."),
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )


def staff_page(
    request: HttpRequest, name: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of this room inside the staff site."""
    whole = admin.site.each_context(request) | {"title": title} | context
    return render(request, f"notifications/staff/{name}.html", whole, status=status)


def numbers_in(text: str, most: int) -> list[int]:
    """The ids that an address or a form names; what is none is left out."""
    parts = (part.strip() for part in text.split(",")[:most])
    return [int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) < 19]


def people_of_staff() -> str:
    """The list of who works here; what each of them reads is recorded on their page."""
    return reverse("admin:accounts_user_changelist") + "?is_staff__exact=1"
