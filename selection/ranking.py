"""Rank candidates and draw the line. Pure: the same input gives the same bytes.

The order is: composite score, then the declared tie-breakers, then a lottery number derived from
a seed that was committed (its SHA-256 published) before scores were known. The lottery orders
people whom nothing else separates; it never gives them different ranks.

Ranks are standard competition ranks (1, 2, 2, 4). Scores are added exactly: a sum that would have
to be rounded is refused, never rounded. docs/ranking.md has the rule in plain words.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, localcontext
from enum import StrEnum
from fractions import Fraction
from itertools import repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow])
"""Arithmetic that raises where it would round: 100 digits are enough for real scores."""

INT64_MAX = np.iinfo(np.int64).max

Column = Sequence[Decimal]
"""One number for each candidate, in one order of candidates."""

Integers = npt.NDArray[np.int64]


class InvalidRule(ValueError):
    """The rule contradicts itself; nobody can be ranked by it."""


class IncomparableScores(ValueError):
    """A candidate's scores cannot be put in order with the others'.

    Attributes:
        key: whose; None where it is nobody's in particular.
    """

    def __init__(self, problem: str, key: int | None = None) -> None:
        super().__init__(problem)
        self.key = key


class DuplicateCandidate(ValueError):
    """Two candidates have one key."""


class TiePolicy(StrEnum):
    TAKE_ALL_THEN_DRAW = "take_all_then_draw"
    DRAW = "draw"


class TieResolution(StrEnum):
    NONE = "none"
    TAKEN_ALL = "taken_all"
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class Candidate:
    key: int  # application id: unique, so every order is total
    scores: tuple[Decimal, ...]  # one per criterion, in the rule's order; higher is better


@dataclass(frozen=True, slots=True)
class Rule:
    """How candidates are compared and how many are taken.

    Args:
        criteria: (name, weight) pairs. Weights are from 0 to 1 and sum to exactly 1; a criterion
            of weight 0 serves as a tie-breaker only.
        tie_breakers: names of criteria, compared one after the other between equal composites.
        places: how many are selected when nobody is tied at the line; at least 1.
        cap: how many at most when everybody tied at the line is taken; at least `places`.
        seed: source of the lottery numbers, committed before scores are known.

    Raises:
        InvalidRule: one of these conditions is broken; the message says which.
    """

    criteria: tuple[tuple[str, Decimal], ...]
    tie_breakers: tuple[str, ...]
    places: int
    cap: int
    seed: str
    tie_policy: TiePolicy = TiePolicy.TAKE_ALL_THEN_DRAW

    def __post_init__(self) -> None:
        names = [name for name, _ in self.criteria]
        weights = [weight for _, weight in self.criteria]
        _require(len(set(names)) == len(names), "a criterion is named twice")
        _require(
            all(isinstance(weight, Decimal) and weight.is_finite() for weight in weights),
            "a weight is not a finite decimal",
        )
        _require(all(0 <= weight <= 1 for weight in weights), "a weight is not from 0 to 1")
        _require(sum(map(Fraction, weights)) == 1, "the weights do not sum to 1")
        _require(set(self.tie_breakers) <= set(names), "a tie-breaker is not a criterion")
        _require(
            len(set(self.tie_breakers)) == len(self.tie_breakers), "a tie-breaker is named twice"
        )
        _require(self.places >= 1, "there must be at least 1 place")
        _require(self.cap >= self.places, "the cap is below the places")
        _require(self.seed != "", "the seed is empty")


class Ranked(NamedTuple):
    key: int
    rank: int  # standard competition rank; equal for all whom only the lottery orders
    score: Decimal  # the composite, exact
    lottery: str | None  # 64 hexadecimal digits, the lower goes first; None: nobody shares the rank


@dataclass(frozen=True, slots=True)
class Line:
    selected: tuple[Ranked, ...]
    reserves: tuple[Ranked, ...]  # everybody else, next in turn first
    tied: tuple[Ranked, ...]  # all who share the rank that the line falls into; mostly nobody
    resolution: TieResolution
    cut_score: Decimal | None  # composite of the last selected; None when nobody was ranked


def rank(candidates: Iterable[Candidate], rule: Rule) -> list[Ranked]:
    """Return the candidates best first, with standard competition ranks.

    Args:
        candidates: in any order; the result does not depend on it. Only eligible people.
        rule: what is compared.

    Raises:
        IncomparableScores: a score is missing or is not a finite Decimal, or the scores are so
            large and so fine at once that 100 digits cannot add them.
        DuplicateCandidate: two candidates have one key.
    """
    keys, columns = _columns(candidates, rule)
    if not keys:
        return []
    try:
        composites = _composites(columns.values(), rule)
        standings = np.stack(
            [_units(composites), *[_units(columns[name]) for name in rule.tie_breakers]]
        )
    except (Inexact, Overflow) as error:
        raise IncomparableScores("the scores need more than 100 digits to be added") from error
    # lexsort compares by its last key first.
    order = np.lexsort(-standings[::-1])
    ranks = _competition_ranks(standings[:, order])
    lottery = _draw_lots(order, ranks, keys, rule.seed)
    in_order = order.tolist()
    rows = zip(
        [keys[index] for index in in_order],
        ranks.tolist(),
        [composites[index] for index in in_order],
        lottery,
        strict=True,
    )
    return list(map(Ranked._make, rows))


def draw_line(ranked: Sequence[Ranked], rule: Rule) -> Line:
    """Cut a list that `rank` made under the same rule.

    When people on both sides of the last place share a rank, the policy decides: all of them are
    taken if no more than `cap` are then selected; otherwise the lottery, in whose order they
    already stand, fills exactly `places`. Fewer candidates than places are all selected.
    """
    end = min(rule.places, len(ranked))
    if end == 0:
        return Line((), (), (), TieResolution.NONE, None)
    first, last = _tie_around(ranked, end - 1)
    tied: tuple[Ranked, ...] = ()
    resolution = TieResolution.NONE
    if last > end:
        tied = tuple(ranked[first:last])
        resolution = TieResolution.DRAWN
        if rule.tie_policy is TiePolicy.TAKE_ALL_THEN_DRAW and last <= rule.cap:
            end, resolution = last, TieResolution.TAKEN_ALL
    return Line(
        selected=tuple(ranked[:end]),
        reserves=tuple(ranked[end:]),
        tied=tied,
        resolution=resolution,
        cut_score=ranked[end - 1].score,
    )


def lottery_number(seed: str, key: int) -> str:
    """Return SHA-256 of "seed:key" (UTF-8, the key in decimal) as hexadecimal digits."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def seed_commitment(seed: str) -> str:
    """Return SHA-256 of the seed (UTF-8) as hexadecimal digits: what is published beforehand."""
    return hashlib.sha256(seed.encode()).hexdigest()


def _columns(candidates: Iterable[Candidate], rule: Rule) -> tuple[list[int], dict[str, Column]]:
    """Return the keys, all different, and each criterion's scores by its name, all finite."""
    candidates = list(candidates)
    keys = [candidate.key for candidate in candidates]
    if len(set(keys)) != len(keys):
        raise DuplicateCandidate("two candidates have one key")
    for candidate in candidates:
        if len(candidate.scores) != len(rule.criteria):
            raise IncomparableScores(
                f"candidate {candidate.key}: {len(candidate.scores)} scores "
                f"for {len(rule.criteria)} criteria",
                candidate.key,
            )
    columns: dict[str, Column] = {}
    for index, (name, _) in enumerate(rule.criteria):
        columns[name] = [candidate.scores[index] for candidate in candidates]
        for key, score in zip(keys, columns[name], strict=True):
            if not isinstance(score, Decimal) or not score.is_finite():
                raise IncomparableScores(
                    f"candidate {key}: {name} is {score!r}, not a finite Decimal", key
                )
    return keys, columns


def _composites(columns: Iterable[Column], rule: Rule) -> Column:
    """Add up weight × score, column by column."""
    totals: Iterable[Decimal] = repeat(Decimal(0))
    for (_, weight), column in zip(rule.criteria, columns, strict=True):
        totals = map(EXACT.fma, repeat(weight), column, totals)
    return list(totals)


def _units(column: Column) -> Integers:
    """Return whole numbers that compare exactly as the column does: 1.5, 0.25 -> 150, 25."""
    with localcontext(EXACT):
        # An exact sum keeps the exponent of its finest term, which makes every term whole.
        finest = int(sum(column, Decimal(0)).as_tuple().exponent)
        units = [int(number.scaleb(-finest)) for number in column]
    if max(map(abs, units)) <= INT64_MAX:
        return np.array(units, dtype=np.int64)
    return np.unique(np.array(units, dtype=object), return_inverse=True)[1]


def _competition_ranks(standings: Integers) -> Integers:
    """Return 1, 2, 2, 4, … for standings (criterion × candidate) that are already in order."""
    positions = np.arange(1, standings.shape[1] + 1)
    differs = (standings[:, 1:] != standings[:, :-1]).any(axis=0)
    return np.maximum.accumulate(np.where(np.append(True, differs), positions, 1))


def _draw_lots(order: Integers, ranks: Integers, keys: list[int], seed: str) -> list[str | None]:
    """Reorder, in place, those who share a rank by lottery; return the numbers in that order."""
    same = ranks[1:] == ranks[:-1]
    shared = np.flatnonzero(np.append(False, same) | np.append(same, False))
    numbers = [lottery_number(seed, keys[index]) for index in order[shared].tolist()]
    drawn = np.lexsort((np.array(numbers, dtype="S64"), ranks[shared]))
    order[shared] = order[shared][drawn]
    lottery: list[str | None] = [None] * len(keys)
    for position, source in zip(shared.tolist(), drawn.tolist(), strict=True):
        lottery[position] = numbers[source]
    return lottery


def _tie_around(ranked: Sequence[Ranked], index: int) -> tuple[int, int]:
    """Return [first, last): the stretch of positions that share the rank at `index`."""
    shared = ranked[index].rank
    last = index + 1
    while last < len(ranked) and ranked[last].rank == shared:
        last += 1
    return shared - 1, last


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise InvalidRule(message)
