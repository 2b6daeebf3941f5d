"""Write items as the table that `csv_items` reads. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from applications.tables import write_csv
from quiz.formats.checks import FULL
from quiz.formats.csv_columns import Column, Field, heading_of
from quiz.formats.csv_rows import CHINESE, ENGLISH, MARK
from quiz.formats.drafts import (
    ChoiceDraft,
    ItemDraft,
    Kind,
    NumericalAnswerDraft,
    ShortAnswerDraft,
    TextFormat,
)
from quiz.formats.written import LeftOut, Loss, Written, lost


def write_csv_items(
    drafts: Iterable[ItemDraft],
    translations: Iterable[ItemDraft] = (),
    language: str = ENGLISH,
) -> Written:
    """Return the table in UTF-8 with a byte order mark, as spreadsheets want it.

    Args:
        translations: the same questions in Chinese, of the same identifiers.
        language: of `drafts`.
    """
    other = {draft.identifier: draft for draft in translations if draft.identifier}
    losses: list[Loss] = []
    rows: list[dict[Column, str]] = []
    for draft in drafts:
        try:
            cells = dict(_common(draft)) | dict(_said(draft, language))
            translation = other.get(draft.identifier)
            if translation is not None:
                cells |= {
                    column: cell
                    for column, cell in _said(translation, CHINESE)
                    if not _is_key(draft.kind, column)
                }
        except LeftOut as left_out:
            losses.append(left_out.loss(draft))
            continue
        losses += [lost(draft, "images")] if draft.images else []
        losses += [lost(draft, "tags")] if any(";" in tag for tag in draft.tags) else []
        rows.append({column: cell for column, cell in cells.items() if cell})
    columns = sorted({column for row in rows for column in row}, key=_place)
    if not columns:
        columns = [Column(Field.QUESTION, 0, language)]
    table = ([row.get(column, "") for column in columns] for row in rows)
    content = b"".join(write_csv((), [heading_of(column) for column in columns], table))
    return Written(content, tuple(losses))


def _place(column: Column) -> tuple[bool, int, int, str]:
    """The order of the columns: what is there once, then the choices one after the other."""
    order = list(Field)
    return column.number > 0, column.number, order.index(column.field), column.language


def _is_key(kind: Kind, column: Column) -> bool:
    """Whether a cell holds what is accepted, which is the same in every language."""
    return kind in (Kind.SHORT, Kind.NUMERICAL) and column.field == Field.CHOICE


def _common(draft: ItemDraft) -> Iterator[tuple[Column, str]]:
    """What does not depend on the language."""
    yield Column(Field.CODE), draft.identifier
    yield Column(Field.KIND), draft.kind.value
    topic, _, level = draft.category.rpartition("/")
    if level not in ("easy", "medium", "hard"):
        topic, level = draft.category, ""
    yield Column(Field.TOPIC), topic
    yield Column(Field.DIFFICULTY), level
    yield Column(Field.FORMAT), draft.text_format.value
    yield Column(Field.TAGS), "; ".join(tag for tag in draft.tags if ";" not in tag)
    yield Column(Field.UNITS), "; ".join(f"{unit.name}={unit.size}" for unit in draft.units)
    yield Column(Field.CAPITALS), "yes" if draft.case_sensitive else ""
    if any("=" in unit.name or ";" in unit.name for unit in draft.units):
        raise LeftOut("unlike", text="=")
    if draft.kind == Kind.TRUE_FALSE:
        yield Column(Field.RIGHT), "true" if draft.choices[0].fraction == FULL else "false"
    weighed: Sequence[ChoiceDraft | NumericalAnswerDraft] = draft.answers
    if draft.kind in (Kind.SINGLE, Kind.MULTIPLE):
        weighed = draft.choices
    for number, choice in enumerate(weighed, start=1):
        yield Column(Field.SHARE, number), f"{choice.fraction.normalize():f}"


def _said(draft: ItemDraft, language: str) -> Iterator[tuple[Column, str]]:
    """The texts in one language."""
    form = draft.text_format

    def column(field: Field, number: int = 0) -> Column:
        return Column(field, number, language)

    yield column(Field.TITLE), draft.title
    yield column(Field.QUESTION), _marked(draft.stem, form, form)
    general_form = draft.general_feedback_format
    yield column(Field.EXPLANATION), _marked(draft.general_feedback, general_form, form)
    for number, pair in enumerate(draft.pairs, start=1):
        yield column(Field.CHOICE, number), _marked(pair.question, pair.question_format, form)
        yield column(Field.MATCH, number), pair.answer
    for number, said in enumerate((*draft.choices, *draft.answers), start=1):
        yield column(Field.FEEDBACK, number), _marked(said.feedback, said.feedback_format, form)
        if isinstance(said, NumericalAnswerDraft):
            yield column(Field.CHOICE, number), _number(said)
        elif isinstance(said, ShortAnswerDraft):
            yield column(Field.CHOICE, number), said.text
        elif draft.kind != Kind.TRUE_FALSE:
            yield column(Field.CHOICE, number), _marked(said.text, said.text_format, form)


def _marked(text: str, text_format: TextFormat, of_row: TextFormat) -> str:
    if not text or (text_format == of_row and not MARK.match(text)):
        return text
    return f"[{text_format.value}]{text}"


def _number(answer: NumericalAnswerDraft) -> str:
    if answer.value is not None:
        return str(answer.value) + ("" if answer.tolerance is None else f":{answer.tolerance}")
    if answer.low is not None and answer.high is not None:
        return f"{answer.low}..{answer.high}"
    return "*"
