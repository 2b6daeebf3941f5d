"""Keep the deadline on the row of an attempt true to the facts it follows from.

Every verb that changes such a fact locks the attempt, writes the fact and calls `keep_time`. The
deadline itself is worked out by `quiz.clock`, and nowhere else.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from accounts.domain import audit
from accounts.models import User
from quiz.clock import Facts, Span, deadline_of
from quiz.models import Attempt, ExtraTime, GivenTime, Pause, Quiz


def first_facts(
    quiz: Quiz, *, started_at: datetime, factor: Decimal = Decimal(1), given: int = 0
) -> Facts:
    """The facts of an attempt that starts at this instant, `given` in minutes."""
    return Facts(
        started_at=started_at,
        minutes=quiz.minutes,
        window_ends_at=quiz.closes_at,
        factor=factor,
        given=timedelta(minutes=given),
    )


def time_factor(application_id: int) -> Decimal:
    """The factor on this person's minutes; 1 unless extra time was granted."""
    granted = ExtraTime.objects.filter(application_id=application_id)
    return granted.values_list("factor", flat=True).first() or Decimal(1)


def facts_of(attempts: Collection[Attempt]) -> dict[int, Facts]:
    """The facts of these attempts of one quiz, in three queries however many they are."""
    ids = [attempt.pk for attempt in attempts]
    applications = [attempt.application_id for attempt in attempts]
    granted = ExtraTime.objects.filter(application__in=applications)
    factors = dict(granted.values_list("application_id", "factor"))
    sums = GivenTime.objects.filter(attempt__in=ids).values_list("attempt").order_by("attempt")
    given = dict(sums.annotate(Sum("minutes")))
    pauses: dict[int, list[Span]] = defaultdict(list)
    for pause in Pause.objects.filter(attempt__in=ids):
        pauses[pause.attempt_id].append(Span(pause.started_at, pause.ended_at or pause.until))
    return {
        attempt.pk: Facts(
            started_at=attempt.started_at,
            minutes=attempt.quiz.minutes,
            window_ends_at=attempt.quiz.closes_at,
            factor=factors.get(attempt.application_id, Decimal(1)),
            given=timedelta(minutes=given.get(attempt.pk, 0)),
            pauses=tuple(pauses[attempt.pk]),
        )
        for attempt in attempts
    }


def keep_time(
    attempts: Collection[Attempt], *, by: User | None, now: datetime, reason: str = ""
) -> int:
    """Write the deadline that follows from the facts; return how many attempts it moved.

    The rows are locked by the caller, each with its quiz and cohort. Void and scored attempts are
    not among them. State and pause of each attempt are written too.
    """
    facts = facts_of(attempts)
    moved = []
    for attempt in attempts:
        before = attempt.deadline_at
        attempt.deadline_at = deadline_of(facts[attempt.pk])
        attempt.saves_until = attempt.deadline_at + attempt.quiz.grace
        if attempt.deadline_at != before:
            moved.append(
                audit.event(
                    attempt,
                    "move-deadline",
                    by=by,
                    now=now,
                    before={"deadline": before.isoformat()},
                    after={"deadline": attempt.deadline_at.isoformat()},
                    reason=reason,
                )
            )
    _write(attempts)
    audit.record_many(moved)
    return len(moved)


def _write(attempts: Iterable[Attempt]) -> None:
    """One statement for all: an outage concerns everybody who sits."""
    rows = [
        (
            attempt.pk,
            attempt.deadline_at,
            attempt.saves_until,
            attempt.state,
            attempt.closed_at,
            attempt.submitted_at,
            attempt.paused_until,
            attempt.reopened,
        )
        for attempt in attempts
    ]
    if not rows:
        return
    ids, *columns = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE quiz_attempt AS attempt
            SET deadline_at = new.deadline_at, saves_until = new.saves_until, state = new.state,
                closed_at = new.closed_at, submitted_at = new.submitted_at,
                paused_until = new.paused_until, reopened = new.reopened
            FROM unnest(
                %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::timestamptz[],
                %s::timestamptz[], %s::timestamptz[], %s::smallint[]
            ) AS new (id, deadline_at, saves_until, state, closed_at, submitted_at, paused_until,
                      reopened)
            WHERE attempt.id = new.id
            """,
            [list(ids), *(list(column) for column in columns)],
        )
