"""Which counts may be shown, so that nobody can be found in them. Pure.

A table has one row for each group: how many a list selected and how many it did not. Three rules
hide rows, whole rows at a time:

1. *Small cells.* A row with a cell under five, zero included, is hidden.
2. *What subtraction gives.* Totals are known from the list itself, so what is hidden is known
   together. At least two rows are hidden or none, and each of their columns adds up to at least
   five; the smallest rows that are left are hidden until that holds. Then a hidden cell may be
   anything from zero to that sum.
3. *What two lists give.* The next list ranks nearly the people whom the one before it selected, and
   staff know by name who left and who joined. So the difference between the two tables counts
   people, too: for every sum of rows that can be told, those whose being in it would explain the
   whole difference and those whose would not are both at least five, or another row is hidden.

Small-cell and complementary (secondary) suppression with whole rows is the practice of official
statistics: A. Hundepool et al., *Statistical Disclosure Control* (2012), chapters 4 and 5. The
comparison is that of the Uniform Guidelines on Employee Selection Procedures (1978), 29 CFR
1607.4(D): a selection ratio under four fifths of the highest one is a reason to look. It is a
prompt and not a verdict; with small numbers chance alone makes such differences.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

LEAST = 5
FOUR_FIFTHS = Fraction(4, 5)


class GroupNamedTwice(ValueError):
    """Two rows of one table have the same key."""


@dataclass(frozen=True, slots=True)
class Group:
    """The people of one row.

    Attributes:
        left: those whom the list before selected and this one does not rank.
        joined: those whom this one ranks and the list before did not select.
    """

    key: str
    selected: int
    not_selected: int
    left: int = 0
    joined: int = 0

    @property
    def ranked(self) -> int:
        return self.selected + self.not_selected


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is shown, or, with neither number, one that is hidden."""

    key: str
    selected: int | None = None
    not_selected: int | None = None

    @property
    def ranked(self) -> int | None:
        if self.selected is None or self.not_selected is None:
            return None
        return self.selected + self.not_selected

    @property
    def ratio(self) -> Fraction | None:
        """Selected of those who were ranked."""
        if self.selected is None or not self.ranked:
            return None
        return Fraction(self.selected, self.ranked)


@dataclass(frozen=True, slots=True)
class Table:
    """What may be told of one question: the rows by key, and everybody together."""

    rows: tuple[Row, ...]
    total: Row

    def as_json(self) -> dict[str, Any]:
        """The shown numbers, and of hidden rows the key alone."""
        return {"rows": [_spell(row) for row in self.rows], "total": _spell(self.total)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Table":
        return cls(tuple(Row(**row) for row in stored["rows"]), Row(**stored["total"]))


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one group's ratio stands to the highest one that is shown.

    Attributes:
        of_highest: 1 for the highest itself.
        below: under four fifths: look at how the list came about.
    """

    ratio: Fraction
    of_highest: Fraction
    below: bool


def tally(
    outcomes: Mapping[int, bool],
    groups: Mapping[int, str],
    keys: Sequence[str],
    *,
    otherwise: str,
    before: Collection[int] | None = None,
) -> list[Group]:
    """Count the people of each group, groups of nobody too.

    Args:
        outcomes: by person, whether the list selected them.
        groups: by person, the key of their group; who is not in it belongs to `otherwise`.
        before: whom the list before selected; None where there is none.
    """
    left = frozenset(before or ()) - outcomes.keys()
    joined = outcomes.keys() - frozenset(before or ()) if before is not None else frozenset()
    counts = {key: [0, 0, 0, 0] for key in keys}

    def count(people: Iterable[int], column: int) -> None:
        for person in people:
            counts[groups.get(person, otherwise)][column] += 1

    count((person for person, selected in outcomes.items() if selected), 0)
    count((person for person, selected in outcomes.items() if not selected), 1)
    count(left, 2)
    count(joined, 3)
    return [Group(key, *numbers) for key, numbers in counts.items()]


def disclose(groups: Iterable[Group], *, follows: bool = False) -> Table:
    """Hide what must be hidden; the order of the groups changes nothing.

    Args:
        follows: a list before this one has a table of the same groups.

    Raises:
        GroupNamedTwice: a key comes twice.
    """
    rows = sorted(groups, key=lambda group: group.key)
    if len({group.key for group in rows}) < len(rows):
        raise GroupNamedTwice(", ".join(group.key for group in rows))
    shown = [group for group in rows if _is_large(group)]
    while shown and not _can_be_told(shown, rows, follows=follows):
        shown.remove(min(shown, key=lambda group: (group.ranked, group.key)))
    kept = {group.key for group in shown}
    return Table(
        tuple(_row(group, shows=group.key in kept) for group in rows),
        _row(_together(rows), shows=_is_large(_together(rows))),
    )


def compare(table: Table, *, leave_out: Collection[str] = ()) -> dict[str, Comparison]:
    """The shown groups' ratios beside the highest of them; nothing where fewer than two are shown.

    Args:
        leave_out: keys that are no group: those who did not say.
    """
    ratios = {row.key: row.ratio for row in table.rows if row.ratio and row.key not in leave_out}
    if len(ratios) < 2:
        return {}
    highest = max(ratios.values())
    return {
        key: Comparison(ratio, ratio / highest, ratio / highest < FOUR_FIFTHS)
        for key, ratio in ratios.items()
    }


def _is_large(group: Group) -> bool:
    return group.selected >= LEAST and group.not_selected >= LEAST


def _can_be_told(shown: list[Group], rows: list[Group], *, follows: bool) -> bool:
    hidden = [group for group in rows if group not in shown]
    rest = _together(hidden)
    if hidden and (len(hidden) == 1 or not _is_large(rest)):
        return False
    if not follows:
        return True
    whole = _together(rows)
    pieces = [*shown, *([rest] if hidden else [])]
    return all(_keeps_apart(part, whole) for part in _unions(pieces))


def _keeps_apart(part: Group, whole: Group) -> bool:
    """Whether the difference between two lists leaves open who of those who moved is in `part`."""
    explains = part.joined + whole.left - part.left
    return LEAST <= explains <= whole.left + whole.joined - LEAST


def _unions(pieces: Sequence[Group]) -> Iterator[Group]:
    """Every sum of some of the pieces, but not of all: that is everybody."""
    for size in range(1, len(pieces)):
        for some in combinations(pieces, size):
            yield _together(some)


def _together(groups: Iterable[Group]) -> Group:
    rows = list(groups)
    return Group(
        "",
        sum(group.selected for group in rows),
        sum(group.not_selected for group in rows),
        sum(group.left for group in rows),
        sum(group.joined for group in rows),
    )


def _row(group: Group, *, shows: bool) -> Row:
    return Row(group.key, group.selected, group.not_selected) if shows else Row(group.key)


def _spell(row: Row) -> dict[str, Any]:
    numbers = {"selected": row.selected, "not_selected": row.not_selected}
    return {"key": row.key} | (numbers if row.ranked is not None else {})
