"""The kinds of keys. A key knows the rule by which it judges a response. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import ClassVar
from unicodedata import normalize

from quiz.scoring.numbers import MAX_LENGTH as MAX_NUMBER
from quiz.scoring.numbers import read_number
from quiz.scoring.wildcards import fits, plain

MAX_TEXT = 10_000  # characters of a short answer
SIMPLEST = 20  # every fraction that authors may choose has a denominator of at most 20
NEAR_ENOUGH = Fraction(1, 1_000_000)


class Reading(StrEnum):
    """What the response was, apart from what it is worth."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    UNREADABLE = "unreadable"


class ToleranceRule(StrEnum):
    """How far a number may be off: by an amount, by a part of the value, or by a factor 1 + t."""

    NOMINAL = "nominal"
    RELATIVE = "relative"
    GEOMETRIC = "geometric"


class Unscored(Exception):
    """A response that there is nothing to judge in."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.reading = reading


@lru_cache(maxsize=4096)
def exact(share: Decimal) -> Fraction:
    """Return the fraction that a decimal share stands for: 0.3333333 is a third."""
    written = Fraction(share)
    simple = written.limit_denominator(SIMPLEST)
    return simple if abs(simple - written) < NEAR_ENOUGH else written


def member(response: Mapping[str, object], name: str) -> object:
    """Return a member of the response; one that is missing, null or blank is no answer."""
    value = response.get(name)
    if value is None or value in ([], {}) or (isinstance(value, str) and not value.strip()):
        raise Unscored(Reading.UNANSWERED)
    return value


@dataclass(frozen=True, slots=True)
class SingleKey:
    """One choice is taken. `fractions` holds every choice of the item, wrong ones too."""

    fractions: Mapping[str, Decimal]
    kind: ClassVar[str] = "single"

    def share(self, response: Mapping[str, object]) -> Fraction:
        choice = member(response, "choice")
        if not isinstance(choice, str) or choice not in self.fractions:
            raise Unscored(Reading.UNREADABLE)
        return exact(self.fractions[choice])


@dataclass(frozen=True, slots=True)
class MultipleKey:
    """Any number of choices is taken; a choice that is named twice counts once."""

    fractions: Mapping[str, Decimal]
    kind: ClassVar[str] = "multiple"

    def share(self, response: Mapping[str, object]) -> Fraction:
        choices = member(response, "choices")
        if not isinstance(choices, list | tuple):
            raise Unscored(Reading.UNREADABLE)
        if not all(isinstance(choice, str) and choice in self.fractions for choice in choices):
            raise Unscored(Reading.UNREADABLE)
        return sum((exact(self.fractions[choice]) for choice in set(choices)), Fraction(0))


@dataclass(frozen=True, slots=True)
class TrueFalseKey:
    answer: bool
    kind: ClassVar[str] = "truefalse"

    def share(self, response: Mapping[str, object]) -> Fraction:
        value = member(response, "value")
        if not isinstance(value, bool):
            raise Unscored(Reading.UNREADABLE)
        return Fraction(value == self.answer)


@dataclass(frozen=True, slots=True)
class Near:
    """A value and how far a response may be off it, the ends included."""

    value: Decimal
    fraction: Decimal = Decimal(1)
    tolerance: Decimal = Decimal(0)
    rule: ToleranceRule = ToleranceRule.NOMINAL

    def bounds(self) -> tuple[Fraction, Fraction]:
        value, tolerance = Fraction(self.value), abs(Fraction(self.tolerance))
        match self.rule:
            case ToleranceRule.NOMINAL:
                ends = value - tolerance, value + tolerance
            case ToleranceRule.RELATIVE:
                ends = value * (1 - tolerance), value * (1 + tolerance)
            case ToleranceRule.GEOMETRIC:
                ends = value / (1 + tolerance), value * (1 + tolerance)
        return min(ends), max(ends)


@dataclass(frozen=True, slots=True)
class Between:
    """Everything from `low` to `high`, the ends included."""

    low: Decimal
    high: Decimal
    fraction: Decimal = Decimal(1)

    def bounds(self) -> tuple[Fraction, Fraction]:
        return Fraction(self.low), Fraction(self.high)


@lru_cache(maxsize=4096)
def bounds_of(answer: Near | Between) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest number that the answer accepts."""
    return answer.bounds()


@dataclass(frozen=True, slots=True)
class NumericalKey:
    """Numbers and, if the item asks for one, units: how many of the key's unit each one is.

    With `{"m": 1, "cm": 0.01}` and the value 2, both "2 m" and "200 cm" are right, and so is a
    bare "2". A unit that is not in the table, or any where the table is empty, is unreadable.
    """

    answers: tuple[Near | Between, ...]
    units: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    kind: ClassVar[str] = "numerical"

    def share(self, response: Mapping[str, object]) -> Fraction:
        written = member(response, "number")
        if isinstance(written, bool) or not isinstance(written, str | int | float):
            raise Unscored(Reading.UNREADABLE)
        if isinstance(written, int) and written.bit_length() > 4 * MAX_NUMBER:
            raise Unscored(Reading.UNREADABLE)
        number = read_number(str(written))
        if number is None:
            raise Unscored(Reading.UNREADABLE)
        amount = Fraction(number.value)
        if number.unit:
            amount *= self._size_of(number.unit)
        for answer in self.answers:
            low, high = bounds_of(answer)
            if low <= amount <= high:
                return exact(answer.fraction)
        return Fraction(0)

    def _size_of(self, unit: str) -> Fraction:
        for name, size in self.units.items():
            if normalize("NFKC", name) == unit:
                return Fraction(size)
        raise Unscored(Reading.UNREADABLE)


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """A pattern: `*` stands for any run of characters, backslash-star for a star."""

    pattern: str
    fraction: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class ShortAnswerKey:
    """Texts are compared as people see them: see `wildcards.plain`."""

    answers: tuple[ShortAnswer, ...]
    case_sensitive: bool = False
    kind: ClassVar[str] = "short"

    def share(self, response: Mapping[str, object]) -> Fraction:
        text = member(response, "text")
        if not isinstance(text, str) or len(text) > MAX_TEXT:
            raise Unscored(Reading.UNREADABLE)
        seen = plain(text, case_sensitive=self.case_sensitive)
        for answer in self.answers:
            if fits(seen, answer.pattern, case_sensitive=self.case_sensitive):
                return exact(answer.fraction)
        return Fraction(0)


@dataclass(frozen=True, slots=True)
class MatchingKey:
    """For each prompt the option that belongs to it; an option may belong to several or to none.

    Each prompt that has its own option earns an equal part. A wrong one costs nothing, so a guess
    at every prompt earns one part in as many as there are options, as a guess at a single choice.
    """

    pairs: Mapping[str, str]
    kind: ClassVar[str] = "matching"

    def share(self, response: Mapping[str, object]) -> Fraction:
        pairs = member(response, "pairs")
        if not isinstance(pairs, Mapping) or not pairs.keys() <= self.pairs.keys():
            raise Unscored(Reading.UNREADABLE)
        if not all(isinstance(option, str) for option in pairs.values()):
            raise Unscored(Reading.UNREADABLE)
        right = sum(pairs.get(prompt) == option for prompt, option in self.pairs.items())
        return Fraction(right, len(self.pairs))


@dataclass(frozen=True, slots=True)
class OrderingKey:
    """The choices in the right order.

    Each step of the right order (one choice and the next) that the response takes too earns an
    equal part. So whoever has a run right but begins it one place too late keeps most of the
    marks, the order turned round earns nothing, and an order drawn by lot earns on average one
    part in as many as there are choices, as a guess at a single choice does.
    """

    order: tuple[str, ...]
    kind: ClassVar[str] = "ordering"

    def share(self, response: Mapping[str, object]) -> Fraction:
        order = member(response, "order")
        if not isinstance(order, list | tuple) or len(order) != len(self.order):
            raise Unscored(Reading.UNREADABLE)
        if not all(isinstance(choice, str) for choice in order) or {*order} != {*self.order}:
            raise Unscored(Reading.UNREADABLE)
        steps = set(pairwise(self.order))
        return Fraction(sum(step in steps for step in pairwise(order)), len(steps))


Key = (
    SingleKey
    | MultipleKey
    | TrueFalseKey
    | NumericalKey
    | ShortAnswerKey
    | MatchingKey
    | OrderingKey
)
