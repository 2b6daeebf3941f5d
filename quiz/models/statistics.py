"""What an item analysis of a scoring run found. It stays as it was computed (migration `0004`)."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quiz.models.bank import ItemVersion
from quiz.models.scores import ScoringRun


class ItemStatistics(models.Model):
    """The analysis of one run.

    `result` is what `quiz.statistics.analysis.analyse` returns; `inputs` is the digest of the run,
    which covers keys, answers and scores; `digest` is the SHA-256 of the result.
    """

    run = models.OneToOneField(
        ScoringRun,
        models.PROTECT,
        primary_key=True,
        related_name="statistics",
        verbose_name=_("scoring run"),
    )
    version = models.PositiveSmallIntegerField(_("version of the figures"))
    inputs = models.CharField(_("digest of the inputs"), max_length=64)
    result = models.JSONField(_("result"))
    digest = models.CharField(_("digest of the result"), max_length=64)
    people = models.PositiveIntegerField(_("people"))
    alarms = models.PositiveIntegerField(_("items to look at"))
    computed_at = models.DateTimeField(_("computed"))

    class Meta:
        verbose_name = _("item analysis")
        verbose_name_plural = _("item analyses")
        ordering = ["-run"]

    def __str__(self) -> str:
        return str(self.run)

    def of_version(self, version_id: int) -> dict[str, Any] | None:
        """The part of the result that is about one version of an item."""
        return next((row for row in self.result["items"] if row["version_id"] == version_id), None)


class ItemFigure(models.Model):
    """One version of an item in one analysis, so that its page can tell its history."""

    statistics = models.ForeignKey(
        ItemStatistics, models.CASCADE, related_name="figures", verbose_name=_("item analysis")
    )
    item_version = models.ForeignKey(
        ItemVersion, models.PROTECT, related_name="figures", verbose_name=_("item")
    )
    people = models.PositiveIntegerField(_("people"))
    facility = models.FloatField(_("facility"), null=True)
    discrimination = models.FloatField(_("discrimination"), null=True)
    alarms = models.JSONField(_("alarms"), default=list)

    class Meta:
        verbose_name = _("figures of an item")
        verbose_name_plural = _("figures of items")
        constraints = [
            models.UniqueConstraint(
                fields=["statistics", "item_version"], name="quiz_item_figure_once"
            ),
            models.CheckConstraint(
                condition=Q(facility__isnull=True) | Q(facility__gte=0, facility__lte=1),
                name="quiz_item_figure_facility_0_to_1",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statistics_id}: {self.item_version_id}"
