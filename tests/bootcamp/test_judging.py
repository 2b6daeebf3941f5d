from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootcamp.judging import (
    Aggregation,
    Criterion,
    Fallback,
    InvalidSheet,
    Method,
    Note,
    Rubric,
    Sheet,
    aggregate,
)

WEIGHTS = {"soundness": 30, "rigour": 20, "demo": 20, "impact": 15, "communication": 15}
RUBRIC = Rubric(
    tuple(Criterion(name, Decimal(weight)) for name, weight in WEIGHTS.items()),
    gates=("honesty",),
)
STRICT, GENEROUS, GUEST = 1, 2, 3


def flat(judge, project, number, *failed):
    return Sheet(judge, project, dict.fromkeys(WEIGHTS, number), frozenset(failed))


def worked_example():
    """The sheets of docs/judging.md."""
    strict = {1: 3, 2: 2, 3: 2, 4: 2, 5: 1}
    generous = {2: 5, 3: 4, 4: 4, 5: 3, 6: 4}
    mixed = dict(zip(WEIGHTS, (4, 3, 5, 3, 4), strict=True))
    return [
        *(flat(STRICT, project, number) for project, number in strict.items()),
        *(flat(GENEROUS, project, number) for project, number in generous.items()),
        Sheet(GUEST, 1, mixed),
        flat(GUEST, 6, 4),
    ]


sheets = st.dictionaries(
    st.tuples(st.integers(1, 4), st.integers(1, 8)),
    st.tuples(*[st.integers(1, 5)] * len(WEIGHTS)),
    max_size=24,
).map(
    lambda given: [
        Sheet(judge, project, dict(zip(WEIGHTS, numbers, strict=True)))
        for (judge, project), numbers in given.items()
    ]
)


def test_the_worked_example_comes_out_as_documented():
    result = aggregate(worked_example(), RUBRIC, Method.JUDGE_Z)

    assert [
        (s.project, str(s.raw_mean), str(s.normalised_mean), str(s.spread), s.anchor_spread)
        for s in result.scores
    ] == [
        (1, "68.5000", "87.9752", "17.0000", 2),
        (2, "70.0000", "81.0168", "60.0000", 3),
        (3, "60.0000", "63.0833", "40.0000", 2),
        (4, "60.0000", "63.0833", "40.0000", 2),
        (5, "40.0000", "27.2163", "40.0000", 2),
        (6, "80.0000", "71.5417", "0.0000", 0),
    ]
    assert result.notes == (Note(GUEST, Fallback.FEW_MARKS),)


def test_each_method_ranks_by_its_own_mean():
    raw, normalised = (aggregate(worked_example(), RUBRIC, method) for method in Method)

    assert [s.score for s in raw.scores] == [s.raw_mean for s in normalised.scores]
    assert [s.score for s in normalised.scores] == [s.normalised_mean for s in raw.scores]
    assert (raw.method, normalised.method) == ("raw-mean/1", "judge-z/1")


def test_points_weigh_the_numbers_exactly():
    thirds = Rubric(
        (Criterion("a", Decimal("33.3"), max=3), Criterion("b", Decimal("66.7"), max=7))
    )

    assert thirds.points({"a": 2, "b": 5}) == Fraction("22.2") + Fraction("66.7") * 5 / 7


def test_one_failed_gate_keeps_a_project_out_of_the_ranking():
    fair = worked_example()
    caught = [replace(fair[0], failed_gates=frozenset({"honesty"})), *fair[1:]]

    score = aggregate(caught, RUBRIC, Method.JUDGE_Z).scores[0]

    assert (score.project, score.failed_gates, score.score) == (1, ("honesty",), None)
    assert str(score.normalised_mean) == "87.9752"


@pytest.mark.parametrize(
    ("numbers", "notes"),
    [
        ((1, 2, 3, 4), (Note(1, Fallback.FEW_MARKS),)),
        ((1, 2, 3, 4, 5), ()),
        ((3, 3, 3, 3, 3), (Note(1, Fallback.ZERO_VARIANCE),)),
    ],
    ids=["four-marks", "five-marks", "five-equal-marks"],
)
def test_a_judge_is_normalised_from_five_differing_marks_on(numbers, notes):
    other = [flat(2, project, number) for project, number in enumerate((5, 4, 5, 4, 5, 4))]
    own = [flat(1, project, number) for project, number in enumerate(numbers)]

    assert aggregate(own + other, RUBRIC, Method.JUDGE_Z).notes == notes


def test_judges_who_differ_only_in_severity_agree_after_normalising():
    order = (1, 3, 2, 1, 3)
    severe = [flat(1, project, number) for project, number in enumerate(order)]
    mild = [flat(2, project + 10, number + 2) for project, number in enumerate(order)]

    scores = aggregate(severe + mild, RUBRIC, Method.JUDGE_Z).scores

    assert [s.score for s in scores[:5]] == [s.score for s in scores[5:]]
    assert [s.raw_mean for s in scores[:5]] != [s.raw_mean for s in scores[5:]]


@given(sheets, st.sampled_from(Method), st.randoms(use_true_random=False))
def test_the_order_of_the_sheets_changes_nothing(given_sheets, method, random):
    shuffled = random.sample(given_sheets, k=len(given_sheets))

    assert aggregate(shuffled, RUBRIC, method) == aggregate(given_sheets, RUBRIC, method)


@given(sheets)
def test_the_raw_mean_lies_within_the_marks_of_the_project(given_sheets):
    for score in aggregate(given_sheets, RUBRIC, Method.RAW_MEAN).scores:
        points = [RUBRIC.points(s.marks) for s in given_sheets if s.project == score.project]
        assert score.marks == len(points)
        assert min(points) <= Fraction(score.raw_mean).limit_denominator(10**4) <= max(points)
        assert Fraction(score.spread) == max(points) - min(points)


@given(st.lists(st.integers(1, 5), min_size=5, max_size=9).filter(lambda n: len(set(n)) > 1))
def test_a_lone_judge_is_left_as_is(numbers):
    alone = [flat(1, project, number) for project, number in enumerate(numbers)]

    scores = aggregate(alone, RUBRIC, Method.JUDGE_Z).scores

    assert [s.normalised_mean for s in scores] == [s.raw_mean for s in scores]


def test_no_sheets_give_no_scores():
    assert aggregate([], RUBRIC, Method.JUDGE_Z) == Aggregation(Method.JUDGE_Z, (), ())


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        ({**dict.fromkeys(WEIGHTS, 3), "demo": 0}, "demo is 0, not 1 to 5"),
        ({**dict.fromkeys(WEIGHTS, 3), "demo": 6}, "demo is 6, not 1 to 5"),
        ({"demo": 3}, "marks for"),
        ({**dict.fromkeys(WEIGHTS, 3), "charm": 3}, "charm"),
    ],
)
def test_a_sheet_that_does_not_fit_the_rubric_is_refused(marks, message):
    with pytest.raises(InvalidSheet, match=message):
        aggregate([Sheet(1, 1, marks)], RUBRIC, Method.RAW_MEAN)


def test_a_second_sheet_and_an_unknown_gate_are_refused():
    with pytest.raises(InvalidSheet, match="judge 1 marked project 1 twice"):
        aggregate([flat(1, 1, 3), flat(1, 1, 4)], RUBRIC, Method.RAW_MEAN)
    with pytest.raises(InvalidSheet, match="unknown gates"):
        aggregate([flat(1, 1, 3, "charm")], RUBRIC, Method.RAW_MEAN)


@pytest.mark.parametrize(
    ("criteria", "message"),
    [
        ([("a", 60, 5), ("b", 39, 5)], "sum to 100"),
        ([("a", 50, 5), ("a", 50, 5)], "names each criterion once"),
        ([("a", 110, 5), ("b", -10, 5)], "positive weight"),
        ([("a", 100, 1)], "at least two numbers"),
    ],
)
def test_an_unsound_rubric_is_refused(criteria, message):
    with pytest.raises(ValueError, match=message):
        Rubric(tuple(Criterion(name, Decimal(weight), top) for name, weight, top in criteria))
