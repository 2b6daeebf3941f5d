"""A person reads what they were told."""

from datetime import datetime
from uuid import UUID

from accounts.models import User
from notifications.models import Message
from notifications.queries import shown_to


def mark_read(*, by: User, now: datetime, message: UUID | None = None) -> int:
    """Mark one message of this person as read, or all; return how many were unread.

    Opening a page changes nothing: it may be a preview, or staff who look at the site as this
    person. Only a POST calls this.
    """
    unread = shown_to(by, now).filter(read_at=None)
    if message is not None:
        unread = unread.filter(uuid=message)
    return Message.objects.filter(pk__in=unread.values("pk")).update(read_at=now)
