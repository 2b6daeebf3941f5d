"""Draw a person's paper from the bank. Pure: the same seed gives the same bytes.

Every choice by lot is made by tickets: the SHA-256 of the seed, the purpose and the key of what
is drawn. Nothing depends on the order of the pool, on a generator's state or on the version of
Python, so a paper can be rebuilt years later, by anybody, from the seed that was stored.
"""

import json
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

Seed = str | int
FEWEST_TO_ORDER = 3  # of two in an order that is never shown, the other order is the answer


class PoolTooSmall(ValueError):
    """A cell of the blueprint wants more items than the pool can put on one paper."""

    def __init__(self, cell: "Cell", available: int) -> None:
        super().__init__(
            f"{cell.topic} × {cell.difficulty} needs {cell.count} items and has {available}"
        )
        self.cell = cell
        self.available = available


@dataclass(frozen=True, slots=True)
class Cell:
    """How many items of one topic and one difficulty a paper has."""

    topic: str
    difficulty: str | int
    count: int

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"a cell needs at least one item, not {self.count}")


@dataclass(frozen=True, slots=True)
class Blueprint:
    cells: tuple[Cell, ...]

    def __post_init__(self) -> None:
        if len({(cell.topic, cell.difficulty) for cell in self.cells}) < len(self.cells):
            raise ValueError("a topic and difficulty stands in two cells of the blueprint")

    @property
    def size(self) -> int:
        return sum(cell.count for cell in self.cells)


@dataclass(frozen=True, slots=True)
class PoolItem:
    """An item that may be drawn.

    Attributes:
        key: unique in the pool.
        exposure: how many papers have it already.
        group: of several items of one group (variants, one answering another), a paper has at
            most one.
        choices: the keys of its choices in the author's order; empty if it has none.
        pinned: those of them that keep their place, such as "none of these".
        ordered: their order is what is asked for, so it is never the order that is shown.
    """

    key: int
    topic: str
    difficulty: str | int
    exposure: int = 0
    group: str | None = None
    choices: tuple[str, ...] = ()
    pinned: frozenset[str] = frozenset()
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class PaperItem:
    key: int
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """The items in the order in which the person sees them."""

    items: tuple[PaperItem, ...]

    def canonical(self) -> bytes:
        """The paper as bytes to compare or to hash."""
        rows = [[item.key, list(item.choices)] for item in self.items]
        return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def draw(blueprint: Blueprint, pool: Iterable[PoolItem], seed: Seed) -> Paper:
    """Return a paper that satisfies the blueprint exactly.

    Within a cell the items that fewest papers have come first, by lot among equals, so that
    the use of items evens out. Items of one group are spread so that every cell can be filled
    wherever that is possible at all.

    Args:
        pool: in any order; the result does not depend on it.
        seed: stored with the attempt.

    Raises:
        PoolTooSmall: names the first cell, in the order of the blueprint, that cannot be filled.
        ValueError: two items of the pool have one key.
    """
    cells: dict[tuple[str, str | int], list[PoolItem]] = defaultdict(list)
    keys = set()
    for item in pool:
        if item.key in keys:
            raise ValueError(f"two items have the key {item.key}")
        keys.add(item.key)
        cells[item.topic, item.difficulty].append(item)
    for items in cells.values():
        items.sort(key=lambda item: (item.exposure, _ticket(seed, "item", item.key), item.key))
    chosen = _fill(blueprint, cells)
    chosen.sort(key=lambda item: (_ticket(seed, "place", item.key), item.key))
    return Paper(
        tuple(PaperItem(item.key, _shown_choices(item, f"{seed}:{item.key}")) for item in chosen)
    )


def shuffle_choices(choices: Sequence[str], pinned: Collection[str], seed: Seed) -> tuple[str, ...]:
    """Return the choices in an order drawn by lot; pinned ones keep their place."""
    free = [choice for choice in choices if choice not in pinned]
    drawn = iter(sorted(free, key=lambda choice: (_ticket(seed, "choice", choice), choice)))
    return tuple(choice if choice in pinned else next(drawn) for choice in choices)


def _shown_choices(item: PoolItem, seed: Seed) -> tuple[str, ...]:
    shown = shuffle_choices(item.choices, item.pinned, seed)
    if not item.ordered or len(set(item.choices) - item.pinned) < FEWEST_TO_ORDER:
        return shown
    # Drawn again and not turned, so that each of the other orders is as likely as the next one.
    ticket = 0
    while shown == item.choices:
        ticket += 1
        shown = shuffle_choices(item.choices, item.pinned, f"{seed}:{ticket}")
    return shown


def _fill(
    blueprint: Blueprint, cells: dict[tuple[str, str | int], list[PoolItem]]
) -> list[PoolItem]:
    """Give every place of the blueprint an item, no two of one group.

    This is a matching of places and groups: a place whose items all belong to groups in use
    lets an earlier place move to its next item (an augmenting path, the shortest one).
    """
    taken: dict[object, tuple[int, PoolItem]] = {}  # group: the place that has it, and the item
    wishes: list[list[PoolItem]] = []
    for cell in blueprint.cells:
        for done in range(cell.count):
            wishes.append(cells.get((cell.topic, cell.difficulty), []))
            if not _seat(len(wishes) - 1, wishes, taken):
                raise PoolTooSmall(cell, available=done)
    return [item for _place, item in taken.values()]


def _seat(
    place: int, wishes: list[list[PoolItem]], taken: dict[object, tuple[int, PoolItem]]
) -> bool:
    """Seat one more place, moving others if need be; tell whether it was possible."""
    reached: dict[object, tuple[int, PoolItem]] = {}  # group: who wants it, and by which item
    asking = deque([place])
    while asking:
        asker = asking.popleft()
        for item in wishes[asker]:
            group = _group(item)
            if group in reached:
                continue
            reached[group] = (asker, item)
            if group in taken:
                asking.append(taken[group][0])
                continue
            while True:
                asker, item = reached[group]
                left = next((g for g, (owner, _) in taken.items() if owner == asker), None)
                taken[group] = (asker, item)
                if left is None:
                    return True
                del taken[left]
                group = left
    return False


def _group(item: PoolItem) -> object:
    return ("item", item.key) if item.group is None else ("group", item.group)


def _ticket(seed: Seed, purpose: str, key: object) -> bytes:
    return sha256(f"{seed}\x1f{purpose}\x1f{key}".encode()).digest()
