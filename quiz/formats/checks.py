"""The rules that a draft keeps, whatever file it is from. Pure.

They are those of `quiz.formats.gift`, so what one format refuses no other lets in.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from quiz.formats.drafts import (
    ChoiceDraft,
    Fault,
    ItemDraft,
    Kind,
    NumericalAnswerDraft,
    ShortAnswerDraft,
    legal_weight,
    nearest_weight,
)
from quiz.formats.faults import Refused, fault
from quiz.scoring import exact

FULL, NONE = Decimal(100), Decimal(0)
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,2})?")
WEIGHT = re.compile(r"[+-]?(?:[0-9]{1,6}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")


def read_decimal(text: str, line: int) -> Decimal:
    """Return a number as files write it: digits, a point, an exponent.

    Raises:
        Refused: it is none, or longer than any that a person writes.
    """
    if not NUMBER.fullmatch(text.strip()):
        raise Refused(fault("number", line, number=text.strip()[:60]))
    return Decimal(text.strip())


def read_weight(text: str, line: int) -> Decimal:
    """Return a percentage as files write it, with or without a sign of percent."""
    bare = text.strip().removesuffix("%").strip()
    if not WEIGHT.fullmatch(bare):
        raise Refused(fault("weight", line, weight=bare[:20]))
    return Decimal(bare)


def checked(draft: ItemDraft, lines: Sequence[int] = ()) -> ItemDraft:
    """Return the draft with its weights as Moodle stores them.

    Args:
        lines: where each choice, answer or pair stands; without them all stand where the draft
            begins.

    Raises:
        Refused: with everything that is wrong with it.
    """
    faults: list[Fault] = []
    if not draft.stem:
        faults.append(fault("stem", draft.line))
    rows = draft.choices or draft.answers or draft.pairs
    places = lines if len(lines) == len(rows) else [draft.line] * len(rows)
    match draft.kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            draft = replace(draft, choices=_weighed(draft.choices, places, faults))
            faults += _choices(draft, faults)
        case Kind.TRUE_FALSE:
            if [choice.fraction for choice in draft.choices] not in ([FULL, NONE], [NONE, FULL]):
                faults.append(fault("truth", draft.line))
        case Kind.ORDERING:
            faults += _blank(draft.choices, places)
            if len(draft.choices) < 2:
                faults.append(fault("few", draft.line))
        case Kind.SHORT:
            texts = [answer for answer in draft.answers if isinstance(answer, ShortAnswerDraft)]
            faults += _blank(texts, places)
            draft = replace(draft, answers=_typed(draft.answers, places, faults))
            faults += _full(draft, faults)
        case Kind.NUMERICAL:
            faults += _numbers(draft, places)
            draft = replace(draft, answers=_typed(draft.answers, places, faults))
            faults += _full(draft, faults)
        case Kind.MATCHING:
            faults += [
                fault("pair_answer", line)
                for pair, line in zip(draft.pairs, places, strict=True)
                if not pair.answer
            ]
            if len(draft.pairs) < 2:
                faults.append(fault("few", draft.line))
            elif not any(pair.question for pair in draft.pairs):
                faults.append(fault("pair_question", draft.line))
        case Kind.ESSAY | Kind.DESCRIPTION:
            pass
    if faults:
        raise Refused(*faults)
    return draft


def _weight(percent: Decimal, line: int, faults: list[Fault]) -> Decimal:
    legal = legal_weight(percent)
    if legal is None:
        nearest = nearest_weight(percent)
        shown = f"{percent.normalize():f}"[:20]
        faults.append(fault("weight_refused", line, weight=shown, nearest=nearest))
        return percent
    return legal


def _weighed(
    choices: Sequence[ChoiceDraft], lines: Sequence[int], faults: list[Fault]
) -> tuple[ChoiceDraft, ...]:
    return tuple(
        replace(choice, fraction=_weight(choice.fraction, line, faults))
        for choice, line in zip(choices, lines, strict=True)
    )


def _typed(
    answers: Sequence[ShortAnswerDraft | NumericalAnswerDraft],
    lines: Sequence[int],
    faults: list[Fault],
) -> tuple[ShortAnswerDraft | NumericalAnswerDraft, ...]:
    kept = []
    for answer, line in zip(answers, lines, strict=True):
        weight = _weight(answer.fraction, line, faults)
        if weight < 0:
            faults.append(fault("weight_negative", line, weight=weight))
        kept.append(replace(answer, fraction=weight))
    return tuple(kept)


def _choices(draft: ItemDraft, before: Sequence[Fault]) -> list[Fault]:
    faults = _blank(draft.choices, [draft.line] * len(draft.choices))
    if len(draft.choices) < 2:
        return [*faults, fault("few", draft.line)]
    if before:  # a weight that is refused says nothing about the sum
        return faults
    if draft.kind == Kind.SINGLE:
        if FULL not in (choice.fraction for choice in draft.choices):
            faults.append(fault("no_right_answer", draft.line))
        return faults
    right = [choice.fraction for choice in draft.choices if choice.fraction > 0]
    if not right:
        faults.append(fault("no_right_answer", draft.line))
    elif sum(exact(fraction / 100) for fraction in right) != 1:
        faults.append(fault("weight_total", draft.line, total=sum(right)))
    return faults


def _blank(choices: Iterable[ChoiceDraft], lines: Sequence[int]) -> list[Fault]:
    return [
        fault("blank", line)
        for choice, line in zip(choices, lines, strict=True)
        if not choice.text.strip()
    ]


def _full(draft: ItemDraft, before: Sequence[Fault]) -> list[Fault]:
    if before or FULL in (answer.fraction for answer in draft.answers):
        return []
    return [fault("no_right_answer", draft.line)]


def _numbers(draft: ItemDraft, lines: Sequence[int]) -> list[Fault]:
    faults = []
    for answer, line in zip(draft.answers, lines, strict=True):
        if not isinstance(answer, NumericalAnswerDraft):
            continue
        if answer.tolerance is not None and answer.tolerance < 0:
            faults.append(fault("tolerance", line, tolerance=answer.tolerance))
        if answer.low is not None and answer.high is not None and answer.high < answer.low:
            faults.append(fault("range", line, low=answer.low, high=answer.high))
    if not draft.answers:
        faults.append(fault("no_number", draft.line))
    seen: set[str] = set()
    for unit in draft.units:
        if unit.size <= 0 or not unit.name:
            faults.append(fault("unit", draft.line, unit=unit.name))
        if unit.name in seen:
            faults.append(fault("unit_twice", draft.line, unit=unit.name))
        seen.add(unit.name)
    return faults
