"""An open quiz and many people who may sit it: what the measures of the sitting begin with."""

import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import F

from accounts.bulk import insert_rows
from accounts.roles import Role
from applications.models import Application, Stage
from dtt.play.crowd import make_crowd
from dtt.play.people import make_cohort, make_user
from dtt.play.quiz import load_item_bank, set_up_demo_quiz
from quiz.models import Attempt, Quiz, Response

HOST = "127.0.0.1"
START_SECONDS = 120
A_DAY = timedelta(days=1)


@dataclass(slots=True)
class Sitter:
    """One person's browser: who it is, what it may do, what the server has acknowledged."""

    application_id: int
    reference: str
    session: str
    csrf: str = field(default_factory=lambda: secrets.token_hex(16))
    ticket: str = ""
    positions: list[int] = field(default_factory=list)  # that take a choice
    sequence: int = 0
    acknowledged: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hall:
    quiz: Quiz
    sitters: list[Sitter]


def make_hall(people: int) -> Hall:
    """An open quiz of 30 items, and that many signed-in people who may start it."""
    now = datetime.now(UTC)
    manager = make_user("manager@bench.example", Role.PROGRAMME_MANAGER, now=now)
    author = make_user("author@bench.example", Role.QUIZ_AUTHOR, now=now)
    cohort = make_cohort(now=now - 15 * A_DAY, quiz_opens_at=now - timedelta(hours=1))
    load_item_bank(by=author, approver=manager, now=now)
    quiz = set_up_demo_quiz(cohort, by=manager, now=now)
    make_crowd([cohort], people, staff=manager, now=now)
    Application.objects.update(stage=Stage.ELIGIBLE, submitted_at=F("created_at"))
    applications = Application.objects.select_related("user").order_by("pk")
    sitters, rows = [], []
    for application in applications:
        store = SessionStore()
        key = secrets.token_hex(16)
        said: dict[str, Any] = {
            SESSION_KEY: str(application.user_id),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-1],
            HASH_SESSION_KEY: application.user.get_session_auth_hash(),
        }
        rows.append(
            {"session_key": key, "session_data": store.encode(said), "expire_date": now + A_DAY}
        )
        sitters.append(Sitter(application.pk, application.reference, key))
    insert_rows(Session, rows, with_ids=True)
    return Hall(quiz, sitters)


def lost_answers(sitters: list[Sitter]) -> int:
    """How many acknowledged answers the database does not have; it may have newer ones."""
    attempts = dict(Attempt.objects.live().values_list("application_id", "pk"))
    saved = {
        (attempt, position): sequence
        for attempt, position, sequence in Response.objects.values_list(
            "attempt_id", "position", "sequence"
        )
    }
    return sum(
        saved.get((attempts.get(sitter.application_id, 0), position), 0) < sequence
        for sitter in sitters
        for position, sequence in sitter.acknowledged.items()
    )


@contextmanager
def program(
    application: str, env: Mapping[str, str], *, workers: int = 2, threads: int = 4
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve a WSGI program by gunicorn as `make run` does; yield its port and its process."""
    port = free_port()
    server = serve(application, env, port=port, workers=workers, threads=threads)
    try:
        wait_until_it_answers(port)
        yield port, server
    finally:
        server.terminate()
        server.wait(timeout=20)


def serve(
    application: str, env: Mapping[str, str], *, port: int, workers: int = 2, threads: int = 4
) -> subprocess.Popen[bytes]:
    """Start gunicorn in a session of its own."""
    command = [
        *("-m", "gunicorn", application, "--bind", f"{HOST}:{port}"),
        *("--workers", str(workers), "--threads", str(threads), "--preload"),
        *("--log-level", "critical", "--graceful-timeout", "5"),
    ]
    return subprocess.Popen(  # noqa: S603 - our own programs
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=dict(env),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # a measure with faults would fill the screen
        start_new_session=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_until_it_answers(port: int, path: str = "/static/css/quiz.css") -> None:
    """Return when the program answers.

    Raises:
        RuntimeError: it does not within two minutes.
    """
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            with urlopen(f"http://{HOST}:{port}{path}", timeout=5):
                return
        except HTTPError:  # an answer, if not a good one: a measure runs without worker and mail
            return
        except (URLError, OSError) as error:
            if time.monotonic() > until:
                raise RuntimeError(f"the program does not answer: {error}") from error
            time.sleep(0.05)
