"""The texts that staff write for the kinds of messages."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.languages import Language
from accounts.models import User
from notifications import kinds


def _read_by_another(language: str) -> models.CheckConstraint:
    """A language has a reader and an instant, or neither; and the reader did not write it."""
    by, at = f"read_{language}_by", f"read_{language}_at"
    nobody = Q((f"{by}__isnull", True), (f"{at}__isnull", True))
    somebody = Q((f"{by}__isnull", False), (f"{at}__isnull", False))
    return models.CheckConstraint(
        condition=nobody | somebody & ~Q((by, models.F("written_by"))),
        name=f"notifications_text_{language}_read_by_another",
    )


class LetterText(models.Model):
    """A version of the text of one kind, in both languages. Written once, never changed.

    Each language is read by somebody who did not write it. Once both are found right the version
    is used, until one with a higher number is; a kind without any uses its file. A version of which
    one language was found wrong is never used.
    """

    kind = models.CharField(_("kind"), max_length=40)
    number = models.PositiveIntegerField(_("version"))
    subject_en = models.CharField(_("subject, English"), max_length=200)
    body_en = models.TextField(_("text, English"))
    subject_zh = models.CharField(_("subject, Chinese"), max_length=200)
    body_zh = models.TextField(_("text, Chinese"))
    why = models.CharField(_("why it is changed"), max_length=500)
    written_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written"))
    read_en_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("English read by")
    )
    read_en_at = models.DateTimeField(_("English read"), null=True)
    read_zh_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("Chinese read by")
    )
    read_zh_at = models.DateTimeField(_("Chinese read"), null=True)
    approved_at = models.DateTimeField(_("in use from"), null=True)
    refused_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("found wrong by")
    )
    refused_at = models.DateTimeField(_("found wrong"), null=True)
    # Blank where one person decided about both languages at once, before each had its reader.
    refused_language = models.CharField(
        _("language found wrong"), max_length=10, choices=Language, blank=True, default=""
    )
    refused_why = models.TextField(_("what is wrong"), blank=True, default="")

    class Meta:
        verbose_name = _("text of a message")
        verbose_name_plural = _("texts of messages")
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="notifications_text_once"),
            _read_by_another("en"),
            _read_by_another("zh"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True)
                | Q(read_en_at__isnull=False, read_zh_at__isnull=False, refused_at__isnull=True),
                name="notifications_text_used_when_both_are_read",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True, refused_by__isnull=True, refused_language="")
                | Q(refused_at__isnull=False, refused_by__isnull=False)
                & ~Q(refused_why="")
                & ~Q(refused_by=models.F("written_by")),
                name="notifications_text_found_wrong_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(subject_en="") & ~Q(body_en="") & ~Q(subject_zh="") & ~Q(body_zh=""),
                name="notifications_text_in_both_languages",
            ),
        ]

    def __str__(self) -> str:
        return f"{kinds.title_of(self.kind)} {self.number}"

    def in_language(self, language: str) -> tuple[str, str]:
        """Subject and body as they were written."""
        if language == Language.TRADITIONAL_CHINESE:
            return self.subject_zh, self.body_zh
        return self.subject_en, self.body_en
