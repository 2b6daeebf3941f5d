"""A version as staff see it: both languages, with the key."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.languages import Language
from quiz.differences import Part, differences
from quiz.markup import render, render_line
from quiz.models import ItemVersion
from quiz.scoring import (
    Between,
    MatchingKey,
    MultipleKey,
    Near,
    NumericalKey,
    OrderingKey,
    ShortAnswerKey,
    SingleKey,
    TrueFalseKey,
    key_from_dict,
)
from quiz.wording import TRUTHS

Texts = tuple[SafeString | str, SafeString | str]


@dataclass(frozen=True, slots=True)
class Row:
    """An answer and its share of the marks, in percent."""

    texts: Texts
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
                Row(_texts(choice), _percent(key.fractions[choice["key"]]), choice["pinned"])
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
        case MatchingKey():
            return _pairs(version, key)
        case OrderingKey():
            said = {choice["key"]: _texts(choice) for choice in version.choices}
            return [
                Row((_numbered(place, english), _numbered(place, chinese)), "")
                for place, (english, chinese) in enumerate(map(said.__getitem__, key.order), 1)
            ]


def _pairs(version: ItemVersion, key: MatchingKey) -> list[Row]:
    """Each prompt with its option, then the options that belong to none."""
    said = {choice["key"]: _texts(choice) for choice in version.choices}
    rows = [
        Row(_pair(said[prompt], said[option]), _percent(Decimal(1) / len(key.pairs)))
        for prompt, option in key.pairs.items()
    ]
    paired = {*key.pairs, *key.pairs.values()}
    spare = (choice for choice in version.choices if choice["key"] not in paired)
    return rows + [
        Row(_pair(("–", "–"), said[choice["key"]]), _percent(Decimal(0)), choice["pinned"])
        for choice in spare
    ]


def _pair(prompts: Texts, options: Texts) -> Texts:
    english, chinese = (
        format_html("{} → {}", *sides) for sides in zip(prompts, options, strict=True)
    )
    return english, chinese


def _numbered(place: int, text: SafeString | str) -> SafeString:
    return format_html("{}. {}", place, text)


def _texts(choice: dict[str, Any]) -> Texts:
    """A choice in both languages, English first."""
    return (
        render_line(choice["text"][Language.ENGLISH.value], choice["format"]),
        render_line(choice["text"][Language.TRADITIONAL_CHINESE.value], choice["format"]),
    )


def _interval(answer: Near | Between) -> str:
    if isinstance(answer, Between):
        return f"{answer.low} … {answer.high}"
    return f"{answer.value} ± {answer.tolerance}" if answer.tolerance else str(answer.value)


def _percent(share: Decimal) -> str:
    return f"{float(100 * share):g}%"


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a version that says something else than in the version before."""

    name: str
    parts: list[Part]


def changes_between(before: ItemVersion, after: ItemVersion) -> list[Change]:
    """What has changed from one version to the next, field by field."""
    old, new = _told(before), _told(after)
    return [
        Change(name, differences(old.get(name, ""), new.get(name, "")))
        for name in dict.fromkeys([*new, *old])
        if old.get(name, "") != new.get(name, "")
    ]


def _told(version: ItemVersion) -> dict[str, str]:
    """Every field of a version as text, by its name."""
    names = ("text_format", "stem_en", "stem_zh", "feedback_en", "feedback_zh", "source_name")
    told = {
        str(ItemVersion._meta.get_field(name).verbose_name): str(getattr(version, name))  # type: ignore[union-attr]
        for name in names
    }
    for choice in version.choices:
        for language, text in choice["text"].items():
            name = _("choice %(key)s (%(language)s)")
            told[name % {"key": choice["key"], "language": Language(language).label}] = text
    told[_("key")] = "\n".join(
        strip_tags(f"{row.texts[0]} {row.percent}") for row in _rows(version)
    )
    return told
