"""Make a list public: ask, approve, publish at one instant."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.domain import approvals, audit
from accounts.domain.jobs import Tell, unwatched
from accounts.errors import Refused
from accounts.models import Approval, User
from applications.domain.locking import lock_parts, stand_still
from applications.domain.stages import advance
from applications.lifecycle import MOVES, STEPS, Move
from applications.models import Application
from notifications.moments import say_instant
from selection import pending
from selection.domain import seats
from selection.domain.appealing import WITHIN as APPEALS_WITHIN
from selection.domain.staleness import changes_since, letters_changed
from selection.domain.troubles import Chore, do_each, forget_trouble
from selection.letters import Fact, kind_at_publication, news, telling, told_by
from selection.letters import tell as send
from selection.models import APPROVAL_KIND, Entry, Selection

UNPUBLISHED_AT_MOST = timedelta(hours=1)
"""By so much an instant lies before the end of its approval: a worker may be late."""


LETTERS_AT_A_TIME = 1000


class UnableToPublish(Refused):
    """Nothing was published and nobody was told; the message says why."""


def request_publication(
    *, selection_id: int, by: User, now: datetime, publish_at: datetime | None = None
) -> Approval:
    """Ask a second person to approve exactly this list, to appear at `publish_at` or by hand.

    Raises:
        UnableToPublish: it is not drawn up, is out of date, or the instant is past, or so far
            away that the approval would not hold until then.
    """
    with transaction.atomic():
        selection = seats.locked_selection(selection_id)
        _require_drawn(selection)
        _require_fresh(selection)
        if publish_at is not None:
            _require_instant(publish_at, now)
        selection.publish_at = publish_at
        selection.told_by = told_by(selection)
        selection.save(update_fields=["publish_at", "told_by", *forget_trouble(selection)])
        return approvals.request_approval(
            kind=APPROVAL_KIND,
            object_id=selection.pk,
            digest=selection.digest,
            by=by,
            now=now,
        )


def approve_publication(
    *,
    selection_id: int,
    digest: str,
    by: User,
    now: datetime,
    approve: bool = True,
    reason: str = "",
) -> Approval:
    """Agree to what was asked, or refuse it.

    Args:
        digest: of the list as the second person saw it.

    Raises:
        UnableToPublish: nobody asked, or the list cannot be published any more, or the texts or
            dates of its letters have changed since somebody did.
        UnableToApprove: the same person asked, or the list is another one by now.
    """
    with transaction.atomic():
        selection = seats.locked_selection(selection_id)
        _require_drawn(selection)
        approval = open_request(selection)
        if approval is None:
            raise UnableToPublish(_("Nobody has asked for approval of this list."))
        if selection.digest != digest:
            raise approvals.UnableToApprove(
                _("The content has changed since approval was asked for.")
            )
        if approve:
            _require_as_asked(selection)
        return approvals.decide(
            approval_id=approval.pk, approve=approve, digest=digest, by=by, now=now, reason=reason
        )


def publish_selection(
    *, selection_id: int, by: User | None, now: datetime, tell: Tell | None = None
) -> Selection:
    """Make an approved list visible, move everybody and tell everybody, at one instant.

    What it was made from is locked. Who has left the pool since the list was drawn up gets no
    letter about it, their entry says why, and the seat goes to the next in turn.

    Args:
        tell: of the job that does it, whose transaction this is a part of; without one it must be
            the outermost.

    Raises:
        UnableToPublish: it is not approved as it is now, is out of date, is out already, or its
            time has not come, something is pending that could move somebody across the line, or a
            place that leads into this list is offered and not answered.
    """
    with transaction.atomic(durable=tell is None):
        # Before the run's row: verbs that change its inputs hold this and may wait for the row.
        stand_still(Selection.objects.values_list("cohort", flat=True).get(pk=selection_id))
        selection = seats.locked_selection(selection_id)
        require_ready(selection, now)
        stages = _stages_held(selection)
        watch, people = tell or unwatched, selection.entries.count()
        watch(0, people, _("Looking whether anything has changed"))
        # Answered first: who confirms after this was looked at is found in the pool below.
        _require_answered(selection, now)
        _require_fresh(selection)
        _require_as_asked(selection)
        _require_nothing_pending(selection, now)
        watch(0, people, _("Giving the places"))
        counts = _tell_everybody(selection, stages, by=by, now=now, tell=watch)
        # Texts and dates are held by nobody meanwhile; if they have changed, nothing was told.
        again = Selection.objects.select_related("cohort__programme").defer("inputs")
        _require_as_asked(again.get(pk=selection.pk))
        selection.state, selection.published_at = Selection.State.PUBLISHED, now
        selection.save(update_fields=["state", "published_at", *forget_trouble(selection)])
        lock_parts(
            cohort_id=selection.cohort_id,
            parts=selection.parts,
            because=selection.label,
            by=by,
            now=now,
        )
        audit.record(
            selection,
            "publish",
            by=by,
            now=now,
            after={"digest": selection.digest, **counts},
        )
        return selection


def require_ready(selection: Selection, now: datetime) -> None:
    """What must be so before anything is looked at that takes time.

    Raises:
        UnableToPublish: it is not drawn up, not approved as it is now, or its time has not come.
    """
    _require_drawn(selection)
    if not approvals.is_approved(
        kind=APPROVAL_KIND, object_id=selection.pk, digest=selection.digest, now=now
    ):
        taken_back = approvals.why_taken_back(kind=APPROVAL_KIND, object_id=selection.pk)
        raise UnableToPublish(
            taken_back or _("A second person has not approved this list as it is now.")
        )
    if selection.publish_at is not None and now < selection.publish_at:
        raise UnableToPublish(
            _("This list was approved for %(at)s.") % {"at": say_instant(selection.publish_at)}
        )


def hold_run(approval: Approval) -> None:
    """Lock the run of this request, as publishing does before it asks whether it is approved."""
    seats.locked_selection(int(approval.object_id))


def has_appeared(approval: Approval) -> bool:
    """Whether the list of this request is out."""
    runs = Selection.objects.filter(pk=approval.object_id, state=Selection.State.PUBLISHED)
    return runs.exists()


def publish_due(*, now: datetime) -> int:
    """Publish the lists whose instant has come; return how many.

    One that cannot be published says why on its page and waits for staff. Whose letters have
    changed since they were approved says so as soon as that is seen, not at its instant.
    """
    waiting = Selection.objects.filter(state=Selection.State.DRAWN, trouble="").order_by("pk")
    due, later = (
        waiting.filter(when).values_list("pk", flat=True)
        for when in (Q(publish_at__lte=now), Q(publish_at__gt=now))
    )
    chores = [Chore(pk, partial(_publish_one, pk, now=now)) for pk in due]
    chores += [Chore(pk, partial(_look_ahead, pk)) for pk in later]
    return do_each(chores, sweep="publish", state=Selection.State.DRAWN)


def _publish_one(selection_id: int, *, now: datetime) -> int:
    publish_selection(selection_id=selection_id, by=None, now=now)
    return 1


def _look_ahead(selection_id: int) -> int:
    selection = Selection.objects.select_related("cohort").defer("inputs").get(pk=selection_id)
    _require_as_asked(selection)
    return 0


def open_request(selection: Selection) -> Approval | None:
    """The request that waits for a second person, if one does; it may have lapsed."""
    return requests_of(selection).filter(state=Approval.State.REQUESTED).first()


def requests_of(selection: Selection) -> QuerySet[Approval]:
    """All requests to publish this run, newest first."""
    return Approval.objects.filter(kind=APPROVAL_KIND, object_id=str(selection.pk)).select_related(
        "requested_by", "decided_by", "ended_by"
    )


def _tell_everybody(
    selection: Selection, stages: dict[int, str], *, by: User | None, now: datetime, tell: Tell
) -> dict[str, int]:
    """Give the seats, move the applications, fill the outbox; return how many got what.

    Args:
        stages: where each application stands; their rows are locked.
    """
    way = selection.way
    entries = list(selection.entries.select_related("application__user"))
    present = [entry for entry in entries if stages[entry.application_id] == way.pool]
    gone = [entry for entry in entries if stages[entry.application_id] != way.pool]
    withdrew = _let_go(gone, stages, now=now)

    chosen, reserves, rejected = seats.share(selection, entries, present)

    reply_by = seats.seat(selection, [(e, n) for n, e in enumerate(chosen, start=1)], now=now)
    for move, group in ((way.select, chosen), (way.reserve, reserves), (way.reject, rejected)):
        _move(group, move, by=by, now=now)
    seated = {entry.pk for entry in chosen}
    turns = {entry.pk: turn for turn, entry in enumerate(reserves, start=1)}
    for start in range(0, len(present), LETTERS_AT_A_TIME):
        tell(start, len(entries), _("Writing the letters"))
        send(
            [
                telling(
                    selection,
                    entry,
                    Fact(kind_at_publication(selection, seated=entry.pk in seated, entry=entry)),
                    reply_by=reply_by if entry.pk in seated else None,
                    also=news(turn=turns.get(entry.pk), appeal_until=now + APPEALS_WITHIN),
                )
                for entry in present[start : start + LETTERS_AT_A_TIME]
            ],
            now=now,
        )
    return {
        "selected": len(chosen),
        "reserve": len(reserves),
        "not_selected": len(rejected),
        "withdrew": withdrew,
        "left": len(gone) - withdrew,
    }


def _stages_held(selection: Selection) -> dict[int, str]:
    """Lock the applications of a list; return where each stands, until the transaction ends."""
    ids = selection.entries.order_by().values("application")
    rows = Application.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    return dict(rows.values_list("pk", "stage"))


def _let_go(entries: list[Entry], stages: dict[int, str], *, now: datetime) -> int:
    """Say of those who have left the pool how they did; return how many withdrew."""
    withdrew = 0
    for entry in entries:
        stage = stages[entry.application_id]
        entry.replied_at = now
        if stage == MOVES[Move.WITHDRAW][1]:
            withdrew += 1
            entry.reply = Entry.Reply.WITHDRAWN
        else:
            entry.reply, entry.left_as = Entry.Reply.LEFT, stage
    Entry.objects.bulk_update(entries, ["reply", "left_as", "replied_at"], batch_size=500)
    return withdrew


def _move(entries: list[Entry], move: Move, *, by: User | None, now: datetime) -> None:
    if entries:
        advance(
            application_ids=[entry.application_id for entry in entries],
            move=move,
            by=by,
            now=now,
        )


def _require_drawn(selection: Selection) -> None:
    match selection.state:
        case Selection.State.RANKING:
            raise UnableToPublish(_("This list is still being ranked."))
        case Selection.State.PUBLISHED:
            raise UnableToPublish(
                _("This list was published already, and everybody was told once.")
            )
        case Selection.State.DISCARDED:
            raise UnableToPublish(_("This list was discarded."))


def _require_instant(publish_at: datetime, now: datetime) -> None:
    if publish_at <= now:
        raise UnableToPublish(
            _("%(at)s is past. Choose a later time, or publish by hand once it is approved.")
            % {"at": say_instant(publish_at)}
        )
    last = now + approvals.VALID_FOR - UNPUBLISHED_AT_MOST
    if publish_at > last:
        raise UnableToPublish(
            _(
                "An approval holds for 72 hours. Choose a time until %(last)s, or ask again nearer "
                "to the one that you want."
            )
            % {"last": say_instant(last)}
        )


def _require_as_asked(selection: Selection) -> None:
    if change := letters_changed(selection):
        raise UnableToPublish(change)


def _require_fresh(selection: Selection) -> None:
    change = changes_since(selection)
    if change:
        raise UnableToPublish(f"{change} " + _("Draw it up again."))


def _require_answered(selection: Selection, now: datetime) -> None:
    """Who confirms a place after the list that ranks the confirmed is out would be in none."""
    leading_in = [
        slug
        for slug, way in STEPS.items()
        if way.reply and MOVES[way.reply.confirm][1] == selection.way.pool
    ]
    waiting = (
        Entry.objects.published()
        .filter(
            selection__cohort=selection.cohort_id,
            selection__step__in=leading_in,
            reply=Entry.Reply.OFFERED,
            reply_by__gt=now,
        )
        .aggregate(people=Count("pk"), last=Max("reply_by"))
    )
    if waiting["people"]:
        raise UnableToPublish(
            ngettext(
                "One person can still confirm a place that leads into this list, until %(at)s.",
                "%(count)s people can still confirm places that lead into this list, until %(at)s.",
                waiting["people"],
            )
            % {"count": waiting["people"], "at": say_instant(waiting["last"])}
        )


def _require_nothing_pending(selection: Selection, now: datetime) -> None:
    if matters := pending.matters_of(selection, now):
        raise UnableToPublish(
            _("Somebody could still cross the line (%(matters)s). Decide that first.")
            % {"matters": "; ".join(f"{matter.title}: {matter.people}" for matter in matters)}
        )
