"""Named reads of the quiz, for pages, other apps and tests."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from applications.models import Application, Cohort, Stage
from quiz.models import (
    ABSENT,
    Attempt,
    AttemptScore,
    ItemFigure,
    ItemVersion,
    Quiz,
    Response,
    ScoringRun,
)


def quiz_of(cohort_id: int) -> Quiz | None:
    """The cohort's quiz, with the cohort."""
    return Quiz.objects.select_related("cohort").filter(cohort_id=cohort_id).first()


def attempt_of(application: Application) -> Attempt | None:
    """The attempt of this application that counts."""
    attempt = Attempt.objects.live().filter(application=application).first()
    if attempt is not None:
        attempt.application = application
    return attempt


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


def paper_of(attempt: Attempt) -> QuerySet[Response]:
    """The items of one person's paper, in their order, with what is saved."""
    return attempt.responses.select_related("item_version").order_by("position")


def whole_paper(attempt: Attempt, quiz: Quiz) -> list[Response]:
    """The same, the items from what this process keeps of the quiz's pool."""
    versions = pool_of(quiz.pk, quiz.paper_seed)
    paper = list(attempt.responses.order_by("position"))
    for response in paper:
        response.item_version = versions[response.item_version_id]
    return paper


@lru_cache(maxsize=8)
def pool_of(quiz_id: int, seed: str) -> dict[int, ItemVersion]:
    """Read once in each process: approved versions never change, and the seed commits to them."""
    return ItemVersion.objects.filter(quizzes=quiz_id).in_bulk()


def answered_count(attempt: Attempt) -> tuple[int, int]:
    """How many items have an answer, and how many there are."""
    counts = attempt.responses.aggregate(
        answered=Count("pk", filter=Q(answer__isnull=False)), items=Count("pk")
    )
    return counts["answered"], counts["items"]


def with_counts(quizzes: QuerySet[Quiz]) -> QuerySet[Quiz]:
    """Add `eligible`, `started`, `sitting` and `closed` to each quiz."""
    states = Attempt.State
    present = ~Q(attempts__application__stage__in=ABSENT)
    live = ~Q(attempts__state=states.VOID) & present
    return quizzes.annotate(
        eligible=Count(
            "cohort__applications",
            filter=Q(cohort__applications__stage=Stage.ELIGIBLE),
            distinct=True,
        ),
        started=Count("attempts", filter=live, distinct=True),
        sitting=Count("attempts", filter=Q(attempts__state=states.OPEN) & present, distinct=True),
        closed=Count(
            "attempts",
            filter=Q(attempts__state__in=[states.SUBMITTED, states.SCORED]) & present,
            distinct=True,
        ),
    )


def figures_of(item_id: int) -> QuerySet[ItemFigure]:
    """What the analyses found of an item, the newest run first."""
    figures = ItemFigure.objects.filter(item_version__item=item_id, people__gt=0)
    return (
        figures.select_related("item_version", "statistics__run__quiz__cohort")
        .defer("statistics__result")
        .order_by("-statistics")
    )


def last_cohort_of(item_id: int) -> Cohort | None:
    """The cohort whose papers had the item last."""
    had = Attempt.objects.filter(responses__item_version__item=item_id)
    newest = had.select_related("quiz__cohort").order_by("-started_at").first()
    return newest.quiz.cohort if newest else None


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


def sat_the_quiz(application: Application) -> str:
    """That a sitting which counts hangs on this application, in words; nothing if none does."""
    if Attempt.objects.live().filter(application=application).exists():
        return _("Its person has sat the quiz under it.")
    return ""


def sitting_now(user_id: int) -> str | None:
    """That this person sits a quiz at this moment, in words; None if not."""
    mine = Attempt.objects.of_present_people().filter(application__user_id=user_id)
    if mine.filter(state=Attempt.State.OPEN).exists():
        return _("This person is taking the quiz now.")
    return None
