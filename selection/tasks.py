"""The worker's part of drawing lists."""

from celery import shared_task
from django.utils import timezone

from selection.domain import expiring, preparing, publishing


@shared_task(name="selection.commit_seeds", ignore_result=True)
def commit_seeds() -> int:
    """Commit the seeds of cohorts that have opened."""
    return preparing.commit_due(now=timezone.now())


@shared_task(name="selection.publish_due", ignore_result=True)
def publish_due() -> int:
    """Publish the lists whose instant has come."""
    return publishing.publish_due(now=timezone.now())


@shared_task(name="selection.expire_unanswered", ignore_result=True)
def expire_unanswered() -> int:
    """Let unanswered places lapse; seats that are free go to the next."""
    return expiring.expire_unanswered(now=timezone.now())


@shared_task(name="selection.remind_unanswered", ignore_result=True)
def remind_unanswered() -> int:
    """Remind who has not answered."""
    return expiring.remind_unanswered(now=timezone.now())


@shared_task(name="selection.close_reserves", ignore_result=True)
def close_reserves() -> int:
    """Tell those still on a reserve list that has ended."""
    return expiring.close_reserves(now=timezone.now())
