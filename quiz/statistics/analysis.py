"""The whole analysis of one matrix, as one JSON value: what is stored, shown and printed.

Numbers are rounded to six decimals; a figure that does not exist is null. docs/item-statistics.md
describes every member.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from quiz.statistics.alarms import alarms_of
from quiz.statistics.choices import Taken, choice_figures
from quiz.statistics.classical import ItemFigures, figures, scores_of
from quiz.statistics.drift import Drift, drifts
from quiz.statistics.logistic import (
    NotEstimable,
    RaschFit,
    TwoParameterFit,
    fit_rasch,
    fit_two_parameter,
)
from quiz.statistics.responses import Floats, Integers, Responses

VERSION = 1  # of the figures and their definitions
GROUPS = 8  # of people of about the same ability
MOST_LEVELS = 200  # different scores that are counted one by one
STAGES = 5

Tell = Callable[[int, int], None]


def analyse(
    responses: Responses,
    *,
    names: Sequence[str],
    taken: Mapping[int, Taken] | None = None,
    days: Integers | None = None,
    tell: Tell = lambda done, of: None,
) -> dict[str, Any]:
    """Analyse marks and, where they are known, choices and days.

    Args:
        names: of the items, in the order of the columns.
        taken: by column, for items with choices.
        days: of each row, for the report of drift.
        tell: is told how many stages are done, of how many.
    """
    flat = responses.flat_items()
    paper, items = figures(responses)
    tell(1, STAGES)
    rasch, rasch_note = _attempt(fit_rasch, responses)
    tell(2, STAGES)
    free, free_note = _attempt(fit_two_parameter, responses)
    tell(3, STAGES)
    scores = scores_of(responses)
    ability = (
        rasch.ability / rasch.ability_sd
        if rasch and rasch.ability_sd > 0
        else np.nan_to_num(scores.share - 0.5)
    )  # on one paper the order of the sums of marks, in standard deviations
    groups = ability_groups(ability, responses.weights)
    curves = _curves(responses, ability, groups)
    moved = drifts(responses, days, groups) if days is not None else {}
    tell(4, STAGES)
    rows = []
    for column, item in enumerate(items):
        choices = (
            choice_figures(responses, scores, column, taken[column])
            if taken and column in taken
            else ()
        )
        alarms = alarms_of(item, choices, flat.get(column), moved.get(column))
        rows.append(
            {
                "item": names[column],
                **_classical(item),
                "flat": str(flat[column]) if column in flat else None,
                "rasch": _rasch(rasch, column),
                "two_parameter": _free(free, column),
                "choices": [
                    {
                        "choice": choice.choice,
                        "key": choice.keyed,
                        "count": _number(choice.people),
                        "share": _number(choice.share),
                        "correlation": _number(choice.correlation),
                    }
                    for choice in choices
                ],
                "drift": _drift(moved.get(column)),
                "curve": curves[column],
                "alarms": [
                    {"kind": str(one.kind), "value": _number(one.value), "choice": one.choice}
                    for one in alarms
                ],
            }
        )
    tell(STAGES, STAGES)
    return {
        "version": VERSION,
        "people": _number(paper.people),
        "items_on_a_paper": _number(paper.length),
        "mean": _number(paper.mean),
        "sd": _number(paper.sd),
        "alpha": _number(paper.alpha),
        "standard_error_of_measurement": _number(paper.standard_error),
        "scores": _levels(scores.share * paper.length, responses.weights),
        "rasch": _model(rasch, rasch_note, paper.people),
        "two_parameter": _model(free, free_note, paper.people),
        "items": rows,
    }


def ability_groups(ability: Floats, weights: Floats) -> Integers:
    """Up to `GROUPS` groups of nearly equal size, 0 the weakest; equals are never parted."""
    levels, level_of = np.unique(np.round(ability, 9), return_inverse=True)
    if not len(levels):
        return np.empty(0, dtype=np.int64)
    people = np.bincount(level_of, weights, len(levels))
    middle = np.cumsum(people) - people / 2
    whole = max(float(people.sum()), 1e-9)
    group_of_level = np.minimum((middle / whole * GROUPS).astype(np.int64), GROUPS - 1)
    return np.asarray(group_of_level[level_of], dtype=np.int64)


def _attempt(
    fit: Callable[[Responses], Any], responses: Responses
) -> tuple[Any | None, str | None]:
    try:
        return fit(responses), None
    except NotEstimable as reason:
        return None, str(reason)


def _curves(responses: Responses, ability: Floats, groups: Integers) -> list[list[list[Any]]]:
    """Of each item (mean ability, people, share of the marks) by group."""
    shape = (GROUPS, responses.items)
    right, people, reach = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for rows, marks, there, weights in responses.chunks():
        member = (groups[rows][:, None] == np.arange(GROUPS)) * weights[:, None]
        right += member.T @ marks
        people += member.T @ there
        reach += (member * ability[rows][:, None]).T @ there
    return [
        [
            [_number(reach[g, column] / count), _number(count), _number(right[g, column] / count)]
            for g in range(GROUPS)
            if (count := people[g, column]) > 0
        ]
        for column in range(responses.items)
    ]


def _levels(scores: Floats, weights: Floats) -> list[list[Any]]:
    """How many people have each score; nothing if there are very many different ones."""
    there = ~np.isnan(scores) & (weights > 0)
    levels, level_of = np.unique(np.round(scores[there], 4), return_inverse=True)
    if not 0 < len(levels) <= MOST_LEVELS:
        return []
    people = np.bincount(level_of, weights[there], len(levels))
    return [[_number(level), _number(count)] for level, count in zip(levels, people, strict=True)]


def _classical(item: ItemFigures) -> dict[str, Any]:
    facility = item.facility
    inside = facility is not None and 0 < facility < 1
    return {
        "people": _number(item.people),
        "facility": _number(facility),
        "logit": _number(np.log(facility / (1 - facility))) if facility and inside else None,
        "item_total": _number(item.item_total),
        "corrected_item_total": _number(item.corrected_item_total),
        "discrimination": _number(item.discrimination),
        "alpha_if_deleted": _number(item.alpha_if_deleted),
    }


def _model(
    fit: RaschFit | TwoParameterFit | None, note: str | None, people: float
) -> dict[str, Any]:
    if fit is None:
        return {"note": note}
    deviance = -2 * fit.log_likelihood
    own = {}
    if isinstance(fit, RaschFit):
        own = {
            "ability_sd": _number(fit.ability_sd),
            "ability_sd_se": _number(fit.ability_sd_se),
            "ability_variance": _number(fit.ability_sd**2),
        }
    return own | {
        "note": None,
        "log_likelihood": _number(fit.log_likelihood),
        "aic": _number(deviance + 2 * fit.parameters),
        "bic": _number(deviance + fit.parameters * float(np.log(people))),
        "parameters": fit.parameters,
        "iterations": fit.iterations,
        "converged": fit.converged,
    }


def _rasch(fit: RaschFit | None, column: int) -> dict[str, Any] | None:
    if fit is None or fit.difficulty[column] is None:
        return None
    return {
        "difficulty": _number(fit.difficulty[column]),
        "difficulty_se": _number(fit.difficulty_se[column]),
    }


def _free(fit: TwoParameterFit | None, column: int) -> dict[str, Any] | None:
    if fit is None or fit.difficulty[column] is None:
        return None
    return {
        "difficulty": _number(fit.difficulty[column]),
        "difficulty_se": _number(fit.difficulty_se[column]),
        "discrimination": _number(fit.discrimination[column]),
        "discrimination_se": _number(fit.discrimination_se[column]),
    }


def _drift(drift: Drift | None) -> dict[str, Any] | None:
    if drift is None:
        return None
    return {
        "days": [[day, _number(people), _number(share)] for day, people, share in drift.days],
        "easier": _number(drift.easier),
        "z": _number(drift.z),
        "flagged": drift.flagged,
    }


def _number(value: float | None) -> float | int | None:
    """Six decimals; a whole number without a point; nothing that JSON does not know."""
    if value is None or not np.isfinite(value):
        return None
    rounded = round(float(value), 6)
    return int(rounded) if rounded == int(rounded) else rounded
