"""A paper as the page shows it, and a form of it as answers. Keys are never read here."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils import translation
from django.utils.safestring import SafeString

from accounts.languages import Language
from quiz.answers import Answer, Malformed, read_answer
from quiz.markup import render, render_line
from quiz.models import ItemVersion, Kind, Response
from quiz.wording import TRUTHS

ENGLISH, CHINESE = Language.ENGLISH.value, Language.TRADITIONAL_CHINESE.value
HTML_LANGUAGE = {ENGLISH: "en", CHINESE: "zh-Hant-HK"}
MEMBERS = {
    Kind.SINGLE: "choice",
    Kind.MULTIPLE: "choices",
    Kind.TRUE_FALSE: "value",
    Kind.NUMERICAL: "number",
    Kind.SHORT: "text",
}


class Fields(Protocol):
    """A posted form."""

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Option:
    """A choice: `letter` says its place on this paper, whatever the language."""

    value: str
    letter: str
    label: SafeString | str
    other_label: SafeString | str
    checked: bool


@dataclass(slots=True)
class Question:
    """One item on the page, in the reader's language with the other one beside it."""

    position: int
    kind: str
    control: str
    language: str
    other_language: str
    other_name: str
    stem: SafeString
    other_stem: SafeString
    options: list[Option]
    text: str
    sequence: int
    answer: Answer | None
    errors: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"a-{self.position}"

    @property
    def answered(self) -> bool:
        return self.answer is not None

    @property
    def original(self) -> str:
        """The answer that the page was made with, for `changed_answers`."""
        return _canonical(self.answer)


def questions_of(
    paper: Iterable[Response], typed: Mapping[int, tuple[str, str]] | None = None
) -> list[Question]:
    """The questions in the order of the paper.

    Args:
        typed: by position, what was typed and could not be saved, and what is wrong with it.
    """
    chinese = (translation.get_language() or "").startswith("zh")
    mine, other = (CHINESE, ENGLISH) if chinese else (ENGLISH, CHINESE)
    questions = [_question(response, mine, other) for response in paper]
    for question in questions:
        if typed and question.position in typed:
            question.text, message = typed[question.position]
            question.errors.append(message)
    return questions


def changed_answers(
    fields: Fields, kinds: Mapping[int, str]
) -> tuple[dict[int, Answer | None], dict[int, str]]:
    """Read a posted form: the answers that its writer changed, and those that are no answers.

    A question that was not touched is not among them, so that a page that was open for long does
    not overwrite what another one has saved since.

    Returns:
        The answers by position; and by position the text that cannot be saved.
    """
    changed: dict[int, Answer | None] = {}
    refused: dict[int, str] = {}
    for position, kind in kinds.items():
        original = fields.getlist(f"o-{position}")
        if not original:
            continue
        values = fields.getlist(f"a-{position}")
        try:
            answer = read_answer(_posted(kind, values))
        except Malformed:
            refused[position] = values[0] if values else ""
            continue
        if _canonical(answer) != original[0]:
            changed[position] = answer
    return changed, refused


def _canonical(answer: Answer | None) -> str:
    """One spelling of an answer; `static/js/quiz.js` writes the same."""
    return json.dumps(answer, sort_keys=True, ensure_ascii=False)


def _posted(kind: str, values: list[str]) -> dict[str, Any] | None:
    if not values:
        return None
    member = MEMBERS[Kind(kind)]
    if member == "choices":
        return {member: values}
    if member == "value":
        return {member: values[0] == "true"}
    return {member: values[0]}


def _question(response: Response, mine: str, other: str) -> Question:
    version = response.item_version
    member = MEMBERS[Kind(version.kind)]
    content = (response.answer or {}).get(member)
    return Question(
        position=response.position,
        kind=version.kind,
        control={"choices": "checkbox", "number": "text", "text": "text"}.get(member, "radio"),
        language=HTML_LANGUAGE[mine],
        other_language=HTML_LANGUAGE[other],
        other_name=Language(other).label,
        stem=render(_stem(version, mine), version.text_format),
        other_stem=render(_stem(version, other), version.text_format),
        options=_options(response, content, mine, other),
        text=content if member in ("number", "text") and isinstance(content, str) else "",
        sequence=response.sequence,
        answer=response.answer,
    )


def _stem(version: ItemVersion, language: str) -> str:
    return version.stem_zh if language == CHINESE else version.stem_en


def _options(response: Response, content: Any, mine: str, other: str) -> list[Option]:
    version = response.item_version
    if version.kind == Kind.TRUE_FALSE:
        chosen = {True: "true", False: "false"}.get(content) if content is not None else None
        return [
            Option(word, letter, TRUTHS[mine][word], TRUTHS[other][word], word == chosen)
            for letter, word in (("A", "true"), ("B", "false"))
        ]
    picked = content if isinstance(content, list) else [content]
    by_key = {choice["key"]: choice for choice in version.choices}
    ordered = [by_key[key] for key in response.choice_order if key in by_key]
    return [
        Option(
            value=choice["key"],
            letter=chr(ord("A") + place) if place < 26 else str(place + 1),
            label=render_line(choice["text"][mine], choice["format"]),
            other_label=render_line(choice["text"][other], choice["format"]),
            checked=choice["key"] in picked,
        )
        for place, choice in enumerate(ordered)
    ]
