"""Scores on one scale for people who drew different items. Pure: NumPy only.

All answers together give one Rasch scale (`quiz.statistics.logistic.fit_rasch`): a difficulty for
each item. A person's ability is the one at which the items of their own paper are expected to earn
the marks that they did earn; the score is what a person of this ability is expected to earn on the
whole pool, as marks on a paper of the usual length. This is true-score equating (F. M. Lord,
*Applications of Item Response Theory*, 1980, chapter 13; M. Kolen and R. Brennan, *Test Equating,
Scaling, and Linking*, 2014, chapter 6).

So that everything right and nothing right have an ability too, marks are first drawn in a little:
`r` of `m` becomes `(r + 1/2) * m / (m + 1)`. For items of one difficulty this is exactly Warm's
weighted likelihood estimate (*Psychometrika* 54, 1989), and it rises with `r` for every paper,
which his estimate does not promise.

A part of a mark counts as that part of a right answer, in the scale and in the ability. Items that
are void count nowhere. Those in which everybody earned the same say nothing about ability: they
are left out of it, and count on the pool with what everybody earned.

Difficulties are rounded to six decimals, and scores are made of the rounded ones, to four. The
same scale gives the same scores; only a score within 1e-9 of the middle between two could come out
differently on another processor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quiz.statistics.logistic import NotEstimable, fit_rasch
from quiz.statistics.responses import Responses

RULE = "rasch-pool-1"  # stored with every run: change it when the rule changes
UNITS = 10_000_000  # of a share: it has seven decimals
MOST = 40.0  # logits: no ability is farther out
HALVINGS = 60  # of the interval of abilities: then its ends are neighbours
BLOCK = 4096  # people at a time
SCORE_STEP = Decimal("0.0001")
NO_DIFFICULTY = np.inf  # of an item that does not tell people apart: its chance adds nothing

Floats = NDArray[np.float64]


class NotOneScale(ValueError):
    """The answers do not determine a scale; the message says why."""


@dataclass(frozen=True, slots=True)
class Papers:
    """Everybody's items and what they earned.

    Attributes:
        items: (people × places) keys of items; every paper has the same number of places.
        shares: (people × places) from 0 to 1; NaN: the item is void.
    """

    items: NDArray[np.int64]
    shares: Floats


@dataclass(frozen=True, slots=True)
class Scale:
    """The items of the pool that count.

    Attributes:
        difficulties: in logits, with six decimals.
        constants: what everybody earned with the items that do not tell people apart.
    """

    difficulties: Mapping[int, Decimal]
    constants: Mapping[int, Decimal]

    def as_json(self) -> dict[str, Any]:
        return {
            "constants": {str(item): str(share) for item, share in self.constants.items()},
            "difficulties": {str(item): str(value) for item, value in self.difficulties.items()},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Mapping[str, str]]) -> "Scale":
        return cls(
            {int(item): Decimal(value) for item, value in stored["difficulties"].items()},
            {int(item): Decimal(value) for item, value in stored["constants"].items()},
        )


def fit_scale(papers: Papers) -> Scale:
    """Put all items that were answered on one scale.

    Raises:
        NotOneScale: fewer than two items tell people apart, or the estimate does not settle.
    """
    keys, columns = np.unique(papers.items, return_inverse=True)
    matrix = np.full((len(papers.items), len(keys)), np.nan)
    people = np.arange(len(papers.items))[:, None]
    matrix[people, columns.reshape(papers.items.shape)] = papers.shares
    try:
        fit = fit_rasch(Responses(matrix))
    except NotEstimable as fault:
        raise NotOneScale(str(fault)) from fault
    if not fit.converged:
        raise NotOneScale("the difficulties do not settle")
    difficulties, constants = {}, {}
    for column, key in enumerate(keys.tolist()):
        value = fit.difficulty[column]
        if value is not None:
            difficulties[key] = Decimal(f"{value:.6f}")
        elif not np.all(np.isnan(matrix[:, column])):
            constants[key] = Decimal(f"{np.nanmax(matrix[:, column]):.7f}")
    return Scale(difficulties, constants)


def equate(papers: Papers, scale: Scale, *, places: int) -> list[Decimal]:
    """Everybody's score, from 0 to `places`, in the order of the papers.

    Of two people with the same paper the one with more marks scores higher, and the order of the
    items on a paper changes nothing.

    Args:
        places: items on a paper, void ones too: the score is out of so many.
    """
    keys = np.array(sorted(scale.difficulties), dtype=np.int64)
    values = np.array([float(scale.difficulties[key]) for key in keys.tolist()])
    constant = float(sum(scale.constants.values()))
    counted = len(scale.difficulties) + len(scale.constants)
    scores: list[Decimal] = []
    for start in range(0, len(papers.items), BLOCK):
        block = slice(start, start + BLOCK)
        difficulty = _difficulties(papers.items[block], papers.shares[block], keys, values)
        ability = _abilities(difficulty, papers.shares[block])
        ordered = np.sort(values)
        expected = _chance(ability[:, None] - ordered[None, :]).sum(axis=1) + constant
        scores += [_rounded(one) for one in (expected / counted * places).tolist()]
    return scores


def _difficulties(
    items: NDArray[np.int64], shares: Floats, keys: NDArray[np.int64], values: Floats
) -> Floats:
    """Of each place of each paper; `NO_DIFFICULTY` where the item says nothing about ability."""
    where = np.clip(np.searchsorted(keys, items), 0, len(keys) - 1)
    known = (keys[where] == items) & ~np.isnan(shares)
    return np.where(known, values[where], NO_DIFFICULTY)


def _abilities(difficulty: Floats, shares: Floats) -> Floats:
    """Where the expected marks on one's own items are the marks that were earned, drawn in."""
    counts = np.isfinite(difficulty)
    units = np.where(counts, np.rint(np.nan_to_num(shares) * UNITS), 0.0).sum(axis=1)
    size = counts.sum(axis=1).astype(np.float64)
    aim = (units / UNITS + 0.5) * size / (size + 1.0)
    # Sums are made in one order, whatever the order on the paper.
    difficulty = np.sort(difficulty, axis=1)
    low, high = np.full(len(aim), -MOST), np.full(len(aim), MOST)
    for _halving in range(HALVINGS):
        middle = (low + high) / 2
        more = _chance(middle[:, None] - difficulty).sum(axis=1) < aim
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.where(size > 0, (low + high) / 2, 0.0)


def _chance(logits: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float64)


def _rounded(value: float) -> Decimal:
    return Decimal(round(value * 10_000)) * SCORE_STEP


def papers_of(rows: Sequence[tuple[Sequence[int], Sequence[Decimal | None]]]) -> Papers:
    """The papers from (item keys, shares) of each person; None: the item is void."""
    return Papers(
        np.array([items for items, _shares in rows], dtype=np.int64),
        np.array(
            [[np.nan if share is None else float(share) for share in s] for _items, s in rows],
            dtype=np.float64,
        ),
    )
