"""Where a score stands, in bands of ten percent. Pure. Never a rank, never an item."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

MIN_SITTERS = 20  # below it a band would be nearly a rank
WIDTH = 10


@dataclass(frozen=True, slots=True)
class Band:
    """`low` to `low + 10` percent of the sitters have a lower score."""

    low: int

    @property
    def high(self) -> int:
        return self.low + WIDTH


def band_of(score: Decimal, scores: Collection[Decimal]) -> Band | None:
    """The band of one score among all of them (its own included); None for too few sitters.

    Who has the same score is in the same band.
    """
    if len(scores) < MIN_SITTERS:
        return None
    below = sum(other < score for other in scores)
    return Band(min(below * 100 // len(scores) // WIDTH * WIDTH, 100 - WIDTH))
