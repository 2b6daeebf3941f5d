from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from selection.histogram import FLOOR, WIDTH, histogram
from selection.wording import say_score

scores = st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=60).map(
    lambda found: sorted(found, reverse=True)
)


@given(scores, st.data())
def test_everybody_is_in_one_bar_and_the_selected_are_counted(
    found: list[Decimal], data: st.DataObject
) -> None:
    selected = data.draw(st.integers(0, len(found)))

    drawn = histogram(found, selected)

    assert sum(bar.people for bar in drawn.bars) == len(found)
    assert sum(bar.selected for bar in drawn.bars) == selected
    assert max(bar.people for bar in drawn.bars) == drawn.most


@given(scores)
def test_it_stays_inside_its_frame(found: list[Decimal]) -> None:
    drawn = histogram(found, len(found) // 2)

    for bar in drawn.bars:
        assert 0 <= bar.x < bar.x + bar.width <= WIDTH
        assert 0 <= bar.top <= bar.cut_top <= FLOOR
        assert bar.top + bar.height == bar.cut_top + bar.cut_height == FLOOR
    assert 0 < drawn.line_x < WIDTH


def test_nobody_gives_no_histogram() -> None:
    assert histogram([], 0) is None


def test_people_with_one_score_are_one_bar() -> None:
    drawn = histogram([Decimal(50)] * 3, 2)

    assert [(bar.people, bar.selected) for bar in drawn.bars] == [(3, 2)]


def test_a_score_is_said_without_trailing_zeros() -> None:
    said = [say_score(Decimal(n)) for n in ("61.50", "100", "0.0", "1E+2", "33.33333333333", "-0")]

    assert said == ["61.5", "100", "0", "100", "33.333333", "0"]
    assert say_score(None) == ""
