"""Dated facts of Hong Kong that staff keep up to date: they move, so they are data."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.languages import in_this_language


class MinimumWage(models.Model):
    """The statutory minimum wage from a day on, until the next row."""

    from_on = models.DateField(_("from"), unique=True)
    hourly_cents = models.PositiveIntegerField(_("an hour, in cents"))

    class Meta:
        verbose_name = _("minimum wage")
        verbose_name_plural = _("minimum wages")
        ordering = ["-from_on"]

    def __str__(self) -> str:
        return f"{self.from_on} HKD {self.hourly_cents / 100:.2f}"


class PublicHoliday(models.Model):
    """A general holiday: not a working day when we count how long an offer stands."""

    on = models.DateField(_("day"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=80)
    name_zh = models.CharField(_("name (Chinese)"), max_length=80)

    class Meta:
        verbose_name = _("public holiday")
        verbose_name_plural = _("public holidays")
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"

    @property
    def name(self) -> str:
        return in_this_language(self.name_en, self.name_zh)
