"""The live monitor of a quiz, and the watch over its items."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from quiz.models import Quiz
from quiz.monitoring import NOT_STARTED, STATES, sittings, standing, tallies, waiting
from quiz.rules import reads_signals as reads_quizzes
from quiz.rules import watches_items
from quiz.watching import MIN_PAPERS, Alarm, odd
from quiz.web.staff.frame import require, show

EVERY_SECONDS = 10
PER_PAGE = 50
ALARMS = {
    Alarm.LEFT_OUT: gettext_lazy("Far more people than usual leave it out."),
    Alarm.NOBODY_RIGHT: gettext_lazy("Nobody earns a mark for it. Is its key right?"),
}


@never_cache
@require_safe
def page_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The counts, and the people behind one of them (`?where=stuck`)."""
    quiz = _quiz(request, pk)
    return show(
        request,
        "admin/quiz/monitor.html",
        title=_("Monitor: %(quiz)s") % {"quiz": quiz},
        every=EVERY_SECONDS,
        query=request.GET.urlencode(),
        **_state(request, quiz),
    )


@never_cache
@require_safe
def live_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a part of a page, which `static/js/live.js` asks for every ten seconds."""
    return render(request, "admin/quiz/_monitor.html", _state(request, _quiz(request, pk)))


@require_safe
def watch_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The items of a quiz that behave oddly, and how each one is answered."""
    require(request, watches_items)
    quiz = get_object_or_404(Quiz.objects.select_related("cohort"), pk=pk)
    counted = tallies(quiz)
    return show(
        request,
        "admin/quiz/watch.html",
        title=_("Items to look at: %(quiz)s") % {"quiz": quiz},
        quiz=quiz,
        may_open_quiz=reads_quizzes(request.user),
        alarms=[(tally, ALARMS[alarm]) for tally, alarm in odd(counted)],
        tallies=counted,
        least=MIN_PAPERS,
    )


def _quiz(request: HttpRequest, pk: int) -> Quiz:
    require(request, reads_quizzes)
    return get_object_or_404(Quiz.objects.select_related("cohort"), pk=pk)


def _state(request: HttpRequest, quiz: Quiz) -> dict[str, Any]:
    now = timezone.now()
    found = standing(quiz, now)
    where = request.GET.get("where", "")
    return {
        "quiz": quiz,
        "now": now,
        "started": found.started,
        "counts": [(state, STATES[state], count) for state, count in found.counts.items()],
        "where": where if where in STATES else "",
        "title_of_where": STATES.get(where, ""),
        "people": _people(request, quiz, where) if where in STATES else None,
        "not_started": where == NOT_STARTED,
    }


def _people(request: HttpRequest, quiz: Quiz, where: str) -> Page[Any]:
    if where == NOT_STARTED:
        return Paginator(waiting(quiz), PER_PAGE).get_page(request.GET.get("page"))
    there = sittings(quiz, timezone.now()).filter(where=where).select_related("application")
    return Paginator(there.order_by("seen_at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
