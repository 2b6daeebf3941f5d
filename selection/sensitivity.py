"""What another set of scores would do to a list: who crosses its line. Pure.

The list is decided as `selection.runs.decide` decides it, with the same rule, places and seed, once
by the scores as they are and once by the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from selection.canonical import canonical_bytes
from selection.runs import Inputs, Outcome, Result, decide

Columns = Mapping[str, Mapping[int, Decimal]]
"""Scores by candidate's key, for each source that is exchanged."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What the exchange does to a list.

    Attributes:
        into, out: keys of those who are selected only afterwards, and only before, best first.
        cut_before, cut_after: the composite score of the last selected.
        selected_before, selected_after: how many are selected.
    """

    into: tuple[int, ...]
    out: tuple[int, ...]
    cut_before: Decimal | None
    cut_after: Decimal | None
    selected_before: int
    selected_after: int

    @property
    def crossing(self) -> int:
        """How many people cross the line, in either direction."""
        return len(self.into) + len(self.out)


def impact(
    inputs: Inputs, seed: str, *, before: Columns, after: Columns, as_is: Result | None = None
) -> Impact:
    """Decide a list by two sets of scores and say who crosses its line.

    Args:
        inputs: of a run, as `selection.runs.snapshot` returns them.
        before, after: what takes the place of the scores in the inputs. A candidate who is in
            neither of them keeps the scores of the inputs.
        as_is: what the inputs give, where that is known; it is not decided again then.

    Raises:
        SeedMismatch, InvalidRule, IncomparableScores, DuplicateCandidate: as `decide` does.
    """
    was_by, becomes_by = (exchange(inputs, columns) for columns in (before, after))
    known = as_is if was_by["candidates"] == inputs["candidates"] else None
    was, becomes = known or decide(was_by, seed), decide(becomes_by, seed)
    before_keys, after_keys = _selected(was), _selected(becomes)
    return Impact(
        into=tuple(key for key in after_keys if key not in before_keys),
        out=tuple(key for key in before_keys if key not in after_keys),
        cut_before=was.cut_score,
        cut_after=becomes.cut_score,
        selected_before=was.seats,
        selected_after=becomes.seats,
    )


def exchange(inputs: Inputs, columns: Columns) -> dict[str, Any]:
    """The inputs with the scores of some sources exchanged."""
    names = [name for name, _weight in inputs["criteria"]]
    candidates = [
        [
            key,
            [
                _digits(columns[name][key]) if key in columns.get(name, {}) else score
                for name, score in zip(names, scores, strict=True)
            ],
        ]
        for key, scores in inputs["candidates"]
    ]
    return {**inputs, "candidates": candidates}


def _selected(result: Result) -> dict[int, None]:
    """The keys of the selected, best first; looked up as quickly as in a set."""
    return dict.fromkeys(
        decision.key for decision in result.decisions if decision.outcome == Outcome.SELECTED
    )


def _digits(number: Decimal) -> str:
    return canonical_bytes(number).decode().strip('"')
