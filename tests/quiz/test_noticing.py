"""What is noticed around a sitting is counted, bounded, and changes nothing at all."""

import ast
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse

import quiz
import selection
from accounts.domain.jobs import run_job
from accounts.models import AuditEvent, User
from dtt.play.people import make_applicants, make_cohort
from dtt.play.quiz import load_item_bank, set_up_demo_quiz, sit_quiz
from quiz.domain.noticing import KEPT, forget_signals, note_origin, note_reports
from quiz.domain.resembling import UnableToCompare, ask_to_compare, sheets_of
from quiz.domain.sitting import open_attempt
from quiz.models import Attempt, Origin, Resemblance, Signal
from quiz.signals import MAX_COUNT, MAX_SECONDS, Report, Unreadable, read_reports
from tests.quiz.conftest import Hall
from tests.quiz.test_pages import Sitter

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
BLUR = {"kind": "focus-lost", "position": 0, "count": 2, "seconds": 30}
PASTE = {"kind": "paste", "position": 3, "count": 1, "seconds": 0}


@pytest.fixture
def sitter(hall: Hall) -> Sitter:
    return Sitter(hall)


def report(sitter: Sitter, noticed: Any, after: timedelta = SECOND, **options: Any) -> HttpResponse:
    text = noticed if isinstance(noticed, str) else json.dumps(noticed)
    return sitter.post("notice", {"noticed": text}, after, **options)


def counted() -> list[tuple[str, int, int, int]]:
    return list(
        Signal.objects.order_by("kind", "position").values_list(
            "kind", "position", "count", "seconds"
        )
    )


def test_reports_add_up_and_hold_no_content(sitter: Sitter) -> None:
    sitter.start()

    first = report(sitter, [BLUR, PASTE])
    second = report(sitter, [BLUR, PASTE | {"text": "secret"}], 5 * SECOND)

    assert (first.status_code, second.status_code) == (204, 204)
    assert counted() == [("focus-lost", 0, 4, 60), ("paste", 3, 2, 0)]


@pytest.mark.parametrize(
    "noticed",
    [
        "",
        "{",
        "{}",
        "null",
        "[" * 2000,
        '[{"kind": "score", "position": 0}]',
        '[{"kind": "address-changed", "position": 0}]',
        '[{"kind": ["paste"], "position": 1}]',
        '[{"kind": "paste", "position": 0}]',
        '[{"kind": "paste", "position": 99999}]',
        '[{"kind": "paste", "position": true}]',
        '[{"kind": "focus-lost", "count": -1}]',
        '[{"kind": "focus-lost", "count": 1e400}]',
        json.dumps([BLUR] * 51)[:3000],
        json.dumps([BLUR] * 100),
    ],
)
def test_a_hostile_report_keeps_nothing_and_says_so(sitter: Sitter, noticed: str) -> None:
    sitter.start()

    answer = report(sitter, noticed)

    assert (answer.status_code, Signal.objects.count()) == (400, 0)


def test_numbers_are_capped_and_a_flood_counts_once(sitter: Sitter) -> None:
    sitter.start()
    huge = {"kind": "focus-lost", "position": 0, "count": 10**12, "seconds": 10**12}

    answers = [report(sitter, [huge]).status_code for _ in range(5)]

    assert set(answers) == {204}
    assert counted() == [("focus-lost", 0, MAX_COUNT, MAX_SECONDS)]
    report(sitter, [huge], 9 * SECOND)
    assert counted() == [("focus-lost", 0, MAX_COUNT, MAX_SECONDS)]


def test_a_question_that_is_not_on_the_paper_is_not_counted(sitter: Sitter) -> None:
    sitter.start()

    report(sitter, [PASTE | {"position": 99}])

    assert counted() == []


def test_nothing_is_noticed_before_the_start_or_after_the_end(sitter: Sitter) -> None:
    before = report(sitter, [BLUR], timedelta(0))
    sitter.start()
    after = report(sitter, [BLUR], timedelta(minutes=40, seconds=45))
    sitter.post("submit", after=timedelta(minutes=5))
    late = report(sitter, [BLUR], timedelta(minutes=6))

    assert [before.status_code, after.status_code, late.status_code] == [404, 204, 204]
    assert counted() == []


def test_nobody_reports_about_somebody_else(hall: Hall) -> None:
    Sitter(hall).start()
    stranger = Sitter(hall, person=1)
    url = stranger.url("notice", hall.first)

    with time_machine.travel(hall.opens_at + SECOND, tick=False):
        answer = stranger.client.post(url, {"noticed": json.dumps([BLUR])})

    assert (answer.status_code, counted()) == (404, [])


def test_another_site_cannot_report(sitter: Sitter) -> None:
    sitter.start()
    sitter.client = sitter.signed_in(enforce_csrf_checks=True)

    assert (report(sitter, [BLUR]).status_code, counted()) == (403, [])


def test_another_address_or_device_is_counted_and_never_kept(sitter: Sitter) -> None:
    attempt = sitter.start()
    for after, address, device in (
        (1, "203.0.113.7", "Phone 1"),
        (5, "203.0.113.7", "Phone 1"),
        (9, "198.51.100.9", "Phone 1"),
        (13, "198.51.100.9", "Laptop"),
    ):
        report(sitter, [], after * SECOND, REMOTE_ADDR=address, HTTP_USER_AGENT=device)

    kept = json.dumps(Origin.objects.values("address", "device").get(attempt=attempt))
    assert counted() == [("address-changed", 0, 1, 0), ("device-changed", 0, 1, 0)]
    assert not any(told in kept for told in ("203.0", "198.51", "Phone", "Laptop"))


def test_the_same_place_has_another_digest_in_another_attempt(hall: Hall) -> None:
    for application in hall.applications:
        attempt = open_attempt(
            quiz_id=hall.quiz.pk,
            application_id=application.pk,
            by=application.user,
            now=hall.opens_at,
        )
        note_origin(attempt_id=attempt.pk, address="203.0.113.7", device="x", now=hall.opens_at)

    assert len(set(Origin.objects.values_list("address", flat=True))) == 2


def test_the_start_page_says_what_is_noticed(sitter: Sitter) -> None:
    page = sitter.get("start").content.decode()

    assert "None of it changes a score, a rank or a list." in page


def test_what_was_noticed_is_forgotten_after_six_months(hall: Hall) -> None:
    attempt = open_attempt(
        quiz_id=hall.quiz.pk,
        application_id=hall.first.pk,
        by=hall.first.user,
        now=hall.opens_at,
    )
    note_origin(attempt_id=attempt.pk, address=None, device="x", now=hall.opens_at)
    reports = [Report("focus-lost", 0, 1, 1)]
    note_reports(attempt_id=attempt.pk, reports=reports, now=hall.opens_at)

    early = forget_signals(now=hall.opens_at + KEPT)
    still = Signal.objects.count()
    late = forget_signals(now=hall.opens_at + KEPT + SECOND)

    assert (early, still, late) == (0, 1, 1)
    assert (Signal.objects.count(), Origin.objects.count()) == (0, 0)
    assert AuditEvent.objects.filter(verb="forget-signals").count() == 1


def test_reports_are_merged() -> None:
    assert read_reports([BLUR, BLUR]) == [Report("focus-lost", 0, 4, 60)]
    with pytest.raises(Unreadable):
        read_reports([1])


# ---- similar wrong answers -----------------------------------------------------------------------


def test_comparing_waits_for_the_close_and_can_be_done_twice(
    author: User, manager: User, now: Any
) -> None:
    load_item_bank(by=author, approver=manager, now=now)
    cohort = make_cohort(now=now)
    found = set_up_demo_quiz(cohort, by=manager, now=now)
    for application in make_applicants(cohort, 6, now=now + timedelta(days=1)):
        sit_quiz(application, skill=0, seed=1, now=cohort.quiz_opens_at, walks_away=0)
    with pytest.raises(UnableToCompare):
        ask_to_compare(quiz_id=found.pk, by=manager, now=cohort.quiz_closes_at - SECOND)

    states = []
    for _ in range(2):
        job = ask_to_compare(quiz_id=found.pk, by=manager, now=cohort.quiz_closes_at)
        states.append(run_job(job_id=job.pk, clock=lambda: cohort.quiz_closes_at))

    sheets = sheets_of(found)
    answered = sum(len(sheet.right) + len(sheet.wrong) for sheet in sheets)
    assert (states, len(sheets)) == (["done", "done"], 6)
    assert answered == sum(
        attempt.responses.filter(answer__isnull=False).count() for attempt in Attempt.objects.all()
    )
    assert Resemblance.objects.count() == 0  # six people are too few to tell anything


# ---- nothing that scores or selects can see it ---------------------------------------------------

BLIND = (
    *(Path(selection.__file__).parent).rglob("*.py"),
    *(Path(quiz.__file__).parent / "scoring").rglob("*.py"),
    Path(quiz.__file__).parent / "marking.py",
    Path(quiz.__file__).parent / "queries.py",
    Path(quiz.__file__).parent / "domain" / "scoring.py",
    Path(quiz.__file__).parent / "domain" / "closing.py",
    Path(quiz.__file__).parent / "domain" / "sitting.py",
)
NOTICED = {"Signal", "Origin", "Resemblance", "noticing", "resembling", "resemblance", "signals"}


def imported(path: Path) -> set[str]:
    """The last name of every module, and every name, that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            names |= {(node.module or "").rpartition(".")[2], *(a.name for a in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name.rpartition(".")[2] for alias in node.names}
    return names


@pytest.mark.parametrize("path", BLIND, ids=lambda path: path.name)
def test_what_scores_and_selects_imports_nothing_that_was_noticed(path: Path) -> None:
    text = path.read_text()

    assert imported(path) & NOTICED == set()
    assert not any(word in text for word in ('"signals', "quiz_signal", '"origin', "resemblances"))
