"""The outbox: one row for each thing that one person is told; and where mail does not arrive."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.languages import Language
from accounts.models import User
from accounts.personal import PersonalCharField, PersonalTextField
from notifications import kinds


class Message(models.Model):
    """A message to one person about one fact, rendered when the fact happened.

    `(run, person, kind)` is unique, so a fact that is told twice is told once. Kinds that exclude
    each other (`excludes`) never wait together for one person about one topic.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("could not be sent")
        VOID = "void", _("overtaken by a newer decision")
        RECALLED = "recalled", _("taken back before it left")
        WITHHELD = "withheld", _("kept back")

    class Category(models.TextChoices):
        NOTICE = "notice", _("notice")
        MARKETING = "marketing", _("news, by consent")

    uuid = models.UUIDField(_("number"), default=uuid.uuid4, unique=True, editable=False)
    run = models.CharField(_("fact"), max_length=80)
    person = models.ForeignKey(
        User, models.CASCADE, related_name="messages", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=40)
    topic = models.CharField(_("topic"), max_length=80, blank=True)
    excludes = models.CharField(_("excludes"), max_length=20, blank=True)
    category = models.CharField(
        _("class"), max_length=10, choices=Category, default=Category.NOTICE
    )
    language = models.CharField(_("language"), max_length=10, choices=Language)
    text_version = models.PositiveIntegerField(_("version of the text"), default=0)
    subject = PersonalTextField(_("subject"), purpose="telling you a fact")
    body = PersonalTextField(_("text"), purpose="telling you a fact")
    corrects = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("corrects"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    # One of many that a decision sends: it lets what somebody waits for go first.
    in_bulk = models.BooleanField(_("one of many"), default=False)
    queued_at = models.DateTimeField(_("queued"))
    due_at = models.DateTimeField(_("not before"))
    until = models.DateTimeField(_("not from"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
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
            models.UniqueConstraint(
                fields=["person", "topic", "excludes"],
                condition=Q(state="queued") & ~Q(excludes=""),
                name="notifications_no_contradiction_waits",
            ),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | ~models.Q(state="sent") & models.Q(sent_at__isnull=True),
                name="notifications_message_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["in_bulk", "due_at", "id"],
                condition=models.Q(state="queued"),
                name="notifications_waiting",
            ),
            models.Index(fields=["person", "topic"], name="notifications_person_topic"),
            models.Index(
                fields=["person", "due_at"],
                condition=Q(read_at__isnull=True),
                name="notifications_unread",
            ),
            # What staff look after: a short list beside the millions that were sent.
            models.Index(
                fields=["state", "claimed_at"],
                condition=Q(state__in=["sending", "failed", "withheld"]),
                name="notifications_troubles",
            ),
        ]

    def __str__(self) -> str:
        return f"{kinds.title_of(self.kind)} {self.pk}"


class Pace(models.Model):
    """How many messages have been claimed in the running minute: one row, for all workers."""

    minute = models.DateTimeField()
    claimed = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("pace of the workers")
        verbose_name_plural = _("pace of the workers")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="notifications_one_pace"),
        ]

    def __str__(self) -> str:
        return f"{self.minute}: {self.claimed}"


class AddressTrouble(models.Model):
    """Mail to an address came back, or its owner called it unwanted."""

    class Kind(models.TextChoices):
        BOUNCED = "bounced", _("mail comes back")
        COMPLAINED = "complained", _("reported as unwanted")

    person = models.ForeignKey(
        User, models.CASCADE, related_name="address_troubles", verbose_name=_("person")
    )
    address = PersonalCharField(
        _("e-mail address"), max_length=254, purpose="telling you that our mail does not arrive"
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    detail = PersonalTextField(
        _("what the mail server said"), purpose="finding out why mail does not arrive"
    )
    message = models.ForeignKey(
        Message, models.SET_NULL, null=True, related_name="+", verbose_name=_("message")
    )
    first_at = models.DateTimeField(_("first"))
    last_at = models.DateTimeField(_("last"))
    times = models.PositiveIntegerField(_("times"), default=1)
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("settled by")
    )

    class Meta:
        verbose_name = _("address in trouble")
        verbose_name_plural = _("addresses in trouble")
        ordering = ["-last_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "address", "kind"],
                condition=Q(settled_at__isnull=True),
                name="notifications_trouble_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id}"
