"""Whom to call: people whose mail comes back, with unread letters that ask them for something."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.errors import Refused
from accounts.web.staff import allowed
from notifications.domain.troubles import open_phone
from notifications.models import AddressTrouble
from notifications.queries import unreached
from notifications.rules import mends_messages
from notifications.web.staff.pages import staff_page

LIST = "admin:notifications_trouble_call"


def whom_to_call(request: HttpRequest) -> HttpResponse:
    """Everybody whom a letter that asks for something does not reach; no number yet."""
    allowed(request, mends_messages)
    context = {"rows": unreached(timezone.now())}
    return staff_page(request, "call", _("Whom to call"), context)


@never_cache
@require_POST
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """One number. That it was opened is on record."""
    person = allowed(request, mends_messages)
    trouble = get_object_or_404(AddressTrouble.objects.select_related("person"), pk=pk)
    now = timezone.now()
    try:
        number = open_phone(trouble_id=pk, by=person, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(LIST)
    letters = [row.letters for row in unreached(now) if row.trouble.person_id == trouble.person_id]
    context = {"trouble": trouble, "number": number, "letters": letters[0] if letters else []}
    return staff_page(request, "phone", _("A telephone number"), context)
