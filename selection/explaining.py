"""Why a list came out as it did for one person: their scores, the rule that was used, its sum."""

from dataclasses import dataclass
from decimal import Decimal

from selection import sources
from selection.models import Entry, Override, Selection
from selection.ranking import TiePolicy
from selection.runs import Way


@dataclass(frozen=True, slots=True)
class Part:
    """One criterion of the rule and what this person reached in it; None where there is none."""

    title: str
    score: Decimal | None
    weight: Decimal
    breaks_ties: bool


@dataclass(frozen=True, slots=True)
class ByHand:
    """That two people moved somebody across the line. The reason stays with who decided."""

    way: Way
    category: Override.Category


@dataclass(frozen=True, slots=True)
class Why:
    """What one person may read about how a list came about.

    Attributes:
        parts: the criteria, in the order of the rule.
        summed: those that the score is made of, if it is the sum of several.
        tie_breakers: titles, in the order in which they are compared.
        most: how many may be selected when everybody who ties is taken; None where a draw decides.
        by_hand: None for who was not moved.
    """

    parts: tuple[Part, ...]
    summed: tuple[Part, ...]
    tie_breakers: tuple[str, ...]
    most: int | None
    by_hand: ByHand | None


def explain(entry: Entry) -> Why:
    """Read it from the frozen rule of the run; at most one query."""
    selection, terms = entry.selection, entry.selection.terms
    breakers = list(terms["tie_breakers"])
    parts = tuple(
        Part(
            title=sources.title_of(name),
            score=_decimal(entry.scores.get(name)),
            weight=Decimal(weight),
            breaks_ties=name in breakers,
        )
        for name, weight in terms["criteria"]
    )
    weighed = tuple(part for part in parts if part.weight)
    takes_all = terms["tie_policy"] == TiePolicy.TAKE_ALL_THEN_DRAW
    return Why(
        parts=parts,
        summed=weighed if len(weighed) > 1 and entry.score is not None else (),
        tie_breakers=tuple(map(sources.title_of, breakers)),
        most=terms["cap"] if takes_all and terms["cap"] > terms["places"] else None,
        by_hand=moved_by_hand(selection).get(entry.application_id),
    )


def moved_by_hand(selection: Selection) -> dict[int, ByHand]:
    """By application, whom two people moved across the line of this run."""
    return {
        key: ByHand(Way(way), Override.Category(category))
        for key, way, category in selection.terms.get("overrides", [])
    }


def is_moved_out(entry: Entry) -> bool:
    """Whether this person has no place because two people decided so."""
    moved = moved_by_hand(entry.selection).get(entry.application_id)
    return (
        entry.outcome == Entry.Outcome.NOT_SELECTED and moved is not None and moved.way is Way.OUT
    )


def _decimal(score: str | None) -> Decimal | None:
    return None if score is None else Decimal(score)
