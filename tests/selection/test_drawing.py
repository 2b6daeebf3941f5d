from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounts.models import AuditEvent
from applications.domain.claims import hold
from applications.domain.review import decide_eligibility
from applications.models import Application, Stage
from dtt.play.selection import Shortlist, draw_up_step
from selection.domain.drawing import (
    UnableToDrawUp,
    discard_selection,
    draw_up,
    rank_selection,
)
from selection.domain.preparing import commit_seed, set_rule
from selection.domain.usable import UnableToPrepare
from selection.models import Entry, SeedCommitment, Selection, SelectionRule
from selection.ranking import TiePolicy, seed_commitment
from tests.selection.conftest import SCORES, Waiting, make_waiting

pytestmark = pytest.mark.django_db


def drawn(waiting: Waiting, now: datetime) -> Selection:
    return draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)


def outcomes(selection: Selection) -> list[tuple[str, int | None, int | None]]:
    return list(selection.entries.values_list("outcome", "rank", "reserve_position"))


def test_the_line_falls_after_the_last_place_and_reserves_follow(
    waiting: Waiting, now: datetime
) -> None:
    selection = drawn(waiting, now)

    assert outcomes(selection) == [
        ("selected", 1, None),
        ("selected", 2, None),
        ("selected", 3, None),
        ("reserve", 4, 1),
        ("reserve", 5, 2),
        ("reserve", 6, 3),
        ("not-selected", 7, None),
        ("not-selected", 8, None),
    ]
    assert (selection.state, selection.seats, selection.cut_score) == ("drawn", 3, Decimal(60))


def test_who_has_no_score_is_not_ranked_and_the_entry_says_which(
    waiting: Waiting, now: datetime
) -> None:
    waiting.give(80, 70, 60, 50, 40, 30, 20, None)

    selection = drawn(waiting, now)

    entry = selection.entries.get(application=waiting.applications[-1])
    assert (entry.outcome, entry.position, entry.missing) == ("not-ranked", None, ["test.score"])


def test_a_tie_at_the_line_is_taken_whole_up_to_the_limit(waiting: Waiting, now: datetime) -> None:
    selection = drawn(waiting.give(80, 70, 60, 60, 40, 30, 20, 10), now)

    assert [rank for outcome, rank, _ in outcomes(selection) if outcome == "selected"] == [
        1, 2, 3, 3,
    ]  # fmt: skip
    assert (selection.seats, selection.ties, selection.tied) == (4, "taken_all", 2)


def test_a_larger_tie_is_drawn_by_the_committed_seed(waiting: Waiting, now: datetime) -> None:
    selection = drawn(waiting.give(80, 70, 60, 60, 60, 30, 20, 10), now)

    tied = selection.entries.filter(score=60)
    assert (selection.seats, selection.ties, selection.tied) == (3, "drawn", 3)
    assert [entry.lottery for entry in tied] == sorted(entry.lottery for entry in tied)
    assert [entry.outcome for entry in tied] == ["selected", "reserve", "reserve"]


def test_a_tie_breaker_comes_before_the_draw(waiting: Waiting, now: datetime) -> None:
    waiting.give(80, 70, 60, 60, 60, 30, 20, 10, core=(1, 1, 3, 9, 5, 1, 1, 1))
    set_rule(
        cohort_id=waiting.cohort.pk,
        step="bootcamp",
        criteria=[("test.score", Decimal(1))],
        tie_breakers=["test.core"],
        reason="Core topics break ties.",
        by=waiting.staff.asker,
        now=now,
    )

    selection = drawn(waiting, now)

    third = selection.entries.get(position=3)
    assert third.application == waiting.applications[3]
    assert selection.ties == "none"


def test_the_time_of_submission_changes_nothing(waiting: Waiting, now: datetime) -> None:
    waiting.give(80, 70, 60, 60, 60, 60, 60, 10)
    before = drawn(waiting, now)
    for n, application in enumerate(reversed(waiting.applications)):
        Application.objects.filter(pk=application.pk).update(
            submitted_at=now - timedelta(hours=n), created_at=now - timedelta(days=n)
        )

    after = drawn(waiting, now)

    assert after.number == before.number + 1
    assert (after.input_digest, after.result_digest) == (before.input_digest, before.result_digest)


def test_a_newer_run_discards_the_older_one(waiting: Waiting, now: datetime) -> None:
    first = drawn(waiting, now)

    second = drawn(waiting, now)

    first.refresh_from_db()
    assert (first.state, second.state) == ("discarded", "drawn")


def test_the_inputs_are_those_of_the_moment_of_drawing_up(waiting: Waiting, now: datetime) -> None:
    selection = draw_up(
        cohort_id=waiting.cohort.pk, step="bootcamp", by=waiting.staff.asker, now=now
    )
    SCORES["test.score"][waiting.applications[0].pk] = Decimal(0)

    rank_selection(selection_id=selection.pk, now=now)

    assert selection.entries.get(position=1).application == waiting.applications[0]


def test_ranking_twice_ranks_once(waiting: Waiting, now: datetime) -> None:
    selection = drawn(waiting, now)
    entries = list(selection.entries.values_list("pk"))

    rank_selection(selection_id=selection.pk, now=now)

    assert list(selection.entries.values_list("pk")) == entries
    assert AuditEvent.objects.filter(verb="rank", object_id=str(selection.pk)).count() == 1


def test_only_eligible_people_of_this_cohort_are_ranked(waiting: Waiting, now: datetime) -> None:
    other = make_waiting(now, slug="autumn", people=4).give(99, 98, 97, 96)
    one = waiting.applications[0]
    hold(application_id=one.pk, by=waiting.staff.asker, now=now)
    decide_eligibility(
        application_id=one.pk,
        eligible=False,
        reason="left school",
        by=waiting.staff.asker,
        now=now,
    )

    selection = drawn(waiting, now)

    ranked = set(selection.entries.values_list("application_id", flat=True))
    assert ranked == {application.pk for application in waiting.applications[1:]}
    assert ranked.isdisjoint(application.pk for application in other.applications)


@pytest.mark.parametrize("score", ["NaN", "Infinity", "-Infinity"])
def test_a_score_that_is_no_number_stops_the_run(
    waiting: Waiting, now: datetime, score: str
) -> None:
    waiting.give(80, score)

    with pytest.raises(UnableToDrawUp, match=waiting.applications[1].reference):
        drawn(waiting, now)

    assert Selection.objects.count() == 0


def test_nobody_to_rank_is_said(waiting: Waiting, now: datetime) -> None:
    waiting.give(*[None] * 8)

    with pytest.raises(UnableToDrawUp, match="8 people wait for this list and none has a score"):
        drawn(waiting, now)


def test_a_score_too_fine_to_be_added_exactly_discards_the_run(
    waiting: Waiting, now: datetime
) -> None:
    waiting.give("1E+80", "1E-80")

    selection = drawn(waiting, now)

    assert (selection.state, selection.trouble) == (
        "discarded",
        "The scores have so many digits that they cannot be added exactly, so nobody was ranked. "
        "Correct the scores and draw the list up again.",
    )


def test_a_published_list_is_neither_discarded_nor_drawn_up_again(
    shortlist: Shortlist, now: datetime
) -> None:
    with pytest.raises(UnableToDrawUp, match="published"):
        discard_selection(selection_id=shortlist.selection.pk, by=shortlist.staff.asker, now=now)
    with pytest.raises(UnableToDrawUp, match="published"):
        draw_up(cohort_id=shortlist.cohort.pk, step="bootcamp", by=None, now=now)

    assert Selection.objects.get().state == "published"


def test_the_seed_is_committed_once_and_before_scores(waiting: Waiting, now: datetime) -> None:
    first = SeedCommitment.objects.get()

    again = commit_seed(
        cohort_id=waiting.cohort.pk, step="bootcamp", by=waiting.staff.second, now=now
    )

    assert again == first
    assert first.before_scores
    assert first.commitment == seed_commitment(first.seed)


def test_a_seed_that_is_committed_after_scores_says_so(now: datetime) -> None:
    waiting = make_waiting(now)
    waiting.give(*[50] * 8)
    set_rule(
        cohort_id=waiting.cohort.pk,
        step="final",
        criteria=[("test.score", Decimal(1))],
        by=None,
        now=now,
    )

    late = commit_seed(cohort_id=waiting.cohort.pk, step="final", by=None, now=now)

    assert not late.before_scores


@pytest.mark.parametrize(
    ("criteria", "why"),
    [
        ([("test.score", Decimal("0.9"))], "do not sum to 1"),
        ([("test.score", Decimal("NaN"))], "not a finite decimal"),
        ([("test.score", Decimal("-1")), ("test.core", Decimal(2))], "not from 0 to 1"),
        ([("nobody.knows", Decimal(1))], "no scores named"),
        ([], "do not sum to 1"),
    ],
)
def test_a_rule_that_cannot_rank_is_refused(
    waiting: Waiting, now: datetime, criteria: list[tuple[str, Decimal]], why: str
) -> None:
    with pytest.raises(UnableToPrepare, match=why):
        set_rule(cohort_id=waiting.cohort.pk, step="bootcamp", criteria=criteria, by=None, now=now)

    assert SelectionRule.objects.count() == 1


def test_a_new_rule_is_a_new_version_and_the_same_rule_is_not(
    waiting: Waiting, now: datetime
) -> None:
    def set_policy(policy: TiePolicy) -> int:
        return set_rule(
            cohort_id=waiting.cohort.pk,
            step="bootcamp",
            criteria=[("test.score", Decimal(1))],
            tie_policy=policy,
            by=None,
            now=now,
        ).version

    assert [set_policy(TiePolicy.DRAW), set_policy(TiePolicy.DRAW)] == [2, 2]


@pytest.mark.parametrize("step", ["", "bootcamp2", "place-offered"])
def test_an_unknown_list_is_refused(waiting: Waiting, now: datetime, step: str) -> None:
    with pytest.raises(UnableToPrepare, match="no list"):
        draw_up(cohort_id=waiting.cohort.pk, step=step, by=None, now=now)


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Entry, {"rank": 1}),
        (Entry, {"score": Decimal(99)}),
        (Entry, {"outcome": "selected", "reserve_position": None}),
        (Entry, {"lottery": "0"}),
        (Selection, {"inputs": {}}),
        (Selection, {"result_digest": "0"}),
        (Selection, {"seats": 7}),
        (Selection, {"state": "ranking"}),
        (SelectionRule, {"criteria": []}),
        (SeedCommitment, {"seed": "another"}),
    ],
)
def test_the_database_refuses_to_change_a_run_that_is_drawn(
    waiting: Waiting, now: datetime, model: type, change: dict[str, object]
) -> None:
    drawn(waiting, now)
    last = model.objects.order_by("-pk")[:1].values("pk")

    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.filter(pk__in=last).update(**change)


def test_the_database_refuses_a_seat_that_does_not_exist(
    shortlist: Shortlist, now: datetime
) -> None:
    reserve = Entry.objects.get(application=shortlist.reserves[0])

    for seat in (0, 4, 3):
        with pytest.raises(DatabaseError), transaction.atomic():
            Entry.objects.filter(pk=reserve.pk).update(seat=seat, reply="not-asked")


def test_drawing_up_moves_nobody(waiting: Waiting, now: datetime) -> None:
    drawn(waiting, now)

    assert set(Application.objects.values_list("stage", flat=True)) == {Stage.ELIGIBLE}
