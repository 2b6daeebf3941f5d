"""A list is counted once, a day after it is out; then nothing moves."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from applications.domain.access import answer_due_on
from applications.models import AccessRequest, Application, Stage
from dtt.play.selection import cohort_after_shortlist, prepare_list
from monitoring.domain.answering import give_answers, remove_answers
from monitoring.domain.counting import WAITS, UnableToCount, count_due, count_published
from monitoring.models import Answers, ListCount
from monitoring.tasks import count_due as count_due_task
from quiz.models import ExtraTime
from selection.models import Selection
from tests.monitoring.conftest import PLACES, Answered, ask, make_answered
from tests.parallel import results_at_once

SECOND = timedelta(seconds=1)


def rows(count: ListCount, dimension: str) -> dict[str, tuple[int, int] | None]:
    """By group, the selected and the others; None where the row is hidden."""
    return {
        row["key"]: (row["selected"], row["not_selected"]) if "selected" in row else None
        for row in count.tables[dimension]["rows"]
    }


def test_the_report_on_the_fixture_has_these_numbers_and_no_others(answered: Answered) -> None:
    for application in answered.people[25:35]:
        ask(application, at=answered.published_at, answered=answered.published_at)

    count = answered.count(answered.publish().selection)

    assert {dimension: rows(count, dimension) for dimension in count.tables} == {
        # Six Putonghua speakers, four of them selected: with those who said nothing they would be
        # known from the totals, so the next smallest row is hidden with them.
        "language": {
            "cantonese": (20, 20),
            "english": None,
            "other": None,
            "putonghua": None,
            "unsaid": None,
        },
        "disability": {"no": (19, 11), "unsaid": (5, 5), "yes": (6, 14)},
        "caring": {"no": None, "unsaid": None, "yes": None},
        "first_in_family": {"no": None, "unsaid": None, "yes": None},
        "arrangement": {"no": (25, 25), "yes": (5, 5)},
    }
    assert {str(table["total"]) for table in count.tables.values()} == {
        str({"key": "", "selected": 30, "not_selected": 30})
    }


def test_more_time_in_the_quiz_is_an_arrangement_and_a_factor_of_one_is_none(
    answered: Answered, now: datetime
) -> None:
    for n, application in enumerate(answered.people[20:40]):
        ExtraTime.objects.create(
            application=application,
            factor=Decimal("1.25") if n % 2 else Decimal(1),
            reason="…",
            granted_at=now,
            granted_by=answered.waiting.staff.asker,
        )
    for application in answered.people[:10]:
        AccessRequest.objects.create(
            application=application,
            needs="…",
            requested_at=now,
            state="refused",
            arrangement="…",
            decided_at=now,
        )

    count = answered.count(answered.publish().selection)

    assert rows(count, "arrangement") == {"no": (25, 25), "yes": (5, 5)}


def test_a_list_is_counted_at_the_end_of_a_day_and_not_before(answered: Answered) -> None:
    selection = answered.publish().selection
    due = answered.published_at + WAITS

    with pytest.raises(UnableToCount, match="a day after"):
        count_published(selection_id=selection.pk, now=due - SECOND)
    before = count_due(now=due - SECOND)
    at = count_due(now=due)

    assert (before, at, count_due(now=due)) == (0, 1, 0)
    assert ListCount.objects.get().counted_at == due


def test_a_list_that_is_not_out_is_not_counted(answered: Answered, now: datetime) -> None:
    published = answered.publish()
    Selection.objects.create(
        cohort=published.cohort,
        step="final",
        number=1,
        rule=published.selection.rule,
        seed=published.selection.seed,
        inputs={},
        created_at=now,
    )

    assert count_due(now=now + timedelta(days=9)) == 1


def test_the_task_counts_what_is_due(answered: Answered) -> None:
    answered.publish()

    with time_machine.travel(answered.published_at + WAITS, tick=False):
        counted = count_due_task()

    assert (counted, ListCount.objects.count()) == (1, 1)


def test_what_changes_afterwards_does_not_change_what_was_counted(answered: Answered) -> None:
    selection = answered.publish().selection
    first = answered.count(selection)
    later = answered.published_at + 2 * WAITS
    Answers.objects.update(disability="no")
    remove_answers(application_id=answered.people[0].pk, by=answered.people[0].user, now=later)

    again = count_published(selection_id=selection.pk, now=later)

    assert (again.pk, again.tables, again.counted_at) == (first.pk, first.tables, first.counted_at)
    assert AuditEvent.objects.filter(verb="count-equal-treatment").count() == 1


def test_the_database_itself_refuses_to_change_or_delete_a_count(answered: Answered) -> None:
    count = answered.count(answered.publish().selection)

    for change in (
        lambda: ListCount.objects.filter(pk=count.pk).update(tables={}),
        lambda: ListCount.objects.filter(pk=count.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="counted once"), transaction.atomic():
            change()


def test_an_answer_that_is_removed_in_that_day_does_not_count(answered: Answered) -> None:
    selection = answered.publish().selection
    in_time = answered.published_at + WAITS - SECOND
    for person in answered.people[:2]:
        remove_answers(application_id=person.pk, by=person.user, now=in_time)

    count = answered.count(selection)

    # Four selected people with a disability are left; beside them alone they could be worked out.
    assert rows(count, "disability") == {"no": (19, 11), "unsaid": None, "yes": None}


@pytest.mark.parametrize(
    ("after", "counted"), [(-SECOND, (6, 14)), (timedelta(0), (5, 14)), (SECOND, (5, 14))]
)
def test_an_answer_given_in_the_light_of_the_result_does_not_count(
    answered: Answered, after: timedelta, counted: tuple[int, int]
) -> None:
    Answers.objects.filter(application=answered.people[0]).update(
        answered_at=answered.published_at + after
    )

    count = answered.count(answered.publish().selection)

    assert rows(count, "disability")["yes"] == counted


def test_who_has_no_score_took_no_part_in_the_ranking(answered: Answered) -> None:
    scores: list[Any] = list(range(100, 100 - 60, -1))
    scores[50:] = [None] * 10
    answered.waiting.give(*scores)

    count = answered.count(answered.publish().selection)

    assert count.tables["language"]["total"] == {"key": "", "selected": 30, "not_selected": 20}


def publish_final(answered: Answered, confirmed: range) -> ListCount:
    """The finalists, fifteen of those who have confirmed, a month after the first list."""
    cohort, staff = answered.waiting.cohort, answered.waiting.staff
    later = answered.published_at + timedelta(days=30)
    cohort.finalists, cohort.finalists_with_ties = 15, 15
    cohort.save()
    prepare_list(
        cohort,
        "final",
        criteria=[("test.score", Decimal(1))],
        reserves=0,
        by=staff.asker,
        now=answered.published_at,
    )
    places = [answered.people[n].pk for n in confirmed]
    Application.objects.filter(pk__in=places).update(stage=Stage.PLACE_CONFIRMED)
    for n, said in enumerate(("yes", "no", "")):
        third = [person.pk for person in answered.people[n::3]]
        Answers.objects.filter(application__in=third).update(first_in_family=said)
    final = cohort_after_shortlist(cohort, staff, now=later, step="final").selection
    return count_published(selection_id=final.pk, now=later + WAITS)


def test_a_next_list_has_no_table_if_one_person_left_in_between(answered: Answered) -> None:
    answered.publish()

    count = publish_final(answered, range(1, PLACES))

    # The two lists together would tell what the one who left had answered.
    assert rows(count, "first_in_family") == {"no": None, "unsaid": None, "yes": None}
    assert count.tables["first_in_family"]["total"]["selected"] == 15


def test_a_next_list_has_its_table_if_enough_people_came_and_went(answered: Answered) -> None:
    answered.publish()

    count = publish_final(answered, range(8, PLACES + 8))

    assert rows(count, "first_in_family") == {"no": (5, 5), "unsaid": (5, 5), "yes": (5, 5)}


# ---- arrangements --------------------------------------------------------------------------------


def test_requests_are_counted_by_whether_they_were_answered_in_two_working_days(
    answered: Answered, now: datetime
) -> None:
    monday = now
    hour, day = timedelta(hours=1), timedelta(days=1)
    assert answer_due_on(monday) == (monday + 2 * day).date()
    for person, took in zip(answered.people, [hour, 2 * day, 3 * day, 9 * day, day], strict=False):
        ask(person, at=monday, answered=monday + took)
    published = answered.publish().selection
    # A list waits for every request; one that came at the last moment is open still.
    ask(answered.people[5], at=monday, answered=None)

    count = answered.count(published)

    assert count.requests == {
        "all_in_time": False,
        "asked": 6,
        "in_time": 3,
        "late": 2,
        "open": 1,
    }


@pytest.mark.parametrize("people", [0, 4])
def test_of_fewer_than_five_requests_only_whether_all_were_in_time_is_kept(
    answered: Answered, now: datetime, people: int
) -> None:
    for person in answered.people[:people]:
        ask(person, at=now, answered=now)

    count = answered.count(answered.publish().selection)

    assert count.requests == {"all_in_time": True}


# ---- at once -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_ten_workers_at_once_count_a_list_once(now: datetime) -> None:
    answered = make_answered(now)
    selection = answered.publish().selection
    due = answered.published_at + WAITS

    found = results_at_once([lambda: count_published(selection_id=selection.pk, now=due).pk] * 10)

    assert (len(set(found)), ListCount.objects.count()) == (1, 1)
    assert AuditEvent.objects.filter(verb="count-equal-treatment").count() == 1


@pytest.mark.django_db(transaction=True)
def test_somebody_who_answers_ten_times_at_once_has_one_row(now: datetime) -> None:
    waiting = make_answered(now).waiting
    person = waiting.applications[0]
    Answers.objects.filter(application=person).delete()

    def say(number: int) -> int:
        answers = {"disability": ("yes", "no")[number % 2]}
        give_answers(application_id=person.pk, answers=answers, by=person.user, now=now)
        return number

    results_at_once([lambda n=n: say(n) for n in range(10)])

    assert Answers.objects.filter(application=person).count() == 1
