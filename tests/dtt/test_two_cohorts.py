"""Two cohorts that overlap in time, with the same people in both, never mix."""

import html
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accounts.models import User
from accounts.roles import Role
from applications.counts import standing
from applications.domain.applying import start_application
from applications.domain.exporting import ask_export
from applications.models import Application, Cohort
from applications.queries import waiting_for_review
from dtt.funnel import funnel
from dtt.play.people import apply, make_cohort, make_persona, make_user
from notifications.models import Message
from quiz.queries import scores_of
from tests.conftest import rolled_back

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def cohorts(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Cohort, Cohort]]:
    """Three people in the first, four in the second; two of them are in both."""
    with django_db_blocker.unblock(), rolled_back():
        pair = (make_cohort(now=NOW, slug="first"), make_cohort(now=NOW, slug="second"))
        for cohort, numbers in zip(pair, ((1, 2, 3), (2, 3, 4, 5)), strict=True):
            for number in numbers:
                one = make_persona(number, days=cohort.bootcamp_dates, today=NOW.date())
                apply(one, cohort, now=NOW)
        yield pair


@pytest.fixture
def manager() -> User:
    return make_user("manager@staff.dtt.example", Role.PROGRAMME_MANAGER, now=NOW)


def test_the_story_of_one_tells_no_letter_of_the_other(
    cohorts: tuple[Cohort, Cohort], manager: User
) -> None:
    person = cohorts[0].applications.order_by("pk")[1]
    other = cohorts[1].applications.get(user=person.user)
    browser = Client()
    browser.force_login(manager)

    story = browser.get(
        reverse("admin:applications_application_change", args=[person.pk])
    ).content.decode()

    told = Message.objects.get(run=f"application:{person.reference}:submitted")
    assert told.subject in html.unescape(story)
    assert other.reference not in story


def references(cohort: Cohort) -> set[str]:
    return set(cohort.applications.values_list("reference", flat=True))


def test_one_person_applies_to_both_and_twice_to_none(cohorts: tuple[Cohort, Cohort]) -> None:
    people = Application.objects.filter(cohort__in=cohorts)
    twice = [cohorts[0].applications.order_by("pk")[1], cohorts[1].applications.order_by("pk")[0]]

    again = start_application(cohort_id=cohorts[0].pk, by=twice[0].user, now=NOW)

    assert people.count() == 7
    assert twice[0].user == twice[1].user
    assert again == twice[0]


def test_counts_and_queues_are_a_cohorts_own(cohorts: tuple[Cohort, Cohort]) -> None:
    Application.objects.filter(cohort__in=cohorts).update(stage="submitted")

    assert [funnel(cohort)["applied"] for cohort in cohorts] == [3, 4]
    assert [standing(cohort).count() for cohort in cohorts] == [3, 4]
    for cohort in cohorts:
        waiting = waiting_for_review(cohort.pk).values_list("reference", flat=True)
        assert set(waiting) == references(cohort)
    assert [scores_of(cohort.pk) for cohort in cohorts] == [{}, {}]


def test_lists_and_searches_of_one_cohort_show_nobody_of_the_other(
    client: Client, cohorts: tuple[Cohort, Cohort], manager: User
) -> None:
    client.force_login(manager)
    listed = reverse("admin:applications_application_changelist")
    shared = cohorts[0].applications.order_by("pk")[1]

    for cohort, other in (cohorts, cohorts[::-1]):
        page = client.get(listed, {"cohort__id__exact": cohort.pk}).content.decode()
        assert {one for one in references(cohort) if one in page} == references(cohort)
        assert [one for one in references(other) if one in page] == []
        found = client.get(listed, {"cohort__id__exact": cohort.pk, "q": shared.user.email})
        shown = {
            one for one in references(cohort) | references(other) if one in found.content.decode()
        }
        assert shown == set(
            cohort.applications.filter(user=shared.user).values_list("reference", flat=True)
        )


def test_an_export_holds_its_own_cohort_alone(
    cohorts: tuple[Cohort, Cohort], manager: User
) -> None:
    later = NOW + timedelta(hours=1)
    for cohort in cohorts:
        export = ask_export(
            cohort_id=cohort.pk,
            purpose="contacts",
            format="csv",
            reason="Room change.",
            by=manager,
            now=later,
        )
        assert set(export.row_ids) == set(cohort.applications.values_list("pk", flat=True))
