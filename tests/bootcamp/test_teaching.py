"""Groups and timetables: no clash, by the checker and by the database."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from applications.domain.stages import advance
from applications.lifecycle import Move
from applications.models import Application, Cohort
from bootcamp import snapshots
from bootcamp import timetable as pure
from bootcamp.domain.groups import UnableToFormGroups, form_groups
from bootcamp.domain.setting_up import UnableToSetUp, add_room, add_trainer, set_up_bootcamp
from bootcamp.domain.timetables import (
    UnableToPlan,
    UnableToPublishTimetable,
    clashes_now,
    plan_timetable,
    publish_timetable,
)
from bootcamp.models import Booking, Lesson, Membership, Module, Slot, Timetable
from bootcamp.queries import modules_of, timetable_of
from bootcamp.verification import verify_timetable
from dtt.play.bootcamp import make_trainers, prepare_bootcamp
from dtt.play.people import make_cohort
from notifications.models import Message
from tests.bootcamp.conftest import confirm, make_small_cohort, trim_lessons

pytestmark = pytest.mark.django_db


def published(cohort: Cohort) -> Timetable:
    return Timetable.objects.get(cohort=cohort, state="published")


def sizes(cohort: Cohort) -> list[int]:
    counts = Counter(Membership.objects.filter(group__cohort=cohort).values_list("group__number"))
    return sorted(counts.values())


def test_setting_up_gives_four_modules_and_three_slots_a_day_and_repeats_harmlessly(
    manager: User, now: datetime
) -> None:
    cohort = make_cohort(now=now, slug="full")
    set_up_bootcamp(cohort_id=cohort.pk, by=manager, now=now)
    modules = set_up_bootcamp(cohort_id=cohort.pk, by=manager, now=now)

    assert [module.title for module in modules] == [
        "Introduction to Artificial Intelligence and Common Machine Learning Algorithms",
        "Essential Skills to Build AI Application",
        "Artificial Neural Networks and Fundamentals of Deep Learning Algorithms",
        "Deep Learning Mini Project Implementation",
    ]
    assert (Slot.objects.count(), Lesson.objects.count()) == (18, 17)
    assert [len(module.lessons.all()) for module in modules_of(cohort)] == [5, 4, 4, 4]


def test_a_timetable_has_no_clash_and_teaches_every_lesson_to_every_group(
    prepared: Cohort,
) -> None:
    timetable = published(prepared)
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
    here, there = two_at_one_time(published(prepared))
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
    here, there = two_at_one_time(published(prepared))

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
    timetable = published(prepared)

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
    first = published(prepared)

    again = plan_timetable(cohort_id=prepared.pk, seed=first.seed, by=manager, now=now)

    assert (again.input_digest, again.result_digest) == (first.input_digest, first.result_digest)
    assert verify_timetable(f"{prepared.slug}/1").matches
    assert verify_timetable(str(again.pk)).matches


def test_everybody_is_told_once_however_often_one_presses(
    prepared: Cohort, people: list[Application], manager: User, now: datetime
) -> None:
    timetable = published(prepared)

    publish_timetable(timetable_id=timetable.pk, by=manager, now=now)

    told = Message.objects.filter(run=f"timetable:{timetable.pk}")
    assert Counter(told.values_list("kind", flat=True)) == {
        "timetable-published": 6,
        "timetable-trainer": timetable.bookings.values("trainer").distinct().count(),
    }
    letter = told.get(person=people[0].user)
    assert [line for line in letter.body.splitlines() if line.startswith("- 09:30")] != []


def test_a_person_sees_the_timetable_of_their_own_group_once_it_is_published(
    cohort: Cohort, people: list[Application], manager: User, now: datetime
) -> None:
    add_room(cohort_id=cohort.pk, name_en="Hall", capacity=9, by=manager, now=now)
    make_trainers(cohort, 2, by=manager, now=now)
    form_groups(cohort_id=cohort.pk, count=1, seed=1, by=manager, now=now)
    timetable = plan_timetable(cohort_id=cohort.pk, seed=1, by=manager, now=now)
    assert list(timetable_of(people[0])) == []

    publish_timetable(timetable_id=timetable.pk, by=manager, now=now)

    assert len(timetable_of(people[0])) == 5


def test_a_newer_timetable_takes_the_place_of_the_published_one(
    prepared: Cohort, manager: User, now: datetime
) -> None:
    first = published(prepared)
    newer = plan_timetable(cohort_id=prepared.pk, seed=2, by=manager, now=now)

    publish_timetable(timetable_id=newer.pk, by=manager, now=now)

    assert published(prepared) == newer
    with pytest.raises(UnableToPublishTimetable, match="newer timetable"):
        publish_timetable(timetable_id=first.pk, by=manager, now=now)


def test_a_timetable_that_no_longer_fits_is_not_published(
    prepared: Cohort, manager: User, now: datetime
) -> None:
    stale = plan_timetable(cohort_id=prepared.pk, seed=1, by=manager, now=now)
    prepared.rooms.update(capacity=1)

    with pytest.raises(UnableToPublishTimetable, match="Plan again"):
        publish_timetable(timetable_id=stale.pk, by=manager, now=now)


def drop_a_slot_of_each_day(cohort: Cohort) -> None:
    cohort.slots.filter(position=3).delete()
    add_room(
        cohort_id=cohort.pk,
        name_en="East",
        capacity=9,
        by=cohort.trainers.first().user,
        now=cohort.shortlist_at,
    )


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        (lambda c: c.rooms.update(capacity=1), "No room holds 3 people"),
        (lambda c: c.trainers.update(modules=[1]), "No trainer can teach module 2"),
        (lambda c: c.trainers.update(days=[]), "needs 4 trainer slots, and there are 0"),
        (lambda c: c.rooms.all()[0].delete(), "need 10 places in rooms, and there are 6"),
        (drop_a_slot_of_each_day, "5 sessions, and there are 4 slots"),
    ],
)
def test_why_there_is_no_timetable_is_said_in_words(
    cohort: Cohort, people: list[Application], manager: User, now: datetime, trouble, says: str
) -> None:
    for name in ("North", "South"):
        add_room(cohort_id=cohort.pk, name_en=name, capacity=9, by=manager, now=now)
    make_trainers(cohort, 4, by=manager, now=now)
    form_groups(cohort_id=cohort.pk, count=2, seed=1, by=manager, now=now)
    trouble(cohort)

    with pytest.raises(UnableToPlan, match=says):
        plan_timetable(cohort_id=cohort.pk, seed=1, by=manager, now=now)
    assert Timetable.objects.count() == 0


@pytest.mark.parametrize("seed", [-1, 2**31, 10**30])
def test_a_seed_that_the_solver_cannot_take_is_refused(
    cohort: Cohort, manager: User, now: datetime, seed: int
) -> None:
    with pytest.raises(UnableToPlan, match="seed"):
        plan_timetable(cohort_id=cohort.pk, seed=seed, by=manager, now=now)


def test_groups_are_the_same_again_until_the_timetable_is_out(
    cohort: Cohort, people: list[Application], manager: User, now: datetime
) -> None:

    def deal() -> list[tuple[int, int]]:
        form_groups(cohort_id=cohort.pk, count=2, seed=5, by=manager, now=now)
        return sorted(Membership.objects.values_list("application", "group__number"))

    assert deal() == deal()
    assert sizes(cohort) == [3, 3]


def test_after_publication_nobody_moves_and_newcomers_join_the_smaller_group(
    prepared: Cohort, people: list[Application], manager: User, now: datetime
) -> None:
    before = dict(Membership.objects.values_list("application", "group__number"))
    gone = people[0]
    advance(application_ids=[gone.pk], move=Move.DECLINE_PLACE, by=None, now=now)
    [newcomer] = confirm(prepared, 1, now=now, seed=2)

    form_groups(cohort_id=prepared.pk, count=1, seed=99, by=manager, now=now)

    after = dict(Membership.objects.values_list("application", "group__number"))
    assert after == {pk: group for pk, group in before.items() if pk != gone.pk} | {
        newcomer.pk: before[gone.pk]
    }


@pytest.mark.parametrize("count", [0, 7, 10**9])
def test_a_senseless_number_of_groups_is_refused(
    cohort: Cohort, people: list[Application], manager: User, now: datetime, count: int
) -> None:
    with pytest.raises(UnableToFormGroups, match="between 1 and 6"):
        form_groups(cohort_id=cohort.pk, count=count, seed=1, by=manager, now=now)


def test_two_cohorts_do_not_mix(prepared: Cohort, manager: User, now: datetime) -> None:
    other = make_small_cohort(now=now + timedelta(days=1), slug="other")
    set_up_bootcamp(cohort_id=other.pk, by=manager, now=now)
    trim_lessons(other)
    confirm(other, 2, now=now + timedelta(days=1), seed=3)

    prepare_bootcamp(
        other, by=manager, now=now + timedelta(days=1), groups=1, rooms=1, trainers=2, judges=0
    )

    for cohort, people in ((prepared, 6), (other, 2)):
        bookings = published(cohort).bookings
        for path in ("group", "slot", "room", "trainer", "session__lesson__module"):
            assert set(bookings.values_list(f"{path}__cohort", flat=True)) == {cohort.pk}
        assert sum(sizes(cohort)) == people


def test_rooms_and_trainers_that_make_no_sense_are_refused(
    cohort: Cohort, manager: User, now: datetime
) -> None:
    add_room(cohort_id=cohort.pk, name_en="Hall", capacity=9, by=manager, now=now)

    with pytest.raises(UnableToSetUp, match="already"):
        add_room(cohort_id=cohort.pk, name_en="Hall", capacity=9, by=manager, now=now)
    with pytest.raises(UnableToSetUp, match="at least one"):
        add_room(cohort_id=cohort.pk, name_en="Cell", capacity=0, by=manager, now=now)
    with pytest.raises(UnableToSetUp, match="1 to 4"):
        add_trainer(cohort_id=cohort.pk, user=manager, modules=[5], by=manager, now=now)
    with pytest.raises(UnableToSetUp, match="bootcamp days"):
        add_trainer(
            cohort_id=cohort.pk,
            user=manager,
            modules=[1],
            days=[now.date()],
            by=manager,
            now=now,
        )
    assert Module.objects.filter(cohort=cohort).count() == 4
