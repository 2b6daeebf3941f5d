"""The outbox: one row for each thing that one person is told; and the texts that staff write."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.languages import Language
from accounts.models import User
from accounts.personal import PersonalCharField, PersonalTextField

ONE_PERSON_DECIDES = 20
"""What staff write goes to more people than that only when a second person agrees."""


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
        return f"{self.kind} → {self.person_id}"


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


def _read_by_another(language: str) -> models.CheckConstraint:
    """A language has a reader and an instant, or neither; and the reader did not write it."""
    by, at = f"read_{language}_by", f"read_{language}_at"
    nobody = Q((f"{by}__isnull", True), (f"{at}__isnull", True))
    somebody = Q((f"{by}__isnull", False), (f"{at}__isnull", False))
    return models.CheckConstraint(
        condition=nobody | somebody & ~Q((by, models.F("written_by"))),
        name=f"notifications_text_{language}_read_by_another",
    )


class LetterText(models.Model):
    """A version of the text of one kind, in both languages. Written once, never changed.

    Each language is read by somebody who did not write it. Once both are found right the version
    is used, until one with a higher number is; a kind without any uses its file. A version of which
    one language was found wrong is never used.
    """

    kind = models.CharField(_("kind"), max_length=40)
    number = models.PositiveIntegerField(_("version"))
    subject_en = models.CharField(_("subject, English"), max_length=200)
    body_en = models.TextField(_("text, English"))
    subject_zh = models.CharField(_("subject, Chinese"), max_length=200)
    body_zh = models.TextField(_("text, Chinese"))
    why = models.CharField(_("why it is changed"), max_length=500)
    written_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written"))
    read_en_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("English read by")
    )
    read_en_at = models.DateTimeField(_("English read"), null=True)
    read_zh_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("Chinese read by")
    )
    read_zh_at = models.DateTimeField(_("Chinese read"), null=True)
    approved_at = models.DateTimeField(_("in use from"), null=True)
    refused_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("found wrong by")
    )
    refused_at = models.DateTimeField(_("found wrong"), null=True)
    # Blank where one person decided about both languages at once, before each had its reader.
    refused_language = models.CharField(
        _("language found wrong"), max_length=10, choices=Language, blank=True, default=""
    )
    refused_why = models.TextField(_("what is wrong"), blank=True, default="")

    class Meta:
        verbose_name = _("text of a message")
        verbose_name_plural = _("texts of messages")
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="notifications_text_once"),
            _read_by_another("en"),
            _read_by_another("zh"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True)
                | Q(read_en_at__isnull=False, read_zh_at__isnull=False, refused_at__isnull=True),
                name="notifications_text_used_when_both_are_read",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True, refused_by__isnull=True, refused_language="")
                | Q(refused_at__isnull=False, refused_by__isnull=False)
                & ~Q(refused_why="")
                & ~Q(refused_by=models.F("written_by")),
                name="notifications_text_found_wrong_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(subject_en="") & ~Q(body_en="") & ~Q(subject_zh="") & ~Q(body_zh=""),
                name="notifications_text_in_both_languages",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    def in_language(self, language: str) -> tuple[str, str]:
        """Subject and body as they were written."""
        if language == Language.TRADITIONAL_CHINESE:
            return self.subject_zh, self.body_zh
        return self.subject_en, self.body_en


class Correction(models.Model):
    """Something wrong that was sent, to whom, why, and what they are told instead."""

    class State(models.TextChoices):
        DRAFT = "draft", _("not sent yet")
        AGREED = "agreed", _("agreed to, not sent yet")
        SENT = "sent", _("sent")
        DROPPED = "dropped", _("dropped")

    kind = models.CharField(_("kind of the wrong message"), max_length=40)
    messages = models.ManyToManyField(Message, related_name="+", verbose_name=_("messages"))
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
        return f"{self.kind} {self.written_at:%Y-%m-%d}"


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
        return self.subject_en

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
