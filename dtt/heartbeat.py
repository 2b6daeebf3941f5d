"""When a worker and the scheduler were last at work.

Each says so in the cache while it works: a worker after a task, the scheduler when it asks for one,
which is every few seconds. Nothing is lost with the cache but what a few seconds bring again.
"""

import time
from contextlib import suppress

from django.core.cache import cache
from redis.exceptions import RedisError

WORKER, BEAT = "worker", "beat"
KEPT_SECONDS = 24 * 3600
SAID_AGAIN_SECONDS = 10

_said: dict[str, float] = {}


def seen(who: str) -> None:
    """This program is at work; said to the cache no oftener than every few seconds."""
    now = time.monotonic()
    if now - _said.get(who, -SAID_AGAIN_SECONDS) < SAID_AGAIN_SECONDS:
        return
    _said[who] = now
    with suppress(RedisError):
        cache.set(_key(who), time.time(), timeout=KEPT_SECONDS)


def last_seen(who: str) -> float | None:
    """Seconds since the epoch; None if it has not been seen for a day.

    Raises:
        RedisError: the cache is away.
    """
    at: float | None = cache.get(_key(who))
    return at


def _key(who: str) -> str:
    return f"dtt.heartbeat:{who}"
