"""What may not change any more because something was published from it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.models.cohorts import Cohort


class InputLock(models.Model):
    """A part of a cohort that a published list was made from, closed to changes.

    Two people can open it until an instant (`open_until`); then it is closed again by itself.
    """

    cohort = models.ForeignKey(
        Cohort, models.CASCADE, related_name="input_locks", verbose_name=_("cohort")
    )
    part = models.CharField(_("part"), max_length=40)
    because = models.CharField(_("published from it"), max_length=80)
    locked_at = models.DateTimeField(_("locked"))
    open_until = models.DateTimeField(_("open until"), null=True, blank=True)
    asked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    agreed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agreed by")
    )
    reason = models.TextField(_("why it was opened"), blank=True)

    class Meta:
        verbose_name = _("locked input")
        verbose_name_plural = _("locked inputs")
        ordering = ["-locked_at", "part"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "part"], name="applications_lock_once"),
            models.CheckConstraint(
                condition=Q(
                    open_until__isnull=True,
                    asked_by__isnull=True,
                    agreed_by__isnull=True,
                    reason="",
                )
                | Q(open_until__isnull=False, asked_by__isnull=False, agreed_by__isnull=False)
                & ~Q(asked_by=F("agreed_by"))
                & ~Q(reason=""),
                name="applications_lock_opened_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort} · {self.part}"
