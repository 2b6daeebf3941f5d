"""Who withdraws during the bootcamp and is brought back has their place in it again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from applications.domain.applying import withdraw_application
from applications.domain.restoring import UnableToRestore, restore_application
from applications.models import Application, Cohort, Stage
from bootcamp.domain.attendance import Mark, mark_attendance
from bootcamp.domain.groups import form_groups
from bootcamp.models import Attendance, Booking, Membership
from bootcamp.queries import attendance_of, published_bookings, roster_of, sessions_to_attend
from dtt.play.bootcamp import prepare_bootcamp
from dtt.play.selection import Shortlist, cohort_after_shortlist, make_staff, prepare_list
from notifications.models import Message
from selection.domain.expiring import close_reserves, expire_unanswered
from selection.domain.replying import confirm_place, decline_place, undo_decline
from selection.models import Entry
from tests.bootcamp.conftest import make_small_cohort
from tests.parallel import at_once
from tests.selection.conftest import SCORES, make_eligible, stages

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WHY = "Pressed the wrong button."
PLACES = 6


@dataclass
class Scene:
    """Six people with a confirmed place, in two groups with a published timetable.

    Attributes:
        closes: from when on no reserve moves up.
        begun: the end of the first session.
    """

    cohort: Cohort
    shortlist: Shortlist
    people: list[Application]
    closes: datetime
    begun: datetime

    def leave(self, person: Application, at: datetime) -> None:
        withdraw_application(application_id=person.pk, by=person.user, now=at)

    def back(self, person: Application, at: datetime) -> Application:
        return restore_application(
            application_id=person.pk, reason=WHY, by=self.shortlist.staff.asker, now=at
        )

    def regroup(self, at: datetime) -> None:
        form_groups(
            cohort_id=self.cohort.pk, count=2, seed=9, by=self.shortlist.staff.asker, now=at
        )

    def page(self, address: str) -> str:
        browser = Client()
        browser.force_login(self.shortlist.staff.asker)
        return browser.get(address).content.decode()


def make_scene(now: datetime, *, reserves: int = 2) -> Scene:
    staff = make_staff(now=now)
    cohort = make_small_cohort(slug="spring", by=staff.asker)
    Cohort.objects.filter(pk=cohort.pk).update(places=PLACES, places_with_ties=PLACES)
    cohort = Cohort.objects.get(pk=cohort.pk)
    criteria = [("test.score", Decimal(1))]
    prepare_list(cohort, "bootcamp", criteria=criteria, reserves=reserves, by=staff.asker, now=now)
    for score, one in enumerate(make_eligible(cohort, 8, now=now)):
        SCORES["test.score"][one.pk] = Decimal(90 - score)
    shortlist = cohort_after_shortlist(cohort, staff, now=now)
    people = shortlist.selected
    for person in people:
        confirm_place(application_id=person.pk, by=person.user, now=now)
    prepare_bootcamp(cohort, by=staff.asker, now=now, groups=2, rooms=2, trainers=4, judges=4)
    closes = shortlist.selection.reserves_until
    close_reserves(now=closes)
    begun = published_bookings().filter(group__cohort=cohort)[0].slot.ends_at
    return Scene(cohort, shortlist, people, closes, begun)


@pytest.fixture(autouse=True)
def _no_scores() -> Iterator[None]:
    yield
    SCORES["test.score"].clear()


@pytest.fixture
def scene(db: None, now: datetime) -> Scene:
    return make_scene(now)


def entry_of(person: Application) -> Entry:
    return Entry.objects.get(application=person)


def group_of(person: Application) -> int | None:
    places = Membership.objects.filter(application=person)
    return places.values_list("group__number", flat=True).first()


def agenda(person: Application) -> list[Booking]:
    return list(sessions_to_attend(person.user_id))


def come_new(scene: Scene) -> Application:
    """Somebody with a place who has no group yet."""
    person = Application.objects.get(entries__outcome="reserve", entries__reserve_position=1)
    Application.objects.filter(pk=person.pk).update(stage=Stage.PLACE_CONFIRMED)
    return person


def attend_first(scene: Scene) -> tuple[Application, Booking]:
    """Somebody who was at the first session, whose register is taken for all of the group."""
    booking = published_bookings().filter(group__cohort=scene.cohort)[0]
    people = roster_of(booking)
    mark_attendance(
        session_id=booking.session_id,
        marks=[Mark(one.pk, Attendance.Presence.PRESENT) for one in people],
        by=booking.trainer.user,
        now=booking.slot.starts_at,
    )
    return people[0], booking


@pytest.mark.parametrize("swept", [False, True], ids=["at once", "after a sweep"])
@pytest.mark.parametrize("regrouped", [False, True], ids=["as it was", "grouped again"])
def test_who_is_back_during_the_bootcamp_has_seat_group_sessions_and_attendance_again(
    scene: Scene, swept: bool, regrouped: bool
) -> None:
    person, _booking = attend_first(scene)
    at = scene.begun
    before = group_of(person), agenda(person), attendance_of(scene.cohort)[person.pk]
    assert len(before[1]) == 5

    scene.leave(person, at)
    if swept:
        expire_unanswered(now=at)
    if regrouped:
        scene.regroup(at)
    away = agenda(person), person.pk in attendance_of(scene.cohort)
    back = scene.back(person, at + HOUR)
    with pytest.raises(UnableToRestore, match="not withdrawn"):
        scene.back(person, at + HOUR)

    assert away == ([], False)
    assert back.stage == Stage.PLACE_CONFIRMED
    entry = entry_of(person)
    assert (entry.reply, entry.seat is not None) == ("confirmed", True)
    assert (group_of(person), agenda(person), attendance_of(scene.cohort)[person.pk]) == before
    assert Entry.objects.filter(seat__isnull=False).count() == PLACES
    expire_unanswered(now=at + 2 * HOUR)
    assert stages(person) == ["place-confirmed"]


def test_the_letter_says_that_the_place_is_theirs_again(scene: Scene) -> None:
    person = scene.people[0]
    person.user.language = "en"
    person.user.save(update_fields=["language"])
    scene.leave(person, scene.begun)

    scene.back(person, scene.begun + HOUR)

    [letter] = Message.objects.filter(person=person.user, kind="application-restored")
    assert "The place in the bootcamp that you gave up is yours again." in letter.body
    assert "reserve list" not in letter.body


def test_where_the_group_is_full_staff_read_what_to_do_and_attendance_counts_in_the_other(
    scene: Scene,
) -> None:
    person, booking = attend_first(scene)
    at, group = scene.begun, group_of(person)
    scene.leave(person, at)
    scene.cohort.rooms.update(capacity=3)
    newcomer = come_new(scene)
    scene.regroup(at)
    assert group_of(newcomer) == group
    scene.back(person, at + HOUR)

    with time_machine.travel(at + HOUR, tick=False):
        board = scene.page(reverse("admin:bootcamp_teaching", args=[scene.cohort.slug]))
        story = scene.page(reverse("admin:applications_application_change", args=[person.pk]))
    assert (stages(person), group_of(person), agenda(person)) == (["place-confirmed"], None, [])
    assert "1 person is in no group, though the timetable is out" in board
    assert "In no group" in story
    assert "on the board of the bootcamp puts them into one with room." in story

    scene.leave(next(one for one in scene.people if group_of(one) not in (None, group)), at)
    scene.regroup(at + 2 * HOUR)
    other = Booking.objects.exclude(group=booking.group).get(
        session__lesson=booking.session.lesson, timetable=booking.timetable
    )
    mark_attendance(
        session_id=other.session_id,
        marks=[Mark(roster_of(other)[0].pk, Attendance.Presence.PRESENT)],
        by=other.trainer.user,
        now=other.slot.starts_at,
    )
    assert group_of(person) not in (None, group)
    assert Attendance.objects.filter(application=person, session=booking.session_id).exists()
    assert attendance_of(scene.cohort)[person.pk].attended == 1


def test_while_the_reserve_list_is_open_who_is_back_waits_and_then_has_the_group_again(
    now: datetime,
) -> None:
    scene = make_scene(now, reserves=0)
    person, at = scene.people[0], scene.closes - HOUR
    group = group_of(person)
    scene.leave(person, at)
    scene.regroup(at)

    assert scene.back(person, at).stage == Stage.RESERVE
    assert agenda(person) == []
    expire_unanswered(now=at)
    confirm_place(application_id=person.pk, by=person.user, now=at)

    assert (group_of(person), len(agenda(person))) == (group, 5)


def test_a_decline_that_is_undone_before_the_bootcamp_gives_the_group_back_once_confirmed(
    scene: Scene,
) -> None:
    person, at = scene.people[0], scene.closes
    group = group_of(person)
    decline_place(application_id=person.pk, by=person.user, now=at)
    scene.regroup(at)

    undo_decline(application_id=person.pk, reason=WHY, by=scene.shortlist.staff.asker, now=at)
    confirm_place(application_id=person.pk, by=person.user, now=at)

    assert (group_of(person), len(agenda(person))) == (group, 5)


def one_free_for_two(scene: Scene) -> tuple[Application, Application]:
    """Two who have withdrawn, and one seat: the other was given away by hand meanwhile."""
    first, second = scene.people[:2]
    for person in (first, second):
        scene.leave(person, scene.begun)
    expire_unanswered(now=scene.begun)
    [extra] = Entry.objects.filter(outcome="reserve")[:1]
    free = set(range(1, PLACES + 1)) - set(
        Entry.objects.filter(seat__isnull=False).values_list("seat", flat=True)
    )
    Entry.objects.filter(pk=extra.pk).update(seat=min(free), reply="confirmed")
    Application.objects.filter(pk=extra.application_id).update(stage=Stage.PLACE_CONFIRMED)
    return first, second


@pytest.mark.django_db(transaction=True)
def test_of_two_who_are_back_at_once_one_gets_the_last_seat(now: datetime) -> None:
    scene = make_scene(now)
    both = one_free_for_two(scene)

    at_once([partial(scene.back, person, scene.begun + HOUR) for person in both])

    assert sorted(stages(*both)) == ["place-confirmed", "reserve"]
    held = Entry.objects.filter(seat__isnull=False).values_list("seat", flat=True)
    assert sorted(held) == list(range(1, PLACES + 1))
    close_reserves(now=scene.begun + HOUR)
    assert sorted(stages(*both)) == ["not-selected", "place-confirmed"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_are_back_at_once_one_gets_the_last_chair_of_their_group(
    now: datetime,
) -> None:
    scene = make_scene(now)
    group = group_of(scene.people[0])
    both = [person for person in scene.people if group_of(person) == group][:2]
    for person in both:
        scene.leave(person, scene.begun)
    scene.cohort.rooms.update(capacity=2)

    done = at_once(
        [
            *(partial(scene.back, person, scene.begun + HOUR) for person in both),
            partial(scene.regroup, scene.begun),
        ]
    )

    assert (done, stages(*both)) == (["done"] * 3, ["place-confirmed"] * 2)
    places = [group_of(person) for person in both]
    assert places.count(group) == 1
