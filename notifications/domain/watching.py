"""Fill the outbox with thousands of letters while somebody watches."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext as _

from accounts.domain.jobs import Tell
from notifications.domain.outbox import Telling, queue

AT_A_TIME = 500


def queue_watched(tellings: Iterable[Telling], *, total: int, now: datetime, tell: Tell) -> None:
    """Queue them part by part, and say after each how far it is.

    Call inside the transaction that makes the fact true: all are queued, or none.
    """
    rest, done = iter(tellings), 0
    while part := list(islice(rest, AT_A_TIME)):
        queue(part, now=now)
        done += len(part)
        tell(done, total, _("Writing the letters"))
