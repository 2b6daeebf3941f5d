"""What is laid down before a list is drawn: the committed seed and the rule."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.models import Cohort
from selection.programme import LISTINGS
from selection.ranking import TiePolicy

STEP_CHOICES = [(slug, listing.title) for slug, listing in LISTINGS.items()]


class SeedCommitment(models.Model):
    """A secret seed for the draw and its SHA-256, which is public before scores are known."""

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="seed_commitments", verbose_name=_("cohort")
    )
    step = models.CharField(_("list"), max_length=20, choices=STEP_CHOICES)
    seed = models.CharField(_("seed"), max_length=64)
    commitment = models.CharField(_("SHA-256 of the seed"), max_length=64)
    before_scores = models.BooleanField(_("committed before any score was known"))
    committed_at = models.DateTimeField(_("committed"))
    committed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("committed seed")
        verbose_name_plural = _("committed seeds")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "step"], name="selection_seed_once")
        ]

    def __str__(self) -> str:
        return f"{self.cohort} · {self.get_step_display()}"


class SelectionRule(models.Model):
    """How a list is ranked: a version is never changed, a new one is added.

    `criteria` is a list of [name of a source, weight as text].
    """

    class Ties(models.TextChoices):
        TAKE_ALL_THEN_DRAW = (
            TiePolicy.TAKE_ALL_THEN_DRAW.value,
            _("take all up to the limit, else draw"),
        )
        DRAW = TiePolicy.DRAW.value, _("draw")

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="selection_rules", verbose_name=_("cohort")
    )
    step = models.CharField(_("list"), max_length=20, choices=STEP_CHOICES)
    version = models.PositiveIntegerField(_("version"))
    criteria = models.JSONField(_("criteria and weights"))
    tie_breakers = models.JSONField(_("tie-breakers"), default=list)
    tie_policy = models.CharField(
        _("people who still tie at the line"), max_length=20, choices=Ties
    )
    reserves = models.PositiveIntegerField(_("length of the reserve list"))
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("selection rule")
        verbose_name_plural = _("selection rules")
        ordering = ["cohort", "step", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "step", "version"], name="selection_rule_version_once"
            )
        ]

    def __str__(self) -> str:
        version = _("version %(number)s") % {"number": self.version}
        return f"{self.cohort} · {self.get_step_display()} · {version}"

    @property
    def weights(self) -> tuple[tuple[str, Decimal], ...]:
        """(name of a source, weight) pairs."""
        return tuple((name, Decimal(weight)) for name, weight in self.criteria)
