"""`manage.py run`: the whole product on this machine, with its demo, until Ctrl-C."""

import socket
import time
from datetime import timedelta
from typing import Any
from urllib.request import urlopen

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dtt import embedded
from dtt.demo.scenes import PASSWORD, load_demo, logins
from dtt.supervisor import (
    Supervisor,
    beat_command,
    end_leftovers,
    ends_on_signals,
    web_command,
    worker_command,
)

HOST = "127.0.0.1"
FIRST_PAGE_SECONDS = 30


class Command(BaseCommand):
    help = "Start database, queue, web, worker and scheduler with the demo; stop them on Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default=HOST)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_ALLOWED:
            raise CommandError("run is for development; README.md says how to run in production")
        host, port = options["host"], options["port"]
        record = settings.VAR_DIR / "run.json"
        end_leftovers(record)
        _require_free(host, port)
        site = f"http://{'localhost' if host == HOST else host}:{port}"
        supervisor = Supervisor(
            env={
                "DATABASE_URL": embedded.database_url(),
                "REDIS_URL": embedded.redis_url(),
                "DTT_DEMO": "1",
                "SITE_URL": site,
            },
            record=record,
        )
        with ends_on_signals():
            try:
                failed = self._run(supervisor, site, host, port)
                raise CommandError(f"{failed} has ended; everything is stopped. See above for why.")
            except KeyboardInterrupt:
                self.stdout.write("\nStopping …")
            finally:
                supervisor.stop()

    def _run(self, supervisor: Supervisor, site: str, host: str, port: int) -> str:
        """Start everything and stay; return the name of what has ended."""
        started = time.monotonic()
        self.stdout.write("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)
        supervisor.start("web", web_command(address=f"{host}:{port}"))
        self.stdout.write("Loading the demo …")
        load_demo(now=timezone.now())
        supervisor.start("worker", worker_command())
        supervisor.start("beat", beat_command())
        _wait_for(f"http://{host}:{port}/health/live")
        self._welcome(site, seconds=time.monotonic() - started)
        return supervisor.wait()

    def _welcome(self, site: str, *, seconds: float) -> None:
        write = self.stdout.write
        write(f"\nReady after {timedelta(seconds=round(seconds))}.\n\n")
        pages = {
            "Programme": "/",
            "Staff": "/staff/",
            "Recruiters": "/companies/",
            "Judges": "/judging/",
            "Demo mailbox": "/demo/mail",
        }
        for name, path in pages.items():
            write(f"  {name:<14}{site}{path}")
        write(f"\nDemo logins (password of all: {PASSWORD})\n")
        for login in logins():
            code = " *" if login.asks_for_code else ""
            write(f"  {login.role:<20}{login.email:<42}{login.hint}{code}")
        write(f"\n* asks for a code too: {site}/demo/mail shows it")
        write("\nCtrl-C stops everything.")


def _require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"port {port} is taken ({error.strerror}); try make run PORT={port + 1}"
            ) from error


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    while True:
        try:
            with urlopen(address, timeout=2):  # noqa: S310 - our own address
                return
        except OSError as error:
            if time.monotonic() > deadline:
                raise CommandError(f"the web server does not answer: {error}") from error
            time.sleep(0.1)
