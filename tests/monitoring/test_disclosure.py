"""What is shown together tells nobody's cell: by subtraction, by bounds, or by knowing the rule."""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.disclosure import (
    LEAST,
    Group,
    GroupNamedTwice,
    Row,
    Table,
    compare,
    disclose,
    tally,
)

SMALL = st.integers(0, 30)
TABLES = st.lists(st.tuples(SMALL, SMALL), min_size=1, max_size=6).map(
    lambda counts: [Group(f"g{n}", *numbers) for n, numbers in enumerate(counts)]
)
AFTER_ANOTHER = st.lists(
    st.tuples(SMALL, SMALL, st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=5
).map(lambda counts: [Group(f"g{n}", *numbers) for n, numbers in enumerate(counts)])


def shown(table: Table) -> dict[str, tuple[int, int]]:
    return {
        row.key: (row.selected, row.not_selected)
        for row in table.rows
        if row.selected is not None and row.not_selected is not None
    }


def bounds(groups: list[Group], table: Table) -> dict[tuple[str, int], tuple[int, int]]:
    """What somebody who knows the totals can say of each hidden cell, with all there is to solve.

    Each column gives one equation; no cell is negative. A cell is at least what is left if all the
    others are as large as they can be, and at most what is left if they are as small.
    """
    known = shown(table)
    hidden = [group.key for group in groups if group.key not in known]
    found = {}
    for column in (0, 1):
        total = sum((group.selected, group.not_selected)[column] for group in groups)
        left = total - sum(numbers[column] for numbers in known.values())
        for key in hidden:
            least = 0 if len(hidden) > 1 else left
            found[key, column] = (least, left)
    return found


@given(TABLES)
def test_no_number_under_five_is_shown(groups: list[Group]) -> None:
    table = disclose(groups)

    numbers = [number for pair in shown(table).values() for number in pair]
    numbers += [n for n in (table.total.selected, table.total.not_selected) if n is not None]
    assert [number for number in numbers if number < LEAST] == []


@given(TABLES)
def test_a_hidden_cell_may_be_anything_from_zero_to_five_and_more(groups: list[Group]) -> None:
    everybody = (sum(g.selected for g in groups), sum(g.not_selected for g in groups))
    table = disclose(groups)

    told = [
        (cell, span)
        for cell, span in bounds(groups, table).items()
        if shown(table) and (span[0] > 0 or span[1] < LEAST)
    ]

    assert told == []
    if min(everybody) < LEAST:
        assert shown(table) == {}


@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_the_groups_changes_nothing(groups: list[Group], dice: object) -> None:
    mixed = list(groups)
    dice.shuffle(mixed)  # type: ignore[attr-defined]

    assert disclose(mixed) == disclose(groups)


@given(TABLES)
def test_a_table_that_is_stored_and_read_is_the_same(groups: list[Group]) -> None:
    table = disclose(groups)

    assert Table.from_json(table.as_json()) == table


@given(TABLES)
def test_what_is_stored_of_a_hidden_row_is_its_name_alone(groups: list[Group]) -> None:
    table = disclose(groups)

    stored = {row["key"]: sorted(row) for row in table.as_json()["rows"]}
    assert {key for key, names in stored.items() if names == ["key"]} == {
        group.key for group in groups
    } - shown(table).keys()


def splits(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Every way in which `total` people fall into that many groups."""
    for bars in combinations(range(total + parts - 1), parts - 1):
        edges = (-1, *bars, total + parts - 1)
        yield tuple(after - before - 1 for before, after in pairwise(edges))


@pytest.mark.parametrize(("selected", "others"), [(10, 15), (15, 16)])
def test_who_knows_the_rule_too_cannot_tell_a_hidden_cell(selected: int, others: int) -> None:
    possible: dict[Table, list[list[Group]]] = defaultdict(list)
    for taken, left in product(splits(selected, 3), splits(others, 3)):
        groups = [Group(f"g{n}", *pair) for n, pair in enumerate(zip(taken, left, strict=True))]
        possible[disclose(groups)].append(groups)

    told = []
    for table, worlds in possible.items():
        for n, row in enumerate(table.rows):
            taken_here = {world[n].selected for world in worlds}
            left_here = {world[n].not_selected for world in worlds}
            if row.ranked is None and 1 in (len(taken_here), len(left_here)):
                told.append((table, row.key))
    assert told == []


# ---- the list before this one --------------------------------------------------------------------


@given(AFTER_ANOTHER)
def test_the_difference_of_two_lists_leaves_five_on_either_side(groups: list[Group]) -> None:
    """For every sum of rows that can be told: who could be in it and who could not."""
    table = disclose(groups, follows=True)
    by_key = {group.key: group for group in groups}
    hidden = [group for group in groups if group.key not in shown(table)]
    pieces = [[by_key[key]] for key in shown(table)] + ([hidden] if hidden else [])

    for size in range(1, len(pieces)):
        for some in combinations(pieces, size):
            inside = [group for piece in some for group in piece]
            outside = [group for group in groups if group not in inside]
            explains = sum(g.joined for g in inside) + sum(g.left for g in outside)
            does_not = sum(g.left for g in inside) + sum(g.joined for g in outside)
            assert min(explains, does_not) >= LEAST


def test_a_table_is_withheld_if_one_person_left_between_two_lists() -> None:
    groups = [Group("yes", 10, 12), Group("no", 30, 40, left=1)]

    assert shown(disclose(groups)) == {"yes": (10, 12), "no": (30, 40)}
    assert shown(disclose(groups, follows=True)) == {}


def test_a_table_is_shown_if_enough_of_either_group_came_and_went() -> None:
    groups = [Group("yes", 10, 12, left=3, joined=3), Group("no", 30, 40, left=6, joined=6)]

    assert shown(disclose(groups, follows=True)) == {"yes": (10, 12), "no": (30, 40)}


# ---- the comparison ------------------------------------------------------------------------------


@pytest.mark.parametrize(("selected", "below"), [(39, True), (40, False), (41, False)])
def test_four_fifths_itself_is_not_under_four_fifths(selected: int, below: bool) -> None:
    table = disclose([Group("a", 50, 50), Group("b", selected, 100 - selected)])

    found = compare(table)["b"]

    assert (found.of_highest, found.below) == (Fraction(selected, 50), below)


def test_a_hidden_group_is_compared_with_nobody() -> None:
    table = disclose([Group("a", 50, 50), Group("b", 4, 60), Group("c", 6, 60), Group("d", 40, 60)])

    assert sorted(shown(table)) == ["a", "d"]
    assert sorted(compare(table)) == ["a", "d"]


def test_one_group_alone_is_compared_with_nobody() -> None:
    table = disclose([Group("yes", 10, 10), Group("unsaid", 20, 20)])

    assert compare(table, leave_out=["unsaid"]) == {}


def test_two_rows_of_one_name_are_refused() -> None:
    with pytest.raises(GroupNamedTwice):
        disclose([Group("a", 5, 5), Group("a", 6, 6)])


# ---- counting ------------------------------------------------------------------------------------


def test_people_are_counted_by_group_and_the_others_together() -> None:
    outcomes = {1: True, 2: False, 3: True, 4: False}
    groups = {1: "yes", 2: "yes", 9: "yes"}

    counted = tally(outcomes, groups, ["yes", "no", "unsaid"], otherwise="unsaid")

    assert counted == [Group("yes", 1, 1), Group("no", 0, 0), Group("unsaid", 1, 1)]


def test_who_left_and_who_joined_is_counted_against_the_list_before() -> None:
    outcomes = {1: True, 2: False, 3: True}

    counted = tally(outcomes, {4: "yes", 3: "yes"}, ["yes", "no"], otherwise="no", before=[1, 2, 4])

    assert counted == [Group("yes", 1, 0, left=1, joined=1), Group("no", 1, 1)]


def test_a_row_without_numbers_has_no_ratio() -> None:
    assert (Row("a").ratio, Row("a", 6, 6).ratio) == (None, Fraction(1, 2))
