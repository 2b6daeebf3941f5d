"""The staff pages of the trail: who reads them, what they say, that they change nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.domain import audit, sealing
from accounts.domain.audit import acting_from
from accounts.models import AuditEvent, AuditSeal, User
from accounts.roles import Role
from dtt.play.people import make_cohort, make_user


@pytest.fixture
def manager(db: None, now: datetime) -> User:
    return make_user("manager@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)


@pytest.fixture
def trail(manager: User, now: datetime) -> list[AuditEvent]:
    """Five events more, sealed."""
    for number in range(5):
        audit.record(manager, f"test-{number}", by=manager, now=now, after={"number": number})
    sealing.seal_all()
    return list(AuditEvent.objects.order_by("id"))


LIST = "admin:accounts_auditevent_changelist"


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def rows(page: Any) -> list[AuditEvent]:
    return list(page.context["cl"].result_list)


@pytest.fixture
def staff(manager: User) -> Client:
    return browser_of(manager)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.PROGRAMME_MANAGER, 200),
        (Role.AUDITOR, 200),
        (Role.DATA_PROTECTION_OFFICER, 200),
        (Role.REVIEWER, 403),
        (Role.ACCOMMODATION_OFFICER, 403),
    ],
)
def test_the_trail_is_for_those_who_answer_for_it(
    db: None, now: datetime, role: Role, status: int
) -> None:
    reader = browser_of(make_user("reader@staff.dtt.example", role, now=now))

    assert reader.get(reverse(LIST)).status_code == status


def test_nobody_changes_or_deletes_through_the_admin(
    trail: list[AuditEvent], manager: User, staff: Client
) -> None:
    first = trail[0]
    User.objects.filter(pk=manager.pk).update(is_superuser=True)
    change = reverse("admin:accounts_auditevent_change", args=[first.pk])
    said = list(AuditEvent.objects.order_by("id").values())

    answers = [
        staff.post(change, {"verb": "other"}),
        staff.post(reverse("admin:accounts_auditevent_delete", args=[first.pk]), {"post": "yes"}),
        staff.post(reverse("admin:accounts_auditevent_add"), {"verb": "other"}),
    ]
    action = {"action": "delete_selected", "_selected_action": [first.pk], "post": "yes"}
    staff.post(reverse(LIST), action)

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert list(AuditEvent.objects.order_by("id").values())[: len(said)] == said
    assert not admin.site.is_registered(AuditSeal)


def test_a_line_says_who_what_to_what_and_what_changed(
    staff: Client, manager: User, now: datetime
) -> None:
    with acting_from("192.0.2.7"):
        audit.record(
            manager,
            "take-role",
            by=manager,
            now=now,
            before={"stage": "draft", "kept": True},
            after={"stage": "submitted"},
            reason="<b>asked to</b>",
        )

    page = staff.get(reverse(LIST), {"verb": "take-role"}).content.decode()

    person = reverse("admin:accounts_user_change", args=[manager.pk])
    for said in (
        "2027-03-01 12:00:00",
        manager.email,
        "Took a role away",
        f'href="{person}"',
        "stage: draft → submitted",
        "kept: yes",
        "&lt;b&gt;asked to&lt;/b&gt;",
        "192.0.2.7",
    ):
        assert said in page


def test_the_list_is_filtered_by_verb_kind_person_and_day(
    rf: RequestFactory, manager: User, now: datetime
) -> None:
    other = make_user("other@dtt.example", now=now)
    pages = admin.site._registry[AuditEvent]
    day = timedelta(days=1)
    early = audit.record(other, "early", by=manager, now=now - day)
    late = audit.record(other, "early", by=other, now=now + day)

    def found(**chosen: str) -> list[AuditEvent]:
        request = rf.get(reverse(LIST), chosen)
        request.user = manager
        listed = pages.get_changelist_instance(request).result_list
        return [one for one in listed if one.verb == "early"]

    assert found(verb="early") == [late, early]
    assert found(person="OTHER@") == [late]
    assert found(at_from="2027-03-02") == [late]
    assert found(at_to="2027-02-28") == [early]
    assert found(at_from="2027-02-28", at_to="2027-03-02") == [late, early]
    assert found(actor__id__exact=str(manager.pk)) == [early]
    assert found(object_type="accounts.user", object_id=str(other.pk)) == [late, early]


@pytest.mark.parametrize("day", ["2027-02-30", "soon", "", "9999-12-31", "0001-01-01"])
def test_a_day_that_is_none_filters_nothing(
    staff: Client, trail: list[AuditEvent], day: str
) -> None:
    days = {"at_from": day, "at_to": day}

    assert len(rows(staff.get(reverse(LIST), days))) >= len(trail)


def test_an_event_of_something_unknown_is_shown_as_it_is(
    staff: Client, manager: User, now: datetime
) -> None:
    fields = audit.event(manager, "odd-thing", by=None, now=now)
    event = AuditEvent.objects.create(**(fields | {"object_type": "gone.model"}))

    page = staff.get(reverse("admin:accounts_auditevent_change", args=[event.pk])).content.decode()

    assert "Odd thing" in page
    assert f"gone.model {manager.pk}" in page
    assert "the system" in page


def test_the_list_costs_the_same_with_one_row_and_with_many(
    staff: Client, manager: User, now: datetime
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            staff.get(reverse(LIST), {"verb": "look"})
        return len(captured)

    audit.record(manager, "look", by=manager, now=now)
    few = queries()
    for number in range(3):
        other = make_user(f"p{number}@dtt.example", now=now)
        audit.record(other, "look", by=other, now=now)
    many = queries()

    assert (many, many < 15) == (few, True)


@pytest.mark.parametrize(
    ("role", "reads"),
    [(Role.PROGRAMME_MANAGER, True), (Role.AUDITOR, True), (Role.REVIEWER, False)],
)
def test_the_history_of_a_row_is_what_the_trail_says_of_it(
    manager: User, now: datetime, role: Role, reads: bool
) -> None:
    cohort, other = make_cohort(now=now), make_cohort(now=now, slug="other")
    for one in (cohort, other):
        audit.record(one, "change-record", by=manager, now=now, after={"places": 90})
    reader = browser_of(make_user("reader@staff.dtt.example", role, now=now))
    history = reverse("admin:applications_cohort_history", args=[cohort.pk])

    page = reader.get(reverse("admin:applications_cohort_change", args=[cohort.pk]))
    answer = reader.get(history, follow=True)

    assert (page.status_code, history in page.content.decode()) == (200, reads)
    assert answer.status_code == (200 if reads else 403)
    if reads:
        assert {(row.object_type, row.object_id) for row in rows(answer)} == {
            ("applications.cohort", str(cohort.pk))
        }
