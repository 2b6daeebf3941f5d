"""What the pages of announcements and of corrections share: try again, drop, how one stands."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.errors import Refused
from accounts.models import User
from accounts.web.jobs import how_far
from accounts.web.staff import allowed, page_of
from notifications.domain.agreed import AGREED, ENDED, Hindrance, Life, Row, say, say_unreadable
from notifications.models import ONE_PERSON_DECIDES
from notifications.rules import mends_messages
from notifications.web.staff.pages import UNPROCESSABLE, ReasonForm, people_of_staff, staff_page


def address_of(life: Life[Any], page: str, pk: int | str) -> str:
    """A page of one: `change`, `send` or `drop`."""
    return reverse(f"admin:notifications_{life.name}_{page}", args=[pk])


def urls(
    life: Life[Any], view: Callable[..., Any], *, named: Callable[[Any], str]
) -> list[URLPattern]:
    """The addresses on which one is dropped, and tried again.

    Args:
        view: lets staff alone see a page.
        named: what a row is called.
    """
    known = {"life": life}
    return [
        path(f"<int:pk>/{page}/", view(shown), more, name=f"notifications_{life.name}_{page}")
        for page, shown, more in (
            ("drop", drop, known | {"named": named}),
            ("send", require_POST(send), known),
        )
    ]


def send(request: HttpRequest, pk: int, life: Life[Any]) -> HttpResponse:
    """Have a worker try again what a second person agreed to and could not be sent."""
    person = allowed(request, mends_messages)
    get_object_or_404(life.model, pk=pk)
    try:
        life.try_again(pk=pk, by=person, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(address_of(life, "change", pk))


def drop(
    request: HttpRequest, pk: int, life: Life[Any], named: Callable[[Any], str]
) -> HttpResponse:
    """Give it up before it is sent."""
    person = allowed(request, mends_messages)
    row = get_object_or_404(life.model, pk=pk)
    back = address_of(life, "change", pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            life.drop(pk=pk, by=person, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Dropped. Nobody gets it."))
        return redirect(back)
    context = {
        "row": row,
        "named": named(row),
        "form": form,
        "is_open": row.state not in ENDED,
        "back": back,
    }
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "drop", _("Drop it"), context, status=status)


def second_person(life: Life[Any], people: int, by: User) -> dict[str, Any]:
    """Whether a second person must agree to what goes to so many, and why nobody could."""
    needs = people > ONE_PERSON_DECIDES
    unread = needs and life.would_wait_for_nobody(by)
    return {
        "needs_second": needs,
        "unread": say_unreadable() if unread else "",
        "people_of_staff": people_of_staff(),
    }


def beside(life: Life[Row], row: Row, *, may_mend: bool) -> dict[str, Any]:
    """The bar of a sending, or why it was not sent or cannot be, and what can be done about it."""
    request_of = life.request_of(row.pk)
    why = life.hindrance(row, timezone.now())
    work = how_far(life.newest_work(row.pk)) if row.state == AGREED else {}
    again = may_mend and "ended" in work and why != Hindrance.LAPSED
    return {
        **work,
        "send_url": address_of(life, "send", row.pk) if again else "",
        "drop_url": address_of(life, "drop", row.pk) if may_mend and row.state not in ENDED else "",
        "approval_url": page_of(request_of) if request_of else "",
        "hindrance": say(why) if why else "",
        "people_of_staff": people_of_staff() if may_mend and why == Hindrance.UNREADABLE else "",
    }
