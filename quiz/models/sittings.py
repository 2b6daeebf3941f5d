"""One person's sitting and its answers."""

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.personal import PersonalJSONField
from applications.models import Application, Stage
from quiz.models.bank import ItemVersion
from quiz.models.quizzes import Quiz

# Who is at one of these takes no part: nothing of theirs is opened, saved, closed or counted. The
# attempt is left as it is, for each of them can be undone.
ABSENT = (Stage.WITHDRAWN, Stage.MERGED, Stage.INELIGIBLE)


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Named subsets of attempts."""

    def live(self) -> "AttemptQuerySet":
        """Those that count: a void one is kept but counts no more."""
        return self.exclude(state=Attempt.State.VOID)

    def closed(self) -> "AttemptQuerySet":
        """Those whose sitting is over."""
        return self.filter(state__in=[Attempt.State.SUBMITTED, Attempt.State.SCORED])

    def of_present_people(self) -> "AttemptQuerySet":
        """Those of people who take part (see `ABSENT`)."""
        return self.exclude(application__stage__in=ABSENT)


class Attempt(models.Model):
    """A sitting. The row owns its deadline: no other clock decides.

    An answer counts as on time before `deadline_at`, as late (it was on its way) before
    `saves_until`, and is refused from then on; a sweep closes the attempt at `saves_until`.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        SUBMITTED = "submitted", _("closed")
        SCORED = "scored", _("scored")
        VOID = "void", _("void")

    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="attempts", verbose_name=_("quiz"))
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="attempts", verbose_name=_("application")
    )
    number = models.PositiveSmallIntegerField(_("attempt"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    seed = models.CharField(_("seed of the paper"), max_length=64)
    started_at = models.DateTimeField(_("started"))
    deadline_at = models.DateTimeField(_("deadline"))
    saves_until = models.DateTimeField(_("answers accepted until"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    # The clock stands still until then at the latest; a past instant means that it runs.
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    # How often it was closed for want of time and opened again.
    reopened = models.PositiveSmallIntegerField(_("reopened"), default=0)
    # The page that was opened last, on whatever device: the others only show (quiz/domain/saving).
    writer = models.CharField(_("page in use"), max_length=32, blank=True)
    score = models.DecimalField(_("score"), max_digits=9, decimal_places=4, null=True, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = pgettext_lazy("quiz", "attempts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["quiz", "application"],
                condition=~Q(state="void"),
                name="quiz_attempt_one_that_counts",
            ),
            models.UniqueConstraint(
                fields=["quiz", "application", "number"], name="quiz_attempt_number_once"
            ),
            models.CheckConstraint(
                condition=Q(deadline_at__gt=F("started_at")) & Q(saves_until__gte=F("deadline_at")),
                name="quiz_attempt_times_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state="void")
                | Q(state__in=["submitted", "scored"], closed_at__isnull=False),
                name="quiz_attempt_closed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="scored") | Q(score__isnull=False),
                name="quiz_attempt_scored_has_score",
            ),
        ]
        indexes = [
            models.Index(
                fields=["saves_until", "id"],
                condition=Q(state="open"),
                name="quiz_attempt_to_close",
            ),
            models.Index(fields=["quiz", "state"], name="quiz_attempt_by_state"),
        ]

    def __str__(self) -> str:
        attempt = _("attempt %(number)s") % {"number": self.number}
        return f"{self.application.reference} · {attempt}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def is_paused(self, now: datetime) -> bool:
        """Whether the clock of an open attempt stands still."""
        return self.is_open and self.paused_until is not None and now < self.paused_until

    def left(self, now: datetime) -> timedelta:
        """How much working time is left, never negative."""
        clock = self.paused_until if self.is_paused(now) and self.paused_until else now
        return max(self.deadline_at - clock, timedelta(0))


class Response(models.Model):
    """One item on one person's paper, and what that person last answered.

    `sequence` grows with each change; an older one never overwrites a newer one.
    """

    attempt = models.ForeignKey(
        Attempt, models.CASCADE, related_name="responses", verbose_name=_("attempt")
    )
    position = models.PositiveSmallIntegerField(_("number on the paper"))
    item_version = models.ForeignKey(
        ItemVersion, models.PROTECT, related_name="responses", verbose_name=_("item")
    )
    choice_order = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    answer = PersonalJSONField(_("answer"), null=True, blank=True, purpose="scoring your quiz")
    sequence = models.BigIntegerField(_("sequence number"), default=0)
    saved_at = models.DateTimeField(_("saved"), null=True, blank=True)
    late = models.BooleanField(_("arrived after the deadline"), default=False)

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ["attempt", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "position"], name="quiz_response_position_once"
            ),
            models.UniqueConstraint(
                fields=["attempt", "item_version"], name="quiz_response_item_once"
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1), name="quiz_response_positions_from_1"
            ),
            models.CheckConstraint(
                condition=Q(sequence=0, saved_at__isnull=True)
                | Q(sequence__gt=0, saved_at__isnull=False),
                name="quiz_response_saved_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.position}"
