"""The trail: who did what to which object, written in the transaction of the change."""

from datetime import datetime
from typing import Any

from django.db import models

from accounts.models import AuditEvent, User


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
    AuditEvent.objects.bulk_create([AuditEvent(**fields) for fields in events], batch_size=1000)


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
    return {
        "at": now,
        "actor": by,
        "verb": verb,
        "object_type": subject._meta.label_lower,
        "object_id": str(subject.pk),
        "before": before or {},
        "after": after or {},
        "reason": reason,
    }
