"""Scores from which a list was published stand; a reset that waits holds the list back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.domain.approvals import decide
from accounts.models import User
from applications.domain.locking import InputLocked, ask_unlock
from applications.models import Application, InputLock
from dtt.play.selection import approve
from quiz.domain.arrangements import ask_for_reset, pending_resets, void_attempt
from quiz.domain.giving_back import extend_window, give_minutes, give_outage_back
from quiz.domain.rulings import ask_for_ruling, decide_on_ruling
from quiz.domain.scoring import score_chunk, score_quiz
from quiz.domain.sitting import open_attempt
from quiz.models import Attempt, Ruling, ScoringRun
from quiz.queries import scores_of
from selection import pending
from selection.domain.publishing import publish_selection
from selection.models import Selection
from tests.quiz.conftest import Hall
from tests.quiz.test_rulings import (  # noqa: F401 - fixtures
    agree,
    item_of,
    make_list,
    score_now,
    scored,
    second,
    void,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def publish(hall: Hall, second: User, at: datetime) -> Selection:  # noqa: F811
    drawn = make_list(hall, 1, at)
    approve(drawn, by=hall.manager, approver=second, now=at)
    return publish_selection(selection_id=drawn.pk, by=hall.manager, now=at)


def open_scores(hall: Hall, second: User, at: datetime) -> None:  # noqa: F811
    lock = InputLock.objects.get(cohort=hall.cohort, part="quiz")
    asked = ask_unlock(lock_id=lock.pk, reason="Item 3 was wrong.", by=hall.manager, now=at)
    decide(approval_id=asked.pk, approve=True, digest=asked.digest, by=second, now=at)


def test_after_publication_no_key_counts_otherwise_until_two_people_open_it(
    scored: Hall,  # noqa: F811
    second: User,  # noqa: F811
) -> None:
    at = scored.quiz.closes_at + HOUR
    ruling = void(scored, item_of(scored, 3, 0), at)  # three of five right: the share changes
    ask_for_ruling(ruling_id=ruling.pk, by=scored.manager, now=at)
    published, before = publish(scored, second, at), scores_of(scored.cohort.pk)

    with pytest.raises(InputLocked, match="“Answers, keys and scores of the quiz” is locked"):
        decide_on_ruling(ruling_id=ruling.pk, approve=True, digest=ruling.digest, by=second, now=at)
    with pytest.raises(InputLocked):
        ask_for_ruling(ruling_id=ruling.pk, by=scored.manager, now=at)
    ruling.refresh_from_db()
    assert (ruling.state, scores_of(scored.cohort.pk)) == (Ruling.State.PROPOSED, before)

    open_scores(scored, second, at)
    run = agree(ruling, scored, second, at)

    assert (run.state, scores_of(scored.cohort.pk) != before) == (ScoringRun.State.FINISHED, True)
    result = published.result_digest
    published.refresh_from_db()
    assert (published.state, published.result_digest) == ("published", result)


def test_no_attempt_is_given_time_or_made_void_after_publication(
    scored: Hall,  # noqa: F811
    second: User,  # noqa: F811
) -> None:
    at = scored.quiz.closes_at + HOUR
    attempt = Attempt.objects.order_by("pk").first()
    assert attempt is not None
    publish(scored, second, at)
    words = {"reason": "The network failed.", "by": scored.manager, "now": at + HOUR}
    before = list(Attempt.objects.order_by("pk").values_list("pk", "state", "score"))

    with pytest.raises(InputLocked):
        give_minutes(attempt_id=attempt.pk, minutes=5, **words)
    with pytest.raises(InputLocked):
        give_outage_back(quiz_id=scored.quiz.pk, began_at=at - HOUR, ended_at=at, **words)
    with pytest.raises(InputLocked):
        extend_window(quiz_id=scored.quiz.pk, closes_at=at + 2 * HOUR, **words)
    with pytest.raises(InputLocked):
        void_attempt(attempt_id=attempt.pk, **words)
    with pytest.raises(InputLocked):
        ask_for_reset(attempt_id=attempt.pk, evidence="Ticket 7", **words)

    assert list(Attempt.objects.order_by("pk").values_list("pk", "state", "score")) == before


def test_scoring_again_what_has_not_changed_is_no_change(scored: Hall, second: User) -> None:  # noqa: F811
    at = scored.quiz.closes_at + HOUR
    publish(scored, second, at)

    run = score_quiz(quiz_id=scored.quiz.pk, by=scored.manager, now=at + HOUR)

    assert (run.number, run.state) == (1, ScoringRun.State.FINISHED)


def test_a_run_that_was_going_on_while_a_list_was_published_counts_for_nothing(
    scored: Hall,  # noqa: F811
    second: User,  # noqa: F811
) -> None:
    at = scored.quiz.closes_at + HOUR
    drawn = make_list(scored, 1, at)
    approve(drawn, by=scored.manager, approver=second, now=at)
    ruling = void(scored, item_of(scored, 0, 0), at)
    ask_for_ruling(ruling_id=ruling.pk, by=scored.manager, now=at)
    decide_on_ruling(ruling_id=ruling.pk, approve=True, digest=ruling.digest, by=second, now=at)
    before = scores_of(scored.cohort.pk)
    publish_selection(selection_id=drawn.pk, by=scored.manager, now=at)
    run = ScoringRun.objects.latest("pk")

    score_chunk(run_id=run.pk, first=1, last=2**40, now=at)

    run.refresh_from_db()
    assert (run.state, scores_of(scored.cohort.pk)) == (ScoringRun.State.FAILED, before)
    assert "is locked since" in run.trouble


def test_a_reset_that_waits_for_a_second_person_holds_the_list_back(
    make_hall: Callable[..., Hall],
    second: User,  # noqa: F811
) -> None:
    hall = make_hall(people=2)
    for application in hall.applications:
        open_attempt(
            quiz_id=hall.quiz.pk,
            application_id=application.pk,
            by=application.user,
            now=hall.quiz.closes_at - HOUR,
        )
    at = hall.quiz.closes_at + HOUR
    first = Attempt.objects.get(application=hall.first)
    asked = ask_for_reset(
        attempt_id=first.pk, reason="It froze.", evidence="Ticket 7", by=hall.manager, now=at
    )
    score_now(hall, at)
    drawn = make_list(hall, 1, at)

    def waits(now: datetime) -> list[tuple[str, list[Application]]]:
        return [(m.title, list(m.applications)) for m in pending.matters_of(drawn, now)]

    title = "A reset of a quiz attempt waits for a second person"
    assert waits(at) == [(title, [hall.first])]
    assert waits(asked.expires_at - timedelta(seconds=1)) == [(title, [hall.first])]
    assert waits(asked.expires_at) == []
    assert pending_resets(hall.cohort.pk + 1, at) == frozenset()
