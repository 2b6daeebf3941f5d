"""Give seats and take them back. Every function runs under the lock of the selection's row.

Seats are numbered 1 … `selection.seats`, and `(selection, seat)` is unique in the database, so two
people cannot hold one. A seat is given again only while fewer people than places hold one: the
extra seats of people who tied at the line are not filled a second time. Who was moved in by hand
or by an appeal sits above the places and keeps nobody out.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from accounts.models import User
from applications.domain.stages import advance
from applications.lifecycle import MOVES, STEPS, Move
from applications.models import Application, Stage
from selection.letters import Fact, tell, telling
from selection.models import Appeal, Entry, Selection
from selection.queries import free_numbers, free_seats, open_places


def locked_selection(selection_id: int) -> Selection:
    """Lock a run's row, before any of its entries is looked at."""
    return (
        Selection.objects.select_for_update(of=("self",))
        .select_related("cohort__programme")
        .defer("inputs")
        .get(pk=selection_id)
    )


def stand_in(applications: Collection[int], move: Move) -> frozenset[int]:
    """Lock applications, in the order of their ids; return those that can make the move."""
    sources, _target = MOVES[move]
    rows = Application.objects.select_for_update().filter(pk__in=applications).order_by("pk")
    return frozenset(pk for pk, stage in rows.values_list("pk", "stage") if stage in sources)


def share(
    selection: Selection, entries: Sequence[Entry], present: Sequence[Entry]
) -> tuple[list[Entry], list[Entry], list[Entry]]:
    """Who gets a seat when the list is published, who waits, and who gets nothing.

    The seat of somebody who has left the pool goes to the next in turn; one that was given above
    the places by hand goes to nobody.

    Args:
        entries: the whole run, best first.
        present: those of them who still wait for the list.
    """
    by_hand = selection.moved_in
    chosen = [e for e in present if e.outcome == Entry.Outcome.SELECTED]
    reserves = [e for e in present if e.outcome == Entry.Outcome.RESERVE]
    above = sum(entry.application_id in by_hand for entry in chosen)
    ranked_in = (selection.seats or 0) - sum(
        entry.outcome == Entry.Outcome.SELECTED and entry.application_id in by_hand
        for entry in entries
    )
    to_fill = max(min(selection.places, ranked_in) - (len(chosen) - above), 0)
    rejected = [
        e for e in present if e.outcome in (Entry.Outcome.NOT_SELECTED, Entry.Outcome.NOT_RANKED)
    ]
    return chosen + reserves[:to_fill], reserves[to_fill:], rejected


def deadline_for_reply(selection: Selection, now: datetime) -> datetime | None:
    """When an offer made now lapses; None where no reply is asked.

    Never sooner than the shortest time to reply: who is given a place on the last evening, by an
    appeal or because the list is late, has all the hours that everybody had.
    """
    if selection.reply_hours is None:
        return None
    after = now + timedelta(hours=selection.reply_hours)
    soonest = min(after, selection.places_end_at)
    return soonest if soonest - now >= selection.shortest_reply else after


def seat(
    selection: Selection, holders: list[tuple[Entry, int]], *, now: datetime
) -> datetime | None:
    """Give these seats; return by when their holders must reply, if they must."""
    reply_by = deadline_for_reply(selection, now)
    for entry, number in holders:
        entry.seat, entry.offered_at, entry.reply_by = number, now, reply_by
        entry.reply = Entry.Reply.OFFERED if reply_by else Entry.Reply.NOT_ASKED
        entry.offers, entry.reminders, entry.first_in_turn = entry.offers + 1, 0, False
    Entry.objects.bulk_update(
        [entry for entry, _number in holders],
        ["seat", "reply", "offered_at", "reply_by", "offers", "reminders", "first_in_turn"],
        batch_size=500,
    )
    return reply_by


def release(entry: Entry, reply: Entry.Reply, *, now: datetime) -> None:
    """Take a seat back."""
    entry.seat, entry.reply, entry.replied_at = None, reply, now
    entry.save(update_fields=["seat", "reply", "replied_at"])


def move_up(
    selection: Selection, *, by: User | None, now: datetime, undone: Entry | None = None
) -> list[Entry]:
    """Offer free places to the next reserves, in the same transaction, and tell them.

    A reserve who cannot be offered one any more (withdrew, for example) is passed over, and the
    entry says so. Once the reserve list has closed nobody moves up, as too little time would be
    left to reply, whether or not a sweep has told them so.

    Args:
        undone: whose decline is taken back just now: they get a free seat also after the close.
    """
    waiting = selection.entries.waiting()
    if now >= selection.reserves_until:
        waiting = waiting.filter(pk=undone.pk) if undone else waiting.none()
    numbers, by_hand, moved = free_numbers(selection), selection.moved_in, list[Entry]()
    if numbers and by_hand:
        # A seat above the places is filled again by nobody but who declined it by mistake.
        own = waiting.filter(first_in_turn=True, application__in=by_hand)
        moved, _looked_at = _seat_next(selection, own, numbers, now=now)
        numbers = numbers[len(moved) :]
    to_give = open_places(selection) if numbers else 0
    while free := numbers[:to_give]:
        seated, looked_at = _seat_next(selection, waiting, free, now=now)
        if not looked_at:
            break
        # Who sits above the places leaves them free, so there may be more to give than it seemed.
        to_give -= sum(entry.application_id not in by_hand for entry in seated)
        numbers, moved = numbers[len(seated) :], moved + seated
    if moved:
        advance(
            application_ids=[entry.application_id for entry in moved],
            move=selection.way.select,
            by=by,
            now=now,
            reason="moved up from the reserve list",
        )
        fact = Fact(selection.listing.letters.selected, "moved-up")
        tell([telling(selection, entry, fact, reply_by=entry.reply_by) for entry in moved], now=now)
    return moved


def is_held(selection: Selection, entry: Entry) -> bool:
    """Whether the person has not withdrawn since, nor come back and waits again."""
    return entry.application.stage not in has_left(selection.step)


def _seat_next(
    selection: Selection, waiting: QuerySet[Entry], free: list[int], *, now: datetime
) -> tuple[list[Entry], int]:
    """Seat as many of the next in turn as there are numbers; pass over who cannot be seated.

    Returns:
        who was seated, and how many were looked at.
    """
    next_in_turn = list(waiting.select_related("application__user")[: len(free)])
    able = stand_in([e.application_id for e in next_in_turn], selection.way.select)
    gone = [entry.pk for entry in next_in_turn if entry.application_id not in able]
    Entry.objects.filter(pk__in=gone).update(reply=Entry.Reply.WITHDRAWN, replied_at=now)
    chosen = [entry for entry in next_in_turn if entry.application_id in able]
    seat(selection, list(zip(chosen, free, strict=False)), now=now)
    return chosen, len(next_in_turn)


def has_left(selection_step: str) -> list[Stage]:
    """Stages of who no longer holds a seat of this list: withdrawn, or back and waiting again."""
    return [MOVES[Move.WITHDRAW][1], MOVES[STEPS[selection_step].reserve][1]]


def seat_to_give_back(selection: Selection, entry: Entry) -> int | None:
    """A seat for who comes back when nobody can move up any more; None if all are taken.

    It is their own if no sweep has freed it, else one that can be given again. Who sat above the
    places, by hand or after an appeal, took none of them and takes none now.
    """
    if entry.seat is not None:
        return entry.seat
    within = selection.seats or 0
    if Appeal.objects.filter(entry=entry, state=Appeal.State.UPHELD).exists():
        taken = set(selection.entries.filter(seat__gt=within).values_list("seat", flat=True))
        free = [n for n in range(within + 1, within + selection.above + 1) if n not in taken]
    elif entry.application_id in selection.moved_in:
        free = free_numbers(selection)
    else:
        free = free_seats(selection)
    return free[0] if free else None


def withdrawn_holders(selection: Selection) -> list[Entry]:
    """Holders of seats who have withdrawn their applications since, come back or not."""
    return list(
        selection.entries.seated()
        .filter(application__stage__in=has_left(selection.step))
        .select_related("application__user")
        .order_by(F("seat").asc())
    )
