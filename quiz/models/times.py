"""What moves the end of an attempt: pauses of its clock, minutes given, outages.

`Attempt.deadline_at` follows from these rows by `quiz.clock`; nobody writes it by hand.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.personal import PersonalTextField
from quiz.models.quizzes import Quiz
from quiz.models.sittings import Attempt

ARRANGING, AFTER_USE = "making arrangements for you", "30 days after use"


class Outage(models.Model):
    """A time in which people could not work, by a fault that was not theirs: `[began, ended)`."""

    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="outages", verbose_name=_("quiz"))
    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"))
    reason = models.TextField(_("what happened"))
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )

    class Meta:
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        ordering = ["-began_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__gt=F("began_at")), name="quiz_outage_ends_after_it_began"
            ),
            models.UniqueConstraint(
                fields=["quiz", "began_at", "ended_at"], name="quiz_outage_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quiz_id}: {self.began_at:%Y-%m-%d %H:%M}–{self.ended_at:%H:%M}"


class Pause(models.Model):
    """A time in which the clock of one attempt stands still, at the latest until `until`.

    A break or a return that nobody ends is over at `until` by itself: nothing has to happen then.
    """

    class Kind(models.TextChoices):
        BREAK = "break", _("break")
        OUTAGE = "outage", _("outage")
        REOPENED = "reopened", _("reopened: waits for its person")

    attempt = models.ForeignKey(
        Attempt, models.CASCADE, related_name="pauses", verbose_name=_("attempt")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    started_at = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("at the latest until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    outage = models.ForeignKey(
        Outage,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="pauses",
        verbose_name=_("outage"),
    )

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["attempt", "started_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "outage"], name="quiz_pause_outage_once"),
            models.CheckConstraint(
                condition=Q(until__gt=F("started_at")), name="quiz_pause_has_length"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | Q(ended_at__gte=F("started_at"), ended_at__lte=F("until")),
                name="quiz_pause_ends_within",
            ),
            models.CheckConstraint(
                condition=Q(kind="outage", outage__isnull=False)
                | ~Q(kind="outage") & Q(outage__isnull=True),
                name="quiz_pause_outage_has_row",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.kind} {self.started_at:%H:%M}"


class GivenTime(models.Model):
    """Minutes that staff gave to one attempt."""

    attempt = models.ForeignKey(
        Attempt, models.CASCADE, related_name="given_times", verbose_name=_("attempt")
    )
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    reason = PersonalTextField(_("reason"), purpose=ARRANGING, retention=AFTER_USE)
    given_at = models.DateTimeField(_("given"))
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("time given")
        verbose_name_plural = _("times given")
        ordering = ["attempt", "given_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1) & Q(minutes__lte=600), name="quiz_given_1_to_600"
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}: +{self.minutes}"
