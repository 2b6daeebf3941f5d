"""Work that does not move on says so: whoever looks must not wait for ever."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Job
from accounts.roles import Role
from dtt.play.people import make_user

pytestmark = pytest.mark.django_db
PAGES = ("change", "progress")
AWAY = "No worker is running, so this does not go on at present."
BUSY = "It has waited for 2 minutes: all workers are busy."


def told(*, seconds: int, seen: bool, begun: bool = False) -> tuple[str, str]:
    """What the page and its bar say of work that waits, or was begun, for so long."""
    if seen:
        cache.set("dtt.heartbeat:worker", time.time())
    since = datetime.now(UTC) - timedelta(seconds=seconds)
    asker = make_user("m@dtt.example", Role.PROGRAMME_MANAGER)
    job = Job.objects.create(
        kind="nothing",
        asked_by=asker,
        asked_at=since,
        **({"state": "running", "started_at": since} if begun else {}),
    )
    client = Client()
    client.force_login(asker)
    page, bar = (reverse(f"admin:accounts_job_{name}", args=[job.pk]) for name in PAGES)
    return client.get(page).content.decode(), client.get(bar).json()["text"]


@pytest.mark.parametrize(
    ("seconds", "seen", "begun", "says"),
    [
        (50, False, False, "Waiting for a free worker."),
        (125, True, False, BUSY),
        (65, False, False, AWAY),
        (50, False, True, "Begun."),
        (125, True, True, "Begun."),
        (65, False, True, AWAY),
    ],
)
def test_after_a_minute_it_is_said_that_the_workers_are_busy_or_away(
    seconds: int, seen: bool, begun: bool, says: str
) -> None:
    page, bar = told(seconds=seconds, seen=seen, begun=begun)

    assert (says in page, bar.startswith(says)) == (True, True)
