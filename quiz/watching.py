"""Which items behave oddly while a quiz is on, for their author to look at. Pure.

Two alarms, each only from `MIN_PAPERS` papers on, below which chance makes any share:

- many leave it out: more than a fifth, and more than three times the share of the whole quiz;
- nobody earns a mark: of at least `MIN_PAPERS` people who answered, not one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MIN_PAPERS = 30
LEFT_OUT_SHARE = 0.2
LEFT_OUT_TIMES = 3


class Alarm(StrEnum):
    LEFT_OUT = "left-out"
    NOBODY_RIGHT = "nobody-right"


@dataclass(frozen=True, slots=True)
class Tally:
    """How one item was answered: on how many papers, by how many, earning marks for how many."""

    name: str
    key: int
    papers: int
    answered: int
    earned: int

    @property
    def left_out(self) -> float:
        return 1 - self.answered / self.papers if self.papers else 0.0


def odd(tallies: Sequence[Tally]) -> list[tuple[Tally, Alarm]]:
    """Return the items to look at, each with why; an item may be there for both reasons."""
    papers = sum(tally.papers for tally in tallies)
    usual = 1 - sum(tally.answered for tally in tallies) / papers if papers else 0.0
    found = []
    for tally in tallies:
        if tally.papers >= MIN_PAPERS and tally.left_out > max(
            LEFT_OUT_SHARE, LEFT_OUT_TIMES * usual
        ):
            found.append((tally, Alarm.LEFT_OUT))
        if tally.answered >= MIN_PAPERS and tally.earned == 0:
            found.append((tally, Alarm.NOBODY_RIGHT))
    return found
