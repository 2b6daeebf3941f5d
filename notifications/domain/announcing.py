"""Write to many people: news, or a notice to an audience. Written, frozen, agreed to, sent once.

A draft keeps the words and the people; what follows is about that draft alone. At the sending
whoever has left the audience since is left out, and nobody is added.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.bulk import insert_rows
from accounts.domain import audit
from accounts.domain.approvals import digest_of, request_approval, void_requests
from accounts.models import Approval, User
from notifications import audiences
from notifications.audiences import Parameters
from notifications.domain.announced import (
    Letters,
    UnableToAnnounce,
    audience_of,
    frozen_in,
    preview,
    texts_for,
)
from notifications.domain.outbox import queue
from notifications.domain.writing import FIELDS
from notifications.models import ONE_PERSON_DECIDES, Addressee, Announcement, Message

SEND_ANNOUNCEMENT = "send-announcement"
VALID_FOR = timedelta(hours=72)
State = Announcement.State
UNDECIDED = (State.DRAFT, State.ASKED)


def write_announcement(
    *,
    audience: str,
    parameters: Parameters,
    text: Mapping[str, str],
    why: str,
    by: User,
    now: datetime,
    instead_of: int | None = None,
) -> Announcement:
    """Keep what is to be said, and freeze to whom. Nothing leaves yet.

    Args:
        parameters: plain JSON, as the audience's form gives it.
        text: `subject_en`, `body_en`, `subject_zh` and `body_zh`, in the language of letters.
        instead_of: an announcement that is dropped for this one, should it wait still.

    Raises:
        UnableToWrite: a language is missing, or a text is none that could be sent.
        UnableToAnnounce: there is no such audience, or nobody is in it.
    """
    found = audience_of(audience)
    said = {name: text.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}
    texts_for(found, said)
    with transaction.atomic():
        people, unwilling = audiences.people_of(found, parameters)
        if not people:
            raise UnableToAnnounce(_nobody(unwilling))
        if instead_of is not None:
            _give_up(instead_of, by=by, now=now, reason=_("Another one was written instead."))
        announcement = Announcement(
            category=found.of_class.value,
            audience=found.name,
            parameters=dict(parameters),
            why=why.strip(),
            people=len(people),
            unwilling=unwilling,
            written_by=by,
            written_at=now,
            **said,
        )
        announcement.digest = digest_of(_content(announcement, people))
        announcement.save()
        insert_rows(
            Addressee,
            (
                {"announcement_id": announcement.pk, "person_id": person}
                for person in sorted(people)
            ),
        )
        preview(announcement)
        audit.record(
            announcement,
            "write-announcement",
            by=by,
            now=now,
            after=_noted(announcement),
            reason=announcement.why,
        )
        return announcement


def confirm_announcement(
    *, announcement_id: int, count: int, by: User, now: datetime
) -> Announcement:
    """Send it, or, to more than twenty people, ask a second person.

    Args:
        count: how many people get it, as whoever confirms has typed it.

    Raises:
        UnableToAnnounce: the count is another, it is somebody else's or too old, it was changed,
            or it has been confirmed already.
    """
    with transaction.atomic():
        announcement = Announcement.objects.select_for_update().get(pk=announcement_id)
        if announcement.state != State.DRAFT:
            raise UnableToAnnounce(_not_open(announcement))
        if announcement.written_by_id != by.pk:
            raise UnableToAnnounce(_("Only the person who wrote it can send it."))
        if lapses_at(announcement) <= now:
            raise UnableToAnnounce(_("This was written more than three days ago. Write it again."))
        if count != announcement.people:
            raise UnableToAnnounce(_("That is not the number of people who would get it."))
        if announcement.people <= ONE_PERSON_DECIDES:
            _send(announcement, by=by, now=now)
            return announcement
        request_approval(
            kind=SEND_ANNOUNCEMENT,
            object_id=announcement.pk,
            payload=_payload(announcement),
            by=by,
            now=now,
            reason=announcement.why,
        )
        announcement.state = State.ASKED
        announcement.save(update_fields=["state"])
        audit.record(
            announcement,
            "confirm-announcement",
            by=by,
            now=now,
            after=_noted(announcement),
            reason=announcement.why,
        )
        return announcement


def send_approved(approval: Approval, by: User, now: datetime) -> None:
    """Send it, as a second person agreed to.

    Raises:
        UnableToAnnounce: it no longer waits, or it is not what was asked for.
    """
    with transaction.atomic():
        announcement = Announcement.objects.select_for_update().get(pk=approval.object_id)
        if announcement.state != State.ASKED:
            raise UnableToAnnounce(_not_open(announcement))
        if approval.payload != _payload(announcement):
            raise UnableToAnnounce(_changed())
        announcement.approved_by = by
        _send(announcement, by=by, now=now)


def note_refusal(approval: Approval, by: User, now: datetime) -> None:
    """A second person has refused it: it will never be sent."""
    with transaction.atomic():
        announcement = Announcement.objects.select_for_update().get(pk=approval.object_id)
        if announcement.state == State.ASKED:
            announcement.state = State.REFUSED
            announcement.save(update_fields=["state"])


def note_withdrawal(approval: Approval, by: User, now: datetime) -> None:
    """Nobody will decide about it: it is dropped."""
    with transaction.atomic():
        _drop(int(approval.object_id), by=by, now=now, reason=approval.ended_because)


def drop_announcement(*, announcement_id: int, reason: str, by: User, now: datetime) -> None:
    """Give it up before it is sent; a request to a second person is void.

    Raises:
        UnableToAnnounce: it has been sent, refused or dropped already.
    """
    with transaction.atomic():
        if not _give_up(announcement_id, by=by, now=now, reason=reason):
            raise UnableToAnnounce(_not_open(Announcement.objects.get(pk=announcement_id)))


def _give_up(announcement_id: int, *, by: User, now: datetime, reason: str) -> bool:
    void_requests(kind=SEND_ANNOUNCEMENT, object_id=announcement_id, by=by, now=now)
    return _drop(announcement_id, by=by, now=now, reason=reason)


def _drop(announcement_id: int, *, by: User, now: datetime, reason: str) -> bool:
    announcement = Announcement.objects.select_for_update().get(pk=announcement_id)
    if announcement.state not in UNDECIDED:
        return False
    before = announcement.state
    announcement.state = State.DROPPED
    announcement.save(update_fields=["state"])
    audit.record(
        announcement, "drop-announcement", by=by, now=now, before={"state": before}, reason=reason
    )
    return True


def _send(announcement: Announcement, *, by: User, now: datetime) -> None:
    """Fill the outbox: one letter for each of the frozen people who is still in the audience."""
    frozen = frozen_in(announcement)
    if announcement.digest != digest_of(_content(announcement, frozen)):
        raise UnableToAnnounce(_changed())
    audience = audience_of(announcement.audience)
    still, _unwilling = audiences.people_of(audience, announcement.parameters)
    letters = Letters.of(announcement, still & frozen)
    queue((letters.telling(person) for person in letters.people), now=now)
    announcement.told = Message.objects.filter(run=announcement.run).count()
    if not announcement.told:
        raise UnableToAnnounce(_("Everybody has left this audience since it was written."))
    announcement.state, announcement.sent_at = State.SENT, now
    announcement.save(update_fields=["state", "sent_at", "told", "approved_by"])
    audit.record(
        announcement,
        "send-announcement",
        by=by,
        now=now,
        after=_noted(announcement) | {"letters": announcement.told},
        reason=announcement.why,
    )


def lapses_at(announcement: Announcement) -> datetime:
    """Until when a draft may be confirmed: its people were frozen when it was written."""
    return announcement.written_at + VALID_FOR


def _content(announcement: Announcement, people: Collection[int]) -> dict[str, Any]:
    """What an announcement is, as plain JSON: who changes any of it has another one."""
    return {
        "class": announcement.category,
        "audience": announcement.audience,
        "parameters": announcement.parameters,
        "text": {name: getattr(announcement, name) for name in FIELDS},
        "why": announcement.why,
        "people": hashlib.sha256(",".join(map(str, sorted(people))).encode()).hexdigest(),
        "count": announcement.people,
    }


def _payload(announcement: Announcement) -> dict[str, Any]:
    return {
        "people": announcement.people,
        "digest": digest_of(_content(announcement, frozen_in(announcement))),
    }


def _noted(announcement: Announcement) -> dict[str, Any]:
    return {
        "class": announcement.category,
        "audience": announcement.audience,
        "parameters": announcement.parameters,
        "people": announcement.people,
        "digest": announcement.digest,
    }


def _nobody(unwilling: int) -> str:
    if not unwilling:
        return _("Nobody is in this audience.")
    return ngettext(
        "Nobody is in this audience: %(n)d person wants no news.",
        "Nobody is in this audience: %(n)d people want no news.",
        unwilling,
    ) % {"n": unwilling}


def _changed() -> str:
    return _("The content has changed since it was written.")


def _not_open(announcement: Announcement) -> str:
    return {
        State.DRAFT.value: _("A second person has not been asked about it."),
        State.ASKED.value: _("A second person has been asked about it already."),
        State.SENT.value: _("It has been sent already."),
        State.REFUSED.value: _("A second person has refused it. Write it again."),
        State.DROPPED.value: _("It was dropped. Write it again."),
    }[announcement.state]
