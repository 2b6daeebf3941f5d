"""A real browser against the real program. Skipped where Chromium is not installed."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.signals import request_finished, request_started
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

# Playwright runs an event loop in this thread; the tests use the database beside it, never in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="session", autouse=True)
def _let_go_of_the_database() -> None:
    """A request's thread keeps no connection: the database is dropped when the tests are over."""
    connections.settings["default"]["CONN_MAX_AGE"] = 0


class Busy:
    """How many requests the server is answering just now."""

    def __init__(self) -> None:
        self.requests = 0
        self.changed = threading.Condition()
        request_started.connect(self.begin)
        request_finished.connect(self.end)

    def begin(self, **_: object) -> None:
        self._count(1)

    def end(self, **_: object) -> None:
        self._count(-1)

    def _count(self, more: int) -> None:
        with self.changed:
            self.requests = max(self.requests + more, 0)
            self.changed.notify_all()

    def wait(self) -> None:
        """Until all are answered, and for a tenth of a second no other has come."""
        with self.changed:
            while self.changed.wait_for(lambda: self.requests == 0, timeout=10):
                if not self.changed.wait(timeout=0.1):
                    return
        raise AssertionError("a request was not answered within ten seconds")


@pytest.fixture(scope="session")
def busy() -> Busy:
    return Busy()


@pytest.fixture(autouse=True)
def _all_is_answered(busy: Busy) -> Iterator[None]:
    """A page that closes sends what it still has: the tables are emptied only after the answer."""
    yield
    busy.wait()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone of 390 by 844 points."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    yield context
    context.close()


@pytest.fixture
def page(phone: BrowserContext) -> Page:
    """A page on the phone; an error in a script fails the test."""
    page = phone.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    return page


@pytest.fixture
def shots(request: pytest.FixtureRequest) -> Path:
    """Where pictures of a failing journey go."""
    folder = Path(request.config.rootpath) / "var" / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
