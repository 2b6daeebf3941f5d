"""Start and submit: what a person does with an attempt, besides answering (`saving`)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.bulk import new_ids
from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.models import Application, Stage
from notifications.domain.outbox import Telling, queue
from notifications.moments import say_instant
from quiz.clock import deadline_of
from quiz.dealing import dealt
from quiz.domain.timekeeping import first_facts
from quiz.models import ABSENT, Attempt, ExtraTime, Quiz, QuizItem, Response
from quiz.papers import Blueprint, Cell, Paper, PoolItem, draw
from quiz.pooling import pool_item

READ_TO_START = (
    *("reference", "stage", "user", "extra_time__factor"),
    *("cohort__quiz_opens_at", "cohort__quiz_closes_at"),
    *("cohort__quiz__minutes", "cohort__quiz__grace_seconds", "cohort__quiz__paper_seed"),
)
"""Of all that an application and its cohort hold."""


class UnableToSit(Refused):
    """The quiz cannot be started; the message says why."""


def open_attempt(*, quiz_id: int, application_id: int, by: User, now: datetime) -> Attempt:
    """Start, or return the attempt of this application that counts.

    The application's row is locked first, so two tabs that start at once get one attempt.

    Raises:
        UnableToSit: the quiz is not open now, or this application may not sit it.
    """
    with transaction.atomic():
        application = (
            Application.objects.select_for_update(of=("self",))
            .select_related("cohort__quiz", "extra_time")
            .only(*READ_TO_START)
            .get(pk=application_id, cohort__quiz=quiz_id)
        )
        quiz = application.cohort.quiz
        quiz.cohort = application.cohort
        _require_present(application)
        sat = Attempt.objects.filter(quiz=quiz, application=application)
        earlier = list(sat.order_by("pk").values_list("pk", "state"))
        for pk, state in earlier:
            if state != Attempt.State.VOID:
                return sat.get(pk=pk)
        _require_startable(quiz, application, now)
        extra: ExtraTime | None = getattr(application, "extra_time", None)
        factor = extra.factor if extra else Decimal(1)
        deadline_at = deadline_of(first_facts(quiz, started_at=now, factor=factor))
        attempt = Attempt(
            pk=new_ids(Attempt, 1)[0],
            quiz=quiz,
            application=application,
            number=len(earlier) + 1,
            started_at=now,
            deadline_at=deadline_at,
            saves_until=deadline_at + quiz.grace,
        )
        attempt.seed = paper_seed(quiz, application.reference, attempt.number)
        _insert(attempt, paper_of(attempt))
        told = {"deadline": deadline_at.isoformat()}
        audit.record_many([audit.event(attempt, "open-attempt", by=by, now=now, after=told)])
        return attempt


def submit_attempt(
    *, attempt_id: int, by: User, now: datetime, only_if_over: bool = False
) -> Attempt:
    """Close the attempt by its owner's will; doing so twice changes nothing.

    After `saves_until` there is nothing left to submit: the attempt is closed as the sweep would.
    While the clock stands still nothing is closed.

    Args:
        only_if_over: the page asks and not its person, because it believes that the time is over.
            If more has been given meanwhile, nothing is closed.
    """
    with transaction.atomic():
        attempt = (
            Attempt.objects.select_for_update(of=("self",))
            .select_related("application__cohort", "application__user")
            .get(pk=attempt_id)
        )
        if not attempt.is_open or attempt.is_paused(now):
            return attempt
        if only_if_over and now < attempt.deadline_at:
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
    run = f"quiz:{application.reference}:{attempt.number}"
    return Telling(
        person=application.user,
        kind=kind,
        run=f"{run}:closed-{attempt.reopened}" if attempt.reopened else run,
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


def _insert(attempt: Attempt, paper: Paper) -> None:
    """Insert the attempt and the items of its paper, numbered from 1, in one statement.

    Written by hand: everybody starts at once, and this takes a fifth of `bulk_create`'s time.
    """
    fields = Attempt._meta.concrete_fields
    columns = ", ".join(str(field.column) for field in fields)
    parameters: list[Any] = [
        field.get_db_prep_save(getattr(attempt, field.attname), connection) for field in fields
    ]
    for position, item in enumerate(paper.items, start=1):
        parameters += [position, item.key, list(item.choices)]
    items = ", ".join(["(%s::smallint, %s::bigint, %s::varchar[])"] * len(paper.items))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH started AS (
                INSERT INTO quiz_attempt ({columns})
                VALUES ({", ".join(["%s"] * len(fields))}) RETURNING id
            ), paper (position, item_version_id, choice_order) AS (
                VALUES {items}
            )
            INSERT INTO quiz_response
                (attempt_id, position, item_version_id, choice_order, sequence, late)
            SELECT started.id, paper.position, paper.item_version_id, paper.choice_order, 0, false
            FROM started, paper
            """,  # noqa: S608 - names of our own columns, and placeholders
            parameters,
        )
    attempt._state.adding = False


def _require_present(application: Application) -> None:
    if application.stage in ABSENT:
        raise UnableToSit(_("The quiz is for applications that have been found eligible."))


def _require_startable(quiz: Quiz, application: Application, now: datetime) -> None:
    if application.stage != Stage.ELIGIBLE:
        raise UnableToSit(_("The quiz is for applications that have been found eligible."))
    if now < quiz.opens_at:
        raise UnableToSit(_("The quiz opens on %(at)s.") % {"at": say_instant(quiz.opens_at)})
    if now >= quiz.closes_at:
        raise UnableToSit(_("The quiz closed on %(at)s.") % {"at": say_instant(quiz.closes_at)})
