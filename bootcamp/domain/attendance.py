"""Take the register of a session."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.domain.locking import require_open
from bootcamp.models import Attendance, Booking, Session, Timetable
from bootcamp.queries import roster_of
from bootcamp.rules import may_take_register
from notifications.moments import say_instant

OPENS_BEFORE = timedelta(minutes=30)
"""A trainer may begin with the register as people come in."""


ATTENDANCE = "bootcamp"
"""The part of a cohort that a list locks when attendance counts for it."""


class UnableToMark(Refused):
    """Nothing was marked; the message says why."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of a register."""

    application_id: int
    presence: Attendance.Presence
    late_minutes: int | None = None


def mark_attendance(
    *, session_id: int, marks: Iterable[Mark], by: User, now: datetime
) -> list[Attendance]:
    """Write down who was there; a later mark of the same person replaces the earlier one.

    Raises:
        UnableToMark: not published, too early, somebody else's session, or a person who is not on
            its roster. Then nothing is written.
        InputLocked: a list was published that attendance counts for.
    """
    given = {mark.application_id: mark for mark in marks}
    with transaction.atomic():
        cohort_id = Session.objects.values_list("lesson__module__cohort", flat=True).get(
            pk=session_id
        )
        require_open(cohort_id=cohort_id, part=ATTENDANCE, now=now)
        session = Session.objects.select_for_update(of=("self",)).get(pk=session_id)
        booking = (
            Booking.objects.filter(session=session, timetable__state=Timetable.State.PUBLISHED)
            .select_related("slot", "trainer")
            .first()
        )
        if booking is None:
            raise UnableToMark(_("This session is not in a published timetable."))
        if not may_take_register(by, booking):
            raise UnableToMark(_("Only the trainer of this session can take its register."))
        opens_at = booking.slot.starts_at - OPENS_BEFORE
        if now < opens_at:
            raise UnableToMark(
                _("The register opens on %(at)s. Nothing was marked.")
                % {"at": say_instant(opens_at)}
            )
        people = {person.pk: person for person in roster_of(booking)}
        if not given.keys() <= people.keys():
            raise UnableToMark(
                _("Somebody is no longer in this group. Nothing was marked: reload the page.")
            )
        before = {row.application_id: row for row in session.attendances.all()}
        changed = [
            Attendance(
                session=session,
                application_id=pk,
                presence=mark.presence,
                late_minutes=mark.late_minutes,
                marked_by=by,
                marked_at=now,
            )
            for pk, mark in sorted(given.items())
            if pk not in before
            or (before[pk].presence, before[pk].late_minutes) != (mark.presence, mark.late_minutes)
        ]
        if not changed:
            return []
        Attendance.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["session", "application"],
            update_fields=["presence", "late_minutes", "marked_by", "marked_at"],
        )
        audit.record(
            session,
            "mark-attendance",
            by=by,
            now=now,
            before={
                people[row.application_id].reference: before[row.application_id].presence
                for row in changed
                if row.application_id in before
            },
            after={people[row.application_id].reference: row.presence for row in changed},
        )
        return changed
