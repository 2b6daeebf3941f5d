"""Chain the events of the trail, and check the chain.

An event is written in the transaction of its change, any number of them side by side. A chain has
one end, and holding it until each transaction ends would let the whole house queue up behind the
slowest (and let two of them wait for each other). So events are chained after they are committed:
by one process at a time, in the order in which they became visible.
"""

from collections.abc import Iterator
from itertools import islice

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from accounts.domain.audit import fact_of
from accounts.models import AuditEvent, AuditSeal
from accounts.trail import BEGINNING, Entry, Link, entry_fault, first_fault, links
from accounts.verifiers import UnknownRun, Verdict

SEALING = 0x0A0D17  # the advisory lock of who holds the end of the chain
BATCH = 2000
# How many ids behind the newest sealed one an event may still become visible: a long transaction
# has drawn its ids early. `seal_all` looks at everything.
LOOK_BACK = 200_000


def seal_recent() -> int:
    """Seal what was committed lately; return how many events. Nothing if somebody else does."""
    newest = AuditSeal.objects.order_by("-event_id").values_list("event_id", flat=True).first()
    return _seal(AuditEvent.objects.filter(pk__gt=(newest or 0) - LOOK_BACK))


def seal_all() -> int:
    """Seal every event that is not; return how many."""
    return _seal(AuditEvent.objects.all())


def _seal(candidates: QuerySet[AuditEvent]) -> int:
    waiting = candidates.filter(seal__isnull=True).order_by("pk")
    sealed = 0
    while True:
        with transaction.atomic():
            if not _hold_the_end():
                return sealed
            events = list(waiting.values_list("pk", "digest")[:BATCH])
            if not events:
                return sealed
            end = AuditSeal.objects.order_by("-position").first()
            position, previous = (end.position, end.digest) if end else (0, BEGINNING)
            digests = links(previous, (digest for _pk, digest in events))
            AuditSeal.objects.bulk_create(
                AuditSeal(position=position + number, event_id=pk, digest=digest)
                for number, ((pk, _digest), digest) in enumerate(
                    zip(events, digests, strict=True), start=1
                )
            )
            sealed += len(events)


def _hold_the_end() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALING])
        return bool(cursor.fetchone()[0])


def verify_trail(noted: str = "") -> Verdict:
    """Check the whole trail, after sealing what waits for it.

    Args:
        noted: `position:link` as an earlier check printed it, or nothing.

    Raises:
        UnknownRun: `noted` is not of that form.
    """
    seal_all()
    end = AuditSeal.objects.order_by("-position").first()
    last = end.position if end else 0  # others may go on sealing while we read
    fault = first_fault(_chain(last), expected=_read_note(noted) if noted else None)
    if not fault:
        later = Q(seal__isnull=True) | Q(seal__position__gt=last)
        rest = AuditEvent.objects.filter(later).order_by("pk")
        faults = (entry_fault(_entry(row)) for row in rest.iterator())
        fault = next((found for found in faults if found), "")
    if fault:
        return Verdict(difference=fault)
    return Verdict(note=f"{end.position}:{end.digest}" if end else f"0:{BEGINNING}")


def _chain(last: int) -> Iterator[Link]:
    every = AuditSeal.objects.filter(position__lte=last).order_by("position").iterator()
    while seals := list(islice(every, BATCH)):
        events = AuditEvent.objects.in_bulk([seal.event_id for seal in seals])
        for seal in seals:
            row = events.get(seal.event_id)
            yield Link(seal.position, seal.digest, seal.event_id, _entry(row) if row else None)


def _entry(row: AuditEvent) -> Entry:
    return Entry(row.pk, fact_of(row), row.digest)


def _read_note(noted: str) -> tuple[int, str]:
    position, _, digest = noted.partition(":")
    if not (position.isascii() and position.isdecimal() and len(digest) == len(BEGINNING)):
        raise UnknownRun(
            "a noted end of the chain is POSITION:LINK, as an earlier check printed it"
        )
    return int(position), digest
