"""How far every stage of a cohort is: what is open, drawn up, published or late."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.lifecycle import IN_BOOTCAMP
from applications.models import Application, Cohort, Stage
from bootcamp.models import Assignment, JudgingRun, Project, Timetable
from dtt.web.programme import events_of
from matching.models import MatchRun, Offer
from quiz.models import Attempt
from quiz.queries import newest_run, quiz_of
from selection.models import Selection
from selection.queries import ListState, list_states


class State(StrEnum):
    """Where a stage is; LATE is due and not done."""

    AHEAD = "ahead"
    OPEN = "open"
    DRAWN = "drawn"
    DONE = "done"
    LATE = "late"

    @property
    def says(self) -> str:
        return str(WORDS[self])


WORDS = {
    State.AHEAD: gettext_lazy("ahead"),
    State.OPEN: gettext_lazy("under way"),
    State.DRAWN: gettext_lazy("drawn up, not published"),
    State.DONE: gettext_lazy("done"),
    State.LATE: gettext_lazy("overdue"),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """One stage: its state, since or until when, what there is to know, where it is done."""

    title: str
    state: State
    at: datetime
    detail: str
    url: str


def stages_of(cohort: Cohort, now: datetime) -> list[Progress]:
    """Every stage, in the programme's order, in a constant number of queries."""
    at = dict(
        Application.objects.filter(cohort=cohort)
        .values_list("stage")
        .annotate(n=Count("pk"))
        .order_by()
    )
    lists = {one.step: one for one in list_states() if one.cohort.pk == cohort.pk}
    return [
        _applications(cohort, at, now),
        _review(cohort, at, now),
        _quiz(cohort, now),
        *(_list(lists[step], now) for step in ("bootcamp",) if step in lists),
        *_timetable(cohort, now),
        _projects(cohort, at, now),
        _judging(cohort, now),
        *(_list(one, now) for step, one in lists.items() if step != "bootcamp"),
        _match(cohort, at, now),
        _offers(cohort, at, now),
    ]


def _list_of(cohort: Cohort, stage: str = "") -> str:
    page = reverse("admin:applications_application_changelist")
    narrowed = f"?cohort__id__exact={cohort.pk}"
    return f"{page}{narrowed}&stage__exact={stage}" if stage else page + narrowed


def _window(opens: datetime, closes: datetime, now: datetime) -> State:
    if now < opens:
        return State.AHEAD
    return State.OPEN if now < closes else State.DONE


def _applications(cohort: Cohort, at: dict[str, int], now: datetime) -> Progress:
    state = _window(cohort.applications_open_at, cohort.applications_close_at, now)
    drafts = at.get(Stage.DRAFT, 0)
    sent = sum(at.values()) - drafts
    detail = _("%(sent)d submitted, %(drafts)d drafts") % {"sent": sent, "drafts": drafts}
    when = cohort.applications_open_at if state == State.AHEAD else cohort.applications_close_at
    return Progress(_("Applications"), state, when, detail, _list_of(cohort))


def _review(cohort: Cohort, at: dict[str, int], now: datetime) -> Progress:
    waiting = at.get(Stage.SUBMITTED, 0)
    if now < cohort.applications_open_at:
        state = State.AHEAD
    elif waiting:
        state = State.LATE if now >= cohort.quiz_closes_at else State.OPEN
    else:
        state = State.OPEN if now < cohort.applications_close_at else State.DONE
    detail = ngettext("%(n)d waits for a decision", "%(n)d wait for a decision", waiting) % {
        "n": waiting
    }
    link = _list_of(cohort, Stage.SUBMITTED)
    return Progress(_("Eligibility"), state, cohort.quiz_opens_at, detail, link)


def _quiz(cohort: Cohort, now: datetime) -> Progress:
    quiz, run = quiz_of(cohort.pk), newest_run(cohort.pk)
    sat = Attempt.objects.live().filter(application__cohort=cohort).count()
    state = _window(cohort.quiz_opens_at, cohort.quiz_closes_at, now)
    when = cohort.quiz_opens_at if state == State.AHEAD else cohort.quiz_closes_at
    link = reverse("admin:quiz_quiz_changelist")
    if quiz is None:
        missing = State.AHEAD if state == State.AHEAD else State.LATE
        return Progress(_("Quiz"), missing, when, _("not set up"), link)
    detail = _("%(n)d began it") % {"n": sat}
    if run is not None:
        detail += " · " + _("scored, run %(n)d") % {"n": run.number}
    elif state == State.DONE and sat:
        state, detail = State.LATE, detail + " · " + _("not scored")
    return Progress(
        _("Quiz"), state, when, detail, reverse("admin:quiz_quiz_change", args=[quiz.pk])
    )


def _list(one: ListState, now: datetime) -> Progress:
    link, run = reverse("admin:selection_selection_lists"), one.newest
    title, promised = str(one.listing.title), one.promised_at
    if run is not None and run.state == Selection.State.PUBLISHED:
        at = run.published_at or promised
        return Progress(title, State.DONE, at, str(run.get_state_display()), link)
    late = one.pool and promised <= now
    if run is not None and run.state == Selection.State.DRAWN:
        state = State.LATE if late else State.DRAWN
        return Progress(title, state, promised, str(run.get_state_display()), link)
    detail = ngettext("%(n)d waits to be ranked", "%(n)d wait to be ranked", one.pool) % {
        "n": one.pool
    }
    return Progress(title, State.LATE if late else State.AHEAD, promised, detail, link)


def _timetable(cohort: Cohort, now: datetime) -> Iterator[Progress]:
    days = [event for event in events_of(cohort) if event.key == "bootcamp"]
    newest = Timetable.objects.filter(cohort=cohort).defer("inputs").order_by("state", "-number")
    tables = {one.state: one for one in newest}
    link = reverse("admin:bootcamp_teaching", args=[cohort.slug])
    for event in days:
        if published := tables.get(Timetable.State.PUBLISHED):
            running = now < (event.until or event.at)
            state = State.OPEN if event.at <= now and running else State.DONE
            detail = _("timetable %(n)d is published") % {"n": published.number}
        elif now >= event.at:
            state, detail = State.LATE, _("no timetable is published")
        elif Timetable.State.DRAWN in tables:
            state, detail = State.DRAWN, _("a timetable is drawn up, not published")
        else:
            state, detail = State.AHEAD, _("no timetable yet")
        yield Progress(_("Bootcamp"), state, event.at, detail, link)


def _projects(cohort: Cohort, at: dict[str, int], now: datetime) -> Progress:
    handed_in = Project.objects.filter(application__cohort=cohort).count()
    people = sum(at.get(stage, 0) for stage in IN_BOOTCAMP)
    detail = _("%(n)d of %(people)d handed in") % {"n": handed_in, "people": people}
    if now >= cohort.project_due_at:
        state = State.DONE
    else:
        state = State.OPEN if at.get(Stage.PLACE_CONFIRMED) else State.AHEAD
    link = reverse("admin:bootcamp_judging", args=[cohort.slug])
    return Progress(_("Mini-projects"), state, cohort.project_due_at, detail, link)


def _judging(cohort: Cohort, now: datetime) -> Progress:
    asked = Assignment.objects.filter(
        project__application__cohort=cohort, state=Assignment.State.ASSIGNED
    )
    total = asked.count()
    marked = asked.filter(sheet__submitted_at__isnull=False).count()
    detail = _("%(n)d of %(all)d sheets handed in") % {"n": marked, "all": total}
    if JudgingRun.objects.filter(cohort=cohort).exists():
        state = State.DONE
    elif now >= cohort.finalists_at and total:
        state = State.LATE
    else:
        state = State.OPEN if total else State.AHEAD
    link = reverse("admin:bootcamp_judging", args=[cohort.slug])
    return Progress(_("Judging"), state, cohort.finalists_at, detail, link)


def _match(cohort: Cohort, at: dict[str, int], now: datetime) -> Progress:
    runs = MatchRun.objects.filter(cohort=cohort).exclude(state=MatchRun.State.DISCARDED)
    states = set(runs.values_list("state", flat=True))
    waiting = at.get(Stage.FINALIST, 0)
    detail = ngettext("%(n)d finalist", "%(n)d finalists", waiting) % {"n": waiting}
    if MatchRun.State.PUBLISHED in states:
        state, detail = State.DONE, _("published")
    elif waiting and now >= cohort.match_at:
        state = State.LATE
    elif states:
        state, detail = State.DRAWN, _("drawn up, not published")
    else:
        state = State.AHEAD
    link = reverse("admin:matching_matchrun_changelist")
    return Progress(_("Match"), state, cohort.match_at, detail, link)


def _offers(cohort: Cohort, at: dict[str, int], now: datetime) -> Progress:
    waiting = Offer.objects.filter(application__cohort=cohort, state=Offer.State.SENT).count()
    hired, matched = at.get(Stage.HIRED, 0), at.get(Stage.MATCHED, 0)
    detail = _("%(waiting)d wait for an answer, %(hired)d accepted") % {
        "waiting": waiting,
        "hired": hired,
    }
    state = State.OPEN if matched else State.DONE if hired else State.AHEAD
    link = reverse("admin:matching_offer_changelist")
    return Progress(_("Offers"), state, cohort.match_at, detail, link)
