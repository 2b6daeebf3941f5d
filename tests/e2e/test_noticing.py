"""What the page of the quiz reports in a real browser, and that nothing depends on it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from applications.models import Application
from dtt.play.people import make_applicants, make_cohort
from dtt.play.quiz import load_item_bank, set_up_demo_quiz
from dtt.play.selection import make_staff
from quiz.domain.practice import start_practice
from quiz.domain.sitting import open_attempt
from quiz.models import Attempt, Origin, PracticeAnswer, Response, Signal

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
BACK_AFTER = """async () => {
  dispatchEvent(new Event("blur"));
  const box = document.querySelector("input[type=text]");
  box.dispatchEvent(new ClipboardEvent("paste", { bubbles: true }));
  await new Promise((done) => setTimeout(done, 1200));
  dispatchEvent(new Event("focus"));
}"""


@pytest.fixture
def attempt() -> Attempt:
    now = datetime.now(UTC)
    staff = make_staff(now=now)
    cohort = make_cohort(now=now, quiz_opens_at=now - timedelta(hours=1))
    load_item_bank(by=staff.asker, approver=staff.second, now=now)
    quiz = set_up_demo_quiz(cohort, by=staff.asker, now=now)
    [application] = make_applicants(cohort, 1, now=now)
    return open_attempt(
        quiz_id=quiz.pk, application_id=application.pk, by=application.user, now=now
    )


def visit(page: Page, site: LiveServer, name: str, application: Application) -> None:
    client = Client()
    client.force_login(application.user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = {settings.SESSION_COOKIE_NAME: session, settings.LANGUAGE_COOKIE_NAME: "en"}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": site.url} for name, value in cookies.items()]
    )
    page.goto(site.url + reverse(name, args=[application.reference]))


def test_leaving_the_page_tells_what_was_noticed(
    page: Page, live_server: LiveServer, attempt: Attempt
) -> None:
    with page.expect_response("**/notice"):
        visit(page, live_server, "quiz:attempt", attempt.application)
    assert Origin.objects.filter(attempt=attempt).exists()
    page.evaluate(BACK_AFTER)

    with page.expect_response("**/notice"):
        page.evaluate('dispatchEvent(new Event("pagehide"))')

    counted = Signal.objects.order_by("kind").values_list("kind", "count")
    assert list(counted) == [("focus-lost", 1), ("paste", 1)]


def test_a_browser_without_beacons_saves_as_ever(
    page: Page, live_server: LiveServer, attempt: Attempt
) -> None:
    page.add_init_script("navigator.sendBeacon = undefined")
    visit(page, live_server, "quiz:attempt", attempt.application)

    page.locator(".question input[type=radio] + label").first.click()
    expect(page.locator("[data-state]")).to_have_text("All answers saved")

    assert Response.objects.filter(attempt=attempt, answer__isnull=False).count() == 1
    assert Origin.objects.count() == 0


def test_practice_saves_by_the_same_page(
    page: Page, live_server: LiveServer, attempt: Attempt
) -> None:
    application = attempt.application
    start_practice(application_id=application.pk, by=application.user, now=datetime.now(UTC))
    visit(page, live_server, "quiz:practice_questions", application)

    page.locator(".question input[type=radio] + label").first.click()
    expect(page.locator("[data-state]")).to_have_text("All answers saved")
    page.get_by_role("button", name="Finish and see the answers").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your practice")
    assert PracticeAnswer.objects.filter(answer__isnull=False).count() == 1
    assert Response.objects.filter(answer__isnull=False).count() == 0
