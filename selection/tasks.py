"""The worker's part of drawing lists."""

from celery import shared_task
from django.utils import timezone

from selection.domain import expiring, publishing


@shared_task(name="selection.publish_due", ignore_result=True)
def publish_due() -> int:
    """Publish the lists whose instant has come."""
    return publishing.publish_due(now=timezone.now())


@shared_task(name="selection.expire_unanswered", ignore_result=True)
def expire_unanswered() -> int:
    """Let time do its part: seats that are free go to the next, then reminders and closed lists."""
    freed = expiring.expire_unanswered(now=timezone.now())
    expiring.remind_unanswered(now=timezone.now())
    expiring.close_reserves(now=timezone.now())
    return freed
