"""From what an author writes in a form to the choices and the key of an item. Pure.

Marks are percentages as authors write them; the key holds shares of one. A row without words is
no row, so that a form may have some to spare.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from quiz.answers import MAX_CHOICES
from quiz.entries import FEWEST, OPTION, PROMPT, TOO_FEW_TO_ORDER, speaks_of_others
from quiz.formats.drafts import choice_keys, legal_weight, nearest_weight
from quiz.marked_words import gettext_noop
from quiz.papers import FEWEST_TO_ORDER
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
    exact,
    key_from_dict,
    key_to_dict,
)
from quiz.scoring.numbers import read_number

ENGLISH, CHINESE = "en", "zh-hant"
FULL = Decimal(100)
# Characters that nobody sees and that make a text read otherwise than it is stored.
INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class NotWritten(ValueError):
    """What is written is no item yet.

    `reason` is an English %-template that can be looked up in a catalogue; `params` fills it.
    """

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(reason % params if params else reason)
        self.reason = reason
        self.params = params


@dataclass(frozen=True, slots=True)
class Row:
    """A choice, a pair, a step or an accepted answer, as one row of the form has it."""

    text_en: str = ""
    text_zh: str = ""
    answer_en: str = ""
    answer_zh: str = ""
    percent: str = ""
    tolerance: str = ""

    def says_something(self, kind: str) -> bool:
        """Whether a column that this kind of question has is filled in."""
        said = self.text_en
        if kind not in ("numerical", "short"):
            said += self.text_zh
        if kind == "matching":
            said += self.answer_en + self.answer_zh
        return bool(said.strip())


@dataclass(frozen=True, slots=True)
class Body:
    """What is stored: choices as `ItemVersion.choices` has them, and the key as JSON."""

    choices: list[dict[str, Any]]
    key: dict[str, Any]


def clean_source(text: str) -> str:
    """A text in Unicode NFC with plain line ends, without characters that nobody sees.

    Spaces are kept: they mean something in programs.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = INVISIBLE.sub("", text)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def body_of(
    kind: str,
    rows: Iterable[Row],
    *,
    text_format: str,
    truth: bool = True,
    case_sensitive: bool = False,
    before: Sequence[Mapping[str, Any]] = (),
    units: Mapping[str, Decimal] | None = None,
) -> Body:
    """Return the choices and the key that the rows make.

    Args:
        before: the choices of the version that is edited; explanations of choices that say the
            same are kept.
        units: those of the number that is edited.

    Raises:
        NotWritten: no answer would be right, or nobody could tell which one is.
    """
    written = [row for row in rows if row.says_something(kind)]
    if len(written) > MAX_CHOICES:
        raise NotWritten(
            gettext_noop("A question has at most %(most)d choices here."), most=MAX_CHOICES
        )
    choices: list[dict[str, Any]] = []
    key: Key
    match kind:
        case "truefalse":
            key = TrueFalseKey(truth)
        case "numerical":
            key = NumericalKey(tuple(_number(row) for row in written), dict(units or {}))
            _require_full(answer.fraction for answer in key.answers)
        case "short":
            key = ShortAnswerKey(
                tuple(ShortAnswer(row.text_en.strip(), _share(row)) for row in written),
                case_sensitive,
            )
            _require_full(answer.fraction for answer in key.answers)
        case "matching":
            choices, key = _matching(written, text_format)
        case _:
            choices, key = _choices(kind, written, text_format)
    said = {choice["text"][ENGLISH]: choice.get("feedback") for choice in before}
    for choice in choices:
        choice["feedback"] = said.get(choice["text"][ENGLISH]) or {ENGLISH: "", CHINESE: ""}
    return Body(choices, key_to_dict(key))


def rows_of(choices: Sequence[Mapping[str, Any]], stored: Mapping[str, Any]) -> list[Row]:
    """Return the rows of the form that would make these choices and this key."""
    key = key_from_dict(stored)
    said = {choice["key"]: choice["text"] for choice in choices}
    match key:
        case SingleKey() | MultipleKey():
            return [
                Row(said[c][ENGLISH], said[c][CHINESE], percent=_percent(key.fractions[c]))
                for c in said
            ]
        case OrderingKey():
            return [Row(said[c][ENGLISH], said[c][CHINESE]) for c in key.order]
        case MatchingKey():
            paired = [*key.pairs.items()]
            spare = set(said) - set(key.pairs) - set(key.pairs.values())
            paired += [("", option) for option in said if option in spare]
            none = {ENGLISH: "", CHINESE: ""}
            return [
                Row(
                    said.get(prompt, none)[ENGLISH],
                    said.get(prompt, none)[CHINESE],
                    said[option][ENGLISH],
                    said[option][CHINESE],
                )
                for prompt, option in paired
            ]
        case NumericalKey():
            return [_number_row(answer) for answer in key.answers]
        case ShortAnswerKey():
            return [Row(a.pattern, percent=_percent(a.fraction)) for a in key.answers]
        case TrueFalseKey():
            return []


def _choices(
    kind: str, written: list[Row], text_format: str
) -> tuple[list[dict[str, Any]], SingleKey | MultipleKey | OrderingKey]:
    if len(written) < FEWEST:
        raise NotWritten(gettext_noop("Write at least two choices."))
    if kind == "ordering" and len(written) < FEWEST_TO_ORDER:
        raise NotWritten(TOO_FEW_TO_ORDER)
    _require_different(row.text_en for row in written)
    names = choice_keys(len(written))
    choices = [
        _choice(name, row.text_en, row.text_zh, text_format, pinned=kind != "ordering")
        for name, row in zip(names, written, strict=True)
    ]
    if kind == "ordering":
        return choices, OrderingKey(tuple(names))
    shares = {name: _share(row) for name, row in zip(names, written, strict=True)}
    if kind == "single":
        _require_full(shares.values())
        return choices, SingleKey(shares)
    if sum(exact(share) for share in shares.values() if share > 0) < 1:
        raise NotWritten(gettext_noop("The right answers together do not earn full marks."))
    return choices, MultipleKey(shares)


def _matching(written: list[Row], text_format: str) -> tuple[list[dict[str, Any]], MatchingKey]:
    prompts = [row for row in written if (row.text_en + row.text_zh).strip()]
    if not all(row.answer_en.strip() for row in written):
        raise NotWritten(gettext_noop("Each pair needs an answer in English."))
    _require_different(row.text_en for row in prompts)
    options = {row.answer_en.strip(): row.answer_zh.strip() for row in reversed(written)}
    spare = [row for row in written if not (row.text_en + row.text_zh).strip()]
    # Wherever a spare answer was written it comes last, as `rows_of` shows it again.
    order = dict.fromkeys(row.answer_en.strip() for row in (*prompts, *spare))
    options = {name: options[name] for name in order}
    if not prompts or len(options) < FEWEST:
        raise NotWritten(gettext_noop("Write at least one pair and two different answers."))
    if len(prompts) + len(options) > MAX_CHOICES:
        raise NotWritten(
            gettext_noop("A question has at most %(most)d choices here."), most=MAX_CHOICES
        )
    names = choice_keys(len(prompts) + len(options))
    named = dict(zip(options, names[len(prompts) :], strict=True))
    choices = [
        {**_choice(name, row.text_en, row.text_zh, text_format), "role": PROMPT}
        for name, row in zip(names, prompts, strict=False)
    ] + [
        {**_choice(named[english], english, chinese, "plain", pinned=True), "role": OPTION}
        for english, chinese in options.items()
    ]
    pairs = {name: named[row.answer_en.strip()] for name, row in zip(names, prompts, strict=False)}
    return choices, MatchingKey(pairs)


def _choice(
    name: str, english: str, chinese: str, text_format: str, *, pinned: bool = False
) -> dict[str, Any]:
    return {
        "key": name,
        "text": {ENGLISH: english, CHINESE: chinese},
        "format": text_format,
        "pinned": pinned and speaks_of_others(english),
    }


def _number(row: Row) -> Near | Between:
    share = _share(row)
    low, between, high = row.text_en.partition("..")
    if between:
        ends = _decimal(low), _decimal(high)
        return Between(min(ends), max(ends), share)
    tolerance = _decimal(row.tolerance) if row.tolerance.strip() else Decimal(0)
    return Near(_decimal(row.text_en), share, tolerance)


def _number_row(answer: Near | Between) -> Row:
    percent = _percent(answer.fraction)
    if isinstance(answer, Between):
        return Row(f"{answer.low}..{answer.high}", percent=percent)
    tolerance = str(answer.tolerance) if answer.tolerance else ""
    return Row(str(answer.value), percent=percent, tolerance=tolerance)


def _decimal(written: str) -> Decimal:
    number = read_number(written.strip())
    if number is None or number.unit:
        raise NotWritten(gettext_noop("“%(text)s” is no number."), text=written.strip()[:40])
    return number.value


def _share(row: Row) -> Decimal:
    """The share of one that a row earns; nothing where nothing is written."""
    written = row.percent.strip().removesuffix("%").strip()
    try:
        percent = Decimal(written or 0)
    except InvalidOperation as error:
        raise NotWritten(
            gettext_noop("“%(text)s” is no percentage."), text=row.percent[:40]
        ) from error
    if not percent.is_finite() or abs(percent) > FULL:
        raise NotWritten(gettext_noop("“%(text)s” is no percentage."), text=row.percent[:40])
    legal = legal_weight(percent)
    if legal is None:
        raise NotWritten(
            gettext_noop(
                "%(percent)s %% cannot be stored. The nearest that can is %(nearest)s %%."
            ),
            percent=f"{percent.normalize():f}",
            nearest=f"{nearest_weight(percent).normalize():f}",
        )
    return legal / FULL


def _percent(share: Decimal) -> str:
    return f"{(share * FULL).normalize():f}"


def _require_full(shares: Iterable[Decimal]) -> None:
    if max(shares, default=Decimal(0)) < 1:
        raise NotWritten(gettext_noop("No answer earns full marks."))


def _require_different(texts: Iterable[str]) -> None:
    seen: set[str] = set()
    for text in texts:
        if text.strip() and text.strip() in seen:
            raise NotWritten(
                gettext_noop(
                    "“%(text)s” stands twice in this question: nobody could tell which is meant."
                ),
                text=text.strip()[:80],
            )
        seen.add(text.strip())
