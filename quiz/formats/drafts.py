"""What an importer finds in a file: item drafts and faults, the same for every format. Pure.

Fractions here are percentages as authors write them (100 is fully right, -50 costs half the
marks); the keys of `quiz.scoring` hold shares of one. `key_of` turns one into the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from itertools import chain, count, islice, product
from string import ascii_lowercase
from types import MappingProxyType
from typing import Any

from quiz.scoring import (
    Between,
    Key,
    MatchingKey,
    MultipleKey,
    Near,
    NumericalKey,
    OrderingKey,
    ShortAnswer,
    ShortAnswerKey,
    SingleKey,
    TrueFalseKey,
)

# The percentages that Moodle stores; it refuses a file with any other one. Source: the list
# of grade options of Moodle's question bank, rounded there to five decimals.
WHOLE = map(Decimal, (0, 5, 10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 100))
BROKEN = map(
    Decimal, ("11.11111", "12.5", "14.28571", "16.66667", "33.33333", "66.66667", "83.33333")
)
LEGAL_WEIGHTS = tuple(sorted([*WHOLE, *BROKEN]))
WEIGHT_TOLERANCE = Decimal("0.001")  # percent: how far Moodle lets a written weight be off
IMAGE = "image:"  # how a text refers to an image of its draft


class Kind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "truefalse"
    NUMERICAL = "numerical"
    SHORT = "short"
    MATCHING = "matching"
    ORDERING = "ordering"  # the choices stand in the right order, each with a fraction of 100
    ESSAY = "essay"
    DESCRIPTION = "description"


class TextFormat(StrEnum):
    MOODLE = "moodle"
    HTML = "html"
    MARKDOWN = "markdown"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class ChoiceDraft:
    text: str
    fraction: Decimal
    feedback: str = ""
    text_format: TextFormat = TextFormat.MOODLE
    feedback_format: TextFormat = TextFormat.MOODLE

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "fraction": _number(self.fraction),
            "feedback": self.feedback,
            "format": self.text_format.value,
        }


@dataclass(frozen=True, slots=True)
class ShortAnswerDraft(ChoiceDraft):
    """One accepted text; `*` stands for any run of characters, backslash-star for a star."""


@dataclass(frozen=True, slots=True)
class NumericalAnswerDraft:
    """One accepted number: either `value` ± `tolerance`, or everything in [`low`, `high`].

    With neither, the feedback is for whoever gives no accepted number, and scores nothing.
    """

    fraction: Decimal
    value: Decimal | None = None
    tolerance: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    feedback: str = ""
    feedback_format: TextFormat = TextFormat.MOODLE

    def as_json(self) -> dict[str, Any]:
        numbers = {
            name: _number(number)
            for name in ("value", "tolerance", "low", "high")
            if (number := getattr(self, name)) is not None
        }
        return {**numbers, "fraction": _number(self.fraction), "feedback": self.feedback}


@dataclass(frozen=True, slots=True)
class PairDraft:
    """A row of a matching item. A pair without a question only adds a wrong answer to the list."""

    question: str
    answer: str
    question_format: TextFormat = TextFormat.MOODLE

    def as_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "answer": self.answer,
            "format": self.question_format.value,
        }


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """A unit behind a number, and how many of the item's own unit one of it is: 1 km is 1000 m."""

    name: str
    size: Decimal

    def as_json(self) -> dict[str, Any]:
        return {"unit": self.name, "size": _number(self.size)}


@dataclass(frozen=True, slots=True)
class ImageDraft:
    """A picture that came with the file. Texts refer to it as `image:` and its `reference`."""

    reference: str
    name: str
    content: bytes

    @classmethod
    def of(cls, name: str, content: bytes) -> "ImageDraft":
        return cls(sha256(content).hexdigest()[:32], name, content)

    def as_json(self) -> dict[str, Any]:
        return {"reference": self.reference, "name": self.name, "bytes": len(self.content)}


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """One question as the file has it.

    `line` is where it begins, counted from 1, in the member `file` if the whole is a package.
    """

    kind: Kind
    stem: str
    line: int
    identifier: str = ""
    title: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    text_format: TextFormat = TextFormat.MOODLE
    choices: tuple[ChoiceDraft, ...] = ()
    answers: tuple[ShortAnswerDraft | NumericalAnswerDraft, ...] = ()
    pairs: tuple[PairDraft, ...] = ()
    case_sensitive: bool = False
    general_feedback: str = ""
    general_feedback_format: TextFormat = TextFormat.MOODLE
    units: tuple[UnitDraft, ...] = ()
    images: tuple[ImageDraft, ...] = ()
    file: str = ""

    def as_json(self) -> dict[str, Any]:
        rare: dict[str, Any] = {
            "units": [unit.as_json() for unit in self.units],
            "images": [image.as_json() for image in self.images],
            "case_sensitive": self.case_sensitive,
            "file": self.file,
        }
        return {
            "kind": self.kind.value,
            "identifier": self.identifier,
            "title": self.title,
            "category": self.category,
            "tags": list(self.tags),
            "format": self.text_format.value,
            "stem": self.stem,
            "choices": [choice.as_json() for choice in self.choices],
            "answers": [answer.as_json() for answer in self.answers],
            "pairs": [pair.as_json() for pair in self.pairs],
            "general_feedback": self.general_feedback,
            "line": self.line,
            **{name: value for name, value in rare.items() if value},
        }


@dataclass(frozen=True, slots=True)
class Category:
    """From this line on, items belong to the category `name`."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a part of the file is no item.

    `reason` is an English %-template and can be looked up in a catalogue of translations;
    `params` fills it in any language; `code` is for programs.
    """

    line: int
    code: str
    reason: str
    params: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    file: str = ""

    @property
    def message(self) -> str:
        said = self.reason % self.params
        return f"{self.file}: {said}" if self.file else said

    def as_json(self) -> dict[str, Any]:
        return {"line": self.line, "code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class Parsed:
    """All that a file holds, each tuple in the order of its lines.

    `translations` are the same questions in Chinese, where one file holds both languages: each
    belongs to the item of the same line.
    """

    items: tuple[ItemDraft, ...]
    faults: tuple[Fault, ...]
    categories: tuple[Category, ...] = ()
    translations: tuple[ItemDraft, ...] = ()

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "items": [item.as_json() for item in self.items],
            "faults": [fault.as_json() for fault in self.faults],
        }
        if self.translations:
            body["translations"] = [item.as_json() for item in self.translations]
        return body


def legal_weight(percent: Decimal) -> Decimal | None:
    """Return the stored form of a weight (33.333 becomes 33.33333), or None if it has none."""
    nearest = nearest_weight(percent)
    return nearest if abs(nearest - percent) < WEIGHT_TOLERANCE else None


@lru_cache(maxsize=1024)
def nearest_weight(percent: Decimal) -> Decimal:
    """Return the legal weight, of the same sign, that is closest to this one."""
    size = min(LEGAL_WEIGHTS, key=lambda legal: abs(legal - abs(percent)))
    return -size if percent < 0 and size else size


def choice_keys(number: int) -> list[str]:
    """Name this many choices: a, b, … z, aa, ab, …"""
    names = chain.from_iterable(product(ascii_lowercase, repeat=size) for size in count(1))
    return ["".join(letters) for letters in islice(names, number)]


def prompts_of(draft: ItemDraft) -> list[PairDraft]:
    """The pairs of a matching item that ask for something."""
    return [pair for pair in draft.pairs if pair.question.strip()]


def options_of(draft: ItemDraft) -> list[str]:
    """What can be chosen in a matching item: each answer once, in the order of the pairs."""
    return list(dict.fromkeys(pair.answer.strip() for pair in draft.pairs))


def key_of(draft: ItemDraft) -> Key | None:
    """Return the scoring key of a draft, or None for a kind that is not scored by machine.

    The choices are named a, b, c … in their order in the draft (see `choice_keys`); so are, in a
    matching item, first the prompts and then the options, and in an ordering item the choices,
    which stand in the right order.
    """
    shares = {
        name: choice.fraction / 100
        for name, choice in zip(choice_keys(len(draft.choices)), draft.choices, strict=True)
    }
    match draft.kind:
        case Kind.SINGLE:
            return SingleKey(shares)
        case Kind.MULTIPLE:
            return MultipleKey(shares)
        case Kind.TRUE_FALSE:
            return TrueFalseKey(answer=draft.choices[0].fraction == 100)
        case Kind.SHORT:
            patterns = (a for a in draft.answers if isinstance(a, ShortAnswerDraft))
            return ShortAnswerKey(
                tuple(ShortAnswer(answer.text, answer.fraction / 100) for answer in patterns),
                case_sensitive=draft.case_sensitive,
            )
        case Kind.NUMERICAL:
            numbers = (a for a in draft.answers if isinstance(a, NumericalAnswerDraft))
            return NumericalKey(
                tuple(filter(None, map(_numerical_answer, numbers))),
                {unit.name: unit.size for unit in draft.units},
            )
        case Kind.MATCHING:
            prompts, options = prompts_of(draft), options_of(draft)
            names = choice_keys(len(prompts) + len(options))
            named = dict(zip(options, names[len(prompts) :], strict=True))
            return MatchingKey(
                {
                    name: named[pair.answer.strip()]
                    for name, pair in zip(names, prompts, strict=False)
                }
            )
        case Kind.ORDERING:
            return OrderingKey(tuple(shares))
        case _:
            return None


def _numerical_answer(draft: NumericalAnswerDraft) -> Near | Between | None:
    share = draft.fraction / 100
    if draft.value is not None:
        return Near(draft.value, share, tolerance=draft.tolerance or Decimal(0))
    if draft.low is not None and draft.high is not None:
        return Between(draft.low, draft.high, share)
    return None


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
