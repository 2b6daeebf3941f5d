"""A cohort's quiz: how long, which items, how a paper is made up."""

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.languages import in_this_language
from accounts.models import User
from accounts.personal import PersonalTextField
from applications.models import Application, Cohort
from quiz.models.bank import Difficulty, ItemVersion


class ScoreRule(models.TextChoices):
    """What a person's score is: fixed before the quiz opens, and told to everybody."""

    SUM = "sum", _("sum of marks")
    EQUATED = "equated", _("equated (Rasch)")


class Quiz(models.Model):
    """The quiz of one cohort. Its window is the cohort's `quiz_opens_at` to `quiz_closes_at`."""

    cohort = models.OneToOneField(
        Cohort, models.PROTECT, related_name="quiz", verbose_name=_("cohort")
    )
    title_en = models.CharField(_("title (English)"), max_length=120)
    title_zh = models.CharField(_("title (Chinese)"), max_length=120)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=40, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    grace_seconds = models.PositiveSmallIntegerField(
        _("seconds for what was on its way"), default=45, validators=[MaxValueValidator(600)]
    )
    core_weights = models.JSONField(_("weights of the core topics"), default=dict)
    score_rule = models.CharField(
        _("what the score is"), max_length=10, choices=ScoreRule, default=ScoreRule.SUM
    )
    paper_seed = models.CharField(_("seed of the papers"), max_length=64)
    created_at = models.DateTimeField(_("set up"))
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    pool = models.ManyToManyField(
        ItemVersion, through="QuizItem", related_name="quizzes", verbose_name=_("items")
    )

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1) & Q(minutes__lte=600), name="quiz_minutes_1_to_600"
            ),
            models.CheckConstraint(
                condition=Q(grace_seconds__lte=600), name="quiz_grace_up_to_10_minutes"
            ),
        ]

    def __str__(self) -> str:
        return f"{in_this_language(self.title_en, self.title_zh)} · {self.cohort}"

    @property
    def opens_at(self) -> datetime:
        return self.cohort.quiz_opens_at

    @property
    def closes_at(self) -> datetime:
        return self.cohort.quiz_closes_at

    @property
    def grace(self) -> timedelta:
        return timedelta(seconds=self.grace_seconds)


class BlueprintCell(models.Model):
    """How many items of one topic and one difficulty each paper has."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="cells", verbose_name=_("quiz"))
    topic = models.SlugField(_("topic"), max_length=60)
    difficulty = models.CharField(_("difficulty"), max_length=10, choices=Difficulty)
    count = models.PositiveSmallIntegerField(_("items on a paper"))

    class Meta:
        verbose_name = _("part of the blueprint")
        verbose_name_plural = _("blueprint")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["quiz", "topic", "difficulty"], name="quiz_blueprint_cell_once"
            ),
            models.CheckConstraint(condition=Q(count__gte=1), name="quiz_blueprint_cell_has_items"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} × {self.difficulty}: {self.count}"


class QuizItem(models.Model):
    """An item version from which the quiz draws. The pool is fixed when the quiz is set up."""

    quiz = models.ForeignKey(
        Quiz, models.CASCADE, related_name="quiz_items", verbose_name=_("quiz")
    )
    item_version = models.ForeignKey(
        ItemVersion, models.PROTECT, related_name="quiz_items", verbose_name=_("item")
    )

    class Meta:
        verbose_name = _("item of a quiz")
        verbose_name_plural = _("items of a quiz")
        constraints = [
            models.UniqueConstraint(fields=["quiz", "item_version"], name="quiz_pool_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.quiz_id}: {self.item_version_id}"


class ExtraTime(models.Model):
    """More time for one person: a factor on the quiz's minutes, and minutes of breaks."""

    application = models.OneToOneField(
        Application, models.CASCADE, related_name="extra_time", verbose_name=_("application")
    )
    factor = models.DecimalField(
        _("factor"),
        max_digits=3,
        decimal_places=2,
        validators=[MinValueValidator(1), MaxValueValidator(4)],
    )
    break_minutes = models.PositiveSmallIntegerField(
        _("minutes of breaks"),
        default=0,
        blank=True,
        validators=[MaxValueValidator(240)],
        help_text=_("The clock stops while the person takes a break, up to this many minutes."),
    )
    reason = PersonalTextField(
        _("reason"), purpose="making arrangements for you", retention="30 days after use"
    )
    granted_at = models.DateTimeField(_("granted"))
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("extra time")
        verbose_name_plural = _("extra time")
        constraints = [
            models.CheckConstraint(
                condition=Q(factor__gte=1) & Q(factor__lte=4), name="quiz_extra_time_1_to_4"
            ),
            models.CheckConstraint(
                condition=Q(break_minutes__lte=240), name="quiz_breaks_up_to_4_hours"
            ),
        ]

    def __str__(self) -> str:
        time = _("time × %(factor)s") % {"factor": self.factor}
        return f"{self.application.reference} · {time}"
