"""Matches. A run is immutable: triggers refuse to change its inputs and its result."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.personal import PersonalJSONField
from applications.models import Application, Cohort
from matching.models.companies import Opportunity
from matching.stability import Reason
from selection import canonical

APPROVAL_KIND = "publish-match"


class MatchRun(models.Model):
    """One run of the match over a cohort's certified rankings."""

    class State(models.TextChoices):
        DRAWN = "drawn", _("drawn up, not published")
        PUBLISHED = "published", _("published")
        DISCARDED = "discarded", _("discarded")

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="match_runs", verbose_name=_("cohort")
    )
    number = models.PositiveIntegerField(_("run"))
    seed = models.CharField(_("seed of the lottery"), max_length=64)
    inputs = PersonalJSONField(_("inputs"), purpose="recomputing the match")
    input_digest = models.CharField(_("digest of the inputs"), max_length=64)
    result_digest = models.CharField(_("digest of the result"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAWN)
    created_at = models.DateTimeField(_("drawn up"))
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="match_run_number_once"),
            models.UniqueConstraint(
                fields=["cohort"],
                condition=Q(state="published"),
                name="match_run_published_once",
                violation_error_message=_("The match of this cohort has been published already."),
            ),
            models.UniqueConstraint(
                fields=["cohort"], condition=Q(state="drawn"), name="match_run_one_in_work"
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | ~Q(state="published") & Q(published_at__isnull=True),
                name="match_run_published_has_time",
            ),
        ]

    def __str__(self) -> str:
        named = {"cohort": self.cohort, "number": self.number}
        return str(_("Match of %(cohort)s, run %(number)s") % named)

    def get_absolute_url(self) -> str:
        return reverse("admin:matching_matchrun_change", args=[self.pk])

    @property
    def label(self) -> str:
        """What commands call this run: `spring/1`."""
        return f"{self.cohort.slug}/{self.number}"

    @property
    def digest(self) -> str:
        """What a second person approves."""
        return canonical.digest(
            {"label": self.label, "inputs": self.input_digest, "result": self.result_digest}
        )


class MatchPair(models.Model):
    """A person and an opportunity that the match puts together.

    `person_rank` is the place of the opportunity on the person's list, `opportunity_rank` the tier
    of the person on the opportunity's.
    """

    run = models.ForeignKey(MatchRun, models.PROTECT, related_name="pairs", verbose_name=_("match"))
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="match_pairs", verbose_name=_("person")
    )
    opportunity = models.ForeignKey(
        Opportunity, models.PROTECT, related_name="match_pairs", verbose_name=_("opportunity")
    )
    person_rank = models.PositiveSmallIntegerField(_("place on the person’s list"))
    opportunity_rank = models.PositiveSmallIntegerField(_("tier on the opportunity’s list"))

    class Meta:
        verbose_name = _("matched pair")
        verbose_name_plural = _("matched pairs")
        ordering = ["run_id", "application_id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "application"], name="match_pair_person_once")
        ]

    def __str__(self) -> str:
        return f"{self.application_id} – {self.opportunity_id}"


class UnmatchedPerson(models.Model):
    """A finalist whom the match gives no place, and why."""

    class Reason(models.TextChoices):
        NOTHING_LISTED = Reason.NOTHING_LISTED.value, _("certified no list of opportunities")
        RANKED_BY_NONE = Reason.RANKED_BY_NONE.value, _("ranked by none of those they listed")
        NO_VACANCY = Reason.NO_VACANCY.value, _("those that ranked them have no vacancy")
        PLACES_TAKEN = Reason.PLACES_TAKEN.value, _("every place went to somebody preferred")

    run = models.ForeignKey(
        MatchRun, models.PROTECT, related_name="unmatched", verbose_name=_("match")
    )
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="+", verbose_name=_("person")
    )
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)

    class Meta:
        verbose_name = _("unmatched person")
        verbose_name_plural = _("unmatched people")
        ordering = ["run_id", "application_id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "application"], name="unmatched_person_once")
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.reason}"
