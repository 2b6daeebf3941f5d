"""The page on which a second person reads exactly what is asked, and decides."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import approvable
from accounts.domain.approvals import (
    request_approval,
)
from accounts.errors import Refused
from accounts.models import Approval, User
from accounts.roles import Role
from dtt.play.people import make_user

pytestmark = pytest.mark.django_db
NAME = {"kind": "rename", "object_id": 7, "payload": {"name": "<b>Ng</b>", "pages": 3}}


class UnableToRename(Refused):
    """For the kind below."""


def rename(approval: Approval, by: User, now: datetime) -> None:
    """What the approval of "rename" does: something that others can see, or cannot be done."""
    if approval.payload["name"] == "nobody":
        raise UnableToRename("Nobody has that name.")
    User.objects.filter(pk=approval.requested_by_id).update(preferred_name=approval.payload["name"])


@pytest.fixture(autouse=True)
def rename_kind() -> Iterator[None]:
    approvable.register(
        "rename",
        title="Change a name",
        describe=lambda approval: [("New name", approval.payload["name"])],
        name_all=lambda approvals: {
            one.pk: approvable.Subject("The name of Ng", "NG-7", "/staff/") for one in approvals
        },
        carry_out=rename,
    )
    yield
    approvable._kinds.pop("rename")


@pytest.fixture
def managers(db: None) -> tuple[User, User]:
    first = make_user("first@staff.dtt.example", Role.PROGRAMME_MANAGER)
    return first, make_user("second@staff.dtt.example", Role.PROGRAMME_MANAGER)


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def page_of(approval: Approval) -> str:
    return reverse("admin:accounts_approval_change", args=[approval.pk])


def decide_on(browser: Client, approval: Approval, decision: str, **said: str) -> Any:
    address = reverse("admin:accounts_approval_decide", args=[approval.pk])
    answer = browser.post(
        address, {"decision": decision, "digest": approval.digest, **said}, follow=True
    )
    approval.refresh_from_db()
    return answer


def test_the_second_person_reads_exactly_what_is_asked_and_approves(
    managers: tuple[User, User],
) -> None:
    first, second = managers
    asked = request_approval(**NAME, by=first, now=timezone.now())

    page = browser_of(second).get(page_of(asked)).content.decode()
    answer = decide_on(browser_of(second), asked, "approve")

    for said in ("Change a name", "&lt;b&gt;Ng&lt;/b&gt;", first.email, asked.digest):
        assert said in page
    assert "You approved this." in answer.content.decode()
    assert (asked.state, asked.decided_by) == ("approved", second)


def test_a_refusal_needs_a_reason(managers: tuple[User, User]) -> None:
    first, second = managers
    asked = request_approval(**NAME, by=first, now=timezone.now())

    without = decide_on(browser_of(second), asked, "refuse", reason=" ")
    state = asked.state
    decide_on(browser_of(second), asked, "refuse", reason="Not the name on the form.")

    assert (without.status_code, state) == (422, "requested")
    assert (asked.state, asked.reason) == ("refused", "Not the name on the form.")


def test_the_asker_sees_no_button_and_a_post_changes_nothing(managers: tuple[User, User]) -> None:
    first, _second = managers
    asked = request_approval(**NAME, by=first, now=timezone.now())

    page = browser_of(first).get(page_of(asked)).content.decode()
    answer = decide_on(browser_of(first), asked, "approve")

    assert 'value="approve"' not in page
    assert "The person who asked cannot approve." in answer.content.decode()
    assert asked.state == "requested"


@pytest.mark.parametrize(
    ("role", "reads"),
    [
        (Role.AUDITOR, 200),
        (Role.DATA_PROTECTION_OFFICER, 200),
        (Role.REVIEWER, 403),
        (Role.ACCOMMODATION_OFFICER, 403),
    ],
)
def test_only_programme_managers_decide(
    managers: tuple[User, User], role: Role, reads: int
) -> None:
    asked = request_approval(**NAME, by=managers[0], now=timezone.now())
    reader = browser_of(make_user("reader@staff.dtt.example", role))

    assert reader.get(page_of(asked)).status_code == reads
    assert decide_on(reader, asked, "approve").status_code == 403
    assert asked.state == "requested"


def test_a_lapsed_request_says_so_and_has_no_button(managers: tuple[User, User]) -> None:
    first, second = managers
    asked = request_approval(**NAME, by=first, now=timezone.now() - timedelta(hours=72))

    page = browser_of(second).get(page_of(asked)).content.decode()
    listed = browser_of(second).get(reverse("admin:accounts_approval_changelist"))
    decide_on(browser_of(second), asked, "approve")

    assert "lapsed: nobody decided in time" in page
    assert 'value="approve"' not in page
    assert "lapsed" in listed.content.decode()
    assert asked.state == "requested"


def test_a_kind_with_a_page_of_its_own_is_decided_there(managers: tuple[User, User]) -> None:
    first, second = managers
    asked = request_approval(
        kind="publish-match", object_id=7, digest="a", by=first, now=timezone.now()
    )
    own = reverse("admin:matching_matchrun_change", args=[7])

    page = browser_of(second).get(page_of(asked)).content.decode()
    browser_of(second).post(
        reverse("admin:accounts_approval_decide", args=[asked.pk]),
        {"decision": "approve", "digest": "a"},
    )

    asked.refresh_from_db()
    assert f'href="{own}"' in page
    assert 'value="approve"' not in page
    assert asked.state == "requested"


@pytest.mark.parametrize("pk", ["0", "99999999999999999999", "9" * 4500, "x", "²"])
def test_a_request_that_is_not_there_is_not_found(managers: tuple[User, User], pk: str) -> None:
    browser = browser_of(managers[0])

    assert browser.get(f"/staff/accounts/approval/{pk}/change/").status_code == 404


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"decision": "perhaps"},
        {"decision": "approve", "digest": "x" * 65},
        {"decision": "\x00"},
    ],
)
def test_a_decision_that_is_none_changes_nothing(
    managers: tuple[User, User], said: dict[str, str]
) -> None:
    asked = request_approval(**NAME, by=managers[0], now=timezone.now())
    address = reverse("admin:accounts_approval_decide", args=[asked.pk])

    answer = browser_of(managers[1]).post(address, said)

    asked.refresh_from_db()
    assert (answer.status_code, asked.state) == (422, "requested")
