"""Who still needs the servers: a lock that the kernel releases for the dead."""

import fcntl
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from dtt.embedded.places import Places

PROJECT = Path(__file__).resolve().parents[2]
_held: dict[Path, int] = {}


def hold(here: Places, starts: Iterable[Callable[[Places], None]]) -> None:
    """Become a user of the servers until this process and its forks end.

    The start lock makes simultaneous starters queue, so that each server is started once.
    """
    if here.var in _held:
        return
    here.prepare()
    users = os.open(here.state / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(users, fcntl.LOCK_SH)  # waits while a guardian is stopping the servers
    _held[here.var] = users
    with (here.state / "start.lock").open("wb") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        for start in starts:
            start(here)
    _start_guardian(here)


def _start_guardian(here: Places) -> None:
    launch(
        [sys.executable, "-m", "dtt.embedded.guardian", str(here.var)],
        log=here.state / "guardian.log",
        env={"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(PROJECT)},
    )


def launch(command: list[str], *, log: Path, env: dict[str, str]) -> None:
    """Start a program in a session of its own, so that it outlives this one and its Ctrl-C."""
    writing = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    os.posix_spawn(
        command[0],
        command,
        env,
        setsid=True,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), writing, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )


def guard(here: Places, stop: Callable[[Places], None]) -> None:
    """Wait until nobody uses the servers, then stop them. One guardian a checkout; others leave."""
    with (here.state / "guardian.lock").open("wb") as only_one:
        try:
            fcntl.flock(only_one, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        with (here.state / "users.lock").open("wb") as users:
            fcntl.flock(users, fcntl.LOCK_EX)
            stop(here)
            fcntl.flock(only_one, fcntl.LOCK_UN)
