"""Decisions that take two people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class Approval(models.Model):
    """A decision that takes two people: one asks, another one agrees, to exactly this content."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("waiting for a second person")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        VOID = "void", _("void: the content changed or the request lapsed")

    kind = models.CharField(_("kind"), max_length=60)
    object_id = models.CharField(_("object"), max_length=40)
    # What is asked for, where nothing else in the database says it.
    payload = models.JSONField(_("content"), default=dict, blank=True)
    digest = models.CharField(_("digest of the content"), max_length=64)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    requested_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("lapses"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("requested_by")),
                name="accounts_approval_by_a_second_person",
                violation_error_message=_("The person who asked cannot approve."),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["requested", "void"], decided_by__isnull=True)
                | models.Q(state__in=["approved", "refused"], decided_by__isnull=False),
                name="accounts_approval_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["kind", "object_id"],
                condition=models.Q(state="requested"),
                name="accounts_approval_one_open_request",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.get_state_display()}"
