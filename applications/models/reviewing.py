"""Who reviews what at this moment, and which applications may be one person's."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.models.applications import Application
from applications.models.cohorts import Cohort


class ReviewClaim(models.Model):
    """A reviewer holds an application for some minutes; nobody else decides it meanwhile."""

    application = models.OneToOneField(
        Application, models.CASCADE, related_name="review_claim", verbose_name=_("application")
    )
    reviewer = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("by"))
    taken_at = models.DateTimeField(_("taken"))
    expires_at = models.DateTimeField(_("lapses"))

    class Meta:
        verbose_name = _("review in hand")
        verbose_name_plural = _("reviews in hand")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.application_id} {self.reviewer_id}"


class DuplicateCase(models.Model):
    """Two applications of one cohort that may be one person's. A person decides."""

    class Reason(models.TextChoices):
        MAILBOX = "mailbox", _("the same e-mail address but for case, dots or a plus")
        MOBILE = "mobile", _("the same mobile phone")

    class State(models.TextChoices):
        OPEN = "open", _("to decide")
        MERGED = "merged", _("merged")
        DISTINCT = "distinct", _("two people")

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="duplicate_cases", verbose_name=_("cohort")
    )
    # The older application first, so that a pair is one row whichever side found the other.
    first = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name=_("one"))
    second = models.ForeignKey(
        Application, models.PROTECT, related_name="+", verbose_name=_("other")
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    found_at = models.DateTimeField(_("found"))
    decided_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    note = models.TextField(_("why"), blank=True)

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="duplicate_older_first"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_by__isnull=True)
                | Q(state__in=["merged", "distinct"], decided_by__isnull=False),
                name="duplicate_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first.reference} · {self.second.reference}"
