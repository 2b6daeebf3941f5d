"""Submitting a mini-project: until the instant it is due, every version kept."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from applications.models import Application, Cohort
from bootcamp.domain.projects import (
    UnableToRemind,
    UnableToSubmit,
    remind_of_projects,
    submit_project,
)
from bootcamp.models import Project, ProjectVersion
from dtt.play.people import make_applicant
from notifications.models import Message
from selection import canonical
from tests.bootcamp.conftest import CONTENT, submit

pytestmark = pytest.mark.django_db
INSTANT = timedelta(microseconds=1)


def test_a_project_is_taken_until_the_instant_it_is_due_and_not_at_it(
    cohort: Cohort, people: list[Application]
) -> None:
    in_time, late = people[:2]

    submit(in_time, at=cohort.project_due_at - INSTANT)
    with pytest.raises(UnableToSubmit, match="Nothing was submitted"):
        submit(late, at=cohort.project_due_at)

    assert list(Project.objects.values_list("application", flat=True)) == [in_time.pk]


def test_a_late_change_says_which_version_counts(cohort: Cohort, people: list[Application]) -> None:
    submit(people[0], at=cohort.project_due_at - INSTANT)

    with pytest.raises(UnableToSubmit, match="what counts is version 1"):
        submit(people[0], at=cohort.project_due_at, title="Better")

    assert Project.objects.get().title == CONTENT["title"]


def test_every_version_is_kept_with_the_digest_of_its_content(
    people: list[Application], now: datetime
) -> None:
    submit(people[0], at=now)
    project = submit(people[0], at=now + timedelta(hours=1), title="Better")

    versions = list(project.versions.order_by("number"))
    assert [(v.number, v.content["title"]) for v in versions] == [
        (1, CONTENT["title"]),
        (2, "Better"),
    ]
    assert [v.digest for v in versions] == [canonical.digest(v.content) for v in versions]
    assert (project.version, project.title) == (2, "Better")


def test_a_double_click_makes_one_version_and_one_receipt(
    people: list[Application], now: datetime
) -> None:
    for _ in range(2):
        submit(people[0], at=now)

    receipts = Message.objects.filter(kind="project-received")
    version = ProjectVersion.objects.get()
    assert version.digest in receipts.get().body


def test_a_submitted_version_cannot_be_changed(people: list[Application], now: datetime) -> None:
    submit(people[0], at=now)

    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        ProjectVersion.objects.update(digest="0" * 64)


def test_only_people_in_the_bootcamp_submit(cohort: Cohort, now: datetime) -> None:
    outsider = make_applicant(cohort, 70, now=now)

    with pytest.raises(UnableToSubmit, match="in the bootcamp"):
        submit_project(application_id=outsider.pk, content=CONTENT, by=outsider.user, now=now)


def test_who_has_no_project_is_reminded_once_in_the_last_week(
    cohort: Cohort, people: list[Application], manager: User
) -> None:
    in_last_week = cohort.project_due_at - timedelta(days=7)
    submit(people[0], at=in_last_week)

    with pytest.raises(UnableToRemind):
        remind_of_projects(cohort_id=cohort.pk, by=manager, now=in_last_week - INSTANT)
    for _ in range(2):
        assert remind_of_projects(cohort_id=cohort.pk, by=manager, now=in_last_week) == 5

    reminded = Message.objects.filter(kind="project-reminder")
    assert set(reminded.values_list("person", flat=True)) == {p.user_id for p in people[1:]}
    assert reminded.count() == 5
