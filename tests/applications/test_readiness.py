"""The checklist: what it asks for, and that a cohort does not open without it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from accounts.models import User
from accounts.roles import Role
from applications import readiness
from applications.domain.cohorts import NotReady, open_cohort, sign_off
from applications.domain.texts import publish_text, write_text
from applications.models import Cohort, Programme, SignOff
from applications.readiness import Finding, checklist, missing_for, register, valid_sign_offs
from dtt.play.people import make_cohort, make_user
from matching.models import PublicHoliday
from notifications.moments import say_instant
from quiz.models import ItemVersion, QuizItem
from tests.applications.test_cohorts import furnish
from tests.conftest import NOW, rolled_back
from tests.quiz.conftest import load_bank

pytestmark = pytest.mark.django_db
LINES = [
    "texts",
    "languages",
    "contact",
    "retention",
    "dates",
    "sizes",
    "sign-offs",
    "bootcamp",
    "quiz",
    "holidays",
]


@pytest.fixture(scope="module")
def scene(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[User, Cohort]]:
    """A manager, and a cohort that lacks nothing and is not public yet; made once."""
    with django_db_blocker.unblock(), rolled_back():
        manager = make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=NOW)
        second = make_user("second@dtt.example", Role.QUIZ_AUTHOR, now=NOW)
        cohort = make_cohort(now=NOW, is_public=False)
        load_bank(by=manager, approver=second, now=NOW)
        furnish(cohort, by=manager, now=NOW)
        yield manager, cohort


@pytest.fixture
def manager(scene: tuple[User, Cohort]) -> User:
    return scene[0]


@pytest.fixture
def ready(scene: tuple[User, Cohort]) -> Cohort:
    return Cohort.objects.select_related("programme", "rules").get(pk=scene[1].pk)


def undone(cohort: Cohort, now: datetime) -> list[str]:
    fresh = Cohort.objects.select_related("programme", "rules").get(pk=cohort.pk)
    return [line.name for line in checklist(fresh, now) if line.blocks and not line.done]


def test_a_bare_cohort_lacks_what_the_rooms_keep(now: datetime, manager: User) -> None:
    bare = make_cohort(now=now, slug="bare", is_public=False, retention_months=None)

    with pytest.raises(NotReady) as refusal:
        open_cohort(cohort_id=bare.pk, by=manager, now=now)

    assert [line.name for line in checklist(bare, now)] == LINES
    assert undone(bare, now) == ["retention", "sign-offs", "bootcamp", "quiz"]
    assert refusal.value.missing == missing_for(bare, now)
    assert all(text in str(refusal.value) for text in refusal.value.missing)
    assert not Cohort.objects.get(pk=bare.pk).is_public


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("languages", {"name_zh": " "}),
        ("retention", {"retention_months": None}),
        ("sizes", {"finalists": 101, "finalists_with_ties": 101}),
        ("dates", {"reply_hours": 2000}),
    ],
)
def test_each_gap_is_named_and_keeps_the_cohort_closed(
    ready: Cohort, manager: User, now: datetime, line: str, change: dict[str, Any]
) -> None:
    complete = undone(ready, now)
    Cohort.objects.filter(pk=ready.pk).update(**change)

    with pytest.raises(NotReady):
        open_cohort(cohort_id=ready.pk, by=manager, now=now)

    assert (complete, undone(ready, now)) == ([], [line])


def test_the_programme_must_say_where_to_write_in_both_languages(
    ready: Cohort, now: datetime
) -> None:
    Programme.objects.update(contact_email="", summary_zh="")

    assert undone(ready, now) == ["languages", "contact"]


def test_a_cohort_whose_applications_have_closed_does_not_open(
    ready: Cohort, now: datetime
) -> None:
    last = ready.applications_close_at - timedelta(microseconds=1)

    assert (undone(ready, last), undone(ready, last + timedelta(microseconds=1))) == ([], ["dates"])


def test_the_quiz_needs_a_pool_three_times_as_deep_as_a_paper(ready: Cohort, now: datetime) -> None:
    QuizItem.objects.filter(quiz=ready.quiz)[:1].get().delete()

    assert undone(ready, now) == ["quiz"]
    [text] = missing_for(ready, now)
    assert "draws from 5 items and needs 6" in text
    assert ItemVersion.objects.count() == 15


def test_a_new_notice_needs_a_new_sign_off(ready: Cohort, manager: User, now: datetime) -> None:
    later = now + timedelta(days=1)
    text = write_text(
        kind="privacy-notice",
        version="2027-03",
        text_en="New",
        text_zh="新",
        asks_again=True,
        by=manager,
        now=later,
    )
    publish_text(text_id=text.pk, by=manager, now=later)
    outdated = sorted(set(SignOff.Subject.values) - set(valid_sign_offs(ready)))
    before = undone(ready, later)

    sign_off(cohort_id=ready.pk, subject="privacy-notice", by=manager, now=later)

    assert (outdated, before, undone(ready, later)) == (["privacy-notice"], ["sign-offs"], [])


def test_a_holiday_is_worth_a_look_and_keeps_nothing_closed(
    ready: Cohort, manager: User, now: datetime
) -> None:
    day = ready.bootcamp_dates[0]
    PublicHoliday.objects.get_or_create(on=day, defaults={"name_en": "A festival"})

    told = [line.name for line in checklist(ready, now) if not line.done]

    assert (told, missing_for(ready, now)) == (["holidays"], [])
    assert open_cohort(cohort_id=ready.pk, by=manager, now=now).is_public


def test_a_room_may_add_a_line(
    ready: Cohort, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "_checks", dict(readiness._checks))
    register("tea", title="There is tea", check=lambda cohort, now: Finding(("No tea.",)))

    assert missing_for(ready, now) == ["No tea."]


def test_midnight_says_which_day_it_begins(now: datetime) -> None:
    midnight = datetime.fromisoformat("2027-05-15T00:00:00+08:00")

    assert say_instant(midnight) == "Sat 15 May 2027, 00:00 HKT (UTC+8), as the day begins"
    assert say_instant(midnight - timedelta(minutes=1)) == "Fri 14 May 2027, 23:59 HKT (UTC+8)"
