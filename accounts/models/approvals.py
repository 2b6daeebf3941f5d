"""Decisions that take two people."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class Approval(models.Model):
    """A decision that takes two people: one asks, another one agrees, to exactly this content."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("waiting for a second person")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn by who asked")
        LAPSED = "lapsed", _("lapsed: nobody decided in time")
        TAKEN_BACK = "taken-back", _("approved, and taken back")
        VOID = "void", _("void: changed, given up or asked for anew")

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
    # Of who withdrew it, took the approval back, or cleared it once it had lapsed.
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_because = models.TextField(_("why it ended"), blank=True)

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
                condition=models.Q(
                    state__in=["requested", "withdrawn", "lapsed", "void"],
                    decided_by__isnull=True,
                )
                | models.Q(
                    state__in=["approved", "refused", "taken-back"], decided_by__isnull=False
                ),
                name="accounts_approval_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_by__isnull=False, ended_at__isnull=False)
                & (
                    models.Q(state="withdrawn", ended_by=models.F("requested_by"))
                    | models.Q(state="taken-back", ended_by=models.F("decided_by"))
                    & ~models.Q(ended_because="")
                    | models.Q(state="lapsed")
                )
                | models.Q(
                    state__in=["requested", "approved", "refused", "void"],
                    ended_by__isnull=True,
                    ended_at__isnull=True,
                ),
                name="accounts_approval_ended_by_whom_it_is_for",
            ),
            models.UniqueConstraint(
                fields=["kind", "object_id"],
                condition=models.Q(state="requested"),
                name="accounts_approval_one_open_request",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.get_state_display()}"

    def waits(self, now: datetime) -> bool:
        """Whether a second person can still decide."""
        return self.state == self.State.REQUESTED and now < self.expires_at

    def has_lapsed(self, now: datetime) -> bool:
        """Whether nobody decided in time, cleared or not."""
        asked = self.state == self.State.REQUESTED
        return self.state == self.State.LAPSED or (asked and self.expires_at <= now)

    def state_at(self, now: datetime) -> str:
        """The state at an instant, in the reader's language."""
        return str((self.State.LAPSED if self.has_lapsed(now) else self.State(self.state)).label)
