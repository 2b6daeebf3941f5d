"""Send to many what two people agreed to. A worker does it while somebody watches.

The agreement answers at once: it marks the announcement and asks for the job. The worker looks
again at everything under its lock, fills the outbox in the job's one transaction, or leaves all as
it is and says why. What a few people get is sent where it is confirmed (`announcing`).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.domain.approvals import digest_of
from accounts.domain.jobs import Tell, start_job, unwatched
from accounts.models import Approval, Job, User
from notifications import audiences
from notifications.domain.agreed import why_not_agreed
from notifications.domain.announced import (
    Letters,
    UnableToAnnounce,
    audience_of,
    content_of,
    frozen_in,
    noted,
    payload_of,
    say_changed,
    why_not,
)
from notifications.domain.outbox import Telling
from notifications.domain.watching import queue_watched
from notifications.models import Announcement, Message
from notifications.texts import MissingVariable

SEND_ANNOUNCEMENT = "send-announcement"
JOB = "notifications.send-announcement"
State = Announcement.State


def agree_to_announcement(approval: Approval, by: User, now: datetime) -> None:
    """A second person agrees: from now on a worker may send it.

    Raises:
        UnableToAnnounce: it no longer waits, or it is not what was asked for.
    """
    with transaction.atomic():
        announcement = Announcement.objects.select_for_update().get(pk=approval.object_id)
        if announcement.state != State.ASKED:
            raise UnableToAnnounce(why_not(announcement))
        if approval.payload != payload_of(announcement):
            raise UnableToAnnounce(say_changed())
        announcement.state, announcement.approved_by = State.AGREED, by
        announcement.save(update_fields=["state", "approved_by"])
        audit.record(
            announcement, "agree-to-announcement", by=by, now=now, after=noted(announcement)
        )
        _start(announcement, by=by, now=now)


def ask_to_send(*, announcement_id: int, by: User, now: datetime) -> Job:
    """Have a worker try again what was agreed to; while one does, this returns the same job.

    The row is not locked, so that nobody waits here for a sending that goes on.

    Raises:
        UnableToAnnounce: nobody has agreed to it, or it has been sent or dropped.
    """
    announcement = Announcement.objects.get(pk=announcement_id)
    if announcement.state != State.AGREED:
        raise UnableToAnnounce(why_not(announcement))
    return _start(announcement, by=by, now=now)


def send_announcement(
    *, announcement_id: int, by: User | None, now: datetime, tell: Tell = unwatched
) -> Announcement:
    """Send what a second person agreed to, whole or not at all.

    Args:
        tell: hears how far it is.

    Raises:
        UnableToAnnounce: it was sent or dropped, changed since, or agreed to too long ago; or
            nobody of its people is in the audience any more.
    """
    with transaction.atomic():
        announcement = Announcement.objects.select_for_update().get(pk=announcement_id)
        if announcement.state != State.AGREED:
            raise UnableToAnnounce(why_not(announcement))
        payload = payload_of(announcement)
        if why := why_not_agreed(
            kind=SEND_ANNOUNCEMENT, object_id=announcement.pk, payload=payload, now=now
        ):
            raise UnableToAnnounce(why)
        fill_outbox(announcement, by=by, now=now, tell=tell)
        return announcement


def run_announcement(job: Job, tell: Tell) -> dict[str, Any]:
    """The worker's part: `accounts.domain.jobs` calls it."""
    sent = send_announcement(
        announcement_id=job.payload["announcement"],
        by=job.asked_by,
        now=job.started_at or job.asked_at,
        tell=tell,
    )
    return {"letters": sent.told}


def fill_outbox(
    announcement: Announcement, *, by: User | None, now: datetime, tell: Tell = unwatched
) -> None:
    """One letter for each of the frozen people who is still in the audience. The row is locked."""
    tell(0, announcement.people, _("Looking who is still in the audience"))
    frozen = frozen_in(announcement)
    if announcement.digest != digest_of(content_of(announcement, frozen)):
        raise UnableToAnnounce(say_changed())
    audience = audience_of(announcement.audience)
    still, _unwilling = audiences.people_of(audience, announcement.parameters)
    letters = Letters.of(announcement, still & frozen)
    queue_watched(
        _tellings(letters), kind=letters.kind, total=len(letters.people), now=now, tell=tell
    )
    announcement.told = Message.objects.filter(run=announcement.run).count()
    if not announcement.told:
        raise UnableToAnnounce(_("Everybody has left this audience since it was written."))
    announcement.state, announcement.sent_at = State.SENT, now
    announcement.save(update_fields=["state", "sent_at", "told"])
    audit.record(
        announcement,
        "send-announcement",
        by=by,
        now=now,
        after=noted(announcement) | {"letters": announcement.told},
        reason=announcement.why,
    )


def _tellings(letters: Letters) -> Iterator[Telling]:
    for person in letters.people:
        try:
            yield letters.telling(person)
        except MissingVariable as missing:
            problem = _("It cannot be written for everybody: %(what)s.")
            raise UnableToAnnounce(problem % {"what": missing.args[0]}) from missing


def _start(announcement: Announcement, *, by: User, now: datetime) -> Job:
    return start_job(kind=JOB, payload={"announcement": announcement.pk}, by=by, now=now)
