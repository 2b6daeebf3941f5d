"""Setting up, forming groups and making a first timetable, or being told why there is none."""

from collections import Counter
from datetime import datetime

import pytest

from accounts.models import User
from applications.models import Application, Cohort
from bootcamp.domain.groups import UnableToFormGroups, form_groups
from bootcamp.domain.setting_up import UnableToSetUp, add_room, add_trainer, set_up_bootcamp
from bootcamp.domain.timetables import (
    UnableToPlan,
    plan_timetable,
    publish_timetable,
)
from bootcamp.models import Membership, Module, Slot, Timetable
from bootcamp.queries import modules_of, timetable_of
from dtt.play.bootcamp import make_trainers
from dtt.play.people import make_cohort

pytestmark = pytest.mark.django_db


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
    assert Slot.objects.filter(cohort=cohort).count() == 18
    assert [len(module.lessons.all()) for module in modules_of(cohort)] == [5, 4, 4, 4]


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


@pytest.mark.parametrize("count", [0, 7, 10**9])
def test_a_senseless_number_of_groups_is_refused(
    cohort: Cohort, people: list[Application], manager: User, now: datetime, count: int
) -> None:
    with pytest.raises(UnableToFormGroups, match="between 1 and 6"):
        form_groups(cohort_id=cohort.pk, count=count, seed=1, by=manager, now=now)


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
