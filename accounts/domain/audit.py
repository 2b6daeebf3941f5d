"""The trail: who did what to which object, written in the transaction of the change."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import models

from accounts.bulk import insert_rows
from accounts.models import AuditEvent, User
from accounts.trail import Fact

# Where the request that is being answered came from. The one fact of the edge that every event
# carries; as an argument it would pass through every verb of the house to no purpose.
_address: ContextVar[str | None] = ContextVar("address", default=None)


_from_json = json.JSONDecoder(parse_float=str, parse_constant=str).decode


@contextmanager
def acting_from(address: str | None) -> Iterator[None]:
    """Let the events of this block say from which network address they were caused."""
    token = _address.set(address.partition("%")[0] if address else None)  # fe80::1%eth0
    try:
        yield
    finally:
        _address.reset(token)


def record(
    subject: models.Model,
    verb: str,
    *,
    by: User | None,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Write one event. `by` is None when the system's clock acted."""
    return AuditEvent.objects.create(
        **event(subject, verb, by=by, now=now, before=before, after=after, reason=reason)
    )


def record_many(events: list[dict[str, Any]]) -> None:
    """Write the events that `event` describes, in one statement."""
    insert_rows(AuditEvent, map(_row, events))


def event(
    subject: models.Model,
    verb: str,
    *,
    by: User | None,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> dict[str, Any]:
    """Describe an event for `record_many`."""
    fact = Fact(
        at=now,
        actor=by.pk if by else None,
        verb=verb,
        object_type=subject._meta.label_lower,
        object_id=str(subject.pk),
        before=_plain(before),
        after=_plain(after),
        reason=reason,
        ip=_address.get(),
    )
    return {
        "at": fact.at,
        "actor": by,
        "verb": fact.verb,
        "object_type": fact.object_type,
        "object_id": fact.object_id,
        "before": fact.before,
        "after": fact.after,
        "reason": fact.reason,
        "ip": fact.ip,
        "digest": fact.digest(),
    }


def _plain(said: dict[str, Any] | None) -> dict[str, Any]:
    """As the database will give it back; a binary float would come back spelt otherwise."""
    if not said:
        return {}
    plain: dict[str, Any] = _from_json(json.dumps(said))
    return plain


def _row(event: dict[str, Any]) -> dict[str, Any]:
    actor = event["actor"]
    said = {name: value for name, value in event.items() if name != "actor"}
    return said | {"actor_id": actor.pk if actor else None}


def fact_of(row: AuditEvent) -> Fact:
    """What a stored event says."""
    return Fact(
        at=row.at,
        actor=row.actor_id,
        verb=row.verb,
        object_type=row.object_type,
        object_id=row.object_id,
        before=row.before,
        after=row.after,
        reason=row.reason,
        ip=row.ip,
    )
