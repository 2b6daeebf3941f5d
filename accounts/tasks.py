"""What the clock does on the ground floor."""

from celery import shared_task

from accounts.domain.sealing import seal_recent


@shared_task(name="accounts.seal_trail")
def seal_trail() -> int:
    return seal_recent()
