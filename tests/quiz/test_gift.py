import json
import re
from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.formats.drafts import (
    LEGAL_WEIGHTS,
    ItemDraft,
    Kind,
    NumericalAnswerDraft,
    Parsed,
    choice_keys,
    key_of,
    legal_weight,
)
from quiz.formats.gift import parse_gift
from quiz.formats.gift_source import REASONS
from quiz.scoring import Near, NumericalKey, ShortAnswer, ShortAnswerKey, SingleKey, TrueFalseKey


def codes(parsed: Parsed) -> list[tuple[int, str]]:
    return [(fault.line, fault.code) for fault in parsed.faults]


def only(source: str) -> ItemDraft:
    parsed = parse_gift(source)
    assert codes(parsed) == []
    (item,) = parsed.items
    return item


# --- what an item is ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("Which?{=a ~b}", Kind.SINGLE),
        ("Which?{=a ~%50%b}", Kind.SINGLE),
        ("Which?{~%50%a ~%50%b ~%-100%c}", Kind.MULTIPLE),
        ("Right?{true}", Kind.TRUE_FALSE),
        ("How many?{#3}", Kind.NUMERICAL),
        ("Who?{=a =b}", Kind.SHORT),
        ("Who?{a}", Kind.SHORT),
        ("Match{=a->b =c->d}", Kind.MATCHING),
        ("Why?{}", Kind.ESSAY),
        ("Why?{####think}", Kind.ESSAY),
        ("Read this.", Kind.DESCRIPTION),
    ],
)
def test_the_answers_decide_the_kind(source, kind):
    assert only(source).kind == kind


def test_an_answer_in_mid_sentence_leaves_a_blank():
    assert only("Grant is {~buried =entombed ~living} in\n his tomb.").stem == (
        "Grant is _____ in his tomb."
    )
    assert only("{=Asia ~Africa} is the largest.").stem == "_____ is the largest."


def test_every_control_character_can_be_escaped_everywhere():
    item = only(r"::\:\:a\:::\{\}\~\=\#\:\n\\ \x{=\#\~\=#\}\:####\#\#\#\#}")

    assert item.title == "::a:"
    assert item.stem == "{}~=#:\n\\ \\x"
    assert [(answer.text, answer.feedback) for answer in item.answers] == [("#~=", "}:")]
    assert item.general_feedback == "####"


def test_comments_are_no_text_and_addresses_are_no_comments():
    item = only("See http://x.hk/a\n// not this\nand this{\n// nor this\n=a//b\n}")

    assert item.stem == "See http://x.hk/a and this"
    assert item.answers[0].text == "a//b"


def test_items_belong_to_the_last_category_and_keep_their_line():
    parsed = parse_gift("// first\n$CATEGORY: top/Vision\n\nA?{T}\n\n$CATEGORY: b\n\n// x\nB?{F}")

    assert [(item.category, item.line) for item in parsed.items] == [("top/Vision", 4), ("b", 9)]
    assert [category.line for category in parsed.categories] == [2, 6]


def test_a_question_right_after_a_category_line_is_not_lost():
    parsed = parse_gift("$CATEGORY: a\nQ?{T}\n$CATEGORY: b\nR?{F}")

    assert [(item.category, item.stem) for item in parsed.items] == [("a", "Q?"), ("b", "R?")]


def test_the_first_true_false_feedback_is_for_the_wrong_answer():
    right_is_true = only("Q?{TRUE#no#yes}")
    right_is_false = only("Q?{FALSE#no#yes}")

    assert [choice.feedback for choice in right_is_true.choices] == ["yes", "no"]
    assert [choice.feedback for choice in right_is_false.choices] == ["no", "yes"]


def test_feedback_for_any_other_number_is_kept_and_scores_nothing():
    item = only("Q?{#=3:1 ~#none of these}")

    assert item.answers[1] == NumericalAnswerDraft(Decimal(0), feedback="none of these")
    assert key_of(item) == NumericalKey((Near(Decimal(3), tolerance=Decimal(1)),))


def test_a_percent_sign_that_is_no_weight_is_text():
    item = only("Which prints a number?{=%d ~%s ~50% of them ~%5 off% today}")

    assert [choice.text for choice in item.choices] == ["%d", "%s", "50% of them", "%5 off% today"]


def test_a_file_may_have_any_line_ends_and_a_byte_order_mark():
    lines = ["::甲::幾多？{", "=三", "=四", "}", "", "乙{T}"]
    plain = parse_gift("\n".join(lines))

    assert [item.title for item in plain.items] == ["甲", ""]
    assert parse_gift("\r\n".join(lines).encode("utf-8-sig")) == plain
    assert parse_gift("\r".join(lines)) == plain


# --- faults ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ("\n\nQ?{=a\n\n~b\n\n~c}", [(3, "unclosed"), (5, "outside"), (7, "unopened")]),
        ("Q?{=a\n\nb}", [(1, "unclosed"), (3, "unopened")]),
        ("Q?{\n=a{b\n}", [(2, "nested")]),
        ("Q?{=a}\nR?{=b}", [(2, "second")]),
        ("Q?{=a}\n}", [(2, "unopened")]),
        ("::Q", [(1, "title")]),
        ("::Q::", [(1, "stem")]),
        ("{=a}", [(1, "stem")]),
        ("$CATEGORY:", [(1, "category")]),
        ("Q?{~a}", [(1, "few")]),
        ("Q?{=a->b}", [(1, "few")]),
        ("Q?{\n=a->b\n=c\n=d->}", [(3, "pair"), (4, "pair_answer")]),
        ("Q?{a ~b}", [(1, "lead")]),
        ("Q?{\n=a\n~#none\n}", [(3, "blank")]),
        ("Q?{~a ~b}", [(1, "no_right_answer")]),
        ("Q?{=%50%a}", [(1, "no_right_answer")]),
        ("Q?{=%50%a ~b}", [(1, "no_right_answer")]),
        ("Q?{#=%50%3}", [(1, "no_right_answer")]),
        ("Q?{~%50%a ~%25%b}", [(1, "weight_total")]),
        ("Q?{\n=a\n~%33%b\n~%150%c}", [(3, "weight_refused"), (4, "weight_refused")]),
        ("Q?{=a ~%33,3%b}", [(1, "weight")]),
        ("Q?{=a =%-50%b}", [(1, "weight_negative")]),
        ("Q?{#\n=three\n=1e999}", [(2, "number"), (3, "number")]),
        ("Q?{#3,14}", [(1, "number")]),
        ("Q?{#5..1}", [(1, "range")]),
        ("Q?{#5:-1}", [(1, "tolerance")]),
        ("Q?{#}", [(1, "no_number")]),
        ("What is $x^{2}$?", [(1, "tex")]),
        ("Q?\n{=a\x00}", [(2, "nul")]),
        ("// [id:7]\nQ?{T}\n\n// [id:7]\nR?{F}", [(5, "identifier")]),
    ],
)
def test_a_fault_is_named_by_line_and_reason(source, faults):
    parsed = parse_gift(f"{source}\n\nThe next?{{T}}")

    assert codes(parsed) == faults
    assert parsed.items[-1].stem == "The next?"


def test_a_refused_weight_comes_with_the_nearest_legal_one():
    parsed = parse_gift("Q?{=a ~%33%b ~%-33%c}")

    assert [fault.message for fault in parsed.faults] == [
        "Moodle refuses the weight 33%. The nearest is 33.33333%.",
        "Moodle refuses the weight -33%. The nearest is -33.33333%.",
    ]


def test_bytes_that_are_not_utf_8_are_a_fault_of_their_line_alone():
    parsed = parse_gift("好？{T}\n\n".encode() + "好？{F}\n\n".encode("big5") + b"Q?{T}")

    assert [item.stem for item in parsed.items] == ["好？", "Q?"]
    assert codes(parsed) == [(3, "bytes")]


def test_a_file_in_utf_16_is_one_fault():
    assert codes(parse_gift("Q?{T}".encode("utf-16"))) == [(1, "encoding")]


@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_reason_is_a_whole_sentence_once_it_is_filled(code):
    message = REASONS[code] % defaultdict(int)

    assert message == message.strip()
    assert message[-1] in ".?"


def test_the_json_has_the_shape_that_the_import_command_prints():
    parsed = parse_gift("// [id:q1]\n::T::Q?{=a#yes ~%-33.333%b}\n\nQ{")

    assert parsed.as_json() == {
        "items": [
            {
                "kind": "single",
                "identifier": "q1",
                "title": "T",
                "category": "",
                "tags": [],
                "format": "moodle",
                "stem": "Q?",
                "choices": [
                    {"text": "a", "fraction": 100, "feedback": "yes", "format": "moodle"},
                    {"text": "b", "fraction": -33.33333, "feedback": "", "format": "moodle"},
                ],
                "answers": [],
                "pairs": [],
                "general_feedback": "",
                "line": 2,
            }
        ],
        "faults": [{"line": 4, "code": "unclosed", "message": REASONS["unclosed"]}],
    }


# --- for any text at all --------------------------------------------------------------------

MARKS = ["{", "}", "=", "~", "#", "####", "::", "->", "..", "\\", "%50%", "%33%", "//", "[html]"]
SPACES = ["\n", "\n\n", "\n", " ", "\r", "\u2028"]
WORDS = ["Q?", "T", "FALSE", "3", "_", "字", "$CATEGORY:", "[id:1]", "\x00", "\ud800"]
WHOLES = ["{=a ~b}", "{#1:2}", "{T}", "\\{"]
pieces = st.sampled_from([*MARKS, *SPACES, *WORDS, *WHOLES]) | st.text(max_size=3)
gift_like = st.lists(pieces, max_size=40).map("".join)


def chunks(text: str) -> list[range]:
    """Return the line numbers of every run of lines that is neither blank nor all comment."""
    lines = re.split("\r\n|\r|\n", text.removeprefix("\ufeff"))
    runs, start = [], None
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            start = start or number
        elif start:
            runs.append(range(start, number))
            start = None
    return [run for run in runs if any(not lines[n - 1].strip().startswith("//") for n in run)]


@given(gift_like | st.text())
def test_every_block_of_any_text_becomes_an_item_or_a_fault(text):
    parsed = parse_gift(text)

    seen = {entry.line for entry in (*parsed.items, *parsed.faults, *parsed.categories)}
    assert [run for run in chunks(text) if not seen & set(run)] == []
    assert [fault.message for fault in parsed.faults if not fault.message] == []


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(data):
    parsed = parse_gift(data)

    assert json.dumps(parsed.as_json(), ensure_ascii=False).encode()


@given(st.lists(gift_like, min_size=1, max_size=3))
def test_a_faulty_question_does_not_touch_the_next_one(before):
    parsed = parse_gift("\n\n".join(before) + "\n\n::Last::Still here?{=yes ~no}")

    assert (parsed.items[-1].title, parsed.items[-1].stem) == ("Last", "Still here?")


def escaped(text: str) -> str:
    return re.sub(r"[\\:#={}~]", lambda found: "\\" + found[0], text)


words = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=12
).filter(lambda text: not text.startswith(("%", "[", "//", "$", "\ufeff")))


@given(words, st.lists(words, min_size=2, max_size=5))
def test_any_escaped_text_comes_back_as_it_was(stem, choices):
    first, *others = map(escaped, choices)
    item = only(f"{escaped(stem)}{{={first}" + "".join(f"~{other}" for other in others) + "}")

    assert (item.stem, [choice.text for choice in item.choices]) == (stem, choices)


# --- drafts ---------------------------------------------------------------------------------


def test_a_draft_becomes_the_key_of_its_kind():
    assert key_of(only("Q?{=a ~%-50%b}")) == SingleKey({"a": Decimal(1), "b": Decimal("-0.5")})
    assert key_of(only("Q?{F}")) == TrueFalseKey(answer=False)
    assert key_of(only("Q?{=a =%50%b*}")) == ShortAnswerKey(
        (ShortAnswer("a"), ShortAnswer("b*", Decimal("0.5")))
    )
    assert key_of(only("Q?{}")) is None


def test_choices_beyond_the_alphabet_have_names_too():
    assert choice_keys(29)[24:] == ["y", "z", "aa", "ab", "ac"]


@given(st.sampled_from(LEGAL_WEIGHTS), st.sampled_from(["0", "0.0009", "-0.0009"]))
def test_a_weight_is_legal_up_to_the_rounding_that_moodle_forgives(weight, off):
    assert legal_weight(weight + Decimal(off)) == weight
    assert legal_weight(weight + Decimal("0.002")) is None


def test_a_question_of_endless_answers_is_a_fault():
    assert codes(parse_gift(f"Q{{{'=a ~b ' * 501}}}")) == [(1, "many")]
    assert codes(parse_gift(f"Q{{{'=a ~b ' * 500}}}")) == []
