"""Confirm or decline a place. What is clicked twice counts once."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.models import User
from applications.domain.stages import advance
from applications.lifecycle import MOVES, STEPS, Move, Reply
from notifications.moments import say_instant
from selection.domain import seats
from selection.letters import Fact, tell, telling
from selection.models import Entry, Selection


class UnableToReply(Refused):
    """The place can no longer be confirmed or declined; the message says why, kindly."""


def confirm_place(*, application_id: int, by: User, now: datetime) -> Entry:
    """Take the place that was offered. Confirming twice changes nothing.

    Raises:
        UnableToReply: no place is offered, the deadline is past, or it was declined, or the person
            has withdrawn.
        UnableToMove: the application was withdrawn at this very moment.
    """
    with transaction.atomic():
        selection, entry, reply = _locked_offer(application_id)
        if not seats.is_held(selection, entry):
            raise UnableToReply(_why_not_held(selection, entry, now))
        if entry.reply == Entry.Reply.CONFIRMED:
            return entry
        if entry.reply != Entry.Reply.OFFERED:
            raise UnableToReply(_why_not(selection, entry))
        if entry.reply_by is not None and now >= entry.reply_by:
            raise UnableToReply(_too_late(selection, entry))
        advance(application_ids=[application_id], move=reply.confirm, by=by, now=now)
        entry.reply, entry.replied_at = Entry.Reply.CONFIRMED, now
        entry.save(update_fields=["reply", "replied_at"])
        fact = Fact(selection.listing.letters.confirmed, "confirmed")
        tell([telling(selection, entry, fact)], now=now)
        return entry


def decline_place(*, application_id: int, by: User, now: datetime) -> Entry:
    """Give the place up; the next reserve is offered it in the same transaction.

    A confirmed place can be given up too. Declining twice changes nothing.

    Raises:
        UnableToReply: there is no place to decline, or it has lapsed, or the person has withdrawn
            or has gone on to the next list.
        UnableToMove: the application was withdrawn at this very moment.
    """
    with transaction.atomic():
        selection, entry, reply = _locked_offer(application_id)
        if not seats.is_held(selection, entry):
            raise UnableToReply(_why_not_held(selection, entry, now))
        if entry.reply == Entry.Reply.DECLINED:
            return entry
        if entry.reply not in (Entry.Reply.OFFERED, Entry.Reply.CONFIRMED):
            raise UnableToReply(_why_not(selection, entry))
        if entry.application.stage not in MOVES[reply.decline][0]:
            raise UnableToReply(
                _(
                    "You have gone on in the programme since, so this place cannot be given up by "
                    "itself. If you cannot take part any more, withdraw your application."
                )
            )
        advance(application_ids=[application_id], move=reply.decline, by=by, now=now)
        seats.release(entry, Entry.Reply.DECLINED, now=now)
        fact = Fact(selection.listing.letters.declined, "declined")
        tell([telling(selection, entry, fact)], now=now)
        seats.move_up(selection, by=by, now=now)
        return entry


def undo_decline(*, application_id: int, reason: str, by: User, now: datetime) -> Entry:
    """Take an accidental decline back for somebody: they get the next seat that is free.

    That is at once where a seat is free; otherwise they wait before all reserves, since theirs has
    been offered to somebody who relies on it, or was an extra one of who tied at the line. Undoing
    twice changes nothing.

    Raises:
        UnableToReply: no reason, the person has not declined, or the reserve list has closed and
            no seat is free.
        UnableToMove: the application was withdrawn meanwhile.
    """
    if not reason.strip():
        raise UnableToReply(_("Give a reason: it is kept with the decision."))
    with transaction.atomic():
        selection, entry, reply = _locked_offer(application_id)
        if entry.first_in_turn:
            return entry
        if entry.reply != Entry.Reply.DECLINED:
            raise UnableToReply(_("This person has not declined a place."))
        if now >= selection.places_end_at:
            raise UnableToReply(_nothing_to_give_back())
        advance(
            application_ids=[application_id], move=reply.undo, by=by, now=now, reason=reason.strip()
        )
        entry.first_in_turn = True
        entry.save(update_fields=["first_in_turn"])
        moved = seats.move_up(selection, by=by, now=now, undone=entry)
        if entry.pk not in {one.pk for one in moved}:
            if now >= selection.reserves_until:
                raise UnableToReply(_nothing_to_give_back())
            fact = Fact(selection.listing.letters.undone, "undone")
            tell([telling(selection, entry, fact)], now=now)
        return selection.entries.get(pk=entry.pk)


def _locked_offer(application_id: int) -> tuple[Selection, Entry, Reply]:
    """The person's newest place that asks for a reply, under the lock of its run."""
    asking = {slug: way.reply for slug, way in STEPS.items() if way.reply}
    entries = Entry.objects.published().filter(
        application_id=application_id, selection__step__in=asking
    )
    selection_id = (
        entries.order_by("-selection__published_at").values_list("selection_id", flat=True).first()
    )
    if selection_id is None:
        raise UnableToReply(_("No place has been offered to you."))
    selection = seats.locked_selection(selection_id)
    entry = selection.entries.select_related("application__user").get(application_id=application_id)
    return selection, entry, asking[selection.step]


def _why_not_held(selection: Selection, entry: Entry, now: datetime) -> str:
    if entry.application.stage == MOVES[Move.WITHDRAW][1]:
        return _("You withdrew your application, so there is no place to reply to.")
    if now >= selection.reserves_until:
        return _("The reserve list has closed, and your turn did not come.")
    return _(
        "No place has been offered to you that waits for an answer: you are on the reserve list. "
        "When it is your turn, we write to you at once."
    )


def _nothing_to_give_back() -> str:
    return _("The reserve list has closed: there is no place to give back.")


def _why_not(selection: Selection, entry: Entry) -> str:
    contact = {"contact": selection.cohort.programme.contact_email}
    match entry.reply:
        case Entry.Reply.DECLINED if entry.replied_at:
            return _(
                "You declined this place on %(at)s, so it is no longer kept for you. "
                "If that was a mistake, write to %(contact)s at once."
            ) % {"at": say_instant(entry.replied_at), **contact}
        case Entry.Reply.LAPSED:
            return _too_late(selection, entry)
        case Entry.Reply.WITHDRAWN:
            return _("You withdrew your application, so there is no place to reply to.")
        case _:
            return _("No place has been offered to you.")


def _too_late(selection: Selection, entry: Entry) -> str:
    return _(
        "The time to reply ended on %(at)s, so the place could not be kept for you. "
        "Your application and your score are kept. If something prevented you from replying, "
        "write to %(contact)s."
    ) % {
        "at": say_instant(entry.reply_by) if entry.reply_by else "",
        "contact": selection.cohort.programme.contact_email,
    }
