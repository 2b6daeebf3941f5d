"""PostgreSQL and Valkey for a machine without: started on first use, stopped after the last.

`provide()` is called by every entry point (`manage.py`, the web server, Celery, the tests) before
Django reads its settings. Where `DATABASE_URL` and `REDIS_URL` are set it does nothing.

How long the servers live is decided by the kernel, not by bookkeeping: each process that uses them
holds a shared `flock` on `var/embedded/users.lock`; a guardian process waits for the exclusive one.
It gets it when the last user is gone, however it went (`kill -9` too), and then stops both servers.
A user that arrives meanwhile waits for the guardian to finish and starts them anew.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dtt.embedded import lease, postgres, valkey
from dtt.embedded.places import Places

ROOT = Path(__file__).resolve().parents[2]


def places() -> Places:
    """Where this checkout keeps its servers: a function of its path alone."""
    return Places(ROOT / "var")


def database_url() -> str:
    """The address of the database: `DATABASE_URL`, or the embedded server's. Starts nothing."""
    return os.environ.get("DATABASE_URL") or postgres.url(places())


def redis_url() -> str:
    """The address of the Redis protocol: `REDIS_URL`, or the embedded server's. Starts nothing."""
    return os.environ.get("REDIS_URL") or valkey.url(places())


def provide() -> None:
    """Start what the environment does not name, and hold it until this process ends."""
    starts: list[Callable[[Places], None]] = []
    if not os.environ.get("DATABASE_URL"):
        starts.append(postgres.ensure_running)
    if not os.environ.get("REDIS_URL"):
        starts.append(valkey.ensure_running)
    if starts:
        here = places()
        lease.hold(here, starts)


def server_pids() -> list[int]:
    """The processes of the embedded servers that run now, for measuring them."""
    here = places()
    return [*postgres.pids(here), *valkey.pids(here)]


def stop(here: Places) -> None:
    """Stop both servers; the guardian's last act."""
    with suppress(postgres.NotRunning):
        postgres.stop(here)
    valkey.stop(here)
