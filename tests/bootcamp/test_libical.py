"""The calendar as libical reads it, the library behind many calendar programs.

Debian has it as `libical3`. It is called as it is, through ctypes: what it makes of the bytes that
are fetched must be what was said.
"""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client
from django.urls import reverse

from accounts.domain.calendars import make_calendar_address
from accounts.models import PersonalCalendar, User
from accounts.revisions import revisions
from applications.domain.stages import advance
from applications.lifecycle import Move
from applications.models import Application, Cohort
from bootcamp.models import Lesson, Room

pytestmark = [pytest.mark.django_db, pytest.mark.e2e]
LIBRARY = "libical.so.3"
LONG = "數碼港三期培訓室（東翼），近升降機；請帶學生證、手提電話\\充電器" * 2


@dataclass(frozen=True)
class Read:
    """An event as libical says it."""

    uid: str
    summary: str
    location: str
    description: str
    starts: str
    ends: str
    sequence: int
    status: str


class Libical:
    """The few calls that are needed."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(LIBRARY)
        self._library.icalerror_set_errors_are_fatal(0)

    def read(self, content: bytes) -> list[Read]:
        """Every event; whatever the parser or the rules of the standard object to is raised."""
        calendar = self._pointer("icalparser_parse_string", content)
        assert calendar
        try:
            assert self._number("icalrestriction_check", calendar) == 1
            assert self._number("icalcomponent_count_errors", calendar) == 0
            return [self._event(one) for one in self._events(calendar)]
        finally:
            self._library.icalcomponent_free(ctypes.c_void_p(calendar))

    def _events(self, calendar: int) -> Iterator[int]:
        kind = self._number("icalcomponent_string_to_kind", b"VEVENT")
        event = self._pointer("icalcomponent_get_first_component", calendar, kind)
        while event:
            yield event
            event = self._pointer("icalcomponent_get_next_component", calendar, kind)

    def _event(self, event: int) -> Read:
        status = self._number("icalcomponent_get_status", event)
        return Read(
            uid=self._text("icalcomponent_get_uid", event),
            summary=self._text("icalcomponent_get_summary", event),
            location=self._text("icalcomponent_get_location", event),
            description=self._text("icalcomponent_get_description", event),
            starts=self._value(event, b"DTSTART"),
            ends=self._value(event, b"DTEND"),
            sequence=self._number("icalcomponent_get_sequence", event),
            status=self._text("icalproperty_status_to_string", status),
        )

    def _value(self, event: int, name: bytes) -> str:
        kind = self._number("icalproperty_string_to_kind", name)
        found = self._pointer("icalcomponent_get_first_property", event, kind)
        return self._text("icalproperty_get_value_as_string", found)

    def _pointer(self, name: str, *arguments: Any) -> int | None:
        found: int | None = self._call(name, ctypes.c_void_p, arguments)
        return found

    def _number(self, name: str, *arguments: Any) -> int:
        return int(self._call(name, ctypes.c_int, arguments))

    def _text(self, name: str, *arguments: Any) -> str:
        said: bytes | None = self._call(name, ctypes.c_char_p, arguments)
        return (said or b"").decode()

    def _call(self, name: str, result: Any, arguments: tuple[Any, ...]) -> Any:
        """An address is longer than C takes a number for, a kind is not."""
        call = getattr(self._library, name)
        call.restype = result
        return call(
            *(
                ctypes.c_void_p(one) if isinstance(one, int) and one > 2**31 else one
                for one in arguments
            )
        )


def fetched(person: User, *, at: datetime) -> tuple[bytes, set[Read]]:
    """The bytes of a person's calendar, and what they ought to say."""
    calendar = getattr(person, "calendar", None) or make_calendar_address(by=person, now=at)
    with time_machine.travel(at, tick=False):
        answer = Client().get(reverse("calendar_feed", args=[calendar.token]))
    assert answer.status_code == 200
    told = PersonalCalendar.objects.get(pk=calendar.pk).told
    return answer.content, {
        Read(
            uid=calendar.uid_of(one.entry.uid),
            summary=one.entry.what,
            location=one.entry.place,
            description=one.entry.note,
            starts=spelt(one.entry.starts_at),
            ends=spelt(one.entry.ends_at),
            sequence=one.number,
            status="CANCELLED" if one.cancelled else "CONFIRMED",
        )
        for one in revisions(told)
    }


def spelt(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def test_libical_reads_every_event_as_it_was_meant(
    prepared: Cohort, people: list[Application], now: datetime
) -> None:
    person = people[0].user
    User.objects.filter(pk=person.pk).update(language="zh-hant")
    Room.objects.filter(cohort=prepared).update(name_zh=LONG)
    Lesson.objects.filter(module__cohort=prepared).update(title_zh="機器學習，由零開始；𠮷" * 6)

    content, meant = fetched(person, at=now)

    read = Libical().read(content)
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert len(read) == len(meant) > 1
    assert set(read) == meant
    assert {one.location for one in read if one.uid.find("-session-") > 0} == {LONG}


def test_libical_reads_what_was_moved_and_what_was_called_off(
    prepared: Cohort, people: list[Application], now: datetime
) -> None:
    person, library = people[0].user, Libical()
    User.objects.filter(pk=person.pk).update(language="zh-hant")
    fetched(person, at=now)
    Room.objects.update(name_zh=Concat("name_zh", Value(", 二樓; 近升降機")))
    moved, meant = fetched(person, at=now + timedelta(hours=1))
    assert set(library.read(moved)) == meant
    assert 1 in {one.sequence for one in meant}
    advance(application_ids=[people[0].pk], move=Move.DECLINE_PLACE, by=None, now=now)

    content, meant = fetched(person, at=now + timedelta(hours=2))

    read = library.read(content)
    assert set(read) == meant
    assert {(one.status, one.sequence) for one in read} == {("CANCELLED", 2)}
    assert content.count(b"STATUS:CANCELLED") == len(read) > 1
