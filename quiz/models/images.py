"""Images that items show. What one shows never changes: its reference is that of its bytes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from quiz.images import REFERENCE

FOLDER = "item-images"


class ItemImage(models.Model):
    """An image in private storage. Texts name it `image:<reference>`."""

    reference = models.CharField(_("reference"), max_length=REFERENCE, unique=True)
    content_type = models.CharField(_("type"), max_length=20)
    width = models.PositiveSmallIntegerField(_("width in pixels"))
    height = models.PositiveSmallIntegerField(_("height in pixels"))
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    created_at = models.DateTimeField(_("uploaded"))
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("uploaded by")
    )

    class Meta:
        verbose_name = _("image of items")
        verbose_name_plural = _("images of items")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(width__gt=0, height__gt=0, size__gt=0), name="quiz_image_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"image:{self.reference}"

    @property
    def place(self) -> str:
        """Where its bytes are in the storage."""
        return f"{FOLDER}/{self.reference}"
