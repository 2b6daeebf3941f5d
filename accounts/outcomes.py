"""What became of a request, told to who asked. The room that writes letters registers how."""

from collections.abc import Callable
from datetime import datetime

from accounts.models import Approval

Tell = Callable[[Approval, datetime], None]
"""Tell who asked, in the transaction of the fact, what the state of the request is now."""

_tellers: dict[str, Tell] = {}


def register(name: str, tell: Tell) -> None:
    """Hear what becomes of requests; registering a name again replaces it."""
    _tellers[name] = tell


def tell_asker(approval: Approval, now: datetime) -> None:
    """Tell who asked what somebody else did about it; what they did themselves they know."""
    if approval.requested_by_id != (approval.ended_by_id or approval.decided_by_id):
        for tell in _tellers.values():
            tell(approval, now)
