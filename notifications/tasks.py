"""The worker's part of telling people."""

from contextlib import suppress

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from notifications.domain import answering, delivery

CHUNKS = 50


@shared_task(name="notifications.deliver_due", ignore_result=True)
def deliver_due() -> int:
    """Deliver what is due over one connection, for some seconds; return how many went out.

    Where there is more than a handful, another worker is asked to help, and at the end to go on.
    """
    sent = 0
    with delivery.Carrier() as carrier:
        for number in range(CHUNKS):
            if carrier.is_tired:
                break
            ids = delivery.claim(now=timezone.now())
            if not ids:
                return sent
            if number == 0 and len(ids) == delivery.CHUNK:
                _ask_another()
            sent += delivery.deliver(message_ids=ids, now=timezone.now(), carrier=carrier)
    return sent


@shared_task(name="notifications.tell_lapsed", ignore_result=True)
def tell_lapsed() -> int:
    return answering.tell_lapsed(now=timezone.now())


def _ask_another() -> None:
    """The queue may be away; what this worker has claimed leaves all the same."""
    with suppress(OperationalError):
        deliver_due.delay()
