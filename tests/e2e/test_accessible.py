"""No page breaks a rule of WCAG 2.2 AA that a program can check, or a script; none is too wide.

The pages come from the rows of `tests.walk`, which has one for every address: each is opened by
somebody who may, 320 points wide; the pages that are ours in both languages and both schemes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Error, Page
from pytest_django.live_server_helper import LiveServer

from tests.walk import DOORS, MODELS, STAFF_DOORS, Door, Scene, played

pytestmark = [pytest.mark.axe, pytest.mark.django_db(transaction=True)]
RULES: dict[str, object] = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
OF_COLOUR: dict[str, object] = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
Schemes = dict[str, dict[str, object]]
DAY: Schemes = {"light": RULES}
NIGHT: Schemes = {"dark": OF_COLOUR}
NARROW = 320
VISITED_BY = ("applicant", "stranger", "recruiter", "judge", "trainer", "manager", "visitor")
NO_PAGES = {  # files and answers for programs
    *(
        "calendar_feed",
        "cohort_calendar",
        "health",
        "set_language",
        "applications:document",
        "portal:cv",
    ),
    *("health_live", "metrics", "quiz:image"),
    *("applications:institutions", "admin:accounts_job_progress"),
    *("admin:quiz_live", "admin:quiz_quiz_progress"),
}
ACCOUNT_PAGES = {  # of the libraries, in our clothes
    "visitor": ("account_login", "account_signup", "account_reset_password"),
    "applicant": ("account_logout", "account_email", "account_change_password"),
}


@dataclass(frozen=True)
class Stop:
    """A page and who opens it."""

    name: str
    who: str
    path: str


# The lists and forms of the staff site are its theme's: they are looked at once, by day.
@pytest.mark.parametrize(
    ("round_", "language", "schemes"),
    [
        ("tables", "en", DAY),
        ("people", "en", DAY | NIGHT),
        ("people", "zh-hant", DAY | NIGHT),
        ("rooms", "en", DAY | NIGHT),
        ("rooms", "zh-hant", {}),
    ],
    ids=["tables", "people", "people-zh", "rooms", "rooms-zh"],
)
def test_every_page_can_be_used_by_everybody(
    browser: Browser, live_server: LiveServer, round_: str, language: str, schemes: Schemes
) -> None:
    scene = played()
    stops = {"people": people_stops, "tables": table_stops, "rooms": room_stops}[round_](scene)
    found = []
    pages: dict[str, Page] = {}
    for stop in stops:
        if stop.who not in pages:
            context = signed_in(browser, live_server, scene, stop.who, language)
            pages[stop.who] = context.new_page()
        found += [
            f"{stop.name} ({stop.who}): {fault}"
            for fault in faults(pages[stop.who], live_server.url + stop.path, schemes)
        ]

    assert "\n".join(found) == ""


def faults(page: Page, address: str, schemes: Schemes) -> Iterator[str]:
    """What is wrong with a page; the second scheme is asked for its colours alone."""
    page.emulate_media(color_scheme="light")
    errors: list[str] = []

    def note(error: Error) -> None:
        errors.append(f"script: {error}")

    page.on("pageerror", note)
    answer = page.goto(address)
    if answer is None or answer.status != 200:
        yield f"answers {answer.status if answer else 'nothing'}"
    for scheme, rules in schemes.items():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        options = {"runOnly": rules, "resultTypes": ["violations"]}
        for violation in Axe().run(page, options=options).response["violations"]:
            where = violation["nodes"][0]["html"][:200]
            yield f"{scheme}: {violation['id']} × {len(violation['nodes'])}: {where}"
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > NARROW:
        yield f"is {width} points wide"
    page.remove_listener("pageerror", note)
    yield from errors


def people_stops(scene: Scene) -> Iterator[Stop]:
    for name, door in DOORS.items():
        if not (door.opens_for and is_a_page(name, door)):
            continue
        who = next(one for one in VISITED_BY if one in door.opens_for)
        yield Stop(name, who, scene.address(name, door))
    for who, pages in ACCOUNT_PAGES.items():
        for name in pages:
            yield Stop(name, who, reverse(name))


def table_stops(scene: Scene) -> Iterator[Stop]:
    yield Stop("admin:index", "manager", reverse("admin:index"))
    for model in admin.site._registry:
        label = model._meta.label_lower
        base = f"admin:{label.replace('.', '_')}"
        who = next(one for one in ("manager", *sorted(MODELS[label])) if one in MODELS[label])
        yield Stop(f"{base}_changelist", who, reverse(f"{base}_changelist"))
        first = model._default_manager.first()
        if first is not None:
            yield Stop(f"{base}_change", who, reverse(f"{base}_change", args=[first.pk]))


def room_stops(scene: Scene) -> Iterator[Stop]:
    for name, door in STAFF_DOORS.items():
        if is_a_page(name, door):
            who = next(one for one in ("manager", *sorted(door.opens_for)) if one in door.opens_for)
            yield Stop(name, who, scene.address(name, door))


def is_a_page(name: str, door: Door) -> bool:
    return 405 not in door.says and name not in NO_PAGES


def signed_in(
    browser: Browser, site: LiveServer, scene: Scene, who: str, language: str
) -> BrowserContext:
    """A narrow browser of this person, in this language."""
    context = browser.new_context(viewport={"width": NARROW, "height": 800})
    cookies = {settings.LANGUAGE_COOKIE_NAME: language}
    session = scene.client(who).cookies.get(settings.SESSION_COOKIE_NAME)
    if session:
        cookies[settings.SESSION_COOKIE_NAME] = session.value
    context.add_cookies(
        [{"name": name, "value": value, "url": site.url} for name, value in cookies.items()]
    )
    return context
