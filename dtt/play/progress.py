"""What a long play shows while it runs."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Protocol, TextIO, TypeVar

T = TypeVar("T")
BAR = 28
REFRESH_SECONDS = 0.1


class Progress(Protocol):
    """Shows how far something has come."""

    def each(self, label: str, things: Iterable[T], counted: Sized | None = None) -> Iterator[T]:
        """Pass the things on, showing how many of `counted` (or of them) are done."""
        ...

    def wait(self, label: str, remaining: Callable[[], int]) -> None:
        """Wait until nothing remains.

        Raises:
            TimeoutError: nothing moved for a long while.
        """
        ...


class Silent:
    """Shows nothing."""

    def each(self, label: str, things: Iterable[T], counted: Sized | None = None) -> Iterator[T]:
        yield from things

    def wait(self, label: str, remaining: Callable[[], int]) -> None:
        wait_for(remaining, tick=lambda left: None)


class Bars:
    """Draws a bar for each piece of work; where there is no terminal, only its end."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self.stream = stream
        self.moving = stream.isatty()

    def each(self, label: str, things: Iterable[T], counted: Sized | None = None) -> Iterator[T]:
        sized = things if counted is None else counted
        total = len(sized) if isinstance(sized, Sized) else 0
        started = shown = time.monotonic()
        done = 0
        for done, thing in enumerate(things, start=1):
            yield thing
            if self.moving and time.monotonic() - shown > REFRESH_SECONDS:
                shown = time.monotonic()
                self._draw(label, done, total, shown - started, end="\r")
        self._draw(label, done, total or done, time.monotonic() - started, end="\n")

    def wait(self, label: str, remaining: Callable[[], int]) -> None:
        started = time.monotonic()
        total = max(remaining(), 1)

        def tick(left: int) -> None:
            if self.moving:
                self._draw(label, total - left, total, time.monotonic() - started, end="\r")

        wait_for(remaining, tick=tick)
        self._draw(label, total, total, time.monotonic() - started, end="\n")

    def _draw(self, label: str, done: int, total: int, seconds: float, *, end: str) -> None:
        full = BAR * min(done, total) // max(total, 1)
        bar = "█" * full + "·" * (BAR - full)
        self.stream.write(f"  {label:<34} {bar} {done:>6} {seconds:6.1f} s{end}")
        self.stream.flush()


def wait_for(
    remaining: Callable[[], int], *, tick: Callable[[int], None], patience: float = 60
) -> None:
    """Ask `remaining` until it answers 0.

    Raises:
        TimeoutError: the number has not changed for `patience` seconds.
    """
    last, changed = -1, time.monotonic()
    while left := remaining():
        tick(left)
        if left != last:
            last, changed = left, time.monotonic()
        elif time.monotonic() - changed > patience:
            raise TimeoutError(f"{left} left, and nothing has moved for {patience:.0f} s")
        time.sleep(0.05)
