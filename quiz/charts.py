"""Drawings of the item analysis as geometry. Pure.

Both are 720 × 320 units, the plot itself from (`LEFT`, `TOP`) to (`RIGHT`, `FLOOR`); whole numbers
only, so that every language spells them alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, sqrt

LEFT, RIGHT, TOP, FLOOR = 56, 704, 16, 272
REACH = 3.0  # abilities that are drawn, in standard deviations
LOW, HIGH = -0.2, 0.6  # correlations that are always drawn
STEPS = 48


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis, and the value that stands there."""

    at: int
    value: float


@dataclass(frozen=True, slots=True)
class Spot:
    """A point: `shape` is "plain", "look" or "wrong"; `points` are the corners of the last two.

    `label_left` says that its name has more room to the left of it.
    """

    name: str
    shape: str
    x: int
    y: int
    points: str
    label_left: bool


@dataclass(frozen=True, slots=True)
class Scatter:
    spots: tuple[Spot, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    zero: int


@dataclass(frozen=True, slots=True)
class Dot:
    """What a group of people did: the area grows with their number."""

    x: int
    y: int
    radius: int


@dataclass(frozen=True, slots=True)
class CurveChart:
    line: str
    dots: tuple[Dot, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def scatter(items: Iterable[tuple[str, float, float, str]]) -> Scatter:
    """Draw (name, facility, correlation, shape) of each item; the ordinary ones lie beneath."""
    order = ("plain", "look", "wrong")
    rows = sorted(items, key=lambda row: (order.index(row[3]), row[0]))
    low = min([LOW, *(row[2] for row in rows)])
    high = max([HIGH, *(row[2] for row in rows)])

    def place_y(value: float) -> int:
        return round(FLOOR - (value - low) / (high - low) * (FLOOR - TOP))

    spots = []
    for name, facility, correlation, shape in rows:
        x, y = round(LEFT + facility * (RIGHT - LEFT)), place_y(correlation)
        spots.append(Spot(name, shape, x, y, _corners(shape, x, y), x > (LEFT + RIGHT) // 2))
    return Scatter(
        spots=tuple(spots),
        across=tuple(
            Tick(round(LEFT + n / 5 * (RIGHT - LEFT)), n / 5) for n in range(6)
        ),
        up=tuple(
            Tick(place_y(n / 5), n / 5) for n in range(-5, 6) if low - 1e-9 <= n / 5 <= high + 1e-9
        ),
        zero=place_y(0.0),
    )  # fmt: skip


def curve(
    slope: float, intercept: float, groups: Sequence[tuple[float, float, float]]
) -> CurveChart:
    """Draw the fitted curve, and (mean ability, people, share) of each group as dots."""
    steps = [REACH * (2 * n / STEPS - 1) for n in range(STEPS + 1)]
    most = max((people for _ability, people, _share in groups), default=1.0)
    line = " ".join(
        f"{_across(ability)},{_up(expected(slope, intercept, ability))}" for ability in steps
    )
    return CurveChart(
        line=line,
        dots=tuple(
            Dot(_across(ability), _up(share), max(3, round(9 * sqrt(people / most))))
            for ability, people, share in groups
        ),
        across=tuple(Tick(_across(n), n) for n in range(-3, 4)),
        up=tuple(Tick(_up(n / 4), n / 4) for n in range(5)),
    )


def expected(slope: float, intercept: float, ability: float) -> float:
    """The chance of a mark at an ability, by the fitted curve."""
    logit = max(-50.0, min(50.0, slope * ability + intercept))
    return 1 / (1 + exp(-logit))


def _across(ability: float) -> int:
    inside = max(-REACH, min(REACH, ability))
    return round(LEFT + (inside + REACH) / (2 * REACH) * (RIGHT - LEFT))


def _up(share: float) -> int:
    return round(FLOOR - share * (FLOOR - TOP))


def _corners(shape: str, x: int, y: int) -> str:
    """A triangle for what looks wrong, a diamond for what deserves a look."""
    match shape:
        case "wrong":
            return f"{x},{y - 8} {x + 8},{y + 6} {x - 8},{y + 6}"
        case "look":
            return f"{x},{y - 7} {x + 7},{y} {x},{y + 7} {x - 7},{y}"
    return ""
