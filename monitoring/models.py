"""What people may tell about themselves so that equal treatment can be counted, and the counts.

Nothing below this room may know of it. The rows of `Answers` hang on applications without a way
back: no query that starts at an application, an entry or a list can reach them by name.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.personal import PersonalCharField
from applications.models import Application
from selection.models import Selection

WHY = "counting whether everybody is treated alike"
UNTIL_COUNTED = "until the last list of the cohort is counted, or the cohort ends"
UNSAID = "unsaid"
RATHER_NOT = _("I would rather not say")


class HomeLanguage(models.TextChoices):
    """The language that somebody is most at home in."""

    CANTONESE = "cantonese", _("Cantonese")
    PUTONGHUA = "putonghua", _("Putonghua")
    ENGLISH = "english", _("English")
    OTHER = "other", _("Another language")
    UNSAID = UNSAID, RATHER_NOT


class YesNo(models.TextChoices):
    """An answer to a question that one need not answer."""

    YES = "yes", pgettext_lazy("equal opportunities", "Yes")
    NO = "no", pgettext_lazy("equal opportunities", "No")
    UNSAID = UNSAID, RATHER_NOT


class Answers(models.Model):
    """One person's answers, each of them optional. Its person alone reads them."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="+")
    language = PersonalCharField(
        _("Which language are you most at home in?"),
        max_length=10,
        choices=HomeLanguage,
        blank=True,
        purpose=WHY,
        retention=UNTIL_COUNTED,
    )
    disability = PersonalCharField(
        _("Do you have a disability or a long-term health condition?"),
        max_length=10,
        choices=YesNo,
        blank=True,
        purpose=WHY,
        retention=UNTIL_COUNTED,
    )
    caring = PersonalCharField(
        _("Do you care for a child, or for a relative who needs help?"),
        max_length=10,
        choices=YesNo,
        blank=True,
        purpose=WHY,
        retention=UNTIL_COUNTED,
    )
    first_in_family = PersonalCharField(
        _("Are you the first in your family to go to university or college?"),
        max_length=10,
        choices=YesNo,
        blank=True,
        purpose=WHY,
        retention=UNTIL_COUNTED,
    )
    answered_at = models.DateTimeField(_("answered"))

    class Meta:
        verbose_name = _("answers on equal opportunities")
        verbose_name_plural = _("answers on equal opportunities")
        constraints = [
            models.CheckConstraint(
                condition=Q(language__in=["", *HomeLanguage.values])
                & Q(disability__in=["", *YesNo.values])
                & Q(caring__in=["", *YesNo.values])
                & Q(first_in_family__in=["", *YesNo.values]),
                name="monitoring_answers_are_choices",
            ),
            models.CheckConstraint(
                condition=~Q(language="", disability="", caring="", first_in_family=""),
                name="monitoring_answers_say_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


# The fields of `Answers` that are questions, and what may be answered.
QUESTIONS: dict[str, type[models.TextChoices]] = {
    "language": HomeLanguage,
    "disability": YesNo,
    "caring": YesNo,
    "first_in_family": YesNo,
}


class ListCount(models.Model):
    """What was counted of one published list, once. What may not be shown is not in it.

    `tables` has a table for each dimension, as `disclosure.Table.as_json` spells it; `requests`
    says how requests for an arrangement were answered. A trigger (migration 0002) keeps the row.
    """

    selection = models.OneToOneField(
        Selection, models.PROTECT, related_name="+", verbose_name=_("list")
    )
    counted_at = models.DateTimeField(_("counted"))
    tables = models.JSONField(_("tables"))
    requests = models.JSONField(_("requests for an arrangement"))

    class Meta:
        verbose_name = _("count of a list")
        verbose_name_plural = _("counts of lists")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.selection_id} {self.counted_at:%Y-%m-%d}"
