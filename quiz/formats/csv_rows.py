"""One row of a table of items on its way to a draft. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from applications.intake.records import Record
from applications.tables import unguarded
from quiz.formats.checks import FULL, NONE, checked, read_decimal, read_weight
from quiz.formats.csv_columns import Column, Field
from quiz.formats.csv_faults import csv_fault
from quiz.formats.drafts import (
    ChoiceDraft,
    ItemDraft,
    Kind,
    NumericalAnswerDraft,
    PairDraft,
    ShortAnswerDraft,
    TextFormat,
    UnitDraft,
)
from quiz.formats.faults import Refused, fault

ENGLISH, CHINESE = "en", "zh-hant"
LEVELS = {
    **dict.fromkeys(("easy", "易", "容易", "簡單"), "easy"),
    **dict.fromkeys(("medium", "中", "中等", "適中"), "medium"),
    **dict.fromkeys(("hard", "difficult", "難", "困難"), "hard"),
}
KINDS = {
    **{kind.value: kind for kind in Kind},
    **dict.fromkeys(("multiple choice", "mc", "單選", "單選題"), Kind.SINGLE),
    **dict.fromkeys(("multiple answers", "multiple response", "多選", "多選題"), Kind.MULTIPLE),
    **dict.fromkeys(("true/false", "true or false", "tf", "是非", "是非題"), Kind.TRUE_FALSE),
    **dict.fromkeys(("number", "numeric", "數字", "數值", "數值題"), Kind.NUMERICAL),
    **dict.fromkeys(("short answer", "text", "簡答", "簡答題"), Kind.SHORT),
    **dict.fromkeys(("match", "配對", "配對題"), Kind.MATCHING),
    **dict.fromkeys(("order", "排序", "排序題"), Kind.ORDERING),
}
TRUTHS = {
    **dict.fromkeys(("true", "t", "yes", "1", "對", "是", "正確", "真"), True),
    **dict.fromkeys(("false", "f", "no", "0", "錯", "否", "不正確", "假"), False),
}
YES, NO = frozenset({"yes", "true", "1", "是"}), frozenset({"", "no", "false", "0", "否"})
MARK = re.compile(r"\[(html|markdown|moodle|plain)\]")
LETTERS = re.compile(r"[a-z]|[0-9]{1,2}")
UNIT = re.compile(r"(?P<name>.+?)\s*=\s*(?P<size>[^=]+)|(?P<alone>[^=]+)")
RANGE, TOLERANCE = "..", ":"


class Row:
    """One row on its way to a draft in one language."""

    def __init__(self, record: Record, columns: Mapping[int, Column]) -> None:
        self._line = record.line
        self._cells = {
            column: _clean(record.cells[index])
            for index, column in columns.items()
            if index < len(record.cells)
        }

    def says(self, language: str) -> bool:
        """Whether the question is there in this language.

        Raises:
            Refused: it is not, but something else is.
        """
        if self._cells.get(Column(Field.QUESTION, 0, language)):
            return True
        if any(cell for column, cell in self._cells.items() if column.language == language):
            raise Refused(csv_fault("translation", self._line))
        return False

    def draft(self, language: str) -> ItemDraft:
        text_format = self._format()
        stem, stem_format = _unmarked(self._of(Field.QUESTION, language), text_format)
        general, general_format = _unmarked(self._of(Field.EXPLANATION, language), text_format)
        head = ItemDraft(
            kind=self._kind(language),
            stem=stem,
            line=self._line,
            identifier=self._of(Field.CODE),
            title=" ".join(self._of(Field.TITLE, language).split()),
            category=self._category(),
            tags=tuple(filter(None, map(str.strip, self._of(Field.TAGS).split(";")))),
            text_format=stem_format,
            general_feedback=general,
            general_feedback_format=general_format,
        )
        return checked(self._answered(head, text_format, language))

    def _answered(self, head: ItemDraft, text_format: TextFormat, language: str) -> ItemDraft:
        match head.kind:
            case Kind.SINGLE | Kind.MULTIPLE:
                return replace(head, choices=self._choices(head.kind, text_format, language))
            case Kind.TRUE_FALSE:
                return replace(head, choices=self._truths(text_format, language))
            case Kind.ORDERING:
                texts = [_unmarked(text, text_format) for text in self._texts(language)]
                return replace(
                    head,
                    choices=tuple(
                        ChoiceDraft(text, FULL, "", form, text_format) for text, form in texts
                    ),
                )
            case Kind.MATCHING:
                return replace(head, pairs=tuple(self._pairs(text_format, language)))
            case Kind.SHORT:
                return replace(
                    head,
                    answers=tuple(self._shorts(text_format, language)),
                    case_sensitive=self._capitals(),
                )
            case Kind.NUMERICAL:
                return replace(
                    head,
                    answers=tuple(self._numbers(text_format, language)),
                    units=tuple(self._units()),
                )
            case _:
                return head

    def _kind(self, language: str) -> Kind:
        written = self._of(Field.KIND).casefold()
        if written:
            if written not in KINDS:
                supported = ", ".join(Kind)
                raise Refused(fault("kind", self._line, kind=written[:40], supported=supported))
            return KINDS[written]
        right = self._of(Field.RIGHT).casefold()
        if any(cell for column, cell in self._cells.items() if column.field == Field.MATCH):
            return Kind.MATCHING
        if right in TRUTHS and not self._texts(language):
            return Kind.TRUE_FALSE
        if right:
            return Kind.MULTIPLE if len(LETTERS.findall(right)) > 1 else Kind.SINGLE
        raise Refused(csv_fault("kind_missing", self._line))

    def _format(self) -> TextFormat:
        written = self._of(Field.FORMAT).casefold()
        if written and written not in set(TextFormat):
            raise Refused(csv_fault("format", self._line, format=written[:40]))
        return TextFormat(written) if written else TextFormat.MARKDOWN

    def _category(self) -> str:
        topic = " ".join(self._of(Field.TOPIC).split())
        written = self._of(Field.DIFFICULTY).casefold()
        if not written:
            return topic
        if written not in LEVELS:
            raise Refused(csv_fault("difficulty", self._line, level=written[:40]))
        return f"{topic}/{LEVELS[written]}" if topic else LEVELS[written]

    def _capitals(self) -> bool:
        written = self._of(Field.CAPITALS).casefold()
        if written not in YES | NO:
            raise Refused(csv_fault("capitals", self._line, word=written[:40]))
        return written in YES

    def _choices(
        self, kind: Kind, text_format: TextFormat, language: str
    ) -> tuple[ChoiceDraft, ...]:
        texts = self._texts(language)
        shares = self._shares(kind, len(texts))
        choices = []
        for number, (text, share) in enumerate(zip(texts, shares, strict=True), start=1):
            said, form = _unmarked(text, text_format)
            feedback, feedback_form = self._feedback(number, text_format, language)
            choices.append(ChoiceDraft(said, share, feedback, form, feedback_form))
        return tuple(choices)

    def _shares(self, kind: Kind, count: int) -> list[Decimal]:
        """What each choice is worth: by its share, or by being named as right."""
        written = [self._of(Field.SHARE, number=number) for number in range(1, count + 1)]
        right = self._of(Field.RIGHT).casefold()
        if not right:
            return [read_weight(share, self._line) if share else NONE for share in written]
        if any(written):
            raise Refused(csv_fault("right_and_share", self._line))
        named = {
            int(found) if found.isdigit() else ord(found) - ord("a") + 1
            for found in LETTERS.findall(right)
        }
        if not named or LETTERS.sub("", right).strip(" ,;/&+、，；"):
            raise Refused(csv_fault("right", self._line, right=right[:40]))
        if not named <= set(range(1, count + 1)):
            raise Refused(csv_fault("right", self._line, right=right[:40]))
        share = FULL if kind == Kind.SINGLE else (FULL / len(named))
        return [share if number in named else NONE for number in range(1, count + 1)]

    def _truths(self, text_format: TextFormat, language: str) -> tuple[ChoiceDraft, ...]:
        right = TRUTHS.get(self._of(Field.RIGHT).casefold())
        if right is None:
            raise Refused(fault("truth", self._line))
        choices = []
        for number, truth in enumerate((True, False), start=1):
            feedback, form = self._feedback(number, text_format, language)
            share = FULL if truth == right else NONE
            choices.append(ChoiceDraft(str(truth), share, feedback, TextFormat.PLAIN, form))
        return tuple(choices)

    def _pairs(self, text_format: TextFormat, language: str) -> Iterator[PairDraft]:
        for number in self._numbers_used(language, Field.CHOICE, Field.MATCH):
            question, form = _unmarked(self._of(Field.CHOICE, language, number), text_format)
            yield PairDraft(question, self._of(Field.MATCH, language, number), form)

    def _shorts(self, text_format: TextFormat, language: str) -> Iterator[ShortAnswerDraft]:
        """What is accepted is the same in every language."""
        for number, text in enumerate(self._texts(language, shared=True), start=1):
            share = self._of(Field.SHARE, number=number)
            feedback, form = self._feedback(number, text_format, language)
            weight = read_weight(share, self._line) if share else FULL
            yield ShortAnswerDraft(text, weight, feedback, TextFormat.PLAIN, form)

    def _numbers(self, text_format: TextFormat, language: str) -> Iterator[NumericalAnswerDraft]:
        for number, text in enumerate(self._texts(language, shared=True), start=1):
            share = self._of(Field.SHARE, number=number)
            feedback, form = self._feedback(number, text_format, language)
            weight = read_weight(share, self._line) if share else (NONE if text == "*" else FULL)
            draft = NumericalAnswerDraft(weight, feedback=feedback, feedback_format=form)
            if text == "*" and weight == NONE:
                yield draft
                continue
            mark = RANGE if RANGE in text else TOLERANCE
            first, found, second = text.partition(mark)
            one = read_decimal(first, self._line)
            other = read_decimal(second, self._line) if found else None
            if found == RANGE:
                yield replace(draft, low=one, high=other)
            else:
                yield replace(draft, value=one, tolerance=other)

    def _units(self) -> Iterator[UnitDraft]:
        for written in filter(None, map(str.strip, self._of(Field.UNITS).split(";"))):
            unit = UNIT.fullmatch(written)
            if unit is None:
                raise Refused(fault("unit", self._line, unit=written[:40]))
            if unit["alone"]:
                yield UnitDraft(unit["alone"].strip(), Decimal(1))
            else:
                yield UnitDraft(unit["name"], read_decimal(unit["size"], self._line))

    def _texts(self, language: str, *, shared: bool = False) -> list[str]:
        """The choices up to the last that says something."""
        numbers = self._numbers_used(language, Field.CHOICE)
        if shared and not numbers:
            language = ENGLISH
            numbers = self._numbers_used(language, Field.CHOICE)
        texts = [self._of(Field.CHOICE, language, number) for number in numbers]
        for number, text in zip(numbers, texts, strict=True):
            if not text:
                raise Refused(csv_fault("gap", self._line, number=number))
        return texts

    def _numbers_used(self, language: str, *fields: Field) -> range:
        said = [
            column.number
            for column, cell in self._cells.items()
            if cell and column.field in fields and column.language in ("", language)
        ]
        return range(1, max(said, default=0) + 1)

    def _feedback(
        self, number: int, text_format: TextFormat, language: str
    ) -> tuple[str, TextFormat]:
        return _unmarked(self._of(Field.FEEDBACK, language, number), text_format)

    def _of(self, field: Field, language: str = "", number: int = 0) -> str:
        """The cell in this language, or in the column for all of them if it has none of its own."""
        own = self._cells.get(Column(field, number, language))
        return own if own is not None else self._cells.get(Column(field, number), "")


def _unmarked(text: str, default: TextFormat) -> tuple[str, TextFormat]:
    marked = MARK.match(text)
    return (text[marked.end() :].strip(), TextFormat(marked[1])) if marked else (text, default)


def _clean(cell: str) -> str:
    return unguarded(cell).replace("\r\n", "\n").replace("\r", "\n").strip()
