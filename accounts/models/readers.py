"""Who reads which language well enough to confirm what is written in it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.languages import Language
from accounts.models.people import User


class Reader(models.Model):
    """Somebody who is on record as reading a language; it is not the one they are addressed in.

    A row of its own, so that it says who recorded it and when, and so that who confirms a text can
    hold it until they are done.
    """

    person = models.ForeignKey(
        User, models.CASCADE, related_name="languages_read", verbose_name=_("person")
    )
    language = models.CharField(_("language"), max_length=10, choices=Language)
    # Nobody has: before there was this record, they had confirmed a text in this language.
    recorded_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("reader of a language")
        verbose_name_plural = _("readers of languages")
        ordering = ["person_id", "language"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person", "language"], name="accounts_reader_once"),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="accounts_reader_of_ours"
            ),
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=True) | ~Q(recorded_by=F("person")),
                name="accounts_reader_recorded_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.language}"
