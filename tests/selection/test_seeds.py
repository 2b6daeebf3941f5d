"""Seeds are committed in time without anybody's doing, and shown where people look."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from applications.models import Application, Cohort
from dtt.play.people import make_cohort
from dtt.play.selection import publish_step
from selection.domain.preparing import commit_due, commit_seed, set_rule
from selection.models import SeedCommitment, SelectionRule
from selection.queries import commitments_of
from selection.tasks import commit_seeds
from tests.selection.conftest import Waiting

pytestmark = pytest.mark.django_db
BEFORE = "before any score was known"
LATE = "when scores were known already"
PUBLISHED_BEFOREHAND = "published its SHA-256 beforehand"


@pytest.fixture
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now, tick=False) as clock:
        yield clock


def test_a_cohort_that_has_opened_has_its_seeds_by_the_next_minute(now: datetime) -> None:
    cohort = make_cohort(now=now)

    done = [commit_due(now=now) for _ in range(2)]

    assert done == [2, 0]
    found = commitments_of(cohort.pk)
    assert [(one.step, one.before_scores, one.committed_at) for one in found] == [
        ("bootcamp", True, now),
        ("final", True, now),
    ]
    assert SelectionRule.objects.count() == 0  # a seed decides nothing else


def test_a_cohort_that_nobody_can_see_yet_waits_until_it_opens(
    now: datetime, clock: time_machine.Traveller
) -> None:
    cohort = make_cohort(now=now, is_public=False)
    Cohort.objects.filter(pk=cohort.pk).update(applications_open_at=now + timedelta(minutes=1))

    counts = [commit_due(now=now)]
    clock.shift(timedelta(minutes=1))
    counts += [commit_seeds(), commit_seeds()]

    assert counts == [0, 2, 0]


def test_a_seed_that_was_committed_stays_as_it_is(now: datetime) -> None:
    cohort = make_cohort(now=now)
    first = commit_seed(cohort_id=cohort.pk, step="bootcamp", by=None, now=now)

    assert commit_due(now=now + timedelta(days=1)) == 1

    assert SeedCommitment.objects.get(step="bootcamp") == first
    assert SeedCommitment.objects.get(step="bootcamp").committed_at == now


def test_what_only_keeps_people_out_of_a_list_is_no_score_of_it(
    waiting: Waiting, now: datetime
) -> None:
    """Finalists need attendance on enough days, which everybody has as soon as there is one."""
    Application.objects.filter(cohort=waiting.cohort).update(stage="place-confirmed")

    seed = commit_seed(cohort_id=waiting.cohort.pk, step="final", by=None, now=now)

    assert seed.before_scores


def test_the_page_of_the_cohort_shows_the_commitments_and_since_when(
    now: datetime, clock: time_machine.Traveller
) -> None:
    cohort = make_cohort(now=now)
    before = Client().get(cohort.get_absolute_url()).content.decode()
    commit_due(now=now)

    page = Client().get(cohort.get_absolute_url()).content.decode()

    assert "How a draw can be checked" not in before
    for one in SeedCommitment.objects.all():
        assert one.commitment in page
        assert one.seed not in page
    assert page.count(f"Chosen on Mon 1 Mar 2027, 12:00 HKT (UTC+8), {BEFORE}.") == 2
    assert LATE not in page


def test_a_seed_that_comes_late_is_said_to_be_late(
    waiting: Waiting, clock: time_machine.Traveller, now: datetime
) -> None:
    late = commit_after_scores(waiting, now)
    staff = waiting.staff
    publish_step(waiting.cohort, "final", by=staff.asker, approver=staff.second, now=now)

    public = Client().get(waiting.cohort.get_absolute_url()).content.decode()
    own = read(waiting.applications[0])

    assert not late.before_scores
    assert LATE in public
    assert (LATE in own, PUBLISHED_BEFOREHAND in own) == (True, False)


def test_a_seed_that_came_in_time_is_said_to_be_in_time(
    waiting: Waiting, clock: time_machine.Traveller, now: datetime
) -> None:
    staff = waiting.staff
    publish_step(waiting.cohort, "bootcamp", by=staff.asker, approver=staff.second, now=now)

    own = read(waiting.applications[0])

    assert (PUBLISHED_BEFOREHAND in own, LATE in own) == (True, False)


def commit_after_scores(waiting: Waiting, now: datetime) -> SeedCommitment:
    """The finalists' seed, chosen when everybody's score for that list is known."""
    Application.objects.filter(cohort=waiting.cohort).update(stage="place-confirmed")
    set_rule(
        cohort_id=waiting.cohort.pk,
        step="final",
        criteria=[("test.score", Decimal(1))],
        by=None,
        now=now,
    )
    return commit_seed(cohort_id=waiting.cohort.pk, step="final", by=None, now=now)


def read(application: Application) -> str:
    client = Client()
    client.force_login(application.user)
    client.cookies["django_language"] = "en"
    answer = client.get(reverse("selection:result", args=[application.reference]))
    return answer.content.decode()
