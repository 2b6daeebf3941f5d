from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from selection.histogram import FLOOR, WIDTH, histogram
from selection.wording import say_score

score = st.decimals(0, 100, places=2)
people = st.lists(st.tuples(score, st.booleans()), min_size=1, max_size=60)


@given(people, score)
def test_everybody_is_in_one_bar_and_the_selected_are_counted(
    found: list[tuple[Decimal, bool]], cut: Decimal
) -> None:
    drawn = histogram(found, cut)

    selected = sum(chosen for _score, chosen in found)
    assert sum(bar.people for bar in drawn.bars) == len(found)
    assert (sum(bar.selected for bar in drawn.bars), drawn.selected) == (selected, selected)
    assert drawn.reached == sum(reached >= cut for reached, _chosen in found)
    assert max(bar.people for bar in drawn.bars) == drawn.most


@given(people, st.none() | score)
def test_it_stays_inside_its_frame(found: list[tuple[Decimal, bool]], cut: Decimal | None) -> None:
    drawn = histogram(found, cut)

    for bar in drawn.bars:
        assert 0 <= bar.x < bar.x + bar.width <= WIDTH
        assert 0 <= bar.top <= bar.cut_top <= FLOOR
        assert bar.top + bar.height == bar.cut_top + bar.cut_height == FLOOR
    assert 0 < drawn.line_x < WIDTH


def test_nobody_gives_no_histogram() -> None:
    assert histogram([], None) is None


def test_people_with_one_score_are_one_bar() -> None:
    fifty = Decimal(50)
    drawn = histogram([(fifty, True), (fifty, True), (fifty, False)], fifty)

    assert [(bar.people, bar.selected) for bar in drawn.bars] == [(3, 2)]


def test_a_score_is_said_without_trailing_zeros() -> None:
    said = [say_score(Decimal(n)) for n in ("61.50", "100", "0.0", "1E+2", "33.33333333333", "-0")]

    assert said == ["61.5", "100", "0", "100", "33.333333", "0"]
    assert say_score(None) == ""
