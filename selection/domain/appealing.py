"""Appeal against a published list, within seven days; whoever took no part decides."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.domain.locking import hold_publishing
from applications.domain.stages import advance
from applications.lifecycle import MOVES
from notifications.moments import say_instant
from selection.domain import seats
from selection.letters import Fact, tell, telling
from selection.models import Appeal, Entry, Selection
from selection.partaking import took_part
from selection.queries import list_out

WITHIN = timedelta(days=7)
MOST = 3000  # characters
HAVE_A_SEAT = (Entry.Reply.NOT_ASKED, Entry.Reply.OFFERED, Entry.Reply.CONFIRMED)


class UnableToAppeal(Refused):
    """The appeal was not taken or not decided; the message says why."""


def appeal_until(selection: Selection) -> datetime | None:
    """From this instant on it is too late to appeal; None before publication."""
    return selection.published_at + WITHIN if selection.published_at else None


def why_no_appeal(entry: Entry, now: datetime) -> str:
    """Why this person cannot appeal against this list now; blank if they can."""
    until, standing = appeal_until(entry.selection), entry.standing
    if standing == Entry.Reply.WITHDRAWN:
        return _("You withdrew your application.")
    if standing == Entry.Reply.LEFT:
        return entry.why_left
    if until is None or standing in (*HAVE_A_SEAT, Entry.Reply.DECLINED, Entry.Reply.LAPSED):
        return _("You have been offered a place, so there is nothing to appeal against.")
    if now >= until:
        return _(
            "Appeals against this list were possible until %(at)s. If something has kept you from "
            "it, write to %(contact)s."
        ) % {
            "at": say_instant(until),
            "contact": entry.selection.cohort.programme.contact_email,
        }
    return ""


def make_appeal(*, entry_id: int, ground: str, text: str, by: User, now: datetime) -> Appeal:
    """Say what went wrong. Sending it twice makes one appeal; the first words stand.

    Raises:
        UnableToAppeal: too late, nothing written, or the person has a place.
    """
    if not text.strip() or len(text) > MOST:
        raise UnableToAppeal(
            _("Say what went wrong, in at most %(most)d characters.") % {"most": MOST}
        )
    with transaction.atomic():
        entry = _locked_entry(entry_id)
        made = Appeal.objects.filter(entry=entry).first()
        if made is not None:
            return made
        refusal = why_no_appeal(entry, now)
        if refusal:
            raise UnableToAppeal(refusal)
        appeal = Appeal.objects.create(
            entry=entry, ground=Appeal.Ground(ground), text=text.strip(), made_at=now, made_by=by
        )
        audit.record(appeal, "make-appeal", by=by, now=now, after={"ground": appeal.ground})
        fact = Fact("appeal-received", "appeal", topic="appeal")
        tell([telling(entry.selection, entry, fact)], now=now)
        return appeal


def decide_appeal(*, appeal_id: int, uphold: bool, reason: str, by: User, now: datetime) -> Appeal:
    """Uphold an appeal, which gives a place above the places, or dismiss it; both with a reason.

    Raises:
        UnableToAppeal: no reason, decided already, by somebody who took part in anything about
            the list or the person, or to be upheld when nobody can use a place any more.
        UnableToMove: the person has withdrawn, or has gone on.
    """
    if not reason.strip():
        raise UnableToAppeal(_("Give a reason: the person reads it."))
    with transaction.atomic():
        hold_publishing(
            Appeal.objects.values_list("entry__selection__cohort", flat=True).get(pk=appeal_id)
        )
        entry = _locked_entry(Appeal.objects.values_list("entry_id", flat=True).get(pk=appeal_id))
        appeal = Appeal.objects.select_for_update().get(pk=appeal_id)
        if appeal.state != Appeal.State.OPEN:
            raise UnableToAppeal(_("This appeal has been decided already."))
        if why := why_not_decide(appeal, entry, by):
            raise UnableToAppeal(why)
        appeal.state = Appeal.State.UPHELD if uphold else Appeal.State.DISMISSED
        appeal.decided_at, appeal.decided_by, appeal.reason = now, by, reason.strip()
        appeal.save()
        audit.record(
            appeal,
            "decide-appeal",
            by=by,
            now=now,
            after={"state": appeal.state},
            reason=appeal.reason,
        )
        reply_by = _seat_above(entry, by=by, now=now) if uphold else None
        kind = "appeal-upheld" if uphold else "appeal-dismissed"
        letter = telling(
            entry.selection,
            entry,
            Fact(kind, "appeal-decided", topic="appeal-decided"),
            reply_by=reply_by,
            also={"appeal_reason": appeal.reason},
        )
        tell([letter], now=now)
        return appeal


def why_not_decide(appeal: Appeal, entry: Entry, by: User) -> str:
    """Why this person may not decide the appeal of this entry; blank if they may."""
    if by.pk == appeal.made_by_id:
        return _("It is your own appeal.")
    if parts := took_part(entry).get(by.pk):
        return _("You took part: %(parts)s. Somebody who did not decides about appeals.") % {
            "parts": "; ".join(parts)
        }
    return ""


def _locked_entry(entry_id: int) -> Entry:
    """The entry under the lock of its run, as every reply to a list takes it."""
    selection = seats.locked_selection(
        Entry.objects.values_list("selection_id", flat=True).get(pk=entry_id)
    )
    entry = Entry.objects.select_related("application__user").get(pk=entry_id)
    entry.selection = selection
    return entry


def _seat_above(entry: Entry, *, by: User, now: datetime) -> datetime | None:
    """Give a seat beyond those of the list, so that nobody loses one."""
    selection = entry.selection
    if selection.way.reply:
        later = list_out(selection.cohort_id, MOVES[selection.way.reply.confirm][1])
        if later is not None:
            raise UnableToAppeal(
                _(
                    "“%(list)s” is out: who got a place now would be in no list. Nothing was "
                    "decided."
                )
                % {"list": later.listing.title}
            )
    advance(application_ids=[entry.application_id], move=selection.way.uphold, by=by, now=now)
    highest = selection.entries.aggregate(last=Max("seat"))["last"] or 0
    number = max(highest, selection.seats or 0) + 1
    selection.above = number - (selection.seats or 0)
    selection.save(update_fields=["above"])
    return seats.seat(selection, [(entry, number)], now=now)
