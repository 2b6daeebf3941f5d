"""A published timetable: no clash, by the checker and by the database; one letter each."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from applications.domain.stages import advance
from applications.lifecycle import IN_BOOTCAMP, Move
from applications.models import Application, Cohort
from bootcamp import snapshots
from bootcamp import timetable as pure
from bootcamp.domain.groups import form_groups
from bootcamp.domain.timetables import (
    UnableToPublishTimetable,
    clashes_now,
    plan_timetable,
    publish_timetable,
)
from bootcamp.models import Booking, Membership, Slot, Timetable
from bootcamp.verification import verify_timetable
from dtt.play.bootcamp import prepare_bootcamp
from notifications.models import Message
from tests.bootcamp.conftest import confirm, make_small_cohort

pytestmark = pytest.mark.django_db


def newest_published(cohort: Cohort) -> Timetable:
    return Timetable.objects.get(cohort=cohort, state="published")


def test_a_timetable_has_no_clash_and_teaches_every_lesson_to_every_group(
    prepared: Cohort,
) -> None:
    timetable = newest_published(prepared)
    bookings = [
        pure.Booking(*row)
        for row in timetable.bookings.values_list("session", "slot", "room", "trainer")
    ]

    assert pure.clashes(snapshots.to_problem(timetable.inputs), bookings) == []
    assert clashes_now(timetable) == 0
    assert len(bookings) == 2 * 5
    assert set(
        timetable.bookings.values_list("group__number", "session__lesson__module__number")
    ) == {(group, module) for group in (1, 2) for module in (1, 2, 3, 4)}


@pytest.mark.parametrize("taken", ["room", "trainer", "group"])
def test_the_database_refuses_to_put_anybody_or_anything_in_two_sessions_at_once(
    prepared: Cohort, now: datetime, taken: str
) -> None:
    here, there = two_at_one_time(newest_published(prepared))
    fresh = Timetable.objects.create(
        cohort=prepared,
        number=99,
        seed=1,
        inputs={},
        objective=0,
        is_proven_best=False,
        created_at=now,
    )
    copy = {"timetable": fresh, "slot": here.slot}
    mine = copy | {n: getattr(here, n) for n in ("session", "group", "room", "trainer")}
    theirs = copy | {n: getattr(there, n) for n in ("session", "group", "room", "trainer")}
    Booking.objects.create(**mine)

    with pytest.raises(IntegrityError, match=f"booking_{taken}_free"), transaction.atomic():
        Booking.objects.create(**theirs | {taken: mine[taken]})
    Booking.objects.create(**theirs)


def test_the_database_refuses_to_hold_a_session_twice(prepared: Cohort) -> None:
    here, there = two_at_one_time(newest_published(prepared))

    with pytest.raises(IntegrityError, match="booking_session_once"), transaction.atomic():
        Booking.objects.create(
            timetable=here.timetable,
            session=here.session,
            group=here.group,
            slot=Slot.objects.filter(cohort=prepared).last(),
            room=there.room,
            trainer=there.trainer,
        )


def two_at_one_time(timetable: Timetable) -> tuple[Booking, Booking]:
    """Bookings of the two groups in the same slot."""
    here = timetable.bookings.filter(group__number=1).first()
    there = timetable.bookings.get(group__number=2, slot=here.slot)
    return here, there


def test_what_was_put_into_a_run_and_what_came_out_cannot_be_changed(prepared: Cohort) -> None:
    timetable = newest_published(prepared)

    for change in (
        lambda: Timetable.objects.filter(pk=timetable.pk).update(seed=7),
        lambda: timetable.bookings.all().delete(),
        lambda: timetable.bookings.update(room=timetable.bookings.last().room),
    ):
        with pytest.raises(IntegrityError, match="part of a run"), transaction.atomic():
            change()


def test_the_same_inputs_and_seed_give_the_same_timetable(
    prepared: Cohort, manager: User, now: datetime
) -> None:
    first = newest_published(prepared)

    again = plan_timetable(cohort_id=prepared.pk, seed=first.seed, by=manager, now=now)

    assert (again.input_digest, again.result_digest) == (first.input_digest, first.result_digest)
    assert verify_timetable(f"{prepared.slug}/1").matches
    assert verify_timetable(str(again.pk)).matches


def test_everybody_is_told_once_however_often_one_presses(
    prepared: Cohort, people: list[Application], manager: User, now: datetime
) -> None:
    timetable = newest_published(prepared)

    publish_timetable(timetable_id=timetable.pk, by=manager, now=now)

    told = Message.objects.filter(run=f"timetable:{timetable.pk}")
    assert Counter(told.values_list("kind", flat=True)) == {
        "timetable-published": 6,
        "timetable-trainer": timetable.bookings.values("trainer").distinct().count(),
    }
    letter = told.get(person=people[0].user)
    assert [line for line in letter.body.splitlines() if line.startswith("- 09:30")] != []


def test_a_newer_timetable_takes_the_place_of_the_published_one(
    prepared: Cohort, manager: User, now: datetime
) -> None:
    first = newest_published(prepared)
    newer = plan_timetable(cohort_id=prepared.pk, seed=2, by=manager, now=now)

    publish_timetable(timetable_id=newer.pk, by=manager, now=now)

    assert newest_published(prepared) == newer
    with pytest.raises(UnableToPublishTimetable, match="newer timetable"):
        publish_timetable(timetable_id=first.pk, by=manager, now=now)


def test_a_timetable_that_no_longer_fits_is_not_published(
    prepared: Cohort, manager: User, now: datetime
) -> None:
    stale = plan_timetable(cohort_id=prepared.pk, seed=1, by=manager, now=now)
    prepared.rooms.update(capacity=1)

    with pytest.raises(UnableToPublishTimetable, match="Plan again"):
        publish_timetable(timetable_id=stale.pk, by=manager, now=now)


def test_after_publication_nobody_moves_and_newcomers_join_the_smaller_group(
    prepared: Cohort, people: list[Application], manager: User, now: datetime
) -> None:
    before = dict(Membership.objects.values_list("application", "group__number"))
    gone = people[0]
    advance(application_ids=[gone.pk], move=Move.DECLINE_PLACE, by=None, now=now)
    [newcomer] = confirm(prepared, 1, now=now, seed=2)

    form_groups(cohort_id=prepared.pk, count=1, seed=99, by=manager, now=now)

    present = Membership.objects.filter(application__stage__in=IN_BOOTCAMP)
    after = dict(present.values_list("application", "group__number"))
    assert after == {pk: group for pk, group in before.items() if pk != gone.pk} | {
        newcomer.pk: before[gone.pk]
    }


def test_two_cohorts_do_not_mix(prepared: Cohort, manager: User, now: datetime) -> None:
    other = make_small_cohort(now=now + timedelta(days=1), slug="other", by=manager)
    confirm(other, 2, now=now + timedelta(days=1), seed=3)

    prepare_bootcamp(
        other, by=manager, now=now + timedelta(days=1), groups=1, rooms=1, trainers=2, judges=0
    )

    for cohort, people in ((prepared, 6), (other, 2)):
        bookings = newest_published(cohort).bookings
        for path in ("group", "slot", "room", "trainer", "session__lesson__module"):
            assert set(bookings.values_list(f"{path}__cohort", flat=True)) == {cohort.pk}
        assert Membership.objects.filter(group__cohort=cohort).count() == people
