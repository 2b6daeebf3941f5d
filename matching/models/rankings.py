"""What both sides prefer. A partner who is not listed is not acceptable.

A sheet is what somebody fills in and certifies. Only certified sheets take part in the match;
changing a sheet takes its certification away.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.models import Application
from matching.models.companies import Opportunity


class Sheet(models.Model):
    """When it was saved and certified; `version` rises with each save."""

    version = models.PositiveIntegerField(_("version"), default=0)
    saved_at = models.DateTimeField(_("saved"))
    certified_at = models.DateTimeField(_("certified"), null=True, blank=True)

    class Meta:
        abstract = True


class PersonRankingSheet(Sheet):
    """One person's list of opportunities."""

    application = models.OneToOneField(
        Application, models.CASCADE, related_name="ranking_sheet", verbose_name=_("person")
    )

    class Meta:
        verbose_name = _("a person’s ranking")
        verbose_name_plural = _("people’s rankings")

    def __str__(self) -> str:
        return f"{self.application_id}"


class PersonRanking(models.Model):
    """One line of a person's list; 1 is the first choice."""

    sheet = models.ForeignKey(
        PersonRankingSheet,
        models.CASCADE,
        related_name="lines",
        verbose_name=_("a person’s ranking"),
    )
    opportunity = models.ForeignKey(
        Opportunity, models.PROTECT, related_name="+", verbose_name=_("opportunity")
    )
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("line of a person’s ranking")
        verbose_name_plural = _("lines of people’s rankings")
        ordering = ["sheet_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "opportunity"], name="person_ranking_opportunity_once"
            ),
            models.UniqueConstraint(
                fields=["sheet", "position"],
                name="person_ranking_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1), name="person_ranking_position_from_1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}: {self.position}"


class OpportunityRankingSheet(Sheet):
    """One opportunity's list of people, in tiers of equals."""

    opportunity = models.OneToOneField(
        Opportunity, models.CASCADE, related_name="ranking_sheet", verbose_name=_("opportunity")
    )
    certified_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("an opportunity’s ranking")
        verbose_name_plural = _("opportunities’ rankings")
        constraints = [
            models.CheckConstraint(
                condition=Q(certified_at__isnull=True, certified_by__isnull=True)
                | Q(certified_at__isnull=False, certified_by__isnull=False),
                name="opportunity_sheet_certified_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id}"


class OpportunityRanking(models.Model):
    """One person on an opportunity's list; tier 1 is preferred, people of one tier are equals."""

    sheet = models.ForeignKey(
        OpportunityRankingSheet,
        models.CASCADE,
        related_name="lines",
        verbose_name=_("an opportunity’s ranking"),
    )
    application = models.ForeignKey(
        Application, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    tier = models.PositiveSmallIntegerField(_("tier"))

    class Meta:
        verbose_name = _("line of an opportunity’s ranking")
        verbose_name_plural = _("lines of opportunities’ rankings")
        ordering = ["sheet_id", "tier", "application_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "application"], name="opportunity_ranking_person_once"
            ),
            models.CheckConstraint(
                condition=Q(tier__gte=1), name="opportunity_ranking_tier_from_1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}: {self.tier}"
