"""The outbox: one row for each thing that one person is told."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.languages import Language
from accounts.models import User
from accounts.personal import PersonalTextField


class Message(models.Model):
    """A message to one person about one fact, rendered when the fact happened.

    `(run, person, kind)` is unique, so a fact that is told twice is told once.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("could not be sent")
        VOID = "void", _("overtaken by a newer decision")

    run = models.CharField(_("fact"), max_length=80)
    person = models.ForeignKey(User, models.CASCADE, related_name="messages")
    kind = models.CharField(_("kind"), max_length=40)
    topic = models.CharField(_("topic"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=Language)
    subject = PersonalTextField(_("subject"), purpose="telling you a fact")
    body = PersonalTextField(_("text"), purpose="telling you a fact")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    queued_at = models.DateTimeField(_("queued"))
    due_at = models.DateTimeField(_("not before"))
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("outbox")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "person", "kind"], name="notifications_message_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | ~models.Q(state="sent") & models.Q(sent_at__isnull=True),
                name="notifications_message_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(state="queued"),
                name="notifications_queued",
            ),
            models.Index(fields=["person", "topic"], name="notifications_person_topic"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.person_id}"
