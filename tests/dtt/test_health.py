"""What machines are told: red when a part is away, numbers that are the tables', and no secret."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Job
from accounts.roles import Role
from dtt import health, heartbeat
from dtt.play.people import make_user
from notifications.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_work() -> None:
    """A worker and a scheduler that were at work a moment ago."""
    for who in (heartbeat.WORKER, heartbeat.BEAT):
        cache.set(f"dtt.heartbeat:{who}", time.time())


def not_well() -> set[str]:
    return {part.name for part in health.report().parts if not part.ok}


def message(**facts: object) -> Message:
    now = datetime.now(UTC)
    person = make_user(f"{Message.objects.count()}@people.example", now=now)
    defaults = {"queued_at": now, "due_at": now, "language": "en", "kind": "x", "run": "x"}
    return Message.objects.create(person=person, **defaults | facts)


def test_all_is_well(client: Client, at_work: None) -> None:
    answer = client.get("/health")

    assert (answer.status_code, answer.json()["ok"]) == (200, True)
    assert answer.json().keys() == {"ok", *health.PARTS}
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("who", [heartbeat.WORKER, heartbeat.BEAT])
@pytest.mark.parametrize(("ago", "well"), [(299, True), (302, False), (None, False)])
def test_a_program_that_was_not_at_work_for_five_minutes_is_red(
    client: Client, at_work: None, who: str, ago: int | None, well: bool
) -> None:
    if ago is None:
        cache.delete(f"dtt.heartbeat:{who}")
    else:
        cache.set(f"dtt.heartbeat:{who}", time.time() - ago)

    answer = client.get("/health")

    assert answer.status_code == (200 if well else 503)
    assert not_well() == (set() if well else {who})
    assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize(("minutes", "well"), [(14, True), (16, False)])
def test_messages_that_wait_too_long_are_red(at_work: None, minutes: int, well: bool) -> None:
    due = datetime.now(UTC) - timedelta(minutes=minutes)
    message(due_at=due)
    message(due_at=due - timedelta(days=1), state="sent", sent_at=due)
    message(due_at=datetime.now(UTC) + timedelta(days=1))

    assert not_well() == (set() if well else {"messages"})
    [part] = [part for part in health.report().parts if part.name == "messages"]
    assert (part.depth, minutes * 60 <= (part.age or 0) < minutes * 60 + 60) == (1, True)


def test_work_that_nobody_begins_is_red(at_work: None) -> None:
    Job.objects.create(kind="nothing", asked_at=datetime.now(UTC) - timedelta(minutes=11))

    assert not_well() == {"jobs"}


def test_files_that_cannot_be_kept_are_red(
    at_work: None, settings: LazySettings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = {
        "BACKEND": "dtt.object_store.ObjectStore",
        "OPTIONS": {
            "access_key": "k",
            "secret_key": "very-secret",
            "bucket_name": "b",
            "endpoint_url": "http://127.0.0.1:9",
        },
    }
    settings.STORAGES = settings.STORAGES | {"default": place}

    assert not_well() == {"storage"}
    assert "very-secret" not in json.dumps(health.report().as_json())


def test_a_queue_that_is_away_is_red_and_the_answer_says_no_address(
    client: Client, at_work: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "redis://:very-secret@127.0.0.1:9/0"
    monkeypatch.setattr(current_app.conf, "broker_url", secret)
    monkeypatch.setattr(current_app.conf, "broker_read_url", secret, raising=False)

    answer = client.get("/health")

    assert answer.status_code == 503
    assert "very-secret" not in answer.content.decode()
    assert "127.0.0.1" not in answer.content.decode()


def test_staff_read_the_same_and_others_do_not(client: Client, at_work: None) -> None:
    cache.delete(f"dtt.heartbeat:{heartbeat.WORKER}")
    page = reverse("staff_health")
    client.force_login(make_user("reviewer@staff.example", Role.REVIEWER))
    assert client.get(page).status_code == 403
    client.force_login(make_user("manager@staff.example", Role.PROGRAMME_MANAGER))

    answer = client.get(page)

    assert answer.status_code == 200
    assert not answer.context["report"].ok


def numbers(client: Client, **headers: str) -> dict[str, float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _space, value in (one.rpartition(" ") for one in lines)}


def test_the_numbers_are_those_of_the_tables(client: Client, at_work: None) -> None:
    message(state="failed")
    message()
    Job.objects.create(kind="nothing", asked_at=datetime.now(UTC))

    found = numbers(client)

    assert found['dtt_messages{state="failed"}'] == 1
    assert found['dtt_messages{state="queued"}'] == 1
    assert found['dtt_messages{state="void"}'] == 0
    assert found['dtt_jobs{state="waiting"}'] == 1
    assert found["dtt_attempts_open"] == 0
    assert found['dtt_up{part="database"}'] == 1
    assert found['dtt_queue_depth{queue="jobs"}'] == 1
    assert 'dtt_age_seconds{part="worker"}' in found


def test_requests_are_counted_by_view_and_status(client: Client) -> None:
    name = 'dtt_request_seconds_count{method="GET",status="200",view="landing"}'
    before = numbers(client).get(name, 0)

    client.get("/")
    client.get("/nowhere")
    client.generic("ABRACADABRA", "/")

    after = numbers(client)
    assert after[name] == before + 1
    assert 'dtt_request_seconds_count{method="GET",status="404",view="none"}' in after
    assert not any("ABRACADABRA" in line for line in after)


def test_the_numbers_are_for_this_machine_or_for_who_has_the_token(
    client: Client, settings: LazySettings
) -> None:
    far = Client(REMOTE_ADDR="192.0.2.7")
    assert far.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"x-forwarded-for": "192.0.2.7"}).status_code == 404

    settings.METRICS_TOKEN = "a-long-token"
    assert client.get("/metrics").status_code == 404
    assert far.get("/metrics", headers={"authorization": "Bearer another"}).status_code == 404
    assert numbers(far, authorization="Bearer a-long-token")
