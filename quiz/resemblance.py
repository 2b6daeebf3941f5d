"""Which two people gave the same wrong answers more often than chance explains. Pure.

Right answers prove nothing: both may simply know it. Neither does a wrong answer that many give.
So for each item that both had and both got wrong, agreement weighs more the rarer their answer is
among the people who got that item wrong: the weight of an answer with the share p is -ln p. The
two themselves are counted in that share, which makes their answer look less rare than it is.

For two people who work apart, given that both are wrong, the chance of agreeing on an answer is
p², so the sum of their weights has a known distribution. Its tail is bounded from above (Chernoff:
P(S ≥ s) ≤ exp(-ts) · Π E[exp(tX)], for the best t of a fixed grid). The bound times the number of
pairs that were compared says how many innocent pairs as striking as this one the whole quiz would
bring, at most. A pair is named only if that is below `INNOCENT_PAIRS`: one quiz in a hundred names
one innocent pair, however many people sit it. It can still be innocent for reasons that no number
knows (one course, one textbook, one wrong note), which is why it is context and no verdict.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIN_COMMON = 8  # items that both had and answered; below it nothing is said
MIN_SAME_WRONG = 4
MIN_WRONG = 20  # people who got an item wrong; below it nobody knows which answer is rare
INNOCENT_PAIRS = 0.01  # in one whole quiz, at most
TILTS = tuple(step / 8 for step in range(1, 13))  # t = 1/8 … 1.5
BLOCK = 512  # people compared with all others at a time

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One person's answers.

    Attributes:
        key: unique among the sheets.
        right: the items answered in a way that earned marks.
        wrong: by item, the answer that earned none, in one spelling.
    """

    key: int
    right: frozenset[int]
    wrong: Mapping[int, Hashable]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sheets that resemble each other; `first` is the lower key.

    Attributes:
        common: items that both answered.
        both_wrong, same_wrong: of those, the ones that weigh (`MIN_WRONG`).
        innocent_pairs: how many innocent pairs like this the whole quiz would bring, at most.
    """

    first: int
    second: int
    common: int
    both_wrong: int
    same_wrong: int
    innocent_pairs: float


def resembling(sheets: Iterable[Sheet], *, most: float = INNOCENT_PAIRS) -> list[Pair]:
    """Return the pairs that chance does not explain, the most striking first.

    The result does not depend on the order of the sheets, nor on which of two is called the first.

    Raises:
        ValueError: two sheets have one key.
    """
    ordered = sorted(sheets, key=lambda sheet: sheet.key)
    keys = [sheet.key for sheet in ordered]
    if len(set(keys)) < len(keys):
        raise ValueError("two sheets have one key")
    shares = _shares(ordered)
    if not shares:
        return []
    answered = _marks(ordered, lambda sheet: {*sheet.right, *sheet.wrong})
    wrong = _marks(ordered, lambda sheet: sheet.wrong.keys() & shares.keys(), sorted(shares))
    same = _marks(
        ordered,
        lambda sheet: {cell for cell in sheet.wrong.items() if cell[0] in shares},
        [(item, answer) for item in sorted(shares) for answer in shares[item]],
    )
    compared = math.comb(len(ordered), 2)
    pairs = [
        Pair(keys[one], keys[other], common, both, agreed, min(math.exp(tail), 1.0) * compared)
        for one, other, common, both, agreed, tail in _striking(answered, wrong, same, shares)
        if math.exp(tail) * compared <= most
    ]
    return sorted(pairs, key=lambda pair: (pair.innocent_pairs, pair.first, pair.second))


def _shares(sheets: list[Sheet]) -> dict[int, dict[Hashable, float]]:
    """The share of each wrong answer among those who got the item wrong, where they are enough."""
    given: dict[int, Counter[Hashable]] = defaultdict(Counter)
    for sheet in sheets:
        for item, answer in sheet.wrong.items():
            given[item][answer] += 1
    return {
        item: {answer: count / counts.total() for answer, count in counts.items()}
        for item, counts in given.items()
        if counts.total() >= MIN_WRONG
    }


def _marks(
    sheets: list[Sheet],
    cells_of: Callable[[Sheet], Collection[Hashable]],
    columns: Sequence[Hashable] | None = None,
) -> Matrix:
    """A row for each sheet, with a 1 in the columns of what it has."""
    rows = [cells_of(sheet) for sheet in sheets]
    names = columns if columns is not None else list(dict.fromkeys(c for row in rows for c in row))
    place = {name: n for n, name in enumerate(names)}
    marks = np.zeros((len(sheets), len(names)))
    for n, row in enumerate(rows):
        marks[n, [place[cell] for cell in row]] = 1
    return marks


def _striking(
    answered: Matrix, wrong: Matrix, same: Matrix, shares: Mapping[int, Mapping[Hashable, float]]
) -> Iterator[tuple[int, int, int, int, int, float]]:
    """For each pair with enough in common: places, counts, the logarithm of the bound."""
    weights = np.array([-math.log(p) for item in sorted(shares) for p in shares[item].values()])
    moments = np.array(
        [
            [math.log(_moment(shares[item].values(), tilt)) for item in sorted(shares)]
            for tilt in TILTS
        ]
    )
    for start in range(0, len(answered), BLOCK):
        rows, rest = slice(start, start + BLOCK), slice(start, None)
        common = answered[rows] @ answered[rest].T
        agreed = same[rows] @ same[rest].T
        both = wrong[rows] @ wrong[rest].T
        weight = (same[rows] * weights) @ same[rest].T
        tail = np.minimum.reduce(
            [(wrong[rows] * of_items) @ wrong[rest].T - tilt * weight
             for tilt, of_items in zip(TILTS, moments, strict=True)]
        )  # fmt: skip
        enough = np.triu((common >= MIN_COMMON) & (agreed >= MIN_SAME_WRONG), k=1)
        for one, other in np.argwhere(enough).tolist():
            yield (
                start + one,
                start + other,
                round(common[one, other]),
                round(both[one, other]),
                round(agreed[one, other]),
                float(tail[one, other]),
            )


def _moment(shares: Iterable[float], tilt: float) -> float:
    """E[exp(tX)] where X is -ln p with the chance p² for each answer, else 0."""
    shares = list(shares)
    agree = sum(share * share for share in shares)
    return 1 - agree + sum(share ** (2 - tilt) for share in shares)
