"""Many people at once: as in life, they do not queue up behind one another.

A crew is a few processes, each with its own database connection, that play people side by side.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Protocol, TypeVar

import django

T = TypeVar("T")
R = TypeVar("R")
CHUNK = 20


class Crew(Protocol):
    """Does one thing for each of many."""

    def map(self, play: Callable[[T], R], cues: Iterable[T]) -> Iterator[R]:
        """Call `play` for each cue; the results come in the order of the cues."""
        ...


class Alone:
    """One after the other, in this process."""

    def map(self, play: Callable[[T], R], cues: Iterable[T]) -> Iterator[R]:
        return map(play, cues)


class Company:
    """Several processes: `play` is a function at the top of a module, cues are plain data."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def map(self, play: Callable[[T], R], cues: Iterable[T]) -> Iterator[R]:
        return self._pool.map(play, cues, chunksize=CHUNK)


@contextmanager
def company(*, processes: int, environment: dict[str, str]) -> Iterator[Crew]:
    """Processes that work on the stage which `environment` names, until the block ends."""
    pool = ProcessPoolExecutor(
        processes, get_context("spawn"), initializer=_arrive, initargs=(environment,)
    )
    for _ in range(processes):
        pool.submit(_arrive, environment)  # they load the program while others prepare the stage
    try:
        yield Company(pool)
    finally:
        pool.shutdown(cancel_futures=True)


def _arrive(environment: dict[str, str]) -> None:
    os.environ.update(environment)
    django.setup()
