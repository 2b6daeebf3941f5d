"""Whether anybody is there to do long work. The front door knows and tells this floor."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LONG = timedelta(minutes=1)

_ways_to_ask: list[Callable[[], bool]] = []


def register(worker_is_away: Callable[[], bool]) -> None:
    """Let it be asked whether no worker has been at work for longer than one is ever silent."""
    _ways_to_ask[:] = [worker_is_away]


def why_it_stands_still(since: datetime, now: datetime, *, begun: bool) -> str:
    """Say why work has not moved on for long, and what becomes of it; blank if it may have.

    Args:
        since: when it was asked for or, if `begun`, when it began.
    """
    waited = now - since
    if waited < LONG:
        return ""
    if any(is_away() for is_away in _ways_to_ask):
        return _(
            "No worker is running, so this does not go on at present. It is kept and goes on by "
            "itself when one runs again. Tell whoever looks after the program."
        )
    if begun:
        return ""
    minutes = waited // timedelta(minutes=1)
    return ngettext(
        "It has waited for %(n)d minute: all workers are busy. It is kept and begins by itself.",
        "It has waited for %(n)d minutes: all workers are busy. It is kept and begins by itself.",
        minutes,
    ) % {"n": minutes}
