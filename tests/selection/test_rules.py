"""Setting the rule of a list: what is refused, what the trail keeps, how it reads."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEvent
from applications.models import Cohort
from dtt.play.people import make_cohort
from dtt.play.selection import Shortlist, make_staff
from selection.domain.preparing import set_rule
from selection.domain.usable import (
    MOST_RESERVES,
    UnableToPrepare,
    UnusableRule,
    require_usable,
)
from selection.models import SelectionRule
from selection.plain_words import in_words
from selection.ranking import Rule, TiePolicy
from selection.rulebook import public_rules, terms_of, versions_of
from tests.selection.conftest import Waiting

ONE = [("test.score", Decimal(1))]
HALVES = [("test.score", Decimal("0.5")), ("test.core", Decimal("0.5"))]


@pytest.fixture
def cohort(db: None, now: datetime) -> Cohort:
    """Nobody has applied to it, so no score is known."""
    return make_cohort(now=now, slug="spring", places=3, places_with_ties=4)


def versions(cohort: Cohort) -> list[int]:
    found = SelectionRule.objects.filter(cohort=cohort, step="bootcamp").order_by("version")
    return list(found.values_list("version", flat=True))


@pytest.mark.parametrize(
    ("given", "about", "why"),
    [
        ({"criteria": [("test.score", Decimal("0.9"))]}, "weights", "together they are 0.9."),
        ({"criteria": [*ONE, ("test.score", Decimal(0))]}, "weights", "“Test” is named twice."),
        ({"criteria": [*ONE, *ONE]}, "weights", "“Test” is named twice."),
        ({"criteria": [("a.b", Decimal(1))]}, "weights", "There are no scores named “a.b”."),
        ({"criteria": [("test.score", Decimal("NaN"))]}, "test.score", "not a finite decimal."),
        ({"criteria": [("test.score", Decimal("sNaN"))]}, "test.score", "not a finite decimal."),
        ({"criteria": [("test.score", Decimal("Inf"))]}, "test.score", "not a finite decimal."),
        ({"criteria": [("test.score", Decimal("1e999"))]}, "test.score", "not from 0 to 1."),
        ({"criteria": [("test.score", Decimal("-0.1"))]}, "test.score", "not from 0 to 1."),
        (
            {"criteria": [("test.score", Decimal("1e-999999"))]},
            "test.score",
            "more than 6 digits after the point.",
        ),
        (
            {"criteria": ONE, "tie_breakers": ["a.b"]},
            "tie_breakers",
            "There are no scores named “a.b”.",
        ),
        (
            {"criteria": ONE, "tie_breakers": ["test.core", "test.core"]},
            "tie_breakers",
            "“Test, core topics” is named twice.",
        ),
        ({"criteria": ONE, "reserves": -1}, "reserves", "not -1."),
        ({"criteria": ONE, "reserves": MOST_RESERVES + 1}, "reserves", "not 100001."),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused_and_says_which_part(
    cohort: Cohort, now: datetime, given: dict[str, object], about: str, why: str
) -> None:
    with pytest.raises(UnusableRule) as refused:
        set_rule(cohort_id=cohort.pk, step="bootcamp", by=None, now=now, **given)

    assert (refused.value.about, refused.value.why.endswith(why)) == (about, True)
    assert str(refused.value).endswith("The rule before it stays in force.")
    assert versions(cohort) == []
    assert not AuditEvent.objects.filter(verb="set-rule").exists()


@given(
    criteria=st.lists(
        st.tuples(
            st.sampled_from(["test.score", "test.core", "a.b"]),
            st.sampled_from(["0", "0.5", "1", "1.0", "0.25", "0.3", "-1", "NaN"]).map(Decimal),
        ),
        max_size=3,
    ),
    breakers=st.lists(st.sampled_from(["test.score", "test.core", "a.b"]), max_size=3),
)
def test_what_may_be_set_can_rank_people(
    criteria: list[tuple[str, Decimal]], breakers: list[str]
) -> None:
    try:
        require_usable(criteria, breakers, reserves=0)
    except UnusableRule:
        return
    named = {name for name, _weight in criteria}
    others = [(name, Decimal(0)) for name in breakers if name not in named]

    rule = Rule((*criteria, *others), tuple(breakers), places=1, cap=1, seed="any")

    assert sum(weight for _name, weight in rule.criteria) == 1
    assert len(dict(rule.criteria)) == len(rule.criteria)


def test_weights_are_compared_as_numbers_in_any_order(cohort: Cohort, now: datetime) -> None:
    same = [HALVES, [(name, Decimal("0.50")) for name, _weight in HALVES], HALVES[::-1]]

    for criteria in same:
        set_rule(cohort_id=cohort.pk, step="bootcamp", criteria=criteria, by=None, now=now)

    assert versions(cohort) == [1]


def test_once_scores_are_known_a_person_must_say_why(waiting: Waiting, now: datetime) -> None:
    known = {"cohort_id": waiting.cohort.pk, "step": "bootcamp", "criteria": HALVES, "now": now}

    with pytest.raises(UnusableRule, match="Scores are known already") as refused:
        set_rule(**known, by=waiting.staff.asker, reason="   ")
    set_rule(**known, by=waiting.staff.asker, reason="The board decided so in March.")

    event = AuditEvent.objects.filter(verb="set-rule").latest("id")
    assert refused.value.about == "reason"
    assert versions(waiting.cohort) == [1, 2]
    assert (event.actor, event.reason) == (waiting.staff.asker, "The board decided so in March.")
    assert event.after["scores_known"] == ["test.score"]
    assert event.before["criteria"] == [["test.score", "1"]]


def test_before_any_score_no_reason_is_asked_for(cohort: Cohort, now: datetime) -> None:
    by = make_staff(now=now).asker

    set_rule(cohort_id=cohort.pk, step="bootcamp", criteria=ONE, by=by, now=now)

    assert AuditEvent.objects.get(verb="set-rule").after["scores_known"] == []


def test_a_score_that_only_must_be_there_makes_no_rule_late(
    waiting: Waiting, now: datetime
) -> None:
    criteria = [("test.core", Decimal(1)), ("test.score", Decimal(0))]

    set_rule(
        cohort_id=waiting.cohort.pk,
        step="final",
        criteria=criteria,
        by=waiting.staff.asker,
        now=now,
    )

    assert AuditEvent.objects.filter(verb="set-rule").latest("id").after["scores_known"] == []


def test_a_rule_that_somebody_else_has_changed_is_looked_at_first(
    cohort: Cohort, now: datetime
) -> None:
    set_rule(cohort_id=cohort.pk, step="bootcamp", criteria=ONE, by=None, now=now)

    with pytest.raises(UnableToPrepare, match="Somebody has set another rule"):
        set_rule(
            cohort_id=cohort.pk, step="bootcamp", criteria=HALVES, replaces=0, by=None, now=now
        )

    assert versions(cohort) == [1]


def test_after_publication_no_rule_is_set(shortlist: Shortlist, now: datetime) -> None:
    with pytest.raises(UnableToPrepare, match="has been published"):
        set_rule(
            cohort_id=shortlist.cohort.pk,
            step="bootcamp",
            criteria=HALVES,
            reason="It would be better.",
            by=shortlist.staff.asker,
            now=now,
        )

    assert versions(shortlist.cohort) == [1]


def test_the_usual_rules_in_words(cohort: Cohort) -> None:
    said = {rule.title: rule.words for rule in public_rules(cohort)}

    assert said == {
        "Bootcamp places": [
            "Score = Quiz: marks. The higher score goes first.",
            "Ties: equal scores are compared by Quiz: marks in the core topics.",
            "There are 3 places. Who still ties at the last of them is taken as well, as long as "
            "no more than 4 are taken in all; otherwise a draw decides.",
            "The next 3 people wait on the reserve list, in the same order.",
            "Who lacks one of these is not ranked: Quiz: marks, Quiz: marks in the core topics.",
        ],
        "Finalists": [
            "Score = Mini-project. The higher score goes first.",
            "Ties: people with the same score share a rank.",
            f"There are {cohort.finalists} places. If people still tie at the last of them, a "
            "draw decides.",
            f"The next {cohort.finalists // 5} people wait on the reserve list, in the same order.",
            "Who lacks one of these is not ranked: Mini-project, Bootcamp: attendance on enough "
            "days.",
        ],
    }


def test_weights_and_tie_breakers_in_their_order_in_words(cohort: Cohort, now: datetime) -> None:
    rule = set_rule(
        cohort_id=cohort.pk,
        step="bootcamp",
        criteria=[("test.score", Decimal("0.70")), ("test.core", Decimal("0.3"))],
        tie_breakers=["test.core", "test.score"],
        tie_policy=TiePolicy.DRAW,
        reserves=0,
        by=None,
        now=now,
    )

    assert in_words(terms_of(cohort, "bootcamp", rule)) == [
        "Score = 0.7 × Test + 0.3 × Test, core topics. The higher score goes first.",
        "Ties: equal scores are compared by Test, core topics, then by Test.",
        "There are 3 places. If people still tie at the last of them, a draw decides.",
        "There is no reserve list.",
        "Who lacks one of these is not ranked: Test, Test, core topics.",
    ]


def test_the_history_says_what_each_version_changed_and_why(
    waiting: Waiting, now: datetime
) -> None:
    set_rule(
        cohort_id=waiting.cohort.pk,
        step="bootcamp",
        criteria=HALVES,
        reserves=3,
        reason="Core topics count more.",
        by=waiting.staff.second,
        now=now,
    )

    newest, first = versions_of(waiting.cohort, "bootcamp")

    assert (newest.rule.version, newest.rule.created_by) == (2, waiting.staff.second)
    assert newest.reason == "Core topics count more."
    assert newest.changes == [("Score", "Test", "0.5 × Test + 0.5 × Test, core topics")]
    assert [label for label, _before, _after in first.changes] == [
        "Score",
        "Must be there, adds nothing",
        "Tie-breakers",
        "People who still tie at the line",
        "Length of the reserve list",
    ]
