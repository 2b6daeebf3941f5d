"""Publishing a text that people accept: both languages as they will be read, then one button."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import Refused
from accounts.languages import Language
from accounts.web.staff import allowed
from applications.domain.texts import REQUIRED, in_force, people_asked_again, publish_text
from applications.models import LegalText
from applications.rules import writes_texts
from applications.web.staff.pages import staff_page
from applications.web.texts import said


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a draft as people will read it; posting publishes it."""
    person = allowed(request, writes_texts)
    text = get_object_or_404(LegalText, pk=pk)
    if request.method == "POST":
        try:
            publish_text(text_id=text.pk, by=person, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:applications_text_publish", text.pk)
        told = _("%(text)s is in force.") % {"text": text}
        messages.success(request, told)
        return redirect("admin:applications_legaltext_changelist")
    asks = text.asks_again and text.kind in REQUIRED and text.kind in in_force()
    context = {
        "text": text,
        "previews": [(code, label, _in(code, text)) for code, label in Language.choices],
        "complete": bool(text.text_en.strip() and text.text_zh.strip()),
        "asked_again": people_asked_again() if asks else 0,
    }
    return staff_page(request, "text_publish", str(text), context)


def _in(language: str, text: LegalText) -> str:
    with translation.override(language):
        missing = language == Language.TRADITIONAL_CHINESE and not text.text_zh
        return "" if missing else said(text)
