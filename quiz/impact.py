"""How many scores change, and by how much. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """One person's score before and after; `key` is the application's id."""

    key: int
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Changes:
    """All scores that change, the greatest gain first, of so many people."""

    people: int
    changes: tuple[Change, ...]

    @property
    def up(self) -> int:
        return sum(change.difference > 0 for change in self.changes)

    @property
    def down(self) -> int:
        return sum(change.difference < 0 for change in self.changes)

    @property
    def most_up(self) -> Decimal:
        return max((change.difference for change in self.changes), default=Decimal(0))

    @property
    def most_down(self) -> Decimal:
        return min((change.difference for change in self.changes), default=Decimal(0))


def changes(before: Mapping[int, Decimal], after: Mapping[int, Decimal]) -> Changes:
    """Compare the scores of everybody who is in both."""
    found = [
        Change(key, before[key], score)
        for key, score in after.items()
        if key in before and before[key] != score
    ]
    found.sort(key=lambda change: (-change.difference, change.key))
    return Changes(len(before), tuple(found))
