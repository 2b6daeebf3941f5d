"""Scenes of the bootcamp's tests: small, and made once for each file.

What a file's scene has written stays for all of its tests; what a test writes is rolled back to it.
Fixtures read their rows anew, so no test sees what another has remembered on an object.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoDbBlocker

from accounts.models import User
from accounts.roles import Role
from applications.domain.stages import advance
from applications.lifecycle import Move
from applications.models import Application, Cohort, Stage
from bootcamp.domain.projects import submit_project
from bootcamp.domain.setting_up import set_up_bootcamp
from bootcamp.models import Lesson, Project
from dtt.play.bootcamp import prepare_bootcamp
from dtt.play.people import make_applicants, make_cohort, make_user, working_days
from tests.conftest import NOW, rolled_back

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


@pytest.fixture(scope="module")
def confirmed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A manager, and six people with a confirmed place in a cohort that is set up."""
    with django_db_blocker.unblock(), rolled_back():
        manager = make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=NOW)
        cohort = make_small_cohort(slug="spring", by=manager)
        confirm(cohort, 6)
        yield


@pytest.fixture(scope="module")
def published(confirmed: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """And two groups with a published timetable, and four judges who know nobody."""
    with django_db_blocker.unblock(), rolled_back():
        prepare_bootcamp(
            Cohort.objects.get(slug="spring"),
            by=User.objects.get(email="manager@dtt.example"),
            now=NOW,
            groups=2,
            rooms=2,
            trainers=4,
            judges=4,
        )
        yield


@pytest.fixture
def manager(confirmed: None, db: None) -> User:
    return User.objects.get(email="manager@dtt.example")


@pytest.fixture
def cohort(confirmed: None, db: None) -> Cohort:
    """A bootcamp of two days and five lessons: the planner answers at once."""
    return Cohort.objects.get(slug="spring")


@pytest.fixture
def people(cohort: Cohort) -> list[Application]:
    """Six people with a confirmed place."""
    confirmed = Application.objects.filter(cohort=cohort, stage=Stage.PLACE_CONFIRMED)
    return list(confirmed.select_related("user", "cohort").order_by("pk"))


@pytest.fixture
def prepared(published: None, cohort: Cohort) -> Cohort:
    """The cohort with a published timetable."""
    return cohort


@pytest.fixture
def after_due(cohort: Cohort) -> datetime:
    """An hour after the projects were due."""
    return cohort.project_due_at + timedelta(hours=1)


def make_small_cohort(*, slug: str, by: User, now: datetime = NOW) -> Cohort:
    """A cohort of two days; its first module has two lessons, the others have one."""
    days = working_days((now + timedelta(days=35)).date(), 2)
    cohort = make_cohort(now=now, slug=slug, bootcamp_dates=days, days_needed=2)
    set_up_bootcamp(cohort_id=cohort.pk, by=by, now=now)
    lessons = Lesson.objects.filter(module__cohort=cohort, order__gt=1)
    lessons.exclude(module__number=1, order=2).delete()
    return cohort


def confirm(cohort: Cohort, count: int, *, now: datetime = NOW, seed: int = 1) -> list[Application]:
    """That many people who have confirmed their place."""
    people = make_applicants(cohort, count, now=now, seed=seed)
    ids = [person.pk for person in people]
    Application.objects.filter(pk__in=ids).update(stage=Stage.ELIGIBLE)
    for move in (Move.OFFER_PLACE, Move.CONFIRM_PLACE):
        people = advance(application_ids=ids, move=move, by=None, now=now)
    return people


def submit(application: Application, *, at: datetime, **changes: str) -> Project:
    """This person's project, submitted at an instant."""
    submit_project(
        application_id=application.pk, content=CONTENT | changes, by=application.user, now=at
    )
    return Project.objects.get(application=application)
