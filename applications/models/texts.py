"""The texts that a person reads and accepts, in versions. A published version never changes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.languages import in_this_language
from accounts.models import User
from applications.models.applications import Application


class LegalText(models.Model):
    """One version of one text, in both languages. Markdown."""

    class Kind(models.TextChoices):
        PRIVACY_NOTICE = "privacy-notice", _("Privacy notice")
        HONOUR_CODE = "honour-code", _("Honour code")
        TALENT_POOL = "talent-pool", _("Consent: talent pool")
        PUBLICITY = "publicity", _("Consent: publicity")
        MARKETING = "marketing", _("Consent: other programmes and events")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    version = models.CharField(_("version"), max_length=20)
    text_en = models.TextField(_("text (English)"))
    text_zh = models.TextField(_("text (Chinese)"))
    asks_again = models.BooleanField(
        _("the meaning has changed"),
        default=True,
        help_text=_("Who accepted an earlier version is asked again."),
    )
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    class Meta:
        verbose_name = _("text to accept")
        verbose_name_plural = _("texts to accept")
        ordering = ["kind", "-published_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="legal_text_version_once"),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | (~Q(text_en="") & ~Q(text_zh="")),
                name="legal_text_published_in_both_languages",
                violation_error_message=_("Both languages are needed."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version}"

    @property
    def text(self) -> str:
        return in_this_language(self.text_en, self.text_zh)


class Acceptance(models.Model):
    """A person accepted a required text: which version, in which language, when."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="acceptances", verbose_name=_("application")
    )
    text = models.ForeignKey(LegalText, models.PROTECT, related_name="+", verbose_name=_("text"))
    language = models.CharField(_("language"), max_length=10)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "text"], name="acceptance_once_a_text")
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.text_id}"
