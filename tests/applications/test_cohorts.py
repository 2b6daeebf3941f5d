"""A cohort is set up: what cannot be saved, what is copied, when it opens, what moves."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from accounts.models import AuditEvent, User
from accounts.roles import Role
from applications.domain import cohorts as verbs
from applications.domain.cohorts import (
    NotReady,
    UnableToChangeCohort,
    change_cohort,
    close_to_public,
    duplicate_cohort,
    months_later,
    open_cohort,
    sign_off,
)
from applications.domain.promises import PROMISED
from applications.models import Application, Cohort, EligibilityRules, SignOff
from applications.models.cohorts import BOOTCAMP_DAYS, INSTANTS_IN_ORDER
from applications.web.staff.cohort_forms import suggested_shift
from bootcamp.domain.setting_up import add_room, set_up_bootcamp
from bootcamp.models import Lesson, Module, Room, Rubric, Slot
from dtt.play.people import make_applicants, make_user
from quiz.domain.setting_up import set_up_quiz
from quiz.models import BlueprintCell, Quiz, QuizItem
from quiz.papers import Blueprint
from selection.domain.preparing import commit_seed, current_rule
from selection.models import SelectionRule
from tests.quiz.conftest import CELLS, load_bank

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
IN_ORDER = [name for name in INSTANTS_IN_ORDER if name != "quiz_opens_at"]
# What a copy adds rows to. Everything else in the house stays as it was.
COPIED = {
    AuditEvent,
    BlueprintCell,
    Cohort,
    EligibilityRules,
    Lesson,
    Module,
    Quiz,
    QuizItem,
    Room,
    Rubric,
    SelectionRule,
    Slot,
}


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def manager(now: datetime) -> User:
    return make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=now, name="Manager")


@pytest.fixture
def furnished(cohort: Cohort, manager: User, now: datetime) -> Cohort:
    """The cohort with a quiz, a bootcamp, a rule for its list, sign-offs and two applicants."""
    second = make_user("second@dtt.example", Role.QUIZ_AUTHOR, now=now)
    load_bank(by=manager, approver=second, now=now)
    furnish(cohort, by=manager, now=now)
    make_applicants(cohort, 2, now=now)
    current_rule(cohort=cohort, step="bootcamp", now=now)
    commit_seed(cohort_id=cohort.pk, step="bootcamp", by=manager, now=now)
    return cohort


def furnish(cohort: Cohort, *, by: User, now: datetime) -> None:
    set_up_quiz(cohort_id=cohort.pk, minutes=25, blueprint=Blueprint(CELLS), by=by, now=now)
    set_up_bootcamp(cohort_id=cohort.pk, by=by, now=now)
    add_room(cohort_id=cohort.pk, name_en="Room 1", name_zh="一室", capacity=30, by=by, now=now)
    for subject in SignOff.Subject:
        sign_off(cohort_id=cohort.pk, subject=subject, by=by, now=now)


def copy_of(cohort: Cohort, *, by: User, now: datetime, days: int = 364, slug: str = "next") -> Any:
    return duplicate_cohort(
        cohort_id=cohort.pk,
        slug=slug,
        name_en="Next cohort",
        name_zh="下一期",
        shift_days=days,
        by=by,
        now=now,
    )


# ---- order --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *pairwise(IN_ORDER),
        ("applications_open_at", "quiz_opens_at"),
        ("quiz_opens_at", "quiz_closes_at"),
    ],
)
def test_a_wrong_order_is_refused_and_names_both_dates(
    cohort: Cohort, manager: User, now: datetime, first: str, second: str
) -> None:
    after = getattr(cohort, second) + timedelta(minutes=1)

    with pytest.raises(UnableToChangeCohort) as refusal:
        change_cohort(cohort_id=cohort.pk, values={first: after}, by=manager, now=now)

    named = re.findall(r"“([^”]+)”", str(refusal.value))
    assert {str(INSTANTS_IN_ORDER[first]), str(INSTANTS_IN_ORDER[second])} <= set(named)
    assert Cohort.objects.filter(pk=cohort.pk, **{first: after}).count() == 0


def test_dates_far_apart_in_the_wrong_order_are_refused_too(cohort: Cohort) -> None:
    far_apart = [*zip(IN_ORDER, IN_ORDER[2:], strict=False), (IN_ORDER[0], IN_ORDER[-1])]
    accepted = []
    for first, second in far_apart:
        wrong = Cohort.objects.get(pk=cohort.pk)
        setattr(wrong, first, getattr(cohort, second))
        setattr(wrong, second, getattr(cohort, first))
        try:
            wrong.validate_constraints()
        except ValidationError:
            continue
        accepted.append((first, second))

    assert accepted == []


@pytest.mark.parametrize(
    ("other", "moved", "fits"),
    [
        ("shortlist_at", lambda days: days[0] - DAY, True),
        ("shortlist_at", lambda days: days[0], False),
        ("project_due_at", lambda days: days[-1], True),
        ("project_due_at", lambda days: days[-1] - DAY, False),
    ],
)
def test_bootcamp_days_lie_between_shortlist_and_project(
    cohort: Cohort, manager: User, now: datetime, other: str, moved: Any, fits: bool
) -> None:
    noon = datetime.combine(moved(cohort.bootcamp_dates), datetime.min.time(), UTC)
    values = {other: noon + timedelta(hours=4)}
    for later in IN_ORDER[IN_ORDER.index(other) + 1 :]:
        values[later] = max(getattr(cohort, later), noon + timedelta(hours=5))

    if fits:
        change_cohort(cohort_id=cohort.pk, values=values, by=manager, now=now)
    else:
        with pytest.raises(UnableToChangeCohort) as refusal:
            change_cohort(cohort_id=cohort.pk, values=values, by=manager, now=now)
        named = re.findall(r"“([^”]+)”", str(refusal.value))
        assert named == [str(BOOTCAMP_DAYS), str(INSTANTS_IN_ORDER[other])]

    saved = Cohort.objects.filter(pk=cohort.pk, **{other: values[other]}).exists()
    assert saved is fits


def test_the_database_refuses_a_wrong_order_whoever_writes(cohort: Cohort) -> None:
    early = [cohort.shortlist_at.date()]
    with pytest.raises(IntegrityError), transaction.atomic():
        Cohort.objects.filter(pk=cohort.pk).update(bootcamp_dates=early)


# ---- deadlines that people rely on --------------------------------------------------------------


def test_a_date_moves_freely_until_somebody_applies(
    cohort: Cohort, manager: User, now: datetime
) -> None:
    earlier = cohort.applications_close_at - 2 * DAY

    changed = change_cohort(
        cohort_id=cohort.pk,
        values={"applications_close_at": earlier, "places": cohort.places},
        by=manager,
        now=now,
        reason="a public holiday",
    )

    event = AuditEvent.objects.get(verb="change-cohort")
    assert changed.applications_close_at == earlier
    assert (event.before, event.after, event.reason) == (
        {"applications_close_at": cohort.applications_close_at.isoformat()},
        {"applications_close_at": earlier.isoformat()},
        "a public holiday",
    )


@pytest.mark.parametrize("name", PROMISED)
def test_once_somebody_has_applied_a_deadline_moves_later_and_not_earlier(
    cohort: Cohort, manager: User, now: datetime, name: str
) -> None:
    make_applicants(cohort, 1, now=now)
    was = getattr(cohort, name)
    earlier, later = ({name: was + timedelta(minutes=n)} for n in (-1, 1))

    with pytest.raises(UnableToChangeCohort) as refusal:
        change_cohort(cohort_id=cohort.pk, values=earlier, by=manager, now=now)
    changed = change_cohort(cohort_id=cohort.pk, values=later, by=manager, now=now)

    assert str(INSTANTS_IN_ORDER[name]) in str(refusal.value)
    assert getattr(changed, name) == was + timedelta(minutes=1)


def test_equal_values_change_nothing_and_unknown_ones_are_refused(
    cohort: Cohort, manager: User, now: datetime
) -> None:
    change_cohort(cohort_id=cohort.pk, values={"places": cohort.places}, by=manager, now=now)
    for name in ("is_public", "rules", "id", "nonsense"):
        with pytest.raises(UnableToChangeCohort):
            change_cohort(cohort_id=cohort.pk, values={name: 1}, by=manager, now=now)

    assert AuditEvent.objects.filter(object_type="applications.cohort").count() == 0


# ---- a copy -------------------------------------------------------------------------------------


def test_a_copy_has_every_setting_and_later_dates(
    furnished: Cohort, manager: User, now: datetime
) -> None:
    copy = copy_of(furnished, by=manager, now=now)

    shift = timedelta(days=364)
    assert {name: getattr(copy, name) for name in verbs.COPIED} == {
        name: getattr(furnished, name) for name in verbs.COPIED
    }
    assert {name: getattr(copy, name) - shift for name in INSTANTS_IN_ORDER} == {
        name: getattr(furnished, name) for name in INSTANTS_IN_ORDER
    }
    assert [day - shift for day in copy.bootcamp_dates] == furnished.bootcamp_dates
    assert (copy.is_public, copy.slug, copy.name_zh) == (False, "next", "下一期")
    assert copy.rules.number == 1
    assert copy.rules.completion_to == months_later(furnished.rules.completion_to, 12)
    assert copy.rules.days_needed == furnished.rules.days_needed


def test_a_copy_has_what_the_rooms_keep_for_a_cohort(
    furnished: Cohort, manager: User, now: datetime
) -> None:
    copy = copy_of(furnished, by=manager, now=now)

    def kept(cohort: Cohort) -> Any:
        cells = cohort.quiz.cells.values_list("topic", "difficulty", "count")
        lessons = Lesson.objects.filter(module__cohort=cohort)
        return (
            cohort.quiz.minutes,
            list(cells),
            cohort.quiz.pool.count(),
            list(cohort.modules.values_list("number", "title_en", "title_zh")),
            list(lessons.values_list("module__number", "order", "title_zh")),
            list(cohort.rooms.values_list("name_en", "name_zh", "capacity")),
            [rubric.criteria for rubric in cohort.rubrics.all()],
            list(cohort.selection_rules.values_list("step", "version", "tie_policy")),
        )

    shift = timedelta(days=364)
    assert kept(copy) == kept(furnished)
    assert copy.quiz.paper_seed != furnished.quiz.paper_seed
    assert list(copy.slots.values_list("starts_at", flat=True)) == [
        at + shift for at in furnished.slots.values_list("starts_at", flat=True)
    ]


def test_a_copy_takes_nobody_along(furnished: Cohort, manager: User, now: datetime) -> None:
    tables = [model for model in apps.get_models() if model._meta.managed]
    before = {model: model._default_manager.count() for model in tables}

    copy_of(furnished, by=manager, now=now)

    grown = {m for m in tables if m._default_manager.count() != before[m]}
    assert grown == COPIED
    assert {model for model in COPIED if leads_to(model, Application)} == set()


def leads_to(model: type[models.Model], target: type[models.Model]) -> bool:
    """Whether a chain of foreign keys leads from one table to another."""
    seen, ahead = set(), [model]
    while ahead:
        one = ahead.pop()
        if one is target:
            return True
        if one not in seen:
            seen.add(one)
            ahead += [f.related_model for f in one._meta.concrete_fields if f.is_relation]
    return False


def test_a_copy_keeps_the_blueprint_when_the_bank_has_become_too_small(
    furnished: Cohort, manager: User, now: datetime
) -> None:
    BlueprintCell.objects.filter(quiz=furnished.quiz).update(count=9)

    copy = copy_of(furnished, by=manager, now=now)

    assert sorted(copy.quiz.cells.values_list("count", flat=True)) == [9, 9, 9]
    assert copy.quiz.pool.count() == 0
    with pytest.raises(NotReady, match="the quiz draws from"):
        open_cohort(cohort_id=copy.pk, by=manager, now=now)


def test_a_copy_needs_a_name_of_its_own(cohort: Cohort, manager: User, now: datetime) -> None:
    with pytest.raises(UnableToChangeCohort):
        copy_of(cohort, by=manager, now=now, slug=cohort.slug)
    with pytest.raises(UnableToChangeCohort):
        copy_of(cohort, by=manager, now=now, days=10**6)

    assert (Cohort.objects.count(), EligibilityRules.objects.count()) == (1, 1)


@pytest.mark.parametrize(("today", "shift"), [(date(2027, 2, 1), 364), (date(2029, 6, 1), 364 * 3)])
def test_the_suggested_shift_keeps_the_days_of_the_week_and_lies_ahead(
    cohort: Cohort, today: date, shift: int
) -> None:
    assert suggested_shift(cohort, today) == shift


def test_months_are_counted_over_the_end_of_a_year() -> None:
    moved = [months_later(date(2027, 11, 1), months) for months in (-11, 0, 1, 2, 14)]

    assert moved == [
        date(2026, 12, 1),
        date(2027, 11, 1),
        date(2027, 12, 1),
        date(2028, 1, 1),
        date(2029, 1, 1),
    ]


# ---- opening ------------------------------------------------------------------------------------


def test_a_cohort_opens_when_nothing_is_missing_and_closes_only_while_nobody_applied(
    furnished: Cohort, manager: User, now: datetime
) -> None:
    copy = copy_of(furnished, by=manager, now=now)
    with pytest.raises(NotReady) as refusal:
        open_cohort(cohort_id=copy.pk, by=manager, now=now)
    for subject in SignOff.Subject:
        sign_off(cohort_id=copy.pk, subject=subject, by=manager, now=now)

    opened = open_cohort(cohort_id=copy.pk, by=manager, now=now).is_public
    closed = close_to_public(cohort_id=copy.pk, by=manager, now=now).is_public
    open_cohort(cohort_id=copy.pk, by=manager, now=now)
    open_cohort(cohort_id=copy.pk, by=manager, now=now)
    make_applicants(copy, 1, now=copy.applications_open_at)

    assert len(refusal.value.missing) == len(SignOff.Subject)
    assert (opened, closed) == (True, False)
    with pytest.raises(UnableToChangeCohort):
        close_to_public(cohort_id=copy.pk, by=manager, now=now)
    history = AuditEvent.objects.filter(object_id=str(copy.pk), verb__contains="-")
    told = [e.verb for e in history.order_by("pk") if "open" in e.verb or "close" in e.verb]
    assert told == ["open-cohort", "close-to-public", "open-cohort"]
