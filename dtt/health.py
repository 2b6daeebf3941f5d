"""How the program is: its database, cache, queue, workers, files, and what waits too long.

A part that is not well makes the whole red. The report has names, ages and counts; no address, no
error text, nobody's data, so that anybody may read it.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from celery import current_app
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage, storages
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Min
from django.utils import timezone
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from accounts.models import Job
from dtt import heartbeat
from notifications.models import Message

STALE_SECONDS = 5 * 60
MESSAGES_WAIT_SECONDS = 15 * 60
JOBS_WAIT_SECONDS = 10 * 60
BROKER_SECONDS = 2
QUEUE = "celery"
AWAY = (DatabaseError, RedisError, KombuError, OSError)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the program.

    Attributes:
        ok: False makes the whole report red.
        age: seconds since it was heard of, or that the oldest has waited; None where unknown.
        depth: how many wait.
    """

    name: str
    ok: bool
    age: int | None = None
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    parts: tuple[Part, ...]

    @property
    def ok(self) -> bool:
        return all(part.ok for part in self.parts)

    def as_json(self) -> dict[str, Any]:
        """What machines read."""
        return {
            "ok": self.ok,
            **{
                part.name: {
                    "ok": part.ok,
                    **({"age_seconds": part.age} if part.age is not None else {}),
                    **({"waiting": part.depth} if part.depth is not None else {}),
                }
                for part in self.parts
            },
        }


def report() -> Report:
    """Look at every part; one that is away does not keep the others from being looked at."""
    return Report(tuple(_looked_at(name, look) for name, look in PARTS.items()))


def database_answers() -> bool:
    """Whether this process can read its database."""
    return _looked_at("database", _database).ok


def worker_is_away() -> bool:
    """Whether no task has ended anywhere for as long as makes the worker red."""
    return not _looked_at(heartbeat.WORKER, _program).ok


def _looked_at(name: str, look: Callable[[str], Part]) -> Part:
    try:
        return look(name)
    except AWAY:
        return Part(name, ok=False)


def _database(name: str) -> Part:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Part(name, ok=True)


def _cache(name: str) -> Part:
    cache.set("dtt.health", "said", timeout=60)
    return Part(name, ok=cache.get("dtt.health") == "said")


def _broker(name: str) -> Part:
    with current_app.connection_for_read() as link:
        link.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
        with link.channel() as channel:
            return Part(name, ok=True, depth=int(channel.client.llen(QUEUE)))


def _program(name: str) -> Part:
    at = heartbeat.last_seen(name)
    if at is None:
        return Part(name, ok=False)
    age = max(0, int(time.time() - at))
    return Part(name, ok=age <= STALE_SECONDS, age=age)


def _messages(name: str) -> Part:
    now = timezone.now()
    due = Message.objects.filter(state=Message.State.QUEUED, due_at__lte=now)
    age = _age(due.aggregate(first=Min("due_at"))["first"], now)
    return Part(name, ok=age <= MESSAGES_WAIT_SECONDS, age=age, depth=due.count())


def _jobs(name: str) -> Part:
    waiting = Job.objects.filter(state=Job.State.WAITING)
    age = _age(waiting.aggregate(first=Min("asked_at"))["first"], timezone.now())
    return Part(name, ok=age <= JOBS_WAIT_SECONDS, age=age, depth=waiting.count())


def _storage(name: str) -> Part:
    store = storages["default"]
    if not isinstance(store, FileSystemStorage):
        store.exists("health")
        return Part(name, ok=True)
    folder = Path(store.location)
    while not folder.is_dir():  # it is made with the first file
        folder = folder.parent
    return Part(name, ok=os.access(folder, os.W_OK))


def _age(since: datetime | None, now: datetime) -> int:
    return max(0, int((now - since).total_seconds())) if since else 0


PARTS: dict[str, Callable[[str], Part]] = {
    "database": _database,
    "cache": _cache,
    "broker": _broker,
    heartbeat.WORKER: _program,
    heartbeat.BEAT: _program,
    "messages": _messages,
    "jobs": _jobs,
    "storage": _storage,
}
