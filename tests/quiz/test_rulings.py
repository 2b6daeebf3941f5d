"""Void and re-key: what is foreseen, who agrees, what the next run makes of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounts.domain.approvals import UnableToApprove
from accounts.models import Approval, User
from accounts.roles import Role
from accounts.verifiers import verify
from applications.models import Application, Cohort
from dtt.play.people import make_user
from quiz.answers import SavedAnswer
from quiz.domain.rulings import (
    UnableToRule,
    ask_for_ruling,
    decide_on_ruling,
    drop_ruling,
    propose_ruling,
)
from quiz.domain.saving import save_answers
from quiz.domain.scoring import score_chunk, score_quiz
from quiz.domain.sitting import open_attempt, submit_attempt
from quiz.foresight import foresee, void_items
from quiz.models import Attempt, ItemVersion, Response, Ruling, ScoringRun
from quiz.queries import scores_of
from quiz.scoring import key_from_dict, score
from selection.domain.drawing import draw_up, rank_selection
from selection.foresight import basis_of
from selection.models import Entry, Selection
from tests.quiz.conftest import Hall

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def second(now: datetime) -> User:
    return make_user("second@dtt.example", Role.PROGRAMME_MANAGER, now=now)


@pytest.fixture
def scored(make_hall: Callable[..., Hall]) -> Hall:
    """Four people have sat, the n-th with the first n of five items right, and are scored."""
    hall = make_hall(people=4)
    for right, application in enumerate(hall.applications):
        sit(application, hall, right)
    score_now(hall, hall.quiz.closes_at)
    return hall


def sit(application: Application, hall: Hall, right: int) -> Attempt:
    attempt = open_attempt(
        quiz_id=hall.quiz.pk, application_id=application.pk, by=application.user, now=hall.opens_at
    )
    rows = attempt.responses.select_related("item_version").order_by("item_version_id")
    answers = [
        SavedAnswer(row.position, 1, full_marks(row.item_version) if n < right else WRONG)
        for n, row in enumerate(rows)
    ]
    save_answers(attempt_id=attempt.pk, answers=answers, now=hall.opens_at)
    return submit_attempt(attempt_id=attempt.pk, by=application.user, now=hall.opens_at)


WRONG = {"value": False}  # unreadable where no true or false is asked for


def full_marks(version: ItemVersion) -> dict[str, object]:
    candidates = [
        {"choice": "a"}, {"choices": ["a", "b"]}, {"value": True}, {"number": "42"}, {"text": "len"}
    ]  # fmt: skip
    key = key_from_dict(version.key)
    return next(answer for answer in candidates if score(key, answer).share == 1)


def score_now(hall: Hall, at: datetime) -> ScoringRun:
    run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=at)
    score_chunk(run_id=run.pk, first=1, last=2**40, now=at)
    run.refresh_from_db()
    return run


def agree(ruling: Ruling, hall: Hall, second: User, at: datetime) -> ScoringRun:
    ask_for_ruling(ruling_id=ruling.pk, by=hall.manager, now=at)
    decide_on_ruling(ruling_id=ruling.pk, approve=True, digest=ruling.digest, by=second, now=at)
    run = ScoringRun.objects.latest("pk")
    score_chunk(run_id=run.pk, first=1, last=2**40, now=at)
    run.refresh_from_db()
    return run


def void(hall: Hall, version: int, at: datetime) -> Ruling:
    return propose_ruling(
        quiz_id=hall.quiz.pk,
        item_version_id=version,
        effect="void",
        reason="Two answers are right.",
        by=hall.manager,
        now=at,
    )


def item_of(hall: Hall, person: int, nth: int) -> int:
    """The n-th item of somebody's paper, in the order in which `sit` answers."""
    attempt = Attempt.objects.get(application=hall.applications[person])
    versions = attempt.responses.order_by("item_version_id").values_list("item_version", flat=True)
    return list(versions)[nth]


def had(hall: Hall, version: int) -> set[int]:
    rows = Attempt.objects.filter(responses__item_version=version)
    return set(rows.values_list("application_id", flat=True))


def test_a_void_item_makes_a_new_run_and_harms_nobody_who_did_not_draw_it(
    scored: Hall, second: User
) -> None:
    at = scored.quiz.closes_at + HOUR
    before = scores_of(scored.cohort.pk)
    version = item_of(scored, 3, 0)

    run = agree(void(scored, version, at), scored, second, at)
    after = scores_of(scored.cohort.pk)

    others = set(before) - had(scored, version)
    assert (run.number, run.state, [r.number for r in run.rulings.all()]) == (2, "finished", [1])
    assert {key: after[key] for key in others} == {key: before[key] for key in others}
    assert verify("scoring", str(run.pk)).difference == ""
    assert verify("scoring", f"{scored.cohort.slug}/1").difference == ""


def test_what_was_foreseen_is_what_comes(scored: Hall, second: User) -> None:
    at = scored.quiz.closes_at + HOUR
    ruling = void(scored, item_of(scored, 3, 4), at)
    before = scores_of(scored.cohort.pk)

    foreseen = foresee(ruling)
    agree(ruling, scored, second, at)
    after = scores_of(scored.cohort.pk)

    assert foreseen is not None
    changed = {change.key: (change.before, change.after) for change in foreseen.changes.changes}
    assert changed == {
        key: (before[key], after[key]) for key in before if before[key] != after[key]
    }
    assert changed != {}


def wrong_key(version: ItemVersion) -> dict[str, object]:
    """A key under which the answer of `full_marks` is wrong."""
    match version.kind:
        case "truefalse":
            return {"kind": "truefalse", "answer": False}
        case "short":
            answers = [{"pattern": "xyz", "fraction": "1"}]
            return {"kind": "short", "answers": answers, "case_sensitive": False}
        case "numerical":
            answers = [{"low": "43", "high": "44", "fraction": "1"}]
            return {"kind": "numerical", "answers": answers, "units": {}}
    fractions = dict.fromkeys(version.key["fractions"], "0") | {"c": "1"}
    return {"kind": version.kind, "fractions": fractions}


def worth(keys: list[dict[str, object]], answer: object) -> Decimal:
    return max(score(key_from_dict(key), answer).share for key in keys)


@pytest.mark.parametrize("old_one_too", [False, True])
def test_another_key_counts_for_who_answered_so(
    make_hall: Callable[..., Hall], second: User, old_one_too: bool
) -> None:
    hall = make_hall(people=4)
    for application in hall.applications:
        sit(application, hall, right=3)
    version = ItemVersion.objects.get(pk=item_of(hall, 0, 0))
    keys = [version.key, wrong_key(version)] if old_one_too else [wrong_key(version)]
    only_now = {"choice": "c", "choices": ["c"], "value": False, "number": "43", "text": "xyz"}
    own = Response.objects.get(attempt__application=hall.applications[0], item_version=version)
    own.answer = {name: only_now[name] for name in own.answer}
    own.save()
    at = hall.quiz.closes_at
    score_now(hall, at)
    before = scores_of(hall.cohort.pk)
    answers = dict(
        Response.objects.filter(item_version=version).values_list("attempt__application", "answer")
    )
    ruling = propose_ruling(
        quiz_id=hall.quiz.pk,
        item_version_id=version.pk,
        effect="rekey",
        keys=keys,
        reason="The key was wrong.",
        by=hall.manager,
        now=at,
    )

    agree(ruling, hall, second, at)

    change = {key: worth(keys, a) - worth([version.key], a) for key, a in answers.items()}
    after = scores_of(hall.cohort.pk)
    assert after == {key: value + change.get(key, 0) for key, value in before.items()}
    assert change[hall.first.pk] == 1
    assert ItemVersion.objects.get(pk=version.pk).key == version.key


def test_a_later_ruling_takes_the_place_of_an_earlier_one(scored: Hall, second: User) -> None:
    at = scored.quiz.closes_at + HOUR
    version = item_of(scored, 3, 0)
    before = scores_of(scored.cohort.pk)
    agree(void(scored, version, at), scored, second, at)
    back = propose_ruling(
        quiz_id=scored.quiz.pk,
        item_version_id=version,
        effect="as-it-was",
        reason="The complaint was unfounded.",
        by=scored.manager,
        now=at,
    )

    run = agree(back, scored, second, at)

    assert (run.number, list(run.rulings.all())) == (3, [])
    assert scores_of(scored.cohort.pk) == before
    assert Ruling.objects.filter(state="in-force").count() == 2


def test_one_person_alone_rules_on_nothing(scored: Hall, second: User) -> None:
    at = scored.quiz.closes_at + HOUR
    ruling = void(scored, item_of(scored, 3, 0), at)

    with pytest.raises(UnableToRule, match="Nobody has asked"):
        decide_on_ruling(ruling_id=ruling.pk, approve=True, digest=ruling.digest, by=second, now=at)
    ask_for_ruling(ruling_id=ruling.pk, by=scored.manager, now=at)
    with pytest.raises(UnableToApprove, match="who asked cannot"):
        decide_on_ruling(
            ruling_id=ruling.pk, approve=True, digest=ruling.digest, by=scored.manager, now=at
        )
    Approval.objects.update(requested_by=second)
    with pytest.raises(UnableToRule, match="who proposed a ruling cannot"):
        decide_on_ruling(
            ruling_id=ruling.pk, approve=True, digest=ruling.digest, by=scored.manager, now=at
        )

    ruling.refresh_from_db()
    assert (ruling.state, ScoringRun.objects.count()) == ("proposed", 1)


def test_a_request_that_was_altered_is_void(scored: Hall, second: User) -> None:
    at = scored.quiz.closes_at + HOUR
    ruling = void(scored, item_of(scored, 3, 0), at)
    ask_for_ruling(ruling_id=ruling.pk, by=scored.manager, now=at)
    Approval.objects.update(payload=ruling.content | {"effect": "as-it-was"})

    with pytest.raises(UnableToApprove, match="has changed"):
        decide_on_ruling(ruling_id=ruling.pk, approve=True, digest=ruling.digest, by=second, now=at)

    assert Approval.objects.get().state == "void"
    assert ScoringRun.objects.count() == 1


def test_a_refused_or_dropped_proposal_changes_nothing(scored: Hall, second: User) -> None:
    at = scored.quiz.closes_at + HOUR
    ruling = void(scored, item_of(scored, 3, 0), at)
    ask_for_ruling(ruling_id=ruling.pk, by=scored.manager, now=at)
    decide_on_ruling(
        ruling_id=ruling.pk, approve=False, digest=ruling.digest, by=second, now=at, reason="No."
    )
    drop_ruling(ruling_id=ruling.pk, by=scored.manager, now=at)

    with pytest.raises(UnableToRule, match="no longer a proposal"):
        ask_for_ruling(ruling_id=ruling.pk, by=scored.manager, now=at)
    assert (Ruling.objects.get().state, ScoringRun.objects.count()) == ("dropped", 1)


def test_a_request_about_a_dropped_proposal_waits_no_more(scored: Hall, second: User) -> None:
    at = scored.quiz.closes_at + HOUR
    ruling = void(scored, item_of(scored, 3, 0), at)
    asked = ask_for_ruling(ruling_id=ruling.pk, by=scored.manager, now=at)

    drop_ruling(ruling_id=ruling.pk, by=scored.manager, now=at)

    asked.refresh_from_db()
    assert asked.state == "void"


def test_a_request_about_a_ruling_that_is_proposed_anew_waits_no_more(
    scored: Hall, second: User
) -> None:
    at = scored.quiz.closes_at + HOUR
    version = item_of(scored, 3, 0)
    asked = ask_for_ruling(ruling_id=void(scored, version, at).pk, by=scored.manager, now=at)

    void(scored, version, at)

    asked.refresh_from_db()
    assert asked.state == "void"


def test_what_a_ruling_says_cannot_be_changed_by_anybody(scored: Hall, second: User) -> None:
    at = scored.quiz.closes_at + HOUR
    ruling = void(scored, item_of(scored, 3, 0), at)
    agree(ruling, scored, second, at)
    attempts = [
        lambda: Ruling.objects.update(reason="another"),
        lambda: Ruling.objects.update(state="dropped"),
        lambda: Ruling.objects.all().delete(),
        lambda: ScoringRun.objects.latest("pk").rulings.clear(),
    ]
    refused = 0
    for attempt in attempts:
        try:
            with transaction.atomic():
                attempt()
        except DatabaseError:
            refused += 1
    assert refused == len(attempts)


@pytest.mark.parametrize(
    ("effect", "keys", "message"),
    [
        ("vanish", [], "Choose what"),
        ("rekey", [], "at least one accepted answer"),
        ("rekey", [{"kind": "short", "answers": []}], "not a key"),
        ("rekey", [{"kind": "numerical", "answers": [], "units": {}}], "not one for the kind"),
        ("rekey", [{"kind": "truefalse", "answer": "yes"}], "not a key"),
        ("rekey", [{"kind": "truefalse", "answer": True}], "counts like this already"),
        ("rekey", [{"kind": "truefalse", "answer": True}] * 21, "at most 20"),
        ("rekey", [["truefalse"]], "not a key"),
        ("as-it-was", [], "counts like this already"),
    ],
)
def test_what_makes_no_sense_is_refused(
    scored: Hall, effect: str, keys: list[dict[str, object]], message: str
) -> None:
    version = scored.quiz.pool.filter(kind="truefalse").first()

    with pytest.raises(UnableToRule, match=message):
        propose_ruling(
            quiz_id=scored.quiz.pk,
            item_version_id=version.pk,
            effect=effect,
            keys=keys,
            reason="Because.",
            by=scored.manager,
            now=scored.quiz.closes_at,
        )
    assert Ruling.objects.count() == 0


def test_every_paper_keeps_an_item_that_counts(scored: Hall, second: User) -> None:
    at = scored.quiz.closes_at + HOUR
    versions = list(scored.quiz.pool.values_list("pk", flat=True))
    for version in versions[:4]:
        agree(void(scored, version, at), scored, second, at)

    with pytest.raises(UnableToRule, match="left with none"):
        void(scored, versions[4], at)


def test_an_item_of_another_quiz_is_not_ruled_on_here(scored: Hall) -> None:
    with pytest.raises(UnableToRule, match="not in the quiz"):
        void(scored, 999_999, scored.quiz.closes_at)


def make_list(hall: Hall, places: int, at: datetime) -> Selection:
    Cohort.objects.filter(pk=hall.cohort.pk).update(places=places, places_with_ties=places)
    drawn = draw_up(cohort_id=hall.cohort.pk, step="bootcamp", by=hall.manager, now=at)
    return rank_selection(selection_id=drawn.pk, now=at)


def selected(drawn: Selection) -> set[int]:
    chosen = drawn.entries.filter(outcome=Entry.Outcome.SELECTED)
    return set(chosen.values_list("application", flat=True))


def test_who_was_foreseen_to_cross_the_line_crosses_it(
    make_hall: Callable[..., Hall], second: User
) -> None:
    hall = make_hall(people=4)
    for application in hall.applications:
        sit(application, hall, right=3)
    at = hall.quiz.closes_at
    score_now(hall, at)
    drawn = make_list(hall, 1, at)
    [first] = selected(drawn)
    paper = Attempt.objects.get(application=first).responses.order_by("item_version_id")
    version = paper.select_related("item_version")[0].item_version
    ruling = propose_ruling(
        quiz_id=hall.quiz.pk,
        item_version_id=version.pk,
        effect="rekey",
        keys=[wrong_key(version)],
        reason="The key was wrong.",
        by=hall.manager,
        now=at,
    )

    foreseen = foresee(ruling)
    agree(ruling, hall, second, at)
    [after] = selected(make_list(hall, 1, at))

    assert foreseen is not None
    [on_list] = foreseen.lists
    assert ([a.pk for a in on_list.into], [a.pk for a in on_list.out]) == ([after], [first])
    assert (after != first, on_list.basis.selection) == (True, drawn)


def test_the_list_room_can_ask_of_every_item_what_if_it_were_void(scored: Hall) -> None:
    at = scored.quiz.closes_at + HOUR
    drawn = make_list(scored, 1, at)
    basis = basis_of(drawn)

    asked = {
        what_if.title: basis.impact(before=what_if.before, after=what_if.after)
        for what_if in void_items(scored.cohort.pk)
    }

    ruled = {}
    for version in scored.quiz.pool.select_related("item"):
        foreseen = foresee(void(scored, version.pk, at))
        assert foreseen is not None
        ruled[f"Item {version.item.code} is void"] = foreseen.lists[0].impact
    assert asked
    assert asked == {title: ruled[title] for title in asked}
    assert not any(ruled[title].into or ruled[title].out for title in ruled if title not in asked)


def test_a_quiz_that_was_never_scored_has_nothing_to_foresee(hall: Hall, second: User) -> None:
    version = hall.quiz.pool.first()
    ruling = void(hall, version.pk, hall.opens_at)
    ask_for_ruling(ruling_id=ruling.pk, by=hall.manager, now=hall.opens_at)

    foreseen = foresee(ruling)
    decide_on_ruling(
        ruling_id=ruling.pk, approve=True, digest=ruling.digest, by=second, now=hall.opens_at
    )

    assert (foreseen, ScoringRun.objects.count()) == (None, 0)
    ruling.refresh_from_db()
    assert ruling.state == "in-force"


def test_nothing_is_decided_while_the_quiz_is_being_scored(scored: Hall, second: User) -> None:
    at = scored.quiz.closes_at + HOUR
    ruling = void(scored, item_of(scored, 3, 0), at)
    other = void(scored, item_of(scored, 3, 1), at)
    for one in (ruling, other):
        ask_for_ruling(ruling_id=one.pk, by=scored.manager, now=at)
    decide_on_ruling(ruling_id=ruling.pk, approve=True, digest=ruling.digest, by=second, now=at)

    with pytest.raises(UnableToRule, match="being scored"):
        decide_on_ruling(ruling_id=other.pk, approve=True, digest=other.digest, by=second, now=at)

    states = list(Approval.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["approved", "requested"]


def test_a_mark_that_was_tampered_with_is_found(scored: Hall) -> None:
    run = ScoringRun.objects.get()
    one = run.scores.order_by("attempt").last()
    run.scores.filter(pk=one.pk).update(score=Decimal("4.5"))

    verdict = verify("scoring", str(run.pk))

    assert verdict.difference == (
        f"attempt {one.attempt_id}: score recomputed {one.score}, stored 4.5000"
    )
