"""A member of staff sets the second factor up, on a phone, with scripts off."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.domain.people import choose_language, register_person
from accounts.models import User
from accounts.roles import Role
from dtt.demo.codes import code_at

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
EMAIL, PASSWORD = "new.lead@dtt.example", "six-days-of-learning"
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def newcomer() -> User:
    return register_person(
        email=EMAIL,
        password=PASSWORD,
        roles=(Role.REVIEWER,),
        verified=True,
        now=datetime.now(UTC),
    )


def test_sets_it_up_keeps_the_codes_and_signs_in_with_a_code(
    browser: Browser, live_server: LiveServer, newcomer: User
) -> None:
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, java_script_enabled=False, has_touch=True
    )
    page = context.new_page()

    give_password(page, live_server.url)
    page.goto(f"{live_server.url}/home")
    secret = page.locator(".key").inner_text().replace(" ", "")
    type_code(page, secret, "Switch the second step on")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keep these recovery codes")
    codes = page.locator(".recovery-codes code").all_inner_texts()
    with page.expect_download() as kept:
        page.get_by_role("link", name="Save as a file").click()
    assert kept.value.path().read_text().split() == codes
    page.get_by_role("link", name="I have kept them, continue").click()
    page.get_by_role("button", name="Sign out").click()

    cache.clear()  # the first code is used up for a minute and a half
    give_password(page, live_server.url)
    type_code(page, secret, "Sign in")
    expect(page).to_have_url(re.compile("/home$"))
    context.close()


@pytest.mark.parametrize(("scheme", "language"), [("light", "zh-hant"), ("dark", "en")])
def test_every_page_of_it_can_be_used_by_all(
    browser: Browser, live_server: LiveServer, newcomer: User, scheme: Any, language: str
) -> None:
    choose_language(user=newcomer, language=language)
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    page = context.new_page()
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        found[name] = [
            violation["id"] for violation in Axe().run(page, options=WCAG).response["violations"]
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert (name, wide) == (name, 0)

    give_password(page, live_server.url)
    page.goto(f"{live_server.url}/home")
    look("enrolment")
    secret = page.locator(".key").inner_text().replace(" ", "")
    page.fill("#id_code", "000000")
    page.locator("main form .button").first.click()
    look("enrolment with an error")
    type_code(page, secret)
    look("recovery codes")
    for address in ("", "app/replace", "app/remove", "recovery-codes", "recovery-codes/new"):
        page.goto(f"{live_server.url}/account/second-factor/{address}")
        look(f"second-factor/{address}")
    page.locator(".site-tools form[action*=logout] button").click()
    give_password(page, live_server.url)
    look("code")
    for _ in range(11):
        page.fill("#id_code", "000000")
        with page.expect_navigation():
            page.locator("main form .button").first.click()
    expect(page.locator("#id_code")).to_have_count(0)
    look("throttled")

    assert {name: ids for name, ids in found.items() if ids} == {}
    context.close()


def give_password(page: Page, site: str) -> None:
    page.goto(f"{site}/account/login/")
    page.fill("#id_login", EMAIL)
    page.fill("#id_password", PASSWORD)
    page.locator("main form button.button").click()
    expect(page.locator("#id_password")).to_have_count(0)


def type_code(page: Page, secret: str, button: str = "") -> None:
    page.fill("#id_code", code_at(secret, datetime.now(UTC)))
    if button:
        page.get_by_role("button", name=button).click()
    else:
        page.locator("main form .button").first.click()
