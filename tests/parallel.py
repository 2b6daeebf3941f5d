"""Real parallel connections: every job begins at the same moment on one of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

from django.db import connection

from accounts.errors import Refused


def results_at_once(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each job returns, in the order of the jobs; of a refusal the name of its class."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=30)
            return job()
        except Refused as refused:
            return type(refused).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))


def at_once(jobs: Sequence[Callable[[], object]]) -> list[str]:
    """For each job "done", or the name of its refusal."""
    return results_at_once([partial(_done, job) for job in jobs])


def _done(job: Callable[[], object]) -> str:
    job()
    return "done"
