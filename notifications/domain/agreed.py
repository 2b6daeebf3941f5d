"""What a second person has agreed to, when a worker comes to do it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.domain.approvals import VALID_FOR
from accounts.models import Approval


def why_not_agreed(*, kind: str, object_id: int, payload: dict[str, Any], now: datetime) -> str:
    """Why what was agreed to may not be done now; blank if it may.

    An agreement holds for three days from when it was given, so that no worker who was away for
    long sends what nobody thinks of any more.

    Args:
        payload: what the request would hold if it were asked for now.
    """
    requests = Approval.objects.filter(kind=kind, object_id=str(object_id))
    newest = requests.order_by("-pk").first()
    agreed = newest is not None and newest.state == Approval.State.APPROVED
    if newest is None or not agreed or newest.payload != payload:
        return _("The content has changed since approval was asked for.")
    if has_lapsed(newest, now):
        return _("A second person agreed to it more than three days ago. Write it again.")
    return ""


def has_lapsed(agreement: Approval, now: datetime) -> bool:
    """Whether it was given too long ago to be acted on."""
    return agreement.decided_at is None or agreement.decided_at + VALID_FOR <= now
