"""Scenes of the bootcamp's tests: small, so that the planner answers at once."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from accounts.roles import Role
from applications.domain.stages import advance
from applications.lifecycle import Move
from applications.models import Application, Cohort
from bootcamp.domain.projects import submit_project
from bootcamp.domain.setting_up import set_up_bootcamp
from bootcamp.models import Lesson, Project
from dtt.play.bootcamp import prepare_bootcamp
from dtt.play.people import make_applicants, make_cohort, make_user, working_days

CONTENT = {
    "track": "vision",
    "title": "Counting egrets",
    "summary": "How many birds rest on the mudflat.",
    "repository_url": "https://code.example/egrets",
    "slides_url": "https://slides.example/egrets",
    "video_url": "",
    "contribution": "All of it.",
    "ai_disclosure": "None.",
}


@pytest.fixture
def manager(db: None, now: datetime) -> User:
    return make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=now)


@pytest.fixture
def cohort(db: None, manager: User, now: datetime) -> Cohort:
    """A bootcamp of two days and five lessons, set up: the planner answers at once."""
    cohort = make_small_cohort(now=now, slug="spring")
    set_up_bootcamp(cohort_id=cohort.pk, by=manager, now=now)
    trim_lessons(cohort)
    return cohort


def make_small_cohort(*, now: datetime, slug: str) -> Cohort:
    days = working_days((now + timedelta(days=35)).date(), 2)
    return make_cohort(now=now, slug=slug, bootcamp_dates=days, days_needed=2)


def trim_lessons(cohort: Cohort) -> None:
    """Leave two lessons of the first module and one of each other."""
    lessons = Lesson.objects.filter(module__cohort=cohort, order__gt=1)
    lessons.exclude(module__number=1, order=2).delete()


def confirm(cohort: Cohort, count: int, *, now: datetime, seed: int = 1) -> list[Application]:
    """That many people who have confirmed their place."""
    people = make_applicants(cohort, count, now=now, seed=seed)
    ids = [person.pk for person in people]
    cohort.applications.filter(pk__in=ids).update(stage="eligible")
    for move in (Move.OFFER_PLACE, Move.CONFIRM_PLACE):
        people = advance(application_ids=ids, move=move, by=None, now=now)
    return people


@pytest.fixture
def people(cohort: Cohort, now: datetime) -> list[Application]:
    """Six people with a confirmed place."""
    return confirm(cohort, 6, now=now)


@pytest.fixture
def prepared(cohort: Cohort, people: list[Application], manager: User, now: datetime) -> Cohort:
    """Two groups with a published timetable, and four judges who know nobody."""
    prepare_bootcamp(cohort, by=manager, now=now, groups=2, rooms=2, trainers=4, judges=4)
    return cohort


def submit(application: Application, *, at: datetime, **changes: str) -> Project:
    """This person's project, submitted at an instant."""
    submit_project(
        application_id=application.pk, content=CONTENT | changes, by=application.user, now=at
    )
    return Project.objects.get(application=application)


@pytest.fixture
def after_due(cohort: Cohort) -> datetime:
    """An hour after the projects were due."""
    return cohort.project_due_at + timedelta(hours=1)
