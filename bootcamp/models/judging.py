"""Who judges which project by which sheet, and what came of it."""

import uuid
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.languages import in_this_language
from accounts.models import User
from accounts.personal import PersonalTextField
from applications.models import Application, Cohort
from bootcamp import judging
from bootcamp.judging import Method
from bootcamp.models.projects import Project, ProjectTrack


class Rubric(models.Model):
    """A version of the sheet, never changed (migration 0002).

    `criteria`: [{name, weight, title: {en, zh}, anchors: {"1": {en, zh}, "3": …, "5": …}}];
    `gates`: names of pass-or-fail questions.
    """

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="rubrics", verbose_name=_("cohort")
    )
    version = models.PositiveSmallIntegerField(_("version"))
    criteria = models.JSONField(_("criteria"))
    gates = models.JSONField(_("gates"), default=list)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")
        ordering = ["cohort", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "version"], name="rubric_version_once")
        ]

    def __str__(self) -> str:
        version = _("version %(number)s") % {"number": self.version}
        return f"{self.cohort} · {version}"

    @property
    def names(self) -> list[str]:
        """The names of the criteria, in the order of the sheet."""
        return [criterion["name"] for criterion in self.criteria]

    @property
    def titles(self) -> dict[str, str]:
        """What each criterion is called, in the reader's language."""
        return {c["name"]: in_this_language(**_english_chinese(c["title"])) for c in self.criteria}

    def anchors(self, name: str) -> dict[int, str]:
        """What some numbers of a criterion's scale look like, in the reader's language."""
        [criterion] = [c for c in self.criteria if c["name"] == name]
        return {
            int(number): in_this_language(**_english_chinese(text))
            for number, text in criterion["anchors"].items()
        }

    def pure(self) -> judging.Rubric:
        """The rubric as the algorithm takes it."""
        return judging.Rubric(
            criteria=tuple(
                judging.Criterion(c["name"], Decimal(str(c["weight"]))) for c in self.criteria
            ),
            gates=tuple(self.gates),
        )


def _english_chinese(text: dict[str, str]) -> dict[str, str]:
    return {"english": text["en"], "chinese": text["zh"]}


class Judge(models.Model):
    """Somebody who judges in a cohort. Until they declare their conflicts no project opens."""

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="judges", verbose_name=_("cohort")
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="judges", verbose_name=_("person"))
    tracks = ArrayField(
        models.CharField(max_length=20, choices=ProjectTrack),
        verbose_name=_("tracks they are an expert in"),
        default=list,
        blank=True,
    )
    employer = models.CharField(_("employer"), max_length=150, blank=True)
    conflicts_declared_at = models.DateTimeField(_("conflicts declared"), null=True, blank=True)

    class Meta:
        verbose_name = _("judge")
        verbose_name_plural = _("judges")
        ordering = ["cohort", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "user"],
                name="judge_once",
                violation_error_message=_("This person is a judge of this cohort already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


class Conflict(models.Model):
    """Why one judge must not judge one person."""

    class Reason(models.TextChoices):
        INSTITUTION = "institution", _("Same institution")
        EMPLOYER = "employer", _("My company employs or is hiring them")
        FAMILY = "family", _("Family or friend")
        SUPERVISED = "supervised", _("I teach or supervise them")
        OTHER = "other", _("Another reason")

    judge = models.ForeignKey(
        Judge, models.CASCADE, related_name="conflicts", verbose_name=_("judge")
    )
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="judge_conflicts", verbose_name=_("application")
    )
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    declared_at = models.DateTimeField(_("declared"))

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["judge", "application"], name="conflict_once")
        ]

    def __str__(self) -> str:
        return f"{self.judge} · {self.application}"


class Assignment(models.Model):
    """A judge is to mark a project. Withdrawn ones keep their sheet; it counts no longer.

    `uuid` stands in addresses. `order` is the judge's running order, drawn by lot: the same order
    for all would always put the same projects before fresh or tired eyes.
    """

    class State(models.TextChoices):
        ASSIGNED = "assigned", _("assigned")
        WITHDRAWN = "withdrawn", _("withdrawn")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(
        Project, models.PROTECT, related_name="assignments", verbose_name=_("mini-project")
    )
    judge = models.ForeignKey(
        Judge, models.PROTECT, related_name="assignments", verbose_name=_("judge")
    )
    order = models.PositiveSmallIntegerField(_("running order"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASSIGNED)
    created_at = models.DateTimeField(_("assigned"))

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["judge", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "judge"], name="assignment_once")]

    def __str__(self) -> str:
        return f"{self.judge} · {self.project}"


class Sheet(models.Model):
    """What one judge gave one project. `marks`: {criterion: number from 1 to 5}."""

    assignment = models.OneToOneField(
        Assignment, models.PROTECT, related_name="sheet", verbose_name=_("assignment")
    )
    rubric = models.ForeignKey(
        Rubric, models.PROTECT, related_name="sheets", verbose_name=_("rubric")
    )
    marks = models.JSONField(_("marks"), default=dict)
    failed_gate = models.BooleanField(_("fails the academic-honesty question"), default=False)
    comment = PersonalTextField(
        _("Comment"),
        blank=True,
        validators=[MaxLengthValidator(2000)],
        purpose="explaining the marks",
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    saved_at = models.DateTimeField(_("saved"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)

    class Meta:
        verbose_name = _("sheet of marks")
        verbose_name_plural = _("sheets of marks")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.assignment)


class JudgingRun(models.Model):
    """One count of all sheets. What was put in and what came out never changes (migration 0002).

    `inputs` holds the rubric and every submitted sheet; `notes` whose marks were not normalised.
    """

    cohort = models.ForeignKey(
        Cohort, models.PROTECT, related_name="judging_runs", verbose_name=_("cohort")
    )
    number = models.PositiveIntegerField(_("number"))
    rubric = models.ForeignKey(
        Rubric, models.PROTECT, related_name="runs", verbose_name=_("rubric")
    )
    method = models.CharField(
        _("method"), max_length=20, choices=[(method.value, method.value) for method in Method]
    )
    inputs = models.JSONField(_("inputs"))
    input_digest = models.CharField(_("SHA-256 of the inputs"), max_length=64)
    result_digest = models.CharField(_("SHA-256 of the result"), max_length=64)
    notes = models.JSONField(_("notes"), default=list)
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("judging run")
        verbose_name_plural = _("judging runs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="judging_run_number_once")
        ]

    def __str__(self) -> str:
        run = pgettext("judging", "run %(number)s") % {"number": self.number}
        return f"{self.cohort} · {run}"


class ProjectScore(models.Model):
    """A project's numbers in one run. `score` is NULL when a gate was failed."""

    run = models.ForeignKey(
        JudgingRun, models.PROTECT, related_name="scores", verbose_name=_("judging run")
    )
    project = models.ForeignKey(
        Project, models.PROTECT, related_name="scores", verbose_name=_("mini-project")
    )
    raw_mean = models.DecimalField(_("raw mean"), max_digits=10, decimal_places=judging.PLACES)
    normalised_mean = models.DecimalField(
        _("normalised mean"), max_digits=10, decimal_places=judging.PLACES
    )
    spread = models.DecimalField(_("spread"), max_digits=10, decimal_places=judging.PLACES)
    anchor_spread = models.PositiveSmallIntegerField(_("spread in numbers of the scale"))
    marks = models.PositiveSmallIntegerField(_("sheets"))
    failed_gates = models.JSONField(_("failed gates"), default=list)
    score = models.DecimalField(
        _("score"), max_digits=10, decimal_places=judging.PLACES, null=True, blank=True
    )

    class Meta:
        verbose_name = _("project score")
        verbose_name_plural = _("project scores")
        ordering = ["run", "-score"]
        constraints = [
            models.UniqueConstraint(fields=["run", "project"], name="project_score_once"),
            models.CheckConstraint(
                condition=Q(score__isnull=False) | ~Q(failed_gates=[]),
                name="project_score_missing_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.score}"
