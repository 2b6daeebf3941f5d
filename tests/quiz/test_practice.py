"""Practice: the same screen, other items, as often as one likes, and it counts for nothing."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dtt.funnel import funnel
from dtt.play.people import make_user
from dtt.play.quiz import right_answer, sit_quiz
from notifications.models import Message
from quiz import queries
from quiz.answers import SavedAnswer
from quiz.domain.bank import approve_items
from quiz.domain.practice import (
    MINUTES,
    UnableToMark,
    UnableToPractise,
    close_practice,
    save_practice,
    set_practice,
    start_practice,
)
from quiz.domain.scoring import UnableToScore, score_quiz
from quiz.domain.setting_up import set_up_quiz
from quiz.models import Attempt, Item, ItemVersion, Practice, PracticeAnswer, QuizItem
from quiz.monitoring import standing
from quiz.papers import Blueprint, Cell
from quiz.scoring import key_from_dict
from tests.quiz.conftest import Hall
from tests.quiz.test_bank import bring_in

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
CODES = [f"PR-{n}" for n in range(4)]


def practice_bank(language: str) -> str:
    word = {"en": "Practise", "zh-hant": "練習"}[language]
    why = {"en": "Because it is.", "zh-hant": "原因如此。"}[language]
    kinds = ("{=right of all#yes ~wrong one####%s}", "{TRUE####%s}", "{#42####%s}", "{=len####%s}")
    return "$CATEGORY: python/easy\n\n" + "\n\n".join(
        f"// [id:{code}]\n::{code}::[markdown]{word} `{code}` {kinds[n] % why}"
        for n, code in enumerate(CODES)
    )


@pytest.fixture
def gym(hall: Hall) -> Hall:
    """A hall with four practice items, a day before the quiz opens."""
    for language in ("en", "zh-hant"):
        bring_in(practice_bank(language), by=hall.author, now=hall.opens_at, language=language)
    drafts = ItemVersion.objects.filter(approved_at__isnull=True).values_list("pk", flat=True)
    approve_items(version_ids=list(drafts), by=hall.manager, now=hall.opens_at)
    set_practice(codes=CODES, practice=True, by=hall.author, now=hall.opens_at)
    hall.first.user.language = "en"
    hall.first.user.save()
    return hall


def begin(gym: Hall, at: datetime | None = None) -> Practice:
    return start_practice(application_id=gym.first.pk, by=gym.first.user, now=at or gym.opens_at)


def answer_all(gym: Hall, practice: Practice, at: datetime) -> None:
    saves = [
        SavedAnswer(row.position, 1, right_answer(key_from_dict(row.item_version.key)))
        for row in practice.answers.select_related("item_version")
    ]
    save_practice(application_id=gym.first.pk, number=practice.number, answers=saves, now=at)


def test_it_is_repeated_and_only_the_newest_is_kept(gym: Hall) -> None:
    numbers = []
    for n in range(3):
        numbers.append(begin(gym, gym.opens_at + n * SECOND).number)
        close_practice(application_id=gym.first.pk, now=gym.opens_at + n * SECOND)

    assert (numbers, Practice.objects.count()) == ([1, 2, 3], 1)
    assert PracticeAnswer.objects.count() == len(CODES)


def test_two_starts_are_one_practice(gym: Hall) -> None:
    assert begin(gym).pk == begin(gym, gym.opens_at + SECOND).pk


def test_it_is_open_from_applications_to_the_end_of_the_quiz(gym: Hall) -> None:
    opens, closes = gym.cohort.applications_open_at, gym.cohort.quiz_closes_at
    for at in (opens - SECOND, closes):
        with pytest.raises(UnableToPractise):
            begin(gym, at)

    assert begin(gym, opens).number == 1
    assert begin(gym, closes - SECOND).number == 2


def test_answers_come_in_order_and_not_into_a_newer_practice(gym: Hall) -> None:
    at = gym.opens_at
    practice = begin(gym)

    def save(sequence: int, number: int, text: str) -> str:
        save = SavedAnswer(1, sequence, {"text": text})
        receipt = save_practice(application_id=gym.first.pk, number=number, answers=[save], now=at)
        return receipt.results[0].state.value

    states = [save(5, 1, "new"), save(3, 1, "old"), save(5, 1, "new"), save(9, 2, "other")]

    assert states == ["saved", "stale", "saved", "refused"]
    assert practice.answers.get(position=1).answer == {"text": "new"}


def test_after_its_time_nothing_is_saved_and_nothing_must_close_it(gym: Hall) -> None:
    practice = begin(gym)
    over = practice.started_at + timedelta(minutes=MINUTES)

    early = save_practice(application_id=gym.first.pk, number=1, answers=[], now=over - SECOND)
    late = save_practice(application_id=gym.first.pk, number=1, answers=[], now=over)

    assert (early.open, late.open) == (True, False)


# ---- it counts for nothing -----------------------------------------------------------------------


def test_practice_is_in_no_count_no_score_and_no_message(gym: Hall) -> None:
    before = standing(gym.quiz, gym.opens_at)
    counts = funnel(gym.cohort)
    practice = begin(gym)
    answer_all(gym, practice, gym.opens_at)
    close_practice(application_id=gym.first.pk, now=gym.opens_at)

    closed = gym.cohort.quiz_closes_at
    with pytest.raises(UnableToScore, match="Nobody has sat"):
        score_quiz(quiz_id=gym.quiz.pk, by=gym.manager, now=closed)
    assert queries.sat_the_quiz(gym.first) == ""
    assert queries.sitting_now(gym.first.user_id) is None
    assert queries.attempt_of(gym.first) is None
    assert queries.scores_of(gym.cohort.pk) == {}
    assert standing(gym.quiz, gym.opens_at) == before
    assert (Attempt.objects.count(), Message.objects.filter(kind__startswith="quiz").count()) == (
        0,
        0,
    )
    assert funnel(gym.cohort) == counts


def test_practising_changes_nothing_for_a_sitting_that_is_open(gym: Hall) -> None:
    attempt = sit_quiz(gym.first, skill=0, seed=1, now=gym.opens_at, walks_away=1)
    before = Attempt.objects.values().get(pk=attempt.pk), list(attempt.responses.values())

    practice = begin(gym)
    answer_all(gym, practice, gym.opens_at)

    assert (Attempt.objects.values().get(pk=attempt.pk), list(attempt.responses.values())) == before


def test_a_quiz_draws_no_practice_item(gym: Hall) -> None:
    again = set_up_quiz(
        cohort_id=gym.cohort.pk,
        minutes=40,
        blueprint=Blueprint((Cell("python", "easy", 2),)),
        by=gym.manager,
        now=gym.opens_at,
    )

    assert again.pool.filter(item__practice=True).count() == 0


def test_the_database_keeps_the_two_sides_apart(gym: Hall) -> None:
    practice = begin(gym)
    kept = Item.objects.get(code=CODES[0]).versions.get()
    counting = gym.quiz.pool.first()

    with pytest.raises(IntegrityError, match="other side"), transaction.atomic():
        QuizItem.objects.create(quiz=gym.quiz, item_version=kept)
    with pytest.raises(IntegrityError, match="other side"), transaction.atomic():
        PracticeAnswer.objects.create(practice=practice, position=9, item_version=counting)
    with pytest.raises(IntegrityError, match="in use"), transaction.atomic():
        Item.objects.filter(versions=kept).update(practice=False)
    with pytest.raises(IntegrityError, match="in use"), transaction.atomic():
        Item.objects.filter(versions=counting).update(practice=True)


def test_items_in_use_keep_their_side_with_a_message(gym: Hall) -> None:
    counting = gym.quiz.pool.first().item.code
    for codes, words in (([counting], "In use"), (["NO-SUCH"], "no item"), ([*CODES, "X"], "X")):
        with pytest.raises(UnableToMark, match=words):
            set_practice(codes=codes, practice=True, by=gym.author, now=gym.opens_at)


# ---- pages ---------------------------------------------------------------------------------------


class Person:
    def __init__(self, gym: Hall, user: User | None = None) -> None:
        self.gym, self.client = gym, Client()
        with time_machine.travel(gym.opens_at, tick=False):
            self.client.force_login(user or gym.first.user)

    def ask(self, page: str, data: Any = None, number: int = 0, **options: Any) -> Any:
        args = [self.gym.first.reference, *([number] if number else [])]
        url = reverse(f"quiz:{page}", args=args)
        with time_machine.travel(self.gym.opens_at + SECOND, tick=False):
            if data is None:
                return self.client.get(url)
            return self.client.post(url, data, **options)


def test_a_practice_from_start_to_the_explanations(gym: Hall) -> None:
    person = Person(gym)

    start = person.ask("practice").content.decode()
    begun = person.ask("practice", {})
    questions = person.ask("practice_questions").content.decode()
    row = PracticeAnswer.objects.get(item_version__item__code="PR-2")
    body = {"answers": [{"position": row.position, "sequence": 7, "answer": {"number": "42"}}]}
    saved = person.ask("practice_save", json.dumps(body), 1, content_type="application/json")
    form = {"action": "finish"}
    finished = person.ask("practice_questions", form)
    result = person.ask("practice_result").content.decode()

    assert ("data-check" in start, begun.status_code, finished.status_code) == (True, 302, 302)
    assert ("data-noticing" in questions, "quiz-signals" in questions) == (False, False)
    assert ("practice/1/save" in questions, "Because it is." in questions) == (True, False)
    assert saved.json()["results"] == [{"position": row.position, "state": "saved"}]
    assert ("1 of 4 right" in result, "Because it is." in result) == (True, True)
    assert ("right of all" in result, "not answered" in result) == (True, True)


def test_without_scripts_the_form_saves(gym: Hall) -> None:
    person = Person(gym)
    person.ask("practice", {})
    row = PracticeAnswer.objects.get(item_version__item__code="PR-3")

    form = {f"o-{row.position}": "null", f"a-{row.position}": "len", "action": "save"}
    answer = person.ask("practice_questions", form)

    row.refresh_from_db()
    assert (answer.status_code, row.answer) == (302, {"text": "len"})


@pytest.mark.parametrize("body", ["", "{", "[]", '{"answers": 1}', "x" * 70_000])
def test_a_hostile_save_is_answered_with_400(gym: Hall, body: str) -> None:
    person = Person(gym)
    person.ask("practice", {})

    assert person.ask("practice_save", body, 1, content_type="application/json").status_code == 400


def test_a_row_that_cannot_be_read_is_refused_alone(gym: Hall) -> None:
    person = Person(gym)
    person.ask("practice", {})
    rows = [
        {"position": 1, "sequence": 1, "answer": {"text": "x\ud83d"}},
        {"position": 2, "sequence": 1, "answer": None},
    ]

    body = json.dumps({"answers": rows})
    answer = person.ask("practice_save", body, 1, content_type="application/json")

    told = {row["position"]: row["state"] for row in answer.json()["results"]}
    assert told == {1: "refused", 2: "saved"}


def test_an_old_window_learns_that_its_practice_is_over(gym: Hall) -> None:
    person = Person(gym)
    person.ask("practice", {})

    answer = person.ask("practice_save", '{"answers": []}', 9, content_type="application/json")

    assert answer.status_code == 409


def test_nobody_else_sees_it(gym: Hall) -> None:
    begin(gym)
    for user in (gym.applications[1].user, gym.manager, make_user("x@x.example")):
        person = Person(gym, user)
        pages = ["practice", "practice_questions", "practice_result"]
        assert {person.ask(page).status_code for page in pages} == {404}
        assert person.ask("practice", {}).status_code == 404


def test_a_cohort_without_practice_items_says_so(hall: Hall) -> None:
    page = Person(hall).ask("practice")
    refused = Person(hall).ask("practice", {})

    assert page.status_code == 200
    assert (refused.status_code, Practice.objects.count()) == (422, 0)


def test_staff_keep_items_for_practice_and_give_them_back(hall: Hall) -> None:
    client = Client()
    client.force_login(hall.author)
    url = reverse("admin:quiz_practice")
    bring_in(practice_bank("en"), by=hall.author, now=hall.opens_at, language="en")

    client.post(url, {"codes": "PR-0\r\nPR-1\r\n", "action": "keep"})
    kept = list(Item.objects.filter(practice=True).values_list("code", flat=True))
    client.post(url, {"codes": "PR-0", "action": "give-back"})
    unknown = client.post(url, {"codes": "NO-SUCH", "action": "keep"}, follow=True)

    assert kept == ["PR-0", "PR-1"]
    assert list(Item.objects.filter(practice=True).values_list("code", flat=True)) == ["PR-1"]
    assert "NO-SUCH" in unknown.content.decode()
