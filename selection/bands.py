"""Where a reserve stands, as a band rather than as a number. Pure.

The turn changes whenever somebody leaves or comes back, so a number in a letter is wrong by the
next day, and two of them from two days tell who has left. A band says what a person plans by.
"""

from dataclasses import dataclass
from itertools import pairwise

LAST_OF_EACH = (10, 25, 50)
"""The last turn of each band but the one that holds all the others."""


@dataclass(frozen=True, slots=True)
class Band:
    """Turns from `first` to `last`; to the end of the list where `last` is None."""

    first: int
    last: int | None


BANDS = (
    *(Band(before + 1, last) for before, last in pairwise((0, *LAST_OF_EACH))),
    Band(LAST_OF_EACH[-1] + 1, None),
)


def band_of(turn: int) -> Band:
    """The band of a turn, of which 1 is the next."""
    return next(band for band in BANDS if band.last is None or turn <= band.last)
