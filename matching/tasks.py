"""The clock's part of matching."""

from celery import shared_task
from django.utils import timezone

from matching.domain import offers


@shared_task(name="matching.expire_offers", ignore_result=True)
def expire_offers() -> int:
    """End the offers that nobody answered in time; return how many."""
    return offers.expire_offers(now=timezone.now())
