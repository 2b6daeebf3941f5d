"""The monitor counts who is where, as an independent count of the tables does."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from applications.domain.applying import withdraw_application
from dtt.play.people import make_user
from quiz.answers import SavedAnswer
from quiz.domain.saving import save_answers
from quiz.domain.sitting import open_attempt, submit_attempt
from quiz.models import Attempt, Quiz, Ruling
from quiz.monitoring import (
    ACTIVE,
    CLOSED,
    FINISHED,
    NOT_STARTED,
    STUCK,
    sittings,
    standing,
    tallies,
)
from quiz.queries import with_counts
from quiz.watching import MIN_PAPERS, Alarm, Tally, odd
from tests.quiz.conftest import Hall, suit

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
COUNTED_BY_HAND = """
SELECT
  (SELECT count(*) FROM applications_application a
    WHERE a.cohort_id = %(cohort)s AND a.stage = 'eligible' AND NOT EXISTS (
      SELECT 1 FROM quiz_attempt t WHERE t.application_id = a.id AND t.state <> 'void')),
  count(*) FILTER (WHERE t.submitted_at IS NOT NULL),
  count(*) FILTER (WHERE t.submitted_at IS NULL
    AND (t.state <> 'open' OR t.saves_until <= %(now)s)),
  count(*) FILTER (WHERE t.submitted_at IS NULL AND t.state = 'open' AND t.saves_until > %(now)s
    AND greatest(t.started_at, last.at) > %(now)s - interval '5 minutes'),
  count(*) FILTER (WHERE t.submitted_at IS NULL AND t.state = 'open' AND t.saves_until > %(now)s
    AND greatest(t.started_at, last.at) <= %(now)s - interval '5 minutes')
FROM quiz_attempt t
LEFT JOIN LATERAL (
  SELECT max(r.saved_at) AS at FROM quiz_response r WHERE r.attempt_id = t.id) last ON true
WHERE t.quiz_id = %(quiz)s AND t.state <> 'void'
"""


def begin(hall: Hall, person: int, at: datetime) -> Attempt:
    application = hall.applications[person]
    return open_attempt(
        quiz_id=hall.quiz.pk, application_id=application.pk, by=application.user, now=at
    )


def save(attempt: Attempt, at: datetime) -> None:
    answer = SavedAnswer(1, int(at.timestamp()), {"text": "x"})
    suit(attempt, 1, answer.answer)
    save_answers(attempt_id=attempt.pk, answers=[answer], now=at)


@pytest.fixture
def busy(make_hall: Callable[..., Hall]) -> Hall:
    """At 40 minutes: one each finished, active, stuck; two closed by time; two not started."""
    hall = make_hall(people=7)
    opens = hall.opens_at
    begin(hall, 0, opens)  # closed by time, not swept yet
    swept = begin(hall, 1, opens)
    Attempt.objects.filter(pk=swept.pk).update(state="submitted", closed_at=opens + 41 * MINUTE)
    done = begin(hall, 2, opens + 10 * MINUTE)
    submit_attempt(attempt_id=done.pk, by=hall.applications[2].user, now=opens + 20 * MINUTE)
    save(begin(hall, 3, opens + 10 * MINUTE), opens + 40 * MINUTE)
    save(begin(hall, 4, opens + 10 * MINUTE), opens + 30 * MINUTE)
    void = begin(hall, 5, opens + 10 * MINUTE)
    Attempt.objects.filter(pk=void.pk).update(state="void")
    return hall


def at_41(hall: Hall) -> datetime:
    return hall.opens_at + 41 * MINUTE


def test_everybody_is_counted_once_where_they_are(busy: Hall) -> None:
    now = at_41(busy)

    found = standing(busy.quiz, now)

    assert found.counts == {NOT_STARTED: 2, ACTIVE: 1, STUCK: 1, FINISHED: 1, CLOSED: 2}
    assert found.started == 5
    with connection.cursor() as cursor:
        ids = {"now": now, "quiz": busy.quiz.pk, "cohort": busy.cohort.pk}
        cursor.execute(COUNTED_BY_HAND, ids)
        assert cursor.fetchone() == (2, 1, 2, 1, 1)


@pytest.mark.parametrize(
    ("after", "where"),
    [(timedelta(0), ACTIVE), (5 * MINUTE - timedelta(seconds=1), ACTIVE), (5 * MINUTE, STUCK)],
)
def test_stuck_is_five_minutes_without_a_save(hall: Hall, after: timedelta, where: str) -> None:
    attempt = begin(hall, 0, hall.opens_at)
    save(attempt, hall.opens_at + 3 * MINUTE)

    [found] = sittings(hall.quiz, hall.opens_at + 3 * MINUTE + after)

    assert found.where == where


def page(hall: Hall, name: str = "admin:quiz_monitor", where: str = "") -> Any:
    client = Client()
    with time_machine.travel(at_41(hall), tick=False):
        client.force_login(hall.manager)
        return client.get(reverse(name, args=[hall.quiz.pk]), {"where": where} if where else {})


def test_each_count_leads_to_its_people(busy: Hall) -> None:
    references = [application.reference for application in busy.applications]

    def listed(where: str) -> list[int]:
        text = page(busy, where=where).content.decode()
        return [n for n, reference in enumerate(references) if reference in text]

    assert listed(STUCK) == [4]
    assert listed(ACTIVE) == [3]
    assert listed(FINISHED) == [2]
    assert listed(CLOSED) == [0, 1]
    assert listed(NOT_STARTED) == [5, 6]


def test_the_live_part_is_the_inside_of_the_page(busy: Hall) -> None:
    part = page(busy, "admin:quiz_live", STUCK).content.decode()

    assert part.strip() in page(busy, where=STUCK).content.decode()
    assert "data-live" not in part


def test_the_page_looks_again_within_ten_seconds_also_without_scripts(busy: Hall) -> None:
    text = page(busy).content.decode()

    assert 'data-every="10"' in text
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in text


def test_one_sitting_takes_as_many_queries_as_many(busy: Hall) -> None:
    taken = []
    for where in (STUCK, CLOSED):  # one row, two rows
        page(busy, where=where)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(busy, where=where)
        taken.append(len(queries))

    assert taken[0] == taken[1]


def test_a_page_number_that_is_none_is_the_first(busy: Hall) -> None:
    client = Client()
    client.force_login(busy.manager)
    url = reverse("admin:quiz_monitor", args=[busy.quiz.pk])

    answers = [
        client.get(url, {"where": where, "page": number}).status_code
        for where in ("stuck", "nowhere", "\x01")
        for number in ("0", "9999999", "x")
    ]

    assert set(answers) == {200}


@pytest.mark.parametrize(
    ("role", "monitor", "watch"),
    [
        (Role.AUDITOR, 200, 200),
        (Role.QUIZ_AUTHOR, 403, 200),
        (Role.REVIEWER, 403, 403),
        (Role.ACCOMMODATION_OFFICER, 403, 403),
    ],
)
def test_who_may_look(busy: Hall, role: Role, monitor: int, watch: int) -> None:
    client = Client()
    client.force_login(make_user(f"{role}@x.example", role))

    assert [
        client.get(reverse(f"admin:quiz_{name}", args=[busy.quiz.pk])).status_code
        for name in ("monitor", "live", "watch")
    ] == [monitor, monitor, watch]


# ---- items that behave oddly ---------------------------------------------------------------------


def tally(name: str, papers: int, answered: int, earned: int) -> Tally:
    return Tally(name=name, key=1, papers=papers, answered=answered, earned=earned)


def test_an_item_that_many_leave_out_or_nobody_gets_right_is_named() -> None:
    usual = [tally(f"usual {n}", 100, 98, 50) for n in range(10)]
    left_out, hopeless = tally("left out", 100, 60, 20), tally("hopeless", 100, 98, 0)

    assert odd([*usual, left_out, hopeless]) == [
        (left_out, Alarm.LEFT_OUT),
        (hopeless, Alarm.NOBODY_RIGHT),
    ]


@pytest.mark.parametrize(("papers", "named"), [(MIN_PAPERS - 1, 0), (MIN_PAPERS, 1)])
def test_below_thirty_papers_nothing_is_said(papers: int, named: int) -> None:
    assert len(odd([tally("hopeless", papers, papers, 0)])) == named


def test_a_quiz_that_nobody_finished_has_no_odd_item() -> None:
    assert odd([tally("new", 0, 0, 0)]) == []


def test_the_watch_counts_each_item_of_the_pool(busy: Hall) -> None:
    text = page(busy, "admin:quiz_watch").content.decode()

    assert text.count("<tr>") == 1 + busy.quiz.pool.count()
    assert "No item stands out." in text


def test_the_watch_judges_by_the_rulings_in_force(busy: Hall) -> None:
    attempt = Attempt.objects.filter(submitted_at__isnull=False).get()
    first, second = attempt.responses.order_by("position")[:2]
    wrong = {"text": "not what was asked"}
    attempt.responses.filter(pk__in=[first.pk, second.pk]).update(
        answer=wrong, sequence=1, saved_at=busy.opens_at
    )
    patterns = [{"pattern": "not what*", "fraction": "1"}]
    key = {"kind": "short", "case_sensitive": False, "answers": patterns}
    rulings = [(first, "rekey", [key]), (second, "void", [])]
    for number, (response, effect, keys) in enumerate(rulings, start=1):
        Ruling.objects.create(
            quiz=busy.quiz,
            number=number,
            item_version=response.item_version,
            effect=effect,
            keys=keys,
            reason="Wrong.",
            state="in-force",
            proposed_at=busy.opens_at,
            proposed_by=busy.author,
            decided_at=busy.opens_at,
            decided_by=busy.manager,
        )

    found = {tally.key: tally.earned for tally in tallies(busy.quiz)}

    assert found[first.item_version_id] == 1
    assert second.item_version_id not in found


def test_who_has_withdrawn_is_neither_active_nor_waited_for(busy: Hall) -> None:
    active = busy.applications[3]
    withdraw_application(application_id=active.pk, by=active.user, now=at_41(busy))

    assert standing(busy.quiz, at_41(busy)).counts == {
        NOT_STARTED: 2, ACTIVE: 0, STUCK: 1, FINISHED: 1, CLOSED: 2
    }  # fmt: skip
    counted = with_counts(Quiz.objects.filter(pk=busy.quiz.pk)).get()
    assert (counted.started, counted.sitting) == (4, 2)


@pytest.mark.parametrize("name", ["monitor", "watch", "noticed"])
def test_a_page_has_one_heading_of_the_first_level(busy: Hall, name: str) -> None:
    assert page(busy, f"admin:quiz_{name}").content.decode().count("<h1") == 1
