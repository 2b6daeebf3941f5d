"""Sessions in a person's calendar: those of the published timetable, moved and called off."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts.domain.calendars import make_calendar_address
from accounts.models import User
from applications.domain.stages import advance
from applications.lifecycle import Move
from applications.models import Application, Cohort
from bootcamp.domain.timetables import plan_timetable, publish_timetable
from bootcamp.models import Booking, Room, Timetable
from bootcamp.queries import published_bookings

pytestmark = pytest.mark.django_db


def calendar_of(person: User, *, at: datetime) -> dict[str, object]:
    """UID without the person's own part → event, of the sessions alone."""
    calendar = getattr(person, "calendar", None) or make_calendar_address(by=person, now=at)
    own = calendar.uid_of("")
    with time_machine.travel(at, tick=False):
        answer = Client().get(reverse("calendar_feed", args=[calendar.token]))
    assert answer.status_code == 200
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    found = {str(one["uid"]).removeprefix(own): one for one in events}
    return {uid: one for uid, one in found.items() if not uid.startswith("own-")}


def uids(person: Application) -> set[str]:
    mine = published_bookings().filter(group__memberships__application=person)
    return {f"session-{one.session.uuid}@dtt" for one in mine}


def test_a_person_has_the_sessions_of_their_group_and_no_others(
    prepared: Cohort, people: list[Application], now: datetime
) -> None:
    events = calendar_of(people[0].user, at=now)

    assert events.keys() == uids(people[0])
    for event in events.values():
        assert (event["sequence"], event["status"]) == (0, "CONFIRMED")
        assert event["dtstart"].to_ical().endswith(b"Z")


def test_a_timetable_that_is_not_published_shows_nothing(
    prepared: Cohort, people: list[Application], manager: User, now: datetime
) -> None:
    before = {uid: one.to_ical() for uid, one in calendar_of(people[0].user, at=now).items()}
    plan_timetable(cohort_id=prepared.pk, seed=5, by=manager, now=now)

    after = calendar_of(people[0].user, at=now + timedelta(hours=1))

    assert {uid: one.to_ical() for uid, one in after.items()} == before


def test_a_moved_session_keeps_its_uid_and_gets_the_next_number(
    prepared: Cohort, people: list[Application], manager: User, now: datetime
) -> None:
    before = calendar_of(people[0].user, at=now)
    Room.objects.filter(cohort=prepared).update(name_zh="數碼港三期培訓室（東翼）" * 3)
    User.objects.filter(pk=people[0].user_id).update(language="zh-hant")
    later = now + timedelta(hours=1)

    after = calendar_of(people[0].user, at=later)

    assert after.keys() == before.keys()
    assert {one["sequence"] for one in after.values()} == {1}
    assert {one["last-modified"].dt for one in after.values()} == {later}
    assert all("數碼港" in str(one["location"]) for one in after.values())


def test_a_session_that_the_newer_timetable_lacks_is_cancelled(
    prepared: Cohort, people: list[Application], manager: User, now: datetime
) -> None:
    before = calendar_of(people[0].user, at=now)
    newer = plan_timetable(cohort_id=prepared.pk, seed=5, by=manager, now=now)
    fewer = Timetable.objects.create(
        cohort=prepared,
        number=newer.number + 1,
        seed=1,
        inputs={},
        objective=0,
        is_proven_best=False,
        created_at=now,
    )
    *kept, dropped = [one for one in newer.bookings.order_by("pk") if is_of(one, people[0])]
    for one in kept:
        one.pk, one.timetable = None, fewer
        one.save(force_insert=True)
    Timetable.objects.filter(state="published").update(state="superseded")
    Timetable.objects.filter(pk=fewer.pk).update(state="published", published_at=now)

    after = calendar_of(people[0].user, at=now + timedelta(hours=1))

    gone = f"session-{dropped.session.uuid}@dtt"
    assert after.keys() == before.keys()
    assert {uid for uid, one in after.items() if one["status"] == "CANCELLED"} == {gone}
    assert after[gone]["sequence"] == 1
    assert after[gone]["last-modified"].dt == now + timedelta(hours=1)
    assert not after[gone].walk("VALARM")


def test_who_gives_the_place_up_has_every_session_cancelled(
    prepared: Cohort, people: list[Application], now: datetime
) -> None:
    calendar_of(people[0].user, at=now)
    advance(application_ids=[people[0].pk], move=Move.DECLINE_PLACE, by=None, now=now)

    after = calendar_of(people[0].user, at=now + timedelta(hours=1))

    assert after
    assert {str(one["status"]) for one in after.values()} == {"CANCELLED"}


def test_a_trainer_has_what_they_teach(prepared: Cohort, manager: User, now: datetime) -> None:
    booking = published_bookings().first()
    assert booking is not None
    trainer = booking.trainer.user

    events = calendar_of(trainer, at=now)

    taught = published_bookings().filter(trainer__user=trainer)
    assert events.keys() == {f"teaching-{one.session.uuid}@dtt" for one in taught}


def test_publishing_the_same_places_again_is_nothing_new(
    prepared: Cohort, people: list[Application], manager: User, now: datetime
) -> None:
    before = {uid: one.to_ical() for uid, one in calendar_of(people[0].user, at=now).items()}
    seed = Timetable.objects.get(cohort=prepared, state="published").seed
    same = plan_timetable(cohort_id=prepared.pk, seed=seed, by=manager, now=now)
    publish_timetable(timetable_id=same.pk, by=manager, now=now)

    after = calendar_of(people[0].user, at=now + timedelta(hours=1))

    assert {uid: one.to_ical() for uid, one in after.items()} == before


def is_of(booking: Booking, person: Application) -> bool:
    return bool(booking.group.memberships.filter(application=person).exists())
