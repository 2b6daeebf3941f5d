"""Who comes back after their list has come out: they get what it decided, and nobody's place.

Somebody withdrew, or was found not eligible, before the list came out, and that is taken back
afterwards. No other list will rank them. Who was selected or a reserve waits for the next place
that becomes free, as whoever gives a place up and comes back does; who was neither is told so.

Once nobody can move up any more, a place that was confirmed and given up stays free. Who comes back
to it has it again, as long as one is free.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from applications.domain.stages import advance_locked
from applications.lifecycle import MOVES, STEPS, Move, Step
from applications.models import Application, Stage
from notifications.moments import say_instant
from selection.domain import seats
from selection.domain.appealing import appeal_until
from selection.letters import Fact, kind_at_publication, news, tell, telling
from selection.models import Entry, Selection
from selection.queries import list_out

OUTSIDE = (Entry.Reply.WITHDRAWN, Entry.Reply.LEFT)
ENTITLED = (Entry.Outcome.SELECTED, Entry.Outcome.RESERVE)


def why_not_back(application: Application, stood: Stage) -> str:
    """Why this application cannot come back to this stage; blank if it can."""
    selection = list_out(application.cohort_id, stood)
    if selection is None or selection.entries.filter(application=application).exists():
        return ""
    return _(
        "“%(list)s” came out on %(at)s without this application, and no other list will rank it. "
        "The person can apply to the next cohort."
    ) % {
        "list": selection.listing.title,
        "at": say_instant(selection.published_at) if selection.published_at else "",
    }


def hold(application_id: int, now: datetime) -> None:
    """Lock the runs in which this application has an entry, as every reply to a list does.

    Where nobody moves up any more, the seats of others who have withdrawn are freed, as the sweep
    does that has not come yet.
    """
    entries = Entry.objects.published().filter(application=application_id)
    for selection_id in entries.order_by("selection").values_list("selection", flat=True):
        selection = seats.locked_selection(selection_id)
        if now >= selection.reserves_until:
            for holder in seats.withdrawn_holders(selection):
                if holder.application_id != application_id:
                    seats.release(holder, Entry.Reply.WITHDRAWN, now=now)


def way_back(application: Application, stood: Stage, now: datetime) -> Move | None:
    """The move of who stood in the pool of a list that is out, and was in it, or had a place that
    can be given back."""
    selection = list_out(application.cohort_id, stood)
    if selection and selection.entries.filter(application=application).exists():
        return selection.way.back
    for way in STEPS.values():
        if way.reply and MOVES[way.reply.confirm][1] == stood:
            entry = _entry_of_closed(application, way, now)
            if entry and seats.seat_to_give_back(entry.selection, entry):
                return way.reply.back
    return None


def _entry_of_closed(application: Application, way: Step, now: datetime) -> Entry | None:
    """Their entry in this list, where nobody moves up any more."""
    selection = list_out(application.cohort_id, way.pool)
    if selection is None or now < selection.reserves_until:
        return None
    entry = selection.entries.filter(application=application).first()
    if entry is not None:
        entry.selection = selection
    return entry


def settle(application: Application, by: User | None, now: datetime) -> None:
    """Move who is back on to where a list that is out has put them, and tell who gets no place.

    Who has held a seat of it, and who stands in it as before, is left alone; but who is back in a
    place has a seat again.
    """
    for way in STEPS.values():
        if way.reply and application.stage == MOVES[way.reply.back][1]:
            _give_back(application, way, now)
            return
        if application.stage not in (way.pool, MOVES[way.reserve][1]):
            continue
        selection = list_out(application.cohort_id, way.pool)
        if selection is None:
            continue
        entry = selection.entries.filter(
            application=application, reply__in=OUTSIDE, seat__isnull=True, offers=0
        ).first()
        if entry is not None:
            entry.application = application
            _place(selection, entry, by=by, now=now)
            return


def _give_back(application: Application, way: Step, now: datetime) -> None:
    entry = _entry_of_closed(application, way, now)
    if entry is None or entry.reply == Entry.Reply.CONFIRMED:
        return
    entry.seat = seats.seat_to_give_back(entry.selection, entry)
    entry.reply, entry.replied_at = Entry.Reply.CONFIRMED, now
    entry.first_in_turn = False
    entry.save(update_fields=["seat", "reply", "replied_at", "first_in_turn"])


def _place(selection: Selection, entry: Entry, *, by: User | None, now: datetime) -> None:
    application, way = entry.application, selection.way
    waits = entry.outcome in ENTITLED and now < selection.reserves_until
    if not waits:
        advance_locked([application], move=way.reject, by=by, now=now)
    elif application.stage == way.pool:
        advance_locked([application], move=way.reserve, by=by, now=now)
    if entry.outcome not in ENTITLED:
        entry.reply = Entry.Reply.NONE
    elif not waits:
        entry.reply = Entry.Reply.CLOSED
    entry.replied_at = now  # behind all who are back already
    entry.save(update_fields=["reply", "replied_at"])
    if not waits:
        closed = entry.outcome in ENTITLED
        kind = (
            selection.listing.letters.reserve_closed
            if closed
            else kind_at_publication(selection, seated=False, entry=entry)
        )
        fact = Fact(kind, "reserve-closed" if closed else "back")
        until = appeal_until(selection)
        also = news(turn=None, appeal_until=until if until and now < until else None)
        tell([telling(selection, entry, fact, also=also)], now=now)
