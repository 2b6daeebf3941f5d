"""A question that staff ask about a sitting, the person's reply, and what was decided."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.personal import PersonalJSONField, PersonalTextField
from quiz.models.sittings import Attempt

PURPOSE = "asking you about your sitting, and deciding fairly"


class CaseQuerySet(models.QuerySet["IntegrityCase"]):
    """Named subsets of cases."""

    def open(self) -> "CaseQuerySet":
        """Those that are not decided: their people stay in the run as if nothing had happened."""
        return self.filter(decided_at__isnull=True)


class IntegrityCase(models.Model):
    """Opened by one person and decided by another, after the reply or its seven days.

    `evidence` is what was shown when the case was opened, frozen: it is all that it rests on.
    """

    class Outcome(models.TextChoices):
        NO_FINDING = "no-finding", _("no finding")
        NOTE = "note", _("a note is kept, nothing else follows")
        VOID = "void", _("the attempt does not count")
        EXCLUDED = "excluded", _("left the selection, by two people’s decision")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempt = models.ForeignKey(
        Attempt, models.PROTECT, related_name="cases", verbose_name=_("attempt")
    )
    ground = PersonalTextField(_("what is asked about"), purpose=PURPOSE)
    evidence = PersonalJSONField(_("what was noticed"), default=list, purpose=PURPOSE)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    reply_by = models.DateTimeField(_("reply by"))
    reply = PersonalTextField(_("reply"), blank=True, purpose=PURPOSE)
    replied_at = models.DateTimeField(_("replied"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    reason = PersonalTextField(_("reason"), blank=True, purpose=PURPOSE)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("integrity case")
        verbose_name_plural = _("integrity cases")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt"],
                condition=Q(decided_at__isnull=True),
                name="quiz_case_one_open_for_an_attempt",
            ),
            models.CheckConstraint(
                condition=Q(reply="", replied_at__isnull=True)
                | ~Q(reply="") & Q(replied_at__isnull=False, replied_at__lt=F("reply_by")),
                name="quiz_case_reply_in_its_window",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, outcome="", reason="")
                | Q(decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(outcome="")
                & ~Q(reason=""),
                name="quiz_case_decided_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True)
                | Q(replied_at__isnull=False)
                | Q(decided_at__gte=F("reply_by")),
                name="quiz_case_decided_after_reply_or_day_7",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("opened_by")),
                name="quiz_case_decided_by_somebody_else",
                violation_error_message=_("Who opened a case cannot decide it."),
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) & ~Q(outcome="excluded")
                | Q(outcome="excluded", approved_by__isnull=False)
                & ~Q(approved_by=F("decided_by")),
                name="quiz_case_exclusion_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt.application.reference} · {self.opened_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("quiz:case", args=[self.uuid])

    @property
    def is_open(self) -> bool:
        return self.decided_at is None
