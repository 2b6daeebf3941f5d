"""Moving things in an ordered list and in tiers of equals. Pure.

The pages of both rankings are made of these moves, so that they work without scripts.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def moved(order: Sequence[Key], key: Key, *, up: bool) -> list[Key]:
    """Return the order with `key` one place up or down; at the end it stays."""
    result = list(order)
    here = result.index(key)
    there = here - 1 if up else here + 1
    if 0 <= there < len(result):
        result[here], result[there] = result[there], result[here]
    return result


def placed(order: Sequence[Key], places: Mapping[Key, int]) -> list[Key]:
    """Return the order after somebody typed numbers beside some of the items.

    An item whose number is not its place (1 is the first) goes to that place; the others keep
    their order around it. Numbers beyond the ends mean the ends.
    """
    asked = {
        key: max(1, place)
        for key, place in places.items()
        if key in order and order.index(key) + 1 != place
    }
    result = [key for key in order if key not in asked]
    for key in sorted(asked, key=lambda key: (asked[key], -order.index(key))):
        result.insert(asked[key] - 1, key)
    return result


def tiers_of(numbers: Mapping[Key, int]) -> list[list[Key]]:
    """Group keys by their number, the lowest first; equal numbers are equals."""
    return [
        [key for key, number in numbers.items() if number == level]
        for level in sorted(set(numbers.values()))
    ]


def stepped(tiers: Sequence[Sequence[Key]], key: Key, *, up: bool) -> list[list[Key]]:
    """Return the tiers with `key` half a step up or down.

    Out of a tier that it shares into one of its own, or, alone in its tier, into the next one. So
    every order with every tie can be reached, one press at a time.
    """
    level = next(level for level, tier in enumerate(tiers) if key in tier)
    rest = [other for other in tiers[level] if other != key]
    before, after = [list(t) for t in tiers[:level]], [list(t) for t in tiers[level + 1 :]]
    if rest:
        return [*before, [key], rest, *after] if up else [*before, rest, [key], *after]
    if up and before:
        before[-1].append(key)
    elif not up and after:
        after[0].append(key)
    else:
        return [list(tier) for tier in tiers]
    return [*before, *after]
