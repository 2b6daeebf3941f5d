"""The item bank: questions and their versions.

A version is a draft until a second person has approved it. From then on its content can never
change: a trigger in the database refuses it (migration `0002`). A correction is a new version.
"""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Kind(models.TextChoices):
    """What is asked for. The values are those of `quiz.scoring`."""

    SINGLE = "single", _("one answer out of several")
    MULTIPLE = "multiple", _("several answers")
    TRUE_FALSE = "truefalse", _("true or false")
    NUMERICAL = "numerical", _("a number")
    SHORT = "short", _("a short text")
    MATCHING = "matching", _("pairs to match")
    ORDERING = "ordering", _("an order to find")


class Difficulty(models.TextChoices):
    EASY = "easy", _("easy")
    MEDIUM = "medium", _("medium")
    HARD = "hard", _("hard")


class TextFormat(models.TextChoices):
    """How a text is to be read. The values are those of `quiz.formats`."""

    MARKDOWN = "markdown", "Markdown"
    HTML = "html", "HTML"
    MOODLE = "moodle", _("HTML with line breaks")
    PLAIN = "plain", _("plain text")


class Item(models.Model):
    """A question. What it says is in its versions; papers use the newest approved one."""

    code = models.CharField(_("code"), max_length=255, unique=True)
    topic = models.SlugField(_("topic"), max_length=60)
    difficulty = models.CharField(_("difficulty"), max_length=10, choices=Difficulty)
    practice = models.BooleanField(
        _("for practice only"),
        default=False,
        help_text=_("Practice items are never in a quiz that counts, and the others only there."),
    )
    created_at = models.DateTimeField(_("created"))
    retired_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    retired_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    retired_reason = models.CharField(_("why it is withdrawn"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["code"]
        indexes = [models.Index(fields=["topic", "difficulty"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retired_by__isnull=True, retired_reason="")
                | Q(retired_at__isnull=False, retired_by__isnull=False) & ~Q(retired_reason=""),
                name="quiz_item_withdrawn_by_somebody_for_a_reason",
            )
        ]

    def __str__(self) -> str:
        return self.code


class ItemVersionQuerySet(models.QuerySet["ItemVersion"]):
    """Named subsets of versions."""

    def newest(self) -> "ItemVersionQuerySet":
        """Of each item the version with the highest number."""
        later = ItemVersion.objects.filter(item=OuterRef("item"), number__gt=OuterRef("number"))
        return self.filter(~Exists(later))

    def complete(self) -> "ItemVersionQuerySet":
        """Those that say everything in both languages."""
        return self.exclude(stem_en="").exclude(stem_zh="")

    def usable(self) -> "ItemVersionQuerySet":
        """Of each item the newest approved version; none of one that is withdrawn."""
        approved = self.filter(approved_at__isnull=False, item__retired_at__isnull=True)
        later = ItemVersion.objects.filter(
            item=OuterRef("item"), number__gt=OuterRef("number"), approved_at__isnull=False
        )
        return approved.filter(~Exists(later))


class ItemVersion(models.Model):
    """What an item says, and its key.

    `choices` is a list of `{"key": "a", "text": {"en": …, "zh-hant": …}, "format": "markdown",
    "pinned": false}` in the author's order; it is empty for the kinds without written choices.
    Those of a matching item have a `"role"`, "prompt" or "option", prompts first; those of an
    ordering item stand in the right order.
    `key` is what `quiz.scoring.key_from_dict` reads.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="versions", verbose_name=_("item"))
    number = models.PositiveIntegerField(_("version"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    text_format = models.CharField(_("format"), max_length=10, choices=TextFormat)
    stem_en = models.TextField(_("question (English)"))
    stem_zh = models.TextField(_("question (Chinese)"), blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    key = models.JSONField(_("key"))
    feedback_en = models.TextField(_("explanation (English)"), blank=True)
    feedback_zh = models.TextField(_("explanation (Chinese)"), blank=True)
    source_name = models.CharField(_("source file"), max_length=200, blank=True)
    source_sha256 = models.CharField(_("SHA-256 of the source file"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("author")
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )

    objects = ItemVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of an item")
        verbose_name_plural = _("versions of items")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="quiz_item_version_once"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="quiz_item_version_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(created_by__isnull=True)
                | ~Q(approved_by=F("created_by")),
                name="quiz_item_version_approved_by_a_second_person",
                violation_error_message=_("The author cannot approve an item."),
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | ~Q(stem_zh=""),
                name="quiz_item_version_approved_in_both_languages",
                violation_error_message=_("An item needs both languages before it is approved."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.code} v{self.number}"
