"""Scoring runs: each is a decision that stays as it was made."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.personal import PersonalJSONField
from quiz.models.quizzes import Quiz
from quiz.models.rulings import Ruling
from quiz.models.sittings import Attempt


class ScoringRun(models.Model):
    """All closed attempts of a quiz, scored by the same rule, keys and rulings.

    `digest` is the SHA-256 over the canonical keys, answers and scores, and over the rulings and
    the scale if there are any; it is written at the end. `scale` has the difficulty of each item
    version on the common scale, as text, where the rule is the equated one. `trouble` says why a
    run failed.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        FINISHED = "finished", _("finished")
        FAILED = "failed", _("failed")

    quiz = models.ForeignKey(
        Quiz, models.PROTECT, related_name="scoring_runs", verbose_name=_("quiz")
    )
    number = models.PositiveIntegerField(_("run"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    rule = models.CharField(_("rule"), max_length=40)
    attempts = models.PositiveIntegerField(_("attempts to score"))
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("started"))
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("started by")
    )
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    rulings = models.ManyToManyField(Ruling, related_name="runs", verbose_name=_("rulings"))
    scale = models.JSONField(_("difficulties"), default=dict, blank=True)
    trouble = models.TextField(_("why it failed"), blank=True)

    class Meta:
        verbose_name = _("scoring run")
        verbose_name_plural = _("scoring runs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "number"], name="quiz_scoring_run_once"),
            models.UniqueConstraint(
                fields=["quiz"],
                condition=Q(state="running"),
                name="quiz_scoring_run_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="running", finished_at__isnull=True, digest="")
                | Q(state="finished", finished_at__isnull=False) & ~Q(digest="")
                | Q(state="failed", finished_at__isnull=True, digest=""),
                name="quiz_scoring_run_finished_has_digest",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(trouble="") | ~Q(state="failed") & Q(trouble=""),
                name="quiz_scoring_run_failed_says_why",
            ),
        ]

    def __str__(self) -> str:
        run = _("run %(number)s") % {"number": self.number}
        return f"{self.quiz} · {run}"


class AttemptScore(models.Model):
    """What one attempt is worth in one run.

    `score` is what the quiz's rule makes of the answers: the sum of marks (one for each item), or
    the equated score, and then `marks` has the sum. `core_score` is the sum with each topic
    weighed by the quiz's `core_weights`. All have four decimals. `topics` maps a topic to
    `[marks, items]`. `inputs` is the SHA-256 of the canonical paper and answers.
    """

    run = models.ForeignKey(
        ScoringRun, models.PROTECT, related_name="scores", verbose_name=_("scoring run")
    )
    attempt = models.ForeignKey(
        Attempt, models.PROTECT, related_name="scores", verbose_name=_("attempt")
    )
    score = models.DecimalField(_("score"), max_digits=9, decimal_places=4)
    marks = models.DecimalField(
        _("sum of marks"), max_digits=9, decimal_places=4, null=True, blank=True
    )
    core_score = models.DecimalField(_("core topics"), max_digits=9, decimal_places=4)
    topics = PersonalJSONField(_("by topic"), purpose="telling you where you stand")
    inputs = models.CharField(_("digest of the answers"), max_length=64)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        constraints = [
            models.UniqueConstraint(fields=["run", "attempt"], name="quiz_attempt_score_once"),
            models.CheckConstraint(
                condition=Q(score__gte=0) & Q(core_score__gte=0),
                name="quiz_attempt_score_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.score}"
