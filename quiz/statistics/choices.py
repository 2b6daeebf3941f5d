"""Who took which choice of an item, and how good those people are on the rest of their papers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from quiz.statistics.classical import Scores, correlation
from quiz.statistics.responses import Integers, Responses

BLANK = ""  # the name of having taken no choice


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """The choices of one item.

    Attributes:
        keyed: the choices that earn marks.
        rows: for each choice the rows of the matrix that took it; where several may be taken, a
            row stands under each of them. A choice that is offered and never taken has no rows.
    """

    keyed: frozenset[str]
    rows: Mapping[str, Integers] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChoiceFigures:
    """One choice: `correlation` is that of having taken it with the score on the other items."""

    choice: str
    keyed: bool
    people: float
    share: float
    correlation: float | None


def choice_figures(
    responses: Responses, scores: Scores, column: int, taken: Taken
) -> tuple[ChoiceFigures, ...]:
    """The figures of each choice, in the order of their names."""
    marks = responses.marks[:, column]
    had = ~np.isnan(marks) & (responses.weights > 0)
    weights, rest = responses.weights[had], scores.rest(marks)[had]
    people = float(weights.sum())
    found = []
    for choice, rows in sorted(taken.rows.items()):
        took = np.zeros(len(marks))
        took[rows] = 1.0
        count = float(weights @ took[had])
        found.append(
            ChoiceFigures(
                choice=choice,
                keyed=choice in taken.keyed,
                people=count,
                share=count / people if people else 0.0,
                correlation=correlation(took[had], rest, weights),
            )
        )
    return tuple(found)
