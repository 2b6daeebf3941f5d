"""Read items in Moodle's XML. Pure.

What a question says and how it is scored is read; how a quiz shows it (`penalty`, `defaultgrade`,
`shuffleanswers`, `answernumbering`, hints, the feedback of a whole answer) is for the quiz here,
and so is what part of the marks an order earns that is right in part (`gradingtype`).
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar
from urllib.parse import unquote

from quiz.formats.checks import FULL, NONE, checked, read_decimal, read_weight
from quiz.formats.drafts import (
    IMAGE,
    Category,
    ChoiceDraft,
    Fault,
    ImageDraft,
    ItemDraft,
    Kind,
    NumericalAnswerDraft,
    PairDraft,
    Parsed,
    ShortAnswerDraft,
    TextFormat,
    UnitDraft,
)
from quiz.formats.faults import MAX_ITEMS, Refused, fault, too_many
from quiz.formats.images import image_of
from quiz.formats.markup import html_of
from quiz.formats.numbers import size_of
from quiz.formats.xml_source import Element, read_xml
from quiz.marked_words import gettext_noop

FORMATS = {
    "html": TextFormat.HTML,
    "markdown": TextFormat.MARKDOWN,
    "plain_text": TextFormat.PLAIN,
    "moodle_auto_format": TextFormat.MOODLE,
}
TRUTHS = {"true": True, "false": False}
Read = TypeVar("Read")
PARTS = frozenset(
    {
        *("answer", "generalfeedback", "idnumber", "name", "questiontext", "single"),
        *("subquestion", "tags", "unitgradingtype", "units", "usecase"),
    }
)
REASONS = {
    "no_question": gettext_noop(
        "<%(name)s> stands here where only <question> can. Rename it or take it out."
    ),
    "no_part": gettext_noop("<%(name)s> is not known. Write <%(meant)s>."),
    "stray": gettext_noop(
        "The text “%(text)s” stands outside of the element that it belongs to. Put it into its"
        " <text>, or take it out."
    ),
    "markup": gettext_noop("<%(name)s> stands in a text that is plain. Take the mark-up out."),
    "unit_grading": gettext_noop(
        "A missing unit costs marks here (unitgradingtype), which is not supported. Set it to 0."
    ),
}
FILE_LINK = re.compile(r"@@PLUGINFILE@@/([^\"'\s)>?#]+)")


def parse_moodle_xml(source: str | bytes) -> Parsed:
    """Return everything that the file holds. Never raises, whatever the file is."""
    items: list[ItemDraft] = []
    faults: list[Fault] = []
    categories: list[Category] = []
    first_lines: dict[str, int] = {}
    count = 0
    try:
        root = read_xml(source)
        if root.name != "quiz":
            raise Refused(fault("xml_root", root.line, root=root.name[:40]))
    except Refused as refused:
        return Parsed((), refused.faults)
    faults += [_fault("stray", line, text=said[:60]) for line, said in root.strays()]
    for question in root.elements():
        if question.name != "question":
            faults.append(_fault("no_question", question.line, name=question.name[:40]))
            continue
        kind = question.attributes.get("type", "").strip()
        try:
            if kind == "category":
                name = _plain(question, "category")
                categories.append(Category(" ".join(name.split()), question.line))
                continue
            count += 1
            if count > MAX_ITEMS:
                return Parsed((), (*faults, too_many(question.line)))
            item = _Question(question).draft(kind)
            if item.identifier:
                first = first_lines.setdefault(item.identifier, item.line)
                if first != item.line:
                    named = {"identifier": item.identifier, "first": first}
                    raise Refused(fault("identifier", item.line, **named))
            items.append(replace(item, category=categories[-1].name if categories else ""))
        except Refused as refused:
            faults.extend(refused.faults)
    faults.sort(key=lambda found: found.line)
    return Parsed(tuple(items), tuple(faults), tuple(categories))


class _Question:
    """One `<question>` on its way to a draft, with the pictures and faults found so far."""

    def __init__(self, question: Element) -> None:
        self._question = question
        self._images: dict[str, ImageDraft] = {}
        self._faults: list[Fault] = []
        self._lines: list[int] = []

    def draft(self, kind: str) -> ItemDraft:
        read = KINDS.get(kind)
        if read is None:
            supported = ", ".join(KINDS)
            raise Refused(fault("kind", self._question.line, kind=kind or "?", supported=supported))
        self._require_known()
        stem, stem_format = self._rich(self._question.first("questiontext"))
        general, general_format = self._rich(
            self._question.first("generalfeedback"), default=stem_format
        )
        tags = self._question.first("tags")
        head = ItemDraft(
            kind=Kind.DESCRIPTION,
            stem=stem,
            line=self._question.line,
            identifier=_plain(self._question, "idnumber"),
            title=" ".join(_plain(self._question, "name").split()),
            tags=tuple(tag.text.strip() for tag in tags.elements("tag")) if tags else (),
            text_format=stem_format,
            general_feedback=general,
            general_feedback_format=general_format,
        )
        draft = read(self, head)
        if self._faults:
            raise Refused(*self._faults)
        return checked(replace(draft, images=tuple(self._images.values())), self._lines)

    def multichoice(self, head: ItemDraft) -> ItemDraft:
        single = self._question.text_of("single").lower() not in ("false", "0")
        return replace(
            head,
            kind=Kind.SINGLE if single else Kind.MULTIPLE,
            choices=self._each("answer", self._choice),
        )

    def true_false(self, head: ItemDraft) -> ItemDraft:
        found: dict[bool, ChoiceDraft] = {}
        for answer in self._question.elements("answer"):
            truth = TRUTHS.get(answer.text_of("text").lower())
            if truth is None or truth in found:
                raise Refused(fault("truth", answer.line))
            said = self._choice(answer)
            found[truth] = replace(said, text=str(truth), text_format=TextFormat.PLAIN)
        if len(found) != 2:
            raise Refused(fault("truth", self._question.line))
        return replace(head, kind=Kind.TRUE_FALSE, choices=(found[True], found[False]))

    def short(self, head: ItemDraft) -> ItemDraft:
        def read(answer: Element) -> ShortAnswerDraft:
            _plain(answer, "text")
            said = self._choice(answer)
            return ShortAnswerDraft(
                said.text, said.fraction, said.feedback, TextFormat.PLAIN, said.feedback_format
            )

        return replace(
            head,
            kind=Kind.SHORT,
            answers=self._each("answer", read),
            case_sensitive=self._question.text_of("usecase").lower() in ("1", "true"),
        )

    def numerical(self, head: ItemDraft) -> ItemDraft:
        answers = self._each("answer", self._number)
        grading = self._question.first("unitgradingtype")
        if grading is not None and grading.text.strip() not in ("", "0"):
            raise Refused(_fault("unit_grading", grading.line))
        units = self._question.first("units")
        return replace(
            head,
            kind=Kind.NUMERICAL,
            answers=answers,
            units=tuple(self._unit(unit) for unit in units.elements("unit")) if units else (),
        )

    def matching(self, head: ItemDraft) -> ItemDraft:
        def read(row: Element) -> PairDraft:
            question, question_format = self._rich(row)
            return PairDraft(question, _plain(row, "answer"), question_format)

        return replace(head, kind=Kind.MATCHING, pairs=self._each("subquestion", read))

    def ordering(self, head: ItemDraft) -> ItemDraft:
        """The fraction of an answer is its place in the order."""

        def read(answer: Element) -> tuple[Decimal, ChoiceDraft]:
            text, text_format = self._rich(answer)
            place = read_decimal(answer.attributes.get("fraction", "0"), answer.line)
            return place, ChoiceDraft(text, FULL, text_format=text_format)

        placed = self._each("answer", read)
        places = [place for place, _ in placed]
        if len(set(places)) == len(places):
            placed = tuple(sorted(placed, key=lambda one: one[0]))
        return replace(head, kind=Kind.ORDERING, choices=tuple(choice for _, choice in placed))

    def essay(self, head: ItemDraft) -> ItemDraft:
        return replace(head, kind=Kind.ESSAY)

    def description(self, head: ItemDraft) -> ItemDraft:
        return head

    def _each(self, name: str, read: Callable[[Element], Read]) -> tuple[Read, ...]:
        """Read every child of this name, and go on where one is faulty."""
        drafts = []
        for child in self._question.elements(name):
            try:
                drafts.append(read(child))
                self._lines.append(child.line)
            except Refused as refused:
                self._faults.extend(refused.faults)
        return tuple(drafts)

    def _choice(self, answer: Element) -> ChoiceDraft:
        fraction = read_weight(answer.attributes.get("fraction", "0"), answer.line)
        text, text_format = self._rich(answer)
        feedback, feedback_format = self._rich(answer.first("feedback"))
        return ChoiceDraft(text, fraction, feedback, text_format, feedback_format)

    def _number(self, answer: Element) -> NumericalAnswerDraft:
        fraction = read_weight(answer.attributes.get("fraction", "0"), answer.line)
        feedback, feedback_format = self._rich(answer.first("feedback"))
        draft = NumericalAnswerDraft(fraction, feedback=feedback, feedback_format=feedback_format)
        said = answer.text_of("text")
        if said == "*" and fraction == NONE:
            return draft
        written = answer.text_of("tolerance")
        return replace(
            draft,
            value=read_decimal(said, answer.line),
            tolerance=read_decimal(written, answer.line) if written else None,
        )

    def _unit(self, unit: Element) -> UnitDraft:
        name = unit.text_of("unit_name")
        multiplier = read_decimal(unit.text_of("multiplier") or "1", unit.line)
        if multiplier <= 0:
            raise Refused(fault("unit", unit.line, unit=name[:40]))
        return UnitDraft(name, size_of(multiplier))

    def _rich(
        self, holder: Element | None, default: TextFormat = TextFormat.HTML
    ) -> tuple[str, TextFormat]:
        """A text with its format, its pictures kept and referred to by what they are."""
        if holder is None:
            return "", default
        marked = holder.attributes.get("format", "").strip()
        text_format = FORMATS.get(marked, TextFormat.MOODLE if marked else default)
        found = holder.first("text")
        text = _inner(found, text_format) if found else ""
        if stray := next(holder.strays(), None):
            raise Refused(_fault("stray", stray[0], text=stray[1][:60]))
        files = {file.attributes.get("name", ""): file for file in holder.elements("file")}
        used: set[str] = set()

        def refer(link: re.Match[str]) -> str:
            name = unquote(link[1]).rpartition("/")[2]
            used.add(name)
            return self._keep(name, files.get(name), holder.line)

        text = FILE_LINK.sub(refer, text)
        for name in files.keys() - used:  # nothing shows it, but it is part of the question
            self._faults.append(fault("image_unused", files[name].line, name=name[:100]))
        return text, text_format

    def _require_known(self) -> None:
        """Require that no part of the question is misspelt, which would pass it over."""
        for part in self._question.elements():
            if part.name not in PARTS and part.name.lower() in PARTS:
                raise Refused(_fault("no_part", part.line, name=part.name, meant=part.name.lower()))
        for line, said in self._question.strays():
            raise Refused(_fault("stray", line, text=said[:60]))

    def _keep(self, name: str, file: Element | None, line: int) -> str:
        if file is None:
            self._faults.append(fault("image_missing", line, name=name[:100]))
            return IMAGE
        try:
            content = base64.b64decode("".join(file.text.split()), validate=True)
            image = image_of(name, content, file.line)
        except binascii.Error:
            self._faults.append(fault("image_broken", file.line, name=name[:100]))
            return IMAGE
        except Refused as refused:
            self._faults.extend(refused.faults)
            return IMAGE
        self._images.setdefault(image.reference, image)
        return f"{IMAGE}{image.reference}"


def _inner(found: Element, text_format: TextFormat) -> str:
    """A text as it stands there: what is mark-up to XML is the mark-up of its HTML."""
    inner = next(found.elements(), None)
    if inner is None:
        return found.text.strip()
    if text_format == TextFormat.PLAIN:
        raise Refused(_fault("markup", inner.line, name=inner.name))
    return html_of(found.children).strip()


def _plain(holder: Element, name: str) -> str:
    """The text of a part that has no mark-up: in a `<text>` of its own, or right there."""
    part = holder.first(name)
    if part is None:
        return ""
    for inner in part.elements():
        odd = next(inner.elements(), None) if inner.name == "text" else inner
        if odd is not None:
            raise Refused(_fault("markup", odd.line, name=odd.name))
    return part.text.strip()


def _fault(code: str, line: int, **params: object) -> Fault:
    return Fault(line, code, REASONS[code], params)


KINDS: dict[str, Callable[[_Question, ItemDraft], ItemDraft]] = {
    "multichoice": _Question.multichoice,
    "truefalse": _Question.true_false,
    "shortanswer": _Question.short,
    "numerical": _Question.numerical,
    "matching": _Question.matching,
    "ordering": _Question.ordering,
    "essay": _Question.essay,
    "description": _Question.description,
}
