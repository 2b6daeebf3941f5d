"""A tag says where somebody stands: who is in no list is not "eligible" once it is out."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from applications.models import Application, DuplicateCase, Stage
from applications.published import standings
from dtt.play.people import make_cohort
from dtt.play.selection import approve, draw_up_step
from selection.domain.publishing import publish_selection
from selection.models import Selection
from tests.selection.conftest import Waiting, make_eligible

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NOT_IN = "not in the list"


@pytest.fixture
def late(waiting: Waiting, now: datetime) -> Application:
    """Drawn up, approved, to be published; and somebody who is eligible and was not there."""
    drawn = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    [person] = make_eligible(make_cohort(now=now, slug="other"), 1, now=now)
    Application.objects.filter(pk=person.pk).update(cohort=waiting.cohort, stage=Stage.SUBMITTED)
    return Application.objects.select_related("user", "cohort").get(pk=person.pk)


def publish(waiting: Waiting, person: Application, now: datetime) -> None:
    """And find the person eligible afterwards, as was possible before that was locked."""
    [run] = Selection.objects.filter(cohort=waiting.cohort)
    publish_selection(selection_id=run.pk, by=waiting.staff.asker, now=now)
    Application.objects.filter(pk=person.pk).update(stage=Stage.ELIGIBLE)


def page(user: User, address: str, at: datetime) -> str:
    browser = Client()
    with time_machine.travel(at, tick=False):
        browser.force_login(user)
        browser.cookies["django_language"] = "en"
        answer = browser.get(address, follow=True)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def tags_in(page: str) -> set[str]:
    tags = re.findall(r'(?s)<span class="tag[^"]*">(.*?)</span>', page)
    return {re.sub(r"(?s)<.*>", "", tag).strip() for tag in tags}


@pytest.mark.parametrize("stage", ["eligible", "submitted"])
def test_their_own_tags_follow_the_list_and_never_before_its_instant(
    waiting: Waiting, late: Application, now: datetime, stage: str
) -> None:
    Application.objects.filter(pk=late.pk).update(stage=stage)
    pages = [reverse("home"), late.get_absolute_url()]

    before = [tags_in(page(late.user, address, now)) for address in pages]
    Application.objects.filter(pk=late.pk).update(stage=Stage.SUBMITTED)
    publish(waiting, late, now)
    Application.objects.filter(pk=late.pk).update(stage=stage)
    after = [tags_in(page(late.user, address, now)) for address in pages]

    assert before == [{stage.capitalize()}] * 2
    assert after == [{NOT_IN.capitalize()}] * 2


def test_the_staff_read_the_same_in_the_list_and_on_the_persons_pages(
    waiting: Waiting, late: Application, now: datetime
) -> None:
    desk = waiting.staff.asker
    addresses = [
        reverse("admin:applications_application_changelist"),
        reverse("admin:applications_application_change", args=[late.pk]),
        reverse("admin:applications_review", args=[late.pk]),
    ]

    before = [NOT_IN in page(desk, address, now) for address in addresses]
    publish(waiting, late, now)
    case = DuplicateCase.objects.create(
        cohort=waiting.cohort, first=waiting.applications[0], second=late, found_at=now
    )
    addresses.append(reverse("admin:applications_duplicatecase_change", args=[case.pk]))
    after = [NOT_IN in page(desk, address, now) for address in addresses]

    assert (before, after) == ([False] * 3, [True] * 4)
    assert Application.objects.get(pk=late.pk).stage == "eligible"  # no stage is invented


def test_where_many_stand_is_asked_at_the_cost_of_one(
    waiting: Waiting, late: Application, now: datetime, django_assert_num_queries
) -> None:
    publish(waiting, late, now)
    rows = list(Application.objects.filter(cohort=waiting.cohort).order_by("pk"))
    closes = Selection.objects.get(cohort=waiting.cohort).reserves_until

    with django_assert_num_queries(3):
        found = standings(rows, closes)
    one_by_one = {row.pk: standings([row], closes)[row.pk] for row in rows}

    assert found == one_by_one
    stands = [(found[row.pk].stage.value, found[row.pk].left_out) for row in rows]
    lapsed, closed = ("place-lapsed", False), ("not-selected", False)
    assert stands == [*[lapsed] * 3, *[closed] * 5, ("eligible", True)]
