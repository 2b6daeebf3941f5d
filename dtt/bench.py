"""Measures: each is a function that does real work and says what it cost.

`make bench` prints a line for people and appends one JSON object a measure to `var/bench.jsonl`.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings

from dtt.benches.announcing import announce_20000
from dtt.benches.autosave import autosave
from dtt.benches.fairness import fair_papers
from dtt.benches.importing import import_50000
from dtt.benches.item_statistics import item_statistics
from dtt.benches.lists import publish_10000
from dtt.benches.measure import Measure
from dtt.benches.outbox import outbox_faults, outbox_speed
from dtt.benches.quiz_faults import quiz_faults
from dtt.benches.quiz_load import quiz_load, quiz_load_300
from dtt.benches.ranking import rank_1000000
from dtt.benches.scoring import score_100000
from dtt.benches.staff_lists import staff_lists

GIB = 1024**3


def pipeline() -> Iterator[Measure]:
    """A whole cohort of 1,400: the command from start to end, its acts alone, and its memory."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "manage.py", "pipeline", "--applicants", "1400", "--seed", "1", "--json"],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        check=True,
    )
    seconds = time.monotonic() - started
    report = json.loads(done.stdout)
    yield Measure("pipeline_1400_seconds", seconds, "s", "< 60")
    yield Measure("pipeline_1400_acts", sum(report["seconds"].values()), "s", "< 60")
    yield Measure("pipeline_1400_memory", report["peak_memory_bytes"] / GIB, "GiB", "< 1")


def first_page() -> Iterator[Measure]:
    """From `make run` in a fresh clone to the first page; the packages' cache is filled."""
    folder = Path(tempfile.mkdtemp(prefix="dtt-bench-"))
    port = _free_port()
    subprocess.run(  # noqa: S603
        ["git", "clone", "--quiet", str(settings.BASE_DIR), str(folder / "clone")],  # noqa: S607
        check=True,
    )
    started = time.monotonic()
    run = subprocess.Popen(  # noqa: S603
        ["make", "run", f"PORT={port}"],  # noqa: S607
        cwd=folder / "clone",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", str(folder))},
        start_new_session=True,
    )
    try:
        _wait_for_page(f"http://127.0.0.1:{port}/", run)
        yield Measure("first_page_seconds", time.monotonic() - started, "s", "< 60")
    finally:
        os.killpg(run.pid, signal.SIGINT)
        run.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


MEASURES: tuple[Callable[[], Iterator[Measure]], ...] = (
    pipeline,
    first_page,
    staff_lists,
    import_50000,
    item_statistics,
    score_100000,
    fair_papers,
    autosave,
    quiz_load,
    quiz_load_300,
    quiz_faults,
    rank_1000000,
    publish_10000,
    announce_20000,
    outbox_faults,
    outbox_speed,
)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_page(address: str, run: subprocess.Popen[bytes], seconds: float = 600) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urlopen(address, timeout=5):  # noqa: S310 - our own address
                return
        except (URLError, OSError) as error:
            if run.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the first page did not come: {error}") from error
            time.sleep(0.1)
