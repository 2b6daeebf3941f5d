"""Who is where in a quiz at this moment, for those who watch over it. Each read is one query.

Practice is in tables of its own, so it is in none of these counts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.models import Application, Stage
from quiz.judging import keys_of, rulings_in_force
from quiz.models import Attempt, Quiz, Response
from quiz.watching import Tally

QUIET = timedelta(minutes=5)
NOT_STARTED, ACTIVE, STUCK = "not-started", "active", "stuck"
FINISHED, CLOSED = "finished", "closed-by-time"
STATES: dict[str, Promise] = {
    NOT_STARTED: _("Not started"),
    ACTIVE: _("Active: saved in the last five minutes"),
    STUCK: _("Stuck: nothing saved for five minutes"),
    FINISHED: _("Finished: submitted"),
    CLOSED: _("Closed by time"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How many are where. `started` is everybody who has a sitting that counts."""

    counts: dict[str, int]

    @property
    def started(self) -> int:
        return sum(count for state, count in self.counts.items() if state != NOT_STARTED)


def standing(quiz: Quiz, now: datetime) -> Standing:
    """The counts, two queries: those who have started and those who have not."""
    counts = dict.fromkeys(STATES, 0)
    counts[NOT_STARTED] = waiting(quiz).count()
    where = sittings(quiz, now).values_list("where").annotate(people=Count("pk")).order_by("where")
    counts |= dict(where)
    return Standing(counts)


def waiting(quiz: Quiz) -> QuerySet[Application]:
    """Those who may sit the quiz and have not begun."""
    begun = Attempt.objects.live().filter(quiz=quiz).values("application")
    eligible = Application.objects.filter(cohort_id=quiz.cohort_id, stage=Stage.ELIGIBLE)
    return eligible.exclude(pk__in=begun).order_by("reference")


def sittings(quiz: Quiz, now: datetime) -> QuerySet[Any]:
    """Every sitting that counts, with `where` it is and `seen_at`, the last save or the start.

    One whose time is over is closed by time even before the sweep has come by.
    """
    # Looked up for each attempt, not joined: a join would count each once for every answer.
    saved = Response.objects.filter(attempt=OuterRef("pk")).order_by().values("attempt")
    newest = Subquery(saved.annotate(newest=Max("saved_at")).values("newest"))
    return (
        Attempt.objects.live()
        .of_present_people()
        .filter(quiz=quiz)
        .annotate(seen_at=Coalesce(newest, F("started_at")))
        .annotate(
            where=Case(
                When(submitted_at__isnull=False, then=Value(FINISHED)),
                When(~Q(state=Attempt.State.OPEN) | Q(saves_until__lte=now), then=Value(CLOSED)),
                When(seen_at__gt=now - QUIET, then=Value(ACTIVE)),
                default=Value(STUCK),
                output_field=CharField(),
            )
        )
    )


def tallies(quiz: Quiz) -> list[Tally]:
    """How each item of the pool was answered in the sittings that are over; four queries.

    Answers earn what the rulings in force give them; a void item is looked at no more. Each
    different answer is marked once, however many gave it.
    """
    items = {
        row.item_version_id: row.item_version
        for row in quiz.quiz_items.select_related("item_version__item")
    }
    rows = (
        Response.objects.filter(
            attempt__in=Attempt.objects.closed().of_present_people().filter(quiz=quiz).order_by()
        )
        .values_list("item_version_id", "answer")
        .annotate(people=Count("pk"))
        .order_by("item_version_id")
    )
    found: dict[int, list[int]] = {pk: [0, 0, 0] for pk in items}
    judged = keys_of(quiz.pk, rulings_in_force(quiz.pk))
    for pk, answer, people in rows:
        tally = found[pk]
        tally[0] += people
        if answer is not None:
            tally[1] += people
            tally[2] += people if (judged[pk].share(answer) or 0) > 0 else 0
    return [
        Tally(name=str(items[pk]), key=pk, papers=papers, answered=answered, earned=earned)
        for pk, (papers, answered, earned) in sorted(found.items())
        if judged[pk].keys
    ]
