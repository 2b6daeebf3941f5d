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
    """`reached` people have the score of the line or more, and `selected` are selected: others
    where somebody was moved by hand, or a draw decided between people at the line."""

    bars: tuple[Bar, ...]
    low: Decimal
    high: Decimal
    most: int
    line_x: int
    reached: int
    selected: int


def histogram(people: Sequence[tuple[Decimal, bool]], cut: Decimal | None) -> Histogram | None:
    """Draw the scores of a ranking, with the line in it.

    Args:
        people: each person's score, and whether they are selected, in any order.
        cut: the score at the line; None where there is no line, which stands at the best score.

    Nobody gives no histogram; people with one and the same score give a single bar.
    """
    if not people:
        return None
    scores = [score for score, _selected in people]
    high, low = max(scores), min(scores)
    bars = BARS if high > low else 1
    step = (high - low) / bars if high > low else Decimal(1)
    counted, chosen = [0] * bars, [0] * bars
    for score, selected in people:
        index = min(int((score - low) / step), bars - 1)
        counted[index] += 1
        chosen[index] += selected
    most = max(counted)
    width = WIDTH // bars

    def height_of(count: int) -> int:
        return round(count * (FLOOR - 20) / most)

    drawn = tuple(
        Bar(
            low=low + step * n,
            high=low + step * (n + 1),
            people=counted[n],
            selected=chosen[n],
            x=n * width + 1,
            width=max(width - 2, 1),
            top=FLOOR - height_of(counted[n]),
            height=height_of(counted[n]),
            cut_top=FLOOR - height_of(chosen[n]),
            cut_height=height_of(chosen[n]),
        )
        for n in range(bars)
    )
    line = high if cut is None else cut
    line_x = int((line - low) / step * width) if high > low else 0
    return Histogram(
        bars=drawn,
        low=low,
        high=low + step * bars,
        most=most,
        line_x=min(max(line_x, 1), WIDTH - 1),
        reached=sum(score >= line for score in scores),
        selected=sum(chosen),
    )
