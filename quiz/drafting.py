"""From what the bank holds back to a draft that an exporter writes. Pure.

The inverse of `entries.entry_of`: who brings the file in again finds every item as it is. The bank
keeps no title, so the code stands for it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from quiz.entries import OPTION, PROMPT
from quiz.formats.drafts import (
    ChoiceDraft,
    ImageDraft,
    ItemDraft,
    Kind,
    NumericalAnswerDraft,
    PairDraft,
    ShortAnswerDraft,
    TextFormat,
    UnitDraft,
)
from quiz.formats.pairs import pairs_in_order

ENGLISH, CHINESE = "en", "zh-hant"
FULL, NONE = Decimal(100), Decimal(0)


class Placed(Protocol):
    """An item: its code and where it belongs."""

    code: str
    topic: str
    difficulty: str


class Stored(Protocol):
    """A version of an item as the bank holds it."""

    kind: str
    text_format: str
    stem_en: str
    stem_zh: str
    choices: Any
    key: Any
    feedback_en: str
    feedback_zh: str


def draft_of(
    version: Stored, item: Placed, language: str, images: Mapping[str, ImageDraft]
) -> ItemDraft | None:
    """Return the draft in one language, or None if the version does not say it in this one.

    Args:
        images: of all items, by reference; those that the draft shows go with it.
    """
    english = language == ENGLISH
    stem = version.stem_en if english else version.stem_zh
    texts = [choice["text"][language] for choice in version.choices]
    if not stem or not all(texts):
        return None
    form = TextFormat(version.text_format)
    kind = Kind(version.kind)
    choices: tuple[ChoiceDraft, ...] = ()
    answers: tuple[ShortAnswerDraft | NumericalAnswerDraft, ...] = ()
    pairs: tuple[PairDraft, ...] = ()
    match kind:
        case Kind.TRUE_FALSE:
            choices = tuple(
                ChoiceDraft(
                    str(truth),
                    FULL if truth == version.key["answer"] else NONE,
                    "",
                    TextFormat.PLAIN,
                    form,
                )
                for truth in (True, False)
            )
        case Kind.SHORT | Kind.NUMERICAL:
            answers = tuple(_answer(answer, form) for answer in version.key["answers"])
        case Kind.MATCHING:
            pairs = _pairs(version.choices, version.key["pairs"], language)
        case _:
            shares = version.key.get("fractions", {})
            choices = tuple(_choice(choice, shares, language, form) for choice in version.choices)
    feedback = version.feedback_en if english else version.feedback_zh
    said = "\n".join((stem, feedback, *texts, *_feedback(version.choices, language)))
    return ItemDraft(
        kind=kind,
        stem=stem,
        line=0,
        identifier=item.code,
        title=item.code,
        category=f"{item.topic}/{item.difficulty}",
        text_format=form,
        choices=choices,
        answers=answers,
        pairs=pairs,
        case_sensitive=bool(version.key.get("case_sensitive")),
        general_feedback=feedback,
        general_feedback_format=form,
        units=tuple(
            UnitDraft(name, Decimal(size)) for name, size in version.key.get("units", {}).items()
        ),
        images=tuple(image for reference, image in images.items() if reference in said),
    )


def _choice(
    choice: Mapping[str, Any], shares: Mapping[str, str], language: str, form: TextFormat
) -> ChoiceDraft:
    """One choice; those of an ordering item have no share, for all of them are right."""
    share = shares.get(choice["key"])
    return ChoiceDraft(
        text=choice["text"][language],
        fraction=FULL if share is None else _percent(share),
        feedback=choice.get("feedback", {}).get(language, ""),
        text_format=TextFormat(choice["format"]),
        feedback_format=form,
    )


def _answer(answer: Mapping[str, str], form: TextFormat) -> ShortAnswerDraft | NumericalAnswerDraft:
    fraction = _percent(answer["fraction"])
    if "pattern" in answer:
        return ShortAnswerDraft(answer["pattern"], fraction, "", TextFormat.PLAIN, form)
    if "low" in answer:
        low, high = Decimal(answer["low"]), Decimal(answer["high"])
        return NumericalAnswerDraft(fraction, low=low, high=high, feedback_format=form)
    value, tolerance = Decimal(answer["value"]), Decimal(answer["tolerance"])
    return NumericalAnswerDraft(fraction, value, tolerance, feedback_format=form)


def _pairs(
    choices: Sequence[Mapping[str, Any]], right: Mapping[str, str], language: str
) -> tuple[PairDraft, ...]:
    options = {c["key"]: c["text"][language] for c in choices if c.get("role") == OPTION}
    asked = [
        (c["text"][language], TextFormat(c["format"]), options[right[c["key"]]])
        for c in choices
        if c.get("role") == PROMPT
    ]
    return pairs_in_order(asked, list(options.values()))


def _feedback(choices: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    return [choice.get("feedback", {}).get(language, "") for choice in choices]


def _percent(share: str) -> Decimal:
    return (Decimal(share) * 100).normalize() + 0
