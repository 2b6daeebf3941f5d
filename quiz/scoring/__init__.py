"""Score one response against one key. Pure, exact, and never an exception for what people type.

Every kind has its own small rule (a class in `keys`), and each of them is told to the applicant:

single      the fraction of the chosen answer; a negative one counts as nothing.
multiple    the sum of the fractions of all chosen answers, kept between nothing and full marks.
truefalse   all or nothing.
numerical   the fraction of the first accepted number whose tolerance holds the response.
short       the fraction of the first accepted pattern that the response fits.
matching    how many of the prompts have their own option, out of all prompts.
ordering    how many steps of the right order the response takes too, out of all steps.

The first fitting answer decides, not the best one: so an author can refuse one spelling with a
fraction of 0 before a wider pattern accepts the rest, as in Moodle.

Fractions are shares of the item's marks, from -1 to 1. A share such as 0.3333333 stands for the
third that its author meant: three of them are full marks, not 0.9999999.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact
from fractions import Fraction
from functools import lru_cache

from quiz.scoring.keys import (
    Between,
    Key,
    MatchingKey,
    MultipleKey,
    Near,
    NumericalKey,
    OrderingKey,
    Reading,
    ShortAnswer,
    ShortAnswerKey,
    SingleKey,
    ToleranceRule,
    TrueFalseKey,
    Unscored,
    exact,
)
from quiz.scoring.storage import UnreadableKey, key_from_dict, key_to_dict

__all__ = [
    "Between",
    "Key",
    "MatchingKey",
    "MultipleKey",
    "Near",
    "NumericalKey",
    "OrderingKey",
    "Reading",
    "Score",
    "ShortAnswer",
    "ShortAnswerKey",
    "SingleKey",
    "ToleranceRule",
    "TrueFalseKey",
    "UnreadableKey",
    "exact",
    "key_from_dict",
    "key_to_dict",
    "paper_score",
    "score",
]

SHARE_STEP = Decimal("0.0000001")
MARK_STEP = Decimal("0.0001")
EXACT = Context(prec=100, traps=[Inexact])  # raises where a sum would be rounded
ROUNDING = Context(prec=100, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Score:
    """The share of the item's marks, from 0 to 1 with seven decimals, and how it was read."""

    share: Decimal
    reading: Reading


def score(key: Key, response: object) -> Score:
    """Return what a response is worth.

    Args:
        key: of the item version that was shown.
        response: as the browser saved it: `{"choice": "b"}`, `{"choices": ["a", "c"]}`,
            `{"value": true}`, `{"number": "3.14"}`, `{"text": "…"}`, `{"pairs": {"a": "d"}}` or
            `{"order": ["b", "a"]}`, by the kind of the key. None, blank or without the member
            that the kind needs: unanswered. Of another shape, an unknown choice, no number or
            not all choices in order: unreadable. Both are worth 0.
    """
    if response is None:
        return Score(Decimal(0), Reading.UNANSWERED)
    if not isinstance(response, Mapping):
        return Score(Decimal(0), Reading.UNREADABLE)
    try:
        share = key.share(response)
    except Unscored as unscored:
        return Score(Decimal(0), unscored.reading)
    return Score(_kept(share), Reading.ANSWERED)


def paper_score(items: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """Return the score of a paper from the (marks, share) of each of its items.

    The sum is exact and is rounded once, at the end, half to even, to four decimals: a share
    is at most 0.00000005 away from the fraction it stands for, so papers of up to 1,000 marks
    in all come out at the same score whichever way their thirds are spread.
    """
    total = Decimal(0)
    for marks, share in items:
        total = EXACT.fma(marks, share, total)
    return ROUNDING.quantize(total, MARK_STEP)


@lru_cache(maxsize=4096)
def _kept(share: Fraction) -> Decimal:
    """Keep a share between nothing and full marks, with seven decimals."""
    return _to_decimal(min(max(share, Fraction(0)), Fraction(1)), SHARE_STEP)


def _to_decimal(value: Fraction, step: Decimal) -> Decimal:
    """Round half to even, to a whole number of steps."""
    return round(value / Fraction(step)) * step
