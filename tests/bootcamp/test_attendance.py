"""Taking the register: who may, when, and what it counts to."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from accounts.models import AuditEvent, User
from accounts.roles import Role
from applications.models import Application, Cohort
from bootcamp.domain.attendance import Mark, UnableToMark, mark_attendance
from bootcamp.models import Attendance, Booking
from bootcamp.queries import (
    attendance_of,
    attendance_shares,
    attended_enough,
    published_bookings,
    roster_of,
)
from dtt.play.bootcamp import attend
from dtt.play.people import make_user

pytestmark = pytest.mark.django_db
PRESENT, LATE, ABSENT = (Attendance.Presence(v) for v in ("present", "late", "absent"))


@pytest.fixture
def booking(prepared: Cohort) -> Booking:
    """The first session of the first group."""
    return published_bookings().filter(group__cohort=prepared, group__number=1)[0]


def mark(booking: Booking, presence: Attendance.Presence, by: User, at: datetime) -> None:
    mark_attendance(
        session_id=booking.session_id,
        marks=[Mark(person.pk, presence) for person in roster_of(booking)],
        by=by,
        now=at,
    )


def presences(booking: Booking) -> list[str]:
    return list(booking.session.attendances.values_list("presence", flat=True))


def test_a_later_mark_replaces_the_earlier_one_and_the_trail_keeps_both(booking: Booking) -> None:
    trainer, at = booking.trainer.user, booking.slot.starts_at
    mark(booking, PRESENT, trainer, at)

    person = roster_of(booking)[0]
    mark_attendance(
        session_id=booking.session_id, marks=[Mark(person.pk, ABSENT)], by=trainer, now=at
    )

    assert sorted(presences(booking)) == ["absent", "present", "present"]
    newest = AuditEvent.objects.filter(verb="mark-attendance").order_by("-id")[0]
    assert (newest.before, newest.after) == (
        {person.reference: "present"},
        {person.reference: "absent"},
    )


def test_marking_the_same_again_writes_nothing(booking: Booking) -> None:
    for _ in range(2):
        mark(booking, PRESENT, booking.trainer.user, booking.slot.starts_at)

    assert AuditEvent.objects.filter(verb="mark-attendance").count() == 1


@pytest.mark.parametrize(("early", "is_open"), [(timedelta(), True), (timedelta(0, 0, 1), False)])
def test_the_register_opens_half_an_hour_before(
    booking: Booking, early: timedelta, is_open: bool
) -> None:
    at = booking.slot.starts_at - timedelta(minutes=30) - early

    if is_open:
        mark(booking, PRESENT, booking.trainer.user, at)
    else:
        with pytest.raises(UnableToMark, match="opens on"):
            mark(booking, PRESENT, booking.trainer.user, at)

    assert bool(presences(booking)) is is_open


def test_only_the_sessions_trainer_or_a_manager_marks(booking: Booking, manager: User) -> None:
    stranger = make_user("other-trainer@dtt.example", Role.TRAINER)

    with pytest.raises(UnableToMark, match="Only the trainer"):
        mark(booking, PRESENT, stranger, booking.slot.starts_at)
    assert presences(booking) == []

    mark(booking, PRESENT, manager, booking.slot.starts_at)
    assert presences(booking) == ["present"] * 3


def test_a_person_of_another_group_spoils_the_whole_register(booking: Booking) -> None:
    other = published_bookings().exclude(group=booking.group)[0]
    everybody = [*roster_of(booking), roster_of(other)[0]]

    with pytest.raises(UnableToMark, match="no longer in this group"):
        mark_attendance(
            session_id=booking.session_id,
            marks=[Mark(person.pk, PRESENT) for person in everybody],
            by=booking.trainer.user,
            now=booking.slot.starts_at,
        )

    assert presences(booking) == []


def test_a_day_counts_by_its_held_sessions_and_two_lates_are_half_a_day(
    prepared: Cohort, people: list[Application]
) -> None:
    mine = [b for b in published_bookings() if people[0] in roster_of(b)]
    first_day = [b for b in mine if b.slot.on == mine[0].slot.on]
    for booking in first_day:
        mark(booking, LATE, booking.trainer.user, booking.slot.starts_at)

    attendance = attendance_of(prepared)[people[0].pk]

    assert len(first_day) == 3
    assert (attendance.held, attendance.lates, attendance.attended) == (1, 3, Fraction(1, 2))
    assert not attendance.is_enough


def test_a_play_marks_everybody_at_every_session(prepared: Cohort) -> None:
    assert attend(prepared) == 6 * 5
    assert len(attendance_of(prepared)) == 6


def test_a_list_can_ask_for_attendance_by_share_and_by_enough(
    prepared: Cohort, booking: Booking
) -> None:
    """One day held, for the first group: who was there has 1, who was not has 0 and not enough."""
    there, away, late = roster_of(booking)
    marks = [Mark(there.pk, PRESENT), Mark(away.pk, ABSENT), Mark(late.pk, LATE, 10)]

    mark_attendance(
        session_id=booking.session_id,
        marks=marks,
        by=booking.trainer.user,
        now=booking.slot.starts_at,
    )

    shares, enough = attendance_shares(prepared.pk), attended_enough(prepared.pk)
    assert shares == {there.pk: 1, away.pk: 0, late.pk: 1}
    everybody = set(prepared.applications.values_list("pk", flat=True))
    assert enough == dict.fromkeys(everybody - {away.pk}, Decimal(1))


def test_a_share_of_days_has_six_places(prepared: Cohort, booking: Booking) -> None:
    """Two of three sessions of one day, which the sessions share."""
    bookings = published_bookings().filter(group=booking.group, slot__on=booking.slot.on)
    person = roster_of(booking)[0]
    for number, one in enumerate(bookings[:3]):
        presence = ABSENT if number == 0 else PRESENT
        mark_attendance(
            session_id=one.session_id,
            marks=[Mark(person.pk, presence)],
            by=one.trainer.user,
            now=one.slot.starts_at,
        )

    assert (
        attendance_shares(prepared.pk)[person.pk]
        == {
            1: Decimal(0),
            2: Decimal("0.5"),
            3: Decimal("0.666667"),
        }[min(len(bookings), 3)]
    )
