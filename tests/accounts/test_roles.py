"""Two people give a role, one takes it away; and what each role reads."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain.approvals import UnableToApprove, decide
from accounts.domain.people import grant_role
from accounts.domain.roles import UnableToChangeRoles, ask_for_role, take_role_away
from accounts.errors import Refused
from accounts.models import Approval, AuditEvent, User
from accounts.roles import Role
from accounts.staff import RoleAdmin
from dtt.play.people import make_user
from tests.parallel import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def managers(db: None, now: datetime) -> tuple[User, User]:
    first = make_user("first@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)
    return first, make_user("second@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)


@pytest.fixture
def person(db: None, now: datetime) -> User:
    return make_user("person@dtt.example", now=now)


def roles_of(user: User) -> list[str]:
    return sorted(User.objects.get(pk=user.pk).groups.values_list("name", flat=True))


def approve(approval: Approval, by: User, now: datetime) -> Approval:
    return decide(approval_id=approval.pk, approve=True, digest=approval.digest, by=by, now=now)


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def test_a_role_is_given_when_a_second_manager_approves(
    managers: tuple[User, User], person: User, now: datetime
) -> None:
    first, second = managers
    asked = ask_for_role(
        user_id=person.pk, role=Role.REVIEWER, reason="joins the team", by=first, now=now
    )
    before = roles_of(person)

    approve(asked, second, now)

    person.refresh_from_db()
    events = AuditEvent.objects.exclude(verb="register").filter(actor__in=managers).order_by("id")
    assert (before, roles_of(person), person.is_staff) == ([], ["reviewer"], True)
    assert [(event.verb, event.actor, event.reason) for event in events] == [
        ("request-approval", first, "joins the team"),
        ("approved", second, ""),
        ("grant-role", second, ""),
    ]


def test_the_manager_who_asked_cannot_approve(
    managers: tuple[User, User], person: User, now: datetime
) -> None:
    asked = ask_for_role(user_id=person.pk, role=Role.REVIEWER, reason="x", by=managers[0], now=now)

    with pytest.raises(UnableToApprove):
        approve(asked, managers[0], now)

    assert roles_of(person) == []


def test_nobody_asks_or_approves_for_themselves(managers: tuple[User, User], now: datetime) -> None:
    first, second = managers
    with pytest.raises(UnableToChangeRoles, match="themselves"):
        ask_for_role(user_id=first.pk, role=Role.AUDITOR, reason="x", by=first, now=now)
    asked = ask_for_role(user_id=second.pk, role=Role.AUDITOR, reason="x", by=first, now=now)

    with pytest.raises(UnableToChangeRoles, match="themselves"):
        approve(asked, second, now)

    asked.refresh_from_db()
    assert (asked.state, roles_of(second)) == ("requested", ["programme-manager"])


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR, Role.DATA_PROTECTION_OFFICER])
def test_only_programme_managers_ask_and_take(
    managers: tuple[User, User], person: User, now: datetime, role: Role
) -> None:
    other = make_user("other@dtt.example", role, now=now)

    with pytest.raises(UnableToChangeRoles, match="Only programme managers"):
        ask_for_role(user_id=person.pk, role=Role.REVIEWER, reason="x", by=other, now=now)
    with pytest.raises(UnableToChangeRoles, match="Only programme managers"):
        take_role_away(user_id=managers[0].pk, role=Role.PROGRAMME_MANAGER, by=other, now=now)

    assert not Approval.objects.exists()


@pytest.mark.parametrize(
    ("reason", "active", "held", "said"),
    [
        ("  ", True, False, "Say why"),
        ("x", False, False, "closed"),
        ("x", True, True, "already"),
    ],
)
def test_there_must_be_something_to_give(
    managers: tuple[User, User],
    person: User,
    now: datetime,
    reason: str,
    active: bool,
    held: bool,
    said: str,
) -> None:
    User.objects.filter(pk=person.pk).update(is_active=active)
    if held:
        grant_role(user=person, role=Role.JUDGE, by=None, now=now)

    with pytest.raises(UnableToChangeRoles, match=said):
        ask_for_role(user_id=person.pk, role=Role.JUDGE, reason=reason, by=managers[0], now=now)


def test_an_account_that_was_closed_meanwhile_gets_no_role(
    managers: tuple[User, User], person: User, now: datetime
) -> None:
    asked = ask_for_role(user_id=person.pk, role=Role.REVIEWER, reason="x", by=managers[0], now=now)
    User.objects.filter(pk=person.pk).update(is_active=False)

    with pytest.raises(UnableToChangeRoles, match="closed"):
        approve(asked, managers[1], now)

    assert roles_of(person) == []


def test_two_roles_wait_side_by_side(
    managers: tuple[User, User], person: User, now: datetime
) -> None:
    for role in (Role.DATA_PROTECTION_OFFICER, Role.AUDITOR):
        ask_for_role(user_id=person.pk, role=role, reason="x", by=managers[0], now=now)

    for asked in Approval.objects.order_by("pk"):
        approve(asked, managers[1], now)

    assert roles_of(person) == ["auditor", "data-protection-officer"]


def test_one_manager_takes_a_role_away_and_the_next_request_knows(
    managers: tuple[User, User], now: datetime
) -> None:
    person = make_user("reviewer@staff.dtt.example", Role.REVIEWER, Role.JUDGE, now=now)
    browser = browser_of(person)
    opened = browser.get(reverse("admin:index")).status_code

    take_role_away(user_id=person.pk, role=Role.REVIEWER, by=managers[0], now=now, reason="left")

    person.refresh_from_db()
    event = AuditEvent.objects.get(verb="take-role")
    assert (opened, browser.get(reverse("admin:index")).status_code) == (200, 302)
    assert (roles_of(person), person.is_staff) == (["judge"], False)
    assert (event.actor, event.before, event.after, event.reason) == (
        managers[0],
        {"role": "reviewer"},
        {"staff": False},
        "left",
    )


def test_who_keeps_another_staff_role_stays_staff(
    managers: tuple[User, User], person: User, now: datetime
) -> None:
    for role in (Role.REVIEWER, Role.AUDITOR):
        grant_role(user=person, role=role, by=None, now=now)

    for _ in range(2):
        take_role_away(user_id=person.pk, role=Role.REVIEWER, by=managers[0], now=now)

    person.refresh_from_db()
    assert (roles_of(person), person.is_staff) == (["auditor"], True)
    assert AuditEvent.objects.filter(verb="take-role").count() == 1


def test_the_last_programme_manager_stays(managers: tuple[User, User], now: datetime) -> None:
    first, second = managers
    manager = Role.PROGRAMME_MANAGER
    take_role_away(user_id=second.pk, role=manager, by=first, now=now)

    with pytest.raises(UnableToChangeRoles, match="must be a programme manager"):
        take_role_away(user_id=first.pk, role=manager, by=first, now=now)

    assert (roles_of(first), roles_of(second)) == (["programme-manager"], [])


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_remove_each_other_at_once_leave_one(now: datetime) -> None:
    manager = Role.PROGRAMME_MANAGER
    people = [make_user(f"m{n}@staff.dtt.example", manager, now=now) for n in range(2)]
    barrier = Barrier(2)

    def remove(who: User, by: User) -> str:
        try:
            barrier.wait(timeout=30)
            take_role_away(user_id=who.pk, role=manager, by=by, now=now)
        except Refused:
            return "refused"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as threads:
        done = sorted(threads.map(remove, people, reversed(people)))

    assert done == ["done", "refused"]
    assert User.objects.filter(groups__name=manager.value).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_asking_anew_and_approving_at_once_neither_waits_for_the_other_in_vain(
    now: datetime,
) -> None:
    manager, role = Role.PROGRAMME_MANAGER, Role.REVIEWER
    asker, second = (make_user(f"m{n}@staff.dtt.example", manager, now=now) for n in range(2))
    for number in range(10):
        who = make_user(f"p{number}@dtt.example", now=now)
        ask = partial(ask_for_role, user_id=who.pk, role=role, by=asker, now=now)
        asked = ask(reason="They review from Monday.")

        done = at_once([partial(ask, reason="They review."), partial(approve, asked, second, now)])

        assert done in (
            ["done", "UnableToApprove"],
            ["UnableToChangeRoles", "done"],
            ["done", "done"],
        )
        assert bool(roles_of(who)) == (done[1] == "done")


# The page ----------------------------------------------------------------------------------------


def page_of(person: User) -> str:
    return reverse("admin:accounts_user_change", args=[person.pk])


def test_a_manager_asks_on_the_page_of_a_person_and_another_approves(
    managers: tuple[User, User], person: User
) -> None:
    first, second = (browser_of(one) for one in managers)

    asking = first.post(
        reverse("admin:accounts_ask_role", args=[person.pk]),
        {"role": "quiz-author", "reason": "writes questions"},
        follow=True,
    ).content.decode()
    asked = Approval.objects.get()
    request = second.get(
        reverse("admin:accounts_approval_change", args=[asked.pk])
    ).content.decode()
    second.post(
        reverse("admin:accounts_approval_decide", args=[asked.pk]),
        {"decision": "approve", "digest": asked.digest},
    )
    shown = first.get(page_of(person)).content.decode()

    assert "waits for a second person" in asking
    for said in ("Give a role", person.email, "Quiz author", "writes questions"):
        assert said in request
    assert f'href="{page_of(person)}"' in request
    assert roles_of(person) == ["quiz-author"]
    assert reverse("admin:accounts_take_role", args=[person.pk]) in shown


def test_a_manager_takes_a_role_on_the_page(managers: tuple[User, User], person: User) -> None:
    grant_role(user=person, role=Role.TRAINER, by=None, now=timezone.now())

    browser_of(managers[0]).post(
        reverse("admin:accounts_take_role", args=[person.pk]), {"role": "trainer"}
    )

    assert roles_of(person) == []


def test_nobody_sees_a_form_for_themselves(managers: tuple[User, User]) -> None:
    own = browser_of(managers[0]).get(page_of(managers[0])).content.decode()

    assert reverse("admin:accounts_ask_role", args=[managers[0].pk]) not in own
    assert "Nobody gives a role to themselves." in own


@pytest.mark.parametrize(
    ("role", "reads"),
    [(Role.AUDITOR, 200), (Role.DATA_PROTECTION_OFFICER, 200), (Role.REVIEWER, 403)],
)
def test_others_read_or_not_but_change_nothing(
    managers: tuple[User, User], person: User, role: Role, reads: int
) -> None:
    reader = browser_of(make_user("reader@staff.dtt.example", role))
    said = {"role": "reviewer", "reason": "x"}
    verbs = ("accounts_ask_role", "accounts_take_role", "accounts_view_as")

    page = reader.get(page_of(person))
    answers = [reader.post(reverse(f"admin:{verb}", args=[person.pk]), said) for verb in verbs]

    assert page.status_code == reads
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    for verb in verbs:
        assert reverse(f"admin:{verb}", args=[person.pk]) not in page.content.decode()


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"role": "emperor", "reason": "x"},
        {"role": "reviewer"},
        {"role": "reviewer", "reason": "x" * 501},
        {"role": "reviewer", "reason": "nul\x00"},
    ],
)
def test_a_wrong_form_says_so_and_asks_for_nothing(
    managers: tuple[User, User], person: User, said: dict[str, str]
) -> None:
    answer = browser_of(managers[0]).post(
        reverse("admin:accounts_ask_role", args=[person.pk]), said, follow=True
    )

    assert answer.status_code == 200
    assert [str(message.level_tag) for message in answer.context["messages"]] == ["error"]
    assert not Approval.objects.exists()


def test_a_person_who_is_not_there_is_not_found(managers: tuple[User, User]) -> None:
    browser = browser_of(managers[0])
    address = reverse("admin:accounts_ask_role", args=[99999999999999999999])

    assert browser.post(address, {"role": "reviewer", "reason": "x"}).status_code == 404
    assert browser.get(address).status_code == 405


# Who reads what ----------------------------------------------------------------------------------


def readable_by(role: Role) -> set[str]:
    """The lists of the staff site that this role opens."""
    request = type("Request", (), {"user": make_user(f"{role}@staff.dtt.example", role)})()
    return {
        model._meta.label_lower
        for model, pages in admin.site._registry.items()
        if isinstance(pages, RoleAdmin) and pages.has_view_permission(request)
    }


def test_the_data_protection_officer_reads_what_the_auditor_reads(db: None) -> None:
    assert readable_by(Role.DATA_PROTECTION_OFFICER) == readable_by(Role.AUDITOR)


def test_the_accommodation_officer_reads_access_requests_and_what_follows_alone(db: None) -> None:
    assert readable_by(Role.ACCOMMODATION_OFFICER) == {
        "applications.accessrequest",
        "quiz.extratime",
    }


def test_the_auditor_changes_nothing_anywhere(db: None) -> None:
    user = make_user("auditor@staff.dtt.example", Role.AUDITOR)
    request = type("Request", (), {"user": user})()

    may = [
        str(model)
        for model, pages in admin.site._registry.items()
        if pages.has_add_permission(request)
        or pages.has_change_permission(request)
        or pages.has_delete_permission(request)
    ]

    assert may == []


def test_a_request_for_a_role_lapses(
    managers: tuple[User, User], person: User, now: datetime
) -> None:
    asked = ask_for_role(user_id=person.pk, role=Role.REVIEWER, reason="x", by=managers[0], now=now)

    with pytest.raises(UnableToApprove, match="lapsed"):
        approve(asked, managers[1], now + timedelta(hours=72))

    assert roles_of(person) == []
