"""The funnel as geometry: one bar a step, each as long as its share of the largest. Pure.

Whole numbers only, so that every language spells them alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, ROW, BAR = 440, 30, 18
LABELS, NUMBERS = 160, 90  # room for the words on the left, the numbers on the right


@dataclass(frozen=True, slots=True)
class Bar:
    """A step: `percent` is of the step before it.

    None for the first, after an empty one, and where more came this far than to the step before: a
    project can be handed in without having been at the bootcamp on enough days.
    """

    label: str
    count: int
    percent: int | None
    y: int
    text_y: int
    width: int
    number_x: int


@dataclass(frozen=True, slots=True)
class Chart:
    bars: tuple[Bar, ...]
    height: int
    width: int = WIDTH
    start: int = LABELS
    bar_height: int = BAR


def draw(steps: Sequence[tuple[str, int]]) -> Chart:
    """Lay the steps out from top to bottom, in the order given."""
    most = max((count for _label, count in steps), default=0)
    bars = []
    before = 0
    for number, (label, count) in enumerate(steps):
        width = (WIDTH - LABELS - NUMBERS) * count // most if most else 0
        y = number * ROW
        bars.append(
            Bar(
                label=label,
                count=count,
                percent=round(100 * count / before) if 0 < before >= count else None,
                y=y + (ROW - BAR) // 2,
                text_y=y + ROW // 2 + 5,
                width=max(width, 1),
                number_x=LABELS + max(width, 1) + 8,
            )
        )
        before = count
    return Chart(tuple(bars), height=len(steps) * ROW)
