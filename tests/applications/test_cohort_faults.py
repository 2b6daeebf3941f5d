"""What the settings form answers to what cannot be: beside the field, and nothing is written."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from applications.domain.cohorts import UnableToChangeCohort, change_cohort
from applications.models import Cohort
from dtt.play.people import make_applicants
from tests.applications.test_cohort_pages import desk
from tests.applications.test_cohorts import clock, manager
from tests.forms import fields_of

__all__ = ["clock", "desk", "manager"]  # fixtures
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
RULES = {
    "statuses": ["student"],
    "completion_from": "2027-01",
    "completion_to": "2028-12",
    "days_needed": "4",
}
AFTER_ALL = "2098-01-01"
HUGE = "1" + "0" * 30
CROSSED = "must not come after"
HOURS, SIZE = (f"Give a whole number from 1 to {most}." for most in (2160, 100000))
UNSEEN = "Leave out line breaks and characters that cannot be seen."
YEARS = "Give a year between 2000 and 2100."
FAULTS: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"quiz_opens_at_0": AFTER_ALL}, {"quiz_opens_at": CROSSED}),
    ({"applications_open_at_0": AFTER_ALL}, {"applications_open_at": CROSSED}),
    ({"shortlist_at_0": AFTER_ALL}, {"shortlist_at": CROSSED, "bootcamp_dates": "must come after"}),
    ({"match_at_0": "2020-01-01"}, {"match_at": CROSSED}),
    ({"bootcamp_dates": "2020-01-01," * 5 + "2020-01-02"}, {"bootcamp_dates": "must come after"}),
    ({"bootcamp_dates": AFTER_ALL}, {"bootcamp_dates": "may come after the day on which"}),
    ({"bootcamp_dates": "junk"}, {"bootcamp_dates": "Enter a valid date"}),
    ({"bootcamp_dates": "\x00"}, {"bootcamp_dates": "Enter a valid date"}),
    ({"bootcamp_dates": ""}, {"bootcamp_dates": "required"}),
    ({"match_at_0": "junk"}, {"match_at": "Enter a valid date"}),
    ({"match_at_0": "9999-12-31", "match_at_1": "23:59:59"}, {"match_at": YEARS}),
    ({"applications_open_at_0": "0001-01-01"}, {"applications_open_at": YEARS}),
    *(({"reply_hours": n}, {"reply_hours": HOURS}) for n in ("0", "-1", "2161", "99999", HUGE)),
    ({"reply_hours": "9" * 5000}, {"reply_hours": "whole number"}),
    ({"reply_hours": "two days"}, {"reply_hours": "whole number"}),
    ({"reply_hours": ""}, {"reply_hours": "required"}),
    *(({"places": n}, {"places": SIZE}) for n in ("0", "-1", "100001", "2147483648", HUGE)),
    ({"places": "200"}, {"places": "must not be fewer"}),
    ({"places_with_ties": "1"}, {"places_with_ties": "must not be fewer"}),
    ({"places_with_ties": "-1"}, {"places_with_ties": SIZE}),
    ({"finalists": "0"}, {"finalists": SIZE}),
    ({"finalists_with_ties": "1"}, {"finalists_with_ties": "must not be fewer"}),
    *(
        ({"name_en": name}, {"name_en": UNSEEN})
        for name in ("a\x07b", "a\u202eb", "\u200b", "a\nb")
    ),
    ({"name_zh": "春\x1b季"}, {"name_zh": UNSEEN}),
    ({"name_en": "a\x00b"}, {"name_en": "Null characters are not allowed."}),
    ({"name_en": "  "}, {"name_en": "required"}),
    ({"name_en": "x" * 121}, {"name_en": "at most 120 characters"}),
    ({"slug": "a b"}, {"slug": "valid"}),
    ({"retention_months": "25"}, {"retention_months": "24"}),
    ({"programme": HUGE}, {"programme": "valid choice"}),
]


def settings_page(cohort: Cohort) -> str:
    return reverse("admin:applications_cohort_change", args=[cohort.pk])


def errors_of(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context_data["adminform"].form.errors)


@pytest.mark.parametrize(("typed", "told"), FAULTS)
@pytest.mark.parametrize("adds", [False, True], ids=["changed", "added"])
def test_each_fault_is_said_beside_its_field_and_nothing_is_written(
    desk: Client, cohort: Cohort, typed: dict[str, str], told: dict[str, str], adds: bool
) -> None:
    form = fields_of(desk.get(settings_page(cohort)), "cohort_form")
    address = settings_page(cohort)
    if adds:
        form = {name: v for name, v in form.items() if not name.startswith("initial-")}
        form |= RULES | {"slug": "fresh"}
        address = reverse("admin:applications_cohort_add")
    before = list(Cohort.objects.values())

    errors = errors_of(desk.post(address, form | typed))

    assert "__all__" not in errors
    if not adds:
        assert errors.keys() == told.keys()
    for field, text in told.items():
        beside = errors.get(field) or [one for many in errors.values() for one in many]
        assert any(text in one for one in beside)
    assert list(Cohort.objects.values()) == before
    assert not AuditEvent.objects.filter(object_type="applications.cohort").exists()


def test_two_tabs_that_change_one_setting_are_told_so_and_the_first_one_stands(
    desk: Client, cohort: Cohort
) -> None:
    mine, theirs = (fields_of(desk.get(settings_page(cohort)), "cohort_form") for _tab in range(2))
    later = {"match_at_0": "2027-12-30"}

    desk.post(settings_page(cohort), theirs | {"name_en": "Theirs", "reply_hours": "36"} | later)
    refused = desk.post(
        settings_page(cohort), mine | {"name_en": "Mine", "match_at_0": "2027-12-31"}
    )
    same = desk.post(settings_page(cohort), mine | {"reply_hours": "36"})

    said = ["Somebody has changed this since you opened the page."]
    assert errors_of(refused) == {"name_en": said, "match_at": said}
    assert same.status_code == 302
    cohort.refresh_from_db()
    assert (cohort.name_en, cohort.reply_hours) == ("Theirs", 36)


@pytest.mark.parametrize("name", ["applications_open_at", "quiz_opens_at"])
def test_what_has_begun_stays_as_it_was_once_people_have_applied(
    desk: Client, cohort: Cohort, manager: User, now: datetime, name: str
) -> None:
    make_applicants(cohort, 1, now=now)
    was = getattr(cohort, name)
    later = {f"{name}_1": "23:50:00"}

    with time_machine.travel(was - timedelta(seconds=1), tick=False):
        desk.force_login(manager)
        form = fields_of(desk.get(settings_page(cohort)), "cohort_form")
        assert desk.post(settings_page(cohort), form | later).status_code == 302
    Cohort.objects.filter(pk=cohort.pk).update(**{name: was})
    with time_machine.travel(was, tick=False):
        desk.force_login(manager)
        errors = errors_of(desk.post(settings_page(cohort), form | later))

    assert list(errors) == [name]
    assert "and people have applied since. It stays as it was." in errors[name][0]


def test_a_bootcamp_day_that_is_over_stays_one_and_no_other_becomes_one(
    cohort: Cohort, manager: User, now: datetime
) -> None:
    make_applicants(cohort, 1, now=now)
    days = sorted(cohort.bootcamp_dates)
    after_the_first = datetime.combine(days[1], now.timetz())

    with pytest.raises(UnableToChangeCohort, match="is over: it cannot become a bootcamp day"):
        change_cohort(
            cohort_id=cohort.pk,
            values={"bootcamp_dates": days[1:]},
            by=manager,
            now=after_the_first,
        )
    kept = change_cohort(
        cohort_id=cohort.pk, values={"bootcamp_dates": days[:-1]}, by=manager, now=after_the_first
    )

    assert kept.bootcamp_dates == days[:-1]


def test_the_database_gives_nobody_no_time_to_reply(cohort: Cohort) -> None:
    with pytest.raises(IntegrityError, match="cohort_hours_to_reply"), transaction.atomic():
        Cohort.objects.filter(pk=cohort.pk).update(reply_hours=0)
