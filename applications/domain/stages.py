"""The one function that moves applications from stage to stage."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.lifecycle import MOVES, Move
from applications.models import Application, Stage

Arrival = Callable[[list[Application], User | None, datetime], None]
"""After these applications have come into stages that a room watches, in the same transaction and
with their rows locked."""

_arrivals: dict[str, tuple[frozenset[Stage], Arrival]] = {}


class UnableToMove(Refused):
    """An application is not in a stage from which the move is possible."""


def register_arrival(name: str, *, into: Collection[Stage], arrive: Arrival) -> None:
    """Let a room follow who comes into these stages from others; a name again replaces it."""
    _arrivals[name] = frozenset(into), arrive


def advance(
    *,
    application_ids: Collection[int],
    move: Move,
    by: User | None,
    now: datetime,
    reason: str = "",
) -> list[Application]:
    """Make one move with one or many applications: all of them or none.

    The rows are locked in the order of their ids before any stage is looked at.

    Raises:
        UnableToMove: at least one is not where the move starts.
    """
    with transaction.atomic():
        rows = list(
            Application.objects.select_for_update(of=("self",))
            .filter(pk__in=application_ids)
            .select_related("user")
            .order_by("pk")
        )
        return advance_locked(rows, move=move, by=by, now=now, reason=reason)


def advance_locked(
    rows: list[Application],
    *,
    move: Move,
    by: User | None,
    now: datetime,
    reason: str = "",
    into: Application | None = None,
) -> list[Application]:
    """Make one move with applications that the caller has locked in this transaction.

    Args:
        into: with `Move.MERGE`, the application that goes on.

    Raises:
        UnableToMove: at least one is not where the move starts; none is moved.
    """
    events = _events(rows, move, by=by, now=now, reason=reason)
    target = MOVES[move][1]
    came_from = {row.pk: row.stage for row in rows}
    leaves = target == Stage.WITHDRAWN
    Application.objects.filter(pk__in=[row.pk for row in rows]).update(
        stage=target,
        version=F("version") + 1,
        withdrawn_at=now if leaves else None,
        withdrawn_from=F("stage") if leaves else "",
        merged_into=into,
    )
    for application in rows:
        application.withdrawn_at = now if leaves else None
        application.withdrawn_from = application.stage if leaves else ""
        application.merged_into = into
        application.stage = target
        application.version += 1
    audit.record_many(events)
    for watched, arrive in _arrivals.values():
        arrived = [row for row in rows if came_from[row.pk] not in watched]
        if target in watched and arrived:
            arrive(arrived, by, now)
    return rows


def advance_unsaved(
    rows: list[Application], *, move: Move, by: User | None, now: datetime
) -> list[dict[str, Any]]:
    """Make one move with applications that the caller is about to insert; return its events.

    They have their ids, and nobody else can see them: there is nothing to lock or to update. The
    caller records the events after the rows.

    Raises:
        UnableToMove: at least one is not where the move starts; none is moved.
    """
    events = _events(rows, move, by=by, now=now)
    for application in rows:
        application.stage = MOVES[move][1]
        application.version += 1
    return events


def _events(
    rows: list[Application], move: Move, *, by: User | None, now: datetime, reason: str = ""
) -> list[dict[str, Any]]:
    """What the trail says about a move that is possible for all of them."""
    sources, target = MOVES[move]
    for application in rows:
        if application.stage not in sources:
            raise UnableToMove(
                _(
                    "This is no longer possible: the state of application %(reference)s is now "
                    "“%(stage)s”. Nothing was changed."
                )
                % {"reference": application.reference, "stage": application.get_stage_display()}
            )
    return [
        audit.event(
            application,
            move.value,
            by=by,
            now=now,
            before={"stage": application.stage},
            after={"stage": target.value},
            reason=reason,
        )
        for application in rows
    ]


def stage_of(application_id: int) -> Stage:
    """The stage as it is in the database now."""
    return Stage(Application.objects.values_list("stage", flat=True).get(pk=application_id))
