"""Rasch and the two-parameter model: published figures, recovery, symmetry, degenerate items."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.statistics.logistic import NotEstimable, fit_rasch, fit_two_parameter
from quiz.statistics.responses import Flat, NotAMatrix, Responses

NAN = float("nan")


def drawn(
    people: int, items: int, paper: int, seed: int
) -> tuple[Responses, np.ndarray, np.ndarray]:
    """A crowd that follows the Rasch model, each on a paper of its own; abilities, difficulties."""
    random = np.random.default_rng(seed)
    ability, difficulty = random.normal(size=people), random.normal(size=items)
    chances = 1 / (1 + np.exp(difficulty - ability[:, None]))
    marks = (random.random((people, items)) < chances).astype(float)
    marks[np.argsort(random.random((people, items)), axis=1) >= paper] = NAN
    return Responses(marks), ability, difficulty


def test_sparse_papers_give_back_the_difficulties_they_were_made_with() -> None:
    responses, ability, difficulty = drawn(3000, 12, 4, seed=1)

    fit = fit_rasch(responses)

    errors = (np.array(fit.difficulty) - difficulty) / np.array(fit.difficulty_se)
    assert fit.converged
    assert np.abs(errors).max() < 3
    assert abs(fit.ability_sd - 1) < 0.1
    assert np.corrcoef(fit.ability, ability)[0, 1] > 0.6
    within = np.abs(fit.ability - ability) < 2 * fit.ability_se
    assert 0.93 < within.mean() < 0.98


def test_the_order_of_people_and_items_does_not_matter() -> None:
    responses, _ability, _difficulty = drawn(300, 6, 4, seed=2)
    random = np.random.default_rng(3)
    people, items = random.permutation(300), random.permutation(6)

    fit, other = fit_rasch(responses), fit_rasch(Responses(responses.marks[people][:, items]))

    assert np.array(fit.difficulty)[items] == pytest.approx(np.array(other.difficulty), abs=1e-6)
    assert fit.ability[people] == pytest.approx(other.ability, abs=1e-6)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(0, 4), min_size=40, max_size=40))
def test_a_row_that_stands_for_k_people_is_k_rows(seed: int, times: list[int]) -> None:
    responses, _ability, _difficulty = drawn(40, 5, 5, seed)
    once = Responses(responses.marks, np.array(times, dtype=float))
    copies = Responses(np.repeat(responses.marks, times, axis=0))
    if len(copies.flat_items()) > 3:
        return

    fit, other = fit_rasch(once), fit_rasch(copies)

    assert fit.left_out == other.left_out
    for mine, theirs in zip(fit.difficulty, other.difficulty, strict=True):
        assert mine == (theirs if theirs is None else pytest.approx(theirs, abs=1e-4))
    assert fit.log_likelihood == pytest.approx(other.log_likelihood)


def test_items_without_an_estimate_are_named_and_harm_nothing() -> None:
    responses, _ability, _difficulty = drawn(200, 4, 4, seed=5)
    extra = np.column_stack(
        [np.ones(200), np.zeros(200), np.full(200, NAN), np.full(200, 0.5), responses.marks]
    )

    fit, plain = fit_rasch(Responses(extra)), fit_rasch(responses)

    assert fit.left_out == {
        0: Flat.ALL_RIGHT,
        1: Flat.ALL_WRONG,
        2: Flat.UNANSWERED,
        3: Flat.ALL_ALIKE,
    }
    assert fit.difficulty == (None, None, None, None, *plain.difficulty)
    assert fit.ability == pytest.approx(plain.ability)


def test_who_answered_nothing_is_taken_for_the_average() -> None:
    responses, _ability, _difficulty = drawn(100, 5, 5, seed=6)
    with_a_blank = Responses(np.vstack([responses.marks, np.full(5, NAN)]))

    fit = fit_rasch(with_a_blank)

    assert fit.ability[-1] == pytest.approx(0, abs=1e-9)
    assert fit.ability_se[-1] == pytest.approx(fit.ability_sd, rel=1e-3)


def test_marks_that_do_not_hang_together_give_abilities_that_do_not_differ() -> None:
    random = np.random.default_rng(8)
    fit = fit_rasch(Responses((random.random((400, 2)) < [0.3, 0.6]).astype(float)))

    assert all(value is not None and np.isfinite(value) for value in fit.difficulty)
    assert np.all(np.isfinite(fit.ability))


def test_a_turned_item_has_a_negative_slope_and_a_lone_noise_item_does_not_break_it() -> None:
    responses, _ability, _difficulty = drawn(2000, 8, 8, seed=9)
    marks = responses.marks.copy()
    marks[:, 3] = 1 - marks[:, 3]

    fit = fit_two_parameter(Responses(marks))

    assert fit.converged
    assert [slope is not None and slope < 0 for slope in fit.discrimination] == [
        column == 3 for column in range(8)
    ]


def test_a_perfect_ladder_has_no_finite_slopes_and_says_so() -> None:
    ladder = np.tril(np.ones((6, 5)), -1)

    fit = fit_two_parameter(Responses(np.repeat(ladder, 20, axis=0)))

    assert fit.unsettled
    assert [fit.discrimination[column] for column in fit.unsettled] == [None] * len(fit.unsettled)
    assert np.all(np.isfinite(fit.ability))


@pytest.mark.parametrize("marks", [np.empty((0, 3)), np.ones((5, 3)), np.full((4, 2), NAN)])
def test_marks_that_determine_nothing_are_refused_in_words(marks: np.ndarray) -> None:
    with pytest.raises(NotEstimable, match="fewer than two items"):
        fit_rasch(Responses(marks))


def test_the_limit_of_iterations_is_kept_and_told() -> None:
    responses, _ability, _difficulty = drawn(200, 6, 6, seed=4)

    fit = fit_two_parameter(responses, max_iterations=1)

    assert (fit.converged, all(b is not None for b in fit.difficulty)) == (False, True)


@pytest.mark.parametrize(
    ("marks", "weights", "told"),
    [
        ([1.0, 0.0], [], "1 dimensions"),
        ([[1.0], [0.0]], [1.0], "1 weights for 2 people"),
        ([[1.0]], [-1.0], "negative"),
        ([[1.0]], [NAN], "no number"),
        ([[1.5]], [], "above 1"),
    ],
)
def test_what_is_no_matrix_of_marks_is_refused(marks: list, weights: list, told: str) -> None:
    with pytest.raises(NotAMatrix, match=told):
        Responses(np.array(marks), np.array(weights))


def test_triples_fill_the_matrix_and_stay_inside() -> None:
    built = Responses.from_triples([0, 1], [1, 0], [1, 0.5], shape=(2, 2))

    assert np.array_equal(built.marks, [[NAN, 1], [0.5, NAN]], equal_nan=True)
    with pytest.raises(NotAMatrix, match="outside"):
        Responses.from_triples([2], [0], [1], shape=(2, 2))
