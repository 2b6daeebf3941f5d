"""Lists that the programme draws: the run; its entries are beside it.

A run is immutable: triggers (migration 0002) refuse to change what was put in and what came out.
After it is drawn only its publication and people's replies are written.
"""

from datetime import datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q, Value
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.languages import in_this_language
from accounts.models import User
from applications.lifecycle import STEPS, Step
from applications.models import Cohort
from notifications.moments import HONG_KONG
from selection import canonical
from selection.models.preparing import STEP_CHOICES, SeedCommitment, SelectionRule
from selection.programme import LISTINGS, Listing
from selection.ranking import TieResolution
from selection.runs import Way

APPROVAL_KIND = "publish-selection"
SHORTEST_REPLY = timedelta(hours=12)
"""Nobody moves up with less time than this to reply: a night's sleep before the answer."""


class ExactDecimalField(models.DecimalField):
    """A decimal of any length: PostgreSQL's plain `numeric`, which never rounds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"max_digits": 100, "decimal_places": 50}
        super().__init__(*args, **kwargs)

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "numeric"


class Selection(models.Model):
    """One run: who was ranked by what, and where the line fell."""

    class State(models.TextChoices):
        RANKING = "ranking", _("being ranked")
        DRAWN = "drawn", _("drawn up, not published")
        PUBLISHED = "published", _("published")
        DISCARDED = "discarded", _("discarded")

    class Ties(models.TextChoices):
        NONE = TieResolution.NONE.value, _("nobody tied at the line")
        TAKEN_ALL = TieResolution.TAKEN_ALL.value, _("all who tied at the line were taken")
        DRAWN = TieResolution.DRAWN.value, _("the places at the line were drawn by lot")

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="selections", verbose_name=_("cohort")
    )
    step = models.CharField(_("list"), max_length=20, choices=STEP_CHOICES)
    number = models.PositiveIntegerField(_("run"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RANKING)
    rule = models.ForeignKey(SelectionRule, models.PROTECT, verbose_name=_("rule"))
    seed = models.ForeignKey(SeedCommitment, models.PROTECT, verbose_name=_("seed"))
    inputs = models.JSONField(_("inputs"))
    input_digest = models.CharField(_("digest of the inputs"), max_length=64)
    reply_hours = models.PositiveSmallIntegerField(_("hours to reply"), null=True)
    created_at = models.DateTimeField(_("drawn up"))
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    result_digest = models.CharField(_("digest of the result"), max_length=64, blank=True)
    seats = models.PositiveIntegerField(_("seats"), null=True)
    # Seats that were given above the list, by appeals that were upheld.
    above = models.PositiveIntegerField(_("seats above the list"), default=0)
    cut_score = ExactDecimalField(_("score at the line"), null=True)
    ties = models.CharField(_("ties at the line"), max_length=10, choices=Ties, blank=True)
    tied = models.PositiveIntegerField(_("people who tied at the line"), default=0)

    # What the letters at publication say for everybody: as ranked, anew when approval is asked for.
    told_by = models.JSONField(_("texts and dates of the letters"), default=dict, blank=True)
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    trouble = models.TextField(_("trouble with it"), blank=True)
    # What the program itself says is kept in both languages, with the sweep that says it.
    trouble_zh = models.TextField(_("trouble with it, Chinese"), blank=True)
    trouble_of = models.CharField(_("what has the trouble"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("selection")
        verbose_name_plural = _("selections")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "step", "number"], name="selection_number_once"
            ),
            models.UniqueConstraint(
                fields=["cohort", "step"],
                condition=Q(state="published"),
                name="selection_published_once",
                violation_error_message=_("This list has been published already."),
            ),
            models.UniqueConstraint(
                fields=["cohort", "step"],
                condition=Q(state__in=["ranking", "drawn"]),
                name="selection_one_in_work",
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | ~Q(state="published") & Q(published_at__isnull=True),
                name="selection_published_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["ranking", "discarded"])
                | ~Q(result_digest="") & Q(seats__isnull=False),
                name="selection_drawn_has_result",
            ),
        ]

    def __str__(self) -> str:
        run = pgettext("selection", "run %(number)s") % {"number": self.number}
        return f"{self.cohort} · {self.get_step_display()} · {run}"

    def get_absolute_url(self) -> str:
        return reverse("admin:selection_selection_change", args=[self.pk])

    @property
    def label(self) -> str:
        """What commands and exports call this run: `spring/bootcamp/1`."""
        return f"{self.cohort.slug}/{self.step}/{self.number}"

    @property
    def trouble_said(self) -> str:
        """Why it was not published or was discarded, or what time could not do with it."""
        return self.trouble and in_this_language(self.trouble, self.trouble_zh)

    @property
    def way(self) -> Step:
        """Who is ranked and what each outcome does to them."""
        return STEPS[self.step]

    @property
    def listing(self) -> Listing:
        """What the list is called and who is told how."""
        return LISTINGS[self.step]

    @cached_property
    def terms(self) -> dict[str, Any]:
        """What the list was drawn by, without the people: small, however long the list is."""
        if "inputs" in self.__dict__:
            return {name: value for name, value in self.inputs.items() if name != "candidates"}
        without_people = Func(
            F("inputs"),
            Value("candidates"),
            template="%(expressions)s",
            arg_joiner=" - ",
            output_field=models.JSONField(),
        )
        found: dict[str, Any] = (
            Selection.objects.filter(pk=self.pk).values_list(without_people, flat=True).get()
        )
        return found

    @property
    def places(self) -> int:
        """How many are selected when nobody ties at the line."""
        return int(self.terms["places"])

    @property
    def moved_in(self) -> frozenset[int]:
        """Applications that were moved in by hand: their seats are above the places."""
        moved = self.terms.get("overrides", [])
        return frozenset(key for key, way, _category in moved if way == Way.IN)

    @property
    def criteria(self) -> list[str]:
        """Names of the sources, in the order of every entry's scores."""
        return [name for name, _weight in self.terms["criteria"]]

    @property
    def parts(self) -> frozenset[str]:
        """What of the cohort it is made from: the stage it ranks, the rooms of its scores."""
        names = [*self.criteria, *self.rule.tie_breakers]
        return frozenset({self.way.pool, *(name.partition(".")[0] for name in names)})

    @property
    def digest(self) -> str:
        """What a second person approves: the list, its letters, its instant, the time to reply."""
        return canonical.digest(
            {
                "label": self.label,
                "inputs": self.input_digest,
                "result": self.result_digest,
                "publish_at": self.publish_at,
                "told_by": self.told_by,
                "reply_hours": self.reply_hours,
            }
        )

    @property
    def places_end_at(self) -> datetime:
        """From this instant on a place is of no use; it follows the cohort's calendar."""
        value = getattr(self.cohort, self.listing.places_end)
        if isinstance(value, datetime):
            return value
        return datetime.combine(min(value), time(0), tzinfo=HONG_KONG)

    @property
    def shortest_reply(self) -> timedelta:
        """The least time that somebody is given to reply."""
        if self.reply_hours is None:
            return timedelta(0)
        return min(SHORTEST_REPLY, timedelta(hours=self.reply_hours))

    @property
    def reserves_until(self) -> datetime:
        """From this instant on no reserve moves up: there would be too little time to reply."""
        return self.places_end_at - self.shortest_reply
