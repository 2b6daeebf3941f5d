"""Who ruled, scored, gave time or judged a sitting is kept from deciding appeals about it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import User
from accounts.roles import Role
from dtt.play.people import make_user
from quiz.domain.cases import open_case
from quiz.models import Attempt, ExtraTime, GivenTime, ItemVersion, Outage, Ruling, ScoringRun
from selection import partaking
from selection.models import Entry, Selection, SelectionRule
from tests.quiz.conftest import Hall

pytestmark = pytest.mark.django_db
CASES = "a question about this person’s quiz"
SCORES = "a ruling on an item, or the scoring"
SITTING = "time given back, or another sitting of the quiz"


@pytest.fixture
def judge(now: datetime) -> User:
    return make_user("judge@dtt.example", Role.PROGRAMME_MANAGER, now=now)


@pytest.fixture
def attempts(hall: Hall) -> list[Attempt]:
    return Attempt.objects.bulk_create(
        Attempt(
            quiz=hall.quiz,
            application=application,
            number=1,
            state=Attempt.State.SUBMITTED,
            seed="test",
            started_at=hall.opens_at,
            deadline_at=hall.opens_at + timedelta(minutes=40),
            saves_until=hall.opens_at + timedelta(minutes=40),
            submitted_at=hall.opens_at + timedelta(minutes=30),
            closed_at=hall.opens_at + timedelta(minutes=30),
        )
        for application in hall.applications
    )


def entry(hall: Hall, *, source: str = "quiz.score", person: int = 0) -> Entry:
    """Somebody in a list that ranks by this source."""
    rule = SelectionRule(tie_breakers=[])
    run = Selection(
        cohort=hall.cohort, step="bootcamp", rule=rule, inputs={"criteria": [[source, "1"]]}
    )
    return Entry(selection=run, application=hall.applications[person])


def rule_on_an_item(hall: Hall, attempts: list[Attempt], by: User) -> None:
    Ruling.objects.create(
        quiz=hall.quiz,
        item_version=ItemVersion.objects.all()[0],
        number=1,
        effect="void",
        reason="Ambiguous.",
        proposed_at=hall.opens_at,
        proposed_by=by,
    )


def score(hall: Hall, attempts: list[Attempt], by: User) -> None:
    ScoringRun.objects.create(
        quiz=hall.quiz,
        number=1,
        rule="sum",
        attempts=2,
        created_at=hall.opens_at,
        created_by=by,
    )


def give_everybody_time(hall: Hall, attempts: list[Attempt], by: User) -> None:
    Outage.objects.create(
        quiz=hall.quiz,
        began_at=hall.opens_at,
        ended_at=hall.opens_at + timedelta(minutes=5),
        reason="The network was down.",
        recorded_at=hall.opens_at,
        recorded_by=by,
    )


def give_time(hall: Hall, attempts: list[Attempt], by: User) -> None:
    GivenTime.objects.create(
        attempt=attempts[0], minutes=10, reason="A fire alarm.", given_at=hall.opens_at, given_by=by
    )


def arrange_time(hall: Hall, attempts: list[Attempt], by: User) -> None:
    ExtraTime.objects.create(
        application=hall.first,
        factor=Decimal("1.25"),
        reason="Arranged.",
        granted_at=hall.opens_at,
        granted_by=by,
    )


def ask_about_the_sitting(hall: Hall, attempts: list[Attempt], by: User) -> None:
    open_case(attempt_id=attempts[0].pk, ground="Tell us.", by=by, now=hall.opens_at)


Deed = Callable[[Hall, list[Attempt], User], None]


@pytest.mark.parametrize(
    ("deed", "said", "of_all", "of_other_lists"),
    [
        (rule_on_an_item, SCORES, True, False),
        (score, SCORES, True, False),
        (give_everybody_time, SITTING, True, False),
        (give_time, SITTING, False, True),
        (arrange_time, SITTING, False, True),
        (ask_about_the_sitting, CASES, False, True),
    ],
)
def test_whoever_did_this_took_part(
    hall: Hall,
    attempts: list[Attempt],
    judge: User,
    deed: Deed,
    said: str,
    of_all: bool,
    of_other_lists: bool,
) -> None:
    deed(hall, attempts, judge)

    parts = [
        partaking.took_part(one).get(judge.pk)
        for one in (entry(hall), entry(hall, person=1), entry(hall, source="project.score"))
    ]

    assert parts == [[said], [said] if of_all else None, [said] if of_other_lists else None]
