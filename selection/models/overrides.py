"""People moved across the line by hand, because two people agreed to it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.personal import PersonalTextField
from applications.models import Application, Cohort
from selection import runs
from selection.models.preparing import STEP_CHOICES


class OverrideQuerySet(models.QuerySet["Override"]):
    """Named subsets of overrides."""

    def in_force(self) -> "OverrideQuerySet":
        """Those that the next run of their list takes up."""
        return self.filter(taken_back_at__isnull=True)


class Override(models.Model):
    """One person moved in or out. The row is made by the approval and says who agreed.

    It changes no run that exists: the next one has it among its inputs.
    """

    class Way(models.TextChoices):
        IN = runs.Way.IN.value, _("moved in")
        OUT = runs.Way.OUT.value, _("moved out")

    class Category(models.TextChoices):
        ERROR = "error", _("an error of ours")
        ACCESS = "access", _("an access arrangement was not given")
        APPEAL = "appeal", _("an appeal was upheld")
        INTEGRITY = "integrity", _("an integrity case was decided")
        ELIGIBILITY = "eligibility", _("not eligible after all")

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="overrides", verbose_name=_("cohort")
    )
    step = models.CharField(_("list"), max_length=20, choices=STEP_CHOICES)
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="overrides", verbose_name=_("application")
    )
    way = models.CharField(_("way"), max_length=3, choices=Way)
    category = models.CharField(_("category"), max_length=12, choices=Category)
    reason = PersonalTextField(_("reason"), purpose="saying why a place was given or not")
    asked_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    agreed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("agreed to by")
    )
    agreed_at = models.DateTimeField(_("agreed"))
    taken_back_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("taken back by")
    )
    taken_back_at = models.DateTimeField(_("taken back"), null=True)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["step", "application"],
                condition=Q(taken_back_at__isnull=True),
                name="selection_override_one_in_force",
                violation_error_message=_("This person is moved by hand already."),
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("agreed_by")), name="selection_override_by_two"
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="selection_override_taken_back_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.reference} · {self.get_way_display()}"
