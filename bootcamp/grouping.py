"""Split people into groups of equal size and equal mixture. Pure: one seed, one answer.

Stratified random assignment by dealing: the people are laid out stratum by stratum, in a random
order within each, and dealt to the groups in turn like cards. A stratum is one unbroken run of the
deal, so no two groups differ by more than one person in it, nor in size.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bootcamp.lottery import lottery_number


@dataclass(frozen=True, slots=True)
class Person:
    key: int
    strata: tuple[str, ...]  # most important first, e.g. (level, track)


def split(people: Iterable[Person], *, groups: int, seed: int) -> dict[int, int]:
    """Return the group, 1 to `groups`, of each person's key.

    Any two groups differ by at most one in size, in every first stratum (all of one level) and in
    every full one (all of one level and track). The input's order does not matter.

    Raises:
        ValueError: fewer than one group, or a key twice.
    """
    dealt = sorted(people, key=lambda p: (p.strata, lottery_number(seed, p.key), p.key))
    if groups < 1:
        raise ValueError("people need at least one group")
    if len({person.key for person in dealt}) < len(dealt):
        raise ValueError("people share a key")
    # the deal starts at a drawn group, or the first groups would always be the larger ones
    first = lottery_number(seed) % groups
    return {person.key: (first + place) % groups + 1 for place, person in enumerate(dealt)}
