"""Files of questions that were brought in, kept as they came."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.languages import Language
from accounts.models import User


class ItemFile(models.Model):
    """A file to import, and what it did. `imported_at` is NULL until somebody confirms it."""

    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content = models.BinaryField(_("content"))
    format = models.CharField(_("format"), max_length=20)
    language = models.CharField(_("language"), max_length=10, choices=Language)
    uploaded_at = models.DateTimeField(_("uploaded"))
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    imported_at = models.DateTimeField(_("imported"), null=True, blank=True)
    # What it would do, as somebody saw it, and then what it did: `ImportReport.as_json()`.
    report = models.JSONField(_("report"), default=dict, blank=True)

    class Meta:
        verbose_name = _("file of questions")
        verbose_name_plural = _("files of questions")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
