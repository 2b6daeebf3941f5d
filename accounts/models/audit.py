"""The audit trail: who did what to which object, chained so that a change of the past shows."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.personal import PersonalGenericIPAddressField
from accounts.wording import say_verb


class AuditEvent(models.Model):
    """One thing that somebody did to one object, written in the transaction of the change."""

    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    verb = models.CharField(_("what"), max_length=60)
    object_type = models.CharField(_("kind of object"), max_length=60)
    object_id = models.CharField(_("object"), max_length=40)
    before = models.JSONField(_("before"), default=dict, blank=True)
    after = models.JSONField(_("after"), default=dict, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    ip = PersonalGenericIPAddressField(
        _("from"), null=True, blank=True, purpose="finding out who saw or changed something"
    )
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit trail")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id"]),
            models.Index(fields=["verb", "id"], name="accounts_event_verb"),
            # Rows come in the order of their time: a block range is enough, and costs nothing.
            BrinIndex(fields=["at"], name="accounts_event_at", autosummarize=True),
        ]

    def __str__(self) -> str:
        return say_verb(self.verb)


class AuditSeal(models.Model):
    """A link of the chain: SHA-256 over the link before and one event.

    Events are sealed in the order in which their transactions became visible, by one process at a
    time; so writing an event never waits for anybody else's transaction.
    """

    position = models.BigIntegerField(_("position"), primary_key=True)
    event = models.OneToOneField(
        AuditEvent, models.PROTECT, related_name="seal", verbose_name=_("event")
    )
    digest = models.CharField(_("digest of the chain"), max_length=64)

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.position} {self.digest[:12]}"
