"""A histogram of scores with the line in it, as geometry. Pure.

The drawing is 720 × 240 units; whole numbers only, so that every language spells them alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT, FLOOR = 720, 240, 200
BARS = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """Scores from `low` to below `high` (the last bar: up to `high`); `selected` of `people`.

    `top` and `height` are of the whole bar, `cut_top` and `cut_height` of the selected part.
    """

    low: Decimal
    high: Decimal
    people: int
    selected: int
    x: int
    width: int
    top: int
    height: int
    cut_top: int
    cut_height: int


@dataclass(frozen=True, slots=True)
class Histogram:
    bars: tuple[Bar, ...]
    low: Decimal
    high: Decimal
    most: int
    line_x: int


def histogram(scores: Sequence[Decimal], selected: int) -> Histogram | None:
    """Draw the scores of a ranking, best first, of whom the first `selected` are selected.

    Nobody gives no histogram; people with one and the same score give a single bar.
    """
    if not scores:
        return None
    high, low = scores[0], scores[-1]
    bars = BARS if high > low else 1
    step = (high - low) / bars if high > low else Decimal(1)
    people, above = [0] * bars, [0] * bars
    for position, score in enumerate(scores):
        index = min(int((score - low) / step), bars - 1)
        people[index] += 1
        above[index] += position < selected
    most = max(people)
    width = WIDTH // bars

    def height_of(count: int) -> int:
        return round(count * (FLOOR - 20) / most)

    drawn = tuple(
        Bar(
            low=low + step * n,
            high=low + step * (n + 1),
            people=people[n],
            selected=above[n],
            x=n * width + 1,
            width=max(width - 2, 1),
            top=FLOOR - height_of(people[n]),
            height=height_of(people[n]),
            cut_top=FLOOR - height_of(above[n]),
            cut_height=height_of(above[n]),
        )
        for n in range(bars)
    )
    cut = scores[min(selected, len(scores)) - 1] if selected else high
    line_x = int((cut - low) / step * width) if high > low else 0
    return Histogram(drawn, low, low + step * bars, most, min(max(line_x, 1), WIDTH - 1))
