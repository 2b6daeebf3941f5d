"""Rulings: what staff decided afterwards about an item of a quiz. The item itself never changes."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.domain.approvals import digest_of
from accounts.models import User
from quiz.models.bank import ItemVersion
from quiz.models.quizzes import Quiz

APPROVAL_KIND = "quiz-ruling"


class RulingQuerySet(models.QuerySet["Ruling"]):
    """Named subsets of rulings."""

    def in_force(self) -> "RulingQuerySet":
        """Of each item of a quiz the last one that two people agreed to."""
        agreed = self.filter(state=Ruling.State.IN_FORCE)
        return agreed.order_by("quiz_id", "item_version_id", "-number").distinct(
            "quiz_id", "item_version_id"
        )


class Ruling(models.Model):
    """One decision about one item version in one quiz: void, another key, or as it was.

    What it says never changes (triggers, migration 0004). A later one about the same item takes
    its place. `keys` are the accepted keys, as `quiz.scoring.key_from_dict` reads them; the best
    of them counts.
    """

    class Effect(models.TextChoices):
        VOID = "void", _("void: it counts for nobody")
        REKEY = "rekey", _("another key")
        AS_IT_WAS = "as-it-was", _("counts as it was approved")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        IN_FORCE = "in-force", _("decided")
        DROPPED = "dropped", _("dropped")

    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="rulings", verbose_name=_("quiz"))
    item_version = models.ForeignKey(
        ItemVersion, models.PROTECT, related_name="rulings", verbose_name=_("item")
    )
    number = models.PositiveIntegerField(_("ruling"))
    effect = models.CharField(_("effect"), max_length=10, choices=Effect)
    keys = models.JSONField(_("accepted keys"), default=list, blank=True)
    reason = models.TextField(_("reason"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )

    objects = RulingQuerySet.as_manager()

    class Meta:
        verbose_name = _("ruling on an item")
        verbose_name_plural = _("rulings on items")
        ordering = ["quiz", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "number"], name="quiz_ruling_number_once"),
            models.UniqueConstraint(
                fields=["quiz", "item_version"],
                condition=Q(state="proposed"),
                name="quiz_ruling_one_proposal_an_item",
            ),
            models.CheckConstraint(
                condition=Q(effect="rekey") & ~Q(keys=[]) | ~Q(effect="rekey") & Q(keys=[]),
                name="quiz_ruling_keys_as_its_effect",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True, decided_by__isnull=True)
                | Q(state="in-force", decided_at__isnull=False, decided_by__isnull=False)
                | Q(state="dropped", decided_at__isnull=False),
                name="quiz_ruling_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="in-force") | ~Q(decided_by=F("proposed_by")),
                name="quiz_ruling_by_two_people",
                violation_error_message=_("The person who proposed a ruling cannot decide on it."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("ruling %(number)s") % {"number": self.number})

    def get_absolute_url(self) -> str:
        return reverse("admin:quiz_ruling_change", args=[self.pk])

    @property
    def content(self) -> dict[str, Any]:
        """What a second person agrees to, as plain JSON."""
        return {
            "quiz": self.quiz_id,
            "item": self.item_version_id,
            "effect": self.effect,
            "keys": self.keys,
            "reason": self.reason,
        }

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return digest_of(self.content)
