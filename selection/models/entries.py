"""The people of a run: what was decided about each, which never changes, and what they replied."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.departures import why_outside
from applications.lifecycle import MOVES, STEPS, Move
from applications.models import Application, Stage
from selection.models.lists import ExactDecimalField, Selection


def returned(prefix: str = "") -> Q:
    """Entries of people who left a list, or whose turn passed, and are back.

    Args:
        prefix: the way from the queried rows to their entries, like `entries__`.
    """
    back = Q()
    for slug, way in STEPS.items():
        _sources, waits = MOVES[way.reserve]
        back |= Q(**{f"{prefix}selection__step": slug, f"{prefix}application__stage": waits})
    gone = [Entry.Reply.WITHDRAWN, Entry.Reply.LEFT, Entry.Reply.DECLINED, Entry.Reply.CLOSED]
    return Q(**{f"{prefix}reply__in": gone}) & back


IN_TURN = (
    F("first_in_turn").desc(),
    F("reserve_position").asc(nulls_last=True),
    F("replied_at").asc(),
    F("id").asc(),
)
"""The order in which people move up; an index has it, so that the next is found at once."""


class EntryQuerySet(models.QuerySet["Entry"]):
    """Named subsets of entries."""

    def published(self) -> "EntryQuerySet":
        return self.filter(selection__state=Selection.State.PUBLISHED)

    def seated(self) -> "EntryQuerySet":
        return self.filter(seat__isnull=False)

    def waiting(self) -> "EntryQuerySet":
        """Who can still move up, the next in turn first: whose decline was undone, the reserves,
        and behind them who comes back after withdrawing."""
        reserves = Q(outcome=Entry.Outcome.RESERVE, reply=Entry.Reply.NONE)
        return self.filter(reserves | returned(), seat__isnull=True).order_by(*IN_TURN)


class Entry(models.Model):
    """One person in one run: the decision, which never changes, and the reply to it."""

    class Outcome(models.TextChoices):
        SELECTED = "selected", _("selected")
        RESERVE = "reserve", _("reserve")
        NOT_SELECTED = "not-selected", _("not selected")
        NOT_RANKED = "not-ranked", _("not ranked")

    class Reply(models.TextChoices):
        NONE = "none", _("no seat")
        NOT_ASKED = "not-asked", _("has a seat, no reply needed")
        OFFERED = "offered", _("asked to reply")
        CONFIRMED = "confirmed", _("confirmed")
        DECLINED = "declined", _("declined")
        LAPSED = "lapsed", _("lapsed")
        WITHDRAWN = "withdrawn", _("withdrew")
        LEFT = "left", _("was not in the pool any more")
        CLOSED = "closed", _("the reserve list closed")

    selection = models.ForeignKey(
        Selection, models.PROTECT, related_name="entries", verbose_name=_("run")
    )
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="entries", verbose_name=_("application")
    )
    position = models.PositiveIntegerField(_("position"), null=True)
    rank = models.PositiveIntegerField(_("rank"), null=True)
    score = ExactDecimalField(_("score"), null=True)
    scores = models.JSONField(_("scores"))
    lottery = models.CharField(_("lottery number"), max_length=64, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    reserve_position = models.PositiveIntegerField(_("reserve"), null=True)

    seat = models.PositiveIntegerField(_("seat"), null=True)
    reply = models.CharField(_("reply"), max_length=10, choices=Reply, default=Reply.NONE)
    offered_at = models.DateTimeField(_("offered"), null=True)
    reply_by = models.DateTimeField(_("reply before"), null=True)
    # Where the application stood at publication, of who had left the pool otherwise than by
    # withdrawing.
    left_as = models.CharField(_("stood as"), max_length=20, choices=Stage, blank=True)
    replied_at = models.DateTimeField(_("replied"), null=True)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)
    # More than one for who gave a seat up, came back and got another one.
    offers = models.PositiveSmallIntegerField(_("seats offered"), default=0)
    # Declined by mistake: the next seat that can be given again is theirs.
    first_in_turn = models.BooleanField(_("first in turn"), default=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["selection", F("position").asc(nulls_last=True), "application"]
        constraints = [
            models.UniqueConstraint(
                fields=["selection", "application"], name="selection_entry_once"
            ),
            models.UniqueConstraint(
                fields=["selection", "position"], name="selection_position_once"
            ),
            models.UniqueConstraint(fields=["selection", "seat"], name="selection_seat_once"),
            models.UniqueConstraint(
                fields=["selection", "reserve_position"], name="selection_reserve_once"
            ),
            models.CheckConstraint(
                condition=Q(reply__in=["not-asked", "offered", "confirmed"], seat__isnull=False)
                | Q(
                    reply__in=["none", "declined", "lapsed", "withdrawn", "left", "closed"],
                    seat__isnull=True,
                ),
                name="selection_seat_as_replied",
            ),
            models.CheckConstraint(
                condition=~Q(reply="left") | ~Q(left_as=""), name="selection_left_as_something"
            ),
            models.CheckConstraint(
                condition=~Q(reply="offered")
                | Q(offered_at__isnull=False, reply_by__gt=F("offered_at")),
                name="selection_offer_has_deadline",
            ),
            models.CheckConstraint(
                condition=Q(outcome="not-ranked", position__isnull=True, rank__isnull=True)
                | ~Q(outcome="not-ranked") & Q(position__isnull=False, rank__isnull=False),
                name="selection_ranked_has_position",
            ),
            models.CheckConstraint(
                condition=Q(outcome="reserve", reserve_position__isnull=False)
                | ~Q(outcome="reserve") & Q(reserve_position__isnull=True),
                name="selection_reserve_has_position",
            ),
        ]
        indexes = [
            models.Index(
                fields=["reply_by"], condition=Q(reply="offered"), name="selection_open_offers"
            ),
            models.Index(
                F("selection"),
                *IN_TURN,
                condition=Q(seat__isnull=True),
                name="selection_in_turn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.reference} · {self.get_outcome_display()}"

    @property
    def standing(self) -> str:
        """Where the person stands now: the reply if there is one, otherwise the outcome.

        Who has withdrawn has, whatever seat or number they had and whether or not a sweep has
        come since; who withdrew and came back waits on the reserve list again.
        """
        _sources, waits = MOVES[self.selection.way.reserve]
        if self.application.stage == MOVES[Move.WITHDRAW][1]:
            return str(self.Reply.WITHDRAWN)
        if self.reply == self.Reply.NONE:
            return str(self.outcome)
        return str(self.Outcome.RESERVE if self.application.stage == waits else self.reply)

    def standing_at(self, now: datetime) -> str:
        """The same at an instant: a list that has closed keeps nobody waiting, swept or not."""
        waits = self.standing == self.Outcome.RESERVE
        closed = waits and now >= self.selection.reserves_until
        return str(self.Reply.CLOSED) if closed else self.standing

    @property
    def why_left(self) -> str:
        """Why the person was not in the pool any more, in words for them."""
        return why_outside(self.left_as)

    @property
    def missing(self) -> list[str]:
        """Names of the sources that have no score of this person."""
        return [name for name, score in self.scores.items() if score is None]
