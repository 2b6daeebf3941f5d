"""Tables that left the house: for what purpose, asked by whom, how many people are in them."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.models.cohorts import Cohort


class Export(models.Model):
    """A table somebody asked for. The rows are frozen as ids; the file itself is never kept."""

    class Format(models.TextChoices):
        CSV = "csv", _("CSV")
        XLSX = "xlsx", _("Excel (XLSX)")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="exports", verbose_name=_("cohort")
    )
    purpose = models.CharField(_("purpose"), max_length=30)
    format = models.CharField(_("format"), max_length=4, choices=Format)
    reason = models.TextField(_("reason"))
    row_ids = models.JSONField(_("rows"), default=list)
    rows = models.PositiveIntegerField(_("number of people"))
    digest = models.CharField(_("digest of what was asked for"), max_length=64)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    asked_at = models.DateTimeField(_("asked"))

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.purpose} {self.rows}"
