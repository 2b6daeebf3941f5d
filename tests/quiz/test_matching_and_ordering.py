"""Items that ask for pairs or for an order: from the file to the marks."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from quiz.answers import Malformed, read_answer
from quiz.domain.importing import import_items
from quiz.entries import NotTaken, entry_of
from quiz.formats.drafts import ChoiceDraft, ItemDraft, Kind, PairDraft, Parsed
from quiz.models import ItemVersion
from quiz.papers import Blueprint, Cell, PoolItem, draw
from quiz.scoring import (
    MatchingKey,
    OrderingKey,
    Reading,
    UnreadableKey,
    key_from_dict,
    key_to_dict,
    score,
)
from tests.quiz.test_bank import approve_all

MATCHING = MatchingKey({"a": "d", "b": "e", "c": "d"})
ORDERING = OrderingKey(("a", "b", "c", "d"))
ORDERS = st.permutations("abcdef").map(tuple)


def share(key: Any, answer: object) -> Decimal:
    return score(key, answer).share


def pairs_draft(*pairs: tuple[str, str]) -> ItemDraft:
    rows = tuple(PairDraft(question, answer) for question, answer in pairs)
    return ItemDraft(Kind.MATCHING, "Match.", 1, identifier="M", pairs=rows)


def order_draft(*texts: str) -> ItemDraft:
    rows = tuple(ChoiceDraft(text, Decimal(0)) for text in texts)
    return ItemDraft(Kind.ORDERING, "Put in order.", 1, identifier="O", choices=rows)


# --- the marks ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "marks"),
    [
        ({"a": "d", "b": "e", "c": "d"}, "1"),
        ({"a": "d", "b": "d", "c": "d"}, "0.6666667"),
        ({"a": "d"}, "0.3333333"),
        ({"a": "e", "b": "d", "c": "e"}, "0"),
        ({"a": "zz"}, "0"),
    ],
)
def test_each_right_pair_earns_an_equal_part(pairs: dict[str, str], marks: str) -> None:
    assert share(MATCHING, {"pairs": pairs}) == Decimal(marks)


@pytest.mark.parametrize(
    ("order", "marks"),
    [
        ("abcd", "1"),
        ("dabc", "0.6666667"),  # the whole run is right and begins one place too late
        ("acbd", "0"),
        ("cdab", "0.6666667"),
        ("bacd", "0.3333333"),
        ("dcba", "0"),
    ],
)
def test_each_step_of_the_right_order_earns_an_equal_part(order: str, marks: str) -> None:
    assert share(ORDERING, {"order": list(order)}) == Decimal(marks)


@given(ORDERS, ORDERS)
def test_only_the_right_order_earns_full_marks(
    key: tuple[str, ...], order: tuple[str, ...]
) -> None:
    marks = share(OrderingKey(key), {"order": list(order)})

    assert (marks == 1) == (order == key)
    assert share(OrderingKey(key), {"order": list(reversed(key))}) == 0


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_an_order_drawn_by_lot_earns_what_a_guess_at_a_single_choice_does(size: int) -> None:
    key = OrderingKey(tuple("abcde"[:size]))
    drawn = [key.share({"order": order}) for order in permutations(key.order)]

    assert sum(drawn) / len(drawn) == Fraction(1, size)


@pytest.mark.parametrize(
    ("key", "answer", "reading"),
    [
        (MATCHING, None, Reading.UNANSWERED),
        (MATCHING, {"pairs": {}}, Reading.UNANSWERED),
        (MATCHING, {"order": ["a"]}, Reading.UNANSWERED),
        (MATCHING, {"pairs": ["a"]}, Reading.UNREADABLE),
        (MATCHING, {"pairs": {"z": "d"}}, Reading.UNREADABLE),
        (MATCHING, {"pairs": {"a": ["d"]}}, Reading.UNREADABLE),
        (ORDERING, {"order": []}, Reading.UNANSWERED),
        (ORDERING, {"order": "abcd"}, Reading.UNREADABLE),
        (ORDERING, {"order": ["a", "b", "c"]}, Reading.UNREADABLE),
        (ORDERING, {"order": ["a", "b", "c", "c"]}, Reading.UNREADABLE),
        (ORDERING, {"order": ["a", "b", "c", "z"]}, Reading.UNREADABLE),
        (ORDERING, {"order": ["a", "b", "c", ["d"]]}, Reading.UNREADABLE),
    ],
)
def test_what_cannot_be_judged_is_worth_nothing(key: Any, answer: Any, reading: Reading) -> None:
    assert (share(key, answer), score(key, answer).reading) == (0, reading)


@pytest.mark.parametrize("key", [MATCHING, ORDERING])
def test_a_key_comes_back_as_it_was_stored(key: Any) -> None:
    assert key_from_dict(key_to_dict(key)) == key


@pytest.mark.parametrize(
    "stored",
    [
        {"kind": "matching", "pairs": {}},
        {"kind": "matching", "pairs": {"a": 1}},
        {"kind": "matching", "pairs": ["a"]},
        {"kind": "ordering", "order": ["a"]},
        {"kind": "ordering", "order": ["a", "a"]},
        {"kind": "ordering", "order": [["a"], "b"]},
    ],
)
def test_a_key_of_another_shape_is_refused(stored: dict[str, Any]) -> None:
    with pytest.raises(UnreadableKey):
        key_from_dict(stored)


# --- what a browser sends -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"pairs": {"b": "e", "a": "d"}}, {"pairs": {"a": "d", "b": "e"}}),
        ({"pairs": {}}, None),
        ({"order": ["b", "a"]}, {"order": ["b", "a"]}),
        ({"order": []}, None),
    ],
)
def test_pairs_and_orders_are_kept(sent: object, kept: object) -> None:
    assert read_answer(sent) == kept


@pytest.mark.parametrize(
    "hostile",
    [
        {"pairs": ["a", "b"]},
        {"pairs": {"a": 1}},
        {"pairs": {"a": ""}},
        {"pairs": {"a; --": "b"}},
        {"pairs": {"a" * n: "b" for n in range(1, 6)}},
        {"pairs": {f"{x}{y}": "b" for x in "abcdefgh" for y in "abcdefgh"}},
        {"order": "ab"},
        {"order": {"a": 1}},
        {"order": ["a", "a"]},
        {"order": [None]},
        {"order": [f"{x}{y}" for x in "abcdefgh" for y in "abcdefgh"]},
    ],
)
def test_what_is_no_pairs_and_no_order_is_refused(hostile: object) -> None:
    with pytest.raises(Malformed):
        read_answer(hostile)


# --- from a draft to the bank ---------------------------------------------------------------


def test_answers_that_are_the_same_are_one_option_and_spare_ones_are_options_too() -> None:
    entry = entry_of(
        pairs_draft(("cat", "mammal"), ("dog", "mammal "), ("eel", "fish"), ("", "bird"))
    )

    assert entry.key == {"kind": "matching", "pairs": {"a": "d", "b": "d", "c": "e"}}
    assert [(c.key, c.text, c.role, c.text_format) for c in entry.choices] == [
        ("a", "cat", "prompt", "moodle"),
        ("b", "dog", "prompt", "moodle"),
        ("c", "eel", "prompt", "moodle"),
        ("d", "mammal", "option", "plain"),
        ("e", "fish", "option", "plain"),
        ("f", "bird", "option", "plain"),
    ]


def test_the_choices_of_an_order_stand_in_the_right_one() -> None:
    entry = entry_of(order_draft("first", "second", "None of these"))

    assert entry.key == {"kind": "ordering", "order": ["a", "b", "c"]}
    assert [(c.text, c.pinned) for c in entry.choices] == [
        ("first", False),
        ("second", False),
        ("None of these", False),
    ]


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        (pairs_draft(("cat", "mammal")), "at least one pair and two different answers"),
        (pairs_draft(("", "mammal"), ("", "fish")), "at least one pair"),
        (pairs_draft(("cat", "mammal"), ("dog", "")), "answer of this matching question is empty"),
        (pairs_draft(("cat", "mammal"), ("cat", "fish")), "“cat” stands twice"),
        (pairs_draft(*((f"q{n}", f"a{n}") for n in range(26))), "at most 50 choices"),
        (order_draft("one"), "at least three choices"),
        (order_draft("one", "two"), "at least three choices"),
        (order_draft("one", "two", "one"), "“one” stands twice"),
        (order_draft(*map(str, range(51))), "at most 50 choices"),
    ],
)
def test_what_nobody_could_answer_is_refused(draft: ItemDraft, message: str) -> None:
    with pytest.raises(NotTaken, match=message):
        entry_of(draft)


@pytest.mark.django_db
def test_both_kinds_come_into_the_bank_in_both_languages(
    author: User, manager: User, now: datetime
) -> None:
    english = (pairs_draft(("cat", "mammal"), ("eel", "fish")), order_draft("one", "two", "three"))
    chinese = (pairs_draft(("貓", "哺乳類"), ("鰻", "魚")), order_draft("一", "二", "三"))
    reports = [
        import_items(
            parsed=Parsed(drafts, ()),
            language=language,
            source_name="a",
            source_sha256="",
            by=author,
            now=now,
            confirm=True,
        )
        for language, drafts in (("en", english), ("zh-hant", chinese), ("en", english))
    ]
    approved = approve_all(manager, now)

    assert [report.problems for report in reports] == [(), (), ()]
    assert [step.action for step in reports[2].steps] == ["skip", "skip"]
    matching, ordering = ItemVersion.objects.order_by("kind")
    assert approved == 2
    assert [choice["role"] for choice in matching.choices] == 2 * ["prompt"] + 2 * ["option"]
    assert [choice["text"]["zh-hant"] for choice in ordering.choices] == ["一", "二", "三"]


# --- on the paper ---------------------------------------------------------------------------


@given(st.integers(0, 10_000), st.integers(3, 6))
def test_the_order_that_is_asked_for_is_never_the_one_that_is_shown(seed: int, size: int) -> None:
    item = PoolItem(1, "python", "easy", choices=tuple("abcdef"[:size]), ordered=True)

    [shown] = draw(Blueprint((Cell("python", "easy", 1),)), [item], seed).items

    assert sorted(shown.choices) == sorted(item.choices)
    assert shown.choices != item.choices
    assert draw(Blueprint((Cell("python", "easy", 1),)), [item], seed).items == (shown,)


def test_a_paper_with_both_kinds_that_was_drawn_once_can_be_drawn_for_ever() -> None:
    pool = [
        PoolItem(7, "python", "easy", choices=tuple("abcde"), pinned=frozenset("ab")),
        PoolItem(8, "python", "hard", choices=tuple("abc"), ordered=True),
    ]
    blueprint = Blueprint((Cell("python", "easy", 1), Cell("python", "hard", 1)))

    assert (
        draw(blueprint, pool, "2026-a").canonical()
        == b'[[8,["b","c","a"]],[7,["a","b","d","e","c"]]]'
    )
