from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from selection.bands import BANDS, band_of
from selection.wording import say_turn


@given(st.integers(1, 100_000))
def test_every_turn_is_in_one_band(turn: int) -> None:
    holding = [band for band in BANDS if band.first <= turn <= (band.last or turn)]

    assert holding == [band_of(turn)]


def test_bands_follow_each_other_without_a_gap() -> None:
    assert BANDS[0].first == 1
    assert all(after.first == (before.last or 0) + 1 for before, after in pairwise(BANDS))
    assert BANDS[-1].last is None


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        (1, "among the first 10"),
        (10, "among the first 10"),
        (11, "between number 11 and number 25"),
        (25, "between number 11 and number 25"),
        (26, "between number 26 and number 50"),
        (50, "between number 26 and number 50"),
        (51, "after the first 50"),
        (10_000, "after the first 50"),
    ],
)
def test_a_turn_is_said_as_its_band(turn: int, said: str) -> None:
    with translation.override("en"):
        assert say_turn(turn) == said
