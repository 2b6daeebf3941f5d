"""What time does by itself: reminders, lapsed places, seats of people who withdrew."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from applications.domain.stages import advance
from applications.lifecycle import STEPS
from selection.domain import seats
from selection.letters import Fact, tell, telling
from selection.models import Entry, Selection, returned

REMIND_AT = (0.5, 0.9)


def expire_unanswered(*, now: datetime) -> int:
    """Let unanswered offers lapse, free the seats of who withdrew, and offer them to the next.

    Who came back while a seat was free is offered it here too: no decline will do it. One
    transaction for each list; a sweep that runs twice changes nothing more.

    Returns:
        how many seats were freed.
    """
    due = Q(entries__reply=Entry.Reply.OFFERED, entries__reply_by__lte=now)
    gone = Q()
    for step in STEPS:
        gone |= Q(
            step=step,
            entries__seat__isnull=False,
            entries__application__stage__in=seats.has_left(step),
        )
    lists = (
        Selection.objects.filter(
            due | gone | returned("entries__"), state=Selection.State.PUBLISHED
        )
        .order_by("pk")
        .values_list("pk", flat=True)
        .distinct()
    )
    return sum(_free_seats(pk, now=now) for pk in list(lists))


def remind_unanswered(*, now: datetime) -> int:
    """Remind of an open offer at half and at nine tenths of the time; return how many were told."""
    offers = (
        Entry.objects.published()
        .filter(reply=Entry.Reply.OFFERED, reply_by__gt=now, reminders__lt=len(REMIND_AT))
        .values_list("pk", "selection_id", "offered_at", "reply_by", "reminders")
    )
    due: dict[int, list[int]] = {}
    for pk, selection_id, offered_at, reply_by, reminders in offers:
        if not (offered_at and reply_by):
            continue
        if now >= offered_at + (reply_by - offered_at) * REMIND_AT[reminders]:
            due.setdefault(selection_id, []).append(pk)
    return sum(_remind(selection_id, pks, now=now) for selection_id, pks in sorted(due.items()))


def close_reserves(*, now: datetime) -> int:
    """Tell those still on a reserve list that has ended; return how many."""
    open_lists = (
        Selection.objects.filter(
            Q(entries__outcome=Entry.Outcome.RESERVE, entries__reply=Entry.Reply.NONE)
            | returned("entries__"),
            state=Selection.State.PUBLISHED,
        )
        .select_related("cohort")
        .order_by("pk")
        .distinct()
    )
    ended = [selection.pk for selection in open_lists if selection.reserves_until <= now]
    return sum(_close(pk, now=now) for pk in ended)


def _free_seats(selection_id: int, *, now: datetime) -> int:
    with transaction.atomic():
        selection = seats.locked_selection(selection_id)
        freed = seats.withdrawn_holders(selection)
        for entry in freed:
            seats.release(entry, Entry.Reply.WITHDRAWN, now=now)
        lapsed = _lapse(selection, now=now)
        seats.move_up(selection, by=None, now=now)
        return len(freed) + len(lapsed)


def _lapse(selection: Selection, *, now: datetime) -> list[Entry]:
    reply = selection.way.reply
    if reply is None:
        return []
    due = list(
        selection.entries.filter(reply=Entry.Reply.OFFERED, reply_by__lte=now)
        .select_related("application__user")
        .order_by("application_id")
    )
    able = seats.stand_in([entry.application_id for entry in due], reply.lapse)
    lapsed = [entry for entry in due if entry.application_id in able]
    if lapsed:
        advance(
            application_ids=[entry.application_id for entry in lapsed],
            move=reply.lapse,
            by=None,
            now=now,
        )
        for entry in lapsed:
            seats.release(entry, Entry.Reply.LAPSED, now=now)
        fact = Fact(selection.listing.letters.lapsed, "lapsed")
        tell(
            [telling(selection, entry, fact, reply_by=entry.reply_by) for entry in lapsed], now=now
        )
    return lapsed


def _remind(selection_id: int, entry_ids: list[int], *, now: datetime) -> int:
    with transaction.atomic():
        selection = seats.locked_selection(selection_id)
        entries = list(
            selection.entries.filter(
                pk__in=entry_ids, reply=Entry.Reply.OFFERED, reply_by__gt=now
            ).select_related("application__user")
        )
        letters = []
        for entry in entries:
            entry.reminders += 1
            fact = Fact(selection.listing.letters.reminder, f"reminder-{entry.reminders}")
            letters.append(telling(selection, entry, fact, reply_by=entry.reply_by))
        Entry.objects.bulk_update(entries, ["reminders"], batch_size=500)
        tell(letters, now=now)
        return len(letters)


def _close(selection_id: int, *, now: datetime) -> int:
    with transaction.atomic():
        selection = seats.locked_selection(selection_id)
        waiting = list(selection.entries.waiting().select_related("application__user"))
        able = seats.stand_in([entry.application_id for entry in waiting], selection.way.reject)
        told = [entry for entry in waiting if entry.application_id in able]
        gone = [entry.pk for entry in waiting if entry.application_id not in able]
        for entries, reply in (
            ([entry.pk for entry in told], Entry.Reply.CLOSED),
            (gone, Entry.Reply.WITHDRAWN),
        ):
            Entry.objects.filter(pk__in=entries).update(reply=reply, replied_at=now)
        advance(
            application_ids=[entry.application_id for entry in told],
            move=selection.way.reject,
            by=None,
            now=now,
        )
        fact = Fact(selection.listing.letters.reserve_closed, "reserve-closed")
        tell([telling(selection, entry, fact) for entry in told], now=now)
        return len(told)
