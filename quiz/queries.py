"""Named reads of the quiz, for pages, other apps and tests."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from applications.models import Application, Stage
from quiz.models import Attempt, AttemptScore, Quiz, Response, ScoringRun


@dataclass(frozen=True, slots=True)
class TopicResult:
    topic: str
    marks: Decimal
    items: int

    @property
    def percent(self) -> int:
        """Rounded down: nobody reads 100 who missed something."""
        return int(100 * self.marks / self.items)


@dataclass(frozen=True, slots=True)
class Result:
    """What a person is told about their quiz, once the list is published."""

    score: Decimal
    items: int
    topics: tuple[TopicResult, ...]


def quiz_of(cohort_id: int) -> Quiz | None:
    """The cohort's quiz, with the cohort."""
    return Quiz.objects.select_related("cohort").filter(cohort_id=cohort_id).first()


def attempt_of(application: Application) -> Attempt | None:
    """The attempt of this application that counts."""
    return Attempt.objects.live().filter(application=application).first()


def newest_run(cohort_id: int) -> ScoringRun | None:
    """The newest finished scoring run of the cohort's quiz."""
    return (
        ScoringRun.objects.filter(quiz__cohort_id=cohort_id, state=ScoringRun.State.FINISHED)
        .order_by("-number")
        .first()
    )


def scores_of(cohort_id: int) -> dict[int, Decimal]:
    """Scores by application in the newest run; who did not sit the quiz is absent."""
    return _scores(cohort_id, "score")


def core_scores_of(cohort_id: int) -> dict[int, Decimal]:
    """Weighted marks of the core topics, by application, in the newest run."""
    return _scores(cohort_id, "core_score")


def result_for(application: Application) -> Result | None:
    """The person's result in the newest run, or None.

    Show it only once the list is published: before that no page may differ by it.
    """
    run = newest_run(application.cohort_id)
    score = (
        AttemptScore.objects.filter(run=run, attempt__application=application)
        .exclude(attempt__state=Attempt.State.VOID)
        .first()
    )
    if run is None or score is None:
        return None
    topics = tuple(
        TopicResult(topic, Decimal(marks), items)
        for topic, (marks, items) in sorted(score.topics.items())
    )
    return Result(score.score, sum(topic.items for topic in topics), topics)


def paper_of(attempt: Attempt) -> QuerySet[Response]:
    """The items of one person's paper, in their order, with what is saved."""
    return attempt.responses.select_related("item_version").order_by("position")


def answered_count(attempt: Attempt) -> tuple[int, int]:
    """How many items have an answer, and how many there are."""
    counts = attempt.responses.aggregate(
        answered=Count("pk", filter=Q(answer__isnull=False)), items=Count("pk")
    )
    return counts["answered"], counts["items"]


def with_counts(quizzes: QuerySet[Quiz]) -> QuerySet[Quiz]:
    """Add `eligible`, `started`, `sitting` and `closed` to each quiz."""
    states = Attempt.State
    live = ~Q(attempts__state=states.VOID)
    return quizzes.annotate(
        eligible=Count(
            "cohort__applications",
            filter=Q(cohort__applications__stage=Stage.ELIGIBLE),
            distinct=True,
        ),
        started=Count("attempts", filter=live, distinct=True),
        sitting=Count("attempts", filter=Q(attempts__state=states.OPEN), distinct=True),
        closed=Count(
            "attempts",
            filter=Q(attempts__state__in=[states.SUBMITTED, states.SCORED]),
            distinct=True,
        ),
    )


def _scores(cohort_id: int, column: str) -> dict[int, Decimal]:
    run = newest_run(cohort_id)
    scores: Iterable[tuple[int, Decimal]] = (
        AttemptScore.objects.filter(run=run)
        .exclude(attempt__state=Attempt.State.VOID)
        .values_list("attempt__application_id", column)
        if run
        else ()
    )
    return dict(scores)
