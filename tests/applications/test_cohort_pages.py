"""Setting a cohort up on its staff pages."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from accounts.roles import Role
from applications.domain.cohorts import SETTINGS
from applications.models import Cohort, SignOff
from dtt.play.people import make_applicants, make_user
from notifications.moments import HONG_KONG
from tests.applications.test_cohorts import clock, copy_of, furnished, manager
from tests.forms import fields_of

__all__ = ["clock", "furnished", "manager"]  # fixtures
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def desk(manager: User) -> Client:
    browser = Client()
    browser.force_login(manager)
    return browser


def page(name: str, cohort: Cohort) -> str:
    return reverse(f"admin:applications_cohort_{name}", args=[cohort.pk])


def test_the_checklist_is_worked_off_and_the_cohort_opened_by_its_buttons(
    desk: Client, furnished: Cohort, manager: User, now: datetime
) -> None:
    copy = copy_of(furnished, by=manager, now=now)
    address = page("set_up", copy)

    before = desk.get(address).content.decode()
    refused = desk.post(address, {"do": "open"}, follow=True).content.decode()
    for subject in SignOff.Subject:
        desk.post(address, {"do": "sign-off", "subject": subject})
    ready = desk.get(address).content.decode()
    desk.post(address, {"do": "open"})

    assert ("Show it to the public" in before, "Show it to the public" in ready) == (False, True)
    assert "This cohort cannot open yet" in refused
    assert Cohort.objects.get(pk=copy.pk).is_public
    assert desk.post(address, {"do": "nonsense"}).status_code == 404


def test_plain_data_that_is_typed_over_is_in_the_trail(
    desk: Client, furnished: Cohort, manager: User
) -> None:
    programme = furnished.programme
    address = reverse("admin:applications_programme_change", args=[programme.pk])
    form = desk.get(address).context_data["adminform"].form.initial

    answers = [
        desk.post(address, {**form, "contact_email": email}).status_code
        for email in ("new@dtt.example", "new@dtt.example")
    ]

    [event] = AuditEvent.objects.filter(object_type="applications.programme")
    assert answers == [302, 302]
    assert (event.verb, event.object_id) == ("change-record", str(programme.pk))
    assert event.actor == manager
    assert event.before == {"contact_email": form["contact_email"]}
    assert event.after == {"fields": ["contact_email"], "contact_email": "new@dtt.example"}


def test_a_page_that_was_open_for_long_takes_back_nothing_that_others_set(
    desk: Client, furnished: Cohort
) -> None:
    address = reverse("admin:applications_cohort_change", args=[furnished.pk])
    mine, theirs = (fields_of(desk.get(address), "cohort_form") for _page in range(2))

    desk.post(address, theirs | {"retention_months": "18", "reply_hours": "53"})
    answer = desk.post(address, mine | {"name_en": "Another name"})

    furnished.refresh_from_db()
    assert answer.status_code == 302
    assert furnished.name_en == "Another name"
    assert (furnished.retention_months, furnished.reply_hours) == (18, 53)


@pytest.mark.parametrize(
    ("role", "reads", "acts"),
    [
        (Role.AUDITOR, 200, 403),
        (Role.REVIEWER, 200, 403),
        (Role.QUIZ_AUTHOR, 403, 403),
    ],
)
def test_others_may_read_at_most(
    cohort: Cohort, now: datetime, role: Role, reads: int, acts: int
) -> None:
    browser = Client()
    browser.force_login(make_user("other@dtt.example", role, now=now))

    seen = [browser.get(page(name, cohort)).status_code for name in ("set_up", "rules")]
    tried = [browser.post(page(name, cohort)).status_code for name in ("set_up", "rules")]

    assert (seen, tried) == ([reads] * 2, [acts] * 2)
    assert browser.get(page("duplicate", cohort)).status_code == 403


def test_a_copy_is_made_on_its_page(desk: Client, cohort: Cohort) -> None:
    address = page("duplicate", cohort)
    form = {"slug": "next", "name_en": "Next", "name_zh": "下一期", "shift_days": "365"}

    looked = desk.post(address, form | {"look": "1"}).content.decode()
    twice = desk.post(address, form | {"slug": cohort.slug})
    made = desk.post(address, form)

    copy = Cohort.objects.get(slug="next")
    assert "The days of the week change" in looked
    assert twice.status_code == 422
    assert made["Location"] == page("set_up", copy)


def settings_of(cohort: Cohort, **changed: Any) -> dict[str, Any]:
    """What the settings form would send."""
    sent: dict[str, Any] = {}
    for name in SETTINGS:
        value = changed.get(name, getattr(cohort, name))
        if isinstance(value, datetime):
            local = value.astimezone(HONG_KONG)
            sent |= {f"{name}_0": f"{local:%Y-%m-%d}", f"{name}_1": f"{local:%H:%M:%S}"}
        elif isinstance(value, list):
            sent[name] = ",".join(day.isoformat() for day in value)
        elif isinstance(value, models.Model):
            sent[name] = value.pk
        else:
            sent[name] = value
    return sent


def test_the_settings_form_saves_through_the_verb_and_names_what_is_wrong(
    desk: Client, cohort: Cohort, now: datetime
) -> None:
    address = reverse("admin:applications_cohort_change", args=[cohort.pk])
    make_applicants(cohort, 1, now=now)
    close, shortlist = cohort.applications_close_at, cohort.shortlist_at

    earlier = desk.post(address, settings_of(cohort, applications_close_at=close - DAY))
    crossed = desk.post(address, settings_of(cohort, shortlist_at=cohort.match_at + DAY))
    fewer = desk.post(address, settings_of(cohort, bootcamp_dates=cohort.bootcamp_dates[:2]))
    saved = desk.post(address, settings_of(cohort, shortlist_at=shortlist + DAY, is_public=""))

    told = [answer.content.decode() for answer in (earlier, crossed, fewer)]
    assert "It can be moved later, not earlier" in told[0]
    assert "“shortlist is published” must not come after “mini-projects are due”" in told[1]
    assert "There are 2 “bootcamp days”" in told[2]
    assert saved.status_code == 302
    cohort.refresh_from_db()
    assert (cohort.applications_close_at, cohort.shortlist_at) == (close, shortlist + DAY)
    assert cohort.is_public
    events = AuditEvent.objects.filter(verb="change-cohort")
    assert [list(event.after) for event in events] == [["shortlist_at"]]


def test_a_cohort_is_added_with_its_first_rules_and_hidden(desk: Client, cohort: Cohort) -> None:
    form = settings_of(cohort, slug="fresh") | {
        "statuses": ["student"],
        "completion_from": "2027-01",
        "completion_to": "2028-12",
        "days_needed": "4",
        "is_public": "on",
    }

    many = desk.post(reverse("admin:applications_cohort_add"), form | {"days_needed": "9"})
    answer = desk.post(reverse("admin:applications_cohort_add"), form)

    fresh = Cohort.objects.get(slug="fresh")
    assert many.status_code == 200
    assert answer["Location"] == page("set_up", fresh)
    assert (fresh.is_public, fresh.rules.statuses, fresh.rules.adults_only) == (
        False,
        ["student"],
        False,
    )
    assert fresh.rules.completion_to == date(2028, 12, 1)
