"""Files of applicants. They lie in private storage and are served by one view only."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.personal import PersonalCharField, PersonalFileField
from applications.models.applications import Application

FOLDER = "documents"


def place_of(document: "Document", _name: str) -> str:
    """Where a file is stored: a name of ours, never the one it came with."""
    return f"{FOLDER}/{document.uuid}"


class Document(models.Model):
    """One uploaded file. A newer one of its kind replaces it; the older one stays on record."""

    class Kind(models.TextChoices):
        CV = "cv", _("CV")

    class Scan(models.TextChoices):
        NOT_ASKED = "not-asked", _("not scanned")
        WAITING = "waiting", _("being scanned")
        CLEAN = "clean", _("scanned")
        INFECTED = "infected", _("refused by the scanner")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="documents", verbose_name=_("application")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    file = PersonalFileField(
        _("file"), upload_to=place_of, max_length=100, purpose="showing you to companies you chose"
    )
    name = PersonalCharField(
        _("file name"), max_length=200, purpose="showing you to companies you chose"
    )
    content_type = models.CharField(_("type"), max_length=60)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    scan = models.CharField(_("scan"), max_length=10, choices=Scan, default=Scan.NOT_ASKED)
    scanned_at = models.DateTimeField(_("scanned at"), null=True, blank=True)
    # The person was told that the file seems to hold an identity card number, and kept it.
    warned = models.BooleanField(_("warned of an identity card number"), default=False)
    uploaded_at = models.DateTimeField(_("uploaded"))
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind"],
                condition=Q(replaced_at__isnull=True),
                name="document_one_of_a_kind",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="document_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name
