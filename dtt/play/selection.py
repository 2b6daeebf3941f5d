"""Lists as staff draw them: by the verbs that the pages call."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.domain.jobs import newest_job, run_job
from accounts.models import User
from accounts.roles import Role
from applications.models import Application, Cohort
from dtt.play.people import let_read, make_user
from selection.domain.drawing import RANK, draw_up, rank_selection
from selection.domain.preparing import commit_seed, set_rule
from selection.domain.publishing import (
    approve_publication,
    publish_selection,
    request_publication,
)
from selection.models import Entry, Selection

WAIT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Staff:
    """Two programme managers: one asks, the other approves."""

    asker: User
    second: User


@dataclass(frozen=True, slots=True)
class Shortlist:
    """A cohort whose list has been published, with its applications by outcome, best first."""

    cohort: Cohort
    selection: Selection
    selected: list[Application]
    reserves: list[Application]
    rejected: list[Application]
    staff: Staff


def make_staff(*, now: datetime) -> Staff:
    """The two managers, made once; each has the other on record as reading both languages."""
    staff = Staff(
        asker=make_user(
            "manager@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now, name="Programme manager"
        ),
        second=make_user(
            "second@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now, name="Second manager"
        ),
    )
    let_read(staff.asker, by=staff.second, now=now)
    let_read(staff.second, by=staff.asker, now=now)
    return staff


def draw_up_step(
    cohort: Cohort, step: str, *, by: User, now: datetime, worker: bool = False
) -> Selection:
    """Draw a list up and have it ranked: by a Celery worker, or here.

    Raises:
        TimeoutError: the worker did not rank it within a minute.
    """
    selection = draw_up(cohort_id=cohort.pk, step=step, by=by, now=now)
    if not worker:
        ranked = rank_selection(selection_id=selection.pk, now=now)
        if job := newest_job([RANK], {"selection": selection.pk}):
            run_job(job_id=job.pk, clock=lambda: now)
        return ranked
    give_up = time.monotonic() + WAIT.total_seconds()
    while selection.state == Selection.State.RANKING:
        if time.monotonic() > give_up:
            raise TimeoutError(f"no worker ranked {selection.label}")
        time.sleep(0.05)
        selection.refresh_from_db()
    return selection


def publish_step(
    cohort: Cohort, step: str, *, by: User, approver: User, now: datetime, worker: bool = False
) -> Selection:
    """Draw a list up, ask for approval, approve it as the second person, publish it."""
    selection = draw_up_step(cohort, step, by=by, now=now, worker=worker)
    approve(selection, by=by, approver=approver, now=now)
    return publish_selection(selection_id=selection.pk, by=by, now=now)


def approve(selection: Selection, *, by: User, approver: User, now: datetime) -> None:
    """Ask for publication, and agree as the second person."""
    asked = request_publication(selection_id=selection.pk, by=by, now=now)
    approve_publication(selection_id=selection.pk, digest=asked.digest, by=approver, now=now)


def prepare_list(
    cohort: Cohort,
    step: str,
    *,
    criteria: Iterable[tuple[str, Decimal]],
    tie_breakers: Iterable[str] = (),
    reserves: int | None = None,
    by: User,
    now: datetime,
) -> None:
    """Set the rule of a list and commit its seed, as staff do before any score is known."""
    set_rule(
        cohort_id=cohort.pk,
        step=step,
        criteria=criteria,
        tie_breakers=tie_breakers,
        reserves=reserves,
        reason="as declared for this cohort",
        by=by,
        now=now,
    )
    commit_seed(cohort_id=cohort.pk, step=step, by=by, now=now)


def cohort_after_shortlist(
    cohort: Cohort, staff: Staff, *, now: datetime, step: str = "bootcamp"
) -> Shortlist:
    """The list drawn up, approved and published; everybody is told."""
    selection = publish_step(cohort, step, by=staff.asker, approver=staff.second, now=now)
    by_outcome: dict[str, list[Application]] = {outcome: [] for outcome in Entry.Outcome.values}
    for entry in selection.entries.select_related("application__user"):
        by_outcome[entry.outcome].append(entry.application)
    return Shortlist(
        cohort=cohort,
        selection=selection,
        selected=by_outcome[Entry.Outcome.SELECTED],
        reserves=by_outcome[Entry.Outcome.RESERVE],
        rejected=by_outcome[Entry.Outcome.NOT_SELECTED] + by_outcome[Entry.Outcome.NOT_RANKED],
        staff=staff,
    )
