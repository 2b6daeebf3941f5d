"""The worker's part of telling people."""

from celery import shared_task
from django.utils import timezone

from notifications.domain import outbox


@shared_task(name="notifications.deliver_due", ignore_result=True)
def deliver_due() -> int:
    """Deliver what is due, batch by batch, until nothing is left; return how many went out."""
    sent = 0
    while ids := outbox.claim(now=timezone.now()):
        sent += outbox.deliver(message_ids=ids, now=timezone.now())
    return sent
