"""Start, save, submit: what a person does with an attempt."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.models import Application, Stage
from notifications.domain.outbox import Telling, queue
from notifications.moments import say_instant
from quiz.answers import Answer, SavedAnswer
from quiz.dealing import dealt
from quiz.models import Attempt, ExtraTime, Quiz, QuizItem, Response
from quiz.papers import Blueprint, Cell, Paper, PoolItem, draw
from quiz.pooling import pool_item


class UnableToSit(Refused):
    """The quiz cannot be started; the message says why."""


class Saved(StrEnum):
    """What became of one answer that was sent."""

    SAVED = "saved"
    STALE = "stale"  # a newer one is saved already
    REFUSED = "refused"  # too late, or there is no such number on the paper


@dataclass(frozen=True, slots=True)
class SaveResult:
    """The outcome for one position; for a stale answer also what is saved instead."""

    position: int
    state: Saved
    sequence: int = 0
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a save did, and how long the attempt still takes answers.

    Attributes:
        open: whether the attempt took answers at `now`.
        remaining: until the deadline, never negative.
    """

    results: tuple[SaveResult, ...]
    open: bool
    remaining: timedelta


def open_attempt(*, quiz_id: int, application_id: int, by: User, now: datetime) -> Attempt:
    """Start, or return the attempt of this application that counts.

    The application's row is locked first, so two tabs that start at once get one attempt.

    Raises:
        UnableToSit: the quiz is not open now, or this application may not sit it.
    """
    with transaction.atomic():
        application = (
            Application.objects.select_for_update(of=("self",))
            .select_related("cohort")
            .get(pk=application_id)
        )
        quiz = Quiz.objects.get(pk=quiz_id, cohort_id=application.cohort_id)
        quiz.cohort = application.cohort
        earlier = list(Attempt.objects.filter(quiz=quiz, application=application))
        for attempt in earlier:
            if attempt.state != Attempt.State.VOID:
                return attempt
        _require_startable(quiz, application, now)
        deadline_at = deadline(quiz, started_at=now, factor=time_factor(application_id))
        attempt = Attempt(
            quiz=quiz,
            application=application,
            number=len(earlier) + 1,
            started_at=now,
            deadline_at=deadline_at,
            saves_until=deadline_at + quiz.grace,
        )
        attempt.seed = paper_seed(quiz, application.reference, attempt.number)
        attempt.save(force_insert=True)
        _lay_out(attempt, paper_of(attempt))
        audit.record(
            attempt, "open-attempt", by=by, now=now, after={"deadline": deadline_at.isoformat()}
        )
        return attempt


def save_answers(*, attempt_id: int, answers: Sequence[SavedAnswer], now: datetime) -> Receipt:
    """Save changes; each position by itself, and never an older one over a newer one.

    One statement: it locks the attempt's row against closing, looks at the clock and writes what
    is newer. A second one looks up what was not written.

    Args:
        answers: at most one for each position.

    Raises:
        Attempt.DoesNotExist: there is no such attempt.
    """
    sitting, written = _write_newer(attempt_id, answers, now=now)
    if not takes_answers(sitting, now):
        refused = tuple(SaveResult(save.position, Saved.REFUSED) for save in answers)
        return Receipt(refused, open=False, remaining=timedelta(0))
    missed = [save for save in answers if save.position not in written]
    kept = _kept(attempt_id, missed) if missed else {}
    return Receipt(
        tuple(
            SaveResult(save.position, Saved.SAVED, save.sequence)
            if save.position in written
            else _not_written(save, kept.get(save.position))
            for save in answers
        ),
        open=True,
        remaining=max(sitting.deadline_at - now, timedelta(0)),
    )


def submit_attempt(*, attempt_id: int, by: User, now: datetime) -> Attempt:
    """Close the attempt by its owner's will; doing so twice changes nothing.

    After `saves_until` there is nothing left to submit: the attempt is closed as the sweep would.
    """
    with transaction.atomic():
        attempt = (
            Attempt.objects.select_for_update(of=("self",))
            .select_related("application__cohort", "application__user")
            .get(pk=attempt_id)
        )
        if not attempt.is_open:
            return attempt
        in_time = now < attempt.saves_until
        attempt.state = Attempt.State.SUBMITTED
        attempt.closed_at = now
        attempt.submitted_at = now if in_time else None
        attempt.save(update_fields=["state", "closed_at", "submitted_at"])
        audit.record(attempt, "submit-attempt" if in_time else "close-attempt", by=by, now=now)
        kind = "quiz-received" if in_time else "quiz-closed"
        queue([telling(attempt, kind, counts=answered_counts([attempt.pk]))], now=now)
        return attempt


def takes_answers(attempt: Attempt, now: datetime) -> bool:
    """Whether an answer that arrives at `now` is still accepted."""
    return attempt.is_open and now < attempt.saves_until


def deadline(quiz: Quiz, *, started_at: datetime, factor: Decimal = Decimal(1)) -> datetime:
    """When an attempt ends: after its minutes, or with the window.

    Extra minutes are extra at both ends: who has them may also use them after the window.
    """
    minutes = timedelta(minutes=quiz.minutes)
    extra = timedelta(minutes=float(quiz.minutes * (factor - 1)))
    return min(started_at + minutes + extra, quiz.closes_at + extra)


def time_factor(application_id: int) -> Decimal:
    """The factor on this person's minutes; 1 unless extra time was granted."""
    granted = ExtraTime.objects.filter(application_id=application_id)
    return granted.values_list("factor", flat=True).first() or Decimal(1)


def paper_seed(quiz: Quiz, reference: str, number: int) -> str:
    """The seed of one attempt's paper, derived from that of the quiz."""
    return sha256(f"{quiz.paper_seed}\x1f{reference}\x1f{number}".encode()).hexdigest()


def paper_of(attempt: Attempt) -> Paper:
    """Draw the attempt's paper; drawn again, years later, it is the same."""
    blueprint, pool = _blueprint_and_pool(attempt.quiz_id, attempt.quiz.paper_seed)
    cards = dealt(blueprint, pool, seed=attempt.quiz.paper_seed, number=attempt.pk)
    return draw(blueprint, cards, attempt.seed)


def answered_counts(attempt_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many answers and how many items each attempt has."""
    rows = (
        Response.objects.filter(attempt_id__in=attempt_ids)
        .values_list("attempt_id")
        .annotate(answered=Count("answer"), items=Count("pk"))
        .order_by("attempt_id")
    )
    return {attempt_id: (answered, items) for attempt_id, answered, items in rows}


def telling(attempt: Attempt, kind: str, *, counts: dict[int, tuple[int, int]]) -> Telling:
    """The message about a closed attempt."""
    application = attempt.application
    answered, items = counts[attempt.pk]
    return Telling(
        person=application.user,
        kind=kind,
        run=f"quiz:{application.reference}:{attempt.number}",
        variables={
            "name": application.called,
            "cohort": application.cohort,
            "reference": application.reference,
            "answered": answered,
            "items": items,
            "closed_at": attempt.closed_at,
            "deadline_at": attempt.deadline_at,
            "shortlist_at": application.cohort.shortlist_at,
        },
    )


@lru_cache(maxsize=16)
def _blueprint_and_pool(quiz_id: int, seed: str) -> tuple[Blueprint, tuple[PoolItem, ...]]:
    """Read once in each process: both are fixed from the first attempt on.

    The seed commits to both (see `set_up_quiz`), so a quiz that was set up anew is read anew.
    """
    quiz = Quiz.objects.get(pk=quiz_id)
    cells = tuple(Cell(cell.topic, cell.difficulty, cell.count) for cell in quiz.cells.all())
    rows = QuizItem.objects.filter(quiz=quiz).select_related("item_version__item")
    pool = tuple(pool_item(row.item_version) for row in rows.order_by("item_version_id"))
    return Blueprint(cells), pool


def _lay_out(attempt: Attempt, paper: Paper) -> None:
    """Insert the items of the paper, numbered from 1, in one statement.

    Written by hand: everybody starts at once, and this takes a fifth of `bulk_create`'s time.
    """
    values = ", ".join(["(%s, %s, %s, %s::varchar[], 0, false)"] * len(paper.items))
    parameters: list[Any] = []
    for position, item in enumerate(paper.items, start=1):
        parameters += [attempt.pk, position, item.key, list(item.choices)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO quiz_response"  # noqa: S608 - `values` holds placeholders only
            " (attempt_id, position, item_version_id, choice_order, sequence, late)"
            f" VALUES {values}",
            parameters,
        )


def _write_newer(
    attempt_id: int, answers: Sequence[SavedAnswer], *, now: datetime
) -> tuple[Attempt, set[int]]:
    """Write the answers whose sequence is higher than what is saved.

    Returns:
        The attempt as it was under the lock (its state and its times alone), and the positions
        that were written.
    """
    if not answers:
        times = Attempt.objects.only("state", "deadline_at", "saves_until")
        return times.get(pk=attempt_id), set()
    values = ", ".join(["(%s::smallint, %s::bigint, %s::jsonb)"] * len(answers))
    parameters: list[Any] = [attempt_id]
    for save in answers:
        # An answer that was taken back is no answer: a null of SQL, not JSON's.
        content = None if save.answer is None else json.dumps(save.answer, ensure_ascii=False)
        parameters += [save.position, save.sequence, content]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH sitting AS (
                SELECT id, state, deadline_at, saves_until
                FROM quiz_attempt WHERE id = %s FOR NO KEY UPDATE
            ), sent (position, sequence, answer) AS (
                VALUES {values}
            ), written AS (
                UPDATE quiz_response AS saved
                SET answer = sent.answer, sequence = sent.sequence,
                    saved_at = %s, late = %s >= sitting.deadline_at
                FROM sitting, sent
                WHERE sitting.state = 'open' AND %s < sitting.saves_until
                  AND saved.attempt_id = sitting.id
                  AND saved.position = sent.position
                  AND saved.sequence < sent.sequence
                RETURNING saved.position
            )
            SELECT state, deadline_at, saves_until, ARRAY(SELECT position FROM written)
            FROM sitting
            """,  # noqa: S608 - `values` holds placeholders only
            [*parameters, now, now, now],
        )
        row = cursor.fetchone()
    if row is None:
        raise Attempt.DoesNotExist
    state, deadline_at, saves_until, written = row
    sitting = Attempt(pk=attempt_id, state=state, deadline_at=deadline_at, saves_until=saves_until)
    return sitting, set(written)


def _kept(attempt_id: int, saves: Sequence[SavedAnswer]) -> dict[int, Response]:
    positions = [save.position for save in saves]
    rows = Response.objects.filter(attempt_id=attempt_id, position__in=positions)
    return {response.position: response for response in rows}


def _not_written(save: SavedAnswer, kept: Response | None) -> SaveResult:
    if kept is None:
        return SaveResult(save.position, Saved.REFUSED)
    # The same change sent twice, because its first receipt was lost on the way, is saved.
    again = (kept.sequence, kept.answer) == (save.sequence, save.answer)
    state = Saved.SAVED if again else Saved.STALE
    return SaveResult(save.position, state, kept.sequence, kept.answer)


def _require_startable(quiz: Quiz, application: Application, now: datetime) -> None:
    if application.stage != Stage.ELIGIBLE:
        raise UnableToSit(_("The quiz is for applications that have been found eligible."))
    if now < quiz.opens_at:
        raise UnableToSit(_("The quiz opens on %(at)s.") % {"at": say_instant(quiz.opens_at)})
    if now >= quiz.closes_at:
        raise UnableToSit(_("The quiz closed on %(at)s.") % {"at": say_instant(quiz.closes_at)})
