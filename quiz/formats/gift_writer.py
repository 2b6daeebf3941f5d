"""Write items as GIFT. Pure. What `parse_gift` reads from it is what was written.

Every text is marked with its format and stands on one line, with its line breaks escaped: so no
line begins like a comment or a category, and no blank line ends a question early.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from quiz.formats.drafts import (
    ChoiceDraft,
    ItemDraft,
    Kind,
    NumericalAnswerDraft,
    TextFormat,
)
from quiz.formats.gift_source import CATEGORY
from quiz.formats.written import LeftOut, Loss, Written, lost

SPECIAL = re.compile(r"[\\:#={}~\n]")
UNMARKABLE = re.compile(r"[\[\]\\\x00-\x1f\ud800-\udfff]")
FULL, NONE = Decimal(100), Decimal(0)


def write_gift(drafts: Iterable[ItemDraft]) -> Written:
    """Return the file, in UTF-8. Items without a category come first: GIFT cannot end one."""
    losses: list[Loss] = []
    blocks: list[str] = []
    category = ""
    for draft in sorted(drafts, key=lambda draft: bool(draft.category)):
        try:
            block = "\n".join(_block(draft, losses))
        except LeftOut as left_out:
            losses.append(left_out.loss(draft))
            continue
        if draft.category != category:
            category = draft.category
            blocks.append(f"{CATEGORY} {_escaped(' '.join(category.split()))}")
        blocks.append(block)
    text = "\n\n".join(blocks)
    return Written(f"{text}\n".encode() if text else b"", tuple(losses))


def _block(draft: ItemDraft, losses: list[Loss]) -> Iterator[str]:
    if UNMARKABLE.search("".join((draft.identifier, *draft.tags))):
        raise LeftOut("identifier")
    marks = [f"[id:{draft.identifier}]"] if draft.identifier else []
    marks += [f"[tag:{tag}]" for tag in draft.tags]
    if marks:
        yield f"// {' '.join(marks)}"
    title = " ".join(draft.title.split())
    head = f"::{_escaped(title)}::" if title else ""
    stem = f"{head}{_marked(draft.stem, draft.text_format)}"
    general = ""
    if draft.general_feedback:
        said = _marked(draft.general_feedback, draft.general_feedback_format)
        general = f"\n\t####{said}"
    losses += [lost(draft, "images")] if draft.images else []
    losses += [lost(draft, "units")] if draft.units else []
    match draft.kind:
        case Kind.DESCRIPTION:
            losses += [lost(draft, "explanation")] if general else []
            yield stem
            return
        case Kind.ESSAY:
            answers = []
        case Kind.TRUE_FALSE:
            answers = [_truth(draft)]
        case Kind.SINGLE | Kind.MULTIPLE:
            answers = list(_choices(draft))
        case Kind.SHORT:
            answers = [f"={_answer(answer)}" for answer in _choices_of(draft)]
            if any("->" in answer for answer in answers) or "->" in general:
                raise LeftOut("arrow")
        case Kind.NUMERICAL:
            answers = ["#", *(_number(answer) for answer in _numbers_of(draft))]
        case Kind.MATCHING:
            answers = list(_pairs(draft))
        case _:
            raise LeftOut("kind", kind=draft.kind.value)
    losses += [lost(draft, "case")] if draft.case_sensitive else []
    yield stem + "{" + "".join(f"\n\t{answer}" for answer in answers) + general
    yield "}"


def _truth(draft: ItemDraft) -> str:
    """The first feedback is for the wrong answer and the second for the right one."""
    on_true, on_false = draft.choices
    is_true = on_true.fraction == FULL
    wrong, right = (on_false, on_true) if is_true else (on_true, on_false)
    told = "TRUE" if is_true else "FALSE"
    if wrong.feedback or right.feedback:
        told += f"#{_feedback(wrong)}"
    return f"{told}#{_feedback(right)}" if right.feedback else told


def _choices(draft: ItemDraft) -> Iterator[str]:
    """The first full one has the =: with two of them the item would be a short answer."""
    named = draft.kind == Kind.MULTIPLE
    for choice in draft.choices:
        if choice.fraction == FULL and not named:
            named = True
            yield f"={_answer(choice, default=FULL)}"
        else:
            yield f"~{_answer(choice, default=NONE)}"


def _answer(choice: ChoiceDraft, default: Decimal = FULL) -> str:
    comment = f"#{_feedback(choice)}" if choice.feedback else ""
    return f"{_weight(choice.fraction, default)}{_marked(choice.text, choice.text_format)}{comment}"


def _number(answer: NumericalAnswerDraft) -> str:
    comment = ""
    if answer.feedback:
        comment = f"#{_marked(answer.feedback, answer.feedback_format)}"
    if answer.value is not None:
        tolerance = "" if answer.tolerance is None else f":{answer.tolerance}"
        return f"={_weight(answer.fraction, FULL)}{answer.value}{tolerance}{comment}"
    if answer.low is not None and answer.high is not None:
        return f"={_weight(answer.fraction, FULL)}{answer.low}..{answer.high}{comment}"
    return f"~{comment}"


def _pairs(draft: ItemDraft) -> Iterator[str]:
    for pair in draft.pairs:
        if "->" in pair.question:
            raise LeftOut("arrow")
        question = _marked(pair.question, pair.question_format)
        yield f"={question} -> {_marked(pair.answer, TextFormat.MOODLE)}"


def _choices_of(draft: ItemDraft) -> list[ChoiceDraft]:
    return [answer for answer in draft.answers if isinstance(answer, ChoiceDraft)]


def _numbers_of(draft: ItemDraft) -> list[NumericalAnswerDraft]:
    return [answer for answer in draft.answers if isinstance(answer, NumericalAnswerDraft)]


def _feedback(choice: ChoiceDraft) -> str:
    return _marked(choice.feedback, choice.feedback_format) if choice.feedback else ""


def _weight(fraction: Decimal, default: Decimal) -> str:
    return "" if fraction == default else f"%{fraction.normalize():f}%"


def _marked(text: str, text_format: TextFormat) -> str:
    return f"[{text_format.value}]{_escaped(text)}"


def _escaped(text: str) -> str:
    return SPECIAL.sub(lambda found: "\\n" if found[0] == "\n" else f"\\{found[0]}", text)
