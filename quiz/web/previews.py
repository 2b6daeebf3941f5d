"""A version as staff see it: both languages, with the key."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString

from accounts.languages import Language
from quiz.markup import render, render_line
from quiz.models import ItemVersion
from quiz.scoring import (
    Between,
    MultipleKey,
    Near,
    NumericalKey,
    ShortAnswerKey,
    SingleKey,
    TrueFalseKey,
    key_from_dict,
)
from quiz.wording import TRUTHS


@dataclass(frozen=True, slots=True)
class Row:
    """An answer and its share of the marks, in percent."""

    texts: tuple[SafeString | str, SafeString | str]
    percent: str
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    version: ItemVersion
    stems: tuple[SafeString, SafeString]
    rows: list[Row]
    feedback: tuple[SafeString, SafeString]


def preview_of(version: ItemVersion) -> Preview:
    """What the version says, English first."""
    return Preview(
        version=version,
        stems=(
            render(version.stem_en, version.text_format),
            render(version.stem_zh, version.text_format),
        ),
        rows=_rows(version),
        feedback=(
            render(version.feedback_en, version.text_format),
            render(version.feedback_zh, version.text_format),
        ),
    )


def _rows(version: ItemVersion) -> list[Row]:
    key = key_from_dict(version.key)
    english, chinese = Language.ENGLISH.value, Language.TRADITIONAL_CHINESE.value
    match key:
        case SingleKey() | MultipleKey():
            return [
                Row(
                    (
                        render_line(choice["text"][english], choice["format"]),
                        render_line(choice["text"][chinese], choice["format"]),
                    ),
                    _percent(key.fractions[choice["key"]]),
                    choice["pinned"],
                )
                for choice in version.choices
            ]
        case TrueFalseKey():
            word = str(key.answer).lower()
            return [Row((TRUTHS[english][word], TRUTHS[chinese][word]), "100%")]
        case NumericalKey():
            return [
                Row((_interval(answer),) * 2, _percent(answer.fraction)) for answer in key.answers
            ]
        case ShortAnswerKey():
            return [Row((answer.pattern,) * 2, _percent(answer.fraction)) for answer in key.answers]


def _interval(answer: Near | Between) -> str:
    if isinstance(answer, Between):
        return f"{answer.low} … {answer.high}"
    return f"{answer.value} ± {answer.tolerance}" if answer.tolerance else str(answer.value)


def _percent(share: Decimal) -> str:
    return f"{float(100 * share):g}%"
