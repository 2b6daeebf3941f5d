"""Run several programs as one: start them, pass on the end, stop them all when one fails."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import psutil

STOP_SECONDS = 10


@dataclass
class Supervisor:
    """Programs that live and die together.

    Each runs in a session of its own, so that a Ctrl-C reaches it once, through us, and in order.

    Attributes:
        env: added to the programs' environment.
        record: a file that remembers the programs, for the start after a `kill -9`.
    """

    env: dict[str, str] = field(default_factory=dict)
    record: Path | None = None
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a Python program of ours under this interpreter; what it says goes to stderr."""
        self._running[name] = subprocess.Popen(  # noqa: S603 - our own programs
            [sys.executable, *command],
            env=os.environ | self.env,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            start_new_session=True,
        )
        if self.record:
            born = {p.pid: psutil.Process(p.pid).create_time() for p in self._running.values()}
            self.record.write_text(json.dumps(born))

    def failed(self) -> str | None:
        """The name of a program that has ended, if any has."""
        return next((name for name, p in self._running.items() if p.poll() is not None), None)

    def pids(self) -> dict[str, int]:
        """The process ids, by name."""
        return {name: process.pid for name, process in self._running.items()}

    def wait(self) -> str:
        """Block until a program ends; return its name."""
        while (name := self.failed()) is None:
            time.sleep(0.3)
        return name

    def stop(self) -> None:
        """Ask all to end, last started first; end by force what does not within ten seconds."""
        for process in reversed(self._running.values()):
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._running.clear()
        if self.record:
            self.record.unlink(missing_ok=True)


def end_leftovers(record: Path) -> int:
    """End the programs of a supervisor that was killed before it could; return how many.

    A process id may belong to another program by now: only one that was born at the recorded time
    is ended, with everything that it started.
    """
    left = []
    for pid, born in json.loads(record.read_text()).items() if record.exists() else []:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(int(pid))
            if process.create_time() == born:
                left += [process, *process.children(recursive=True)]
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(left, timeout=STOP_SECONDS)
    for process in alive:
        process.kill()
    record.unlink(missing_ok=True)
    return len(left)


@contextmanager
def ends_on_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into the KeyboardInterrupt that Ctrl-C is."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = {n: signal.signal(n, interrupt) for n in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def worker_command(*, concurrency: int = 2, quiet: bool = True) -> list[str]:
    """The Celery worker, as every environment runs it."""
    level = "WARNING" if quiet else "INFO"
    return [
        *("-m", "celery", "--quiet", "-A", "dtt.celery", "worker"),
        *("--concurrency", str(concurrency), "--loglevel", level),
        *("--without-gossip", "--without-mingle"),
    ]


def beat_command() -> list[str]:
    """The Celery scheduler."""
    return [
        *("-m", "celery", "--quiet", "-A", "dtt.celery", "beat"),
        *("--loglevel", "WARNING", "--pidfile="),
    ]


def web_command(*, address: str, workers: int = 2, threads: int = 4) -> list[str]:
    """The web server; its processes share what it makes ready first (`quiz.web.warming`)."""
    return [
        *("-m", "gunicorn", "dtt.wsgi", "--bind", address),
        *("--workers", str(workers), "--threads", str(threads), "--preload"),
        *("--log-level", "warning", "--graceful-timeout", "5"),
    ]
