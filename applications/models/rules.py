"""Who may take part, as versioned data. What a version says never changes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Status(models.TextChoices):
    STUDENT = "student", _("I am a student")
    GRADUATE = "graduate", _("I have graduated")


def every_status() -> list[str]:
    """Students and graduates."""
    return list(Status.values)


class EligibilityRules(models.Model):
    """One version of the rules. An application keeps the version that it was submitted under.

    `applications.eligibility` evaluates them; a trigger refuses any change of a row.
    """

    number = models.PositiveIntegerField(_("version"), default=1)
    previous = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="next",
        verbose_name=_("version before"),
    )
    statuses = ArrayField(
        models.CharField(max_length=10, choices=Status),
        verbose_name=_("who may apply"),
        default=every_status,
    )
    completion_from = models.DateField(_("earliest completion month"))
    completion_to = models.DateField(_("latest completion month"))
    days_needed = models.PositiveSmallIntegerField(_("bootcamp days one must attend"), default=5)
    adults_only = models.BooleanField(_("18 or older"), default=True)
    created_at = models.DateTimeField(_("since"), null=True, blank=True)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("eligibility rules")
        verbose_name_plural = _("eligibility rules")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(completion_from__lte=F("completion_to")),
                name="rules_completion_range",
                violation_error_message=_(
                    "“Earliest completion month” must not come after “latest completion month”."
                ),
            ),
            models.CheckConstraint(
                condition=Q(statuses__len__gte=1),
                name="rules_somebody_may_apply",
                violation_error_message=_("“Who may apply” needs at least one group."),
            ),
        ]

    def __str__(self) -> str:
        return f"{_('version')} {self.number}"
