"""The letters of an announcement: one for each of the frozen people who is still in the audience.

What a few people get is sent where it is confirmed (`announcing`); what many get by a worker.
"""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.domain.approvals import digest_of
from accounts.domain.jobs import Tell, unwatched
from accounts.models import User
from notifications import audiences
from notifications.domain.agreed import Life
from notifications.domain.announced import (
    KINDS,
    Letters,
    UnableToAnnounce,
    asked_for,
    audience_of,
    content_of,
    frozen_in,
    noted,
    say_changed,
    say_nobody_left,
    why_not,
)
from notifications.domain.outbox import Telling
from notifications.domain.watching import queue_watched
from notifications.models import Announcement, Message
from notifications.texts import MissingVariable

State = Announcement.State


def fill_outbox(
    announcement: Announcement, by: User | None, now: datetime, tell: Tell = unwatched
) -> int:
    """Write the letters and mark it sent; how many they are. The row is locked.

    Raises:
        UnableToAnnounce: it changed since it was written, nobody of its people is in the audience
            any more, or it cannot be written for one of them.
    """
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
        raise UnableToAnnounce(say_nobody_left())
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
    return announcement.told


def _tellings(letters: Letters) -> Iterator[Telling]:
    for person in letters.people:
        try:
            yield letters.telling(person)
        except MissingVariable as missing:
            problem = _("It cannot be written for everybody: %(what)s.")
            raise UnableToAnnounce(problem % {"what": missing.args[0]}) from missing


ANNOUNCEMENTS = Life(
    model=Announcement,
    name="announcement",
    asked=State.ASKED.value,
    refused=State.REFUSED.value,
    frozen="addressees__person",
    content=asked_for,
    letter=lambda announcement: KINDS[announcement.category],
    fill=fill_outbox,
    noted=noted,
    why_not=why_not,
    refusal=UnableToAnnounce,
)
