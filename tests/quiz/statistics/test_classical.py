"""Facility, correlations, discrimination and alpha: published, by hand, and by their laws."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings as project
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from quiz.statistics.analysis import analyse
from quiz.statistics.classical import ItemFigures, figures
from quiz.statistics.responses import Responses

NAN = float("nan")
SHARED = Path(project.BASE_DIR).parent / "shared" / "data" / "quiz"

# Six people, four items; the last item is answered rightly by the weakest.
BY_HAND = np.array(
    [
        [1, 1, 1, 0],
        [1, 1, 1, 0],
        [1, 1, 0, 0],
        [1, 0, 0, 0],
        [0, 0, 0, 1],
        [0, 0, 0, 1],
    ],
    dtype=float,
)


@pytest.fixture
def lsat6() -> tuple[dict, dict]:
    """The analysis of the published matrix, and the published figures."""
    path = SHARED / "lsat6.csv"
    if not path.exists():
        pytest.skip(f"the published matrix is not here: {path.name} in ../shared/data/quiz")
    rows = [
        [float(cell) for cell in row] for row in list(csv.reader(path.read_text().splitlines()))[1:]
    ]
    matrix = np.array(rows)
    expected = json.loads((SHARED / "lsat6.expected.json").read_text())["lsat6"]
    names = [f"Item_{number}" for number in range(1, 6)]
    return analyse(Responses(matrix[:, :5], matrix[:, 5]), names=names), expected


def column(analysis: dict, name: str, model: str = "") -> list[float]:
    return [(item[model] if model else item)[name] for item in analysis["items"]]


def test_the_published_classical_figures_come_out_to_four_decimals(lsat6: tuple) -> None:
    found, expected = lsat6

    def near(name: str) -> object:
        return pytest.approx(expected[name], abs=6e-5)

    assert column(found, "facility") == near("p")
    assert column(found, "logit") == near("logit")
    assert column(found, "item_total") == near("pb_included")
    assert column(found, "corrected_item_total") == near("pb_excluded")
    assert column(found, "alpha_if_deleted") == near("alpha_if_deleted")
    assert found["alpha"] == near("alpha")
    assert [people for _score, people in found["scores"]] == expected["total_freq_0_5"]


def test_the_published_models_come_out_within_two_hundredths(lsat6: tuple) -> None:
    found, expected = lsat6
    free = found["two_parameter"]

    def near(name: str) -> object:
        return pytest.approx(expected[name], abs=0.02)

    assert column(found, "difficulty", "two_parameter") == near("2pl_difficulty")
    assert column(found, "discrimination", "two_parameter") == near("2pl_discrimination")
    assert column(found, "difficulty_se", "two_parameter") == near("2pl_se_difficulty")
    assert [free["log_likelihood"], free["aic"], free["bic"]] == pytest.approx(
        [expected["2pl_logLik"], expected["2pl_AIC"], expected["2pl_BIC"]], abs=0.02
    )
    assert column(found, "difficulty", "rasch") == near("rasch_mirt_b")
    assert found["rasch"]["ability_variance"] == near("rasch_latent_var")
    assert (free["converged"], found["rasch"]["converged"]) == (True, True)


def test_the_figures_of_a_small_class_are_those_computed_by_hand() -> None:
    paper, items = figures(Responses(BY_HAND))

    # Sums of marks: 3, 3, 2, 1, 1, 1. Variances of the items: 8/36, 1/4, 8/36, 8/36.
    # Mean 11/6, variance of the sums 29/36: alpha = 4/3 × (1 − 33/29) = −16/87.
    assert (paper.people, paper.length) == (6, 4)
    assert paper.mean == pytest.approx(11 / 6)
    assert paper.sd == pytest.approx((29 / 30) ** 0.5)
    assert paper.alpha == pytest.approx(-16 / 87)
    assert paper.standard_error == pytest.approx((29 / 30 * (1 + 16 / 87)) ** 0.5)
    assert [item.facility for item in items] == pytest.approx([2 / 3, 1 / 2, 1 / 3, 1 / 3])
    # Of item 1 against the sum: covariance 9/6 − 2/3 × 11/6 = 5/18.
    assert items[0].item_total == pytest.approx((5 / 18) / (2 / 9 * 29 / 36) ** 0.5)
    # Against the others (2, 2, 1, 0, 1, 1): mean 7/6, variance 17/36, covariance 1/18.
    assert items[0].corrected_item_total == pytest.approx((1 / 18) / (2 / 9 * 17 / 36) ** 0.5)
    # Item 4 against the others (3, 3, 2, 1, 0, 0): mean 3/2, variance 19/12, covariance −1/2.
    assert items[3].corrected_item_total == pytest.approx(-0.5 / (2 / 9 * 19 / 12) ** 0.5)
    # 27 % are 1.62 people. Best two share a score: both right. The worst three share theirs.
    assert [item.discrimination for item in items] == pytest.approx([2 / 3, 1, 1, -2 / 3])
    # Without item 4: 3/2 × (1 − (25/36) / (19/12)).
    assert items[3].alpha_if_deleted == pytest.approx(3 / 2 * (1 - 25 / 57))


def test_nobody_and_one_person_give_no_figure_that_is_not_one() -> None:
    nobody, of_nobody = figures(Responses(np.empty((0, 2))))
    _one, of_one = figures(Responses(np.array([[1.0, 0.0]])))

    assert (nobody.mean, nobody.sd, nobody.alpha) == (None, None, None)
    assert of_nobody[0] == ItemFigures(0, None, None, None, None, None)
    assert [item.facility for item in of_one] == [1, 0]
    assert [item.corrected_item_total for item in of_one] == [None, None]


def test_different_papers_of_one_bank_have_the_alpha_of_their_own_length() -> None:
    random = np.random.default_rng(11)
    ability = random.normal(size=(20_000, 1))
    whole = (random.random((20_000, 12)) < 1 / (1 + np.exp(-1.5 * ability))).astype(float)
    sparse = whole.copy()
    sparse[np.argsort(random.random(whole.shape), axis=1) >= 4] = NAN

    paper, items = figures(Responses(sparse))
    of_four, _items = figures(Responses(whole[:, :4]))

    assert paper.length == 4
    assert paper.alpha == pytest.approx(of_four.alpha, abs=0.02)
    assert paper.sd == pytest.approx(of_four.sd, abs=0.03)
    assert items[0].alpha_if_deleted < paper.alpha


def test_papers_that_hardly_overlap_have_no_alpha_rather_than_one_above_one() -> None:
    marks = np.array([[0, NAN, 0], [NAN, 0, NAN], [1, NAN, 1]])

    paper, _items = figures(Responses(marks))

    assert (paper.alpha, paper.standard_error) == (None, None)
    assert paper.sd is not None


MATRICES = arrays(
    float,
    st.tuples(st.integers(1, 12), st.integers(1, 5)),
    elements=st.sampled_from([0.0, 0.5, 1.0, NAN]),
)


def plain(result: tuple) -> list[float | None]:
    paper, items = result
    values = [getattr(paper, name) for name in paper.__dataclass_fields__]
    return values + [getattr(one, name) for one in items for name in one.__dataclass_fields__]


def same(one: list[float | None], other: list[float | None]) -> bool:
    return all(
        a is b is None or (a is not None and b is not None and abs(a - b) < 1e-7)
        for a, b in zip(one, other, strict=True)
    )


@settings(max_examples=150, deadline=None)
@given(MATRICES, st.randoms(use_true_random=False))
def test_the_order_of_people_and_items_changes_nothing(marks: np.ndarray, random: object) -> None:
    people, items = list(range(marks.shape[0])), list(range(marks.shape[1]))
    random.shuffle(people)
    random.shuffle(items)

    paper, own = figures(Responses(marks))
    turned = figures(Responses(marks[people][:, items]))

    assert same(plain((paper, [own[item] for item in items])), plain(turned))
    assert all(value is None or np.isfinite(value) for value in plain(turned))


@settings(max_examples=150, deadline=None)
@given(MATRICES, st.data())
def test_a_frequency_is_as_many_copies(marks: np.ndarray, data: st.DataObject) -> None:
    size = marks.shape[0]
    times = data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))

    weighed = figures(Responses(marks, np.array(times, dtype=float)))
    copied = figures(Responses(np.repeat(marks, times, axis=0)))

    assert same(plain(weighed), plain(copied))
