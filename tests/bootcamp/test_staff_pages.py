"""The boards of staff: what they show, and that their buttons are verbs."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.roles import Role
from applications.models import Application, Cohort
from bootcamp.models import JudgingRun, Timetable
from dtt.play.bootcamp import attend, mark_everything
from dtt.play.people import make_user
from tests.bootcamp.conftest import submit
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
TEACHING, JUDGING = "admin:bootcamp_teaching", "admin:bootcamp_judging"


@pytest.fixture(autouse=True)
def clock(prepared: Cohort) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def staff(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def press(client: Client, verb: str, **values: object) -> HttpResponse:
    return client.post(reverse("admin:bootcamp_act", args=["spring", verb]), values)


def said(answer: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_the_teaching_board_shows_every_booking_and_no_clash(
    staff: Client, prepared: Cohort
) -> None:
    attend(prepared)

    answer = staff.get(reverse(TEACHING, args=["spring"]))

    board = answer.context["board"]
    cells = [b for _, row in board.grid.rows for _, found in row for b in found]
    assert (len(cells), board.unscheduled, answer.context["clashes"]) == (10, 0, 0)
    assert [line.people for line in board.groups] == [3, 3]
    assert sum(r.present + r.late + r.absent + r.excused for r in board.registers) == 30


def test_a_timetable_is_planned_and_published_by_buttons(staff: Client, prepared: Cohort) -> None:
    assert "Timetable 2 is drawn up" in said(press(staff, "plan", seed=5))
    assert "published" in said(press(staff, "publish", timetable=2))

    assert Timetable.objects.get(state="published").number == 2


def test_judging_runs_by_buttons_and_says_what_is_missing(
    staff: Client,
    manager: User,
    people: list[Application],
    prepared: Cohort,
    clock: time_machine.Traveller,
) -> None:
    for person in people:
        submit(person, at=NOW)
    assert "Projects can change until" in said(press(staff, "assign", seed=1))
    clock.move_to(prepared.project_due_at)
    staff.force_login(manager)  # weeks later
    assert "18 sheets" in said(press(staff, "assign", seed=1))
    assert "fewer than 3" in said(press(staff, "close"))
    mark_everything(prepared, now=prepared.project_due_at)

    assert "Judging is closed" in said(press(staff, "close"))

    board = staff.get(reverse(JUDGING, args=["spring"])).context["board"]
    assert (board.missing, len(board.projects), board.run) == (0, 6, JudgingRun.objects.get())
    assert [line.submitted for line in board.projects] == [3] * 6
    scores = [line.score.score for line in board.projects]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("plan", {"seed": "x"}),
        ("plan", {"seed": "9" * 50}),
        ("plan", {}),
        ("form-groups", {"count": "0", "seed": "1"}),
        ("form-groups", {"count": "\x00", "seed": "1"}),
        ("publish", {"timetable": "77"}),
        ("publish", {"timetable": "-1"}),
    ],
)
def test_what_cannot_be_done_changes_nothing_and_says_so(
    staff: Client, prepared: Cohort, verb: str, values: dict[str, str]
) -> None:
    answer = press(staff, verb, **values)

    assert answer.status_code == 302
    assert said(answer) != ""
    assert Timetable.objects.filter(cohort=prepared).count() == 1


def test_a_get_never_acts_and_an_unknown_button_does_not_exist(staff: Client) -> None:
    assert staff.get(reverse("admin:bootcamp_act", args=["spring", "plan"])).status_code == 405
    assert press(staff, "abolish").status_code == 404
    assert staff.get(reverse(TEACHING, args=["nowhere"])).status_code == 404


def test_an_auditor_looks_and_does_not_touch(client: Client, prepared: Cohort) -> None:
    client.force_login(make_user("auditor@dtt.example", Role.AUDITOR))

    for board in (TEACHING, JUDGING):
        answer = client.get(reverse(board, args=["spring"]))
        assert answer.status_code == 200
        assert 'action="/staff/bootcamp' not in answer.content.decode()
    assert press(client, "plan", seed=1).status_code == 403


def test_other_staff_have_no_board(client: Client) -> None:
    client.force_login(make_user("author@dtt.example", Role.QUIZ_AUTHOR))

    assert client.get(reverse(TEACHING, args=["spring"])).status_code == 403


@pytest.mark.parametrize(
    "model",
    [
        "module", "lesson", "room", "slot", "trainer", "group", "timetable", "attendance",
        "project", "judge", "conflict", "rubric", "judgingrun",
    ],
)  # fmt: skip
def test_every_list_opens_and_takes_a_constant_number_of_queries(
    staff: Client,
    people: list[Application],
    prepared: Cohort,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    model: str,
) -> None:
    attend(prepared)
    for person in people[:3]:
        submit(person, at=NOW)

    with django_assert_max_num_queries(22):
        answer = staff.get(reverse(f"admin:bootcamp_{model}_changelist"))

    assert answer.status_code == 200


@pytest.mark.parametrize("model", ["timetable", "project"])
def test_a_run_and_a_project_are_read_only(
    staff: Client, people: list[Application], prepared: Cohort, model: str
) -> None:
    row = {
        "timetable": Timetable.objects.get(),
        "project": submit(people[0], at=NOW),
    }[model]
    address = reverse(f"admin:bootcamp_{model}_change", args=[row.pk])

    assert staff.get(address).status_code == 200
    assert staff.post(address, {}).status_code == 403
