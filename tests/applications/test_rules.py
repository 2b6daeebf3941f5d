"""Eligibility rules as versions: what changes, what stays, and three ways to one answer."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEvent, User
from accounts.roles import Role
from applications.cohort_queries import Compared, compare, versions_of_rules
from applications.domain.applying import start_application
from applications.domain.cohorts import UnableToChangeCohort, change_rules
from applications.domain.review import doubts_about, rules_of
from applications.eligibility import Doubt, Verdict, doubts, verdict
from applications.models import Application, Cohort, EligibilityRules, Stage, Status
from applications.web.checker import CheckerForm
from applications.web.forms import AvailabilityForm, DeclarationsForm, StudyForm
from dtt.play.people import make_applicants, make_cohort, make_user

pytestmark = pytest.mark.django_db
WHY = "The operator widened the range."


@pytest.fixture
def manager(now: datetime) -> User:
    return make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=now, name="Manager")


def change(cohort: Cohort, by: User, now: datetime, reason: str = WHY, **values: Any) -> Any:
    return change_rules(cohort_id=cohort.pk, values=values, reason=reason, by=by, now=now)


def test_a_change_makes_the_next_version_and_keeps_the_one_before(
    cohort: Cohort, manager: User, now: datetime
) -> None:
    first = cohort.rules

    second = change(cohort, manager, now, days_needed=4)

    cohort.refresh_from_db()
    assert (cohort.rules, second.number, second.previous) == (second, 2, first)
    assert (second.days_needed, second.completion_to) == (4, first.completion_to)
    assert (second.created_by, second.created_at, second.reason) == (manager, now, WHY)
    first.refresh_from_db()
    assert first.days_needed == 5
    event = AuditEvent.objects.get(verb="change-rules")
    assert (event.before["days_needed"], event.after["days_needed"]) == (5, 4)
    assert [version.number for version in versions_of_rules(cohort)] == [2, 1]


def test_equal_values_change_nothing(cohort: Cohort, manager: User, now: datetime) -> None:
    same = cohort.rules.completion_to.replace(day=28)  # another day of the same month
    again = change(cohort, manager, now, completion_to=same, statuses=["graduate", "student"])

    assert again == cohort.rules
    told = AuditEvent.objects.filter(verb="change-rules").count()
    assert (EligibilityRules.objects.count(), told) == (1, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"days_needed": 7},
        {"statuses": []},
        {"completion_from": date(2040, 1, 1)},
        {"days_needed": 4, "reason": " "},
    ],
)
def test_rules_that_nobody_can_meet_or_that_have_no_reason_are_refused(
    cohort: Cohort, manager: User, now: datetime, wrong: dict[str, Any]
) -> None:
    with pytest.raises(UnableToChangeCohort):
        change(cohort, manager, now, **wrong)

    assert EligibilityRules.objects.count() == 1


def test_two_cohorts_with_one_version_go_separate_ways(
    cohort: Cohort, manager: User, now: datetime
) -> None:
    other = make_cohort(now=now, slug="other", rules=cohort.rules)

    mine = change(cohort, manager, now, days_needed=4)
    theirs = change(other, manager, now, days_needed=3)

    assert (mine.days_needed, theirs.days_needed) == (4, 3)
    cohort.refresh_from_db()
    assert cohort.rules == mine


@pytest.mark.parametrize("statement", ["UPDATE {} SET days_needed = 0", "DELETE FROM {}"])
def test_the_database_refuses_to_change_a_version(cohort: Cohort, statement: str) -> None:
    table = EligibilityRules.objects.filter(pk=cohort.rules_id)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        table.update(days_needed=0) if "UPDATE" in statement else table._raw_delete("default")


def test_what_is_submitted_keeps_its_version_and_drafts_go_by_the_new_one(
    cohort: Cohort, manager: User, now: datetime
) -> None:
    [submitted] = make_applicants(cohort, 1, now=now)
    first = cohort.rules
    Application.objects.filter(pk=submitted.pk).update(available_days=cohort.bootcamp_dates[1:])
    draft = start_application(cohort_id=cohort.pk, by=manager, now=now)
    kept = {
        "status": "student",
        "completion_on": cohort.rules.completion_to,
        "available_days": cohort.bootcamp_dates[1:],
        "is_adult": True,
    }
    Application.objects.filter(pk=draft.pk).update(**kept)

    change(cohort, manager, now, days_needed=6)

    rows = {row.pk: row for row in Application.objects.select_related("cohort__rules", "rules")}
    assert rows[submitted.pk].rules == first
    assert doubts_about(rows[submitted.pk]) == ()
    assert doubts_about(rows[draft.pk]) == (Doubt.TOO_FEW_DAYS,)
    assert rows[submitted.pk].stage == Stage.ELIGIBLE


def test_staff_see_whom_new_rules_would_judge_differently(
    cohort: Cohort, now: datetime, django_assert_num_queries: Any
) -> None:
    people = make_applicants(cohort, 4, now=now)
    days = cohort.bootcamp_dates
    for person, coming in zip(people, (6, 5, 4, 0), strict=True):
        Application.objects.filter(pk=person.pk).update(available_days=days[:coming])
    Application.objects.filter(pk=people[3].pk).update(
        stage=Stage.WITHDRAWN, withdrawn_at=now, withdrawn_from=Stage.SUBMITTED
    )
    first = cohort.rules

    def with_days(needed: int) -> EligibilityRules:
        return EligibilityRules(
            completion_from=first.completion_from,
            completion_to=first.completion_to,
            days_needed=needed,
        )

    with django_assert_num_queries(1):
        stricter = compare(cohort, with_days(6))
    assert stricter == Compared(submitted=3, differently=1, newly_doubtful=1)
    assert compare(cohort, with_days(4)) == Compared(3, 1, 0)
    assert compare(cohort, first) == Compared(3, 0, 0)


DAYS = [date(2027, 4, 5) + timedelta(days=n) for n in range(6)]
MONTHS = st.dates(date(2022, 1, 1), date(2032, 12, 1)).map(lambda day: day.replace(day=1))
RULES = st.fixed_dictionaries(
    {
        "statuses": st.sampled_from([["student"], ["graduate"], ["student", "graduate"]]),
        "completion_from": st.sampled_from([date(2023, 1, 1), date(2026, 7, 1)]),
        "completion_to": st.sampled_from([date(2026, 7, 1), date(2030, 12, 1)]),
        "days_needed": st.integers(0, 6),
        "adults_only": st.booleans(),
    }
)
ANSWERS = st.fixed_dictionaries(
    {
        "status": st.sampled_from([*Status.values, "neither"]),
        "completion_on": st.none() | MONTHS,
        "available_days": st.sets(st.sampled_from(DAYS)).map(sorted),
        "is_adult": st.booleans(),
    }
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules=RULES, answers=ANSWERS)
def test_checker_form_and_staff_come_to_the_same_doubts(
    rules: dict[str, Any], answers: dict[str, Any]
) -> None:
    version = EligibilityRules(**rules)
    cohort = Cohort(rules=version, bootcamp_dates=DAYS, slug="x", name_en="x")
    typed, ticked = sent(answers), sent(answers)
    typed["is_adult"] = "yes" if answers["is_adult"] else "no"
    if answers["is_adult"]:
        ticked["is_adult"] = "on"

    asked = CheckerForm(typed, days=DAYS)
    assert asked.is_valid(), asked.errors
    by_checker = doubts(asked.answers, rules_of(cohort))

    filled = Application(cohort=cohort)
    for form in (StudyForm, AvailabilityForm, DeclarationsForm):
        read = form(ticked, instance=filled)
        read.is_valid()
        for name in read.answers.keys() & answers.keys():
            setattr(filled, name, read.answers[name])
    by_form = doubts_about(filled)

    stored = Application(cohort=Cohort(bootcamp_dates=DAYS), rules=version, **answers)
    by_staff = doubts_about(stored)

    assert by_checker == by_form == by_staff


def sent(answers: dict[str, Any]) -> QueryDict:
    """What both forms get from a browser; they differ in how one says to be 18."""
    month = answers["completion_on"]
    data = QueryDict(mutable=True)
    data["status"] = answers["status"]
    data["completion_on_0"] = str(month.month) if month else ""
    data["completion_on_1"] = str(month.year) if month else ""
    data.setlist("available_days", [day.isoformat() for day in answers["available_days"]])
    return data


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ((), Verdict.ELIGIBLE),
        ((Doubt.TOO_FEW_DAYS, Doubt.COMPLETION_UNKNOWN), Verdict.STAFF_WILL_LOOK),
        ((Doubt.TOO_FEW_DAYS, Doubt.NOT_ADULT), Verdict.NOT_ELIGIBLE),
        ((Doubt.COMPLETION_OUT_OF_RANGE,), Verdict.NOT_ELIGIBLE),
    ],
)
def test_facts_decide_what_the_checker_says_and_the_rest_is_for_people(
    found: tuple[Doubt, ...], said: Verdict
) -> None:
    assert verdict(found) == said


def test_new_rules_are_looked_at_before_they_are_in_force(
    cohort: Cohort, manager: User, now: datetime
) -> None:
    browser = Client()
    browser.force_login(manager)
    address = reverse("admin:applications_cohort_rules", args=[cohort.pk])
    form = {
        "statuses": ["student", "graduate"],
        "completion_from": f"{cohort.rules.completion_from:%Y-%m}",
        "completion_to": f"{cohort.rules.completion_to:%Y-%m}",
        "days_needed": "3",
        "adults_only": "on",
        "reason": WHY,
    }

    unseen = browser.post(address, form | {"confirm": "1"})
    looked = browser.post(address, form | {"look": "1"})
    seen = looked.context["seen"]
    other = browser.post(address, form | {"days_needed": "2", "confirm": "1", "seen": seen})
    after_looking = EligibilityRules.objects.count()
    done = browser.post(address, form | {"confirm": "1", "seen": seen}, follow=True)

    assert [answer.context["looked"] for answer in (unseen, looked, other)] == [True] * 3
    assert after_looking == 1
    assert looked.context["changes"] == [("Bootcamp days one must attend", "5", "3")]
    cohort.refresh_from_db()
    assert (cohort.rules.days_needed, cohort.rules.number) == (3, 2)
    html = done.content.decode()
    assert WHY in html
    assert "5 → 3" in html
    assert browser.post(address, form | {"completion_to": "nonsense"}).status_code == 422
