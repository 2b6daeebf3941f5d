"""A person's calendar: only by its secret address, and only as long as that stands."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts.models import AuditEvent, PersonalCalendar, User
from applications.models import Application, Stage
from dtt.play.people import make_applicant, make_cohort, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def applicant(now: datetime) -> Iterator[Application]:
    with time_machine.travel(now, tick=False):
        yield make_applicant(make_cohort(now=now), 1, now=now)


@pytest.fixture
def browser(applicant: Application) -> Client:
    client = Client()
    client.force_login(applicant.user)
    return client


def address_of(person: User) -> str:
    return reverse("calendar_feed", args=[PersonalCalendar.objects.get(user=person).token])


def test_the_address_is_made_replaced_and_closed(browser: Client, applicant: Application) -> None:
    program = Client()
    assert 'type="url"' not in browser.get(reverse("calendar")).content.decode()

    browser.post(reverse("calendar_make"))
    first = address_of(applicant.user)
    assert first in browser.get(reverse("calendar")).content.decode()
    assert program.get(first).status_code == 200

    browser.post(reverse("calendar_make"))
    second = address_of(applicant.user)
    assert (program.get(first).status_code, program.get(second).status_code) == (404, 200)

    browser.post(reverse("calendar_revoke"))
    browser.post(reverse("calendar_revoke"))
    assert program.get(second).status_code == 404
    verbs = AuditEvent.objects.filter(verb__contains="calendar").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        *["make-calendar-address"] * 2,
        "revoke-calendar-address",
    ]
    assert first.split("/")[-1][:-4] not in str(list(verbs.values()))


def test_it_is_a_private_calendar_in_the_persons_language(
    browser: Client, applicant: Application
) -> None:
    User.objects.filter(pk=applicant.user_id).update(language="zh-hant")
    browser.post(reverse("calendar_make"))

    answer = Client(headers={"accept-language": "en"}).get(address_of(applicant.user))

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in answer["Cache-Control"]
    assert not answer.cookies
    lines = answer.content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    calendar = Calendar.from_ical(answer.content)
    summaries = [str(event["summary"]) for event in calendar.walk("VEVENT")]
    assert any("測驗" in summary for summary in summaries)
    for event in calendar.walk("VEVENT"):
        for name in ("dtstart", "dtend", "dtstamp", "last-modified"):
            assert event[name].to_ical().endswith(b"Z"), name


def test_nothing_new_is_the_same_bytes_and_is_not_sent_again(
    browser: Client, applicant: Application
) -> None:
    browser.post(reverse("calendar_make"))
    address = address_of(applicant.user)
    first = Client().get(address)

    again = Client().get(address, headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert Client().get(address).content == first.content


def test_a_moved_deadline_has_the_next_number(browser: Client, applicant: Application) -> None:
    browser.post(reverse("calendar_make"))
    address = address_of(applicant.user)
    first = {str(one["uid"]): one for one in events(Client().get(address).content)}
    cohort = applicant.cohort
    cohort.quiz_closes_at = cohort.quiz_closes_at.replace(minute=1)
    cohort.save(update_fields=["quiz_closes_at"])
    later = datetime(2027, 3, 2, tzinfo=UTC)

    with time_machine.travel(later, tick=False):
        second = {str(one["uid"]): one for one in events(Client().get(address).content)}

    assert first.keys() == second.keys()
    moved = [uid for uid in first if first[uid].to_ical() != second[uid].to_ical()]
    calendar = PersonalCalendar.objects.get()
    assert moved == [calendar.uid_of(f"own-{cohort.slug}-quiz@dtt")]
    assert (first[moved[0]]["sequence"], second[moved[0]]["sequence"]) == (0, 1)
    assert second[moved[0]]["last-modified"].dt == later


def test_two_people_share_no_uid(browser: Client, applicant: Application, now: datetime) -> None:
    browser.post(reverse("calendar_make"))
    other = make_applicant(applicant.cohort, 2, now=now)
    second = Client()
    second.force_login(other.user)
    second.post(reverse("calendar_make"))

    mine, theirs = (
        {str(one["uid"]) for one in events(Client().get(address_of(person)).content)}
        for person in (applicant.user, other.user)
    )

    assert len(mine) == len(theirs) > 0
    assert mine & theirs == set()


def test_what_a_calendar_told_before_it_had_a_mark_still_counts(
    browser: Client, applicant: Application
) -> None:
    browser.post(reverse("calendar_make"))
    address = address_of(applicant.user)
    Client().get(address)
    calendar = PersonalCalendar.objects.get()
    key = f"own-{applicant.cohort.slug}-quiz@dtt"
    calendar.told[key] |= {"number": 7, "entry": calendar.told[key]["entry"] | {"what": "Quiz"}}
    calendar.save(update_fields=["told"])

    found = {str(one["uid"]): one for one in events(Client().get(address).content)}

    assert found[calendar.uid_of(key)]["sequence"] == 8


def test_every_row_gets_a_mark_of_its_own_from_the_database(now: datetime) -> None:
    people = [make_user(f"{n}@people.example", now=now) for n in range(3)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_personalcalendar (user_id, told)"
            " SELECT id, '{}' FROM accounts_user"
        )

    marks = {one.mark.hex for one in PersonalCalendar.objects.all()}

    assert len(marks) == len(people)


def test_who_has_withdrawn_has_nothing_due(browser: Client, applicant: Application) -> None:
    browser.post(reverse("calendar_make"))
    Application.objects.filter(pk=applicant.pk).update(
        stage=Stage.WITHDRAWN, withdrawn_at=applicant.created_at
    )

    assert events(Client().get(address_of(applicant.user)).content) == []


def test_a_closed_account_has_no_calendar(browser: Client, applicant: Application) -> None:
    browser.post(reverse("calendar_make"))
    User.objects.filter(pk=applicant.user_id).update(is_active=False)

    assert Client().get(address_of(applicant.user)).status_code == 404


@pytest.mark.parametrize("token", ["x", "None", "%00", "a" * 5000, "é"])
def test_an_odd_address_is_not_found(token: str) -> None:
    assert Client().get(f"/calendar/{token}.ics").status_code in (400, 404)


def test_too_many_requests_are_put_off(
    browser: Client, applicant: Application, settings: LazySettings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"calendar": "2/h/key"}
    browser.post(reverse("calendar_make"))
    address = address_of(applicant.user)

    assert [Client().get(address).status_code for _ in range(3)] == [200, 200, 429]


def events(content: bytes) -> list:
    return list(Calendar.from_ical(content).walk("VEVENT"))
