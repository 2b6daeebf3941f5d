"""The judges' pages: only one's own, conflicts first, nothing of others."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker

from accounts.models import User
from applications.models import Application, Cohort
from bootcamp.domain.panels import assign_judges
from bootcamp.models import Assignment, Conflict, Judge, Sheet
from dtt.play.bootcamp import make_judges, mark_everything
from tests.bootcamp.conftest import submit
from tests.conftest import NOW, rolled_back

pytestmark = pytest.mark.django_db
GOOD = {
    "mark-soundness": "4",
    "mark-rigour": "4",
    "mark-demo": "3",
    "mark-impact": "3",
    "mark-communication": "4",
    "version": "0",
    "comment": "",
}


@pytest.fixture(scope="module")
def scene(confirmed: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Four judges; five projects, three sheets to fill in for each."""
    with django_db_blocker.unblock(), rolled_back():
        cohort = Cohort.objects.get(slug="spring")
        manager = User.objects.get(email="manager@dtt.example")
        make_judges(cohort, 4, by=manager, now=NOW)
        for person in cohort.applications.select_related("user").order_by("pk")[:5]:
            submit(person, at=NOW)
        assign_judges(cohort_id=cohort.pk, seed=1, by=manager, now=cohort.project_due_at)
        yield


@pytest.fixture(autouse=True)
def _clock(scene: None, cohort: Cohort) -> Iterator[None]:
    with time_machine.travel(cohort.project_due_at, tick=False):
        yield


@pytest.fixture
def mine() -> Assignment:
    return Assignment.objects.select_related("judge__user", "project").order_by("pk")[0]


@pytest.fixture
def judge(client: Client, mine: Assignment) -> Client:
    """Signed in as the judge of `mine`."""
    client.force_login(mine.judge.user)
    return client


def sheet_of(assignment: Assignment) -> str:
    return reverse("judging:mark", args=[assignment.uuid])


def test_the_list_says_what_is_left(judge: Client, mine: Assignment) -> None:
    total = mine.judge.assignments.count()
    judge.post(sheet_of(mine), GOOD | {"action": "submit"})

    answer = judge.get(reverse("judging:home"))

    assert f"{total - 1} of {total} left" in answer.content.decode()


def test_no_project_opens_before_conflicts_are_declared(judge: Client, mine: Assignment) -> None:
    Judge.objects.filter(pk=mine.judge_id).update(conflicts_declared_at=None)

    home = judge.get(reverse("judging:home")).content.decode()

    assert mine.project.title not in home
    assert reverse("judging:conflicts", args=["spring"]) in home
    assert judge.get(sheet_of(mine)).status_code == 404
    assert judge.post(sheet_of(mine), GOOD).status_code == 404


def test_the_project_of_another_judge_does_not_exist(judge: Client, mine: Assignment) -> None:
    theirs = Assignment.objects.exclude(judge=mine.judge)[0]

    assert judge.get(sheet_of(theirs)).status_code == 404
    assert judge.post(sheet_of(theirs), GOOD | {"action": "submit"}).status_code == 404
    give_back = reverse("judging:give_back", args=[theirs.uuid])
    assert judge.post(give_back, {"reason": "family"}).status_code == 404
    assert Sheet.objects.count() == 0


def test_who_judges_nowhere_finds_no_judging(client: Client, people: list[Application]) -> None:
    client.force_login(people[0].user)

    assert client.get(reverse("judging:home")).status_code == 404
    assert client.get(reverse("judging:conflicts", args=["spring"])).status_code == 404


def test_a_sheet_is_saved_as_a_draft_and_then_submitted(judge: Client, mine: Assignment) -> None:
    answer = judge.post(sheet_of(mine), {"version": "0", "mark-demo": "3", "action": "draft"})
    assert answer["Location"] == sheet_of(mine)
    assert 'value="3" ' in judge.get(sheet_of(mine)).content.decode()

    answer = judge.post(sheet_of(mine), GOOD | {"version": "1", "action": "submit"})

    assert answer["Location"] == reverse("judging:home")
    sheet = Sheet.objects.get()
    assert (sheet.marks["soundness"], sheet.submitted_at is None) == (4, False)


def test_an_incomplete_sheet_is_refused_and_keeps_what_was_typed(
    judge: Client, mine: Assignment
) -> None:
    answer = judge.post(
        sheet_of(mine), {"version": "0", "action": "submit", "comment": "So far, so good"}
    )

    assert answer.status_code == 422
    assert "Technical soundness" in answer.content.decode()
    assert "So far, so good" in answer.content.decode()
    assert Sheet.objects.count() == 0


def test_a_second_tab_is_told_and_overwrites_nothing(judge: Client, mine: Assignment) -> None:
    judge.post(sheet_of(mine), GOOD | {"action": "submit", "comment": "First"})

    answer = judge.post(sheet_of(mine), GOOD | {"action": "submit", "comment": "Second"})

    assert answer.status_code == 409
    assert "Second" in answer.content.decode()
    assert Sheet.objects.get().comment == "First"


@pytest.mark.parametrize(
    "changes",
    [
        {"mark-demo": "6"},
        {"mark-demo": "three"},
        {"mark-demo": "\x00"},
        {"version": "-1"},
        {"version": "9" * 40},
        {"version": "x"},
        {"version": ""},
        {"comment": "a\x00b"},
        {"comment": "x" * 2001},
    ],
)
def test_hostile_marks_are_refused(
    judge: Client, mine: Assignment, changes: dict[str, str]
) -> None:
    answer = judge.post(sheet_of(mine), GOOD | {"action": "submit"} | changes)

    assert answer.status_code == 422
    assert Sheet.objects.count() == 0


def test_a_judges_pages_show_no_mark_of_anybody_else_and_no_average(
    judge: Client, mine: Assignment, cohort: Cohort
) -> None:
    mark_everything(cohort, now=cohort.project_due_at)
    Sheet.objects.exclude(assignment=mine).update(comment="Theirs alone", marks={"demo": 5})

    shown = (
        judge.get(sheet_of(mine)).content.decode()
        + judge.get(reverse("judging:home")).content.decode()
    )

    assert "Theirs alone" not in shown
    other = mine.project.assignments.exclude(pk=mine.pk).select_related("judge__user")[0]
    assert str(other.judge) not in shown
    checked = [line for line in shown.splitlines() if "checked" in line and "mark-" in line]
    assert len(checked) <= 5


def test_a_late_conflict_hands_the_project_on(judge: Client, mine: Assignment) -> None:
    give_back = reverse("judging:give_back", args=[mine.uuid])

    assert judge.post(give_back, {"reason": "nonsense"})["Location"] == sheet_of(mine)
    answer = judge.post(give_back, {"reason": "family"})

    assert answer["Location"] == reverse("judging:home")
    assert judge.get(sheet_of(mine)).status_code == 404
    assert mine.project.assignments.filter(state="assigned").count() == 3


def test_conflicts_are_declared_by_name_and_once(
    judge: Client, mine: Assignment, people: list[Application]
) -> None:
    address = reverse("judging:conflicts", args=["spring"])
    known = people[5]

    answer = judge.post(address, {f"person-{known.reference}": "institution"})

    assert answer["Location"] == reverse("judging:home")
    assert list(Conflict.objects.values_list("judge", "application", "reason")) == [
        (mine.judge_id, known.pk, "institution")
    ]
    assert known not in judge.get(address).context["form"].people
    bad = judge.post(address, {f"person-{people[4].reference}": "envy"})
    assert bad.status_code == 422


def test_the_list_takes_as_many_queries_for_one_project_as_for_three(
    judge: Client, mine: Assignment, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(12) as captured:
            judge.get(reverse("judging:home"))
        counts.append(len(captured))
        Assignment.objects.filter(judge=mine.judge).exclude(pk=mine.pk).update(state="withdrawn")

    assert counts[0] == counts[1]
