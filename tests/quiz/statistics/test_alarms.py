"""Distractors, alarms and drift: what an author is told, and what is not worth telling."""

import numpy as np
import pytest

from quiz.statistics.analysis import analyse
from quiz.statistics.choices import Taken, choice_figures
from quiz.statistics.classical import scores_of
from quiz.statistics.responses import Responses

# Eight people, keyed "a" on the first item; the better ones take "c". Three more items rank them.
ANSWERS = "ccccabba"
LADDER = np.array(
    [[1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]],
    dtype=float,
)


def matrix() -> Responses:
    first = np.array([float(answer == "a") for answer in ANSWERS])
    return Responses(np.column_stack([first, LADDER]))


def taken(offered: str = "abcd") -> Taken:
    answers = np.array(list(ANSWERS))
    return Taken(frozenset("a"), {name: np.flatnonzero(answers == name) for name in offered})


def kinds(analysis: dict, column: int = 0) -> list[str]:
    return [alarm["kind"] for alarm in analysis["items"][column]["alarms"]]


def test_choices_are_counted_and_correlated_with_the_rest_of_the_paper() -> None:
    responses = matrix()

    found = choice_figures(responses, scores_of(responses), 0, taken())

    assert [(one.choice, one.keyed, one.people, one.share) for one in found] == [
        ("a", True, 2, 0.25),
        ("b", False, 2, 0.25),
        ("c", False, 4, 0.5),
        ("d", False, 0, 0.0),
    ]
    rest = LADDER.mean(axis=1)
    by_numpy = [np.corrcoef([a == name for a in ANSWERS], rest)[0, 1] for name in "abc"]
    assert [one.correlation for one in found[:3]] == pytest.approx(by_numpy)
    assert found[3].correlation is None


def test_a_better_choice_than_the_key_is_named_first_then_the_one_nobody_takes() -> None:
    found = analyse(matrix(), names="1234", taken={0: taken()})

    alarms = found["items"][0]["alarms"]
    assert [(alarm["kind"], alarm["choice"]) for alarm in alarms] == [
        ("other-choice", "c"),
        ("unused-choice", "d"),
    ]
    assert alarms[0]["value"] == found["items"][0]["choices"][2]["correlation"]
    assert [kinds(found, column) for column in (1, 2, 3)] == [[], [], []]


def test_without_choices_a_negative_correlation_is_the_alarm() -> None:
    assert kinds(analyse(matrix(), names="1234")) == ["negative"]


def test_relabelled_choices_change_nothing_but_their_names() -> None:
    renamed = {"a": "z", "b": "y", "c": "x", "d": "w"}
    other = Taken(frozenset("z"), {renamed[name]: rows for name, rows in taken().rows.items()})

    found, again = (
        analyse(matrix(), names="1234", taken={0: one})["items"][0] for one in (taken(), other)
    )

    assert {renamed[one["choice"]]: one | {"choice": 0} for one in found["choices"]} == {
        one["choice"]: one | {"choice": 0} for one in again["choices"]
    }
    assert [(alarm["kind"], alarm["value"]) for alarm in found["alarms"]] == [
        (alarm["kind"], alarm["value"]) for alarm in again["alarms"]
    ]


def test_five_people_are_too_few_for_any_judgement() -> None:
    few = Responses(matrix().marks[:5])

    assert kinds(analyse(few, names="1234")) == []


def test_another_choice_that_is_better_by_chance_is_no_alarm() -> None:
    random = np.random.default_rng(15)
    marks = (random.random((30, 6)) < 0.6).astype(float)
    right, wrong = np.flatnonzero(marks[:, 0]), np.flatnonzero(marks[:, 0] == 0)
    rest = marks[:, 1:].mean(axis=1)
    order = wrong[np.argsort(rest[wrong], kind="stable")]
    choices = Taken(frozenset("a"), {"a": right, "b": order[-3:], "c": order[:-3]})

    item = analyse(Responses(marks), names="123456", taken={0: choices})["items"][0]

    b = item["choices"][1]["correlation"]
    assert 0.15 < b < 2 / 30**0.5
    assert "other-choice" not in [alarm["kind"] for alarm in item["alarms"]]


def test_flat_too_easy_and_too_hard_items_are_told_apart() -> None:
    marks = np.zeros((100, 5))
    marks[:, 0] = 1
    marks[:97, 2] = 1
    marks[:3, 3] = 1
    marks[:50, 4] = 1

    found = analyse(Responses(marks), names="12345")

    assert [kinds(found, column) for column in range(5)] == [
        ["flat"],
        ["flat"],
        ["too-easy"],
        ["too-hard"],
        [],
    ]
    assert [item["flat"] for item in found["items"][:2]] == ["all right", "all wrong"]


def crowd(*, leaked: bool, better_later: float) -> dict:
    """Two days of 600 people; on the second, item 3 is known and people are better by so much."""
    random = np.random.default_rng(21)
    days = np.repeat([4, 7], 600)
    ability = random.normal(size=1200) + np.where(days == 7, better_later, 0.0)
    chances = 1 / (1 + np.exp(np.linspace(-1, 1, 10) - ability[:, None]))
    if leaked:
        chances[days == 7, 3] = 0.9
    marks = (random.random((1200, 10)) < chances).astype(float)
    return analyse(Responses(marks), names=[str(n) for n in range(10)], days=days)


def flagged(analysis: dict) -> list[str]:
    return [item["item"] for item in analysis["items"] if item["drift"]["flagged"]]


def test_an_item_that_got_around_is_flagged_and_no_other() -> None:
    found = crowd(leaked=True, better_later=0.0)

    assert flagged(found) == ["3"]
    assert "drift" in kinds(found, 3)
    days = found["items"][3]["drift"]["days"]
    assert [day for day, _people, _share in days] == [4, 7]
    assert days[1][2] - days[0][2] > 0.2


def test_better_people_on_a_later_day_are_no_leak() -> None:
    found = crowd(leaked=False, better_later=0.8)

    shares = [item["drift"]["days"] for item in found["items"]]
    assert min(later[2] - first[2] for first, later in shares) > 0.1
    assert flagged(found) == []


def test_one_day_alone_has_no_drift() -> None:
    found = analyse(matrix(), names="1234", days=np.zeros(8, dtype=np.int64))

    assert [item["drift"] for item in found["items"]] == [None] * 4
