from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.dealing import DeckTooSmall, dealt
from quiz.papers import Blueprint, Cell, PoolItem, draw


def pool_of(sizes: dict[str, int]) -> list[PoolItem]:
    return [
        PoolItem(key=1000 * index + n, topic=topic, difficulty="easy")
        for index, (topic, size) in enumerate(sizes.items())
        for n in range(size)
    ]


def paper(blueprint: Blueprint, pool: list[PoolItem], seed: str, number: int) -> set[int]:
    items = draw(blueprint, dealt(blueprint, pool, seed=seed, number=number), f"{seed}{number}")
    return {item.key for item in items.items}


@given(
    count=st.integers(1, 6),
    spare=st.integers(0, 13),
    papers=st.integers(1, 40),
    seed=st.text(max_size=5),
)
def test_after_any_number_of_papers_items_are_used_equally_often_or_once_more(
    count: int, spare: int, papers: int, seed: str
) -> None:
    blueprint = Blueprint((Cell("python", "easy", count),))
    pool = pool_of({"python": 2 * count + spare})
    uses = Counter({item.key: 0 for item in pool})

    for number in range(papers):
        uses.update(paper(blueprint, pool, seed, number))

    assert sum(uses.values()) == papers * count
    assert max(uses.values()) - min(uses.values()) <= 1


@given(seed=st.text(max_size=5), number=st.integers(0, 10**9))
def test_a_paper_is_the_same_in_whatever_order_the_pool_comes(seed: str, number: int) -> None:
    blueprint = Blueprint((Cell("python", "easy", 3), Cell("statistics", "easy", 2)))
    pool = pool_of({"python": 10, "statistics": 7})

    assert paper(blueprint, pool, seed, number) == paper(blueprint, pool[::-1], seed, number)


def test_people_who_start_together_get_different_papers() -> None:
    blueprint = Blueprint((Cell("python", "easy", 3),))
    pool = pool_of({"python": 9})
    papers = {frozenset(paper(blueprint, pool, "seed", number)) for number in range(60)}

    assert len(papers) > 30


def test_a_pool_of_less_than_two_papers_is_refused_by_name() -> None:
    blueprint = Blueprint((Cell("python", "easy", 3),))

    with pytest.raises(DeckTooSmall, match="python × easy: 5 items for hands of 3"):
        dealt(blueprint, pool_of({"python": 5}), seed="s", number=0)


def test_papers_are_numbered_from_0() -> None:
    blueprint = Blueprint((Cell("python", "easy", 1),))

    with pytest.raises(ValueError, match="not -1"):
        dealt(blueprint, pool_of({"python": 5}), seed="s", number=-1)
