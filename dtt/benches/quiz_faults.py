"""Kill the web processes, then the worker, then the database, in the middle of the load.

The database is a server of this measure's own, beside the program's: nobody else's is touched, and
only processes that were started here are killed, by their ids.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import psutil
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg2.extensions import parse_dsn

from dtt.benches.measure import Measure
from dtt.benches.quiz_clients import Crowd
from dtt.benches.quiz_hall import free_port, lost_answers, make_hall, serve, wait_until_it_answers
from dtt.embedded import postgres
from dtt.embedded.places import Places
from dtt.play.stage import own_stage
from dtt.supervisor import worker_command

PEOPLE, EVERY, SECONDS = 1000, 5.0, 60.0
BACK_WITHIN = 60.0


class Stage:
    """The programs of the measure; each can be killed and started again."""

    def __init__(self, places: Places, env: dict[str, str]) -> None:
        self.places, self.env, self.port = places, env, free_port()
        self.web = serve("dtt.wsgi", env, port=self.port)
        self.worker = self._start_worker()

    def kill_web(self) -> None:
        """Kill -9 the web server with all its workers, and start it as a supervisor would."""
        _kill_with_children(self.web)
        self.web = serve("dtt.wsgi", self.env, port=self.port)

    def kill_worker(self) -> None:
        """Kill -9 the worker with all its processes, and start it again."""
        _kill_with_children(self.worker)
        self.worker = self._start_worker()

    def kill_database(self) -> None:
        """Kill -9 the server and every session; it recovers from its write-ahead log."""
        for pid in postgres.pids(self.places):
            _kill_tree(psutil.Process(pid))
        until = time.monotonic() + BACK_WITHIN
        while True:
            try:
                postgres.ensure_running(self.places)
                return
            except RuntimeError:  # its shared memory is still being freed
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)

    def stop(self) -> None:
        for process in (self.web, self.worker):
            _kill_with_children(process)

    def _start_worker(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, *worker_command()],
            cwd=settings.BASE_DIR,
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def quiz_faults(
    *, people: int = PEOPLE, every: float = EVERY, seconds: float = SECONDS
) -> Iterator[Measure]:
    """Three faults under load: how many acknowledged answers the database lacks afterwards."""
    places = Places(settings.VAR_DIR / "faults")
    places.prepare()
    postgres.ensure_running(places)
    try:
        with own_stage("faults") as addresses:
            address = postgres.url(places)
            with _led_to(address):
                call_command("migrate", verbosity=0, interactive=False)
                hall = make_hall(people)
                env = os.environ | addresses | {"DATABASE_URL": address}
                stage = Stage(places, env)
                try:
                    wait_until_it_answers(stage.port)
                    crowd = Crowd(stage.port, hall.sitters)
                    asyncio.run(crowd.start())
                    for what in ("web", "worker", "database"):
                        before = len(crowd.seconds)
                        asyncio.run(_with_fault(crowd, stage, what, every, seconds))
                        connections["default"].close()  # its server may have been killed
                        saves = len(crowd.seconds) - before
                        yield Measure(f"fault_{what}_saves_acknowledged", saves, "saves", "> 0")
                        lost = lost_answers(hall.sitters)
                        yield Measure(f"fault_{what}_answers_lost", lost, "answers", "<= 0")
                finally:
                    stage.stop()
    finally:
        with suppress(postgres.NotRunning):
            postgres.stop(places)
        data = places.postgres_data()
        shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(places.var, ignore_errors=True)


async def _with_fault(crowd: Crowd, stage: Stage, what: str, every: float, seconds: float) -> None:
    """Load for so many seconds, with the fault in their middle."""

    async def fault() -> None:
        await asyncio.sleep(seconds / 2)
        await asyncio.to_thread(getattr(stage, f"kill_{what}"))

    await asyncio.gather(crowd.answer(every=every, for_seconds=seconds), fault())
    await asyncio.to_thread(wait_until_it_answers, stage.port)


class _led_to:
    """Let this process's own connection lead to another server for a while."""

    def __init__(self, address: str) -> None:
        self.parts = parse_dsn(address)
        self.before: dict[str, object] = {}

    def __enter__(self) -> None:
        connection = connections["default"]
        connection.close()
        names = {"NAME": "dbname", "HOST": "host", "USER": "user"}
        for name, part in names.items():
            self.before[name] = connection.settings_dict[name]
            connection.settings_dict[name] = self.parts[part]

    def __exit__(self, *_: object) -> None:
        connection = connections["default"]
        connection.close()
        connection.settings_dict.update(self.before)


def _kill_with_children(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        _kill_tree(psutil.Process(process.pid))
    process.wait()


def _kill_tree(process: psutil.Process) -> None:
    """The parent first, so that it starts nothing anew."""
    with suppress(psutil.NoSuchProcess):
        children = process.children(recursive=True)
        for one in (process, *children):
            with suppress(psutil.NoSuchProcess):
                os.kill(one.pid, signal.SIGKILL)
        psutil.wait_procs(children, timeout=10)
