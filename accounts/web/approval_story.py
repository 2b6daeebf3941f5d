"""What has become of a request: which of its states it is in, and who did what was approved."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts import approvable
from accounts.domain.approvals import counts, has_happened, is_newest
from accounts.models import Approval, AuditEvent

VOIDED = "void-approval"


class Phase(StrEnum):
    """Where a request is; each has its own words on the page (`accounts/staff/story.html`)."""

    OPEN = "open"
    DONE = "done"  # with the approval
    WORKED = "worked"  # a worker does it, or has
    HAPPENED = "happened"  # somebody acted on the approval
    COUNTS = "counts"
    UNUSED = "unused"
    OVERTAKEN = "overtaken"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    TAKEN_BACK = "taken-back"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Story:
    """What the page says besides what is stored with the request.

    Attributes:
        deed: who did what was approved, where the trail has it.
        voided: who made the request void.
    """

    phase: Phase
    deed: AuditEvent | None = None
    voided: AuditEvent | None = None


def story_of(approval: Approval, now: datetime) -> Story:
    """Where a request is at an instant, and by whose act."""
    if approval.has_lapsed(now):
        return Story(Phase.LAPSED)
    match approval.state:
        case Approval.State.REQUESTED:
            return Story(Phase.OPEN)
        case Approval.State.APPROVED:
            return _approved(approval, now)
        case Approval.State.VOID:
            label = Approval._meta.label_lower
            return Story(Phase.VOID, voided=_newest_event(label, str(approval.pk), VOIDED))
        case ended:
            return Story(Phase(ended))


def _approved(approval: Approval, now: datetime) -> Story:
    kind = approvable.known(approval.kind)
    if kind.carry_out is not None:
        return Story(Phase.WORKED if kind.work(approval) else Phase.DONE)
    if not is_newest(approval):
        return Story(Phase.OVERTAKEN)
    if has_happened(approval):
        if kind.deed is None:
            return Story(Phase.DONE)
        label, verb = kind.deed
        return Story(Phase.HAPPENED, deed=_newest_event(label, approval.object_id, verb))
    if counts(approval, now):
        return Story(Phase.COUNTS)
    return Story(Phase.UNUSED if approval.expires_at <= now else Phase.OVERTAKEN)


def _newest_event(object_type: str, object_id: str, verb: str) -> AuditEvent | None:
    events = AuditEvent.objects.filter(object_type=object_type, object_id=object_id, verb=verb)
    return events.select_related("actor").order_by("-pk").first()
