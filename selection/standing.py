"""Where time and the lists put people, whether or not a sweep has come since.

A place lapses, and a reserve list closes, at an instant; the sweep that writes it down comes up to
a minute later. What a person reads follows the instant.
"""

from collections.abc import Sequence
from datetime import datetime

from applications.lifecycle import MOVES, STEPS, Step
from applications.models import Application, Stage
from applications.published import Standing, awaited_stage
from selection.domain.appealing import appeal_until
from selection.models import Entry, Selection

Out = dict[tuple[int, str], Selection]
"""The published lists by cohort and step."""


def standings(applications: Sequence[Application], now: datetime) -> dict[int, Standing]:
    """What `applications.published` asks, by application id; none where the stage says it all."""
    reserves, waiting, offered = (
        [(one, way) for one in applications for way in STEPS.values() if stands_so(one, way)]
        for stands_so in (_is_reserve, _waits_for, _is_offered)
    )
    out = _lists_out(reserves + waiting)
    ranked = _ranked(waiting, out)
    lapsed = _lapsed(offered, now)
    found: dict[int, Standing] = {}
    for one, way in reserves:
        run = out.get((one.cohort_id, way.slug))
        if run is not None and now >= run.reserves_until:
            found[one.pk] = Standing(MOVES[way.reject][1])
    for one, way in waiting:
        run = out.get((one.cohort_id, way.slug))
        if run is not None and (run.pk, one.pk) not in ranked:
            found[one.pk] = _left_out(one, run, now)
    for one, way in offered:
        if way.reply and (way.slug, one.pk) in lapsed:
            found[one.pk] = Standing(MOVES[way.reply.lapse][1])
    return found


def _is_reserve(application: Application, way: Step) -> bool:
    return application.stage == MOVES[way.reserve][1]


def _waits_for(application: Application, way: Step) -> bool:
    return awaited_stage(Stage(application.stage)) == way.pool


def _is_offered(application: Application, way: Step) -> bool:
    return way.reply is not None and application.stage == MOVES[way.select][1]


def _lists_out(people: Sequence[tuple[Application, Step]]) -> Out:
    if not people:
        return {}
    runs = Selection.objects.filter(
        cohort__in={one.cohort_id for one, _way in people},
        step__in={way.slug for _one, way in people},
        state=Selection.State.PUBLISHED,
    )
    found = runs.select_related("cohort__programme").defer("inputs")
    return {(run.cohort_id, run.step): run for run in found}


def _ranked(people: Sequence[tuple[Application, Step]], out: Out) -> set[tuple[int, int]]:
    """(run, application) of who has an entry in the list that they wait for."""
    told = [one.pk for one, way in people if (one.cohort_id, way.slug) in out]
    if not told:
        return set()
    runs = [run.pk for run in out.values()]
    entries = Entry.objects.filter(selection__in=runs, application__in=told)
    return set(entries.values_list("selection", "application"))


def _lapsed(people: Sequence[tuple[Application, Step]], now: datetime) -> set[tuple[str, int]]:
    """(step, application) of whose time to reply is over."""
    if not people:
        return set()
    over = Entry.objects.published().filter(
        application__in=[one.pk for one, _way in people],
        reply=Entry.Reply.OFFERED,
        reply_by__lte=now,
    )
    return set(over.values_list("selection__step", "application"))


def _left_out(application: Application, run: Selection, now: datetime) -> Standing:
    until = appeal_until(run)
    return Standing(
        Stage(application.stage),
        left_out=True,
        ask_until=until if until and now < until else None,
    )
