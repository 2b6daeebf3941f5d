"""Similar wrong answers: what is named, what is not, and that it is symmetric."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.resemblance import MIN_COMMON, Sheet, resembling

ITEMS = range(30)


def class_of(people: int, seed: int = 1) -> list[Sheet]:
    """People who work apart: half of their answers are wrong, popular mistakes among them."""
    dice = random.Random(seed)
    sheets = []
    for key in range(people):
        wrong = {n: dice.choices("abcd", [6, 3, 2, 1])[0] for n in ITEMS if dice.random() < 0.5}
        sheets.append(Sheet(key, frozenset(set(ITEMS) - wrong.keys()), wrong))
    return sheets


def copied(sheet: Sheet, key: int) -> Sheet:
    return Sheet(key, sheet.right, sheet.wrong)


@pytest.mark.parametrize("seed", range(5))
def test_people_who_work_apart_are_not_named(seed: int) -> None:
    assert resembling(class_of(300, seed)) == []


def test_a_copy_is_named_and_nobody_else() -> None:
    sheets = class_of(300)
    weakest = max(sheets, key=lambda sheet: len(sheet.wrong))
    sheets.append(copied(weakest, 900))

    [pair] = resembling(sheets)

    wrong = len(weakest.wrong)
    assert (pair.first, pair.second, pair.common) == (weakest.key, 900, 30)
    assert (pair.both_wrong, pair.same_wrong) == (wrong, wrong)
    assert pair.innocent_pairs < 0.01


def test_the_same_right_answers_are_nothing_to_speak_of() -> None:
    sheets = [Sheet(key, frozenset(ITEMS), {}) for key in range(40)]

    assert resembling(sheets) == []


def test_a_mistake_that_everybody_makes_is_nothing_to_speak_of() -> None:
    sheets = [Sheet(key, frozenset(), dict.fromkeys(ITEMS, "a")) for key in range(40)]

    assert resembling(sheets) == []


def test_two_people_alone_cannot_resemble_each_other() -> None:
    one = Sheet(1, frozenset(), {item: f"x{item}" for item in ITEMS})

    assert resembling([one, copied(one, 2)]) == []


@pytest.mark.parametrize(("items", "named"), [(MIN_COMMON - 1, 0), (MIN_COMMON, 1)])
def test_below_the_least_number_of_common_items_nothing_is_said(items: int, named: int) -> None:
    sheets = class_of(400)
    odd = {item: f"odd {item}" for item in range(items)}
    sheets += [Sheet(901, frozenset(), odd), Sheet(902, frozenset(), odd)]

    assert len([p for p in resembling(sheets) if p.first == 901]) == named


@pytest.mark.parametrize(("alike", "named"), [(6, []), (7, [(1498, 1499)])])
def test_the_worked_example_of_the_page(alike: int, named: list[tuple[int, int]]) -> None:
    others = [
        Sheet(
            key,
            frozenset(range(20)) - {key % alike},
            {key % alike: "aaaaaaaabc"[key // alike % 10]},
        )
        for key in range(100 * alike)
        if key // alike not in (89, 99)  # the pair has the places of these two
    ]
    crowd = [Sheet(key, frozenset(range(20)), {}) for key in range(100 * alike, 1498)]
    rare = dict.fromkeys(range(alike), "c")
    pair = [Sheet(key, frozenset(range(alike, 20)), rare) for key in (1498, 1499)]

    found = resembling([*others, *crowd, *pair])

    assert [(one.first, one.second) for one in found] == named


def test_one_key_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="one key"):
        resembling([Sheet(1, frozenset(), {}), Sheet(1, frozenset(), {})])


answers = st.dictionaries(st.integers(0, 11), st.sampled_from("abc"), max_size=12)


@given(st.lists(answers, min_size=20, max_size=30), st.randoms(use_true_random=False))
def test_order_and_direction_change_nothing(
    papers: list[dict[int, str]], dice: random.Random
) -> None:
    sheets = [
        Sheet(n, frozenset(range(12)) - paper.keys(), paper) for n, paper in enumerate(papers)
    ]
    # The same people called by keys that run the other way.
    mirrored = [Sheet(100 - sheet.key, sheet.right, sheet.wrong) for sheet in sheets]
    shuffled = dice.sample(sheets, len(sheets))

    found = resembling(sheets, most=1e9)
    back = resembling(mirrored, most=1e9)

    assert resembling(shuffled, most=1e9) == found
    assert {(p.first, p.second): (p.common, p.same_wrong) for p in found} == {
        (100 - p.second, 100 - p.first): (p.common, p.same_wrong) for p in back
    }
    assert sorted(p.innocent_pairs for p in found) == pytest.approx(
        sorted(p.innocent_pairs for p in back)
    )
