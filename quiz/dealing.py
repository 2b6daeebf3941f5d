"""Which items the n-th paper gets, so that all are used equally often. Pure.

The items of a cell are dealt like cards: the pool is shuffled into a deck, each paper takes the
next few cards, and when the deck runs out the pool is shuffled anew. So after any number of papers
in a row, two items of a cell have been used equally often or once more. Nothing is counted and
nothing is locked: which cards the n-th paper gets follows from the seed and from n alone, and a
paper costs the same whether it is the first or the millionth.

A paper that takes the last cards of one deck and the first of the next must not get one of them
twice; the deck it begins is re-stacked so that its first cards are others.
"""

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256

from quiz.papers import Blueprint, Cell, PoolItem

SPARE = 2  # a deck of at least this many hands can be re-stacked at its top without its tail moving


class DeckTooSmall(ValueError):
    """The pool of a cell holds fewer than two papers' worth of items."""


def dealt(
    blueprint: Blueprint, pool: Collection[PoolItem], *, seed: str, number: int
) -> list[PoolItem]:
    """Return the pool with the exposures that make `quiz.papers.draw` take this paper's cards.

    Args:
        pool: fixed for the quiz, in any order.
        seed: of the quiz.
        number: of the paper, from 0; each number is dealt once, a gap is harmless.

    Raises:
        DeckTooSmall: names the cell.
        ValueError: the number is negative.
    """
    if number < 0:
        raise ValueError(f"papers are numbered from 0, not {number}")
    hand: set[int] = set()
    for cell in blueprint.cells:
        keys = tuple(
            item.key
            for item in pool
            if (item.topic, item.difficulty) == (cell.topic, cell.difficulty)
        )
        hand.update(_hand(cell, keys, seed=seed, number=number))
    return [replace(item, exposure=0 if item.key in hand else 1) for item in pool]


def _hand(cell: Cell, keys: tuple[int, ...], *, seed: str, number: int) -> tuple[int, ...]:
    size, count = len(keys), cell.count
    if size < SPARE * count:
        raise DeckTooSmall(f"{cell.topic} × {cell.difficulty}: {size} items for hands of {count}")
    deck, place = divmod(number * count, size)
    hand = _deck(cell, keys, seed, deck)[place : place + count]
    if len(hand) < count:
        hand += _deck(cell, keys, seed, deck + 1)[: count - len(hand)]
    return hand


def _deck(cell: Cell, keys: tuple[int, ...], seed: str, deck: int) -> tuple[int, ...]:
    """The cards in order, those at the top not the ones that the spanning paper has already."""
    cards = _shuffled(cell, keys, seed, deck)
    begun = deck * len(keys) % cell.count  # cards of the spanning paper from the deck before
    if begun == 0:
        return cards
    held = set(_shuffled(cell, keys, seed, deck - 1)[-begun:])
    top = [card for card in cards if card not in held][: cell.count - begun]
    return (*top, *(card for card in cards if card not in top))


@lru_cache(maxsize=512)
def _shuffled(cell: Cell, keys: tuple[int, ...], seed: str, deck: int) -> tuple[int, ...]:
    """One deck; papers of neighbouring numbers share it, so it is kept for a while."""

    def ticket(key: int) -> bytes:
        text = f"{seed}\x1fdeck\x1f{cell.topic}\x1f{cell.difficulty}\x1f{deck}\x1f{key}"
        return sha256(text.encode()).digest()

    return tuple(sorted(keys, key=lambda key: (ticket(key), key)))
