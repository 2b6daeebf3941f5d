"""What is written is what is read, for every format and every kind that it can carry.

Each `carried_by_…` says in code what docs/item-formats.md says in words: what a format loses.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from quiz.formats.aiken import parse_aiken, write_aiken
from quiz.formats.csv_items import parse_csv
from quiz.formats.csv_writer import write_csv_items
from quiz.formats.drafts import (
    ItemDraft,
    Kind,
    NumericalAnswerDraft,
    Parsed,
    TextFormat,
    options_of,
)
from quiz.formats.gift import parse_gift
from quiz.formats.gift_writer import write_gift
from quiz.formats.markup import TAG, tidy
from quiz.formats.moodle_writer import write_moodle_xml
from quiz.formats.moodle_xml import parse_moodle_xml
from quiz.formats.numbers import middle, multiplier_of, size_of
from quiz.formats.qti import parse_qti
from quiz.formats.qti_writer import Version, write_qti
from quiz.formats.written import Written
from tests.quiz.item_drafts import bare, items

PLAIN = TextFormat.PLAIN
few = settings(max_examples=20)  # each is a whole file


def write_qti_30(drafts: list[ItemDraft]) -> Written:
    return write_qti(drafts, Version.V30)


def read_again(
    write: Callable[[list[ItemDraft]], Written],
    parse: Callable[[bytes], Parsed],
    drafts: list[ItemDraft],
) -> tuple[list[ItemDraft], Written]:
    """What is read from a file of the drafts, and the file; a second time changes nothing."""
    written = write(drafts)
    parsed = parse(written.content)
    assert [fault.message for fault in parsed.faults] == []
    left_out = {loss.item for loss in written.losses if loss.left_out}
    assert len(parsed.items) + len(left_out) == len(drafts)
    assert write(list(parsed.items)).content == written.content
    return [bare(draft) for draft in parsed.items], written


def kept(drafts: list[ItemDraft], written: Written) -> list[ItemDraft]:
    left_out = {loss.item for loss in written.losses if loss.left_out}
    return [bare(draft) for draft in drafts if draft.identifier not in left_out]


def carried_by_gift(draft: ItemDraft) -> ItemDraft:
    general = "" if draft.kind == Kind.DESCRIPTION else draft.general_feedback
    fewer = replace(draft, units=(), images=(), case_sensitive=False, general_feedback=general)
    return bare(fewer)


def carried_by_moodle(draft: ItemDraft) -> ItemDraft:
    def near(answer: NumericalAnswerDraft) -> NumericalAnswerDraft:
        if answer.low is None:
            return answer
        value, tolerance = middle(answer.low, answer.high)
        return replace(answer, value=value, tolerance=tolerance, low=None, high=None)

    if draft.kind != Kind.NUMERICAL:
        return draft
    return replace(draft, answers=tuple(map(near, draft.answers)))


def carried_by_csv(draft: ItemDraft) -> ItemDraft:
    return replace(draft, images=())


def carried_by_qti(draft: ItemDraft) -> ItemDraft:
    def tidied(text: str, text_format: TextFormat) -> str:
        is_markup = text_format in (TextFormat.HTML, TextFormat.MOODLE)
        tidied = tidy(text).strip() if is_markup and TAG.search(text) else text
        return tidied or text

    def said(choice):
        feedback = tidied(choice.feedback, choice.feedback_format)
        text = tidied(choice.text, choice.text_format)
        return replace(choice, text=text, feedback=feedback)

    numbers = (a for a in draft.answers if isinstance(a, NumericalAnswerDraft))
    wanted = [a for a in numbers if a.value is not None or a.low is not None]
    answers = wanted if draft.kind == Kind.NUMERICAL else draft.answers
    general = tidied(draft.general_feedback, draft.general_feedback_format)
    stem = tidied(draft.stem, draft.text_format)
    return bare(
        replace(
            draft,
            tags=(),
            units=(),
            stem=stem,
            images=tuple(image for image in draft.images if image.reference in stem),
            general_feedback=general,
            choices=tuple(map(said, draft.choices)),
            answers=tuple(replace(answer, feedback="") for answer in answers),
            pairs=tuple(
                replace(pair, question=tidied(pair.question, pair.question_format))
                for pair in draft.pairs
            ),
        )
    )


def carried_by_aiken(draft: ItemDraft) -> ItemDraft:
    choices = tuple(
        replace(
            choice,
            text=" ".join(choice.text.split()),
            text_format=PLAIN,
            feedback="",
            feedback_format=TextFormat.MOODLE,
        )
        for choice in draft.choices
    )
    return ItemDraft(kind=Kind.SINGLE, stem=draft.stem, line=0, text_format=PLAIN, choices=choices)


@few
@given(items(*Kind))
def test_gift(drafts):
    found, written = read_again(write_gift, parse_gift, drafts)

    assert found == [carried_by_gift(draft) for draft in kept(drafts, written)]


@few
@given(items(*Kind))
def test_moodle_xml(drafts):
    found, written = read_again(write_moodle_xml, parse_moodle_xml, drafts)

    assert found == [carried_by_moodle(draft) for draft in kept(drafts, written)]
    assert not [loss for loss in written.losses if loss.left_out]


@few
@given(items(*Kind))
def test_csv(drafts):
    found, written = read_again(write_csv_items, parse_csv, drafts)

    assert found == [carried_by_csv(draft) for draft in kept(drafts, written)]
    assert not [loss for loss in written.losses if loss.left_out]


@pytest.mark.parametrize("write", [write_qti, write_qti_30])
@few
@given(drafts=items(*Kind))
def test_qti(write, drafts):
    found, written = read_again(write, parse_qti, drafts)

    assert found == [carried_by_qti(draft) for draft in kept(drafts, written)]
    assert not [loss for loss in written.losses if loss.left_out]


@few
@given(items(Kind.SINGLE, Kind.MULTIPLE))
def test_aiken(drafts):
    found, written = read_again(write_aiken, parse_aiken, drafts)

    assert found == [carried_by_aiken(draft) for draft in kept(drafts, written)]


@few
@given(items(Kind.MATCHING))
def test_the_answers_of_a_match_are_offered_in_the_same_order_again(drafts):
    parsed = parse_qti(write_qti(drafts).content)

    assert [options_of(one) for one in parsed.items] == [options_of(one) for one in drafts]


@pytest.mark.parametrize("multiplier", ["1", "100", "0.001", "3", "7", "3.3356409519815E-9"])
def test_the_multiplier_of_a_unit_comes_back(multiplier):
    written = multiplier_of(size_of(Decimal(multiplier)))

    assert multiplier_of(size_of(written)) == written
    assert abs(written - Decimal(multiplier)) <= Decimal(multiplier) * Decimal("1e-13")
