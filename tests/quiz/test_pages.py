"""What a person, or somebody hostile, gets from the quiz's addresses."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from applications.domain.applying import withdraw_application
from applications.domain.restoring import restore_application
from dtt.play.people import make_applicants, make_cohort
from dtt.play.quiz import load_item_bank, set_up_demo_quiz
from quiz.domain.closing import finalise_expired
from quiz.domain.saving import KIND_OF, save_answers
from quiz.domain.sitting import open_attempt, submit_attempt
from quiz.models import Attempt, ItemVersion, Response
from quiz.web.questions import questions_of
from tests.quiz.conftest import Hall, suit

pytestmark = pytest.mark.django_db
MINUTES = timedelta(minutes=40)
GRACE = timedelta(seconds=45)
PAGES = ("start", "attempt", "submit", "done")
HOSTILE_BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe",
    b"[" * 60_000,
    b'{"answers": ' + b"9" * 60_000 + b"}",
    json.dumps({"answers": [{}] * 201}).encode(),
    b'{"answers": []' + b" " * (64 * 1024) + b"}",
]
HOSTILE_ROWS = [
    b'{"answers": [{"position": 1e400, "sequence": 1, "answer": null}]}',
    b'{"answers": [{"position": 1, "sequence": NaN, "answer": null}]}',
    b'{"answers": [{"position": 1, "sequence": 99999999999999999999, "answer": null}]}',
    b'{"answers": [{"position": 1, "sequence": 1, "answer": {"text": "a\\u0000b"}}]}',
    b'{"answers": [{"position": 1, "sequence": 1, "answer": {"text": "\\ud800"}}]}',
    b'{"answers": [{"position": 1, "sequence": 1, "answer": {"__proto__": {}}}]}',
    b'{"answers": [{"position": 1, "sequence": 1, "answer": {"choice": ["a"]}}]}',
    b'{"answers": [null]}',
]


class Sitter:
    """A browser at a time of our choosing."""

    def __init__(self, hall: Hall, person: int = 0, language: str = "en") -> None:
        self.hall = hall
        self.application = hall.applications[person]
        self.application.user.language = language
        self.application.user.save()
        self.client = self.signed_in()

    def signed_in(self, **options: Any) -> Client:
        client = Client(**options)
        with time_machine.travel(self.hall.opens_at - timedelta(hours=1), tick=False):
            client.force_login(self.application.user)
        return client

    def url(self, page: str, application: Any = None) -> str:
        return reverse(f"quiz:{page}", args=[(application or self.application).reference])

    def get(self, page: str, after: timedelta = timedelta(0), **options: Any) -> HttpResponse:
        with time_machine.travel(self.hall.opens_at + after, tick=False):
            return self.client.get(self.url(page), **options)

    def post(
        self, page: str, data: Any = None, after: timedelta = timedelta(0), **options: Any
    ) -> HttpResponse:
        with time_machine.travel(self.hall.opens_at + after, tick=False):
            return self.client.post(self.url(page), data or {}, **options)

    def suit(self, body: Any) -> None:
        """Let the questions ask for the kinds of answers that the body has."""
        if not isinstance(body, dict):
            return
        attempt = Attempt.objects.live().filter(application=self.application).first()
        for row in body["answers"] if attempt else ():
            suit(attempt, row.get("position"), row.get("answer"))

    def save(self, body: Any, after: timedelta = timedelta(0)) -> HttpResponse:
        self.suit(body)
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.post("save", raw, after, content_type="application/json")

    def start(self) -> Attempt:
        self.post("start")
        return Attempt.objects.get(application=self.application)


@pytest.fixture
def sitter(hall: Hall) -> Sitter:
    return Sitter(hall)


def change(position: int = 1, sequence: int = 1, answer: Any = None) -> dict[str, Any]:
    return {"answers": [{"position": position, "sequence": sequence, "answer": answer}]}


def of_kind(attempt: Attempt, kind: str) -> Response:
    """A question of this kind; one is put on the paper if the deal gave none."""
    dealt = attempt.responses.filter(item_version__kind=kind).first()
    if dealt is not None:
        return dealt
    first = attempt.responses.get(position=1)
    first.item_version = attempt.quiz.pool.filter(kind=kind).first()
    first.choice_order = [choice["key"] for choice in first.item_version.choices]
    first.save()
    return first


def page_text(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


# The way through


def test_a_person_starts_answers_and_submits_without_scripts(sitter: Sitter) -> None:
    start = sitter.get("start")
    assert "40 minutes" in page_text(start)
    assert "12:40 HKT" in page_text(start)

    started = sitter.post("start")
    attempt = Attempt.objects.get()
    assert started.url == sitter.url("attempt")
    posted = sitter.post("attempt", filled(attempt) | {"action": "finish"})
    check = sitter.get("submit")
    submitted = sitter.post("submit", after=timedelta(minutes=5))
    done = sitter.get("done", timedelta(minutes=6))

    assert (posted.url, submitted.url) == (sitter.url("submit"), sitter.url("done"))
    assert "You have answered 5 of 5." in page_text(check)
    assert "Quiz received" in page_text(done)
    assert attempt.responses.filter(answer__isnull=True).count() == 0


def filled(attempt: Attempt) -> dict[str, Any]:
    """The page's form with something in every question."""
    typed = {
        "single": "a",
        "multiple": ["a", "b"],
        "truefalse": "true",
        "numerical": "42",
        "short": "len",
    }
    fields: dict[str, Any] = {}
    for response in attempt.responses.select_related("item_version"):
        fields[f"o-{response.position}"] = json.dumps(response.answer, sort_keys=True)
        fields[f"a-{response.position}"] = typed[response.item_version.kind]
    return fields


def test_a_form_saves_only_what_was_changed_in_it(sitter: Sitter) -> None:
    attempt = sitter.start()
    newer = {"choice": "b"}
    other = of_kind(attempt, "single")
    fields = filled(attempt)
    untouched = {k: v for k, v in fields.items() if k != f"a-{other.position}"}
    sitter.save(change(other.position, 1, newer))

    sitter.post("attempt", untouched | {"action": "save"})

    other.refresh_from_db()
    assert other.answer == newer
    assert attempt.responses.filter(answer__isnull=True).count() == 0


def test_a_text_that_cannot_be_saved_stays_and_the_rest_is_saved(sitter: Sitter) -> None:
    attempt = sitter.start()
    typed = of_kind(attempt, "short")
    fields = filled(attempt)
    fields[f"a-{typed.position}"] = "x" * 1001

    answer = sitter.post("attempt", fields | {"action": "finish"})

    assert answer.status_code == 422
    assert "x" * 1001 in answer.content.decode()
    assert "at most 1000 characters" in page_text(answer)
    missing = attempt.responses.filter(answer__isnull=True).values_list("position", flat=True)
    assert list(missing) == [typed.position]


def test_a_saved_answer_is_shown_again(sitter: Sitter) -> None:
    attempt = sitter.start()
    sitter.post("attempt", filled(attempt))

    page = page_text(sitter.get("attempt"))

    assert "5 of 5 answered" in page
    with translation.override("en"):
        questions = questions_of(attempt.responses.select_related("item_version"))
    assert [question.answered for question in questions] == [True] * 5


def test_the_page_is_in_the_persons_language_with_the_other_one_beside_it(hall: Hall) -> None:
    chinese = Sitter(hall, language="zh-hant")
    chinese.start()

    page = page_text(chinese.get("attempt"))

    assert page.index("題目 <code>") < page.index("Question <code>")
    assert (page.count("題目 <code>"), page.count("Question <code>")) == (5, 5)


@pytest.mark.parametrize(
    ("after", "goes"),
    [
        (MINUTES - timedelta(microseconds=1), None),
        (MINUTES, "done"),
        (MINUTES + GRACE, "done"),
    ],
)
def test_the_questions_are_shown_until_the_deadline(
    sitter: Sitter, after: timedelta, goes: str | None
) -> None:
    sitter.start()

    answer = sitter.get("attempt", after)

    assert (answer.status_code, getattr(answer, "url", None)) == (
        (302, sitter.url(goes)) if goes else (200, None)
    )


def test_reading_pages_after_the_end_changes_nothing(sitter: Sitter) -> None:
    attempt = sitter.start()
    before = Attempt.objects.values().get(pk=attempt.pk)

    for page in PAGES:
        sitter.get(page, MINUTES + GRACE, follow=True)

    assert Attempt.objects.values().get(pk=attempt.pk) == before
    assert "Your time is over" in page_text(sitter.get("done", MINUTES + GRACE))


def test_a_form_that_comes_too_late_is_told_so_and_what_was_saved_is_kept(sitter: Sitter) -> None:
    attempt = sitter.start()
    sitter.save(change(1, 1, {"choice": "a"}))
    late = sitter.post("attempt", filled(attempt), MINUTES + GRACE, follow=True)

    assert "these changes are not saved" in page_text(late)
    assert attempt.responses.exclude(answer__isnull=True).count() == 1


def test_before_the_opening_and_after_the_end_there_is_no_button(sitter: Sitter) -> None:
    early = sitter.get("start", -timedelta(seconds=1))
    closed = sitter.hall.cohort.quiz_closes_at - sitter.hall.opens_at
    late = sitter.get("start", closed)
    refused = sitter.post("start", after=closed)

    assert b'<form method="post" data-once' not in early.content + late.content
    assert refused.status_code == 422
    assert "The quiz closed on" in page_text(refused)
    assert Attempt.objects.count() == 0


def test_a_short_window_is_said_before_the_start(sitter: Sitter) -> None:
    window = sitter.hall.cohort.quiz_closes_at - sitter.hall.opens_at

    page = page_text(sitter.get("start", window - timedelta(minutes=10)))

    assert "You will not have your full time" in page


# Protection of questions and people


def test_questions_appear_only_after_the_start(sitter: Sitter) -> None:
    before = [sitter.get(page, follow=True).content for page in PAGES]
    sitter.start()
    after = sitter.get("attempt").content

    def shown(content: bytes) -> bool:
        return b"data-position" in content or b"<code>PY-" in content or b"<code>ST-" in content

    assert ([shown(content) for content in before], shown(after)) == ([False] * 4, True)


def test_no_response_holds_a_key_or_an_explanation(hall: Hall, now: datetime) -> None:
    load_item_bank(by=hall.author, approver=hall.manager, now=now)
    cohort = make_cohort(now=now, slug="demo")
    set_up_demo_quiz(cohort, by=hall.manager, now=now)
    hall.applications = make_applicants(cohort, 1, now=now + timedelta(days=1), seed=2)
    sitter = Sitter(hall)
    sitter.start()
    answers = [sitter.save(change(n, 1, {"choice": "a"})) for n in range(1, 31)]
    pages = [sitter.get(page) for page in PAGES]
    done = [sitter.post("submit"), *(sitter.get(page, follow=True) for page in PAGES)]

    text = b"".join(r.content for r in [*answers, *pages, *done]).decode()
    explanations = ItemVersion.objects.values_list("feedback_en", "feedback_zh")
    said = [words for pair in explanations for words in pair if words and words in text]
    assert said == []
    assert [word for word in ("fraction", "tolerance", "pattern", "feedback") if word in text] == []


def test_another_persons_quiz_is_not_there(hall: Hall) -> None:
    owner, stranger = Sitter(hall, 0), Sitter(hall, 1)
    owner.start()
    with time_machine.travel(hall.opens_at, tick=False):
        seen = [
            stranger.client.get(stranger.url(page, owner.application)).status_code for page in PAGES
        ]
        sent = [
            stranger.client.post(
                stranger.url(page, owner.application), body, content_type="application/json"
            ).status_code
            for page, body in (
                ("start", ""),
                ("submit", ""),
                ("attempt", ""),
                ("save", json.dumps(change(1, 1, {"choice": "a"}))),
            )
        ]

    assert (seen, sent) == ([404] * 4, [404] * 4)
    assert Response.objects.exclude(answer__isnull=True).count() == 0


def test_who_is_signed_out_is_asked_to_sign_in(sitter: Sitter) -> None:
    sitter.start()
    sitter.client.logout()

    pages = [sitter.get(page).status_code for page in PAGES]
    saved = sitter.save(change(1, 1, {"choice": "a"}))

    assert (pages, saved.status_code) == ([302] * 4, 401)
    assert "Sign in in another window" in saved.json()["message"]


def test_a_save_without_the_token_of_the_page_is_refused(sitter: Sitter) -> None:
    sitter.start()
    strict = sitter.signed_in(enforce_csrf_checks=True)

    with time_machine.travel(sitter.hall.opens_at, tick=False):
        answer = strict.post(
            sitter.url("save"), json.dumps(change()), content_type="application/json"
        )

    assert answer.status_code == 403


# The address that scripts save to


def test_a_save_is_acknowledged_with_the_time_that_is_left(sitter: Sitter) -> None:
    sitter.start()

    answer = sitter.save(change(1, 7, {"choice": "a"}), timedelta(minutes=10))

    assert answer.json() == {
        "results": [{"position": 1, "state": "saved"}],
        "remaining": 30 * 60 * 1000,
        "now": int((sitter.hall.opens_at + timedelta(minutes=10)).timestamp() * 1000),
    }


def test_a_stale_save_is_told_what_is_there(sitter: Sitter) -> None:
    sitter.start()
    sitter.save(change(1, 7, {"choice": "b"}))

    answer = sitter.save(change(1, 6, {"choice": "a"}))

    assert answer.json()["results"] == [
        {"position": 1, "state": "stale", "sequence": 7, "answer": {"choice": "b"}}
    ]


@pytest.mark.parametrize(
    ("after", "status", "state"),
    [
        (MINUTES + GRACE - timedelta(microseconds=1), 200, "saved"),
        (MINUTES + GRACE, 409, "refused"),
    ],
)
def test_a_save_after_the_grace_is_refused_with_a_message(
    sitter: Sitter, after: timedelta, status: int, state: str
) -> None:
    sitter.start()

    answer = sitter.save(change(1, 1, {"choice": "a"}), after)

    assert (answer.status_code, answer.json()["results"][0]["state"]) == (status, state)
    assert ("Your time is over" in answer.json().get("message", "")) is (status == 409)


def test_a_hostile_body_gets_a_message_and_changes_nothing(sitter: Sitter) -> None:
    attempt = sitter.start()
    before = list(attempt.responses.values())

    answers = [sitter.save(body) for body in HOSTILE_BODIES]

    assert [
        (body[:60], answer.status_code)
        for body, answer in zip(HOSTILE_BODIES, answers, strict=True)
        if answer.status_code != 400
    ] == []
    assert {answer.json()["message"] for answer in answers} == {
        "This could not be read as answers, so nothing of it was saved."
    }
    assert list(attempt.responses.values()) == before


def test_a_hostile_row_is_refused_and_the_one_beside_it_is_saved(sitter: Sitter) -> None:
    attempt = sitter.start()
    good = change(2, 1, None)["answers"][0]
    bodies = [
        body.replace(b"[", b"[" + json.dumps(good | {"sequence": n}).encode() + b", ", 1)
        for n, body in enumerate(HOSTILE_ROWS, start=1)
    ]

    told = [sitter.save(body).json()["results"] for body in bodies]

    assert {tuple(result["state"] for result in results) for results in told} == {
        ("saved", "refused")
    }
    assert all(results[1]["reason"] and results[1]["message"] for results in told)
    kept = attempt.responses.filter(sequence__gt=0).values_list("position", "sequence")
    assert list(kept) == [(2, len(bodies))]


def test_a_change_from_the_far_future_is_refused_and_blocks_no_later_one(sitter: Sitter) -> None:
    attempt = sitter.start()
    now = int(sitter.hall.opens_at.timestamp() * 1000)
    limit = now + 2 * 60 * 1000

    for sequence in (2**53 - 1, limit + 1):
        [told] = sitter.save(change(1, sequence, None)).json()["results"]
        assert (told["state"], told["reason"]) == ("refused", "ahead")
    [told] = sitter.save(change(1, limit, None)).json()["results"]

    assert (told["state"], attempt.responses.get(position=1).sequence) == ("saved", limit)


def test_a_body_of_another_type_gets_a_message(sitter: Sitter) -> None:
    sitter.start()
    types = ("multipart/form-data; boundary=x", "text/plain", "application/xml")

    answers = [sitter.post("save", b"--x--", content_type=kind) for kind in types]

    assert [answer.status_code for answer in answers] == [400] * 3


def test_an_answer_of_another_kind_of_question_is_refused_and_breaks_nothing(
    sitter: Sitter,
) -> None:
    attempt = sitter.start()
    answers = [
        {"choice": "zz"},
        {"value": True},
        {"text": "x"},
        {"number": "x"},
        {"choices": ["q"]},
    ]
    kind = attempt.responses.get(position=1).item_version.kind
    wrong = [answer for answer in answers if KIND_OF[next(iter(answer))] != kind]
    for sequence, answer in enumerate(wrong, start=1):
        body = json.dumps(change(1, sequence, answer)).encode()
        [told] = sitter.save(body).json()["results"]
        assert (told["state"], told["reason"]) == ("refused", "kind")

    assert len(wrong) == 4
    assert attempt.responses.get(position=1).answer is None
    assert sitter.get("attempt").status_code == 200


# All items


def test_all_items_of_the_demo_bank_are_shown_in_both_languages(
    author: User, manager: User, now: datetime
) -> None:
    load_item_bank(by=author, approver=manager, now=now)
    versions = ItemVersion.objects.all()
    paper = [
        Response(position=n, item_version=version, choice_order=[c["key"] for c in version.choices])
        for n, version in enumerate(versions, start=1)
    ]

    with translation.override("zh-hant"):
        questions = questions_of(paper)

    assert len(questions) == 111
    bare = [q.position for q in questions if not (q.stem.strip() and q.other_stem.strip())]
    assert bare == []
    truths = [[o.label for o in q.options] for q in questions if q.kind == "truefalse"]
    assert truths == [["正確", "錯誤"]] * len(truths)
    programs = [q.stem for q in questions if "<pre" in q.stem]
    assert [stem for stem in programs if '<pre tabindex="0"><code>' not in stem] == []
    assert "```" not in "".join(q.stem + q.other_stem for q in questions)


def test_a_page_takes_as_many_queries_for_one_person_as_for_many(
    make_hall: Callable[..., Hall], django_assert_max_num_queries: Any
) -> None:
    hall = make_hall(people=3)
    for application in hall.applications:
        attempt = open_attempt(
            quiz_id=hall.quiz.pk,
            application_id=application.pk,
            by=application.user,
            now=hall.opens_at,
        )
        save_answers(attempt_id=attempt.pk, answers=[], now=hall.opens_at)
    submit_attempt(attempt_id=attempt.pk, by=application.user, now=hall.opens_at)
    sitter = Sitter(hall)
    sitter.suit(change(1, 1, {"choice": "a"}))
    body = json.dumps(change(1, 1, {"choice": "a"})).encode()

    with django_assert_max_num_queries(8):
        assert sitter.get("attempt").status_code == 200
    with django_assert_max_num_queries(6):
        assert sitter.save(body).status_code == 200


def test_who_has_withdrawn_can_neither_open_nor_save(sitter: Sitter) -> None:
    attempt = sitter.start()
    ticket = sitter.get("pass").json()["pass"]
    withdraw_application(
        application_id=sitter.application.pk, by=sitter.application.user, now=sitter.hall.opens_at
    )
    body = json.dumps(change(1, 1, None)).encode()
    header = {"HTTP_X_ATTEMPT_PASS": ticket}

    with_pass = sitter.post("save", body, content_type="application/json", **header)
    without = sitter.save(body)
    pages = [sitter.get(page).status_code for page in (*PAGES, "pass")]
    posts = [sitter.post(page).status_code for page in ("start", "attempt", "submit", "resume")]

    assert (with_pass.status_code, without.status_code) == (404, 404)
    assert with_pass.json() == without.json()
    assert (set(pages), set(posts)) == ({404}, {404})
    assert attempt.responses.filter(sequence__gt=0).count() == 0
    assert finalise_expired(now=sitter.hall.opens_at + timedelta(hours=2)) == 0
    assert Attempt.objects.get().is_open


def test_a_withdrawal_that_is_undone_gives_the_sitting_back(sitter: Sitter) -> None:
    sitter.start()
    application, at = sitter.application, sitter.hall.opens_at
    withdraw_application(application_id=application.pk, by=application.user, now=at)
    restore_application(
        application_id=application.pk, reason="By mistake.", by=sitter.hall.manager, now=at
    )

    assert sitter.get("attempt").status_code == 200
    assert sitter.save(change(1, 1, None)).json()["results"][0]["state"] == "saved"
