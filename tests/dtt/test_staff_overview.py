"""The staff's menu and first page show what this person may open, and what waits for them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.domain.approvals import request_approval
from accounts.models import User
from accounts.roles import Role
from dtt.play.people import make_user

pytestmark = pytest.mark.django_db


def staff(role: Role, name: str) -> User:
    return make_user(f"{name}@staff.dtt.example", role, now=datetime.now(UTC))


def menu(client: Client, person: User, page: str = "admin:index") -> list[dict]:
    client.force_login(person)
    groups = client.get(reverse(page)).context["sidebar_navigation"]
    return [item for group in groups for item in group["items"]]


def test_every_line_of_the_menu_opens(client: Client) -> None:
    lists = {  # `test_walk` opens them all
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in tuple(admin.site._registry)
    }
    for role in (Role.PROGRAMME_MANAGER, Role.REVIEWER, Role.QUIZ_AUTHOR, Role.AUDITOR):
        for item in menu(client, staff(role, role.value)):
            if item["link"] not in lists:
                answer = client.get(item["link"], follow=True)
                assert answer.status_code == 200, (role, item["link"])


def test_one_line_is_marked_as_the_page_one_is_on(client: Client) -> None:
    lines = menu(client, staff(Role.PROGRAMME_MANAGER, "m"), "admin:selection_selection_lists")
    marked = [line["link"] for line in lines if line["active"]]
    assert marked == [reverse("admin:selection_selection_lists")]


def test_a_reviewer_is_shown_no_lists(client: Client) -> None:
    links = [line["link"] for line in menu(client, staff(Role.REVIEWER, "r"))]
    assert reverse("admin:selection_selection_lists") not in links
    assert reverse("admin:applications_review_queue") in links


@pytest.mark.parametrize(("reader", "waits"), [("asker", []), ("second", ["Publish a list"])])
def test_an_approval_waits_for_everybody_but_who_asked(
    client: Client, reader: str, waits: list[str]
) -> None:
    people = {name: staff(Role.PROGRAMME_MANAGER, name) for name in ("asker", "second")}
    request_approval(
        kind="publish-selection",
        object_id=7,
        digest="0" * 64,
        by=people["asker"],
        now=datetime.now(UTC) - timedelta(minutes=1),
    )
    client.force_login(people[reader])

    context = client.get(reverse("admin:index")).context

    assert [(one.what, one.url) for one in context["asked"]] == [
        (text, reverse("admin:selection_selection_change", args=[7])) for text in waits
    ]
    listed = client.get(context["approvals"]).context["cl"]
    assert listed.result_count == len(waits)
