"""The pass of a page: what it opens, what it does not, and what an autosave costs with it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
import time_machine
from django.core import signing
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from quiz.answers import SavedAnswer
from quiz.domain.saving import save_answers
from quiz.models import Attempt, Response
from quiz.web import passes
from tests.conftest import rolled_back
from tests.quiz.conftest import Hall, suit
from tests.quiz.test_pages import GRACE, HOSTILE_BODIES, MINUTES, Sitter, change

pytestmark = pytest.mark.django_db
MILLISECOND = timedelta(milliseconds=1)
PAGE, OTHER_PAGE = "a" * 16, "b" * 16


@pytest.fixture
def sitter(hall: Hall) -> Sitter:
    sitter = Sitter(hall)
    sitter.start()
    return sitter


def ticket(sitter: Sitter) -> str:
    with time_machine.travel(sitter.hall.opens_at, tick=False):
        attempt = Attempt.objects.live().get(application=sitter.application)
        return passes.issue(attempt, sitter.application.reference, sitter.application.user)


def save(
    sitter: Sitter,
    body: Any,
    text: str,
    after: timedelta = timedelta(0),
    **headers: str,
) -> HttpResponse:
    """As a page does: no cookie, a pass in a header."""
    sitter.suit(body)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with time_machine.travel(sitter.hall.opens_at + after, tick=False):
        return Client(enforce_csrf_checks=True).post(
            sitter.url("save"),
            raw,
            content_type="application/json",
            headers={passes.HEADER: text, **headers},
        )


def answered() -> int:
    return Response.objects.filter(answer__isnull=False).count()


def test_the_page_holds_a_pass_that_saves(sitter: Sitter) -> None:
    page = sitter.get("attempt")
    text = page.content.decode().split('data-pass="')[1].split('"')[0]

    answer = save(sitter, change(1, 1, {"choice": "a"}), text, timedelta(minutes=1))

    assert (answer.status_code, answered()) == (200, 1)
    assert answer.json() == {
        "results": [{"position": 1, "state": "saved"}],
        "remaining": 39 * 60 * 1000,
        "now": int((sitter.hall.opens_at + timedelta(minutes=1)).timestamp() * 1000),
    }


@pytest.mark.parametrize(
    ("body", "most"),
    [
        (change(1, 5, {"choice": "a"}), 1),
        ({"answers": []}, 1),
        (change(1, 5, {"choice": "a"}) | {"page": PAGE, "here": True}, 2),
    ],
)
def test_an_autosave_takes_one_statement_and_the_first_of_a_page_two(
    sitter: Sitter, body: Any, most: int
) -> None:
    text = ticket(sitter)
    sitter.suit(body)
    raw = json.dumps(body).encode()
    with CaptureQueriesContext(connection) as queries:
        assert save(sitter, raw, text).status_code == 200

    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == most


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_database_dropped_costs_no_answer(
    make_hall: Callable[..., Hall],
) -> None:
    sitter = Sitter(make_hall(people=1))
    sitter.start()
    text = ticket(sitter)
    body = change(1, 1, {"choice": "a"})
    sitter.suit(body)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    with psycopg2.connect(**connection.get_connection_params()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()

    assert save(sitter, json.dumps(body).encode(), text).status_code == 200
    assert answered() == 1


def test_its_answer_has_the_headers_of_every_page(sitter: Sitter) -> None:
    answer = save(sitter, change(), ticket(sitter))

    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert "Set-Cookie" not in answer.headers


def test_a_host_that_is_not_ours_is_refused(sitter: Sitter, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["dtt.example"]

    answer = save(sitter, change(1, 1, {"choice": "a"}), ticket(sitter), Host="evil.example")

    assert (answer.status_code, answered()) == (400, 0)


def test_a_pass_of_another_attempt_opens_nothing(hall: Hall) -> None:
    mine, theirs = Sitter(hall, 0), Sitter(hall, 1)
    mine.start()
    theirs.start()

    answers = [save(mine, change(1, 1, {"choice": "a"}), ticket(theirs))]

    assert ([answer.status_code for answer in answers], answered()) == ([401], 0)


@pytest.mark.parametrize("spoil", ["{}x", "x{}", "", "a:b:c", "é", "{}" * 9])
def test_a_tampered_pass_opens_nothing(sitter: Sitter, spoil: str) -> None:
    text = spoil.replace("{}", ticket(sitter)).encode("ascii", "ignore").decode()

    answer = save(sitter, change(1, 1, {"choice": "a"}), text)

    assert (answer.status_code, answered()) == (401, 0)
    assert "Sign in" in answer.json()["message"]


def test_a_pass_that_somebody_else_signed_opens_nothing(sitter: Sitter) -> None:
    content = ticket(sitter).rsplit(":", 2)[0]
    forged = signing.TimestampSigner(key="another key", salt=passes.SALT).sign(content)

    assert save(sitter, change(1, 1, {"choice": "a"}), forged).status_code == 401


def test_a_pass_from_long_ago_opens_nothing(sitter: Sitter) -> None:
    answer = save(sitter, change(), ticket(sitter), passes.VALID_FOR + timedelta(seconds=1))

    assert answer.status_code == 401


def test_a_new_password_and_a_locked_account_end_it_and_a_new_sign_in_renews_it(
    sitter: Sitter,
) -> None:
    text, person = ticket(sitter), sitter.application.user
    person.set_password("another-one-entirely")
    person.save()
    after_password = save(sitter, change(1, 1, {"choice": "a"}), text).status_code
    sitter.client = sitter.signed_in()
    with time_machine.travel(sitter.hall.opens_at, tick=False):
        renewed = sitter.client.get(sitter.url("pass")).json()["pass"]
    with_new = save(sitter, change(1, 1, {"choice": "a"}), renewed).status_code
    person.is_active = False
    person.save()

    locked = save(sitter, change(2, 1, {"choice": "a"}), renewed).status_code

    assert (after_password, with_new, locked, answered()) == (401, 200, 401, 1)


def test_signing_out_does_not_lose_an_answer_of_an_open_page(sitter: Sitter) -> None:
    text = ticket(sitter)
    sitter.client.logout()

    assert save(sitter, change(1, 1, {"choice": "a"}), text).status_code == 200
    assert sitter.client.get(sitter.url("pass")).status_code == 401


def test_a_pass_is_worth_nothing_when_the_attempt_is_void_or_closed(sitter: Sitter) -> None:
    text = ticket(sitter)
    statuses = []
    for state in (Attempt.State.VOID, Attempt.State.SUBMITTED):
        Attempt.objects.update(state=state, closed_at=sitter.hall.opens_at)
        statuses.append(save(sitter, change(1, 1, {"choice": "a"}), text).status_code)

    assert (statuses, answered()) == ([409, 409], 0)


@pytest.mark.parametrize(
    ("after", "status", "late"),
    [
        (MINUTES - MILLISECOND, 200, [False]),
        (MINUTES, 200, [True]),
        (MINUTES + MILLISECOND, 200, [True]),
        (MINUTES + GRACE, 409, []),
        (MINUTES + GRACE + timedelta(seconds=1), 409, []),
    ],
)
def test_the_deadline_to_the_millisecond(
    sitter: Sitter, after: timedelta, status: int, late: list[bool]
) -> None:
    text = ticket(sitter)

    answer = save(sitter, change(1, 1, {"choice": "a"}), text, after)

    kept = Response.objects.filter(answer__isnull=False).values_list("late", flat=True)
    assert (answer.status_code, list(kept)) == (status, late)


@pytest.mark.parametrize(
    ("wrong", "kept"), [(timedelta(hours=-1), {"choice": "b"}), (timedelta(hours=1), None)]
)
def test_a_device_whose_clock_is_wrong_by_an_hour_neither_gains_nor_loses(
    sitter: Sitter, wrong: timedelta, kept: Any
) -> None:
    """What is dated ahead is refused: the page sends it again under the server's time."""
    text = ticket(sitter)
    first = int((sitter.hall.opens_at + wrong).timestamp() * 1000)

    statuses = [
        save(sitter, change(1, first + n, {"choice": "abc"[n]}), text, after).status_code
        for n, after in enumerate((timedelta(0), MINUTES + GRACE - MILLISECOND, MINUTES + GRACE))
    ]

    assert (statuses, Response.objects.get(position=1).answer) == ([200, 200, 409], kept)


def test_a_hostile_body_with_a_pass_gets_a_message_and_changes_nothing(sitter: Sitter) -> None:
    text = ticket(sitter)
    bodies = [
        *HOSTILE_BODIES,
        b'{"answers":' * 20_000,
    ]

    answers = [save(sitter, body, text) for body in bodies]

    assert {answer.status_code for answer in answers} == {400}
    assert answered() == 0


@pytest.mark.parametrize("page", [5, "x", "", None, "g" * 16, "a" * 99, {"a": 1}])
def test_a_page_without_a_sensible_name_saves_like_any_other(sitter: Sitter, page: Any) -> None:
    body = change(1, 1, {"choice": "a"}) | {"page": page, "here": True}

    assert save(sitter, body, ticket(sitter)).status_code == 200
    assert (answered(), Attempt.objects.get().writer) == (1, "")


def test_the_page_opened_last_is_the_one_in_use_and_the_other_loses_nothing(
    sitter: Sitter,
) -> None:
    text = ticket(sitter)
    first = save(sitter, {"answers": [], "page": PAGE, "here": True}, text).json()
    save(sitter, {"answers": [], "page": OTHER_PAGE, "here": True}, text)

    late = save(sitter, change(1, 5, {"choice": "a"}) | {"page": PAGE}, text).json()
    back = save(sitter, {"answers": [], "page": PAGE, "here": True}, text).json()
    other = save(sitter, {"answers": [], "page": OTHER_PAGE}, text).json()

    told = [said.get("elsewhere", False) for said in (first, late, back, other)]
    assert told == [False, True, False, True]
    assert late["results"] == [{"position": 1, "state": "saved"}]


SAVES = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 20)), min_size=1, max_size=30, unique=True
)


@pytest.mark.django_db
def test_any_interleaving_of_saves_ends_with_the_highest_sequence(hall: Hall) -> None:
    attempt = Sitter(hall).start()
    for position in (1, 2, 3):
        suit(attempt, position, {"text": "x"})

    @given(st.lists(SAVES, min_size=1, max_size=4))
    def attack(batches: list[list[tuple[int, int]]]) -> None:
        sent = [one for batch in batches for one in batch]
        with rolled_back():
            for batch in batches:
                newest = dict(sorted(batch))
                save_answers(
                    attempt_id=attempt.pk,
                    answers=[SavedAnswer(p, s, {"text": f"{p} {s}"}) for p, s in newest.items()],
                    now=hall.opens_at,
                )
            for position in {position for position, _ in sent}:
                highest = max(sequence for place, sequence in sent if place == position)
                kept = attempt.responses.get(position=position)
                assert (kept.sequence, kept.answer) == (highest, {"text": f"{position} {highest}"})

    attack()
