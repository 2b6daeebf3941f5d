import hashlib
from dataclasses import replace
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selection.canonical import canonical_bytes
from selection.ranking import (
    Candidate,
    DuplicateCandidate,
    IncomparableScores,
    InvalidRule,
    Rule,
    TiePolicy,
    TieResolution,
    draw_line,
    lottery_number,
    rank,
    seed_commitment,
)

RULE = Rule(
    criteria=(
        ("knowledge", Decimal("0.6")),
        ("problems", Decimal("0.4")),
        ("core", Decimal("0")),
    ),
    tie_breakers=("core",),
    places=3,
    cap=4,
    seed="plum-orchard-27",
)


def candidate(key, *scores):
    return Candidate(key, tuple(map(Decimal, scores)))


# The worked example of docs/ranking.md.
EXAMPLE = [
    candidate(101, "90", "80", "70"),
    candidate(102, "80", "95", "75"),
    candidate(103, "70", "85", "60"),
    candidate(104, "80", "70", "60"),
    candidate(105, "90", "55", "50"),
    candidate(106, "50", "50", "40"),
]

# Coarse scores, so that ties at every level are common.
coarse = st.integers(0, 4).map(lambda halves: Decimal(halves) / 2)
fields = st.lists(st.tuples(coarse, coarse, coarse), max_size=12).map(
    lambda rows: [Candidate(key, scores) for key, scores in enumerate(rows, start=1)]
)


@st.composite
def rules(draw):
    places = draw(st.integers(1, 8))
    return replace(
        RULE,
        places=places,
        cap=places + draw(st.integers(0, 3)),
        tie_policy=draw(st.sampled_from(TiePolicy)),
        seed=draw(st.sampled_from(["a", "b", "c"])),
    )


def keys(ranked):
    return [row.key for row in ranked]


def standing(scored):
    knowledge, problems, core = scored.scores
    return (6 * knowledge + 4 * problems, core)


def selected_keys(candidates, rule):
    return set(keys(draw_line(rank(candidates, rule), rule).selected))


def test_the_worked_example_is_ranked_as_the_guide_says():
    ranked = rank(EXAMPLE, RULE)

    assert [(row.key, row.rank, row.score) for row in ranked] == [
        (102, 1, Decimal("86")),
        (101, 2, Decimal("86")),
        (104, 3, Decimal("76")),
        (103, 3, Decimal("76")),
        (105, 5, Decimal("76")),
        (106, 6, Decimal("50")),
    ]


def test_everybody_tied_at_the_line_is_taken_up_to_the_cap():
    line = draw_line(rank(EXAMPLE, RULE), RULE)

    assert keys(line.selected) == [102, 101, 104, 103]
    assert keys(line.reserves) == [105, 106]
    assert keys(line.tied) == [104, 103]
    assert (line.resolution, line.cut_score) == (TieResolution.TAKEN_ALL, Decimal("76"))


@pytest.mark.parametrize(
    "rule", [replace(RULE, cap=3), replace(RULE, tie_policy=TiePolicy.DRAW)], ids=["cap", "policy"]
)
def test_otherwise_the_lottery_fills_exactly_the_places(rule):
    line = draw_line(rank(EXAMPLE, rule), rule)

    assert keys(line.selected) == [102, 101, 104]
    assert keys(line.reserves) == [103, 105, 106]
    assert keys(line.tied) == [104, 103]
    assert (line.resolution, line.cut_score) == (TieResolution.DRAWN, Decimal("76"))


def test_a_tie_away_from_the_line_is_left_alone():
    rule = replace(RULE, places=4)

    line = draw_line(rank(EXAMPLE, rule), rule)

    assert keys(line.selected) == [102, 101, 104, 103]
    assert (line.tied, line.resolution) == ((), TieResolution.NONE)


def test_fewer_candidates_than_places_are_all_selected():
    rule = replace(RULE, places=100, cap=105)

    line = draw_line(rank(EXAMPLE, rule), rule)

    assert keys(line.selected) == [102, 101, 104, 103, 105, 106]
    assert (line.reserves, line.resolution, line.cut_score) == ((), TieResolution.NONE, Decimal(50))


def test_nobody_gives_an_empty_line():
    line = draw_line(rank([], RULE), RULE)

    assert (line.selected, line.reserves, line.cut_score) == ((), (), None)


def test_a_lottery_number_and_a_commitment_can_be_recomputed_with_sha256sum():
    assert lottery_number("plum-orchard-27", 103) == (
        hashlib.sha256(b"plum-orchard-27:103").hexdigest()
    )
    assert seed_commitment("plum-orchard-27") == (
        "6ad01fedfcb8397e63e23db97b6e88eee4321ebb91b920fa00183d26cccc57f4"
    )


def test_a_difference_in_the_last_digit_counts():
    rule = replace(RULE, criteria=(("quiz", Decimal(1)),), tie_breakers=())
    close = [
        candidate(1, "86.66666666666666666666666666"),
        candidate(2, "86.66666666666666666666666667"),
    ]

    with localcontext(prec=3):
        ranked = rank(close, rule)

    assert [(row.key, row.rank) for row in ranked] == [(2, 1), (1, 2)]
    assert [row.score for row in ranked] == [close[1].scores[0], close[0].scores[0]]


def test_scores_of_different_fineness_and_sign_compare_by_value():
    rule = replace(RULE, criteria=(("quiz", Decimal("1.0")),), tie_breakers=())
    mixed = [
        candidate(1, "1E+1"),
        candidate(2, "-0.5"),
        candidate(3, "10.00"),
        candidate(4, "9.999"),
    ]

    assert sorted((row.rank, row.key) for row in rank(mixed, rule)) == [
        (1, 1),
        (1, 3),
        (3, 4),
        (4, 2),
    ]


@pytest.mark.parametrize(
    "scores",
    [
        (Decimal(1), Decimal(2)),
        (Decimal(1), Decimal(2), Decimal(3), Decimal(4)),
        (Decimal(1), Decimal(2), None),
        (Decimal(1), Decimal("NaN"), Decimal(3)),
        (Decimal("Infinity"), Decimal(2), Decimal(3)),
        (Decimal(1), Decimal(2), 3.0),
        (Decimal("1E+90"), Decimal(2), Decimal("1E-90")),
    ],
    ids=str,
)
def test_scores_that_cannot_be_compared_are_refused(scores):
    with pytest.raises(IncomparableScores):
        rank(
            [*EXAMPLE, Candidate(107, scores)],
            replace(
                RULE,
                criteria=(
                    ("knowledge", Decimal("0.5")),
                    ("problems", Decimal("0.4")),
                    ("core", Decimal("0.1")),
                ),
            ),
        )


def test_a_key_that_occurs_twice_is_refused():
    with pytest.raises(DuplicateCandidate):
        rank([*EXAMPLE, EXAMPLE[0]], RULE)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"criteria": (("quiz", Decimal("0.9")),)}, "the weights do not sum to 1"),
        ({"criteria": ()}, "the weights do not sum to 1"),
        ({"criteria": (("quiz", Decimal("NaN")),)}, "a weight is not a finite decimal"),
        ({"criteria": (("quiz", 1.0),)}, "a weight is not a finite decimal"),
        (
            {"criteria": (("quiz", Decimal("1.5")), ("core", Decimal("-0.5")))},
            "a weight is not from 0 to 1",
        ),
        (
            {"criteria": (("core", Decimal("0.5")), ("core", Decimal("0.5")))},
            "a criterion is named twice",
        ),
        ({"tie_breakers": ("speed",)}, "a tie-breaker is not a criterion"),
        ({"tie_breakers": ("core", "core")}, "a tie-breaker is named twice"),
        ({"places": 0}, "there must be at least 1 place"),
        ({"places": -1}, "there must be at least 1 place"),
        ({"cap": 2}, "the cap is below the places"),
        ({"seed": ""}, "the seed is empty"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(change, message):
    with pytest.raises(InvalidRule) as raised:
        replace(RULE, **change)

    assert str(raised.value) == message


@given(fields, rules(), st.randoms(use_true_random=False))
def test_the_order_in_which_candidates_come_changes_no_byte(candidates, rule, random):
    shuffled = list(candidates)
    random.shuffle(shuffled)

    assert canonical_bytes(rank(shuffled, rule)) == canonical_bytes(rank(candidates, rule))


@given(fields, rules())
def test_a_rank_is_one_more_than_the_number_of_better_candidates(candidates, rule):
    expected = {
        one.key: 1 + sum(standing(other) > standing(one) for other in candidates)
        for one in candidates
    }

    assert {row.key: row.rank for row in rank(candidates, rule)} == expected


@given(fields, rules())
def test_equals_stand_in_the_order_of_their_lottery_numbers(candidates, rule):
    ranked = rank(candidates, rule)

    expected = sorted(ranked, key=lambda row: (row.rank, lottery_number(rule.seed, row.key)))
    shared = [row.rank for row in ranked]
    assert ranked == expected
    assert [row.lottery for row in ranked] == [
        lottery_number(rule.seed, row.key) if shared.count(row.rank) > 1 else None for row in ranked
    ]


@given(fields, rules())
def test_the_line_takes_exactly_the_places_or_all_the_ties_up_to_the_cap(candidates, rule):
    ranked = rank(candidates, rule)
    line = draw_line(ranked, rule)

    at_the_line = ranked[: rule.places][-1].rank if ranked else 0
    through_the_tie = sum(row.rank <= at_the_line for row in ranked)
    takes_all = rule.tie_policy is TiePolicy.TAKE_ALL_THEN_DRAW and through_the_tie <= rule.cap
    expected = through_the_tie if takes_all else min(rule.places, len(ranked))
    assert len(line.selected) == expected
    assert [*line.selected, *line.reserves] == ranked


@given(fields, rules())
def test_nobody_selected_stands_below_anybody_left_out(candidates, rule):
    line = draw_line(rank(candidates, rule), rule)
    by_key = {one.key: standing(one) for one in candidates}

    lowest_in = min((by_key[row.key] for row in line.selected), default=(0, 0))
    highest_out = max((by_key[row.key] for row in line.reserves), default=(0, 0))
    assert not line.reserves or lowest_in >= highest_out


@given(fields.filter(bool), rules(), st.data())
def test_a_higher_score_never_costs_a_place(candidates, rule, data):
    index = data.draw(st.integers(0, len(candidates) - 1))
    criterion = data.draw(st.integers(0, 2))
    before = candidates[index]
    scores = list(before.scores)
    scores[criterion] += data.draw(coarse)
    raised = [*candidates]
    raised[index] = Candidate(before.key, tuple(scores))

    old_rank, new_rank = (
        next(row.rank for row in rank(field, rule) if row.key == before.key)
        for field in (candidates, raised)
    )
    was_in, is_in = (before.key in selected_keys(field, rule) for field in (candidates, raised))
    assert new_rank <= old_rank
    assert is_in or not was_in


@given(fields, rules())
def test_another_seed_reorders_only_the_tied(candidates, rule):
    one, other = rank(candidates, rule), rank(candidates, replace(rule, seed="another"))

    def by_rank(ranked):
        return sorted((row.rank, row.key, row.score) for row in ranked)

    assert by_rank(one) == by_rank(other)
    assert [row.rank for row in one] == [row.rank for row in other]
