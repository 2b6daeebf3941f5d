"""How long a file of 50,000 applications takes, and how much memory the command has at its peak."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from dtt.benches.measure import Measure
from dtt.play.exports import export_rows, write_csv, write_workbook
from dtt.play.people import make_cohort
from dtt.play.stage import own_stage

ROWS = 50_000
KIB_IN_A_MIB = 1024
WRITERS = {"csv": write_csv, "xlsx": write_workbook}


def import_50000() -> Iterator[Measure]:
    """The import command, from its start to its end, on a CSV and on a workbook."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder, own_stage("bench") as addresses:
        call_command("migrate", verbosity=0, interactive=False)
        for kind, write in WRITERS.items():
            cohort = make_cohort(now=now, slug=f"import-{kind}")
            path = Path(folder) / f"export.{kind}"
            days = list(cohort.bootcamp_dates)
            write(path, export_rows(ROWS, days=days, year=now.year, seed=len(kind)))
            seconds, peak = _import(path, cohort.slug, addresses)
            yield Measure(f"import_50000_{kind}_seconds", seconds, "s", "< 60")
            yield Measure(f"import_50000_{kind}_memory", peak, "MiB", "< 500")


def _import(path: Path, slug: str, addresses: dict[str, str]) -> tuple[float, float]:
    """Import a file by the command; return the seconds and the peak of its memory in MiB."""
    manage = [sys.executable, "manage.py", "import_applications", str(path)]
    started = time.monotonic()
    with tempfile.TemporaryFile() as answer:
        command = subprocess.Popen(  # noqa: S603
            [*manage, "--cohort", slug, "--confirm", "--json"],
            cwd=settings.BASE_DIR,
            env=os.environ | addresses,
            stdout=answer,
        )
        _pid, status, usage = os.wait4(command.pid, 0)
        command.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - started
        answer.seek(0)
        created = json.loads(answer.read())["create"] if command.returncode == 0 else 0
    if created != ROWS:
        raise RuntimeError(f"{created} of {ROWS} applications were imported from {path.name}")
    return seconds, usage.ru_maxrss / KIB_IN_A_MIB
