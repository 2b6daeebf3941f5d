"""What time does by itself: reminders, lapsed places, seats of people who withdrew."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from applications.domain.stages import advance
from applications.lifecycle import STEPS
from selection.domain import seats
from selection.domain.appealing import appeal_until
from selection.domain.troubles import Chore, Verb, do_each
from selection.letters import Fact, news, tell, telling
from selection.models import Entry, Selection, returned

REMIND_AT = (0.5, 0.9)


def expire_unanswered(*, now: datetime) -> int:
    """Let unanswered offers lapse, free the seats of who withdrew, and offer them to the next.

    Who came back while a seat was free is offered it here too: no decline will do it. One
    transaction for each list; a sweep that runs twice changes nothing more. What is refused because
    of one person is done for the others all the same.

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
    chores = [
        Chore(pk, partial(_free_seats, pk, now=now), partial(_free_one_by_one, pk, now=now))
        for pk in list(lists)
    ]
    return do_each(chores, sweep="expire")


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
    chores = [
        Chore(
            selection_id,
            partial(_remind, selection_id, pks, now=now),
            partial(_one_by_one, _remind, selection_id, pks, now=now),
        )
        for selection_id, pks in sorted(due.items())
    ]
    return do_each(chores, sweep="remind")


def close_reserves(*, now: datetime) -> int:
    """Tell those still on a reserve list that has ended; return how many."""
    waits = Q(outcome=Entry.Outcome.RESERVE, reply=Entry.Reply.NONE) | returned()
    open_lists = (
        Selection.objects.filter(
            pk__in=Entry.objects.filter(waits).values("selection"), state=Selection.State.PUBLISHED
        )
        .select_related("cohort")
        .defer("inputs")
        .order_by("pk")
    )
    ended = [selection for selection in open_lists if selection.reserves_until <= now]
    chores = []
    for selection in ended:
        waiting = list(selection.entries.waiting().values_list("pk", flat=True))
        # As it is before anybody is told: the queue gets shorter with each.
        close = partial(_close, turns={pk: turn for turn, pk in enumerate(waiting, start=1)})
        chores.append(
            Chore(
                selection.pk,
                partial(close, selection.pk, waiting, now=now),
                partial(_one_by_one, close, selection.pk, waiting, now=now),
            )
        )
    return do_each(chores, sweep="close")


def _one_by_one(
    verb: Callable[..., int], selection_id: int, entry_ids: Sequence[int], *, now: datetime
) -> list[Verb]:
    return [partial(verb, selection_id, [pk], now=now) for pk in entry_ids]


def _free_seats(selection_id: int, *, now: datetime) -> int:
    with transaction.atomic():
        selection = seats.locked_selection(selection_id)
        freed = _free(selection, _due(selection, now), now=now)
        seats.move_up(selection, by=None, now=now)
        return freed


def _free_one_by_one(selection_id: int, *, now: datetime) -> list[Verb]:
    """Free each seat by itself, and only then offer what is free to the next."""
    due = _due(Selection.objects.defer("inputs").get(pk=selection_id), now)
    freeing = [partial(_free_seat, selection_id, entry.pk, now=now) for entry in due]
    return [*freeing, partial(_fill, selection_id, now=now)]


def _free_seat(selection_id: int, entry_id: int, *, now: datetime) -> int:
    with transaction.atomic():
        selection = seats.locked_selection(selection_id)
        due = [entry for entry in _due(selection, now) if entry.pk == entry_id]
        return _free(selection, due, now=now)


def _fill(selection_id: int, *, now: datetime) -> int:
    with transaction.atomic():
        seats.move_up(seats.locked_selection(selection_id), by=None, now=now)
        return 0


def _due(selection: Selection, now: datetime) -> list[Entry]:
    """Whose seats are to be freed: who withdrew, and whose time to reply is over."""
    over = selection.entries.filter(reply=Entry.Reply.OFFERED, reply_by__lte=now)
    in_order = over.select_related("application__user").order_by("application_id")
    gone = seats.withdrawn_holders(selection)
    return gone + [entry for entry in in_order if entry not in gone]


def _free(selection: Selection, due: list[Entry], *, now: datetime) -> int:
    freed = [entry for entry in due if entry.application.stage in seats.has_left(selection.step)]
    for entry in freed:
        seats.release(entry, Entry.Reply.WITHDRAWN, now=now)
    lapsed = _lapse(selection, [entry for entry in due if entry not in freed], now=now)
    return len(freed) + len(lapsed)


def _lapse(selection: Selection, due: list[Entry], *, now: datetime) -> list[Entry]:
    reply = selection.way.reply
    if reply is None:
        return []
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


def _remind(selection_id: int, entry_ids: Sequence[int], *, now: datetime) -> int:
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


def _close(
    selection_id: int, entry_ids: Sequence[int], *, turns: Mapping[int, int], now: datetime
) -> int:
    with transaction.atomic():
        selection = seats.locked_selection(selection_id)
        still = selection.entries.waiting().filter(pk__in=entry_ids)
        waiting = list(still.select_related("application__user"))
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
        until = appeal_until(selection)
        in_time = until if until and now < until else None
        tell(
            [
                telling(
                    selection, entry, fact, also=news(turn=turns[entry.pk], appeal_until=in_time)
                )
                for entry in told
            ],
            now=now,
        )
        return len(told)
