"""An item that became easier while the quiz was open: perhaps its answer got around.

People of later days may be better or worse altogether. So those of the first day are compared with
later ones of about the same ability (Mantel and Haenszel's way): the difference of an item is that
between equals, and its z that of their test without correction.
"""

from dataclasses import dataclass

import numpy as np

from quiz.statistics.responses import Floats, Integers, Responses

LEAST_PEOPLE = 30  # who had the item, on the first day and later
EASIER, SURE = 0.1, 3.0  # flagged from this difference and this z on


@dataclass(frozen=True, slots=True)
class Drift:
    """An item on the first day and later.

    Attributes:
        days: (day, people, facility), in order; days without anybody are absent.
        easier: difference of the chance of a mark between equals, later less first.
        z: how many standard errors that is; None if it has none.
        flagged: enough people, and so much easier that chance does not explain it.
    """

    days: tuple[tuple[int, float, float], ...]
    easier: float
    z: float | None
    flagged: bool


def drifts(responses: Responses, days: Integers, groups: Integers) -> dict[int, Drift]:
    """By column; an item that nobody had on the first day or on a later one is absent.

    Args:
        days: of each row; the least one is the first day.
        groups: of each row, 0 and up: people of about the same ability.
    """
    if not days.size or days.min() == days.max():
        return {}
    present = np.unique(days)
    by_day = _sums(responses, np.searchsorted(present, days), len(present))
    many = int(groups.max()) + 1
    later = (days > present[0]).astype(np.int64)
    right, people = _sums(responses, groups + many * later, 2 * many)
    found = {}
    for column in range(responses.items):
        first = right[:many, column], people[:many, column]
        then = right[many:, column], people[many:, column]
        difference = _between_equals(*first, *then)
        if difference is None:
            continue
        easier, z = difference
        enough = min(first[1].sum(), then[1].sum()) >= LEAST_PEOPLE
        found[column] = Drift(
            days=tuple(
                (int(day), float(count), float(marks / count))
                for day, marks, count in zip(
                    present, by_day[0][:, column], by_day[1][:, column], strict=True
                )
                if count > 0
            ),
            easier=easier,
            z=z,
            flagged=bool(enough and z is not None and easier >= EASIER and z >= SURE),
        )
    return found


def _sums(responses: Responses, group_of: Integers, groups: int) -> tuple[Floats, Floats]:
    """Marks and people by (group × item)."""
    right, people = np.zeros((groups, responses.items)), np.zeros((groups, responses.items))
    for rows, marks, there, weights in responses.chunks():
        member = (group_of[rows][:, None] == np.arange(groups)) * weights[:, None]
        right += member.T @ marks
        people += member.T @ there
    return right, people


def _between_equals(
    right: Floats, people: Floats, right_later: Floats, people_later: Floats
) -> tuple[float, float | None] | None:
    both = (people > 0) & (people_later > 0)
    if not both.any():
        return None
    right, people = right[both], people[both]
    right_later, people_later = right_later[both], people_later[both]
    whole, whole_right = people + people_later, right + right_later
    weight = people * people_later / whole
    easier = float(weight @ (right_later / people_later - right / people) / weight.sum())
    expected = people_later * whole_right / whole
    spread = (
        people * people_later * whole_right * (whole - whole_right)
        / (whole**2 * np.maximum(whole - 1, 1))
    )  # fmt: skip
    variance = float(spread.sum())
    z = float((right_later - expected).sum()) / variance**0.5 if variance > 1e-12 else None
    return easier, z
