"""Two-person approval, for any app: ask, decide, and check what was agreed to.

The content is named by its digest. Who changes the content changes the digest, and the approval no
longer counts. What is asked for either lies elsewhere (a list, a match: the app hands its digest)
or in the request itself, as its payload (`digest_of`).
"""

import hashlib
import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts import approvable, outcomes
from accounts.domain import audit
from accounts.domain.deciding import why_not_theirs, why_unconfirmed
from accounts.errors import Refused
from accounts.models import Approval, User

VALID_FOR = timedelta(hours=72)


class UnableToApprove(Refused):
    """The approval cannot be asked for or given; the message says why."""


class UnableToEnd(Refused):
    """The request or the approval stays as it is; the message says why."""


def digest_of(payload: dict[str, Any]) -> str:
    """SHA-256, in hexadecimal, over a payload of plain JSON."""
    text = json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def request_approval(
    *,
    kind: str,
    object_id: int | str,
    digest: str = "",
    payload: dict[str, Any] | None = None,
    by: User,
    now: datetime,
    reason: str = "",
) -> Approval:
    """Ask a second person. Asking again for the same content returns the open request.

    So does asking for what has been approved and waits to be acted on. Any other request takes the
    place of the one before it, which no longer counts, decided or not; one that has lapsed is
    cleared.

    Args:
        digest: of the content. Left out where `payload` is the content: it has its own.
        payload: plain JSON without fractions, kept with the request.
        reason: why it is asked for, kept in the trail.
    """
    if payload:
        if digest not in ("", digest_of(payload)):
            raise ValueError("the digest of a payload is digest_of(payload)")
        digest = digest_of(payload)
    with transaction.atomic():
        one_at_a_time(kind, str(object_id))
        open_requests = Approval.objects.select_for_update().filter(
            kind=kind, object_id=str(object_id), state=Approval.State.REQUESTED
        )
        for request in open_requests:
            if request.has_lapsed(now):
                _lapse(request, by=by, now=now)
                continue
            if request.digest == digest:
                return request
            _void(request, by=by, now=now)
        approved = _standing(kind, str(object_id), digest, now)
        if approved and approvable.known(kind).carry_out is None:
            return approved  # else it did then what was asked, and this asks for it anew
        approval = Approval.objects.create(
            kind=kind,
            object_id=str(object_id),
            payload=payload or {},
            digest=digest,
            requested_by=by,
            requested_at=now,
            expires_at=now + VALID_FOR,
        )
        audit.record(
            approval,
            "request-approval",
            by=by,
            now=now,
            after={"kind": kind, "object": str(object_id), "digest": digest},
            reason=reason,
        )
        return approval


def decide(
    *,
    approval_id: int,
    approve: bool,
    digest: str,
    by: User,
    now: datetime,
    reason: str = "",
    confirmed: Collection[str] = (),
) -> Approval:
    """Approve or refuse what was asked; an approval of some kinds does it at once.

    Args:
        digest: of the content as the second person saw it.
        confirmed: what they said of it, by the names of the kind's `confirms`.

    Raises:
        UnableToApprove: decided already, given up, lapsed, asked by the same person, not theirs to
            decide, changed since, or not confirmed in all its parts. A request whose own payload
            was changed is void from then on.
        Refused: what was agreed to can no longer be done; the request stays open.
    """
    with transaction.atomic():
        approval = Approval.objects.select_for_update().get(pk=approval_id)
        if approval.has_lapsed(now):
            raise UnableToApprove(_say_lapsed(approval))
        if approval.decided_by_id is not None:
            raise UnableToApprove(_("This request has been decided already."))
        if approval.state != Approval.State.REQUESTED:
            raise UnableToApprove(_("This request was given up. Nobody decides on it any more."))
        if approval.requested_by_id == by.pk:
            raise UnableToApprove(_("The person who asked cannot approve."))
        if why := why_not_theirs(approval.kind, by):
            raise UnableToApprove(why)
        altered = not _payload_is_whole(approval)
        if altered:
            _void(approval, by=by, now=now)
        elif approval.digest != digest:
            raise UnableToApprove(_("The content has changed since approval was asked for."))
        else:
            if approve and (why := why_unconfirmed(approval.kind, confirmed)):
                raise UnableToApprove(why)
            _decide(approval, approve=approve, by=by, now=now, reason=reason)
    if altered:  # said only here, so that the request stays void
        raise UnableToApprove(_("The content has changed since approval was asked for."))
    return approval


def withdraw_request(*, approval_id: int, by: User, now: datetime, reason: str = "") -> Approval:
    """Give up what one has asked for, as long as nobody has decided.

    Raises:
        UnableToEnd: somebody else asked, or it does not wait any more.
    """
    with transaction.atomic():
        approval = _held(approval_id)
        if approval.requested_by_id != by.pk:
            raise UnableToEnd(_("Only the person who asked can withdraw a request."))
        if approval.state != Approval.State.REQUESTED:
            raise UnableToEnd(_("This request does not wait any more, so nothing was withdrawn."))
        _end(approval, Approval.State.WITHDRAWN, by=by, now=now, reason=reason.strip())
        _give_up(approval, by=by, now=now)
        return approval


def clear_lapsed(*, approval_id: int, by: User, now: datetime) -> Approval:
    """Take a request on which nobody decided in time away from what waits. Twice changes nothing.

    Raises:
        UnableToEnd: it has not lapsed.
    """
    with transaction.atomic():
        approval = _held(approval_id)
        if not approval.has_lapsed(now):
            raise UnableToEnd(_("This request has not lapsed."))
        if approval.state == Approval.State.REQUESTED:
            _lapse(approval, by=by, now=now)
            _give_up(approval, by=by, now=now)
        return approval


def take_back(*, approval_id: int, reason: str, by: User, now: datetime) -> Approval:
    """Take one's own approval back, as long as what was approved has not happened.

    What the request is about is locked first, as by whoever acts on the approval: of the two at
    one moment, the second sees what the first did.

    Raises:
        UnableToEnd: no reason, somebody else approved, it counts no longer, or it has happened.
    """
    if not reason.strip():
        raise UnableToEnd(_("Say why you take it back: the person who asked reads it."))
    with transaction.atomic():
        approval = _held(approval_id)
        if approval.state != Approval.State.APPROVED:
            raise UnableToEnd(_("This is not approved, so there is nothing to take back."))
        if approval.decided_by_id != by.pk:
            raise UnableToEnd(_("Only the person who approved can take that back."))
        if has_happened(approval):
            raise UnableToEnd(_("What was approved has happened already."))
        if not counts(approval, now):
            raise UnableToEnd(_("This approval does not count any more: nothing follows from it."))
        _end(approval, Approval.State.TAKEN_BACK, by=by, now=now, reason=reason.strip())
        outcomes.tell_asker(approval, now)
        return approval


def has_happened(approval: Approval) -> bool:
    """Whether what was approved has been done."""
    kind = approvable.known(approval.kind)
    if kind.happened is not None:
        return kind.happened(approval)
    return kind.carry_out is not None


def why_taken_back(*, kind: str, object_id: int | str) -> str:
    """Who took back what counted last about this object, and why; blank if nobody did."""
    newest = _newest(kind, str(object_id))
    if newest is None or newest.state != Approval.State.TAKEN_BACK:
        return ""
    return _("%(person)s took the approval back: %(reason)s") % {
        "person": newest.ended_by,
        "reason": newest.ended_because,
    }


def void_requests(*, kind: str, object_id: int | str, by: User | None, now: datetime) -> None:
    """What was asked for is given up: nobody can decide on it any more.

    Lock in the order in which the kind is decided: the general page of approvals locks the request
    before its object; a kind with a page of its own may lock its object first.
    """
    with transaction.atomic():
        one_at_a_time(kind, str(object_id))
        open_requests = Approval.objects.select_for_update().filter(
            kind=kind, object_id=str(object_id), state=Approval.State.REQUESTED
        )
        for request in open_requests:
            _void(request, by=by, now=now)


def is_approved(*, kind: str, object_id: int | str, digest: str, now: datetime) -> bool:
    """Whether a second person has approved exactly this content, not too long ago.

    Only the newest request about an object counts: what was approved before somebody asked for
    something else, or was refused since, does not.
    """
    return _standing(kind, str(object_id), digest, now) is not None


def _standing(kind: str, object_id: str, digest: str, now: datetime) -> Approval | None:
    """The approval of this content that somebody may still act on."""
    newest = _newest(kind, object_id)
    if newest is None or newest.digest != digest:
        return None
    return newest if _is_standing(newest, now) else None


def counts(approval: Approval, now: datetime) -> bool:
    """Whether somebody may still act on this approval, as long as the content is the same."""
    return is_newest(approval) and _is_standing(approval, now)


def is_newest(approval: Approval) -> bool:
    """Whether nobody has asked about the same object since."""
    return _newest(approval.kind, approval.object_id) == approval


def _is_standing(approval: Approval, now: datetime) -> bool:
    approved = approval.state == Approval.State.APPROVED
    return approved and approval.expires_at > now and _payload_is_whole(approval)


def _newest(kind: str, object_id: str) -> Approval | None:
    requests = Approval.objects.filter(kind=kind, object_id=object_id)
    return requests.select_related("ended_by").order_by("-pk").first()


def _decide(approval: Approval, *, approve: bool, by: User, now: datetime, reason: str) -> None:
    approval.state = Approval.State.APPROVED if approve else Approval.State.REFUSED
    approval.decided_by, approval.decided_at, approval.reason = by, now, reason
    approval.save()
    kind = approvable.known(approval.kind)
    decided = {"state": approval.state, "kind": approval.kind, "digest": approval.digest}
    if approve and kind.confirms:
        decided["confirmed"] = ", ".join(name for name, _words in kind.confirms)
    audit.record(
        approval,
        approval.state,
        by=by,
        now=now,
        before={"state": Approval.State.REQUESTED, "asked by": approval.requested_by_id},
        after=decided,
        reason=reason,
    )
    act = kind.carry_out if approve else kind.when_refused
    if act:
        act(approval, by, now)
    outcomes.tell_asker(approval, now)


def _void(approval: Approval, *, by: User | None, now: datetime) -> None:
    approval.state = Approval.State.VOID
    approval.save(update_fields=["state"])
    audit.record(
        approval,
        "void-approval",
        by=by,
        now=now,
        before={"state": Approval.State.REQUESTED},
        after={"state": Approval.State.VOID, "digest": approval.digest},
    )


ENDS: dict[str, str] = {
    Approval.State.WITHDRAWN: "withdraw-request",
    Approval.State.LAPSED: "clear-lapsed-request",
    Approval.State.TAKEN_BACK: "take-approval-back",
}


def _end(
    approval: Approval, state: Approval.State, *, by: User, now: datetime, reason: str = ""
) -> None:
    before = approval.state
    approval.state = state
    approval.ended_by, approval.ended_at, approval.ended_because = by, now, reason
    approval.save(update_fields=["state", "ended_by", "ended_at", "ended_because"])
    audit.record(
        approval,
        ENDS[state],
        by=by,
        now=now,
        before={"state": before},
        after={"state": state, "kind": approval.kind, "digest": approval.digest},
        reason=reason,
    )


def _lapse(approval: Approval, *, by: User, now: datetime) -> None:
    because = _("Nobody decided in time.")
    _end(approval, Approval.State.LAPSED, by=by, now=now, reason=because)
    outcomes.tell_asker(approval, now)


def _say_lapsed(approval: Approval) -> str:
    """What ends with its request cannot be asked for again."""
    if approvable.known(approval.kind).when_withdrawn:
        return _("This request has lapsed.")
    return _("This request has lapsed. Ask again.")


def _held(approval_id: int) -> Approval:
    """A request, locked after what it is about, as by whoever acts on it."""
    asked = Approval.objects.get(pk=approval_id)
    if hold := approvable.known(asked.kind).hold:
        hold(asked)
    return Approval.objects.select_for_update().get(pk=approval_id)


def _give_up(approval: Approval, *, by: User, now: datetime) -> None:
    """What it does to what was asked for that nobody will decide."""
    act = approvable.known(approval.kind).when_withdrawn
    if act:
        act(approval, by, now)


def _payload_is_whole(approval: Approval) -> bool:
    """Whether the payload is what was asked for; content that lies elsewhere its app compares."""
    carried_out = approvable.known(approval.kind).carry_out is not None
    if not approval.payload and not carried_out:
        return True
    return digest_of(approval.payload) == approval.digest


def one_at_a_time(kind: str, object_id: str) -> None:
    """Let two people who ask at the same moment ask one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{kind} {object_id}"]
        )
