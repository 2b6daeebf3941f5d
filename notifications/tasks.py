"""The worker's part of telling people."""

from celery import shared_task
from django.utils import timezone

from notifications.domain import outbox


@shared_task(name="notifications.deliver_due", ignore_result=True)
def deliver_due() -> int:
    """Deliver one batch of what is due, and ask for the next one; return how many went out."""
    ids = outbox.claim(now=timezone.now())
    if len(ids) == outbox.BATCH:
        deliver_due.delay()
    return outbox.deliver(message_ids=ids, now=timezone.now()) if ids else 0
