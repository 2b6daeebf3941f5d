"""What was submitted, word for word, and who got more time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.personal import PersonalJSONField
from applications.models.applications import Application
from applications.models.cohorts import Cohort
from applications.models.deadlines import DeadlineField


class Submission(models.Model):
    """The answers as they stood at the submission (number 1) and after each later change."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="submissions", verbose_name=_("application")
    )
    number = models.PositiveIntegerField(_("version"))
    at = models.DateTimeField(_("time"))
    answers = PersonalJSONField(_("answers"), purpose="showing what was submitted and when")

    class Meta:
        verbose_name = _("submitted version")
        verbose_name_plural = _("submitted versions")
        ordering = ["application", "number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="submission_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.application_id} #{self.number}"


class LateAccess(models.Model):
    """One person may apply, or change an application, until later than everybody else."""

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="late_access", verbose_name=_("cohort")
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="late_access", verbose_name=_("person")
    )
    until = DeadlineField(_("until"))
    reason = models.TextField(_("reason"))
    given_at = models.DateTimeField(_("given"))
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    ended_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("late access")
        verbose_name_plural = _("late access")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "user"],
                condition=models.Q(ended_at__isnull=True),
                name="late_access_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.until:%Y-%m-%d %H:%M}"
