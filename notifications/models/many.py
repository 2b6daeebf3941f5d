"""What staff write to many people at once: announcements, and corrections of what was wrong."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.languages import in_this_language
from accounts.models import User
from notifications import kinds
from notifications.models.outbox import Message

ONE_PERSON_DECIDES = 20
"""What staff write goes to more people than that only when a second person agrees."""


class Correction(models.Model):
    """Something wrong that was sent, to whom, why, and what they are told instead.

    A message has at most one correction that is still to be sent (`Corrected`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("not sent yet")
        AGREED = "agreed", _("agreed to, not sent yet")
        SENT = "sent", _("sent")
        DROPPED = "dropped", _("dropped")

    kind = models.CharField(_("kind of the wrong message"), max_length=40)
    messages = models.ManyToManyField(
        Message, through="Corrected", related_name="+", verbose_name=_("messages")
    )
    people = models.PositiveIntegerField(_("people"))
    text_en = models.TextField(_("what is right, English"))
    text_zh = models.TextField(_("what is right, Chinese"))
    incident = models.TextField(_("what happened, for the record"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    written_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{kinds.title_of(self.kind)} {self.written_at:%Y-%m-%d}"


class Corrected(models.Model):
    """A wrong message of a correction. Triggers keep `is_open` as the correction's state has it."""

    correction = models.ForeignKey(Correction, models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, models.CASCADE, related_name="+")
    # Still to be sent: written, asked about or agreed to.
    is_open = models.BooleanField(default=True)

    class Meta:
        db_table = "notifications_correction_messages"
        verbose_name = _("corrected message")
        verbose_name_plural = _("corrected messages")
        ordering: ClassVar[list[str]] = ["id"]
        unique_together: ClassVar[list[tuple[str, str]]] = [("correction", "message")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["message"],
                condition=Q(is_open=True),
                name="notifications_one_open_correction",
            )
        ]

    def __str__(self) -> str:
        return f"{self.correction_id} → {self.message_id}"


class Announcement(models.Model):
    """What staff write to many people at once: news, or a notice. Written once, never changed.

    Whom it goes to is frozen when it is written (`Addressee`); the audience is asked again when it
    is sent, and only for who has left it since.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("written, not sent")
        ASKED = "asked", _("waits for a second person")
        AGREED = "agreed", _("agreed to, not sent yet")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("refused")
        DROPPED = "dropped", _("dropped")

    category = models.CharField(_("class"), max_length=10, choices=Message.Category)
    audience = models.CharField(_("audience"), max_length=40)
    # In words (names of cohorts and stages), so that the row says by itself whom it was for.
    parameters = models.JSONField(_("of the audience"), default=dict)
    subject_en = models.CharField(_("subject, English"), max_length=200)
    body_en = models.TextField(_("text, English"))
    subject_zh = models.CharField(_("subject, Chinese"), max_length=200)
    body_zh = models.TextField(_("text, Chinese"))
    why = models.CharField(_("why it is sent"), max_length=500)
    people = models.PositiveIntegerField(_("people"))
    unwilling = models.PositiveIntegerField(_("left out: they want no news"), default=0)
    digest = models.CharField(_("digest of the content"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    written_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written"))
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("agreed by")
    )
    sent_at = models.DateTimeField(_("put into the outbox"), null=True)
    told = models.PositiveIntegerField(_("letters"), null=True)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(subject_en="") & ~Q(body_en="") & ~Q(subject_zh="") & ~Q(body_zh=""),
                name="notifications_announced_in_both_languages",
            ),
            models.CheckConstraint(
                condition=Q(people__gte=1), name="notifications_announced_to_somebody"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False, told__isnull=False)
                | ~Q(state="sent") & Q(sent_at__isnull=True, told__isnull=True),
                name="notifications_announcement_sent_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent")
                | Q(people__lte=ONE_PERSON_DECIDES)
                | Q(approved_by__isnull=False),
                name="notifications_many_are_told_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(approved_by__isnull=False),
                name="notifications_somebody_agreed",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("written_by")),
                name="notifications_announcement_agreed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return in_this_language(self.subject_en, self.subject_zh)

    @property
    def run(self) -> str:
        """The fact that its letters tell."""
        return f"announcement:{self.pk}"


class Addressee(models.Model):
    """Somebody to whom an announcement goes, unless they leave its audience before it is sent."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="addressees")
    person = models.ForeignKey(User, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("addressee")
        verbose_name_plural = _("addressees")
        ordering = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["announcement", "person"], name="notifications_addressed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id} → {self.person_id}"
