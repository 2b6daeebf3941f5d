"""The pages of participants and trainers, with the clock stopped."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.domain.people import choose_language
from accounts.models import User
from applications.models import Application, Cohort
from bootcamp.models import Attendance, Booking, Project, ProjectVersion
from bootcamp.queries import published_bookings, roster_of
from dtt.play.people import make_applicant
from tests.bootcamp.conftest import CONTENT, submit
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(prepared: Cohort) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def page(name: str, *args: object) -> str:
    return reverse(f"bootcamp:{name}", args=args)


# ---- participants ------------------------------------------------------------------------------


def test_a_participant_sees_their_own_days(client: Client, people: list[Application]) -> None:
    me = people[0]
    answer = signed_in(client, me.user).get(page("timetable", me.reference))

    cells = [c for _, row in answer.context["grid"].rows for _, found in row for c in found]
    assert len(cells) == 5
    assert {booking.group for booking in cells} == {me.membership.group}
    assert answer.context["grid"].slots[0].starts_at.hour == 1  # 09:30 in Hong Kong
    assert "09:30–12:00" in answer.content.decode()


@pytest.mark.parametrize("name", ["timetable", "project"])
def test_what_is_not_yours_does_not_exist(
    client: Client, cohort: Cohort, people: list[Application], name: str
) -> None:
    outsider = make_applicant(cohort, 80, now=NOW)
    signed_in(client, people[0].user)

    for reference in (people[1].reference, outsider.reference, "DTT-NOBODY", "%00", "x" * 300):
        assert client.get(page(name, reference)).status_code in (400, 404)
    signed_in(client, outsider.user)
    assert client.get(page(name, outsider.reference)).status_code == 404


@pytest.mark.parametrize("name", ["timetable", "project"])
def test_a_stranger_is_asked_to_sign_in(
    client: Client, people: list[Application], name: str
) -> None:
    answer = client.get(page(name, people[0].reference))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_a_project_is_submitted_and_shown_with_its_digest(
    client: Client, people: list[Application]
) -> None:
    me = people[0]
    address = page("project", me.reference)
    answer = signed_in(client, me.user).post(
        address, CONTENT | {"repository_url": "code.example/me"}
    )

    assert (answer.status_code, answer["Location"]) == (302, address)
    version = ProjectVersion.objects.get()
    assert version.content["repository_url"] == "https://code.example/me"
    assert version.digest[:16] in client.get(address).content.decode()


def test_what_was_typed_stays_when_something_is_missing(
    client: Client, people: list[Application]
) -> None:
    me = people[0]
    answer = signed_in(client, me.user).post(
        page("project", me.reference), CONTENT | {"title": "", "summary": "My long summary"}
    )

    assert answer.status_code == 422
    assert "My long summary" in answer.content.decode()
    assert Project.objects.count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "a\x00b"},
        {"title": "x" * 121},
        {"track": "undecided"},
        {"track": ["vision", "data_science", "poetry"]},
        {"repository_url": "javascript:alert(1)"},
        {"slides_url": "https://" + "x" * 400 + ".example"},
        {"summary": "x" * 2001},
        {"contribution": " "},
    ],
)
def test_hostile_answers_are_refused_with_a_message(
    client: Client, people: list[Application], changes: dict[str, str]
) -> None:
    me = people[0]
    answer = signed_in(client, me.user).post(page("project", me.reference), CONTENT | changes)

    assert answer.status_code == 422
    assert Project.objects.count() == 0


def test_a_late_project_is_refused_kindly_and_stays_on_the_page(
    client: Client, people: list[Application], clock: time_machine.Traveller
) -> None:
    me = people[0]
    choose_language(user=me.user, language="en")
    submit(me, at=NOW)
    clock.move_to(me.cohort.project_due_at)

    answer = signed_in(client, me.user).post(
        page("project", me.reference), CONTENT | {"title": "One minute late"}
    )

    assert answer.status_code == 422
    assert "what counts is version 1" in answer.content.decode()
    assert "One minute late" in answer.content.decode()
    assert Project.objects.get().title == CONTENT["title"]


# ---- trainers ----------------------------------------------------------------------------------


@pytest.fixture
def booking(prepared: Cohort) -> Booking:
    return published_bookings()[0]


def register(booking: Booking) -> str:
    return page("attendance", booking.session.uuid)


def test_a_trainer_takes_the_register_in_one_post(
    client: Client, booking: Booking, clock: time_machine.Traveller
) -> None:
    clock.move_to(booking.slot.starts_at)
    late, absent, other = roster_of(booking)
    answer = signed_in(client, booking.trainer.user).post(
        register(booking),
        {
            f"person-{late.reference}": "late",
            f"person-{absent.reference}": "absent",
            "rest": "present",
        },
    )

    assert (answer.status_code, answer["Location"]) == (302, register(booking))
    assert dict(Attendance.objects.values_list("application", "presence")) == {
        late.pk: "late",
        absent.pk: "absent",
        other.pk: "present",
    }


def test_the_register_of_another_trainer_does_not_exist(
    client: Client, booking: Booking, people: list[Application], clock: time_machine.Traveller
) -> None:
    clock.move_to(booking.slot.starts_at)
    others = published_bookings().exclude(trainer=booking.trainer)

    for user in (others[0].trainer.user, people[0].user):
        signed_in(client, user)
        assert client.get(register(booking)).status_code == 404
        assert client.post(register(booking), {"rest": "present"}).status_code == 404
    assert Attendance.objects.count() == 0


@pytest.mark.parametrize("value", ["excused", "there", "\x00", "9" * 999])
def test_a_presence_that_nobody_offered_is_refused(
    client: Client, booking: Booking, clock: time_machine.Traveller, value: str
) -> None:
    clock.move_to(booking.slot.starts_at)
    person = roster_of(booking)[0]
    answer = signed_in(client, booking.trainer.user).post(
        register(booking), {f"person-{person.reference}": value}
    )

    assert answer.status_code == 422
    assert Attendance.objects.count() == 0


def test_before_it_opens_the_register_shows_who_is_expected_and_takes_nothing(
    client: Client, booking: Booking
) -> None:
    signed_in(client, booking.trainer.user)

    shown = client.get(register(booking)).content.decode()
    answer = client.post(register(booking), {"rest": "present"})

    assert all(person.called in shown for person in roster_of(booking))
    assert 'type="radio"' not in shown
    assert answer.status_code == 422
    assert Attendance.objects.count() == 0


def test_the_sessions_page_takes_as_many_queries_for_one_session_as_for_many(
    client: Client, prepared: Cohort, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    counts = {}
    for trainer in prepared.trainers.all():
        mine = published_bookings().filter(trainer=trainer).count()
        signed_in(client, trainer.user)
        with django_assert_num_queries(5, exact=False) as captured:
            client.get(page("sessions"))
        counts[mine] = len(captured)

    assert len(counts) > 1
    assert len(set(counts.values())) == 1


def test_the_register_takes_as_many_queries_for_one_person_as_for_three(
    client: Client, booking: Booking, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    signed_in(client, booking.trainer.user)
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(20) as captured:
            client.get(register(booking))
        counts.append(len(captured))
        keep = roster_of(booking)[0]
        booking.group.memberships.exclude(application=keep).delete()

    assert counts[0] == counts[1]


def test_a_person_who_has_left_is_on_no_register(
    client: Client, booking: Booking, now: datetime
) -> None:
    gone = roster_of(booking)[0]
    Application.objects.filter(pk=gone.pk).update(stage="place-declined")

    signed_in(client, booking.trainer.user)
    form = client.get(register(booking)).context["form"]

    assert gone not in form.people
    assert len(form.people) == 2
    assert now + timedelta(days=1) < booking.slot.starts_at
