"""Starting, saving and submitting, on both sides of every limit."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from applications.domain.applying import withdraw_application
from applications.models import Application
from notifications.models import Message
from quiz.answers import SavedAnswer
from quiz.domain.arrangements import UnableToArrange, grant_extra_time, void_attempt
from quiz.domain.closing import finalise_expired
from quiz.domain.saving import Saved, save_answers
from quiz.domain.sitting import UnableToSit, open_attempt, paper_of, submit_attempt
from quiz.models import Attempt, Quiz, Response
from tests.quiz.conftest import CELLS, Hall, suit

pytestmark = pytest.mark.django_db
MICROSECOND = timedelta(microseconds=1)
MINUTES = timedelta(minutes=40)
GRACE = timedelta(seconds=45)
ANSWER = {"choice": "a"}


def start(hall: Hall, person: int = 0, at: datetime | None = None) -> Attempt:
    application = hall.applications[person]
    return open_attempt(
        quiz_id=hall.quiz.pk,
        application_id=application.pk,
        by=application.user,
        now=at or hall.opens_at,
    )


def save(attempt: Attempt, position: int, sequence: int, answer: object, at: datetime) -> Saved:
    suit(attempt, position, answer)
    receipt = save_answers(
        attempt_id=attempt.pk, answers=[SavedAnswer(position, sequence, answer)], now=at
    )
    return receipt.results[0].state


def saved(attempt: Attempt, position: int = 1) -> Response:
    return attempt.responses.get(position=position)


def kinds_told(application: Application) -> list[str]:
    messages = Message.objects.filter(person=application.user, kind__startswith="quiz")
    return list(messages.order_by("pk").values_list("kind", flat=True))


# Starting


def test_a_paper_satisfies_the_blueprint_and_can_be_drawn_again(hall: Hall) -> None:
    attempt = start(hall)

    responses = list(attempt.responses.select_related("item_version__item"))
    drawn = [r.item_version.item for r in responses]
    for cell in CELLS:
        have = sum((i.topic, i.difficulty) == (cell.topic, cell.difficulty) for i in drawn)
        assert have == cell.count
    again = paper_of(Attempt.objects.get(pk=attempt.pk))
    assert [(r.item_version_id, tuple(r.choice_order)) for r in responses] == [
        (item.key, item.choices) for item in again.items
    ]


def test_none_of_these_stays_last(make_hall: Callable[..., Hall]) -> None:
    hall = make_hall(people=6)
    for person in range(6):
        start(hall, person)

    orders = {
        tuple(order)
        for order in Response.objects.filter(item_version__kind="single").values_list(
            "choice_order", flat=True
        )
    }
    assert {order[-1] for order in orders} == {"d"}
    assert len(orders) > 1


def test_a_second_start_returns_the_same_attempt(hall: Hall) -> None:
    first = start(hall)
    second = start(hall, at=hall.opens_at + timedelta(hours=1))
    submit_attempt(attempt_id=first.pk, by=hall.first.user, now=hall.opens_at + MINUTES)

    third = start(hall, at=hall.opens_at + timedelta(hours=2))

    assert first.pk == second.pk == third.pk
    assert Response.objects.count() == 5


@pytest.mark.parametrize(
    ("name", "offset", "message"),
    [
        ("quiz_opens_at", -MICROSECOND, "The quiz opens on"),
        ("quiz_opens_at", timedelta(0), None),
        ("quiz_closes_at", -MICROSECOND, None),
        ("quiz_closes_at", timedelta(0), "The quiz closed on"),
    ],
)
def test_one_can_start_from_the_opening_until_just_before_the_end(
    hall: Hall, name: str, offset: timedelta, message: str | None
) -> None:
    at = getattr(hall.cohort, name) + offset

    if message:
        with pytest.raises(UnableToSit, match=message):
            start(hall, at=at)
    else:
        start(hall, at=at)
    assert Attempt.objects.exists() is (message is None)


def test_only_who_is_eligible_can_start(hall: Hall) -> None:
    withdraw_application(
        application_id=hall.first.pk, by=hall.first.user, now=hall.opens_at - timedelta(days=1)
    )

    with pytest.raises(UnableToSit, match="found eligible"):
        start(hall)


def test_the_deadline_is_the_minutes_or_the_end_of_the_window(hall: Hall) -> None:
    closes_at = hall.cohort.quiz_closes_at

    early = start(hall, 0, hall.opens_at)
    late = start(hall, 1, closes_at - timedelta(minutes=10))

    assert (early.deadline_at, early.saves_until) == (
        hall.opens_at + MINUTES,
        hall.opens_at + MINUTES + GRACE,
    )
    assert late.deadline_at == closes_at


def test_starting_costs_the_same_for_the_first_and_for_the_last(
    make_hall: Callable[..., Hall],
) -> None:
    hall = make_hall(people=4)
    start(hall, 0)
    counts = []
    for person in (1, 2, 3):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            start(hall, person)
        counts.append(len(queries))

    assert counts[0] == counts[1] == counts[2] <= 10


# Saving


@pytest.mark.parametrize(
    ("after", "outcome", "late"),
    [
        (MINUTES - MICROSECOND, Saved.SAVED, False),
        (MINUTES, Saved.SAVED, True),
        (MINUTES + GRACE - MICROSECOND, Saved.SAVED, True),
        (MINUTES + GRACE, Saved.REFUSED, False),
    ],
)
def test_answers_are_on_time_late_or_refused_to_the_microsecond(
    hall: Hall, after: timedelta, outcome: Saved, late: bool
) -> None:
    attempt = start(hall)

    assert save(attempt, 1, 1, ANSWER, hall.opens_at + after) == outcome

    kept = saved(attempt)
    assert (kept.answer, kept.late) == (ANSWER if outcome == Saved.SAVED else None, late)


def test_an_older_change_never_overwrites_a_newer_one(hall: Hall) -> None:
    attempt = start(hall)
    newer, older = {"choice": "b"}, {"choice": "a"}
    suit(attempt, 2, older)
    save(attempt, 1, 20, newer, hall.opens_at)

    receipt = save_answers(
        attempt_id=attempt.pk,
        answers=[SavedAnswer(1, 19, older), SavedAnswer(2, 21, older)],
        now=hall.opens_at,
    )

    by_position = {result.position: result for result in receipt.results}
    assert (by_position[1].state, by_position[1].answer, by_position[1].sequence) == (
        Saved.STALE,
        newer,
        20,
    )
    assert by_position[2].state == Saved.SAVED
    assert (saved(attempt, 1).answer, saved(attempt, 2).answer) == (newer, older)


def test_the_same_change_sent_twice_is_saved(hall: Hall) -> None:
    attempt = start(hall)

    sent = [save(attempt, 1, 7, ANSWER, hall.opens_at) for _twice in range(2)]

    assert sent == [Saved.SAVED, Saved.SAVED]


def test_an_answer_can_be_taken_back(hall: Hall) -> None:
    attempt = start(hall)
    save(attempt, 1, 1, ANSWER, hall.opens_at)
    save(attempt, 1, 2, None, hall.opens_at)

    assert Response.objects.filter(attempt=attempt, answer__isnull=True).count() == 5


def test_a_number_that_is_not_on_the_paper_is_refused_and_the_rest_is_saved(hall: Hall) -> None:
    attempt = start(hall)

    suit(attempt, 1, ANSWER)
    receipt = save_answers(
        attempt_id=attempt.pk,
        answers=[SavedAnswer(99, 1, ANSWER), SavedAnswer(1, 1, ANSWER)],
        now=hall.opens_at,
    )

    assert [result.state for result in receipt.results] == [Saved.REFUSED, Saved.SAVED]


def test_one_persons_save_leaves_another_persons_paper_alone(hall: Hall) -> None:
    mine, theirs = start(hall, 0), start(hall, 1)

    save(mine, 1, 1, ANSWER, hall.opens_at)

    assert saved(theirs).answer is None


def test_a_save_takes_one_statement(hall: Hall) -> None:
    attempt = start(hall)
    answers = [SavedAnswer(position, 1, ANSWER) for position in range(1, 6)]
    for save in answers:
        suit(attempt, save.position, save.answer)

    with CaptureQueriesContext(connection) as queries:
        save_answers(attempt_id=attempt.pk, answers=answers, now=hall.opens_at)

    statements = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(statements) == 1


# Submitting and closing


def test_submitting_twice_is_told_once(hall: Hall) -> None:
    attempt = start(hall)
    save(attempt, 1, 1, ANSWER, hall.opens_at)
    at = hall.opens_at + timedelta(minutes=5)

    once = submit_attempt(attempt_id=attempt.pk, by=hall.first.user, now=at)
    twice = submit_attempt(attempt_id=attempt.pk, by=hall.first.user, now=at + MICROSECOND)

    assert (once.submitted_at, twice.submitted_at, twice.closed_at) == (at, at, at)
    assert kinds_told(hall.first) == ["quiz-received"]
    assert AuditEvent.objects.filter(verb="submit-attempt").count() == 1


def test_nothing_is_saved_after_submitting(hall: Hall) -> None:
    attempt = start(hall)
    submit_attempt(attempt_id=attempt.pk, by=hall.first.user, now=hall.opens_at)

    assert save(attempt, 1, 1, ANSWER, hall.opens_at) == Saved.REFUSED
    assert saved(attempt).answer is None


def test_submitting_when_time_is_over_closes_with_what_was_saved(hall: Hall) -> None:
    attempt = start(hall)
    save(attempt, 1, 1, ANSWER, hall.opens_at)

    closed = submit_attempt(
        attempt_id=attempt.pk, by=hall.first.user, now=hall.opens_at + MINUTES + GRACE
    )

    assert (closed.state, closed.submitted_at) == (Attempt.State.SUBMITTED, None)
    assert kinds_told(hall.first) == ["quiz-closed"]
    assert saved(attempt).answer == ANSWER


def test_the_sweep_closes_what_is_over_and_nothing_else(hall: Hall) -> None:
    left = start(hall, 0)
    running = start(hall, 1, hall.opens_at + timedelta(minutes=1))
    save(left, 1, 1, ANSWER, hall.opens_at)
    over = hall.opens_at + MINUTES + GRACE

    swept = [finalise_expired(now=at) for at in (over - MICROSECOND, over, over)]

    left.refresh_from_db()
    running.refresh_from_db()
    assert swept == [0, 1, 0]
    assert (left.state, left.closed_at, left.submitted_at) == ("submitted", over, None)
    assert running.is_open
    assert (kinds_told(hall.applications[0]), kinds_told(hall.applications[1])) == (
        ["quiz-closed"],
        [],
    )
    message = Message.objects.get(kind="quiz-closed")
    assert ("1 of 5" in message.body) or ("5 題中有 1 題" in message.body)


def test_a_sweep_takes_no_more_than_it_was_told(make_hall: Callable[..., Hall]) -> None:
    hall = make_hall(people=3)
    for person in range(3):
        start(hall, person)
    over = hall.opens_at + MINUTES + GRACE

    assert [finalise_expired(now=over, limit=2) for _ in range(3)] == [2, 1, 0]


# Arrangements


def test_extra_time_holds_for_a_later_start_and_past_the_window(hall: Hall) -> None:
    grant(hall, "1.5")
    closes_at = hall.cohort.quiz_closes_at

    attempt = start(hall, at=closes_at - timedelta(minutes=40))

    assert attempt.deadline_at == closes_at + timedelta(minutes=20)


def test_extra_time_extends_an_open_attempt_at_once(hall: Hall) -> None:
    attempt = start(hall)

    grant(hall, "1.25")

    attempt.refresh_from_db()
    assert attempt.deadline_at == hall.opens_at + timedelta(minutes=50)
    assert save(attempt, 1, 1, ANSWER, hall.opens_at + timedelta(minutes=49)) == Saved.SAVED


@pytest.mark.parametrize(
    ("factor", "reason"), [("0.99", "x"), ("4.01", "x"), ("NaN", "x"), ("1.5", " ")]
)
def test_extra_time_needs_a_reason_and_a_sensible_factor(
    hall: Hall, factor: str, reason: str
) -> None:
    with pytest.raises(UnableToArrange):
        grant(hall, factor, reason)


def grant(hall: Hall, factor: str, reason: str = "As agreed.") -> None:
    grant_extra_time(
        application_id=hall.first.pk,
        factor=Decimal(factor),
        reason=reason,
        by=hall.manager,
        now=hall.opens_at,
    )


def test_a_void_attempt_is_kept_and_another_may_start(hall: Hall) -> None:
    first = start(hall)
    tomorrow = hall.opens_at + timedelta(days=1)
    void_attempt(attempt_id=first.pk, reason="Power cut.", by=hall.manager, now=tomorrow)

    second = start(hall, at=tomorrow)

    assert (first.pk != second.pk, second.number) == (True, 2)
    assert save(first, 1, 1, ANSWER, hall.opens_at) == Saved.REFUSED
    assert Attempt.objects.count() == 2


def test_the_database_refuses_a_second_attempt_that_counts(hall: Hall) -> None:
    attempt = start(hall)

    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(
            quiz=hall.quiz,
            application=hall.first,
            number=2,
            seed="s",
            started_at=attempt.started_at,
            deadline_at=attempt.deadline_at,
            saves_until=attempt.saves_until,
        )


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_start_at_once_get_one_attempt(make_hall: Callable[..., Hall]) -> None:
    hall = make_hall(people=1)
    ids: list[int] = []
    together = threading.Barrier(2)

    def tab() -> None:
        try:
            together.wait(timeout=10)
            ids.append(start(hall).pk)
        finally:
            connection.close()

    tabs = [threading.Thread(target=tab) for _ in range(2)]
    for thread in tabs:
        thread.start()
    for thread in tabs:
        thread.join(timeout=20)

    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert Response.objects.count() == Quiz.objects.get().cells.count() + 2
