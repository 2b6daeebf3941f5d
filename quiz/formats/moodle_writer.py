"""Write items as Moodle XML. Pure. What `parse_moodle_xml` reads from it is what was written."""

import base64
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from urllib.parse import quote

from quiz.formats.drafts import (
    IMAGE,
    ChoiceDraft,
    ImageDraft,
    ItemDraft,
    Kind,
    NumericalAnswerDraft,
    TextFormat,
)
from quiz.formats.images import REFERENCE, file_name, references_in
from quiz.formats.numbers import middle, multiplier_of
from quiz.formats.written import LeftOut, Loss, Written, lost
from quiz.formats.xml_source import element, escape, writable

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>'
TYPES = {
    Kind.SINGLE: "multichoice",
    Kind.MULTIPLE: "multichoice",
    Kind.TRUE_FALSE: "truefalse",
    Kind.SHORT: "shortanswer",
    Kind.NUMERICAL: "numerical",
    Kind.MATCHING: "matching",
    Kind.ORDERING: "ordering",
    Kind.ESSAY: "essay",
    Kind.DESCRIPTION: "description",
}
FORMATS = {
    TextFormat.HTML: "html",
    TextFormat.MARKDOWN: "markdown",
    TextFormat.PLAIN: "plain_text",
    TextFormat.MOODLE: "moodle_auto_format",
}


def write_moodle_xml(drafts: Iterable[ItemDraft]) -> Written:
    """Return the file, in UTF-8. Items without a category come first, as in GIFT."""
    losses: list[Loss] = []
    parts: list[str] = []
    category = ""
    for draft in sorted(drafts, key=lambda draft: bool(draft.category)):
        written = _Written(draft)
        try:
            part = written.question()
        except LeftOut as left_out:
            losses.append(left_out.loss(draft))
            continue
        losses.extend(written.losses)
        if draft.category != category:
            category = draft.category
            named = element("category", _text(category))
            parts.append(element("question", named, type="category"))
        parts.append(part)
    return Written("\n".join((HEAD, *parts, "</quiz>\n")).encode(), tuple(losses))


class _Written:
    """One item on its way to XML."""

    def __init__(self, draft: ItemDraft) -> None:
        self._draft = draft
        self._images = {image.reference: image for image in draft.images}
        self.losses: list[Loss] = []

    def question(self) -> str:
        draft = self._draft
        parts = [
            element("name", _text(draft.title)),
            self._rich("questiontext", draft.stem, draft.text_format),
            self._rich("generalfeedback", draft.general_feedback, draft.general_feedback_format),
            element("defaultgrade", "1"),
            element("idnumber", escape(draft.identifier)),
            *self._answers(),
        ]
        if draft.tags:
            parts.append(element("tags", *(element("tag", _text(tag)) for tag in draft.tags)))
        whole = element(
            "question", *(f"\n  {part}" for part in parts), "\n", type=TYPES[draft.kind]
        )
        if not writable(whole):
            raise LeftOut("character")
        return whole

    def _answers(self) -> Iterator[str]:
        draft = self._draft
        match draft.kind:
            case Kind.SINGLE | Kind.MULTIPLE:
                yield element("single", "true" if draft.kind == Kind.SINGLE else "false")
                yield element("shuffleanswers", "true")
                yield element("answernumbering", "abc")
                yield from map(self._choice, draft.choices)
            case Kind.TRUE_FALSE:
                for choice, said in zip(draft.choices, ("true", "false"), strict=True):
                    yield self._answer(choice, element("text", said))
            case Kind.SHORT:
                yield element("usecase", "1" if draft.case_sensitive else "0")
                for answer in draft.answers:
                    if isinstance(answer, ChoiceDraft):
                        yield self._answer(answer, _text(answer.text), TextFormat.PLAIN)
            case Kind.NUMERICAL:
                for answer in draft.answers:
                    if isinstance(answer, NumericalAnswerDraft):
                        yield self._number(answer)
                yield from self._units()
            case Kind.MATCHING:
                yield element("shuffleanswers", "true")
                for pair in draft.pairs:
                    offered = element("answer", _text(pair.answer))
                    yield self._rich("subquestion", pair.question, pair.question_format, offered)
            case Kind.ORDERING:
                yield element("layouttype", "VERTICAL")
                yield element("selecttype", "ALL")
                for place, choice in enumerate(draft.choices, start=1):
                    yield self._rich("answer", choice.text, choice.text_format, fraction=str(place))
            case Kind.ESSAY | Kind.DESCRIPTION:
                pass

    def _choice(self, choice: ChoiceDraft) -> str:
        feedback = self._rich("feedback", choice.feedback, choice.feedback_format)
        fraction = f"{choice.fraction.normalize():f}"
        return self._rich("answer", choice.text, choice.text_format, feedback, fraction=fraction)

    def _answer(
        self,
        answer: ChoiceDraft | NumericalAnswerDraft,
        text: str,
        text_format: TextFormat = TextFormat.MOODLE,
        *more: str,
    ) -> str:
        feedback = self._rich("feedback", answer.feedback, answer.feedback_format)
        fraction = f"{answer.fraction.normalize():f}"
        said = {"fraction": fraction, "format": FORMATS[text_format]}
        return element("answer", text, *more, feedback, **said)

    def _number(self, answer: NumericalAnswerDraft) -> str:
        value, tolerance = answer.value, answer.tolerance
        if answer.low is not None and answer.high is not None:
            value, tolerance = middle(answer.low, answer.high)
            self.losses.append(lost(self._draft, "range"))
        if value is None:
            return self._answer(answer, _text("*"))
        off = [] if tolerance is None else [element("tolerance", _said(tolerance))]
        return self._answer(answer, _text(_said(value)), TextFormat.MOODLE, *off)

    def _units(self) -> Iterator[str]:
        units = [
            element(
                "unit",
                element("multiplier", _said(multiplier_of(unit.size))),
                element("unit_name", escape(unit.name)),
            )
            for unit in self._draft.units
        ]
        if units:
            yield element("units", *units)
        yield element("unitgradingtype", "0")
        yield element("showunits", "0" if units else "3")

    def _rich(
        self, name: str, text: str, text_format: TextFormat, *more: str, **attributes: str
    ) -> str:
        """A text with its format, and its pictures beside it."""
        shown = sorted(references_in(text) & self._images.keys())
        files = [_file(self._images[reference]) for reference in shown]

        def link(found: re.Match[str]) -> str:
            image = self._images.get(found[1])
            return f"@@PLUGINFILE@@/{quote(file_name(image))}" if image else found[0]

        said = _text(REFERENCE.sub(link, text) if IMAGE in text else text)
        marks = attributes | {"format": FORMATS[text_format]}
        return element(name, said, *files, *more, **marks)


def _file(image: ImageDraft) -> str:
    content = base64.b64encode(image.content).decode()
    return element("file", content, name=file_name(image), path="/", encoding="base64")


def _text(text: str) -> str:
    return element("text", escape(text))


def _said(number: Decimal) -> str:
    return str(number)
