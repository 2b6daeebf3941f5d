from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootcamp.grouping import Person, split

levels = st.sampled_from(["new", "some", "sure"])
tracks = st.sampled_from(["vision", "data"])
crowds = st.lists(st.tuples(levels, tracks), max_size=60).map(
    lambda strata: [Person(key, of) for key, of in enumerate(strata)]
)
group_counts = st.integers(1, 7)
seeds = st.integers(0, 2**32)


def widest_gap(members, groups, split_into):
    sizes = Counter(split_into[person.key] for person in members)
    return max(sizes[g] for g in groups) - min(sizes[g] for g in groups)


@given(crowds, group_counts, seeds)
def test_everybody_is_in_one_group_and_sizes_differ_by_at_most_one(people, count, seed):
    result = split(people, groups=count, seed=seed)

    assert result.keys() == {person.key for person in people}
    assert set(result.values()) <= set(range(1, count + 1))
    assert widest_gap(people, range(1, count + 1), result) <= 1


@given(crowds, group_counts, seeds, st.integers(1, 2))
def test_every_stratum_is_spread_evenly_at_every_depth(people, count, seed, depth):
    result = split(people, groups=count, seed=seed)

    for stratum in {person.strata[:depth] for person in people}:
        members = [person for person in people if person.strata[:depth] == stratum]
        assert widest_gap(members, range(1, count + 1), result) <= 1


@given(crowds, group_counts, seeds, st.randoms(use_true_random=False))
def test_the_order_of_the_list_changes_nothing(people, count, seed, random):
    shuffled = random.sample(people, k=len(people))

    assert split(shuffled, groups=count, seed=seed) == split(people, groups=count, seed=seed)


def test_a_seed_gives_the_same_groups_for_ever():
    people = [Person(key, ("new" if key < 5 else "sure",)) for key in range(8)]

    assert split(people, groups=2, seed=2026) == {
        0: 1,
        1: 1,
        2: 2,
        3: 1,
        4: 2,
        5: 2,
        6: 2,
        7: 1,
    }


def test_another_seed_gives_other_groups():
    people = [Person(key, ("new",)) for key in range(40)]

    assert split(people, groups=4, seed=1) != split(people, groups=4, seed=2)


def test_the_extra_place_does_not_always_go_to_group_one():
    lone = [Person(1, ("new",))]

    assert {split(lone, groups=3, seed=seed)[1] for seed in range(30)} == {1, 2, 3}


def test_no_groups_and_doubled_people_are_refused():
    with pytest.raises(ValueError, match="at least one group"):
        split([], groups=0, seed=1)
    with pytest.raises(ValueError, match="share a key"):
        split([Person(1, ("new",)), Person(1, ("sure",))], groups=2, seed=1)
