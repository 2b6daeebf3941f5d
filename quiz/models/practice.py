"""Practice: tables of its own, so that no count, score or list of the quiz can ever see it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.personal import PersonalJSONField
from applications.models import Application
from quiz.models.bank import ItemVersion


class Practice(models.Model):
    """Somebody's newest practice. Beginning anew forgets the one before; `number` counts them.

    It is over when it was closed or its time has passed; nothing has to close it.
    """

    application = models.OneToOneField(
        Application, models.CASCADE, related_name="practice", verbose_name=_("application")
    )
    number = models.PositiveIntegerField(_("practice"), default=1)
    started_at = models.DateTimeField(_("started"))
    deadline_at = models.DateTimeField(_("deadline"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("practice")
        verbose_name_plural = _("practices")
        constraints = [
            models.CheckConstraint(
                condition=Q(deadline_at__gt=F("started_at")), name="quiz_practice_times_in_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} #{self.number}"


class PracticeAnswer(models.Model):
    """One practice item, and what was last answered. A trigger refuses items that count."""

    practice = models.ForeignKey(
        Practice, models.CASCADE, related_name="answers", verbose_name=_("practice")
    )
    position = models.PositiveSmallIntegerField(_("number on the paper"))
    item_version = models.ForeignKey(
        ItemVersion, models.PROTECT, related_name="practice_answers", verbose_name=_("item")
    )
    choice_order = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    answer = PersonalJSONField(
        _("answer"),
        null=True,
        blank=True,
        purpose="letting you practise",
        retention="until you practise again",
    )
    sequence = models.BigIntegerField(_("sequence number"), default=0)

    class Meta:
        verbose_name = _("practice answer")
        verbose_name_plural = _("practice answers")
        ordering = ["practice", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "position"], name="quiz_practice_position_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.practice_id}: {self.position}"
