"""Breaks, minutes given, outages, a longer window: what it does."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import approvable
from accounts.domain.approvals import decide
from accounts.models import Approval, AuditEvent
from accounts.roles import Role
from applications.domain.cohorts import UnableToChangeCohort, change_cohort
from dtt.play.people import make_user
from notifications.models import Message
from quiz.answers import SavedAnswer
from quiz.domain.arrangements import (
    NeedsSecondPerson,
    UnableToArrange,
    ask_for_reset,
    grant_extra_time,
    void_attempt,
)
from quiz.domain.breaks import UnableToPause, begin_break, break_left, end_pause
from quiz.domain.closing import finalise_expired
from quiz.domain.giving_back import (
    COME_BACK_WITHIN,
    extend_window,
    give_minutes,
    give_outage_back,
    shares_of,
)
from quiz.domain.saving import Saved, save_answers
from quiz.domain.sitting import open_attempt, submit_attempt
from quiz.models import Attempt, Outage, Pause
from tests.quiz.conftest import Hall, suit

pytestmark = pytest.mark.django_db
MILLISECOND = timedelta(milliseconds=1)
MINUTES, GRACE = timedelta(minutes=40), timedelta(seconds=45)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def start(hall: Hall, person: int = 0, after: timedelta = timedelta(0)) -> Attempt:
    application = hall.applications[person]
    return open_attempt(
        quiz_id=hall.quiz.pk,
        application_id=application.pk,
        by=application.user,
        now=hall.opens_at + after,
    )


def give(hall: Hall, attempt: Attempt, number: int, after: timedelta) -> Attempt:
    give_minutes(
        attempt_id=attempt.pk,
        minutes=number,
        reason="The room was noisy.",
        by=hall.manager,
        now=hall.opens_at + after,
    )
    return fresh(attempt)


def outage(hall: Hall, began: float, ended: float, after: float) -> Outage:
    return give_outage_back(
        quiz_id=hall.quiz.pk,
        began_at=hall.opens_at + minutes(began),
        ended_at=hall.opens_at + minutes(ended),
        reason="The network of the campus was down.",
        by=hall.manager,
        now=hall.opens_at + minutes(after),
    )


def allow(hall: Hall, break_minutes: int, factor: str = "1") -> None:
    grant_extra_time(
        application_id=hall.first.pk,
        factor=Decimal(factor),
        break_minutes=break_minutes,
        reason="As agreed.",
        by=hall.manager,
        now=hall.opens_at,
    )


def pause(hall: Hall, attempt: Attempt, after: timedelta) -> Attempt:
    return begin_break(attempt_id=attempt.pk, by=hall.first.user, now=hall.opens_at + after)


def go_on(hall: Hall, attempt: Attempt, after: timedelta) -> Attempt:
    return end_pause(attempt_id=attempt.pk, by=hall.first.user, now=hall.opens_at + after)


def save(attempt: Attempt, at: datetime, sequence: int = 1) -> Saved:
    answers = [SavedAnswer(1, sequence, {"choice": "a"})]
    suit(attempt, 1, {"choice": "a"})
    return save_answers(attempt_id=attempt.pk, answers=answers, now=at).results[0].state


def fresh(attempt: Attempt) -> Attempt:
    return Attempt.objects.select_related("quiz__cohort").get(pk=attempt.pk)


def length(attempt: Attempt) -> timedelta:
    attempt = fresh(attempt)
    return attempt.deadline_at - attempt.started_at


def told(hall: Hall, person: int = 0) -> list[str]:
    messages = Message.objects.filter(person=hall.applications[person].user)
    return list(
        messages.filter(kind__startswith="quiz").order_by("pk").values_list("kind", flat=True)
    )


# Minutes for one person


def test_minutes_given_to_an_open_attempt_move_its_end_at_once(hall: Hall) -> None:
    attempt = start(hall)

    give(hall, attempt, 10, minutes(39))

    assert length(attempt) == minutes(50)
    for at, expected in (
        (minutes(50) + GRACE - MILLISECOND, Saved.SAVED),
        (minutes(50) + GRACE, Saved.REFUSED),
    ):
        assert save(attempt, hall.opens_at + at) == expected
    events = AuditEvent.objects.filter(verb__in=["give-time", "move-deadline"]).order_by("verb")
    assert [(event.verb, event.reason) for event in events] == [
        ("give-time", "The room was noisy."),
        ("move-deadline", "The room was noisy."),
    ]


def test_minutes_given_twice_and_extra_time_add_up(hall: Hall) -> None:
    attempt = start(hall)
    give(hall, attempt, 10, minutes(1))
    allow(hall, 0, "1.5")
    give(hall, attempt, 5, minutes(2))

    assert length(attempt) == minutes(60 + 15)


@pytest.mark.parametrize(("number", "reason"), [(0, "x"), (601, "x"), (-1, "x"), (5, " ")])
def test_minutes_need_a_reason_and_a_sensible_number(hall: Hall, number: int, reason: str) -> None:
    attempt = start(hall)

    with pytest.raises(UnableToArrange):
        give_minutes(
            attempt_id=attempt.pk, minutes=number, reason=reason, by=hall.manager, now=hall.opens_at
        )
    assert length(attempt) == MINUTES


def test_an_attempt_closed_by_the_sweep_opens_again_and_waits_for_its_person(hall: Hall) -> None:
    attempt = start(hall)
    save(attempt, hall.opens_at)
    assert finalise_expired(now=hall.opens_at + minutes(41)) == 1

    reopened = give(hall, attempt, 10, minutes(60))

    returned_at = hall.opens_at + minutes(60) + timedelta(hours=3)
    assert (reopened.state, reopened.closed_at, reopened.reopened) == ("open", None, 1)
    assert reopened.left(returned_at) == minutes(10)
    assert finalise_expired(now=returned_at) == 0
    end_pause(attempt_id=attempt.pk, by=hall.first.user, now=returned_at)
    assert fresh(attempt).deadline_at == returned_at + minutes(10)
    assert save(attempt, returned_at, sequence=2) == Saved.SAVED
    assert finalise_expired(now=returned_at + minutes(10) + GRACE) == 1
    assert told(hall) == ["quiz-closed", "quiz-reopened", "quiz-closed"]


def test_who_never_returns_is_closed_when_the_wait_and_the_time_are_over(hall: Hall) -> None:
    attempt = start(hall)
    finalise_expired(now=hall.opens_at + minutes(41))
    give(hall, attempt, 10, minutes(60))
    end = hall.opens_at + minutes(60) + COME_BACK_WITHIN + minutes(10) + GRACE

    assert [finalise_expired(now=at) for at in (end - MILLISECOND, end)] == [0, 1]


def test_what_a_person_submitted_early_stays_submitted(hall: Hall) -> None:
    attempt = start(hall)
    submit_attempt(attempt_id=attempt.pk, by=hall.first.user, now=hall.opens_at + minutes(20))

    with pytest.raises(UnableToArrange, match="was submitted"):
        give(hall, attempt, 10, minutes(30))
    outage(hall, 2, 19, 30)

    assert (fresh(attempt).state, length(attempt)) == ("submitted", MINUTES)


# Outages


def test_an_outage_adds_exactly_the_overlap_with_each_attempt_open_then_and_once(
    make_hall: Callable[..., Hall],
) -> None:
    hall = make_hall(people=6)
    whole, began_within, before_it, after_it, left_within, out = (
        start(hall, 0),
        start(hall, 1, minutes(10)),
        start(hall, 2, minutes(-0)),
        start(hall, 3, minutes(19)),
        start(hall, 4),
        start(hall, 5),
    )
    submit_attempt(attempt_id=left_within.pk, by=hall.manager, now=hall.opens_at + minutes(9))
    void_attempt_now(out)

    for _twice in range(2):
        outage(hall, 2, 19, 25)

    assert [
        length(one) for one in (whole, began_within, before_it, after_it, left_within, out)
    ] == [
        minutes(57),
        minutes(49),
        minutes(57),
        MINUTES,
        MINUTES,
        MINUTES,
    ]
    assert (Outage.objects.count(), Pause.objects.count()) == (1, 3)


def void_attempt_now(attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.VOID)


def test_of_overlapping_outages_and_breaks_each_minute_is_given_back_once(hall: Hall) -> None:
    allow(hall, 30)
    attempt = start(hall)
    pause(hall, attempt, minutes(5))
    go_on(hall, attempt, minutes(9))

    outage(hall, 2, 19, 20)
    first = length(attempt)
    outage(hall, 10, 25, 26)

    assert (first, length(attempt)) == (minutes(40 + 17), minutes(40 + 23))


def test_an_outage_in_which_the_time_ran_out_is_given_back_when_the_person_returns(
    hall: Hall,
) -> None:
    attempt = start(hall)
    finalise_expired(now=hall.opens_at + minutes(41))

    outage(hall, 35, 50, 60)

    reopened = fresh(attempt)
    assert reopened.is_paused(hall.opens_at + minutes(61))
    assert reopened.left(hall.opens_at + minutes(61)) == minutes(5)


def test_the_preview_says_what_the_deed_will_do(make_hall: Callable[..., Hall]) -> None:
    hall = make_hall(people=3)
    running, early, over = start(hall, 0, minutes(30)), start(hall, 1), start(hall, 2)
    submit_attempt(attempt_id=early.pk, by=hall.manager, now=hall.opens_at + minutes(39))
    finalise_expired(now=hall.opens_at + minutes(41))
    times = {"began_at": hall.opens_at + minutes(32), "ended_at": hall.opens_at + minutes(44)}
    now = hall.opens_at + minutes(60)

    shares = {share.attempt.pk: share for share in shares_of(hall.quiz, now=now, **times)}
    outage(hall, 32, 44, 60)

    assert {pk: (s.lost, s.reopens, s.stays_closed) for pk, s in shares.items()} == {
        running.pk: (minutes(12), False, False),
        early.pk: (minutes(7), False, True),
        over.pk: (minutes(8), True, False),
    }
    assert {pk: share.deadline_at for pk, share in shares.items()} == {
        one.pk: fresh(one).deadline_at for one in (running, early, over)
    }


def test_an_outage_costs_as_many_statements_for_one_as_for_many(
    make_hall: Callable[..., Hall],
) -> None:
    hall = make_hall(people=5)
    counts = []
    for people in (1, 4):
        for _person in range(people):
            start(hall, Attempt.objects.count())
        with CaptureQueriesContext(connection) as queries:
            outage(hall, 2, 19 + people, 25)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 23


@pytest.mark.parametrize(("began", "ended"), [(19, 2), (5, 5), (2, 31), (-3000, 2)])
def test_an_outage_is_over_and_not_longer_than_two_days(
    hall: Hall, began: float, ended: float
) -> None:
    with pytest.raises(UnableToArrange):
        outage(hall, began, ended, 30)
    assert not Outage.objects.exists()


# Breaks


def test_a_break_stops_the_clock_for_as_long_as_it_lasts(hall: Hall) -> None:
    allow(hall, 15)
    attempt = start(hall)
    pause(hall, attempt, minutes(10))
    during = save(attempt, hall.opens_at + minutes(12))
    assert submit_attempt(
        attempt_id=attempt.pk, by=hall.first.user, now=hall.opens_at + minutes(12)
    ).is_open
    go_on(hall, attempt, minutes(14))

    after = save(attempt, hall.opens_at + minutes(14))
    assert (during, after) == (Saved.WAITING, Saved.SAVED)
    assert (length(attempt), break_left(fresh(attempt))) == (minutes(44), minutes(11))


@pytest.mark.parametrize(
    ("after", "state"),
    [(minutes(25) - MILLISECOND, Saved.WAITING), (minutes(25), Saved.SAVED)],
)
def test_a_break_that_nobody_ends_is_over_with_the_allowance(
    hall: Hall, after: timedelta, state: Saved
) -> None:
    allow(hall, 15)
    attempt = start(hall)
    pause(hall, attempt, minutes(10))

    assert save(attempt, hall.opens_at + after) == state
    assert length(attempt) == minutes(55)


def test_an_allowance_is_for_all_breaks_together(hall: Hall) -> None:
    allow(hall, 15)
    attempt = start(hall)
    for begin, end in ((5, 15), (20, 30)):
        pause(hall, attempt, minutes(begin))
        go_on(hall, attempt, minutes(end))

    with pytest.raises(UnableToPause, match="no break left"):
        pause(hall, attempt, minutes(40))
    assert length(attempt) == minutes(55)


def test_without_an_allowance_and_after_the_end_there_is_no_break(hall: Hall) -> None:
    attempt = start(hall)
    with pytest.raises(UnableToPause):
        pause(hall, attempt, minutes(5))
    allow(hall, 15)
    with pytest.raises(UnableToPause):
        pause(hall, attempt, MINUTES)
    assert pause(hall, attempt, MINUTES - MILLISECOND).is_paused(hall.opens_at + MINUTES)


# The window


def test_a_longer_window_gives_late_starters_more_and_others_nothing(hall: Hall) -> None:
    closes_at = hall.cohort.quiz_closes_at
    early = start(hall, 0)
    late = start(hall, 1, closes_at - hall.opens_at - minutes(10))

    extend_window(
        quiz_id=hall.quiz.pk,
        closes_at=closes_at + minutes(20),
        reason="The campus was closed.",
        by=hall.manager,
        now=closes_at - minutes(5),
    )

    assert (length(early), length(late)) == (MINUTES, minutes(30))


def test_a_window_that_is_moved_on_the_cohorts_page_is_felt_as_well(hall: Hall) -> None:
    closes_at = hall.cohort.quiz_closes_at
    late = start(hall, 0, closes_at - hall.opens_at - minutes(10))

    change_cohort(
        cohort_id=hall.cohort.pk,
        values={"quiz_closes_at": closes_at + timedelta(hours=2)},
        by=hall.manager,
        now=closes_at - minutes(9),
    )

    assert length(late) == MINUTES


def test_a_window_never_shrinks_and_keeps_the_order_of_the_dates(hall: Hall) -> None:
    for closes_at, error in (
        (hall.cohort.quiz_closes_at, UnableToArrange),
        (hall.cohort.shortlist_at + timedelta(days=1), UnableToChangeCohort),
    ):
        with pytest.raises(error):
            extend_window(
                quiz_id=hall.quiz.pk,
                closes_at=closes_at,
                reason="x",
                by=hall.manager,
                now=hall.opens_at,
            )


# Resets


def test_a_reset_on_the_same_day_takes_two_people(hall: Hall) -> None:
    attempt, now = start(hall), hall.opens_at + minutes(50)
    second = make_user("second@dtt.example", Role.PROGRAMME_MANAGER, now=now)
    asked = {"attempt_id": attempt.pk, "reason": "Power cut.", "by": hall.manager, "now": now}

    with pytest.raises(NeedsSecondPerson):
        void_attempt(**asked)
    with pytest.raises(UnableToArrange, match="evidence"):
        ask_for_reset(**asked, evidence=" ")
    approval = ask_for_reset(**asked, evidence="Message 4711")
    assert fresh(attempt).is_open
    about, person = approvable.subject_of(approval), attempt.application
    assert (about.words, about.reference) == (f"{person} · 1", f"{person.reference} · 1")
    decide(approval_id=approval.pk, approve=True, digest=approval.digest, by=second, now=now)

    assert fresh(attempt).state == Attempt.State.VOID
    assert Approval.objects.get().state == Approval.State.APPROVED
    event = AuditEvent.objects.get(verb="void-attempt")
    assert (event.reason, event.after["evidence"]) == ("Power cut.", "Message 4711")


# At the same moment


def together(*jobs: Callable[[], object]) -> None:
    """Run all at once, each on a connection of its own."""
    barrier, wrong = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=20)
            job()
        except Exception as error:  # noqa: BLE001 - told below
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert wrong == []


@pytest.mark.django_db(transaction=True)
def test_an_outage_given_back_while_answers_arrive_loses_none_and_counts_once(
    make_hall: Callable[..., Hall],
) -> None:
    hall = make_hall(people=3)
    attempts = [start(hall, person) for person in range(3)]
    states: list[Saved] = []
    at = hall.opens_at + minutes(30)

    together(
        *(lambda one=one: states.append(save(one, at, sequence=5)) for one in attempts),
        lambda: outage(hall, 2, 19, 30),
        lambda: outage(hall, 2, 19, 30),
        lambda: outage(hall, 10, 25, 30),
    )

    assert states == [Saved.SAVED] * 3
    assert {length(one) for one in attempts} == {minutes(63)}
    assert {one.responses.get(position=1).sequence for one in attempts} == {5}


@pytest.mark.django_db(transaction=True)
def test_time_given_at_the_moment_of_the_end_is_there_whoever_comes_first(
    make_hall: Callable[..., Hall],
) -> None:
    hall = make_hall(people=1)
    attempt, end = start(hall), hall.opens_at + MINUTES

    def page_believes_it_is_over() -> None:
        submit_attempt(attempt_id=attempt.pk, by=hall.first.user, now=end, only_if_over=True)

    together(
        lambda: give(hall, attempt, 10, MINUTES),
        page_believes_it_is_over,
        lambda: finalise_expired(now=end + GRACE),
    )

    kept = fresh(attempt)
    assert (kept.is_open, kept.left(end)) == (True, minutes(10))
