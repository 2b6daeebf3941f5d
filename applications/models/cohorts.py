"""Programmes and their cohorts: dates, sizes, rules."""

import unicodedata
from itertools import pairwise

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.languages import in_this_language
from accounts.models import User
from applications.models.deadlines import DeadlineField
from applications.models.rules import EligibilityRules

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
BOOTCAMP_DAYS = _("bootcamp days")
YEARS = range(2000, 2101)
MOST_HOURS = 90 * 24
MOST_PLACES = 100_000
SIZES = [MinValueValidator(1), MaxValueValidator(MOST_PLACES)]
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cn", "Zl", "Zp"})
# The quiz may open while applications are still taken: who is eligible may sit it at once.
ORDER = (
    ("applications_open_at", "quiz_opens_at"),
    ("quiz_opens_at", "quiz_closes_at"),
    *pairwise(name for name in INSTANTS_IN_ORDER if name != "quiz_opens_at"),
)


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


def _days_compared(instant: str, joiner: str) -> Func:
    """SQL: the day of an instant in Hong Kong, compared with all bootcamp days."""
    day = Func(
        F(instant),
        template="(%(expressions)s AT TIME ZONE 'Asia/Hong_Kong')::date",
        output_field=models.DateField(),
    )
    return Func(
        day,
        F("bootcamp_dates"),
        arg_joiner=f" {joiner} ALL (",  # in the order in which a migration writes them
        output_field=models.BooleanField(),
        template="(%(expressions)s))",
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
    applications_close_at = DeadlineField(INSTANTS_IN_ORDER["applications_close_at"])
    quiz_opens_at = models.DateTimeField(INSTANTS_IN_ORDER["quiz_opens_at"])
    quiz_closes_at = DeadlineField(INSTANTS_IN_ORDER["quiz_closes_at"])
    shortlist_at = models.DateTimeField(INSTANTS_IN_ORDER["shortlist_at"])
    reply_hours = models.PositiveSmallIntegerField(
        _("hours to confirm a place"),
        default=48,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_HOURS)],
    )
    bootcamp_dates = ArrayField(models.DateField(), verbose_name=BOOTCAMP_DAYS)
    project_due_at = DeadlineField(INSTANTS_IN_ORDER["project_due_at"])
    finalists_at = models.DateTimeField(INSTANTS_IN_ORDER["finalists_at"])
    rankings_close_at = DeadlineField(INSTANTS_IN_ORDER["rankings_close_at"])
    match_at = models.DateTimeField(INSTANTS_IN_ORDER["match_at"])

    places = models.PositiveIntegerField(_("bootcamp places"), default=100, validators=SIZES)
    places_with_ties = models.PositiveIntegerField(
        _("places if people tie"), default=105, validators=SIZES
    )
    finalists = models.PositiveIntegerField(_("finalists"), default=50, validators=SIZES)
    finalists_with_ties = models.PositiveIntegerField(
        _("finalists if people tie"), default=50, validators=SIZES
    )

    rules = models.ForeignKey(
        EligibilityRules,
        models.PROTECT,
        related_name="cohorts",
        verbose_name=_("eligibility rules in force"),
    )
    retention_months = models.PositiveSmallIntegerField(
        _("months until the data of unsuccessful applicants go"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text=_("Counted from the published result; at most 24."),
    )

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
                condition=Q(reply_hours__gte=1),
                name="cohort_hours_to_reply",
                violation_error_message=_("Give people at least an hour to confirm a place."),
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
                condition=_days_compared("shortlist_at", "<"),
                name="cohort_shortlist_then_bootcamp",
                violation_error_message=format_lazy(
                    _("Every one of the “{days}” must come after the day on which “{instant}”."),
                    days=BOOTCAMP_DAYS,
                    instant=INSTANTS_IN_ORDER["shortlist_at"],
                ),
            ),
            models.CheckConstraint(
                condition=_days_compared("project_due_at", ">="),
                name="cohort_bootcamp_then_project",
                violation_error_message=format_lazy(
                    _("None of the “{days}” may come after the day on which “{instant}”."),
                    days=BOOTCAMP_DAYS,
                    instant=INSTANTS_IN_ORDER["project_due_at"],
                ),
            ),
            models.CheckConstraint(
                condition=Q(retention_months__isnull=True)
                | Q(retention_months__gte=1, retention_months__lte=24),
                name="cohort_retention_at_most_24_months",
                violation_error_message=_("Keep the data between 1 and 24 months."),
            ),
        ]

    def __str__(self) -> str:
        return in_this_language(self.name_en, self.name_zh)

    def get_absolute_url(self) -> str:
        return reverse("cohort", args=[self.slug])

    def clean(self) -> None:
        """What no constraint says: names that can be read, years that a calendar can hold."""
        super().clean()
        wrong: dict[str, str | Promise] = {
            name: _("Leave out line breaks and characters that cannot be seen.")
            for name in ("name_en", "name_zh")
            if any(unicodedata.category(sign) in UNSEEN for sign in getattr(self, name) or "")
        }
        out_of_years = _("Give a year between %(first)d and %(last)d.") % {
            "first": YEARS[0],
            "last": YEARS[-1],
        }
        for name in INSTANTS_IN_ORDER:
            at = getattr(self, name)
            if at is not None and at.year not in YEARS:
                wrong[name] = out_of_years
        if any(day.year not in YEARS for day in self.bootcamp_dates or ()):
            wrong["bootcamp_dates"] = out_of_years
        if wrong:
            raise ValidationError(wrong)


class SignOff(models.Model):
    """Somebody answers for a question that the law leaves to a person, before a cohort opens."""

    class Subject(models.TextChoices):
        PRIVACY_NOTICE = "privacy-notice", _("The privacy notice is right for this cohort")
        AGENCY = "agency", _("The operator may bring people and employers together")
        SPECIAL_MEASURES = "special-measures", _("No place is reserved for a group of people")
        WAGES = "wages", _("The wording on minimum wage and internships is right")

    cohort = models.ForeignKey(
        Cohort, models.CASCADE, related_name="sign_offs", verbose_name=_("cohort")
    )
    subject = models.CharField(_("subject"), max_length=20, choices=Subject)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("sign-off")
        verbose_name_plural = _("sign-offs")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "subject"], name="sign_off_once_a_subject")
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.subject}"
