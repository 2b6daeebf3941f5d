"""What an author should look at, worst first. The words for people are elsewhere: here are kinds.

A key looks wrong if better people tend to get the item wrong, or if another choice is taken by
better people than the keyed one is. Correlations of few people are noise: the other choice must
be better by two standard errors, and below `FEW` people nothing is judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from quiz.statistics.choices import BLANK, ChoiceFigures
from quiz.statistics.classical import ItemFigures
from quiz.statistics.drift import Drift
from quiz.statistics.responses import Flat

FEW = 6  # people who had the item: below it nothing is judged
UNSURE = 30  # below it a page says that the figures are rough
FAR_BETTER = 0.15  # how much higher another choice correlates than the key, at the least
WEAK = 0.05
EASY, HARD = 0.95, 0.1


class AlarmKind(StrEnum):
    """In the order in which they are shown."""

    OTHER_CHOICE = "other-choice"
    NEGATIVE = "negative"
    DRIFT = "drift"
    FLAT = "flat"
    WEAK = "weak"
    TOO_HARD = "too-hard"
    TOO_EASY = "too-easy"
    UNUSED_CHOICE = "unused-choice"


@dataclass(frozen=True, slots=True)
class Alarm:
    """`value` is the figure that raised it, `choice` the choice it is about, if any."""

    kind: AlarmKind
    value: float | None = None
    choice: str = ""


def alarms_of(
    item: ItemFigures,
    choices: Sequence[ChoiceFigures] = (),
    flat: Flat | None = None,
    drift: Drift | None = None,
) -> tuple[Alarm, ...]:
    """All that is to be said about one item, worst first."""
    found: list[Alarm] = []
    if flat is not None:
        found.append(Alarm(AlarmKind.FLAT))
    if item.people >= FEW and item.facility is not None:
        found += _about_the_key(item, choices)
        if flat is None and item.facility > EASY:
            found.append(Alarm(AlarmKind.TOO_EASY, item.facility))
        if flat is None and item.facility < HARD:
            found.append(Alarm(AlarmKind.TOO_HARD, item.facility))
        found += [
            Alarm(AlarmKind.UNUSED_CHOICE, 0.0, choice.choice)
            for choice in choices
            if not choice.keyed and choice.people == 0
        ]
    if drift is not None and drift.flagged:
        found.append(Alarm(AlarmKind.DRIFT, drift.easier))
    order = list(AlarmKind)
    return tuple(sorted(found, key=lambda alarm: (order.index(alarm.kind), alarm.choice)))


def _about_the_key(item: ItemFigures, choices: Sequence[ChoiceFigures]) -> list[Alarm]:
    own = item.corrected_item_total
    others = [
        (choice.correlation, choice.choice)
        for choice in choices
        if not choice.keyed and choice.choice != BLANK and choice.correlation is not None
    ]
    best, name = max(others, default=(0.0, ""))
    beyond_chance = max(FAR_BETTER, 2 / item.people**0.5)
    if best >= beyond_chance and best - (own or 0.0) >= beyond_chance:
        return [Alarm(AlarmKind.OTHER_CHOICE, best, name)]
    if own is None:
        return []
    if own < 0:
        return [Alarm(AlarmKind.NEGATIVE, own)]
    return [Alarm(AlarmKind.WEAK, own)] if own < WEAK else []
