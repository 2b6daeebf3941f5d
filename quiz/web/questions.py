"""A paper as the page shows it, and a form of it as answers. Keys are never read here.

Every control of a question is named `a-<position>`. Where one answer has several controls, the
value says which row it is: "b:d" pairs the prompt b with the option d, "b:2" puts b second, and
"b:" leaves that row open.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.languages import Language, reads_chinese
from quiz.answers import MAX_TEXT, Answer, Malformed, read_answer
from quiz.entries import OPTION, PROMPT
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
    Kind.MATCHING: "pairs",
    Kind.ORDERING: "order",
}
CONTROLS = {
    "choices": "checkbox",
    "number": "text",
    "text": "text",
    "pairs": "select",
    "order": "order",
}


class Fields(Protocol):
    """A posted form."""

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Option:
    """A choice: `letter` says its place on this paper, whatever the language.

    `mark` is where a stencil is cut (`quiz.web.stencils`).
    """

    value: str
    letter: str
    label: SafeString | str
    other_label: SafeString | str
    checked: bool
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """A row of a question that is answered row by row, with what is picked in it."""

    key: str
    label: SafeString | str
    other_label: SafeString | str
    picked: str


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What was posted for a question and is no answer, and what to do about it."""

    values: tuple[str, ...]
    message: str

    @property
    def text(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def picks(self) -> dict[str, str]:
        return dict(value.split(":", 1) for value in self.values if ":" in value)


@dataclass(slots=True)
class Question:
    """One item on the page, in the reader's language with the other one beside it.

    `end` is where a stencil is cut (`quiz.web.stencils`).
    """

    position: int
    kind: str
    control: str
    language: str
    other_language: str
    other_name: str
    stem: SafeString
    other_stem: SafeString
    options: list[Option]
    rows: list[Pick]
    text: str
    sequence: int
    answer: Answer | None
    errors: list[str] = field(default_factory=list)
    end: str = ""

    @property
    def html(self) -> str:
        """Nothing is made yet: the template is to be rendered."""
        return ""

    @property
    def name(self) -> str:
        return f"a-{self.position}"

    @property
    def answered(self) -> bool:
        return self.answer is not None

    @property
    def original(self) -> str:
        """The answer that the page was made with, for `changed_answers`."""
        return canonical(self.answer)


def questions_of(
    paper: Iterable[Response], typed: Mapping[int, Unsaved] | None = None
) -> list[Question]:
    """The questions in the order of the paper.

    Args:
        typed: by position, what was posted and could not be saved.
    """
    mine, other = (CHINESE, ENGLISH) if reads_chinese() else (ENGLISH, CHINESE)
    questions = [_question(response, mine, other) for response in paper]
    for question in questions:
        if typed and question.position in typed:
            unsaved = typed[question.position]
            question.text = unsaved.text
            picks = unsaved.picks
            question.rows = [
                replace(row, picked=picks.get(row.key, row.picked)) for row in question.rows
            ]
            question.errors.append(unsaved.message)
    return questions


def changed_answers(
    fields: Fields, kinds: Mapping[int, str]
) -> tuple[dict[int, Answer | None], dict[int, Unsaved]]:
    """Read a posted form: the answers that its writer changed, and those that are no answers.

    A question that was not touched is not among them, so that a page that was open for long does
    not overwrite what another one has saved since.

    Returns:
        The answers by position; and by position what cannot be saved.
    """
    changed: dict[int, Answer | None] = {}
    refused: dict[int, Unsaved] = {}
    for position, kind in kinds.items():
        original = fields.getlist(f"o-{position}")
        if not original:
            continue
        values = fields.getlist(f"a-{position}")
        try:
            answer = read_answer(_posted(kind, values))
        except Malformed:
            refused[position] = Unsaved(tuple(values), _what_to_do(kind))
            continue
        if canonical(answer) != original[0]:
            changed[position] = answer
    return changed, refused


def canonical(answer: Answer | None) -> str:
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
    if member == "pairs":
        return {member: dict(_split(value) for value in values if not value.endswith(":"))}
    if member == "order":
        return {member: _ordered([_split(value) for value in values])}
    return {member: values[0]}


def _split(value: str) -> tuple[str, str]:
    row, separator, picked = value.partition(":")
    if not separator:
        raise Malformed("a row is “key:picked”")
    return row, picked


def _ordered(rows: list[tuple[str, str]]) -> list[str]:
    """The rows by their numbers; none if no row has one.

    Raises:
        Malformed: a number is missing, stands twice, or is not one of 1 … n.
    """
    if not any(place for _row, place in rows):
        return []
    places = {place: row for row, place in rows}
    try:
        return [places[str(place)] for place in range(1, len(rows) + 1)]
    except KeyError as missing:
        raise Malformed("not every place is taken once") from missing


def _what_to_do(kind: str) -> str:
    if kind == Kind.ORDERING:
        return _("Give each row a number of its own: no number twice, and none left out.")
    if kind in (Kind.NUMERICAL, Kind.SHORT):
        return _("Write at most %(most)d characters, without control characters.") % {
            "most": MAX_TEXT
        }
    return _("This could not be read as an answer. Choose again.")


def _question(response: Response, mine: str, other: str) -> Question:
    version = response.item_version
    member = MEMBERS[Kind(version.kind)]
    content = (response.answer or {}).get(member)
    return Question(
        position=response.position,
        kind=version.kind,
        control=CONTROLS.get(member, "radio"),
        language=HTML_LANGUAGE[mine],
        other_language=HTML_LANGUAGE[other],
        other_name=Language(other).label,
        stem=render(_stem(version, mine), version.text_format),
        other_stem=render(_stem(version, other), version.text_format),
        options=_options(response, content, mine, other),
        rows=_rows(response, content, mine, other),
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
    if version.kind == Kind.ORDERING:
        return []
    picked = content if isinstance(content, list) else [content]
    ordered = [c for c in _in_order(response) if c.get("role") != PROMPT]
    return [
        Option(
            value=choice["key"],
            letter=letter_of(place),
            label=_label(choice, mine),
            other_label=_label(choice, other),
            checked=choice["key"] in picked,
        )
        for place, choice in enumerate(ordered)
    ]


def letter_of(place: int) -> str:
    """What a choice in this place of a paper is called, from 0."""
    return chr(ord("A") + place) if place < 26 else str(place + 1)


def picked_in(response: Response) -> tuple[str, set[str]]:
    """What is written in the field of an answer, and the values that are ticked."""
    content = (response.answer or {}).get(MEMBERS[Kind(response.item_version.kind)])
    if isinstance(content, bool):
        return "", {str(content).lower()}
    if isinstance(content, str):
        return content, {content}
    return "", set(content) if isinstance(content, list) else set()


def _label(choice: dict[str, Any], language: str) -> SafeString | str:
    """What a choice says; an option of a list to pick from can only be plain text."""
    if choice.get("role") == OPTION:
        return str(choice["text"][language])
    return render_line(choice["text"][language], choice["format"])


def _rows(response: Response, content: Any, mine: str, other: str) -> list[Pick]:
    """The prompts of a matching item; the choices of an ordering one as they were last put."""
    version = response.item_version
    shown = _in_order(response)
    match version.kind:
        case Kind.MATCHING:
            shown = [choice for choice in shown if choice.get("role") == PROMPT]
            picked = content if isinstance(content, dict) else {}
        case Kind.ORDERING:
            places = {key: place for place, key in enumerate(content or [], start=1)}
            shown.sort(key=lambda choice: places.get(choice["key"], 0))
            picked = {key: str(place) for key, place in places.items()}
        case _:
            return []
    return [
        Pick(
            key=choice["key"],
            label=render_line(choice["text"][mine], choice["format"]),
            other_label=render_line(choice["text"][other], choice["format"]),
            picked=picked.get(choice["key"], ""),
        )
        for choice in shown
    ]


def _in_order(response: Response) -> list[dict[str, Any]]:
    """The choices in the order of this paper."""
    by_key = {choice["key"]: choice for choice in response.item_version.choices}
    return [by_key[key] for key in response.choice_order if key in by_key]
