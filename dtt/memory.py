"""How much memory a group of processes takes together, at its peak."""

import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

import psutil

EVERY_SECONDS = 2


class PeakMemory:
    """Samples a group of processes and their descendants while the block runs.

    On Linux shared pages are counted once (proportional set size); elsewhere, where the kernel does
    not say, each process counts its whole resident set, so the figure is an upper bound.

    Attributes:
        peak: bytes.
    """

    def __init__(self, roots: Callable[[], Iterable[int]]) -> None:
        self.roots = roots
        self.peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            self.peak = max(self.peak, memory_of(self.roots()))


def memory_of(roots: Iterable[int]) -> int:
    """The bytes that these processes and their descendants take now."""
    processes: dict[int, psutil.Process] = {}
    for pid in roots:
        try:
            root = psutil.Process(pid)
            family = [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            continue
        processes.update((process.pid, process) for process in family)
    return sum(_bytes(process) for process in processes.values())


def _bytes(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return 0
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    return int(getattr(memory, "pss", memory.rss))
