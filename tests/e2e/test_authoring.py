"""The author's room can be used by everybody, on a narrow screen too."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from accounts.roles import Role
from dtt.play.people import make_user
from dtt.play.selection import make_staff
from quiz.models import Item
from tests.e2e.test_accessible import DAY, NIGHT, faults
from tests.quiz.test_rows_of_a_question import make_rows_hall

pytestmark = [pytest.mark.axe, pytest.mark.django_db(transaction=True)]


def test_the_pages_of_an_author(browser: Browser, live_server: LiveServer) -> None:
    now = datetime.now(UTC)
    staff = make_staff(now=now)
    make_rows_hall(staff.asker, staff.second, now, quiz_opens_at=now - timedelta(hours=1))
    client = Client()
    client.force_login(make_user("author@rooms.dtt.example", Role.QUIZ_AUTHOR, now=now))
    context = browser.new_context(viewport={"width": 320, "height": 800})
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
    )
    page = context.new_page()
    items = {code: Item.objects.get(code=code).pk for code in ("M0", "O0")}
    addresses = [
        reverse("admin:quiz_item_new"),
        reverse("admin:quiz_item_images"),
        *(reverse("admin:quiz_item_write", args=[kind]) for kind in ("single", "numerical")),
        *(
            reverse(f"admin:quiz_item_{room}", args=[item])
            for item in items.values()
            for room in ("edit", "preview", "change")
        ),
    ]

    found = [
        f"{address}: {fault}"
        for address in addresses
        for fault in faults(page, live_server.url + address, DAY | NIGHT)
    ]

    assert "\n".join(found) == ""
