"""What can happen between autosaves, saves by the form and the end: one test for each story.

The names are those under which these stories are known where question engines are tested.
"""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse

from quiz.answers import SavedAnswer
from quiz.domain.saving import Saved, save_answers
from quiz.domain.scoring import score_chunk, score_quiz
from quiz.models import Attempt
from tests.quiz.conftest import Hall, suit
from tests.quiz.test_pages import Sitter, change, filled, page_text

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = {"text": "first"}, {"text": "second"}, {"text": "third"}


@pytest.fixture
def sitter(hall: Hall) -> Sitter:
    """Somebody whose first question takes a text."""
    sitter = Sitter(hall)
    attempt = sitter.start()
    question = attempt.responses.get(position=1)
    question.item_version = hall.quiz.pool.filter(kind="short").first()
    question.choice_order = []
    clash = attempt.responses.filter(item_version=question.item_version).exclude(pk=question.pk)
    clash.delete()
    question.save()
    return sitter


def now_ms(sitter: Sitter, after: timedelta = timedelta(0)) -> int:
    return int((sitter.hall.opens_at + after).timestamp() * 1000)


def autosave(sitter: Sitter, answer: Any, sequence: int) -> HttpResponse:
    return sitter.save(change(1, now_ms(sitter) + sequence, answer))


def real_save(sitter: Sitter, answer: Any, *, was: Any = None, action: str = "save") -> None:
    """The form of the page, which was made when `was` was saved, a minute later."""
    form = {"o-1": json.dumps(was, sort_keys=True), "a-1": answer["text"], "action": action}
    sitter.post("attempt", form, timedelta(minutes=1))


def kept(sitter: Sitter) -> Any:
    attempt = Attempt.objects.get(application=sitter.application)
    return attempt.responses.get(position=1).answer


def shown(sitter: Sitter, text: str) -> bool:
    return f'value="{text}"' in page_text(sitter.get("attempt", timedelta(minutes=1)))


def test_autosave_then_display(sitter: Sitter) -> None:
    autosave(sitter, FIRST, 1)

    assert shown(sitter, "first")


def test_autosave_then_autosave_different_data(sitter: Sitter) -> None:
    autosave(sitter, FIRST, 1)
    autosave(sitter, SECOND, 2)

    assert (kept(sitter), shown(sitter, "second")) == (SECOND, True)


def test_autosave_then_autosave_same_data(sitter: Sitter) -> None:
    states = [autosave(sitter, FIRST, n).json()["results"][0]["state"] for n in (1, 2)]

    assert (states, kept(sitter)) == (["saved", "saved"], FIRST)


def test_autosave_then_autosave_original_data(sitter: Sitter) -> None:
    for sequence, answer in enumerate((FIRST, SECOND, FIRST), start=1):
        autosave(sitter, answer, sequence)

    assert kept(sitter) == FIRST


def test_autosave_then_real_save(sitter: Sitter) -> None:
    autosave(sitter, FIRST, 1)
    real_save(sitter, SECOND)

    assert kept(sitter) == SECOND


def test_autosave_then_real_save_same(sitter: Sitter) -> None:
    autosave(sitter, FIRST, 1)
    real_save(sitter, FIRST)

    assert kept(sitter) == FIRST


def test_autosave_then_submit(sitter: Sitter) -> None:
    autosave(sitter, FIRST, 1)
    real_save(sitter, THIRD, was=FIRST, action="finish")
    sitter.post("submit", after=timedelta(minutes=2))

    late = sitter.save(change(1, now_ms(sitter, timedelta(hours=1)), SECOND), timedelta(minutes=3))
    assert (kept(sitter), late.status_code) == (THIRD, 409)


def test_real_save_then_autosave_then_display(sitter: Sitter) -> None:
    real_save(sitter, FIRST)
    sitter.save(change(1, now_ms(sitter, timedelta(minutes=2)), SECOND), timedelta(minutes=2))

    assert (kept(sitter), shown(sitter, "second")) == (SECOND, True)


def test_autosave_with_wrong_seq_number_ignored(sitter: Sitter) -> None:
    autosave(sitter, SECOND, 2)
    old = autosave(sitter, FIRST, 1).json()["results"]

    assert kept(sitter) == SECOND
    assert old == [
        {"position": 1, "state": "stale", "sequence": now_ms(sitter) + 2, "answer": SECOND}
    ]


@pytest.mark.parametrize(
    "row", [{"position": 1, "answer": FIRST}, {"sequence": 5, "answer": FIRST}]
)
def test_autosave_with_missing_seq_number_is_refused(sitter: Sitter, row: dict[str, Any]) -> None:
    [told] = sitter.save({"answers": [row]}).json()["results"]

    assert (told["state"], told["reason"], kept(sitter)) == ("refused", "unreadable", None)


def test_finish_with_unhandled_autosave_data(sitter: Sitter) -> None:
    """Answers that the device still kept come with the submission itself."""
    autosave(sitter, FIRST, 1)
    unsent = json.dumps(change(1, now_ms(sitter) + 2, SECOND))

    sitter.post("submit", {"unsent": unsent}, timedelta(minutes=2))

    assert (kept(sitter), Attempt.objects.get().state) == (SECOND, "submitted")


@pytest.mark.parametrize("unsent", ["{", "[]", "x" * 70_000, '{"answers": [{}]}', "[" * 60_000])
def test_finish_with_unreadable_autosave_data_asks_first(sitter: Sitter, unsent: str) -> None:
    autosave(sitter, FIRST, 1)

    told = sitter.post("submit", {"unsent": unsent}, timedelta(minutes=2))
    assert (told.status_code, Attempt.objects.get().state) == (422, "open")
    assert "Not submitted yet" in page_text(told)

    sitter.post("submit", {"unsent": unsent, "anyway": "1"}, timedelta(minutes=3))
    assert (kept(sitter), Attempt.objects.get().state) == (FIRST, "submitted")


def test_finish_saves_what_can_be_read_and_names_what_cannot(sitter: Sitter) -> None:
    unsent = change(1, now_ms(sitter) + 2, SECOND)
    unsent["answers"] += change(2, now_ms(sitter), {"text": "x\ud83d"})["answers"]
    unsent["answers"] += change(3, 2**53 - 1, None)["answers"]

    told = sitter.post("submit", {"unsent": json.dumps(unsent)}, timedelta(minutes=2))

    assert (kept(sitter), Attempt.objects.get().state) == (SECOND, "open")
    text = page_text(told)
    assert "Question 2 is not saved: It has a character that cannot be stored." in text
    assert f'href="{sitter.url("attempt")}#q3"' in text


def test_finish_after_the_time_closes_whatever_this_device_has_kept(sitter: Sitter) -> None:
    autosave(sitter, FIRST, 1)

    sitter.post("submit", {"unsent": "{"}, timedelta(minutes=41))

    assert (kept(sitter), Attempt.objects.get().state) == (FIRST, "submitted")


def test_time_over_with_unhandled_autosave_data(sitter: Sitter) -> None:
    """The page whose clock is at nought posts its form; what is in it counts as late."""
    form = {"o-1": "null", "a-1": "third", "action": "over"}

    sitter.post("attempt", form, timedelta(minutes=40, seconds=2))

    attempt = Attempt.objects.get()
    assert (kept(sitter), attempt.responses.get(position=1).late) == (THIRD, True)
    assert attempt.state == Attempt.State.SUBMITTED


def test_a_page_that_believes_too_early_that_time_is_over_closes_nothing(sitter: Sitter) -> None:
    form = {"o-1": "null", "a-1": "third", "action": "over"}

    answer = sitter.post("attempt", form, timedelta(minutes=39), follow=True)

    assert (kept(sitter), Attempt.objects.get().is_open) == (THIRD, True)
    assert answer.redirect_chain[-1][0] == sitter.url("attempt")


def test_autosave_and_regrade_then_display(sitter: Sitter) -> None:
    """Scoring reads what was saved and changes none of it."""
    autosave(sitter, FIRST, 1)
    sitter.post("submit", after=timedelta(minutes=2))
    closed = sitter.hall.quiz.closes_at + timedelta(hours=1)
    run = score_quiz(quiz_id=sitter.hall.quiz.pk, by=sitter.hall.manager, now=closed)
    score_chunk(run_id=run.pk, first=0, last=2**62, now=closed)

    assert kept(sitter) == FIRST


def start_committed(make_hall: Callable[..., Hall]) -> tuple[Hall, Attempt]:
    hall = make_hall(people=1)
    attempt = Sitter(hall).start()
    suit(attempt, 1, FIRST)
    return hall, attempt


def at_once(*jobs: Callable[[], object]) -> None:
    together = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        try:
            together.wait(timeout=20)
            job()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)


@pytest.mark.django_db(transaction=True)
def test_concurrent_autosaves(make_hall: Callable[..., Hall]) -> None:
    hall, attempt = start_committed(make_hall)
    states: dict[int, Saved] = {}

    def send(sequence: int) -> None:
        answers = [SavedAnswer(1, sequence, {"text": str(sequence)})]
        receipt = save_answers(attempt_id=attempt.pk, answers=answers, now=hall.opens_at)
        states[sequence] = receipt.results[0].state

    at_once(*(lambda n=n: send(n) for n in range(1, 9)))

    assert attempt.responses.get(position=1).answer == {"text": "8"}
    assert states[8] == Saved.SAVED
    assert set(states.values()) <= {Saved.SAVED, Saved.STALE}


@pytest.mark.django_db(transaction=True)
def test_autosave_and_save_concurrently(make_hall: Callable[..., Hall]) -> None:
    """An autosave that has not committed when the form is saved: the later change wins."""
    hall, attempt = start_committed(make_hall)
    begun, done = threading.Event(), threading.Event()

    def autosave_slowly() -> None:
        with transaction.atomic():
            save_answers(
                attempt_id=attempt.pk, answers=[SavedAnswer(1, 1, FIRST)], now=hall.opens_at
            )
            begun.set()
            done.wait(timeout=0.2)  # the other one waits for this row
        connection.close()

    slow = threading.Thread(target=autosave_slowly)
    slow.start()
    begun.wait(timeout=20)
    save_answers(attempt_id=attempt.pk, answers=[SavedAnswer(1, 2, SECOND)], now=hall.opens_at)
    done.set()
    slow.join(timeout=20)

    assert attempt.responses.get(position=1).answer == SECOND


def test_every_question_of_the_form_is_saved_beside_autosaves(sitter: Sitter) -> None:
    attempt = Attempt.objects.get()
    fields = filled(attempt)
    autosave(sitter, FIRST, 1)

    sitter.post("attempt", fields, timedelta(minutes=1))

    assert attempt.responses.filter(answer__isnull=True).count() == 0
