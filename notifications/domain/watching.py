"""Fill the outbox with thousands of letters while somebody watches."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext as _

from accounts.domain.jobs import Tell
from notifications.domain.outbox import Telling, queue
from notifications.texts import Shelf

AT_A_TIME = 500


def queue_watched(
    tellings: Iterable[Telling], *, kind: str, total: int, now: datetime, tell: Tell
) -> None:
    """Queue them part by part, and say after each how far it is.

    All are written by the text that is in force when it begins: one that comes into use between
    two parts changes none.

    Call inside the transaction that makes the fact true: all are queued, or none.

    Args:
        kind: of all of them.
    """
    shelf = Shelf({kind})
    rest, done = iter(tellings), 0
    while part := list(islice(rest, AT_A_TIME)):
        queue(part, now=now, shelf=shelf)
        done += len(part)
        tell(done, total, _("Writing the letters"))
