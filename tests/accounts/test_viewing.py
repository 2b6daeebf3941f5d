"""A programme manager looks at the site as an applicant: to read, on record, never longer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.domain.people import choose_language, grant_role
from accounts.domain.viewing import LASTS
from accounts.models import AuditEvent, User
from accounts.roles import Role
from applications.models import Application
from dtt.play.people import make_applicant, make_cohort, make_user
from tests.conftest import rolled_back

pytestmark = pytest.mark.django_db
MANAGER = "manager@staff.dtt.example"


@dataclass(frozen=True)
class Scene:
    """A manager, and two people who have applied."""

    manager: int
    applications: list[int]


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    with django_db_blocker.unblock(), rolled_back():
        cohort = make_cohort(now=timezone.now())
        applied = [make_applicant(cohort, number, now=timezone.now()) for number in (1, 2)]
        manager = make_user(MANAGER, Role.PROGRAMME_MANAGER, name="Manager")
        choose_language(user=applied[0].user, language="zh-hant")
        yield Scene(manager.pk, [one.pk for one in applied])


@pytest.fixture
def manager(scene: Scene) -> User:
    return User.objects.get(pk=scene.manager)


@pytest.fixture
def application(scene: Scene) -> Application:
    return Application.objects.get(pk=scene.applications[0])


@pytest.fixture
def other(scene: Scene) -> User:
    return User.objects.get(applications__pk=scene.applications[1])


@pytest.fixture
def person(application: Application) -> User:
    return application.user


@pytest.fixture
def staff(manager: User) -> Client:
    browser = Client()
    browser.force_login(manager)
    return browser


@pytest.fixture
def looking(staff: Client, person: User) -> Client:
    """The manager's browser, which sees the site as the applicant."""
    start(staff, person)
    return staff


def start(browser: Client, person: User, reason: str = "called the office") -> Any:
    return browser.post(reverse("admin:accounts_view_as", args=[person.pk]), {"reason": reason})


def stop(browser: Client) -> Any:
    return browser.post(reverse("admin:accounts_stop_viewing"))


def told(*verbs: str) -> list[tuple[str, str, str]]:
    """Who did what for which reason, as the trail has it."""
    events = AuditEvent.objects.filter(verb__in=verbs or ["view-as-start", "view-as-stop"])
    return [(str(e.actor.email), e.verb, e.reason) for e in events.order_by("id") if e.actor]


def rows_of_everything() -> dict[str, int]:
    """How often each table was written since the server started, but for what a viewer writes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE relname NOT IN ('accounts_auditevent', 'django_session')"
        )
        return dict(cursor.fetchall())


# Begin -------------------------------------------------------------------------------------------


def test_a_manager_sees_the_pages_of_the_applicant(
    looking: Client, manager: User, person: User, application: Application
) -> None:
    answer = looking.get(application.get_absolute_url())
    page = answer.content.decode()

    assert answer.status_code == 200
    assert application.reference in page
    assert f"You see the site as {person.email}." in page
    assert f"You are {manager.email}" in page
    assert reverse("admin:accounts_stop_viewing") in page
    assert "no-store" in answer["Cache-Control"]


def test_the_language_stays_the_viewers(looking: Client) -> None:
    assert 'lang="en"' in looking.get(reverse("home")).content.decode()


def test_start_stop_and_every_page_are_recorded(
    looking: Client, person: User, application: Application
) -> None:
    looking.get(reverse("home"))
    looking.head(application.get_absolute_url(), {"secret": "not kept"})

    stop(looking)

    events = AuditEvent.objects.filter(verb__startswith="view-as").order_by("id")
    assert {(e.object_type, e.object_id) for e in events} == {("accounts.user", str(person.pk))}
    assert [(e.verb, e.actor.email, e.reason, e.after) for e in events if e.actor] == [
        ("view-as-start", MANAGER, "called the office", {}),
        ("view-as-page", MANAGER, "", {"page": "/home", "status": 200}),
        (
            "view-as-page",
            MANAGER,
            "",
            {"page": application.get_absolute_url(), "status": 200},
        ),
        ("view-as-stop", MANAGER, "", {}),
    ]
    assert all(event.ip == "127.0.0.1" for event in events)


def test_after_stop_the_manager_is_themselves(
    looking: Client, person: User, application: Application
) -> None:
    answer = stop(looking)

    assert answer["Location"] == reverse("admin:accounts_user_change", args=[person.pk])
    assert looking.get(application.get_absolute_url()).status_code == 404
    assert "You see the site as" not in looking.get(reverse("home")).content.decode()
    assert stop(looking).status_code == 302
    assert len(told("view-as-stop")) == 1


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "nul\x00"])
def test_a_reason_is_needed(staff: Client, person: User, reason: str) -> None:
    start(staff, person, reason)

    assert told() == []
    assert "You see the site as" not in staff.get(reverse("home")).content.decode()


def test_a_get_begins_nothing(staff: Client, person: User) -> None:
    assert staff.get(reverse("admin:accounts_view_as", args=[person.pk])).status_code == 405
    assert told() == []


def test_another_site_cannot_begin_or_end_it(manager: User, person: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(manager)

    assert start(browser, person).status_code == 403
    assert stop(browser).status_code == 403
    assert told() == []


def test_beginning_with_somebody_else_ends_the_first(looking: Client, other: User) -> None:
    start(looking, other, "also called")

    assert told() == [
        (MANAGER, "view-as-start", "called the office"),
        (MANAGER, "view-as-start", "also called"),
        (MANAGER, "view-as-stop", ""),
    ]
    assert other.email in looking.get(reverse("home")).content.decode()


# Only look ---------------------------------------------------------------------------------------


def test_anything_but_looking_is_refused_and_changes_nothing(
    looking: Client, application: Application, person: User
) -> None:
    reference = application.reference
    addresses = [
        reverse("applications:withdraw", args=[reference]),
        reverse("applications:submit", args=[reference]),
        reverse("choose_language"),
        reverse("account_logout"),
        "/no/such/page",
    ]
    before = rows_of_everything()

    answers = [looking.post(address, {"sure": "on", "language": "en"}) for address in addresses]
    answers += [
        looking.generic(method, addresses[0]) for method in ("PUT", "PATCH", "DELETE", "OPTIONS")
    ]

    assert [answer.status_code for answer in answers] == [403] * 9
    assert all("You can only look" in answer.content.decode() for answer in answers)
    assert rows_of_everything() == before
    assert looking.get(reverse("home")).status_code == 200  # still signed in, still viewing
    assert [e.after["status"] for e in AuditEvent.objects.filter(verb="view-as-page")] == [
        200,
        *[403] * 9,
    ]


def test_a_post_without_a_token_and_one_by_htmx_are_refused_the_same_way(
    manager: User, person: User, application: Application
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(manager)
    page = browser.get(reverse("admin:accounts_user_change", args=[person.pk]))
    token = str(page.context["csrf_token"])
    browser.post(
        reverse("admin:accounts_view_as", args=[person.pk]),
        {"reason": "x", "csrfmiddlewaretoken": token},
    )
    address = reverse("applications:withdraw", args=[application.reference])

    bare = browser.post(address, {"sure": "on"})
    by_htmx = browser.post(
        address, {"sure": "on"}, headers={"HX-Request": "true", "X-CSRFToken": token}
    )
    seen = browser.get(application.get_absolute_url(), headers={"HX-Request": "true"})

    application.refresh_from_db()
    assert [bare.status_code, by_htmx.status_code, seen.status_code] == [403, 403, 200]
    assert "You can only look" in bare.content.decode()
    assert application.stage != "withdrawn"


def test_looking_writes_nothing_about_the_person(
    looking: Client, person: User, application: Application
) -> None:
    before = User.objects.filter(pk=person.pk).values().get()
    written = rows_of_everything()

    for address in (reverse("home"), application.get_absolute_url()):
        assert looking.get(address).status_code == 200

    assert User.objects.filter(pk=person.pk).values().get() == before
    assert before["last_login"] is None
    assert rows_of_everything() == written
    owners = [Session.get_decoded(one)["_auth_user_id"] for one in Session.objects.all()]
    assert str(person.pk) not in owners


def test_the_database_refuses_a_write_while_somebody_only_looks(
    looking: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dtt.web import views  # noqa: PLC0415 (to put a page that writes in its place)

    def writes(now: datetime) -> None:
        User.objects.filter(pk=person.pk).update(preferred_name="Changed")

    monkeypatch.setattr(views, "front", writes)

    answer = looking.get(reverse("home"))

    person.refresh_from_db()
    assert (answer.status_code, person.preferred_name) == (403, person.preferred_name)
    assert "This page stays closed" in answer.content.decode()
    assert person.preferred_name != "Changed"


def test_the_staff_site_stays_the_managers_own(looking: Client, person: User) -> None:
    page = looking.get(reverse("admin:accounts_user_change", args=[person.pk]))

    assert page.status_code == 200
    assert page.context["request"].viewed_by is None


# Closed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["account_email", "account_logout", "mfa_index"],
)
def test_the_settings_of_the_account_stay_closed(looking: Client, name: str) -> None:
    answer = looking.get(reverse(name))

    assert answer.status_code == 403
    assert "This page stays closed" in answer.content.decode()


@pytest.mark.parametrize("name", ["matching:rank", "matching:result"])
def test_the_ranking_stays_closed(looking: Client, application: Application, name: str) -> None:
    answer = looking.get(reverse(name, args=[application.reference]))

    assert answer.status_code == 403
    assert "This page stays closed" in answer.content.decode()


# End ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "goes_on"), [(LASTS - timedelta(seconds=2), True), (LASTS, False)]
)
def test_it_ends_by_itself_after_half_an_hour(
    staff: Client, person: User, application: Application, after: timedelta, goes_on: bool
) -> None:
    begun = timezone.now()
    with time_machine.travel(begun, tick=False):
        start(staff, person)
    with time_machine.travel(begun + after, tick=False):
        answer = staff.get(application.get_absolute_url())

    if goes_on:
        assert answer.status_code == 200
    else:
        assert answer["Location"] == reverse("admin:accounts_user_change", args=[person.pk])
        assert staff.get(application.get_absolute_url()).status_code == 404
        assert told("view-as-stop") == [(MANAGER, "view-as-stop", "Half an hour is over.")]


def test_a_post_after_the_end_is_not_made_as_the_manager(
    staff: Client, person: User, application: Application
) -> None:
    begun = timezone.now()
    with time_machine.travel(begun, tick=False):
        start(staff, person)
    with time_machine.travel(begun + LASTS, tick=False):
        answer = staff.post(reverse("choose_language"), {"language": "zh-hant"})
        again = staff.get(reverse("home"))

    assert answer.status_code == 403
    assert "Viewing has ended" in answer.content.decode()
    assert User.objects.get(email=MANAGER).language == "en"
    assert again.status_code == 200


def test_htmx_is_sent_to_the_staff_page_at_the_end(staff: Client, person: User) -> None:
    begun = timezone.now()
    with time_machine.travel(begun, tick=False):
        start(staff, person)
    with time_machine.travel(begun + LASTS, tick=False):
        answer = staff.get(reverse("home"), headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == reverse("admin:accounts_user_change", args=[person.pk])


def test_it_ends_when_the_viewer_loses_the_role(looking: Client, manager: User) -> None:
    manager.groups.clear()

    answer = looking.get(reverse("home"))

    assert answer.status_code == 302
    assert told("view-as-stop")[0][2].startswith("Only programme managers")


def test_it_ends_when_the_person_gets_a_role(looking: Client, person: User) -> None:
    grant_role(user=person, role=Role.JUDGE, by=None, now=timezone.now())

    assert looking.get(reverse("home")).status_code == 302
    assert len(told("view-as-stop")) == 1


def test_a_session_that_changes_hands_does_not_go_on(looking: Client) -> None:
    second = make_user("second@staff.dtt.example", Role.PROGRAMME_MANAGER)
    session = looking.session
    kept = session["viewing"]
    looking.force_login(second)
    session = looking.session
    session["viewing"] = kept
    session.save()

    assert "You see the site as" not in looking.get(reverse("home")).content.decode()
