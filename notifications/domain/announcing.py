"""Write to many people: news, or a notice to an audience. Written, frozen, agreed to, sent once.

A draft keeps the words and the people; what follows is about that draft alone. At the sending
whoever has left the audience since is left out, and nobody is added.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.bulk import insert_rows
from accounts.domain import audit
from accounts.domain.approvals import (
    digest_of,
    one_at_a_time,
    request_approval,
)
from accounts.models import User
from notifications import audiences
from notifications.audiences import Parameters
from notifications.domain.announced import (
    UnableToAnnounce,
    audience_of,
    content_of,
    noted,
    preview,
    say_changed,
    texts_for,
    why_not,
)
from notifications.domain.sending import ANNOUNCEMENTS, fill_outbox
from notifications.domain.writing import FIELDS
from notifications.models import ONE_PERSON_DECIDES, Addressee, Announcement

VALID_FOR = timedelta(hours=72)
State = Announcement.State


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
            reason = _("Another one was written instead.")
            ANNOUNCEMENTS.give_up(pk=instead_of, reason=reason, by=by, now=now)
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
        announcement.digest = digest_of(content_of(announcement, people))
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
            after=noted(announcement),
            reason=announcement.why,
        )
        return announcement


def confirm_announcement(
    *, announcement_id: int, count: int, by: User, now: datetime
) -> Announcement:
    """Send it, or, to more than twenty people, ask a second person; what then follows is a job.

    Args:
        count: how many people get it, as whoever confirms has typed it.

    Raises:
        UnableToAnnounce: the count is another, it is somebody else's or too old, it was changed,
            or it has been confirmed already.
    """
    with transaction.atomic():
        one_at_a_time(ANNOUNCEMENTS.kind, str(announcement_id))  # as whoever drops it does first
        announcement = Announcement.objects.select_for_update().get(pk=announcement_id)
        if announcement.state != State.DRAFT:
            raise UnableToAnnounce(why_not(announcement))
        if announcement.written_by_id != by.pk:
            raise UnableToAnnounce(_("Only the person who wrote it can send it."))
        if lapses_at(announcement) <= now:
            raise UnableToAnnounce(say_stale())
        if count != announcement.people:
            raise UnableToAnnounce(_("That is not the number of people who would get it."))
        if announcement.people <= ONE_PERSON_DECIDES:
            fill_outbox(announcement, by, now)
            return announcement
        payload = ANNOUNCEMENTS.payload(announcement)
        if payload["digest"] != announcement.digest:
            raise UnableToAnnounce(say_changed())
        request_approval(
            kind=ANNOUNCEMENTS.kind,
            object_id=announcement.pk,
            payload=payload,
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
            after=noted(announcement),
            reason=announcement.why,
        )
        return announcement


def lapses_at(announcement: Announcement) -> datetime:
    """Until when a draft may be confirmed: its people were frozen when it was written."""
    return announcement.written_at + VALID_FOR


def say_stale() -> str:
    """Its people were looked up too long ago."""
    return _("This was written more than three days ago. Write it again.")


def _nobody(unwilling: int) -> str:
    if not unwilling:
        return _("Nobody is in this audience.")
    return ngettext(
        "Nobody is in this audience: %(n)d person wants no news.",
        "Nobody is in this audience: %(n)d people want no news.",
        unwilling,
    ) % {"n": unwilling}
