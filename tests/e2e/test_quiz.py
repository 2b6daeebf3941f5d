"""Nothing is lost at the quiz: crash, no network, a second device, more time, a break."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from applications.models import Application
from dtt.play.people import make_applicant, make_cohort
from dtt.play.quiz import load_item_bank, set_up_demo_quiz
from dtt.play.selection import Staff, make_staff
from quiz.domain.arrangements import grant_extra_time
from quiz.domain.giving_back import give_minutes
from quiz.models import Attempt, Response

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SAVED = re.compile("saved")


@pytest.fixture
def staff() -> Staff:
    return make_staff(now=datetime.now(UTC))


@pytest.fixture
def application(staff: Staff) -> Application:
    """Its quiz is open."""
    now = datetime.now(UTC)
    cohort = make_cohort(now=now, quiz_opens_at=now - timedelta(hours=1))
    load_item_bank(by=staff.asker, approver=staff.second, now=now)
    set_up_demo_quiz(cohort, by=staff.asker, now=now)
    return make_applicant(cohort, 1, now=now)


def sign_in(context: BrowserContext, site: str, application: Application) -> None:
    client = Client()
    client.force_login(application.user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [
            {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": site},
            {"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": site},
        ]
    )


def start(page: Page, site: str, application: Application) -> None:
    sign_in(page.context, site, application)
    page.goto(f"{site}/quiz/{application.reference}/start")
    page.get_by_role("button", name="Start the quiz").click()
    expect(page.locator(".question")).to_have_count(30)


def choose(page: Page, question: int, choice: int = 0) -> int:
    """Answer one of the questions with choices; return its number on the paper."""
    found = page.locator(".question", has=page.locator("input[type=radio]")).nth(question)
    found.locator(".choice label").nth(choice).click()
    return int(found.get_attribute("data-position") or 0)


def state(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("[data-state]")).to_have_text(text, timeout=25_000)


def saved(position: int) -> object:
    return Response.objects.get(position=position).answer


def test_answers_given_without_a_network_survive_a_crash_and_are_sent(
    page: Page, live_server: LiveServer, application: Application
) -> None:
    start(page, live_server.url, application)
    page.context.set_offline(True)
    positions = [choose(page, number) for number in range(3)]
    state(page, "Offline: 3 answers kept on this device")
    address, context = page.url, page.context
    page.close()  # as a crash: no chance to send
    context.set_offline(False)
    assert [saved(position) for position in positions] == [None] * 3

    again = context.new_page()
    again.goto(address)
    state(again, SAVED)

    expect(again.locator(".question input:checked")).to_have_count(3)
    assert None not in [saved(position) for position in positions]


def test_what_is_answered_before_the_script_has_come_is_saved_too(
    page: Page, live_server: LiveServer, application: Application
) -> None:
    held: list[Route] = []
    page.route(re.compile(r"/js/quiz-queue\."), lambda route: held.append(route))
    start(page, live_server.url, application)
    positions = [choose(page, number) for number in range(2)]
    box = page.locator(".question", has=page.locator("input[type=text]")).first
    positions.append(int(box.get_attribute("data-position") or 0))
    box.locator("input[type=text]").fill("42")
    assert held

    held[0].continue_()

    state(page, SAVED)
    assert None not in [saved(position) for position in positions]
    assert Response.objects.filter(answer__isnull=False).count() == 3


def test_what_another_person_left_on_the_device_is_never_sent(
    page: Page, live_server: LiveServer, application: Application
) -> None:
    start(page, live_server.url, application)
    left = '{"sequence": 9007199254740000, "answer": {"choice": "a"}}'
    page.evaluate("left => localStorage.setItem('dtt-quiz:DTT-OTHER-1:1', left)", left)
    page.evaluate("localStorage.setItem('dtt-quiz:DTT-OTHER-1:x', '{')")
    page.reload()
    choose(page, 0)
    state(page, SAVED)

    assert Response.objects.filter(answer__isnull=False).count() == 1


def test_submitting_takes_along_what_could_not_be_sent(
    page: Page, live_server: LiveServer, application: Application
) -> None:
    start(page, live_server.url, application)
    page.route("**/save", lambda route: route.abort())
    position = choose(page, 0)
    state(page, "Offline: 1 answer kept on this device")

    page.get_by_role("button", name="Check and submit").click()
    page.get_by_role("button", name="Submit my answers").click()
    expect(page).to_have_url(re.compile("/done$"))

    assert saved(position) is not None
    assert Attempt.objects.get().state == Attempt.State.SUBMITTED


def test_an_answer_that_cannot_be_stored_blocks_no_other_and_is_told(
    page: Page, live_server: LiveServer, application: Application
) -> None:
    start(page, live_server.url, application)
    expect(page.get_by_role("button", name="Hide the time")).to_be_visible()  # scripts are at work
    box = page.locator(".question", has=page.locator("input[type=text]")).first
    bad = int(box.get_attribute("data-position") or 0)
    page.evaluate(
        """place => {
            const box = document.querySelector(`[name="a-${place}"]`);
            box.value = "x\\ud83d";
            box.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        bad,
    )
    good = choose(page, 0)
    state(page, f"Not saved: question {bad}")
    expect(box.locator(".field-error")).to_contain_text("a character that cannot be stored")
    assert (saved(good) is None, saved(bad)) == (False, None)

    page.get_by_role("button", name="Check and submit").click()
    page.get_by_role("button", name="Submit my answers").click()
    expect(page.locator(".error-summary")).to_contain_text(f"Question {bad} is not saved")
    assert Attempt.objects.get().is_open
    page.get_by_role("link", name=f"Question {bad} is not saved").click()
    box.locator("input[type=text]").fill("mended")
    state(page, SAVED)

    expect(box.locator(".field-error")).to_have_count(0)
    assert saved(bad) is not None


def test_a_second_device_takes_over_and_the_first_can_take_it_back(
    page: Page, browser: Browser, live_server: LiveServer, application: Application
) -> None:
    start(page, live_server.url, application)
    first = choose(page, 0)
    state(page, SAVED)
    laptop = browser.new_context(viewport={"width": 1280, "height": 800})
    sign_in(laptop, live_server.url, application)
    second = laptop.new_page()
    second.goto(f"{live_server.url}/quiz/{application.reference}")
    expect(second.locator(".question input:checked")).to_have_count(1)
    later = choose(second, 1)
    state(second, SAVED)

    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-notice]")).to_contain_text("open in another window")
    expect(page.locator(".question input[type=radio]").first).to_be_disabled()
    page.get_by_role("button", name="Continue here").click()
    expect(page.locator(".question input:checked")).to_have_count(2)
    expect(page.locator(".question input[type=radio]").first).to_be_enabled()

    assert None not in (saved(first), saved(later))
    laptop.close()


def give_ten_minutes(page: Page, staff: Staff) -> None:
    """The page asks at once, as it does when the network is back, and says so."""
    give_minutes(
        attempt_id=Attempt.objects.get().pk,
        minutes=10,
        reason="A noisy room.",
        by=staff.asker,
        now=datetime.now(UTC),
    )
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-notice]")).to_contain_text("You have 10 more minutes.")


def test_more_time_is_felt_by_the_open_page(
    page: Page, live_server: LiveServer, application: Application, staff: Staff
) -> None:
    start(page, live_server.url, application)
    give_ten_minutes(page, staff)
    expect(page.locator("[data-told]")).to_contain_text("You have 10 more minutes.")
    expect(page.locator("[data-time]")).to_have_text(re.compile("^49:|^50:"))


@pytest.mark.parametrize(("later", "shows"), [(0, "^49:|^50:"), (20, "^59:|^60:")])
def test_a_reply_that_was_overtaken_may_give_time_and_takes_none_back(
    page: Page,
    live_server: LiveServer,
    application: Application,
    staff: Staff,
    later: int,
    shows: str,
) -> None:
    with page.expect_response("**/save") as first:
        start(page, live_server.url, application)
    said = first.value.json()
    before = {"now": said["now"], "remaining": said["remaining"] + later * 60_000}
    give_ten_minutes(page, staff)

    def overtaken(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, json=reply.json() | before)

    page.route("**/save", overtaken)
    choose(page, 0)
    state(page, SAVED)

    expect(page.locator("[data-notice]")).to_contain_text("You have 10 more minutes.")
    expect(page.locator("[data-time]")).to_have_text(re.compile(shows))


def test_a_break_hides_the_questions_and_keeps_the_time(
    page: Page, live_server: LiveServer, application: Application, staff: Staff
) -> None:
    grant_extra_time(
        application_id=application.pk,
        factor=Decimal(1),
        break_minutes=10,
        reason="As agreed.",
        by=staff.asker,
        now=datetime.now(UTC),
    )
    start(page, live_server.url, application)
    position = choose(page, 0)

    page.get_by_role("button", name="Take a break (10 minutes left)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are taking a break")
    expect(page.locator(".question")).to_have_count(0)
    assert saved(position) is not None
    page.get_by_role("button", name="Continue").click()

    expect(page.locator(".question input:checked")).to_have_count(1)


def test_the_quiz_can_be_sat_by_keyboard_and_the_bar_covers_nothing(
    page: Page, live_server: LiveServer, application: Application
) -> None:
    start(page, live_server.url, application)
    bar = page.locator("[data-clock]")
    covered = []
    page.locator(".numbers a").last.focus()
    for _press in range(40):
        page.keyboard.press("Tab")
        box = page.evaluate("document.activeElement.getBoundingClientRect().toJSON()")
        top = bar.evaluate("bar => bar.getBoundingClientRect().bottom")
        inside = bar.evaluate("bar => bar.contains(document.activeElement)")
        if not inside and box["top"] < top - 1:
            covered.append(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
    assert covered == []


def test_the_bar_stays_one_line_whatever_it_says(
    page: Page, live_server: LiveServer, application: Application
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    start(page, live_server.url, application)
    said = "You are signed out. Sign in in another window; your answers are kept here. " * 3
    page.locator("[data-state]").evaluate("(state, said) => { state.textContent = said; }", said)

    bar = page.locator("[data-clock]").bounding_box()
    save = page.locator("[data-save-button]").bounding_box()

    assert bar is not None
    assert save is not None
    assert bar["height"] < 80
    assert save["x"] + save["width"] <= bar["x"] + bar["width"]
