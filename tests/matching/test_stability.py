from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.stability import (
    Choice,
    InvalidMatching,
    InvalidPreferences,
    Opportunity,
    Outcome,
    Reason,
    Round,
    Seeker,
    Unmatched,
    blocking_pairs,
    explain,
    match,
)
from selection.ranking import lottery_number

SEED = "copper-lantern-5"

# The worked example of docs/matching.md.
SEEKERS = (
    Seeker(1, (11, 12)),
    Seeker(2, (11, 13)),
    Seeker(3, (11, 12)),
    Seeker(4, (12, 11)),
    Seeker(5, (13,)),
    Seeker(6, ()),
)
OPPORTUNITIES = (
    Opportunity(11, 1, ((1, 2, 3),)),
    Opportunity(12, 1, ((1,), (3, 4))),
    Opportunity(13, 2, ((2,),)),
)


@st.composite
def markets(draw, seekers=8, opportunities=5, ties=True):
    """Both sides with short, long and empty lists, tiers of equals and quotas from 0."""
    people = range(1, draw(st.integers(0, seekers)) + 1)
    posts = range(11, 11 + draw(st.integers(0, opportunities)))

    def some_of(keys):
        shuffled = draw(st.permutations(keys))
        return tuple(shuffled[: draw(st.integers(0, len(shuffled)))])

    def tiers(keys):
        if not ties:
            return tuple((key,) for key in keys)
        size = draw(st.integers(1, 4))
        return tuple(keys[start : start + size] for start in range(0, len(keys), size))

    return (
        tuple(Seeker(key, some_of(posts)) for key in people),
        tuple(Opportunity(key, draw(st.integers(0, 3)), tiers(some_of(people))) for key in posts),
    )


def every_stable_matching(seekers, opportunities):
    """Enumerate by brute force, from the definition: strict preferences only."""
    order = {post.key: [key for tier in post.ranking for key in tier] for post in opportunities}
    quota = {post.key: post.vacancies for post in opportunities}
    options = [
        [None, *[post for post in person.ranking if person.key in order[post]]]
        for person in seekers
    ]
    for assignment in product(*options):
        if any(assignment.count(post) > quota[post] for post in order):
            continue
        partner = dict(zip([person.key for person in seekers], assignment, strict=True))
        if not any(
            would_rather(person, post, partner, order[post], quota[post])
            for person in seekers
            for post in person.ranking
        ):
            yield partner


def would_rather(person, post, partner, order, quota):
    current = partner[person.key]
    if person.key not in order or (
        current is not None and person.ranking.index(current) <= person.ranking.index(post)
    ):
        return False
    holders = [key for key, held in partner.items() if held == post]
    return len(holders) < quota or any(
        order.index(person.key) < order.index(holder) for holder in holders
    )


def test_the_worked_example_is_matched_as_the_guide_says():
    matching = match(SEEKERS, OPPORTUNITIES, SEED)

    assert matching.pairs == ((1, 12), (2, 13), (3, 11))
    assert matching.unmatched == (
        Unmatched(4, Reason.PLACES_TAKEN),
        Unmatched(5, Reason.RANKED_BY_NONE),
        Unmatched(6, Reason.NOTHING_LISTED),
    )
    assert matching.vacancies_left == ((11, 0), (12, 0), (13, 1))
    assert matching.rounds == (
        Round(((1, 11), (2, 11), (3, 11), (4, 12), (5, 13)), ((1, 11), (2, 11), (5, 13))),
        Round(((1, 12), (2, 13)), ((4, 12),)),
        Round(((4, 11),), ((4, 11),)),
    )


@pytest.mark.parametrize(
    ("seeker", "choices"),
    [
        (1, ((11, Outcome.LOST_LOTTERY), (12, Outcome.MATCHED))),
        (3, ((11, Outcome.MATCHED), (12, Outcome.NOT_NEEDED))),
        (4, ((12, Outcome.TAKEN_BY_PREFERRED), (11, Outcome.NOT_RANKED))),
        (5, ((13, Outcome.NOT_RANKED),)),
        (6, ()),
    ],
)
def test_each_choice_is_explained(seeker, choices):
    matching = match(SEEKERS, OPPORTUNITIES, SEED)

    assert explain(seeker, matching, SEEKERS, OPPORTUNITIES) == tuple(
        Choice(opportunity, outcome) for opportunity, outcome in choices
    )


def test_an_opportunity_without_vacancies_takes_nobody_and_says_so():
    seekers, opportunities = (Seeker(1, (11,)),), (Opportunity(11, 0, ((1,),)),)

    matching = match(seekers, opportunities, SEED)

    assert matching.unmatched == (Unmatched(1, Reason.NO_VACANCY),)
    assert explain(1, matching, seekers, opportunities) == (Choice(11, Outcome.NO_VACANCY),)


def test_without_anybody_the_matching_is_empty():
    matching = match((), (), SEED)

    assert (matching.pairs, matching.unmatched, matching.rounds) == ((), (), ())


def test_the_check_finds_the_pairs_that_would_rather_have_each_other():
    # 4 holds 12, whose first choice 1 has nothing; 2 and 3 are left out while 13 and 11 are free.
    assert blocking_pairs([(4, 12)], SEEKERS, OPPORTUNITIES) == [
        (1, 11),
        (1, 12),
        (2, 11),
        (2, 13),
        (3, 11),
    ]


def test_an_equal_blocks_only_by_the_lottery():
    pairs = [(1, 11), (2, 13), (4, 12)]

    assert blocking_pairs(pairs, SEEKERS, OPPORTUNITIES) == []
    assert blocking_pairs(pairs, SEEKERS, OPPORTUNITIES, SEED) == [(3, 11), (3, 12)]


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([(1, 11), (1, 12)], "a seeker is in two pairs"),
        ([(9, 11)], "seeker 9 or opportunity 11 is unknown"),
        ([(1, 19)], "seeker 1 or opportunity 19 is unknown"),
        ([(4, 11)], "seeker 4 and opportunity 11 did not list each other"),
        ([(2, 12)], "seeker 2 and opportunity 12 did not list each other"),
        ([(1, 11), (2, 11)], "opportunity 11 has more people than vacancies"),
    ],
)
def test_pairs_that_are_no_matching_are_refused(pairs, message):
    with pytest.raises(InvalidMatching) as raised:
        blocking_pairs(pairs, SEEKERS, OPPORTUNITIES)

    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("seekers", "opportunities", "message"),
    [
        ((SEEKERS[5], SEEKERS[5]), (), "key 6 occurs twice among the seekers"),
        ((), (Opportunity(11, 1, ()),) * 2, "key 11 occurs twice among the opportunities"),
        ((Seeker(1, (11,)),), (), "key 11 in the ranking of seeker 1 is unknown"),
        (
            (Seeker(1, (11, 11)),),
            (Opportunity(11, 1, ()),),
            "key 11 occurs twice in the ranking of seeker 1",
        ),
        ((), (Opportunity(11, 1, ((1,),)),), "key 1 in the ranking of opportunity 11 is unknown"),
        (
            (Seeker(1, ()),),
            (Opportunity(11, 1, ((1,), (1,))),),
            "key 1 occurs twice in the ranking of opportunity 11",
        ),
        ((), (Opportunity(11, -1, ()),), "opportunity 11 has negative vacancies"),
    ],
)
def test_preferences_that_contradict_themselves_are_refused(seekers, opportunities, message):
    with pytest.raises(InvalidPreferences) as raised:
        match(seekers, opportunities, SEED)

    assert str(raised.value) == message


def test_an_unknown_person_cannot_be_explained():
    with pytest.raises(InvalidPreferences):
        explain(7, match(SEEKERS, OPPORTUNITIES, SEED), SEEKERS, OPPORTUNITIES)


@settings(max_examples=500, deadline=None)
@given(markets())
def test_no_two_would_rather_have_each_other(market):
    pairs = match(*market, SEED).pairs

    assert blocking_pairs(pairs, *market, SEED) == []  # ties as the lottery broke them
    assert blocking_pairs(pairs, *market) == []  # and as they were given


@settings(max_examples=40, deadline=None)
@given(markets(seekers=6, opportunities=3, ties=False))
def test_every_seeker_gets_the_best_that_any_stable_matching_gives(market):
    seekers, opportunities = market
    matching = match(seekers, opportunities, SEED)
    stable = list(every_stable_matching(seekers, opportunities))

    best = {}
    for person in seekers:
        given = {partner[person.key] for partner in stable}
        best[person.key] = next((post for post in person.ranking if post in given), None)
    assert {person.key: dict(matching.pairs).get(person.key) for person in seekers} == best


@settings(max_examples=40, deadline=None)
@given(markets(seekers=6, opportunities=3, ties=False))
def test_the_same_people_are_matched_in_every_stable_matching(market):
    matched = frozenset(seeker for seeker, _ in match(*market, SEED).pairs)

    assert {
        frozenset(key for key, post in partner.items() if post is not None)
        for partner in every_stable_matching(*market)
    } == {matched}


@given(markets(), st.randoms(use_true_random=False))
def test_the_order_in_which_either_side_comes_changes_nothing(market, random):
    shuffled = [random.sample(side, len(side)) for side in market]

    assert match(*shuffled, SEED) == match(*market, SEED)


@given(markets(), st.randoms(use_true_random=False))
def test_the_order_inside_a_tier_changes_nothing(market, random):
    seekers, opportunities = market
    reordered = [
        replace(post, ranking=tuple(tuple(random.sample(tier, len(tier))) for tier in post.ranking))
        for post in opportunities
    ]

    assert match(seekers, reordered, SEED) == match(seekers, opportunities, SEED)


@given(markets())
def test_equals_are_treated_as_if_ranked_by_their_lottery_numbers(market):
    seekers, opportunities = market
    strict = [
        replace(
            post,
            ranking=tuple(
                (key,)
                for tier in post.ranking
                for key in sorted(tier, key=lambda key: lottery_number(SEED, key))
            ),
        )
        for post in opportunities
    ]

    assert match(seekers, strict, SEED).pairs == match(seekers, opportunities, SEED).pairs


@given(markets())
def test_everybody_is_matched_once_to_a_partner_who_listed_them_or_told_why_not(market):
    seekers, opportunities = market
    matching = match(seekers, opportunities, SEED)

    listed = {(person.key, post) for person in seekers for post in person.ranking}
    ranked = {(key, post.key) for post in opportunities for tier in post.ranking for key in tier}
    assert set(matching.pairs) <= listed & ranked
    assert sorted(
        [seeker for seeker, _ in matching.pairs] + [person.seeker for person in matching.unmatched]
    ) == [person.key for person in seekers]
    held = [post for _, post in matching.pairs]
    assert matching.vacancies_left == tuple(
        (post.key, post.vacancies - held.count(post.key)) for post in opportunities
    )
