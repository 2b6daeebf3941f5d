"""A person's way from the sign-up to the result, on a phone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from applications.models import Application, Cohort, Stage
from dtt.play.people import make_cohort
from dtt.play.quiz import load_item_bank, set_up_demo_quiz
from dtt.play.selection import make_staff, publish_step
from quiz.domain.scoring import score_chunk, score_quiz
from quiz.models import Attempt, Quiz, Response

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
EMAIL, PASSWORD = "newcomer@people.dtt.example", "six-days-of-learning"


@pytest.fixture
def cohort() -> Cohort:
    """Takes applications, and its quiz is open."""
    now = datetime.now(UTC)
    staff = make_staff(now=now)
    cohort = make_cohort(now=now, quiz_opens_at=now - timedelta(hours=1))
    load_item_bank(by=staff.asker, approver=staff.second, now=now)
    set_up_demo_quiz(cohort, by=staff.asker, now=now)
    return cohort


def test_from_the_sign_up_to_the_result(
    page: Page, live_server: LiveServer, cohort: Cohort
) -> None:
    sign_up(page, live_server.url)
    application = apply(page, live_server.url, cohort)
    assert application.stage == Stage.ELIGIBLE
    answered = sit_the_quiz(page, live_server.url, application)

    publish_the_shortlist(cohort)

    saved = Response.objects.filter(attempt__application=application, answer__isnull=False)
    assert saved.count() == answered
    page.goto(f"{live_server.url}/home")
    page.get_by_role("link", name="Confirm your place").click()
    page.get_by_role("button", name="Confirm my place").click()
    expect(page.locator(".confirmation")).to_contain_text("Your place is confirmed.")
    application.refresh_from_db()
    assert application.stage == Stage.PLACE_CONFIRMED


def test_an_answer_given_without_a_network_is_sent_when_it_is_back(
    page: Page, live_server: LiveServer, cohort: Cohort
) -> None:
    sign_up(page, live_server.url)
    application = apply(page, live_server.url, cohort)
    start_the_quiz(page, live_server.url, application)
    first = page.locator(".question", has=page.locator("input[type=radio]")).first
    position = int(first.get_attribute("data-position") or 0)

    page.context.set_offline(True)
    first.locator("label").nth(0).click()
    expect(page.locator("[data-state]")).to_have_text("Offline: 1 answer kept on this device")
    page.context.set_offline(False)
    expect(page.locator("[data-state]")).to_have_text(re.compile("saved"), timeout=25_000)

    kept = Response.objects.get(attempt__application=application, position=position)
    assert kept.answer is not None


def sign_up(page: Page, site: str) -> None:
    page.goto(site)
    page.goto(f"{site}/account/signup/")
    page.fill("#id_email", EMAIL)
    page.fill("#id_password1", PASSWORD)
    page.get_by_role("button", name="Create my account").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    [link] = re.findall(r"http\S+/account/confirm-email/\S+", str(mail.outbox[-1].body))
    page.goto(link)
    page.get_by_role("button", name="Yes, continue").click()
    page.wait_for_url(re.compile("/(home|account/login)"))
    if "login" in page.url:
        page.fill("#id_login", EMAIL)
        page.fill("#id_password", PASSWORD)
        page.get_by_role("button", name="Sign in").click()


def apply(page: Page, site: str, cohort: Cohort) -> Application:
    page.goto(f"{site}/apply/{cohort.slug}")
    page.locator("main form button[type=submit]").click()
    with section(page, "About you"):
        page.fill("#id_surname_en", "CHAN")
        page.fill("#id_given_en", "Tai Man Peter")
        page.fill("#id_name_zh", "陳大文")
    with section(page, "Study"):
        tick(page, "status", "student")
        page.select_option("#id_institution", index=3)
        page.fill("#id_study_programme", "BSc Physics")
        tick(page, "level", "bachelor")
        page.select_option("select[name^=completion_on]", index=6)
        page.fill("input[name^=completion_on]", str(cohort.rules.completion_to.year - 1))
    with section(page, "Readiness"):
        tick(page, "track", "data_science")
        page.fill("#id_motivation", "I want to understand what I use.")
    with section(page, "Availability"):
        for day in cohort.bootcamp_dates:
            tick(page, "available_days", str(day))
    with section(page, "Declarations"):
        tick(page, "is_adult")
    application = Application.objects.get(user__email=EMAIL)
    page.goto(f"{site}/applications/{application.reference}/check")
    expect(page.get_by_text("陳大文")).to_be_visible()
    page.get_by_role("link", name="Continue").click()
    tick(page, "honour_code")
    tick(page, "privacy_notice")
    page.get_by_role("button", name="Submit the application").click()
    expect(page.locator(".reference")).to_have_text(application.reference)
    application.refresh_from_db()
    return application


def tick(page: Page, name: str, value: str = "") -> None:
    """Tap the label of a radio button or a tick box, as a thumb does."""
    chosen = f"[name={name}][value='{value}']" if value else f"[name={name}]"
    box = page.locator(chosen)
    page.locator(f"label[for={box.get_attribute('id')}]").click()
    expect(box).to_be_checked()


@contextmanager
def section(page: Page, name: str) -> Iterator[None]:
    """A section of the form, from the task list and back to it."""
    page.get_by_role("link", name=name, exact=True).click()
    yield
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text(f"“{name}” is saved.")).to_be_visible()


def start_the_quiz(page: Page, site: str, application: Application) -> None:
    page.goto(f"{site}/home")
    page.get_by_role("link", name="Start the quiz").click()
    page.get_by_role("button", name="Start the quiz").click()
    expect(page.locator(".question")).to_have_count(30)


def sit_the_quiz(page: Page, site: str, application: Application) -> int:
    """Answer every question that offers choices; return how many that were."""
    start_the_quiz(page, site, application)
    answered = 0
    for question in page.locator(".question").all():
        choices = question.locator(".choice label")
        if choices.count():
            choices.first.click()
            answered += 1
    expect(page.locator("[data-state]")).to_have_text(re.compile("saved"))
    page.reload()
    expect(page.locator(".question input:checked")).to_have_count(answered)
    page.get_by_role("button", name="Check and submit").click()
    page.get_by_role("button", name="Submit my answers").click()
    expect(page).to_have_url(re.compile("/done$"))
    assert Attempt.objects.get(application=application).state == Attempt.State.SUBMITTED
    return answered


def publish_the_shortlist(cohort: Cohort) -> None:
    staff = make_staff(now=cohort.quiz_closes_at)
    later = cohort.quiz_closes_at + timedelta(hours=1)
    run = score_quiz(quiz_id=Quiz.objects.get(cohort=cohort).pk, by=staff.asker, now=later)
    score_chunk(run_id=run.pk, first=0, last=2**62, now=later)
    publish_step(cohort, "bootcamp", by=staff.asker, approver=staff.second, now=cohort.shortlist_at)
