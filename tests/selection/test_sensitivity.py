"""Who crosses a line when scores are others."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from selection.ranking import TiePolicy, seed_commitment
from selection.runs import decide, snapshot
from selection.sensitivity import exchange, impact

SEED = "plum-orchard-27"


def inputs(scores: list[int | None], places: int = 2) -> dict[str, object]:
    return snapshot(
        cohort="spring",
        step="bootcamp",
        criteria=[("quiz.score", Decimal(1)), ("quiz.core", Decimal(0))],
        tie_breakers=["quiz.core"],
        tie_policy=TiePolicy.DRAW,
        places=places,
        cap=places,
        reserves=1,
        commitment=seed_commitment(SEED),
        candidates={
            key: [None if score is None else Decimal(score), Decimal(0)]
            for key, score in enumerate(scores, start=1)
        },
    )


def test_who_rises_above_the_line_comes_in_and_somebody_goes() -> None:
    found = impact(inputs([9, 8, 7, 1]), SEED, before={}, after={"quiz.score": {3: Decimal("8.5")}})

    assert (found.into, found.out, found.crossing) == ((3,), (2,), 2)
    assert (found.cut_before, found.cut_after) == (Decimal(8), Decimal("8.5"))
    assert (found.selected_before, found.selected_after) == (2, 2)


def test_scores_that_the_list_does_not_weigh_and_people_who_are_not_in_it_change_nothing() -> None:
    others = {"project.score": {3: Decimal(99)}, "quiz.score": {77: Decimal(99)}}

    assert impact(inputs([9, 8, 7]), SEED, before={}, after=others).crossing == 0


def test_who_had_no_score_and_gets_one_is_ranked() -> None:
    found = impact(inputs([9, 8, None]), SEED, before={}, after={"quiz.score": {3: Decimal(10)}})

    assert (found.into, found.out) == ((3,), (2,))


@given(
    st.lists(st.integers(0, 30), min_size=3, max_size=12),
    st.dictionaries(st.integers(1, 12), st.integers(0, 30)),
)
@settings(max_examples=60)
def test_the_impact_is_the_difference_of_two_decisions(scores, changed):
    frozen = inputs(scores)
    columns = {"quiz.score": {key: Decimal(score) for key, score in changed.items()}}
    before, after = (
        {d.key for d in decide(these, SEED).decisions if d.outcome == "selected"}
        for these in (frozen, exchange(frozen, columns))
    )

    found = impact(frozen, SEED, before={}, after=columns)

    assert (set(found.into), set(found.out)) == (after - before, before - after)
    assert exchange(frozen, {}) == frozen
