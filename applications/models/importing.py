"""Files that were imported, and how their columns were understood."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Job, User
from accounts.personal import PersonalJSONField
from applications.models.cohorts import Cohort


class ImportFile(models.Model):
    """A file to import, kept as it came, and what it did. `imported_at` is NULL until confirmed."""

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="import_files", verbose_name=_("cohort")
    )
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content = models.BinaryField(_("content"))
    uploaded_at = models.DateTimeField(_("uploaded"))
    imported_at = models.DateTimeField(_("imported"), null=True, blank=True)
    imported_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    # What each column is taken for, as staff chose it: from folded heading to field, "" for none.
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    job = models.ForeignKey(
        Job, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("job")
    )
    report = PersonalJSONField(_("report"), default=dict, purpose="explaining an import")

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "sha256"],
                condition=Q(imported_at__isnull=True),
                name="import_file_waits_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ColumnMapping(models.Model):
    """What the columns of a layout hold, remembered from the last time it was imported.

    A layout is the set of its headings, whatever their order.
    """

    layout = models.CharField(_("digest of the headings"), max_length=64, unique=True)
    # By folded heading; "" for a column that is not taken.
    columns = models.JSONField(_("columns"))
    chosen_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    chosen_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("column mapping")
        verbose_name_plural = _("column mappings")
        ordering = ["-chosen_at"]

    def __str__(self) -> str:
        return self.layout[:12]
