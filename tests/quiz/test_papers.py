from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.papers import Blueprint, Cell, Paper, PaperItem, PoolItem, PoolTooSmall, draw
from quiz.papers import shuffle_choices as shuffle

BLUEPRINT = Blueprint((Cell("python", 1, 4), Cell("python", 2, 3), Cell("statistics", 1, 3)))
POOL = tuple(
    PoolItem(
        key=100 * cell + number,
        topic=topic,
        difficulty=difficulty,
        choices=("a", "b", "c", "d"),
        pinned=frozenset("d"),
    )
    for cell, (topic, difficulty) in enumerate([("python", 1), ("python", 2), ("statistics", 1)])
    for number in range(12)
)


def cells_of(paper: Paper, pool) -> Counter:
    items = {item.key: item for item in pool}
    return Counter((items[i.key].topic, items[i.key].difficulty) for i in paper.items)


@given(st.integers() | st.text(), st.randoms())
def test_a_paper_satisfies_the_blueprint_and_depends_on_the_seed_alone(seed, random):
    paper = draw(BLUEPRINT, POOL, seed)

    assert cells_of(paper, POOL) == {("python", 1): 4, ("python", 2): 3, ("statistics", 1): 3}
    assert len({item.key for item in paper.items}) == 10
    assert draw(BLUEPRINT, random.sample(POOL, len(POOL)), seed).canonical() == paper.canonical()


def test_a_paper_that_was_drawn_once_can_be_drawn_for_ever():
    paper = draw(Blueprint((Cell("python", 1, 3),)), POOL, "2026-a")

    assert (
        paper.canonical() == b'[[11,["c","b","a","d"]],[7,["a","c","b","d"]],[4,["a","b","c","d"]]]'
    )


def test_two_seeds_give_two_papers():
    assert len({draw(BLUEPRINT, POOL, seed) for seed in range(100)}) == 100


def test_over_a_thousand_papers_every_item_of_a_cell_is_used_alike():
    pool = {item.key: item for item in POOL}
    for seed in range(1000):
        for item in draw(BLUEPRINT, pool.values(), seed).items:
            pool[item.key] = replace(pool[item.key], exposure=pool[item.key].exposure + 1)

    uses = [sorted(pool[100 * cell + n].exposure for n in range(12)) for cell in range(3)]
    assert uses == [[333] * 8 + [334] * 4, [250] * 12, [250] * 12]


def test_a_thousand_papers_drawn_at_one_moment_still_spread_over_the_pool():
    uses = Counter(item.key for seed in range(1000) for item in draw(BLUEPRINT, POOL, seed).items)

    # Binomial with n = 1000 and p = 1/3 or 1/4: four and a half standard deviations each way.
    assert [key for key in range(12) if not 266 <= uses[key] <= 400] == []
    assert [
        key for key in (*range(100, 112), *range(200, 212)) if not 188 <= uses[key] <= 312
    ] == []


def test_every_place_of_the_paper_and_every_order_of_choices_comes_up():
    papers = [draw(BLUEPRINT, POOL, seed) for seed in range(1000)]
    first = Counter(paper.items[0].key // 100 for paper in papers)
    orders = Counter(item.choices for paper in papers for item in paper.items)

    assert [
        cell for cell, share in enumerate((400, 300, 300)) if abs(first[cell] - share) > 70
    ] == []
    assert sorted(orders) == [
        ("a", "b", "c", "d"),
        ("a", "c", "b", "d"),
        ("b", "a", "c", "d"),
        ("b", "c", "a", "d"),
        ("c", "a", "b", "d"),
        ("c", "b", "a", "d"),
    ]
    assert [order for order, uses in orders.items() if not 1500 <= uses <= 1834] == []


def test_the_least_used_items_come_first():
    pool = [replace(item, exposure=item.key % 100) for item in POOL]

    paper = draw(BLUEPRINT, pool, 7)

    assert sorted(item.key for item in paper.items) == [0, 1, 2, 3, 100, 101, 102, 200, 201, 202]


def test_a_pool_that_is_too_small_is_refused_by_the_name_of_the_cell():
    pool = [item for item in POOL if item.key not in range(102, 112)]

    with pytest.raises(PoolTooSmall, match="python × 2 needs 3 items and has 2") as refused:
        draw(BLUEPRINT, pool, 1)

    assert (refused.value.cell, refused.value.available) == (Cell("python", 2, 3), 2)


def test_items_of_one_group_never_meet_on_a_paper():
    pool = [replace(item, group=f"pair {item.key % 100 // 2}") for item in POOL if item.key < 12]
    six = Blueprint((Cell("python", 1, 6),))
    seven = Blueprint((Cell("python", 1, 7),))

    assert sorted(item.key // 2 for item in draw(six, pool, 3).items) == [0, 1, 2, 3, 4, 5]
    with pytest.raises(PoolTooSmall, match="needs 7 items and has 6"):
        draw(seven, pool, 3)


@given(st.integers(0, 10_000))
def test_a_cell_gives_way_when_another_has_no_other_item(seed):
    pool = [
        PoolItem(1, "python", 1, group="loops"),
        PoolItem(2, "python", 1, exposure=9),
        PoolItem(3, "python", 2, group="loops"),
    ]
    blueprint = Blueprint((Cell("python", 1, 1), Cell("python", 2, 1)))

    assert sorted(item.key for item in draw(blueprint, pool, seed).items) == [2, 3]


def test_two_items_of_one_key_and_a_cell_that_stands_twice_are_refused():
    with pytest.raises(ValueError, match="two items have the key 0"):
        draw(BLUEPRINT, [*POOL, POOL[0]], 1)
    with pytest.raises(ValueError, match="two cells"):
        Blueprint((Cell("python", 1, 1), Cell("python", 1, 2)))
    with pytest.raises(ValueError, match="at least one"):
        Cell("python", 1, 0)


@given(st.lists(st.text(max_size=3), unique=True), st.data(), st.integers())
def test_pinned_choices_keep_their_place_and_none_is_lost(choices, data, seed):
    pinned = data.draw(st.sets(st.sampled_from(choices)) if choices else st.just(set()))

    shuffled = shuffle(choices, pinned, seed)

    assert sorted(shuffled) == sorted(choices)
    assert [place for place, choice in enumerate(choices) if choice in pinned] == [
        place for place, choice in enumerate(shuffled) if choice in pinned
    ]
    assert shuffle(choices, pinned, seed) == shuffled


def test_an_item_without_choices_has_none_to_shuffle():
    pool = [PoolItem(5, "python", 1)]

    assert draw(Blueprint((Cell("python", 1, 1),)), pool, "s") == Paper((PaperItem(5, ()),))


def test_each_order_but_the_right_one_is_shown_alike() -> None:
    item = PoolItem(1, "python", 1, choices=("a", "b", "c"), ordered=True)
    blueprint = Blueprint((Cell("python", 1, 1),))

    shown = Counter(draw(blueprint, [item], seed).items[0].choices for seed in range(5000))

    assert item.choices not in shown
    assert len(shown) == 5
    assert [order for order, times in shown.items() if not 880 <= times <= 1120] == []


def test_an_order_of_two_does_not_give_itself_away() -> None:
    """None is taken any more; one that was taken before is shown as chance has it."""
    item = PoolItem(1, "python", 1, choices=("a", "b"), ordered=True)
    blueprint = Blueprint((Cell("python", 1, 1),))

    shown = Counter(draw(blueprint, [item], seed).items[0].choices for seed in range(200))

    assert set(shown) == {("a", "b"), ("b", "a")}
