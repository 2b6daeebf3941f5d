"""Programmes and their cohorts: dates, sizes, rules."""

from itertools import pairwise

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

INSTANTS_IN_ORDER = {
    "applications_open_at": _("applications open"),
    "applications_close_at": _("applications close"),
    "quiz_opens_at": _("quiz opens"),
    "quiz_closes_at": _("quiz closes"),
    "shortlist_at": _("shortlist is published"),
    "project_due_at": _("mini-projects are due"),
    "finalists_at": _("finalists are published"),
    "rankings_close_at": _("rankings close"),
    "match_at": _("match is published"),
}
# The quiz may open while applications are still taken: who is eligible may sit it at once.
ORDER = (
    ("applications_open_at", "quiz_opens_at"),
    ("quiz_opens_at", "quiz_closes_at"),
    *pairwise(name for name in INSTANTS_IN_ORDER if name != "quiz_opens_at"),
)


def in_this_language(english: str, chinese: str) -> str:
    """The text in the active language, or the English one where the Chinese is missing."""
    return chinese if chinese and (translation.get_language() or "").startswith("zh") else english


class Programme(models.Model):
    """A talent programme, run again and again as cohorts."""

    slug = models.SlugField(_("short name"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=120)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    summary_en = models.TextField(_("summary (English)"))
    summary_zh = models.TextField(_("summary (Chinese)"))
    contact_email = models.EmailField(_("contact"))

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["slug"]

    def __str__(self) -> str:
        return in_this_language(self.name_en, self.name_zh)

    @property
    def summary(self) -> str:
        return in_this_language(self.summary_en, self.summary_zh)


def _before(first: str, second: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{first}__lte": F(second)}),
        name=f"cohort_{first[:-3]}_then_{second[:-3]}"[:60],
        violation_error_message=format_lazy(
            _("“{first}” must not come after “{second}”."),
            first=INSTANTS_IN_ORDER[first],
            second=INSTANTS_IN_ORDER[second],
        ),
    )


class Cohort(models.Model):
    """One run of a programme. Every deadline is an instant; the server's clock decides it."""

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="cohorts", verbose_name=_("programme")
    )
    slug = models.SlugField(_("short name"), unique=True)
    name_en = models.CharField(_("name (English)"), max_length=120)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    is_public = models.BooleanField(_("shown to the public"), default=False)

    applications_open_at = models.DateTimeField(INSTANTS_IN_ORDER["applications_open_at"])
    applications_close_at = models.DateTimeField(INSTANTS_IN_ORDER["applications_close_at"])
    quiz_opens_at = models.DateTimeField(INSTANTS_IN_ORDER["quiz_opens_at"])
    quiz_closes_at = models.DateTimeField(INSTANTS_IN_ORDER["quiz_closes_at"])
    shortlist_at = models.DateTimeField(INSTANTS_IN_ORDER["shortlist_at"])
    reply_hours = models.PositiveSmallIntegerField(_("hours to confirm a place"), default=48)
    bootcamp_dates = ArrayField(models.DateField(), verbose_name=_("bootcamp days"))
    project_due_at = models.DateTimeField(INSTANTS_IN_ORDER["project_due_at"])
    finalists_at = models.DateTimeField(INSTANTS_IN_ORDER["finalists_at"])
    rankings_close_at = models.DateTimeField(INSTANTS_IN_ORDER["rankings_close_at"])
    match_at = models.DateTimeField(INSTANTS_IN_ORDER["match_at"])

    places = models.PositiveIntegerField(
        _("bootcamp places"), default=100, validators=[MinValueValidator(1)]
    )
    places_with_ties = models.PositiveIntegerField(_("places if people tie"), default=105)
    finalists = models.PositiveIntegerField(
        _("finalists"), default=50, validators=[MinValueValidator(1)]
    )
    finalists_with_ties = models.PositiveIntegerField(_("finalists if people tie"), default=50)

    completion_from = models.DateField(_("earliest completion month"))
    completion_to = models.DateField(_("latest completion month"))
    days_needed = models.PositiveSmallIntegerField(_("bootcamp days one must attend"), default=5)

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ["-applications_open_at"]
        constraints = [
            *(_before(first, second) for first, second in ORDER),
            models.CheckConstraint(
                condition=Q(places__gte=1) & Q(places_with_ties__gte=F("places")),
                name="cohort_places_positive",
                violation_error_message=_(
                    "“Bootcamp places” must be at least 1, and “places if people tie” not fewer."
                ),
            ),
            models.CheckConstraint(
                condition=Q(finalists__gte=1) & Q(finalists_with_ties__gte=F("finalists")),
                name="cohort_finalists_positive",
                violation_error_message=_(
                    "“Finalists” must be at least 1, and “finalists if people tie” not fewer."
                ),
            ),
            models.CheckConstraint(
                condition=Q(bootcamp_dates__len__gte=1),
                name="cohort_has_bootcamp_days",
                violation_error_message=_("“Bootcamp days” needs at least one day."),
            ),
            models.CheckConstraint(
                condition=Q(completion_from__lte=F("completion_to")),
                name="cohort_completion_range",
                violation_error_message=_(
                    "“Earliest completion month” must not come after “latest completion month”."
                ),
            ),
        ]

    def __str__(self) -> str:
        return in_this_language(self.name_en, self.name_zh)

    def get_absolute_url(self) -> str:
        return reverse("cohort", args=[self.slug])


class Institution(models.Model):
    """A place of study, with the name it bears in each language."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=150)
    name_zh = models.CharField(_("name (Chinese)"), max_length=150)

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ["name_en"]

    def __str__(self) -> str:
        return in_this_language(self.name_en, self.name_zh)
