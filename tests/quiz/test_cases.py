"""A question about a sitting: seven days, somebody else decides, nothing happens by itself."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts import approvable
from accounts.domain.approvals import UnableToApprove, decide
from accounts.models import Approval, AuditEvent, User
from accounts.roles import Role
from dtt.play.people import make_user
from dtt.play.quiz import sit_quiz
from dtt.web.todo import todos_for
from notifications.models import Message
from quiz.domain.cases import (
    MAX_REPLY,
    UnableToDecide,
    UnableToOpenCase,
    UnableToReply,
    decide_case,
    open_case,
    pending_applications,
    reply_digest,
    reply_to_case,
)
from quiz.domain.noticing import note_reports
from quiz.domain.sitting import open_attempt
from quiz.models import Attempt, IntegrityCase
from quiz.signals import Report
from selection import pending
from tests.quiz.conftest import Hall

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def second(hall: Hall) -> User:
    return make_user("second@dtt.example", Role.PROGRAMME_MANAGER, now=hall.opens_at)


@pytest.fixture
def third(hall: Hall) -> User:
    return make_user("third@dtt.example", Role.PROGRAMME_MANAGER, now=hall.opens_at)


@pytest.fixture
def opened(hall: Hall) -> datetime:
    return hall.opens_at + timedelta(days=1)


@pytest.fixture
def attempt(hall: Hall) -> Attempt:
    person = hall.first
    person.user.language = "en"
    person.user.save()
    begun = open_attempt(
        quiz_id=hall.quiz.pk, application_id=person.pk, by=person.user, now=hall.opens_at
    )
    reports = [Report("focus-lost", 0, 3, 41), Report("paste", 2, 1, 0)]
    note_reports(attempt_id=begun.pk, reports=reports, now=hall.opens_at)
    return sit_quiz(person, skill=0, seed=1, now=hall.opens_at, walks_away=0)


@pytest.fixture
def case(hall: Hall, attempt: Attempt, opened: datetime) -> IntegrityCase:
    return open_case(
        attempt_id=attempt.pk,
        ground="Please tell us about question 2.",
        by=hall.manager,
        now=opened,
    )


def told(person: User) -> list[str]:
    kinds = Message.objects.filter(person=person, kind__startswith="case-")
    return list(kinds.order_by("pk").values_list("kind", flat=True))


def end(case: IntegrityCase, by: User, at: datetime, outcome: str = "note") -> IntegrityCase:
    case.refresh_from_db()
    return decide_case(
        case_id=case.pk, outcome=outcome, reason="Because.", seen=reply_digest(case), by=by, now=at
    )


def test_opening_shows_what_was_noticed_and_tells_the_person(
    hall: Hall, case: IntegrityCase, opened: datetime
) -> None:
    kept = [(row["kind"], row["count"]) for row in case.evidence]

    assert kept == [("focus-lost", 3), ("paste", 1)]
    assert case.reply_by == opened + WEEK
    assert told(hall.first.user) == ["case-opened"]
    body = Message.objects.get(kind="case-opened").body
    assert (str(case.uuid) in body, "Nothing has been decided" in body) == (True, True)


def test_the_evidence_stays_as_it_was_shown(case: IntegrityCase, attempt: Attempt) -> None:
    attempt.signals.all().delete()
    case.refresh_from_db()

    assert len(case.evidence) == 2


def test_nothing_changes_until_it_is_decided(
    case: IntegrityCase, attempt: Attempt, opened: datetime
) -> None:
    before = attempt.state, attempt.application.stage
    attempt.refresh_from_db()
    attempt.application.refresh_from_db()

    assert (attempt.state, attempt.application.stage) == before
    assert pending_applications(attempt.quiz.cohort_id, opened) == {attempt.application_id}


@pytest.mark.parametrize(("after", "kept"), [(WEEK - MOMENT, True), (WEEK, False)])
def test_a_reply_is_taken_for_seven_days(
    case: IntegrityCase, attempt: Attempt, opened: datetime, after: timedelta, kept: bool
) -> None:
    by = attempt.application.user
    if kept:
        reply_to_case(case_id=case.pk, text="My phone rang.", by=by, now=opened + after)
    else:
        with pytest.raises(UnableToReply, match="ended"):
            reply_to_case(case_id=case.pk, text="My phone rang.", by=by, now=opened + after)

    case.refresh_from_db()
    assert case.reply == ("My phone rang." if kept else "")


@pytest.mark.parametrize(("after", "decided"), [(WEEK - MOMENT, False), (WEEK, True)])
def test_without_a_reply_it_is_decided_on_day_seven_at_the_earliest(
    case: IntegrityCase, second: User, opened: datetime, after: timedelta, decided: bool
) -> None:
    if decided:
        end(case, second, opened + after)
    else:
        with pytest.raises(UnableToDecide, match="may reply until"):
            end(case, second, opened + after)

    case.refresh_from_db()
    assert case.is_open is not decided


def test_with_a_reply_it_is_decided_at_once_and_the_person_is_told(
    case: IntegrityCase, second: User, attempt: Attempt, opened: datetime
) -> None:
    person = attempt.application.user
    reply_to_case(case_id=case.pk, text="My phone rang.", by=person, now=opened + MOMENT)

    end(case, second, opened + 2 * MOMENT, outcome="no-finding")

    assert told(person) == ["case-opened", "case-decided"]
    body = Message.objects.get(kind="case-decided").body
    assert ("no finding" in body, "Because." in body, "do not agree" in body) == (True,) * 3
    assert pending_applications(attempt.quiz.cohort_id, opened) == frozenset()


def test_a_reply_may_be_changed_until_it_is_decided(
    case: IntegrityCase, second: User, attempt: Attempt, opened: datetime
) -> None:
    person = attempt.application.user
    for text in ("One.", "Two."):
        reply_to_case(case_id=case.pk, text=text, by=person, now=opened + MOMENT)
    end(case, second, opened + 2 * MOMENT)

    with pytest.raises(UnableToReply, match="decided already"):
        reply_to_case(case_id=case.pk, text="Three.", by=person, now=opened + 3 * MOMENT)

    case.refresh_from_db()
    assert case.reply == "Two."


def test_nobody_decides_on_a_reply_that_they_have_not_read(
    case: IntegrityCase, second: User, attempt: Attempt, opened: datetime
) -> None:
    unread = reply_digest(case)
    person = attempt.application.user
    reply_to_case(case_id=case.pk, text="Wait.", by=person, now=opened + MOMENT)

    with pytest.raises(UnableToDecide, match="has changed"):
        decide_case(
            case_id=case.pk, outcome="note", reason="x", seen=unread, by=second, now=opened + WEEK
        )


def test_who_opened_it_cannot_decide_it(hall: Hall, case: IntegrityCase, opened: datetime) -> None:
    with pytest.raises(UnableToDecide, match="opened"):
        end(case, hall.manager, opened + WEEK)

    with pytest.raises(IntegrityError, match="somebody_else"), transaction.atomic():
        IntegrityCase.objects.update(
            outcome="note", reason="x", decided_at=opened + WEEK, decided_by=hall.manager
        )


def test_the_database_itself_refuses_an_early_decision(
    case: IntegrityCase, second: User, opened: datetime
) -> None:
    with pytest.raises(IntegrityError, match="day_7"), transaction.atomic():
        IntegrityCase.objects.update(
            outcome="note", reason="x", decided_at=opened + WEEK - MOMENT, decided_by=second
        )


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (MAX_REPLY + 1), "a\x00b"])
def test_a_reply_that_is_none_is_refused(
    case: IntegrityCase, attempt: Attempt, opened: datetime, text: str
) -> None:
    with pytest.raises(UnableToReply):
        reply_to_case(case_id=case.pk, text=text, by=attempt.application.user, now=opened)


@pytest.mark.parametrize(("outcome", "reason"), [("guilty", "x"), ("note", "  ")])
def test_a_decision_needs_an_outcome_and_a_reason(
    case: IntegrityCase, second: User, opened: datetime, outcome: str, reason: str
) -> None:
    with pytest.raises(UnableToDecide):
        decide_case(
            case_id=case.pk,
            outcome=outcome,
            reason=reason,
            seen=reply_digest(case),
            by=second,
            now=opened + WEEK,
        )


def test_the_attempt_is_void_only_by_that_outcome(
    case: IntegrityCase, second: User, attempt: Attempt, opened: datetime
) -> None:
    end(case, second, opened + WEEK, outcome="void")

    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.VOID


def test_an_exclusion_takes_a_second_person_beside_the_opener(
    hall: Hall, case: IntegrityCase, second: User, third: User, attempt: Attempt, opened: datetime
) -> None:
    end(case, second, opened + WEEK, outcome="excluded")
    request = Approval.objects.get()
    attempt.application.refresh_from_db()
    asked = (attempt.application.stage, told(attempt.application.user))
    about, person = approvable.subject_of(request), attempt.application
    assert (about.words, about.reference) == (str(person), person.reference)
    agree = {"approval_id": request.pk, "approve": True, "digest": request.digest}

    with pytest.raises(UnableToApprove):
        decide(**agree, by=second, now=opened + WEEK)
    with pytest.raises(UnableToDecide, match="opened"):
        decide(**agree, by=hall.manager, now=opened + WEEK)
    decide(**agree, by=third, now=opened + WEEK)

    case.refresh_from_db()
    attempt.application.refresh_from_db()
    assert asked == ("eligible", ["case-opened"])
    assert (case.outcome, case.decided_by, case.approved_by) == ("excluded", second, third)
    assert attempt.application.stage == "ineligible"
    assert told(attempt.application.user) == ["case-opened", "case-decided"]


def test_a_refused_exclusion_leaves_the_person_in(
    case: IntegrityCase, second: User, third: User, attempt: Attempt, opened: datetime
) -> None:
    end(case, second, opened + WEEK, outcome="excluded")
    request = Approval.objects.get()

    decide(
        approval_id=request.pk,
        approve=False,
        digest=request.digest,
        by=third,
        now=opened + WEEK,
        reason="no",
    )

    case.refresh_from_db()
    attempt.application.refresh_from_db()
    assert (case.is_open, attempt.application.stage) == (True, "eligible")


def test_a_request_to_exclude_waits_no_more_when_the_case_is_decided_otherwise(
    case: IntegrityCase, second: User, opened: datetime
) -> None:
    end(case, second, opened + WEEK, outcome="excluded")

    end(case, second, opened + WEEK, outcome="no-finding")

    case.refresh_from_db()
    assert (case.outcome, Approval.objects.get().state) == ("no-finding", "void")


def test_an_exclusion_too_early_asks_nobody(
    case: IntegrityCase, second: User, opened: datetime
) -> None:
    with pytest.raises(UnableToDecide):
        end(case, second, opened + WEEK - MOMENT, outcome="excluded")

    assert Approval.objects.count() == 0


def test_only_one_case_is_open_and_only_about_a_sitting_that_counts(
    hall: Hall, case: IntegrityCase, attempt: Attempt, opened: datetime
) -> None:
    with pytest.raises(UnableToOpenCase, match="open already"):
        open_case(attempt_id=attempt.pk, ground="again", by=hall.manager, now=opened)
    with pytest.raises(UnableToOpenCase):
        open_case(attempt_id=attempt.pk, ground=" ", by=hall.manager, now=opened)
    Attempt.objects.update(state=Attempt.State.VOID)
    with pytest.raises(UnableToOpenCase, match="over and counts"):
        open_case(attempt_id=attempt.pk, ground="again", by=hall.manager, now=opened)


def test_every_step_is_on_the_trail(
    case: IntegrityCase, second: User, attempt: Attempt, opened: datetime
) -> None:
    reply_to_case(case_id=case.pk, text="x", by=attempt.application.user, now=opened + MOMENT)
    end(case, second, opened + WEEK)

    verbs = AuditEvent.objects.filter(verb__contains="case").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "open-case",
        "reply-to-case",
        "decide-case",
    ]


# ---- pages ---------------------------------------------------------------------------------------


def browser(user: User, at: datetime) -> Client:
    client = Client()
    with time_machine.travel(at, tick=False):
        client.force_login(user)
    return client


def get(client: Client, url: str, at: datetime) -> Any:
    with time_machine.travel(at, tick=False):
        return client.get(url)


def post(client: Client, url: str, data: dict[str, str], at: datetime) -> Any:
    with time_machine.travel(at, tick=False):
        return client.post(url, data)


def test_the_person_reads_everything_and_replies(
    case: IntegrityCase, attempt: Attempt, opened: datetime
) -> None:
    person = attempt.application.user
    client = browser(person, opened)

    page = get(client, case.get_absolute_url(), opened).content.decode()
    answer = post(client, case.get_absolute_url(), {"reply": "My phone rang."}, opened + MOMENT)
    again = get(client, case.get_absolute_url(), opened + MOMENT).content.decode()

    assert ("Please tell us" in page, "Ordinary reasons:" in page) == (True, True)
    assert answer.status_code == 302
    assert "My phone rang." in again
    assert answer["Location"] == case.get_absolute_url()


def test_a_late_reply_says_so_and_keeps_what_was_typed(
    case: IntegrityCase, attempt: Attempt, opened: datetime
) -> None:
    client = browser(attempt.application.user, opened + WEEK)

    answer = post(client, case.get_absolute_url(), {"reply": "Too late?"}, opened + WEEK)

    assert (answer.status_code, "The time to reply ended" in answer.content.decode()) == (422, True)


def test_it_is_on_the_home_page_until_it_is_answered(
    case: IntegrityCase, attempt: Attempt, opened: datetime
) -> None:
    application = attempt.application

    def asked(at: datetime) -> list[str]:
        return [todo.url for todo in todos_for(application, at) if "/cases/" in todo.url]

    before = asked(opened)
    reply_to_case(case_id=case.pk, text="x", by=application.user, now=opened)

    assert (before, asked(opened)) == ([case.get_absolute_url()], [])


def test_everybody_else_finds_nothing(hall: Hall, case: IntegrityCase, opened: datetime) -> None:
    others = [
        hall.applications[1].user,
        hall.manager,
        *(make_user(f"{role}@x.example", role, now=opened) for role in Role),
    ]

    found = {get(browser(u, opened), case.get_absolute_url(), opened).status_code for u in others}

    assert found == {404}


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.AUDITOR, 200),
        (Role.DATA_PROTECTION_OFFICER, 200),
        (Role.REVIEWER, 403),
        (Role.QUIZ_AUTHOR, 403),
        (Role.ACCOMMODATION_OFFICER, 403),
    ],
)
def test_who_answers_for_what_is_kept_reads_it_and_nobody_else(
    hall: Hall, case: IntegrityCase, opened: datetime, role: Role, status: int
) -> None:
    client = browser(make_user("somebody@x.example", role, now=opened), opened)
    pages = [
        reverse("admin:quiz_noticed", args=[hall.quiz.pk]),
        reverse("admin:quiz_sitting", args=[case.attempt_id]),
        reverse("admin:quiz_integritycase_change", args=[case.pk]),
    ]

    assert {get(client, page, opened).status_code for page in pages} == {status}
    decision = post(client, reverse("admin:quiz_decide", args=[case.pk]), {}, opened)
    assert decision.status_code == 403


def test_staff_open_and_decide_on_their_pages(
    hall: Hall, attempt: Attempt, second: User, opened: datetime
) -> None:
    sitting = reverse("admin:quiz_sitting", args=[attempt.pk])
    post(browser(hall.manager, opened), sitting, {"ground": "Tell us."}, opened)
    case = IntegrityCase.objects.get()
    page = reverse("admin:quiz_integritycase_change", args=[case.pk])
    early = get(browser(second, opened), page, opened).content.decode()
    own = get(browser(hall.manager, opened), page, opened + WEEK).content.decode()
    post(
        browser(second, opened),
        reverse("admin:quiz_decide", args=[case.pk]),
        {"outcome": "note", "reason": "Noted.", "seen": reply_digest(case)},
        opened + WEEK,
    )

    case.refresh_from_db()
    assert ("once the person has replied" in early, "somebody else decides" in own) == (True, True)
    assert (case.outcome, case.decided_by) == ("note", second)


def test_lists_wait_for_cases() -> None:
    assert pending._kinds["quiz.case"].can_rise is False
