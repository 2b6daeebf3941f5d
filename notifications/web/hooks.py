"""Where the mail service tells what became of our mail (django-anymail reads its many dialects).

The service shows the secret of `EMAIL_HOOK_SECRET`; without one in the settings there is no such
page, and a call with another secret is refused before anything is read.
"""

import logging
from typing import Any

from anymail.exceptions import AnymailError
from anymail.signals import EventType, tracking
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from notifications.domain.troubles import note_trouble
from notifications.models import AddressTrouble
from notifications.returning import named_in

log = logging.getLogger("dtt.mail")
# Those whose calls prove themselves by the secret alone.
SERVICES = {
    "brevo": BrevoTrackingWebhookView,
    "mailjet": MailjetTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "sparkpost": SparkPostTrackingWebhookView,
}
KINDS = {
    EventType.BOUNCED: AddressTrouble.Kind.BOUNCED,
    EventType.REJECTED: AddressTrouble.Kind.BOUNCED,
    EventType.COMPLAINED: AddressTrouble.Kind.COMPLAINED,
}


@csrf_exempt
def mail_hook(request: HttpRequest, service: str) -> HttpResponse:
    """Hear one call of the mail service."""
    view = SERVICES.get(service)
    if view is None or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    try:
        answer: HttpResponse = view.as_view()(request)
    except SuspiciousOperation:
        raise
    except (AnymailError, ValueError, LookupError, TypeError, AttributeError) as error:
        log.warning("a call of %s could not be read: %s", service, type(error).__name__)
        return HttpResponseBadRequest()
    return answer


@receiver(tracking, dispatch_uid="notifications.hear")
def hear(sender: Any, event: Any, esp_name: str, **_more: Any) -> None:
    """Write down mail that came back; everything else that services tell is of no use here."""
    kind = KINDS.get(event.event_type)
    if kind is None or not event.recipient:
        return
    said = " – ".join(
        str(part) for part in (event.reject_reason, event.description, event.mta_response) if part
    )
    note_trouble(
        address=str(event.recipient),
        kind=kind,
        detail=f"{esp_name}: {said}",
        named=named_in([event.message_id, event.metadata, event.esp_event]),
        now=timezone.now(),
    )
