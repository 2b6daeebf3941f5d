"""One scale for people who drew different items: what is promised of it."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from accounts.verifiers import verify
from dtt.play.people import make_user
from dtt.play.quiz import sit_quiz
from quiz.domain.rulings import ask_for_ruling, decide_on_ruling, propose_ruling
from quiz.domain.scoring import score_chunk, score_quiz
from quiz.equating import NotOneScale, Papers, Scale, equate, fit_scale, papers_of
from quiz.foresight import foresee, void_items
from quiz.models import AttemptScore, Quiz, ScoringRun
from quiz.queries import scores_of
from selection import sources
from tests.quiz.conftest import Hall

POOL = {item: Decimal(f"{-2 + 4 * item / 11:.6f}") for item in range(12)}
SCALE = Scale(POOL, {})
PAPER = (0, 3, 5, 8, 9, 11)
SHARES = (Decimal(0), Decimal("0.3333333"), Decimal("0.5"), Decimal(1))


def score_of(items: tuple[int, ...], shares: tuple[Decimal | None, ...]) -> Decimal:
    [score] = equate(papers_of([(items, shares)]), SCALE, places=len(items))
    return score


papers = st.lists(st.sampled_from(SHARES), min_size=6, max_size=6).map(tuple)


@given(papers, papers)
@settings(max_examples=60)
def test_with_the_same_paper_more_marks_are_a_higher_score(first, second):
    marks = [sum(int(share * 10**7) for share in shares) for shares in (first, second)]
    scores = [score_of(PAPER, shares) for shares in (first, second)]

    if marks[0] == marks[1]:
        assert scores[0] == scores[1]
    elif abs(marks[0] - marks[1]) > 10**6:  # a tenth of a mark
        assert (marks[0] < marks[1]) == (scores[0] < scores[1])


@given(papers, st.permutations(range(6)))
@settings(max_examples=40)
def test_the_order_on_the_paper_changes_no_digit(shares, order):
    moved = score_of(tuple(PAPER[n] for n in order), tuple(shares[n] for n in order))

    assert moved == score_of(PAPER, shares)


def test_the_same_marks_on_harder_items_are_a_higher_score():
    shares = (Decimal(1),) * 3 + (Decimal(0),) * 3

    assert score_of((6, 7, 8, 9, 10, 11), shares) > score_of((0, 1, 2, 3, 4, 5), shares)


@pytest.mark.parametrize("share", [Decimal(0), Decimal(1)])
def test_all_right_and_all_wrong_have_scores_between_nothing_and_full_marks(share):
    hard, easy = ((6, 7, 8, 9, 10, 11), (0, 1, 2, 3, 4, 5))

    scores = [score_of(items, (share,) * 6) for items in (easy, PAPER, hard)]

    assert scores == sorted(scores)
    assert all(0 < score < 6 for score in scores)


def test_a_paper_of_the_whole_pool_keeps_its_marks_but_for_the_half_that_is_drawn_in():
    items = tuple(POOL)
    shares = tuple(Decimal(n % 2) for n in items)

    assert score_of(items, shares) == Decimal("6.0000")  # (6 + 1/2) × 12/13


def test_a_void_item_counts_nowhere():
    shares = (Decimal(1), Decimal(0), Decimal(1), Decimal(0), Decimal(1))

    void = score_of((*PAPER[:5], 11), (*shares, None))
    other = score_of((*PAPER[:5], 2), (*shares, None))

    assert void == other


def test_items_that_everybody_got_right_count_on_the_pool_and_not_in_the_ability():
    scale = Scale({1: Decimal(0), 2: Decimal(0)}, {3: Decimal(1)})
    rows = [((1, 2, 3), (Decimal(1), Decimal(0), Decimal(1)))]

    [score] = equate(papers_of(rows), scale, places=3)

    assert score == Decimal(2)  # one of the two, and the third


def sat(people: int, seed: int) -> Papers:
    """People of different ability on papers of 8 from a pool of 24."""
    dice = np.random.default_rng(seed)
    ability, difficulty = dice.normal(size=people), np.linspace(-1.5, 1.5, 24)
    items = np.array([dice.permutation(24)[:8] for _ in range(people)])
    chance = 1 / (1 + np.exp(difficulty[items] - ability[:, None]))
    return Papers(items, (dice.random(chance.shape) < chance).astype(float))


def test_the_scale_finds_the_difficulties_again_and_is_the_same_twice():
    papers = sat(600, seed=1)

    scale, again = fit_scale(papers), fit_scale(papers)

    found = np.array([float(scale.difficulties[item]) for item in range(24)])
    assert np.corrcoef(found, np.linspace(-1.5, 1.5, 24))[0, 1] > 0.97
    assert (scale, equate(papers, scale, places=8)) == (again, equate(papers, again, places=8))
    assert Scale.from_json(scale.as_json()) == scale


def test_too_little_is_no_scale():
    with pytest.raises(NotOneScale, match="fewer than two items"):
        fit_scale(papers_of([((1, 2), (Decimal(1), Decimal(1)))]))


@pytest.mark.django_db
def test_a_quiz_is_scored_on_one_scale_and_the_run_can_be_verified(make_hall):
    hall: Hall = make_hall(people=40)
    Quiz.objects.update(score_rule="equated")
    for person, application in enumerate(hall.applications):
        sit_quiz(application, skill=(person % 9 - 4) / 2, seed=1, now=hall.opens_at, walks_away=0)
    at = hall.quiz.closes_at
    run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=at)
    score_chunk(run_id=run.pk, first=1, last=2**40, now=at)
    run.refresh_from_db()

    scores = scores_of(hall.cohort.pk)
    rows = list(run.scores.values_list("attempt__application", "score", "marks"))
    assert (run.state, run.rule, run.trouble) == ("finished", "rasch-pool-1", "")
    assert sources.get("quiz.score").scores(hall.cohort.pk) == {key: s for key, s, _m in rows}
    assert any(score != marks for _key, score, marks in rows)
    assert all(0 < score < 5 for score in scores.values())
    [any_item, *_others] = void_items(hall.cohort.pk)
    assert any_item.after["quiz.score"].keys() == scores.keys()
    again = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=at + timedelta(hours=1))
    assert (again, verify("scoring", str(run.pk)).difference) == (run, "")
    first = run.scores.earliest("attempt")
    AttemptScore.objects.filter(pk=first.pk).update(score=first.score + 1)
    assert f"attempt {first.attempt_id}: score" in verify("scoring", str(run.pk)).difference


@pytest.mark.django_db
def test_a_ruling_on_an_equated_quiz_is_foreseen_as_it_comes(make_hall):
    hall: Hall = make_hall(people=40)
    Quiz.objects.update(score_rule="equated")
    for person, application in enumerate(hall.applications):
        sit_quiz(application, skill=(person % 9 - 4) / 2, seed=2, now=hall.opens_at, walks_away=0)
    at = hall.quiz.closes_at
    run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=at)
    score_chunk(run_id=run.pk, first=1, last=2**40, now=at)
    before = scores_of(hall.cohort.pk)
    ruling = propose_ruling(
        quiz_id=hall.quiz.pk,
        item_version_id=hall.quiz.pool.order_by("pk")[0].pk,
        effect="void",
        reason="Ambiguous.",
        by=hall.manager,
        now=at,
    )

    foreseen = foresee(ruling)
    second = make_user("second@dtt.example", Role.PROGRAMME_MANAGER, now=at)
    ask_for_ruling(ruling_id=ruling.pk, by=hall.manager, now=at)
    decide_on_ruling(ruling_id=ruling.pk, approve=True, digest=ruling.digest, by=second, now=at)
    run = ScoringRun.objects.latest("pk")
    score_chunk(run_id=run.pk, first=1, last=2**40, now=at)

    after = scores_of(hall.cohort.pk)
    assert foreseen is not None
    assert {change.key: change.after for change in foreseen.changes.changes} == {
        key: score for key, score in after.items() if score != before[key]
    }
    assert verify("scoring", str(run.pk)).difference == ""


@pytest.mark.django_db
def test_a_quiz_that_cannot_be_put_on_one_scale_says_so(hall: Hall) -> None:
    Quiz.objects.update(score_rule="equated")
    sit_quiz(hall.first, skill=0, seed=1, now=hall.opens_at, walks_away=0)
    run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=hall.quiz.closes_at)

    score_chunk(run_id=run.pk, first=1, last=2**40, now=hall.quiz.closes_at)

    run = ScoringRun.objects.get()
    assert (run.state, run.trouble) == (
        "failed",
        "The answers cannot be put on one scale: fewer than two items tell people apart.",
    )
