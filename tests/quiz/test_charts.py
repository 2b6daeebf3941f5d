"""The drawings stay inside of their frame, whatever the figures are."""

from hypothesis import given
from hypothesis import strategies as st

from quiz.charts import FLOOR, LEFT, RIGHT, TOP, curve, scatter

SHAPES = st.sampled_from(["plain", "look", "wrong"])
SHARES = st.floats(0, 1)


@given(st.lists(st.tuples(st.text(max_size=5), SHARES, st.floats(-1, 1), SHAPES), max_size=20))
def test_every_item_of_the_scatter_is_inside_and_the_wrong_ones_on_top(items: list) -> None:
    drawn = scatter(items)

    assert all(LEFT <= spot.x <= RIGHT and TOP <= spot.y <= FLOOR for spot in drawn.spots)
    assert all(TOP <= tick.at <= FLOOR for tick in drawn.up)
    shapes = [spot.shape for spot in drawn.spots]
    assert shapes == sorted(shapes, key=["plain", "look", "wrong"].index)
    assert all(bool(spot.points) == (spot.shape != "plain") for spot in drawn.spots)


@given(
    st.floats(-8, 8),
    st.floats(-15, 15),
    st.lists(st.tuples(st.floats(-9, 9), st.floats(0.5, 1e6), SHARES), max_size=8),
)
def test_a_curve_and_its_dots_are_inside(slope: float, intercept: float, groups: list) -> None:
    drawn = curve(slope, intercept, groups)

    points = [tuple(map(int, point.split(","))) for point in drawn.line.split()]
    places = points + [(dot.x, dot.y) for dot in drawn.dots]
    assert all(LEFT <= x <= RIGHT and TOP <= y <= FLOOR for x, y in places)
    assert all(3 <= dot.radius <= 9 for dot in drawn.dots)


def test_easier_is_further_right_and_better_is_higher() -> None:
    hard, easy = scatter([("hard", 0.1, 0.1, "plain"), ("easy", 0.9, 0.5, "plain")]).spots[::-1]

    assert (hard.x < easy.x, hard.y > easy.y) == (True, True)
