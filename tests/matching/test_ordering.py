from hypothesis import given
from hypothesis import strategies as st

from matching.ordering import moved, placed, stepped, tiers_of

orders = st.permutations("abcdef")
tierings = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 6), min_size=1).map(tiers_of)


def test_an_item_moves_one_place_and_stops_at_the_ends() -> None:
    assert moved("abc", "b", up=True) == ["b", "a", "c"]
    assert moved("abc", "b", up=False) == ["a", "c", "b"]
    assert moved("abc", "a", up=True) == ["a", "b", "c"]
    assert moved("abc", "c", up=False) == ["a", "b", "c"]


def test_a_typed_number_takes_the_item_to_that_place() -> None:
    assert placed("abcd", {"a": 1, "b": 2, "c": 3, "d": 1}) == ["d", "a", "b", "c"]
    assert placed("abcd", {"a": 3}) == ["b", "c", "a", "d"]
    assert placed("abcd", {"a": 999}) == ["b", "c", "d", "a"]
    assert placed("abcd", {"c": 1, "d": 1}) == ["c", "d", "a", "b"]


def test_equal_numbers_are_equals() -> None:
    assert tiers_of({"a": 7, "b": 2, "c": 7}) == [["b"], ["a", "c"]]


def test_half_steps_lead_through_a_tie_to_the_place_before() -> None:
    once = stepped([["a"], ["b"], ["c"]], "b", up=True)
    twice = stepped(once, "b", up=True)

    assert once == [["a", "b"], ["c"]]
    assert twice == [["b"], ["a"], ["c"]]
    assert stepped(twice, "b", up=True) == twice


@given(orders)
def test_numbers_that_say_the_order_change_nothing(order: list[str]) -> None:
    assert placed(order, {key: place for place, key in enumerate(order, start=1)}) == order


@given(orders, st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9)))
def test_nobody_is_lost_whatever_is_typed(order: list[str], places: dict[str, int]) -> None:
    assert sorted(placed(order, places)) == sorted(order)


@given(tierings, st.data())
def test_a_step_back_undoes_a_step(tiers: list[list[str]], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from([one for tier in tiers for one in tier]))
    up = data.draw(st.booleans())
    there = stepped(tiers, key, up=up)

    back = stepped(there, key, up=not up)

    if there != [list(tier) for tier in tiers]:
        assert [set(tier) for tier in back] == [set(tier) for tier in tiers]
