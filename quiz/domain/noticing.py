"""Count what is noticed around a sitting, and forget it after six months.

It is context for people. Nothing that scores, ranks or lists reads it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from accounts.domain import audit
from quiz.models import Attempt, Origin, Resemblance, Signal
from quiz.signals import MAX_COUNT, MAX_SECONDS, Report

KEPT = timedelta(days=183)
AT_MOST_EVERY = timedelta(seconds=1)  # of one kind and question: a flood of reports counts once


def note_reports(*, attempt_id: int, reports: Sequence[Report], now: datetime) -> int:
    """Add reports to what is counted, in one statement; return how many were counted.

    Nothing is counted for an attempt that takes no more answers, for a question that its paper
    does not have, or within a second of the last report of its kind. Numbers stop at a cap, so a
    page that reports without end fills nothing.
    """
    if not reports:
        return 0
    values = ", ".join(["(%s, %s::smallint, %s::integer, %s::integer)"] * len(reports))
    parameters: list[str | int] = []
    for report in reports:
        parameters += [report.kind, report.position, report.count, report.seconds]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO quiz_signal AS known
                (attempt_id, kind, position, count, seconds, first_at, last_at)
            SELECT attempt.id, told.kind, told.position, told.count, told.seconds, %s, %s
            FROM quiz_attempt AS attempt, (VALUES {values}) AS told (kind, position, count, seconds)
            WHERE attempt.id = %s AND attempt.state = 'open' AND %s < attempt.saves_until
              AND (told.position = 0 OR EXISTS (
                SELECT 1 FROM quiz_response AS response
                WHERE response.attempt_id = attempt.id AND response.position = told.position))
            ON CONFLICT (attempt_id, kind, position) DO UPDATE
            SET count = least(known.count + excluded.count, %s),
                seconds = least(known.seconds + excluded.seconds, %s),
                last_at = excluded.last_at
            WHERE known.last_at <= %s
            """,  # noqa: S608 - `values` holds placeholders only
            [now, now, *parameters, attempt_id, now, MAX_COUNT, MAX_SECONDS, now - AT_MOST_EVERY],
        )
        return cursor.rowcount


def note_origin(*, attempt_id: int, address: str | None, device: str, now: datetime) -> list[str]:
    """Compare where a page is open with where it was last; return the kinds that changed.

    Only digests under the attempt's own salt are kept: they say "another one", never which.
    """
    seen = {
        "address": _digest(attempt_id, "address", address or ""),
        "device": _digest(attempt_id, "device", device[:500]),
    }
    with transaction.atomic():
        origin, new = Origin.objects.select_for_update().get_or_create(
            attempt_id=attempt_id, defaults={**seen, "seen_at": now}
        )
        if new:
            return []
        kinds = {"address": Signal.Kind.ADDRESS_CHANGED, "device": Signal.Kind.DEVICE_CHANGED}
        changed = [kinds[name].value for name in seen if getattr(origin, name) != seen[name]]
        if changed:
            Origin.objects.filter(pk=origin.pk).update(**seen, seen_at=now)
            reports = [Report(kind, 0, 1, 0) for kind in sorted(changed)]
            note_reports(attempt_id=attempt_id, reports=reports, now=now)
        return changed


def forget_signals(*, now: datetime) -> int:
    """Delete what was noticed in sittings that began more than six months ago.

    What a case rests on stays in the case, which has its own time.
    """
    with transaction.atomic():
        old = list(
            Attempt.objects.filter(started_at__lt=now - KEPT)
            .filter(pk__in=Signal.objects.values("attempt"))
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("pk")
        )
        before = now - KEPT
        Origin.objects.filter(attempt__started_at__lt=before).delete()
        Resemblance.objects.filter(first__started_at__lt=before).delete()
        Signal.objects.filter(attempt__in=old).delete()
        audit.record_many(
            [audit.event(attempt, "forget-signals", by=None, now=now) for attempt in old]
        )
        return len(old)


def _digest(attempt_id: int, what: str, value: str) -> str:
    salt = f"quiz.origin.{what}.{attempt_id}"
    return salted_hmac(salt, value, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()
