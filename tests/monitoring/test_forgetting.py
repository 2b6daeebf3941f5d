"""Answers go as soon as no list needs them."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from accounts.models import AuditEvent
from applications.models import Application, Cohort, Stage
from dtt.play.people import make_cohort
from dtt.play.selection import cohort_after_shortlist, prepare_list
from monitoring.domain.counting import WAITS, count_due
from monitoring.domain.forgetting import forget_answers
from monitoring.models import Answers, ListCount
from monitoring.tasks import count_due as count_due_task
from selection.models import Entry, Selection
from tests.monitoring.conftest import PEOPLE, PLACES, Answered, answer
from tests.selection.conftest import make_eligible

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def publish_final(answered: Answered, cohort: Cohort, *, at: datetime) -> Selection:
    by = answered.waiting.staff.asker
    prepare_list(cohort, "final", criteria=[("test.score", Decimal(1))], reserves=5, by=by, now=at)
    places = [person.pk for person in answered.people[:PLACES]]
    Application.objects.filter(pk__in=places).update(stage=Stage.PLACE_CONFIRMED)
    Entry.objects.filter(application__in=places).update(reply=Entry.Reply.CONFIRMED)
    return cohort_after_shortlist(cohort, answered.waiting.staff, now=at, step="final").selection


def test_answers_stay_while_a_list_is_to_come(answered: Answered) -> None:
    answered.count(answered.publish().selection)

    assert forget_answers(now=answered.published_at + timedelta(days=30)) == 0
    assert Answers.objects.count() == PEOPLE


def test_answers_go_when_the_last_list_is_counted_and_those_of_other_cohorts_stay(
    answered: Answered, now: datetime
) -> None:
    answered.publish()
    cohort = answered.waiting.cohort
    beside = make_cohort(now=now, slug="beside")
    answer(make_eligible(beside, 2, now=now), now=now)
    later = answered.published_at + timedelta(days=30)
    publish_final(answered, cohort, at=later)

    count_due(now=later + WAITS - SECOND)
    before = forget_answers(now=later + WAITS - SECOND)
    with time_machine.travel(later + WAITS, tick=False):
        count_due_task()
        count_due_task()

    assert (before, ListCount.objects.count()) == (0, 2)
    assert {one.application.cohort for one in Answers.objects.all()} == {beside}
    event = AuditEvent.objects.get(verb="forget-monitoring-answers")
    assert (event.object_type, event.object_id) == ("applications.cohort", str(cohort.pk))
    assert (event.before, event.after) == ({}, {})


def test_answers_go_with_the_match_if_a_list_never_came(answered: Answered) -> None:
    answered.count(answered.publish().selection)
    match_at = answered.waiting.cohort.match_at

    before = forget_answers(now=match_at - SECOND)

    assert (before, Answers.objects.count()) == (0, PEOPLE)
    assert (forget_answers(now=match_at), Answers.objects.count()) == (1, 0)


def test_a_list_that_waits_to_be_counted_keeps_the_answers_beyond_the_match(
    answered: Answered,
) -> None:
    answered.count(answered.publish().selection)
    match_at = answered.waiting.cohort.match_at
    publish_final(answered, answered.waiting.cohort, at=match_at - SECOND)

    kept = forget_answers(now=match_at + timedelta(hours=1))
    count_due(now=match_at + WAITS)

    assert kept == 0
    assert forget_answers(now=match_at + WAITS) == 1
