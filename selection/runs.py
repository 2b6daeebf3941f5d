"""Decide a run: from the frozen inputs and the seed to everybody's outcome. Pure.

Drawing up a list and verifying it years later both call `decide`, and nothing else decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from selection import canonical
from selection.ranking import (
    Candidate,
    Rule,
    TiePolicy,
    TieResolution,
    draw_line,
    rank,
    seed_commitment,
)

Inputs = Mapping[str, Any]
"""What `snapshot` returns, as JSON holds it."""


class SeedMismatch(ValueError):
    """The seed is not the one that was committed."""


class Outcome(StrEnum):
    SELECTED = "selected"
    RESERVE = "reserve"
    NOT_SELECTED = "not-selected"
    NOT_RANKED = "not-ranked"


class Way(StrEnum):
    """How somebody is moved across the line by hand."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True, order=True)
class Override:
    """One person moved by hand. `category` says what for; the reason stays with who decided."""

    key: int
    way: Way
    category: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one candidate; the numbers are None for who could not be ranked.

    `lottery` is blank where nobody shares the rank.
    """

    key: int
    position: int | None
    rank: int | None
    score: Decimal | None
    lottery: str
    outcome: Outcome
    reserve_position: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """Everybody's decision, best first, then who could not be ranked, by key."""

    decisions: tuple[Decision, ...]
    seats: int
    cut_score: Decimal | None
    ties: TieResolution
    tied: int

    def digest(self) -> str:
        """SHA-256 of the canonical spelling of all of it."""
        return canonical.digest(self)


def snapshot(
    *,
    cohort: str,
    step: str,
    criteria: Iterable[tuple[str, Decimal]],
    tie_breakers: Iterable[str],
    tie_policy: TiePolicy,
    places: int,
    cap: int,
    reserves: int,
    commitment: str,
    candidates: Mapping[int, Sequence[Decimal | None]],
    overrides: Iterable[Override] = (),
) -> dict[str, Any]:
    """Freeze the inputs as plain JSON: numbers as text, candidates in the order of their keys.

    Args:
        reserves: how many after the line stay on the reserve list.
        commitment: SHA-256 of the seed.
        candidates: by key, one score for each criterion; None where there is none.
        overrides: what two people decided against the line; there is no word of them where
            there are none.
    """
    moved = [[one.key, one.way.value, one.category] for one in sorted(overrides)]
    return {
        "cohort": cohort,
        "step": step,
        "criteria": [[name, _digits(weight)] for name, weight in criteria],
        "tie_breakers": list(tie_breakers),
        "tie_policy": tie_policy.value,
        "places": places,
        "cap": cap,
        "reserves": reserves,
        "commitment": commitment,
        "candidates": [
            [key, [None if score is None else _digits(score) for score in candidates[key]]]
            for key in sorted(candidates)
        ],
        **({"overrides": moved} if moved else {}),
    }


def decide(inputs: Inputs, seed: str) -> Result:
    """Rank and cut. A candidate without one of the scores is not ranked.

    Raises:
        SeedMismatch: the seed is another one than was committed.
        InvalidRule, IncomparableScores, DuplicateCandidate: as `selection.ranking` says.
    """
    if seed_commitment(seed) != inputs["commitment"]:
        raise SeedMismatch("the seed is not the one that was committed")
    rule = Rule(
        criteria=tuple((name, Decimal(weight)) for name, weight in inputs["criteria"]),
        tie_breakers=tuple(inputs["tie_breakers"]),
        places=inputs["places"],
        cap=inputs["cap"],
        seed=seed,
        tie_policy=TiePolicy(inputs["tie_policy"]),
    )
    moved = {key: Way(way) for key, way, _category in inputs.get("overrides", [])}
    complete, unranked = [], []
    for key, scores in inputs["candidates"]:
        if None in scores:
            unranked.append(key)
        else:
            complete.append(Candidate(key, tuple(map(Decimal, scores))))
    ranked = rank(complete, rule)
    # Who is moved out leaves the place to the next; who is moved in takes nobody's.
    out = {key for key, way in moved.items() if way is Way.OUT}
    kept = [candidate for candidate in complete if candidate.key not in out]
    line = draw_line(rank(kept, rule) if out else ranked, rule)
    selected = {row.key for row in line.selected}
    selected |= {row.key for row in ranked if moved.get(row.key) is Way.IN}
    decisions, waiting = [], 0
    for position, row in enumerate(ranked, start=1):
        outcome, reserve_position = Outcome.NOT_SELECTED, None
        if row.key in selected:
            outcome = Outcome.SELECTED
        elif row.key not in out and waiting < inputs["reserves"]:
            waiting += 1
            outcome, reserve_position = Outcome.RESERVE, waiting
        lottery = row.lottery or ""
        decisions.append(
            Decision(row.key, position, row.rank, row.score, lottery, outcome, reserve_position)
        )
    decisions += [
        Decision(key, None, None, None, "", Outcome.NOT_RANKED, None) for key in sorted(unranked)
    ]
    return Result(
        decisions=tuple(decisions),
        seats=len(selected),
        cut_score=line.cut_score,
        ties=line.resolution,
        tied=len(line.tied),
    )


def _digits(number: Decimal) -> str:
    """The canonical spelling of a number, without the quotes."""
    return canonical.canonical_bytes(number).decode().strip('"')
