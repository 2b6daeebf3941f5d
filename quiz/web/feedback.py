"""After the list is published: how one's own quiz went, by topic and in a ten-percent band."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from applications.models import Application
from applications.rules import get_application_for
from quiz.feedback import MIN_SITTERS, band_of
from quiz.models import ABSENT, Attempt, AttemptScore, ScoringRun
from quiz.wording import say_topic
from selection.models import Selection
from selection.rules import results_for


class SignedIn(HttpRequest):
    """A request behind `login_required`."""

    user: User


@dataclass(frozen=True, slots=True)
class Topic:
    """A bar: how much of a topic's marks was earned."""

    name: str
    marks: Decimal
    items: int

    @property
    def percent(self) -> int:
        return round(100 * self.marks / self.items)


@never_cache
@login_required
@require_safe
def feedback(request: SignedIn, reference: str) -> HttpResponse:
    """404 before the list that weighs the quiz is published, whatever was scored by then."""
    application = get_application_for(request.user, reference)
    published = [
        entry.selection
        for entry in results_for(request.user).filter(application=application)
        if any(name.startswith("quiz.") for name in entry.selection.criteria)
    ]
    if not published:
        raise Http404
    own, scores = _scored(application, published[-1])
    context = {
        "application": application,
        "sat": own is not None,
        "topics": _topics(own) if own else [],
        "band": band_of(own.score, scores) if own else None,
        "least": MIN_SITTERS,
    }
    return render(request, "quiz/feedback.html", context)


def _scored(
    application: Application, selection: Selection
) -> tuple[AttemptScore | None, list[Decimal]]:
    """The person's score and everybody's, in the run that the published list was drawn from."""
    run = (
        ScoringRun.objects.filter(
            quiz__cohort_id=application.cohort_id,
            state=ScoringRun.State.FINISHED,
            finished_at__lte=selection.created_at,
        )
        .order_by("-number")
        .first()
    )
    counting = AttemptScore.objects.filter(run=run).exclude(attempt__state=Attempt.State.VOID)
    own = counting.filter(attempt__application=application).first()
    among = counting.exclude(attempt__application__stage__in=ABSENT)
    return own, list(among.values_list("score", flat=True))


def _topics(own: AttemptScore) -> list[Topic]:
    return [
        Topic(say_topic(name), Decimal(marks), items)
        for name, (marks, items) in sorted(own.topics.items())
    ]
