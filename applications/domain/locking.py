"""Lock what a published list was made from; open it again, by two people and for a day."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.domain.approvals import request_approval
from accounts.errors import Refused
from accounts.models import Approval, User
from applications import locks
from applications.models import InputLock
from notifications.moments import say_instant

UNLOCK = "open-locked-input"
OPEN_FOR = timedelta(hours=24)

SHARED, ALONE = "pg_advisory_xact_lock_shared", "pg_advisory_xact_lock"


class InputLocked(Refused):
    """A published list was made from it; nothing was changed."""


class UnableToUnlock(Refused):
    """Nothing was opened; the message says why."""


def stand_still(cohort_id: int) -> None:
    """Wait until nobody changes an input of this cohort, and let nobody until the commit."""
    _hold(ALONE, cohort_id)


def lock_parts(
    *, cohort_id: int, parts: Iterable[str], because: str, by: User | None, now: datetime
) -> list[InputLock]:
    """Lock those of the parts that a room guards; one that is locked stays as it is.

    Call in the transaction that publishes, after `stand_still`.

    Args:
        because: names what was published from them.
    """
    with transaction.atomic():
        new = []
        for part in locks.lockable(parts):
            lock, created = InputLock.objects.get_or_create(
                cohort_id=cohort_id, part=part, defaults={"because": because, "locked_at": now}
            )
            if created:
                new.append(lock)
                told = {"part": part, "because": because}
                audit.record(lock, "lock-input", by=by, now=now, after=told)
        return new


def hold_publishing(cohort_id: int) -> None:
    """Let publishing wait until the caller's transaction ends, and wait for one that goes on.

    For verbs that change what a list is made from. Call first, before any row is locked.
    """
    _hold(SHARED, cohort_id)


def require_open(*, cohort_id: int, part: str, now: datetime) -> None:
    """Let a verb change this part, and publishing wait for it until it commits.

    Call first in the verb's transaction, before any row is locked.

    Raises:
        InputLocked: a list was published from it, and two people have not opened it.
    """
    hold_publishing(cohort_id)
    if lock := locked_now(cohort_id=cohort_id, part=part, now=now):
        raise InputLocked(
            _(
                "“%(part)s” is locked since %(at)s, when a list was published from it. Two "
                "programme managers can open it for a day: “Locked inputs” in their menu."
            )
            % {"part": locks.title_of(part), "at": say_instant(lock.locked_at)}
        )


def locked_now(*, cohort_id: int, part: str, now: datetime) -> InputLock | None:
    """The lock that holds this part closed at this instant."""
    lock = InputLock.objects.filter(cohort=cohort_id, part=part).first()
    return lock if lock and not is_open(lock, now) else None


def is_open(lock: InputLock, now: datetime) -> bool:
    """Whether two people have opened it and its time is not over."""
    return lock.open_until is not None and now < lock.open_until


def ask_unlock(*, lock_id: int, reason: str, by: User, now: datetime) -> Approval:
    """Ask a second person to open a part for a day.

    Raises:
        UnableToUnlock: no reason is given, or it is open.
    """
    if not reason.strip():
        raise UnableToUnlock(_("Say what has to change and why: the second person reads it."))
    with transaction.atomic():
        lock = InputLock.objects.get(pk=lock_id)
        # The request first, then the lock: as the approval that carries it out locks them.
        asked = request_approval(
            kind=UNLOCK,
            object_id=lock.pk,
            payload={"cohort": lock.cohort_id, "part": lock.part, "reason": reason.strip()},
            by=by,
            now=now,
            reason=reason.strip(),
        )
        _require_locked(InputLock.objects.select_for_update().get(pk=lock_id), now)
        return asked


def open_approved(approval: Approval, by: User, now: datetime) -> None:
    """Open the part, now that a second person agrees; what was published stays as it is."""
    lock = InputLock.objects.select_for_update().get(pk=approval.object_id)
    _require_locked(lock, now)
    lock.open_until, lock.reason = now + OPEN_FOR, approval.payload["reason"]
    lock.asked_by, lock.agreed_by = approval.requested_by, by
    lock.save(update_fields=["open_until", "reason", "asked_by", "agreed_by"])
    told = {"part": lock.part, "until": lock.open_until.isoformat()}
    audit.record(lock, "open-input", by=by, now=now, after=told, reason=lock.reason)


def close_again(*, lock_id: int, by: User, now: datetime) -> InputLock:
    """Close a part before its day is over; one that is closed stays so."""
    with transaction.atomic():
        lock = InputLock.objects.select_for_update().get(pk=lock_id)
        if is_open(lock, now):
            lock.open_until = now
            lock.save(update_fields=["open_until"])
            audit.record(lock, "close-input", by=by, now=now, after={"part": lock.part})
        return lock


def _require_locked(lock: InputLock, now: datetime) -> None:
    until = lock.open_until
    if until is not None and now < until:
        raise UnableToUnlock(_("It is open until %(at)s already.") % {"at": say_instant(until)})


def _hold(how: str, cohort_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {how}(hashtextextended(%s, 0))", [f"inputs {cohort_id}"])
