"""A request of two people on a phone: what became of it is read without scrolling sideways."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.domain.approvals import decide
from accounts.domain.roles import ask_for_role
from accounts.models import User
from accounts.roles import Role
from dtt.play.people import make_user
from tests.walk import signed_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def cookie_of(client: Client, live_server: LiveServer) -> dict[str, str]:
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": live_server.url}


@pytest.mark.parametrize("state", ["waits", "refused"])
def test_the_page_of_a_request_and_the_list_fit_a_phone(
    page: Page, live_server: LiveServer, shots: Path, state: str
) -> None:
    now = datetime.now(UTC)
    asker, second = (
        make_user(f"{name}.with.a.long.address@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)
        for name in ("asker", "second")
    )
    person = User.objects.create_user("somebody.with.quite.a.long.address@people.dtt.example")
    why = "Knows robots."
    asked = ask_for_role(user_id=person.pk, role=Role.JUDGE, reason=why, by=asker, now=now)
    if state == "refused":
        said = {"digest": asked.digest, "reason": "Is on the panel of companies already."}
        decide(approval_id=asked.pk, approve=False, by=second, now=now, **said)
    page.context.add_cookies([cookie_of(signed_in(second), live_server)])
    widths = []

    for name, address in (
        ("page", reverse("admin:accounts_approval_change", args=[asked.pk])),
        ("list", reverse("admin:accounts_approval_changelist")),
    ):
        page.goto(live_server.url + address)
        page.screenshot(path=shots / f"approval-{name}-{state}.png", full_page=True)
        widths.append(page.evaluate("document.documentElement.scrollWidth"))

    assert widths == [390, 390]
