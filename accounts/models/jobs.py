"""Long work: what it is, how far it is, how it ended."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class Job(models.Model):
    """Work that a worker does while somebody watches. Its page survives a reload.

    While the work runs in its own transaction, `done` lives in the cache (`accounts.domain.jobs`);
    the row has the beginning and the end.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    payload = models.JSONField(_("content"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField(_("steps"), default=0)
    result = models.JSONField(_("result"), default=dict)
    error = models.TextField(_("what went wrong"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("times begun"), default=0)
    asked_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("asked for by")
    )
    asked_at = models.DateTimeField(_("asked"))
    started_at = models.DateTimeField(_("started"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["done", "failed"], ended_at__isnull=False)
                | models.Q(state__in=["waiting", "running"], ended_at__isnull=True),
                name="accounts_job_ended_has_time",
            ),
            models.UniqueConstraint(
                fields=["kind", "payload"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="accounts_job_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.get_state_display()}"
