"""Through a real Celery worker: another process, the real queue, the real database."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection
from psycopg2.extensions import make_dsn

from dtt import embedded
from dtt.celery import app as celery_app
from dtt.play.people import make_applicant, make_cohort
from dtt.supervisor import Supervisor, worker_command
from notifications.models import Message

pytestmark = pytest.mark.worker
PATIENCE = 60


@pytest.fixture
def worker(transactional_db: None) -> Iterator[Supervisor]:
    """Workers of the test's own database and queue; the test starts them when it likes."""
    supervisor = Supervisor(
        env={
            "DATABASE_URL": make_dsn(
                embedded.database_url(), dbname=connection.settings_dict["NAME"]
            ),
            "REDIS_URL": os.environ["REDIS_URL"],
            "EMAIL_URL": "null:",
        }
    )
    yield supervisor
    supervisor.stop()


def test_a_receipt_leaves_though_the_queue_was_emptied(worker: Supervisor) -> None:
    now = datetime.now(UTC)
    application = make_applicant(make_cohort(now=now), 1, now=now)
    redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()

    worker.start("worker", worker_command(concurrency=1))
    celery_app.send_task("notifications.deliver_due")  # what the scheduler does every ten seconds

    told = Message.objects.filter(person=application.user)
    wait_until(lambda: not told.exclude(state=Message.State.SENT).exists())
    assert list(told.values_list("kind", "state", "attempts")) == [
        ("application-received", "sent", 1)
    ]


def test_a_whole_cohort_is_played_and_every_check_holds() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "pipeline", "--applicants", "40", "--seed", "3", "--json"],
        cwd=Path(settings.BASE_DIR),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert list(report["funnel"]) == [
        "applied",
        "eligible",
        "sat",
        "shortlisted",
        "confirmed",
        "attended",
        "submitted",
        "finalists",
        "ranked",
        "matched",
        "offered",
        "accepted",
    ]
    assert report["funnel"]["applied"] == 40
    assert report["checks"] == {
        "places_not_exceeded": True,
        "no_timetable_clash": True,
        "no_blocking_pair": True,
        "one_message_a_person_and_fact": True,
    }
    assert all(seconds >= 0 for seconds in report["seconds"].values())


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
