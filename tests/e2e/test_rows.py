"""Pairs and orders in a real browser: by keyboard, saved as they change, there after a reload."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from dtt.play.selection import make_staff
from tests.quiz.conftest import Hall
from tests.quiz.test_rows_of_a_question import make_rows_hall, response

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def hall() -> Hall:
    now = datetime.now(UTC)
    staff = make_staff(now=now)
    return make_rows_hall(staff.asker, staff.second, now, quiz_opens_at=now - timedelta(hours=1))


def start(page: Page, site: LiveServer, hall: Hall) -> None:
    client = Client()
    person = hall.first.user
    person.language = "en"
    person.save()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site.url}])
    page.goto(f"{site.url}/quiz/{hall.first.reference}/start")
    page.get_by_role("button", name="Start the quiz").click()
    expect(page.locator(".question")).to_have_count(2)


def test_rows_are_moved_by_keyboard_told_saved_and_kept(
    page: Page, live_server: LiveServer, hall: Hall
) -> None:
    start(page, live_server, hall)
    rows = page.locator("[data-order] > li")
    shown = [row.get_attribute("data-key") for row in rows.all()]
    expect(page.locator("[data-order] select").first).to_be_hidden()

    last = rows.nth(2).get_by_role("button", name="Move up")
    name = last.get_attribute("id")
    last.press("Enter")
    page.locator(f"#{name}").press("Enter")
    expect(page.locator(f"#{name}")).to_be_focused()
    expect(page.locator("[data-moved]")).to_contain_text("is now number 1 of 3")
    page.get_by_label("cat").select_option("a:d")
    expect(page.locator("[data-state]")).to_have_text("All answers saved")
    page.reload()

    moved = [shown[2], shown[0], shown[1]]
    assert [row.get_attribute("data-key") for row in rows.all()] == moved
    assert response("ordering").answer == {"order": moved}
    assert response("matching").answer == {"pairs": {"a": "d"}}
    assert Axe().run(page).response["violations"] == []


def test_rows_that_were_numbered_before_the_script_had_come_are_saved_in_that_order(
    page: Page, live_server: LiveServer, hall: Hall
) -> None:
    held: list[Route] = []
    page.route(re.compile(r"/js/quiz-ordering\."), lambda route: held.append(route))
    start(page, live_server, hall)
    rows = page.locator("[data-order] > li")
    shown = [row.get_attribute("data-key") for row in rows.all()]
    for place, row in zip("231", rows.all(), strict=True):
        row.locator("select").select_option(f"{row.get_attribute('data-key')}:{place}")

    held[0].continue_()
    expect(page.locator("[data-order] select").first).to_be_hidden()
    expect(page.locator("[data-state]")).to_have_text("All answers saved")

    numbered = [shown[2], shown[0], shown[1]]
    assert [row.get_attribute("data-key") for row in rows.all()] == numbered
    assert response("ordering").answer == {"order": numbered}


def test_a_narrow_phone_needs_no_scrolling_sideways(
    page: Page, live_server: LiveServer, hall: Hall
) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    start(page, live_server, hall)

    width = page.evaluate("document.documentElement.scrollWidth")
    small = page.evaluate(
        "[...document.querySelectorAll('.question :is(button, select)')].filter(e => e.offsetParent"
        " && (e.offsetHeight < 44 || e.offsetWidth < 44)).length"
    )

    assert (width, small) == (320, 0)
