"""Two-person approval, for any app: ask, decide, and check what was agreed to.

The content is named by its digest. Who changes the content changes the digest, and the approval no
longer counts.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import Approval, User

VALID_FOR = timedelta(hours=72)


class UnableToApprove(Refused):
    """The approval cannot be asked for or given; the message says why."""


def request_approval(
    *, kind: str, object_id: int | str, digest: str, by: User, now: datetime
) -> Approval:
    """Ask a second person. Asking again for the same content returns the open request."""
    with transaction.atomic():
        open_requests = Approval.objects.select_for_update().filter(
            kind=kind, object_id=str(object_id), state=Approval.State.REQUESTED
        )
        for request in open_requests:
            if request.digest == digest and request.expires_at > now:
                return request
            request.state = Approval.State.VOID
            request.save(update_fields=["state"])
        approval = Approval.objects.create(
            kind=kind,
            object_id=str(object_id),
            digest=digest,
            requested_by=by,
            requested_at=now,
            expires_at=now + VALID_FOR,
        )
        audit.record(approval, "request-approval", by=by, now=now, after={"digest": digest})
        return approval


def decide(
    *, approval_id: int, approve: bool, digest: str, by: User, now: datetime, reason: str = ""
) -> Approval:
    """Approve or refuse what was asked.

    Args:
        digest: of the content as the second person saw it.

    Raises:
        UnableToApprove: decided already, lapsed, asked by the same person, or changed since.
    """
    with transaction.atomic():
        approval = Approval.objects.select_for_update().get(pk=approval_id)
        if approval.state != Approval.State.REQUESTED:
            raise UnableToApprove(_("This request has been decided already."))
        if approval.requested_by_id == by.pk:
            raise UnableToApprove(_("The person who asked cannot approve."))
        if approval.expires_at <= now:
            raise UnableToApprove(_("This request has lapsed. Ask again."))
        if approval.digest != digest:
            raise UnableToApprove(_("The content has changed since approval was asked for."))
        approval.state = Approval.State.APPROVED if approve else Approval.State.REFUSED
        approval.decided_by, approval.decided_at, approval.reason = by, now, reason
        approval.save()
        audit.record(
            approval, approval.state, by=by, now=now, after={"digest": digest}, reason=reason
        )
        return approval


def is_approved(*, kind: str, object_id: int | str, digest: str, now: datetime) -> bool:
    """Whether a second person has approved exactly this content, not too long ago."""
    return Approval.objects.filter(
        kind=kind,
        object_id=str(object_id),
        digest=digest,
        state=Approval.State.APPROVED,
        expires_at__gt=now,
    ).exists()
