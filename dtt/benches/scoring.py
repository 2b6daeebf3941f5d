"""How long a hundred thousand attempts of thirty items take to score, and how much memory."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from os import environ
from typing import Any

import psutil
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg2.extras import Json

from accounts.bulk import insert_rows, new_ids, row_of
from accounts.models import User
from accounts.roles import Role
from accounts.verifiers import verify
from applications.models import Application
from dtt.benches.measure import Measure
from dtt.celery import app as celery_app
from dtt.play.people import make_applicants, make_cohort, make_user
from dtt.play.quiz import load_item_bank, right_answer, set_up_demo_quiz, some_answer
from dtt.play.stage import own_stage
from dtt.supervisor import worker_command
from quiz.dealing import dealt
from quiz.domain.scoring import score_quiz
from quiz.domain.setting_up import blueprint_of
from quiz.models import Quiz, ScoringRun
from quiz.papers import PoolItem
from quiz.scoring import key_from_dict

ATTEMPTS = 100_000
PAPERS = 315  # different ones; dealt in turn, they use every item equally often
ANSWERS = 8  # different ones to each item, half of them right
WORKERS = 2
AT_A_TIME = 10_000
MIB = 1024**2

ATTEMPT = """
INSERT INTO quiz_attempt (quiz_id, application_id, number, state, seed, started_at, deadline_at,
                          saves_until, submitted_at, closed_at, reopened, writer)
SELECT %(quiz)s, id, 1, 'submitted', 'bench', %(at)s, %(at)s::timestamptz + interval '40 minutes',
       %(at)s::timestamptz + interval '41 minutes', %(at)s, %(at)s, 0, ''
FROM applications_application WHERE cohort_id = %(cohort)s
"""
RESPONSE = """
INSERT INTO quiz_response (attempt_id, position, item_version_id, choice_order, answer, sequence,
                           saved_at, late)
SELECT a.id, p.position, p.version, '{}', o.answer, 1, a.started_at, false
FROM quiz_attempt a
JOIN bench_paper p ON p.paper = a.id %% %(papers)s
JOIN bench_answer o ON o.version = p.version
                   AND o.n = abs(hashint8(a.id * 64 + p.position)) %% %(answers)s
"""


def score_100000(attempts: int = ATTEMPTS) -> Iterator[Measure]:
    """Score all attempts of one quiz by two workers, then recompute them from the raw answers."""
    with own_stage("scoring") as addresses:
        call_command("migrate", verbosity=0, interactive=False)
        quiz = _hall(attempts)
        seconds, peak, run = _score(quiz, addresses)
        yield Measure(f"score_{attempts}_seconds", seconds, "s", "< 60")
        yield Measure(f"score_{attempts}_memory", peak, "MiB", "< 1024")
        begun = time.monotonic()
        verdict = verify("scoring", str(run.pk))
        if not verdict.matches:
            raise RuntimeError(verdict.difference)
        yield Measure(f"verify_{attempts}_seconds", time.monotonic() - begun, "s", "< 60")


def _hall(attempts: int) -> Quiz:
    """A quiz that so many people have sat, written by a few statements."""
    now = datetime.now(UTC) - timedelta(days=120)
    author = make_user("author@bench.example", Role.QUIZ_AUTHOR, now=now)
    manager = make_user("manager@bench.example", Role.PROGRAMME_MANAGER, now=now)
    load_item_bank(by=author, approver=manager, now=now)
    cohort = make_cohort(now=now, slug="scored")
    quiz = set_up_demo_quiz(cohort, by=manager, now=now)
    [model] = make_applicants(cohort, 1, now=now + timedelta(days=1))
    _crowd(model, attempts - 1)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_paper (paper int, position int, version bigint)")
        cursor.executemany("INSERT INTO bench_paper VALUES (%s, %s, %s)", list(_papers(quiz)))
        cursor.execute("CREATE TEMP TABLE bench_answer (version bigint, n int, answer jsonb)")
        cursor.executemany("INSERT INTO bench_answer VALUES (%s, %s, %s)", list(_answers(quiz)))
        values: dict[str, Any] = {"quiz": quiz.pk, "cohort": cohort.pk, "at": cohort.quiz_opens_at}
        cursor.execute(ATTEMPT, values)
        cursor.execute(RESPONSE, {"papers": PAPERS, "answers": ANSWERS})
        cursor.execute("ANALYZE")
    return quiz


def _crowd(model: Application, people: int) -> None:
    """So many more people like this one."""
    for start in range(0, people, AT_A_TIME):
        numbers = range(start, min(start + AT_A_TIME, people))
        users, own = new_ids(User, len(numbers)), new_ids(Application, len(numbers))
        user, row = row_of(model.user), row_of(model)
        insert_rows(
            User,
            (
                user | {"id": pk, "email": f"{n}@bench.example"}
                for n, pk in zip(numbers, users, strict=True)
            ),
            with_ids=True,
        )
        insert_rows(
            Application,
            (
                row | {"id": pk, "user_id": who, "reference": f"B-{n}"}
                for n, pk, who in zip(numbers, own, users, strict=True)
            ),
            with_ids=True,
        )


def _papers(quiz: Quiz) -> Iterator[tuple[int, int, int]]:
    pool = [
        PoolItem(version, topic, difficulty)
        for version, topic, difficulty in quiz.pool.values_list(
            "pk", "item__topic", "item__difficulty"
        )
    ]
    for number in range(PAPERS):
        hand = dealt(blueprint_of(quiz), pool, seed="bench", number=number)
        for position, item in enumerate((i for i in hand if i.exposure == 0), start=1):
            yield number, position, item.key


def _answers(quiz: Quiz) -> Iterator[tuple[int, int, Json | None]]:
    dice = random.Random("answers")
    for version, stored in quiz.pool.values_list("pk", "key"):
        key = key_from_dict(stored)
        for n in range(ANSWERS):
            answer = right_answer(key) if n % 2 else some_answer(key, dice)
            yield version, n, None if answer is None else Json(answer)


def _score(quiz: Quiz, addresses: dict[str, str]) -> tuple[float, float, ScoringRun]:
    """Seconds, the peak of the memory of all workers in MiB, and the run."""
    worker = subprocess.Popen(  # noqa: S603
        [sys.executable, *worker_command(concurrency=WORKERS)],
        cwd=settings.BASE_DIR,
        env=environ | addresses,
    )
    try:
        while not celery_app.control.ping(timeout=1):
            if worker.poll() is not None:
                raise RuntimeError("the worker did not start")
        begun, peak = time.monotonic(), 0.0
        run = score_quiz(quiz_id=quiz.pk, by=None, now=datetime.now(UTC))
        while run.state == ScoringRun.State.RUNNING:
            time.sleep(0.1)
            peak = max(peak, _memory(worker.pid))
            run.refresh_from_db()
            if worker.poll() is not None:
                raise RuntimeError("the worker ended before the run did")
        if run.state == ScoringRun.State.FAILED:
            raise RuntimeError(run.trouble)
        return time.monotonic() - begun, peak, run
    finally:
        worker.terminate()
        worker.wait(timeout=60)


def _memory(pid: int) -> float:
    """Of a process and all that it started."""
    parent = psutil.Process(pid)
    return sum(one.memory_info().rss for one in (parent, *parent.children(recursive=True))) / MIB
