"""Applying in a real browser: what is typed survives whatever happens to the browser."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from applications.domain.applying import save_draft, start_application
from applications.models import AccessRequest, Application, Cohort, Stage
from dtt.play.people import make_applicant, make_cohort, make_persona, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NARROW: dict[str, Any] = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture
def cohort() -> Cohort:
    return make_cohort(now=datetime.now(UTC))


@pytest.fixture
def person() -> User:
    return make_user("tai.man@people.dtt.example", name="Tai Man")


@pytest.fixture
def draft(cohort: Cohort, person: User) -> Application:
    return start_application(cohort_id=cohort.pk, by=person, now=datetime.now(UTC))


class Device:
    """A browser of its own, signed in as one person."""

    def __init__(self, browser: Browser, site: str, person: User, **options: Any) -> None:
        self.site = site
        self.context: BrowserContext = browser.new_context(**options)
        self.sign_in(person)
        self.page = self.open_page()

    def sign_in(self, person: User) -> None:
        client = Client()
        client.force_login(person)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        name = settings.SESSION_COOKIE_NAME
        self.context.add_cookies([{"name": name, "value": session, "url": self.site}])

    def open_page(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        return page

    def section(self, draft: Application, slug: str) -> Page:
        self.page.goto(f"{self.site}/applications/{draft.reference}/edit/{slug}")
        return self.page

    @property
    def says(self) -> Any:
        return self.page.locator("[data-autosave-says]")


class Devices:
    def __init__(self, browser: Browser, site: str) -> None:
        self.browser, self.site = browser, site
        self.made: list[Device] = []

    def __call__(self, person: User, **options: Any) -> Device:
        self.made.append(Device(self.browser, self.site, person, **options))
        return self.made[-1]


@pytest.fixture
def device(browser: Browser, live_server: LiveServer) -> Iterator[Devices]:
    devices = Devices(browser, live_server.url)
    yield devices
    for one in devices.made:
        one.context.close()


def test_a_killed_browser_loses_nothing_and_a_second_device_goes_on(
    device: Devices, draft: Application, person: User
) -> None:
    phone = device(person)
    page = phone.section(draft, "about")
    page.fill("#id_surname_en", "CHAN")
    page.locator("#id_surname_en").blur()
    expect(phone.says).to_have_text("Saved")
    page.fill("#id_given_en", "Tai Man")  # and after a pause, with the field still in use
    expect(phone.says).to_have_text("Saved", timeout=5000)
    page.wait_for_function("!Object.keys(localStorage).some(key => key.startsWith('dtt:unsent'))")
    phone.context.close()  # without a word to the page

    laptop = device(person).section(draft, "about")

    expect(laptop.locator("#id_surname_en")).to_have_value("CHAN")
    expect(laptop.locator("#id_given_en")).to_have_value("Tai Man")


def test_what_is_typed_before_the_script_has_come_is_saved_too(
    device: Devices, draft: Application, person: User
) -> None:
    phone = device(person)
    held: list[Route] = []
    phone.page.route(re.compile(r"/js/autosave\."), lambda route: held.append(route))
    address = f"{phone.site}/applications/{draft.reference}/edit/readiness"
    phone.page.goto(address, wait_until="commit")
    phone.page.fill("#id_motivation", "To learn.")
    assert held

    held[0].continue_()

    expect(phone.says).to_have_text("Saved", timeout=10_000)
    draft.refresh_from_db()
    assert draft.motivation == "To learn."


def test_two_devices_that_edit_one_draft_see_both_versions(
    device: Devices, draft: Application, person: User
) -> None:
    phone, laptop = device(person), device(person)
    for one in (phone, laptop):
        one.section(draft, "about")
    phone.page.fill("#id_surname_en", "CHAN")
    phone.page.locator("#id_surname_en").blur()
    expect(phone.says).to_have_text("Saved")

    laptop.page.fill("#id_surname_en", "WONG")
    laptop.page.locator("#id_surname_en").blur()
    expect(laptop.says).to_contain_text("Nothing was overwritten")
    draft.refresh_from_db()
    assert draft.surname_en == "CHAN"
    laptop.page.get_by_role("button", name="See both").click()
    expect(laptop.page.locator(".notice.warning dd").first).to_have_text("CHAN")
    expect(laptop.page.locator("#id_surname_en")).to_have_value("WONG")
    laptop.page.get_by_role("button", name="Save and continue").click()
    expect(laptop.page.get_by_text("“About you” is saved.")).to_be_visible()

    draft.refresh_from_db()
    assert draft.surname_en == "WONG"


def test_what_is_typed_offline_is_saved_when_the_network_is_back(
    device: Devices, draft: Application, person: User
) -> None:
    phone = device(person)
    page = phone.section(draft, "readiness")
    phone.context.set_offline(True)
    page.fill("#id_motivation", "To learn.")
    page.locator("#id_motivation").blur()
    expect(phone.says).to_contain_text("Offline: kept on this device")

    phone.context.set_offline(False)

    expect(phone.says).to_have_text("Saved", timeout=15_000)
    draft.refresh_from_db()
    assert draft.motivation == "To learn."


def test_what_a_crash_left_on_the_device_is_offered_back(
    device: Devices, draft: Application, person: User
) -> None:
    phone = device(person)
    page = phone.section(draft, "readiness")
    phone.context.set_offline(True)
    page.fill("#id_motivation", "To learn.")
    page.locator("#id_motivation").blur()
    expect(phone.says).to_contain_text("Offline")
    page.close()
    phone.context.set_offline(False)
    phone.page = phone.open_page()

    page = phone.section(draft, "readiness")
    expect(page.locator("#id_motivation")).to_have_value("")
    expect(page.locator("[data-offer] dd")).to_have_text("To learn.")
    page.get_by_role("button", name="Put it back").click()

    expect(phone.says).to_have_text("Saved")
    draft.refresh_from_db()
    assert draft.motivation == "To learn."
    page.reload()
    expect(page.locator("[data-offer]")).to_be_hidden()


def test_a_session_that_ended_keeps_the_text_until_the_next_sign_in(
    device: Devices, draft: Application, person: User
) -> None:
    phone = device(person)
    page = phone.section(draft, "about")
    phone.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.fill("#id_surname_en", "CHAN")
    page.locator("#id_surname_en").blur()
    expect(phone.says).to_contain_text("You are signed out")
    page.get_by_role("link", name="Sign in again").click()
    expect(page).to_have_url(re.compile("/account/login"))

    phone.sign_in(person)
    page = phone.section(draft, "about")
    page.get_by_role("button", name="Put it back").click()
    expect(phone.says).to_have_text("Saved")

    draft.refresh_from_db()
    assert draft.surname_en == "CHAN"


def test_whoever_signs_out_leaves_nothing_on_the_device(
    device: Devices, draft: Application, person: User
) -> None:
    phone = device(person)
    page = phone.section(draft, "about")
    page.fill("#id_mobile", "12")  # cannot be saved, so it is kept here
    page.locator("#id_mobile").blur()
    expect(phone.says).to_have_text("Saved, except what is marked.")
    kept = "Object.keys(localStorage).filter(key => key.startsWith('dtt:unsent')).length"
    assert page.evaluate(kept) == 1

    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/(account/logout/)?$"))

    assert page.evaluate(kept) == 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_language_changes_on_a_half_filled_form(
    device: Devices, draft: Application, person: User, scripts: bool
) -> None:
    page = device(person, java_script_enabled=scripts).section(draft, "about")
    page.fill("#id_surname_en", "CHAN")
    page.fill("#id_mobile", "12")

    page.get_by_role("button", name="繁體中文").click()

    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant-HK")
    expect(page.locator("#id_surname_en")).to_have_value("CHAN")
    expect(page.locator("#id_mobile")).to_have_value("12")


def test_applying_without_scripts(
    device: Devices, cohort: Cohort, draft: Application, person: User
) -> None:
    phone = device(person, java_script_enabled=False, **NARROW)
    fill_in(phone, cohort, draft)
    page = phone.page
    page.goto(f"{phone.site}/applications/{draft.reference}/check")
    page.get_by_role("link", name="Continue").click()
    page.check("#id_honour_code", force=True)
    page.check("#id_privacy_notice", force=True)
    page.get_by_role("button", name="Submit the application").click()

    expect(page.locator(".reference")).to_have_text(draft.reference)
    draft.refresh_from_db()
    assert (draft.stage, AccessRequest.objects.get().needs) == (Stage.ELIGIBLE, "More time")


def fill_in(phone: Device, cohort: Cohort, draft: Application) -> None:
    """Every section, by its button."""
    answers: dict[str, dict[str, str | list[str]]] = {
        "about": {"surname_en": "CHAN", "given_en": "Tai Man"},
        "study": {"study_programme": "Music", "institution_other": "University of Somewhere"},
        "readiness": {"motivation": "To learn."},
        "access": {"needs": "More time"},
        "availability": {},
        "declarations": {},
    }
    ticks = {
        "study": ["[name=status][value=student]", "[name=level][value=bachelor]"],
        "readiness": ["[name=track][value=vision]"],
        "availability": [f"[name=available_days][value='{day}']" for day in cohort.bootcamp_dates],
        "declarations": ["[name=is_adult]"],
    }
    for slug, texts in answers.items():
        page = phone.section(draft, slug)
        for name, text in texts.items():
            page.fill(f"#id_{name}", str(text))
        for tick in ticks.get(slug, []):
            page.check(tick, force=True)  # the label covers its box
        if slug == "study":
            page.select_option("[name=completion_on_0]", "6")
            page.fill("[name=completion_on_1]", str(cohort.rules.completion_to.year - 1))
        page.get_by_role("button", name="Save and continue").click()
        expect(page).to_have_url(re.compile(f"{draft.reference}$"))


def test_applying_by_keyboard_alone(
    device: Devices, cohort: Cohort, draft: Application, person: User
) -> None:
    now = datetime.now(UTC)
    persona = make_persona(1, days=cohort.bootcamp_dates, today=now.date())
    save_draft(
        application_id=draft.pk,
        version=draft.version,
        answers=persona.answers | {"surname_en": "", "track": ""},
        by=person,
        now=now,
    )
    page = device(person).page
    page.goto(f"{device.site}/applications/{draft.reference}")
    press(page, "About you", "Enter")
    reach(page, "#id_surname_en")
    page.keyboard.type("CHAN")
    press(page, "Save and continue", "Enter")
    press(page, "Readiness", "Enter")
    reach(page, "[name=track]")
    page.keyboard.press("Space")
    press(page, "Save and continue", "Enter")
    press(page, "Check your answers and submit", "Enter")
    press(page, "Continue", "Enter")
    for box in ("#id_honour_code", "#id_privacy_notice"):
        reach(page, box)
        page.keyboard.press("Space")
    press(page, "Submit the application", "Enter")

    expect(page.locator(".reference")).to_have_text(draft.reference)


def reach(page: Page, selector: str) -> None:
    """Walk with the tabulator until what is meant has the focus, and can be seen."""
    page.wait_for_load_state()
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("chosen => document.activeElement.matches(chosen)", selector):
            assert page.evaluate(
                """() => { const box = document.activeElement.getBoundingClientRect();
                return box.bottom > 0 && box.top < innerHeight; }"""
            )
            return
    pytest.fail(f"no way to {selector} by keyboard")


def press(page: Page, name: str, key: str) -> None:
    """Walk to the link or button of this name, press a key, and wait for the page that follows."""
    page.wait_for_load_state()
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            with page.expect_navigation():
                page.keyboard.press(key)
            return
    pytest.fail(f"no way to “{name}” by keyboard")


def test_no_page_of_an_applicant_scrolls_sideways_on_a_narrow_phone(
    device: Devices, cohort: Cohort, draft: Application, person: User
) -> None:
    sent = make_applicant(cohort, 1, now=datetime.now(UTC))
    sections = ("about", "study", "readiness", "availability", "access", "declarations")
    ways = {
        person: [
            f"/apply/{cohort.slug}",
            f"/applications/{draft.reference}",
            *(f"/applications/{draft.reference}/edit/{slug}" for slug in sections),
            *(f"/applications/{draft.reference}/{name}" for name in ("check", "withdraw")),
        ],
        sent.user: [
            f"/applications/{sent.reference}",
            *(
                f"/applications/{sent.reference}/{name}"
                for name in ("submitted", "consents", "versions/1", "edit/access")
            ),
        ],
    }
    wide = []
    for who, addresses in ways.items():
        page = device(who, **NARROW).page
        for address in addresses:
            page.goto(device.site + address)
            if page.evaluate("document.documentElement.scrollWidth") > 320:
                wide.append(address)

    assert wide == []
