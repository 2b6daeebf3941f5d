"""The privacy notice: the version in force, and every earlier one for whoever accepted it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from applications.domain.texts import as_html, in_force
from applications.models import LegalText, Programme

NOTICE = LegalText.Kind.PRIVACY_NOTICE


def notice_context(contact: str | None = None) -> dict[str, Any]:
    """The notice in force in the reader's language, for `privacy/in_short.html`.

    Args:
        contact: the address to write to; None for the programme's.
    """
    notice = in_force().get(NOTICE)
    return {
        "notice_text": said(notice, contact) if notice else "",
        "notice_version": notice.version if notice else "",
    }


def said(text: LegalText, contact: str | None = None) -> str:
    """A text in the reader's language, with the programme's address in it."""
    if contact is None:
        programme = Programme.objects.order_by("pk").first()
        contact = programme.contact_email if programme else ""
    return as_html(text, contact=contact)


def privacy(request: HttpRequest, version: str | None = None) -> HttpResponse:
    """The notice that the law asks for, open to everybody; a version by its name, else today's."""
    published = LegalText.objects.filter(kind=NOTICE, published_at__isnull=False)
    newest = in_force().get(NOTICE)
    shown = get_object_or_404(published, version=version) if version else newest
    context = {
        "notice": shown,
        "notice_text": said(shown) if shown else "",
        "is_newest": shown == newest,
        "others": [text for text in published if text != shown],
    }
    return render(request, "privacy/notice.html", context)
