"""What stands between { and } in a GIFT question: it decides the kind of the item."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from quiz.formats.drafts import (
    ChoiceDraft,
    Fault,
    ItemDraft,
    Kind,
    NumericalAnswerDraft,
    PairDraft,
    ShortAnswerDraft,
    TextFormat,
    legal_weight,
    nearest_weight,
)
from quiz.formats.gift_source import Refused, Span, unescape
from quiz.scoring import exact

MOST = 1000  # answers that are read of one question
FULL, NONE = Decimal(100), Decimal(0)
TRUTHS = {"T": True, "TRUE": True, "F": False, "FALSE": False}
ANSWER = re.compile("[=~]")
ROW = re.compile("=")
WEIGHT = re.compile(r"\s*%(-?[0-9]{1,6}(?:\.[0-9]{0,20})?)%")
BROKEN_WEIGHT = re.compile(r"\s*%([-+\s]*[0-9][-+0-9.,\s]*)%")
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,2})?")
FORMULA = re.compile(r"(?:\^|(?<![_\s])_|\\[A-Za-z]+)$")

Read = TypeVar("Read")


def read_answers(answers: Span, head: ItemDraft, *, before: str) -> ItemDraft:
    """Complete an item by its answers.

    Args:
        answers: what stands between the braces, stripped.
        head: the item without them.
        before: the text just before the opening brace, which may give a formula away.

    Raises:
        Refused: with all faults of the answers.
    """
    place = answers.find_last("####")
    if place >= 0:
        text, text_format = answers.since(place + 4).text(head.text_format)
        head = replace(head, general_feedback=text, general_feedback_format=text_format)
        answers = answers.until(place)
    if not answers:
        return replace(head, kind=Kind.ESSAY)
    if answers.find("#") == answers.start:
        return _numerical(Span(answers.block, answers.start + 1, answers.end).strip(), head)
    if answers.find("~") >= 0:
        return _choices(answers, head)
    if answers.find("=") >= 0:
        return _matching(answers, head) if answers.find("->") >= 0 else _short(answers, head)
    if answers.cut("#")[0].raw.upper() in TRUTHS:
        return _true_false(answers, head)
    if FORMULA.search(before):
        raise Refused(answers.fault("tex"))
    return _short(answers, head)


def _true_false(answers: Span, head: ItemDraft) -> ItemDraft:
    """The first feedback is for the wrong answer and the second for the right one."""
    said, rest = answers.cut("#")
    wrong, right = rest.cut("#") if rest else (None, None)
    truth = TRUTHS[said.raw.upper()]

    def choice(value: bool) -> ChoiceDraft:
        about = right if value == truth else wrong
        feedback, feedback_format = _comment(about, head)
        fraction = FULL if value == truth else NONE
        return ChoiceDraft(str(value), fraction, feedback, TextFormat.PLAIN, feedback_format)

    return replace(head, kind=Kind.TRUE_FALSE, choices=(choice(True), choice(False)))


def _choices(answers: Span, head: ItemDraft) -> ItemDraft:
    """One = makes the item single choice; with weights behind ~ alone it is multiple."""

    def read(sign: str, answer: Span) -> ChoiceDraft:
        fraction, rest = _weighted(answer, default=FULL if sign == "=" else NONE)
        said, comment = rest.cut("#")
        text, text_format = said.text(head.text_format)
        if not text:
            raise Refused(answer.fault("blank"))
        feedback, feedback_format = _comment(comment, head)
        return ChoiceDraft(text, fraction, feedback, text_format, feedback_format)

    choices = tuple(_each(_split(answers, ANSWER), read))
    if len(choices) < 2:
        raise Refused(answers.fault("few"))
    if answers.find("=") >= 0:
        _require_full(answers, (choice.fraction for choice in choices))
        return replace(head, kind=Kind.SINGLE, choices=choices)
    right = [choice.fraction for choice in choices if choice.fraction > 0]
    if not right:
        raise Refused(answers.fault("no_right_answer"))
    if sum(exact(fraction / 100) for fraction in right) != 1:
        raise Refused(answers.fault("weight_total", total=sum(right)))
    return replace(head, kind=Kind.MULTIPLE, choices=choices)


def _short(answers: Span, head: ItemDraft) -> ItemDraft:
    def read(_sign: str, answer: Span) -> ShortAnswerDraft:
        fraction, rest = _typed_weight(answer)
        said, comment = rest.cut("#")
        text, text_format = said.text(head.text_format)
        if not text:
            raise Refused(answer.fault("blank"))
        feedback, feedback_format = _comment(comment, head)
        return ShortAnswerDraft(text, fraction, feedback, text_format, feedback_format)

    # A lone answer may do without its =.
    alone = answers.find("=") < 0
    drafts = tuple(_each([("=", answers)] if alone else _split(answers, ROW), read))
    _require_full(answers, (draft.fraction for draft in drafts))
    return replace(head, kind=Kind.SHORT, answers=drafts)


def _numerical(answers: Span, head: ItemDraft) -> ItemDraft:
    def read(sign: str, answer: Span) -> NumericalAnswerDraft:
        fraction, rest = _typed_weight(answer, default=NONE if sign == "~" else FULL)
        said, comment = rest.cut("#")
        feedback, feedback_format = _comment(comment, head)
        draft = NumericalAnswerDraft(fraction, feedback=feedback, feedback_format=feedback_format)
        anything = said.raw == "*" or (sign == "~" and not said)
        return draft if anything and not fraction else _with_number(draft, said, answer)

    if not answers:
        raise Refused(answers.fault("no_number"))
    alone = not answers.places(ANSWER)
    drafts = tuple(_each([("=", answers)] if alone else _split(answers, ANSWER), read))
    _require_full(answers, (draft.fraction for draft in drafts))
    return replace(head, kind=Kind.NUMERICAL, answers=drafts)


def _with_number(draft: NumericalAnswerDraft, said: Span, answer: Span) -> NumericalAnswerDraft:
    for separator in ("..", ":"):
        first, second = said.cut(separator)
        if second is not None:
            break
    one = _decimal(first, said, answer)
    if second is None:
        return replace(draft, value=one)
    other = _decimal(second, said, answer)
    if separator == ":":
        if other < 0:
            raise Refused(answer.fault("tolerance", tolerance=other))
        return replace(draft, value=one, tolerance=other)
    if other < one:
        raise Refused(answer.fault("range", low=one, high=other))
    return replace(draft, low=one, high=other)


def _decimal(written: Span, said: Span, answer: Span) -> Decimal:
    if not NUMBER.fullmatch(written.raw):
        raise Refused(answer.fault("number", number=unescape(said.raw)[:60]))
    return Decimal(written.raw)


def _matching(answers: Span, head: ItemDraft) -> ItemDraft:
    def read(_sign: str, row: Span) -> PairDraft:
        asked, offered = row.cut("->")
        if offered is None:
            raise Refused(row.fault("pair"))
        question, question_format = asked.text(head.text_format)
        answer, _format = offered.text()
        if not answer:
            raise Refused(row.fault("pair_answer"))
        return PairDraft(question, answer, question_format)

    pairs = tuple(_each(_split(answers, ROW), read))
    if len(pairs) < 2:
        raise Refused(answers.fault("few"))
    return replace(head, kind=Kind.MATCHING, pairs=pairs)


def _comment(comment: Span | None, head: ItemDraft) -> tuple[str, TextFormat]:
    """Return a feedback and its format, which is that of the stem unless it says otherwise."""
    return comment.text(head.text_format) if comment else ("", head.text_format)


def _split(answers: Span, signs: re.Pattern[str]) -> list[tuple[str, Span]]:
    """Return each answer with the sign before it."""
    places = answers.places(signs)
    if not places or places[0] > answers.start:
        raise Refused(answers.fault("lead"))
    if len(places) > MOST:
        raise Refused(answers.fault("many", most=MOST))
    ends = [*places[1:], answers.end]
    return [
        (answers.block.mask[place], Span(answers.block, place + 1, end).strip())
        for place, end in zip(places, ends, strict=True)
    ]


def _each(parts: list[tuple[str, Span]], read: Callable[[str, Span], Read]) -> list[Read]:
    """Read every part, and refuse with the faults of all of them."""
    drafts: list[Read] = []
    faults: list[Fault] = []
    for sign, part in parts:
        try:
            drafts.append(read(sign, part))
        except Refused as refused:
            faults.extend(refused.faults)
    if faults:
        raise Refused(*faults)
    return drafts


def _weighted(answer: Span, *, default: Decimal) -> tuple[Decimal, Span]:
    """Take the weight off the beginning of an answer.

    A text that only begins like a weight (`%d`, `% of all`) is a text; one that is a number
    between percent signs was meant as a weight, and is a fault if it is none.
    """
    raw = answer.raw
    weight = WEIGHT.match(raw)
    if weight is None:
        if broken := BROKEN_WEIGHT.match(raw):
            raise Refused(answer.fault("weight", weight=broken[1][:20]))
        return default, answer
    written = Decimal(weight[1])
    legal = legal_weight(written)
    if legal is None:
        nearest = nearest_weight(written)
        raise Refused(answer.fault("weight_refused", weight=weight[1], nearest=nearest))
    return legal, answer.since(answer.start + weight.end())


def _typed_weight(answer: Span, default: Decimal = FULL) -> tuple[Decimal, Span]:
    fraction, rest = _weighted(answer, default=default)
    if fraction < 0:
        raise Refused(answer.fault("weight_negative", weight=fraction))
    return fraction, rest


def _require_full(answers: Span, fractions: Iterable[Decimal]) -> None:
    if FULL not in fractions:
        raise Refused(answers.fault("no_right_answer"))
