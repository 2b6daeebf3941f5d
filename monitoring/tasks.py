"""The worker's part of counting."""

from celery import shared_task
from django.utils import timezone

from monitoring.domain import counting, forgetting


@shared_task(name="monitoring.count_due", ignore_result=True)
def count_due() -> int:
    """Count the lists that have been out for a day, then delete the answers that no list needs."""
    counted = counting.count_due(now=timezone.now())
    forgetting.forget_answers(now=timezone.now())
    return counted
