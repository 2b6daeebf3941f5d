import json
import re
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.scoring import (
    Between,
    MultipleKey,
    Near,
    NumericalKey,
    Reading,
    Score,
    ShortAnswer,
    ShortAnswerKey,
    SingleKey,
    ToleranceRule,
    TrueFalseKey,
    UnreadableKey,
    key_from_dict,
    key_to_dict,
    paper_score,
    score,
)
from quiz.scoring.numbers import Number, read_number

CASES = Path(__file__).parents[2] / "../shared/data/quiz/scoring-cases.json"
cases = json.loads(CASES.read_text("utf-8")) if CASES.exists() else {}
needs_cases = pytest.mark.skipif(not cases, reason="../shared/data/quiz/scoring-cases.json absent")

THIRD = Decimal("0.3333333")
FULL = Score(Decimal("1.0000000"), Reading.ANSWERED)
NOTHING = Score(Decimal("0E-7"), Reading.ANSWERED)
UNANSWERED = Score(Decimal(0), Reading.UNANSWERED)
UNREADABLE = Score(Decimal(0), Reading.UNREADABLE)

SINGLE = SingleKey({"a": Decimal(1), "b": Decimal("0.5"), "c": Decimal("-0.5")})
MULTIPLE = MultipleKey({"a": THIRD, "b": THIRD, "c": THIRD, "d": Decimal(-1)})
NUMERICAL = NumericalKey((Near(Decimal("3.14"), tolerance=Decimal("0.01")),))
SHORT = ShortAnswerKey((ShortAnswer("no one"), ShortAnswer("*body*", Decimal("0.5"))))


def share(key, response) -> Decimal:
    answered = score(key, response)
    assert answered.reading == Reading.ANSWERED
    return answered.share


# --- the published cases --------------------------------------------------------------------


def unquoted(source: str) -> str:
    """Two of the cases were transcribed as PHP source, bytes and all: `d'."\\xC3\\xA9".'part`.

    What they are about is the character é, written as one code point or as two.
    """
    return re.sub(
        r"'\.\"((?:\\x[0-9A-F]{2})+)\"\.'",
        lambda found: bytes.fromhex(found[1].replace("\\x", "")).decode(),
        source,
    )


@needs_cases
@pytest.mark.parametrize("case", cases.get("shortanswer_wildcard", []), ids=str)
def test_a_text_fits_a_pattern_as_published(case):
    key = ShortAnswerKey((ShortAnswer(unquoted(case["pattern"])),), not case["ignorecase"])

    assert share(key, {"text": unquoted(case["response"])}) == int(case["match"])


@needs_cases
@pytest.mark.parametrize("case", cases.get("numerical_parse", []), ids=str)
def test_a_number_is_read_as_published(case):
    integer, decimals, exponent, unit = case["expect"]
    blank = not integer and not decimals
    expected = Number(Decimal(f"{integer or 0}.{decimals}e{exponent or 0}"), unit)

    assert read_number(case["response"]) == (None if blank else expected)


@needs_cases
@pytest.mark.parametrize("case", cases.get("numerical_tolerance", []), ids=str)
def test_a_tolerance_holds_the_published_numbers(case):
    rule = ToleranceRule(case["type"])
    answer = Near(Decimal(str(case["answer"])), Decimal(1), Decimal(str(case["tolerance"])), rule)
    key = NumericalKey((answer,))

    assert [share(key, {"number": str(number)}) for number in case["in"]] == [1] * len(case["in"])
    assert [share(key, {"number": str(number)}) for number in case["out"]] == [0] * len(case["out"])


@needs_cases
def test_every_fraction_that_authors_may_choose_adds_up_to_full_marks():
    for written in map(str, cases["allowed_fractions_besides_0_and_1"]):
        fraction = Decimal(written)
        rest = Decimal(1) - fraction
        key = MultipleKey({"a": fraction, "b": rest})
        assert share(key, {"choices": ["a", "b"]}) == 1
        assert share(key, {"choices": ["a"]}) == fraction


# --- each kind ------------------------------------------------------------------------------


@pytest.mark.parametrize(("choice", "expected"), [("a", "1"), ("b", "0.5"), ("c", "0")])
def test_a_single_choice_is_worth_its_fraction_and_never_less_than_nothing(choice, expected):
    assert share(SINGLE, {"choice": choice}) == Decimal(expected)


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (["a"], "0.3333333"),
        (["a", "b"], "0.6666667"),
        (["c", "b", "a"], "1"),
        (["a", "a", "a"], "0.3333333"),
        (["a", "b", "c", "d"], "0"),
        (["d"], "0"),
    ],
)
def test_a_multiple_choice_is_worth_the_sum_of_what_was_chosen(choices, expected):
    assert share(MULTIPLE, {"choices": choices}) == Decimal(expected)


def test_more_than_full_marks_are_full_marks():
    key = MultipleKey({"a": Decimal(1), "b": Decimal("0.5")})

    assert share(key, {"choices": ["a", "b"]}) == 1


@pytest.mark.parametrize("answer", [True, False])
def test_true_or_false_is_all_or_nothing(answer):
    assert score(TrueFalseKey(answer), {"value": answer}) == FULL
    assert score(TrueFalseKey(answer), {"value": not answer}) == NOTHING


@pytest.mark.parametrize(
    ("number", "expected"),
    [("3.13", 1), ("3.15", 1), ("3.1299999999999999999999999", 0), ("3.151", 0), (3.14, 1), (3, 0)],
)
def test_a_number_is_right_to_the_very_end_of_its_tolerance(number, expected):
    assert share(NUMERICAL, {"number": number}) == expected


@pytest.mark.parametrize(("number", "expected"), [("-1", 1), ("5", 1), ("-1.01", 0), ("5.01", 0)])
def test_a_range_holds_both_its_ends(number, expected):
    key = NumericalKey((Between(Decimal(-1), Decimal(5)),))

    assert share(key, {"number": number}) == expected


@pytest.mark.parametrize(
    ("value", "rule", "inside", "outside"),
    [
        ("200", "relative", ["180", "220"], ["179.9", "220.1"]),
        ("-200", "relative", ["-180", "-220"], ["-179.9", "200"]),
        ("-7", "geometric", ["-7.7", "-6.37"], ["-7.71", "-6.36", "7"]),
    ],
)
def test_a_tolerance_can_grow_with_the_value(value, rule, inside, outside):
    key = NumericalKey((Near(Decimal(value), Decimal(1), Decimal("0.1"), ToleranceRule(rule)),))

    assert [share(key, {"number": number}) for number in inside] == [1] * len(inside)
    assert [share(key, {"number": number}) for number in outside] == [0] * len(outside)


def test_the_first_answer_that_fits_decides():
    numbers = NumericalKey(
        (Near(Decimal(5)), Near(Decimal(5), Decimal("0.5"), tolerance=Decimal(2)))
    )
    texts = ShortAnswerKey((ShortAnswer("frogspawn", Decimal(0)), ShortAnswer("frog*")))

    assert [share(numbers, {"number": n}) for n in ("5", "6", "8")] == [1, Decimal("0.5"), 0]
    assert [share(texts, {"text": t}) for t in ("frogspawn", "frogs", "toad")] == [0, 1, 0]


def test_a_unit_counts_in_the_unit_of_the_key_and_an_unknown_one_is_unreadable():
    units = {"m²": Decimal(1), "cm²": Decimal("0.0001")}
    key = NumericalKey((Near(Decimal(2)),), units)

    assert [share(key, {"number": n}) for n in ("2", "2 m²", "20 000 cm2")] == [1, 1, 1]
    assert score(key, {"number": "2 kg"}) == UNREADABLE
    assert score(NUMERICAL, {"number": "3.14 m"}) == UNREADABLE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No One", "1"),
        ("  no \n one ", "1"),
        ("ｎｏ　ｏｎｅ", "1"),
        ("anybody here", "0.5"),
        ("noone", "0"),
        ("bod", "0"),
    ],
)
def test_a_short_text_is_compared_as_people_see_it(text, expected):
    assert share(SHORT, {"text": text}) == Decimal(expected)


def test_quotes_of_any_keyboard_are_the_same_quotes():
    key = ShortAnswerKey((ShortAnswer("print('a')"),))

    assert share(key, {"text": "print(‘a’)"}) == 1


def test_the_ends_of_a_pattern_cannot_share_a_letter():
    key = ShortAnswerKey((ShortAnswer("ab*bc"), ShortAnswer("x*y*y")))

    assert [share(key, {"text": text}) for text in ("abc", "abbc", "xy", "xyy")] == [0, 1, 0, 1]


def test_a_pattern_made_to_be_slow_is_not():
    key = ShortAnswerKey((ShortAnswer("*a" * 500 + "*b"),))

    assert share(key, {"text": "a" * 10_000}) == 0


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("１２３．５", "123.5"),
        ("－２", "-2"),
        ("−2", "-2"),
        ("– 2", "-2"),
        ("1 000 000.5", "1000000.5"),
        ("1\u00a0000", "1000"),
        ("1’000", "1000"),
        ("12,345.6", "12345.6"),
        ("１，２３４", "1234"),
        ("3,14", "3.14"),
        ("0,125", "0.125"),
        (",5", "0.5"),
        ("1.234,5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1 234,5", "1234.5"),
        ("1.234", "1.234"),
        ("3×10⁸", "3e8"),
        ("3 x 10^-2", "3e-2"),
        ("2·10⁻³", "2e-3"),
        ("+.5E+3", "500"),
    ],
)
def test_a_number_is_read_as_it_was_meant(written, value):
    assert read_number(written) == Number(Decimal(value))


@pytest.mark.parametrize(
    "written",
    [
        *("1,23,456", "1,000,00", "1,", "1.2.3", "--1", "+-1", "one", ".", "NaN", "inf", "e5"),
        *("٣", "1e999999", "1e" + "9" * 90, "1" * 101, "1/2"),
    ],
)
def test_what_is_no_number_is_not_guessed_at(written):
    assert score(NUMERICAL, {"number": written}) == UNREADABLE


# --- whatever comes from a browser ----------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "member", "blank", "strange"),
    [
        (SINGLE, "choice", ["", None, " "], ["z", 1, ["a"], {"a": 1}, True]),
        (MULTIPLE, "choices", [[], None, ""], ["a", ["a", "z"], [1], [["a"]], {"a": 1}, 7]),
        (TrueFalseKey(True), "value", [None, ""], ["true", 1, 0, [True]]),
        (
            NUMERICAL,
            "number",
            ["", None, "  "],
            ["pi", True, [3], "3.14.", 10**5000, 1e999],
        ),
        (SHORT, "text", ["", None, "\n"], [3, ["no one"], "x" * 10_001]),
    ],
)
def test_a_blank_or_malformed_response_scores_nothing_and_says_which(key, member, blank, strange):
    assert [score(key, {member: value}) for value in blank] == [UNANSWERED] * len(blank)
    assert [score(key, {member: value}) for value in strange] == [UNREADABLE] * len(strange)
    assert score(key, {}) == score(key, None) == score(key, {"other": "a"}) == UNANSWERED
    assert score(key, "a") == score(key, [1]) == score(key, 3) == UNREADABLE


fractions = st.decimals(-1, 1, places=7)
decimals = st.decimals(-(10**9), 10**9, places=4)
choices = st.dictionaries(st.sampled_from("abcdef"), fractions, min_size=1)
near = st.builds(Near, decimals, fractions, decimals, st.sampled_from(ToleranceRule))
between = st.builds(Between, decimals, decimals, fractions)
units = st.dictionaries(st.sampled_from(["m", "cm", "%"]), decimals)
patterns = st.builds(ShortAnswer, st.text("aB*\\ é", max_size=8), fractions)
keys = st.one_of(
    st.builds(SingleKey, choices),
    st.builds(MultipleKey, choices),
    st.builds(TrueFalseKey, st.booleans()),
    st.builds(NumericalKey, st.lists(near | between, max_size=3).map(tuple), units),
    st.builds(ShortAnswerKey, st.lists(patterns, max_size=3).map(tuple), st.booleans()),
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.text("0123456789.,eE+- x×10^", max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
members = st.sampled_from(["choice", "choices", "value", "number", "text"])


@given(keys, st.dictionaries(members, values) | values)
def test_any_response_scores_between_nothing_and_full_marks(key, response):
    answered = score(key, response)

    assert 0 <= answered.share <= 1
    assert answered.share == 0 or answered.reading == Reading.ANSWERED


@given(keys)
def test_a_key_comes_back_from_json_as_it_went(key):
    assert key_from_dict(json.loads(json.dumps(key_to_dict(key)))) == key


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"kind": "riddle"},
        {"kind": "single"},
        {"kind": "single", "fractions": ["1"]},
        {"kind": "single", "fractions": {"a": 1.0}},
        {"kind": "single", "fractions": {"a": "one"}},
        {"kind": "single", "fractions": {"a": "1.5"}},
        {"kind": "multiple", "fractions": {"a": "NaN"}},
        {"kind": "truefalse", "answer": "false"},
        {"kind": "short", "answers": [{"pattern": 3, "fraction": "1"}], "case_sensitive": False},
        {"kind": "numerical", "answers": [{"value": "1", "fraction": "1"}], "units": {}},
        ["kind"],
    ],
)
def test_a_stored_key_of_another_shape_is_refused(stored):
    with pytest.raises(UnreadableKey):
        key_from_dict(stored)


@given(choices, st.randoms())
def test_the_order_of_the_chosen_does_not_matter(fractions, random):
    chosen = sorted(fractions)
    shuffled = random.sample(chosen, len(chosen))

    assert score(MultipleKey(fractions), {"choices": chosen}) == score(
        MultipleKey(fractions), {"choices": shuffled}
    )


def test_no_way_of_choosing_more_right_answers_scores_less():
    right = ["a", "b", "c"]
    for number in range(3):
        for chosen in combinations(right, number):
            for more in set(right) - set(chosen):
                fewer = score(MULTIPLE, {"choices": list(chosen)})
                assert share(MULTIPLE, {"choices": [*chosen, more]}) > fewer.share


# --- a paper --------------------------------------------------------------------------------


def test_three_thirds_on_three_items_are_one_whole_mark():
    assert paper_score([(Decimal(1), THIRD)] * 3) == Decimal("1.0000")


def test_a_paper_is_the_sum_of_marks_times_shares_to_four_decimals():
    items = [(Decimal("1.5"), Decimal(1)), (Decimal(2), Decimal("0.25")), (Decimal(3), Decimal(0))]

    assert str(paper_score(items)) == "2.0000"
    assert str(paper_score([])) == "0.0000"


@given(
    st.lists(st.sampled_from([Decimal(1) / 6, THIRD, Decimal("0.5")]), max_size=60), st.randoms()
)
def test_the_order_of_the_items_does_not_change_the_score(shares, random):
    items = [(Decimal(2), share) for share in shares]

    assert paper_score(items) == paper_score(random.sample(items, len(items)))
