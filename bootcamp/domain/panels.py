"""Seat the judges: declare conflicts, assign, and seat somebody else after a late conflict."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.models import Application, Cohort
from bootcamp import panels
from bootcamp.lottery import lottery_number
from bootcamp.models import Assignment, Conflict, Judge, JudgingRun
from bootcamp.queries import projects_of
from bootcamp.wording import why_no_panels
from notifications.domain.outbox import Telling, queue
from notifications.moments import say_instant
from selection import canonical

PANEL_SIZE = 3


class UnableToAssign(Refused):
    """No judge was seated; the message says why."""


class UnableToDeclare(Refused):
    """Nothing was declared; the message says why."""


def assign_judges(*, cohort_id: int, seed: int, by: User | None, now: datetime) -> list[Assignment]:
    """Give every project three judges; sheets that somebody has begun stay where they are.

    Judges who have not declared their conflicts are left out. Each judge is told what is theirs.

    Raises:
        UnableToAssign: projects can still change, there are none, judging is closed, or the rules
            of panels cannot be kept.
    """
    with transaction.atomic():
        cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort_id)
        if now < cohort.project_due_at:
            raise UnableToAssign(
                _("Projects can change until %(at)s. Assign judges after that.")
                % {"at": say_instant(cohort.project_due_at)}
            )
        if is_closed(cohort.pk):
            raise UnableToAssign(_("Judging is closed."))
        if not projects_of(cohort).exists():
            raise UnableToAssign(_("There is no project to judge."))
        begun = _live(cohort).filter(sheet__isnull=False)
        return _seat(cohort, kept=_pairs(begun), spread=1, seed=seed, by=by, now=now)


def declare_conflicts(
    *, judge_id: int, conflicts: Mapping[int, str], by: User, now: datetime
) -> Judge:
    """Declare whom one cannot judge, by application id with the reason; empty means nobody.

    What was declared before stays. A conflict with somebody whose project this judge has already
    withdraws it, with its sheet, and seats another judge.

    Raises:
        UnableToDeclare: judging is closed, somebody is not of the cohort, or nobody else is left
            to judge a project that this would withdraw.
    """
    with transaction.atomic():
        cohort = Cohort.objects.select_for_update(no_key=True).get(judges=judge_id)
        judge = Judge.objects.select_for_update().get(pk=judge_id)
        if is_closed(cohort.pk):
            raise UnableToDeclare(_("Judging is closed. Write to the programme team."))
        known = Application.objects.filter(cohort=cohort, pk__in=conflicts).count()
        if known != len(conflicts) or not set(conflicts.values()) <= set(Conflict.Reason.values):
            raise UnableToDeclare(
                _("Somebody on this list is not in this cohort. Reload the page.")
            )
        Conflict.objects.bulk_create(
            (
                Conflict(judge=judge, application_id=pk, reason=reason, declared_at=now)
                for pk, reason in sorted(conflicts.items())
            ),
            ignore_conflicts=True,
        )
        judge.conflicts_declared_at = judge.conflicts_declared_at or now
        judge.save(update_fields=["conflicts_declared_at"])
        audit.record(
            judge, "declare-conflicts", by=by, now=now, after={"people": sorted(conflicts)}
        )
        live = _live(cohort)
        withdrawn = live.filter(judge=judge, project__application__in=conflicts)
        if withdrawn:
            kept = _pairs(live.exclude(pk__in=[assignment.pk for assignment in withdrawn]))
            try:
                _seat(cohort, kept=kept, spread=None, seed=judge.pk, by=by, now=now)
            except UnableToAssign as error:
                raise UnableToDeclare(
                    _("Nobody else can take this project. Tell the programme team. (%(why)s)")
                    % {"why": error}
                ) from error
        return judge


def is_closed(cohort_id: int) -> bool:
    """Whether the sheets have been counted, so that none can change."""
    return JudgingRun.objects.filter(cohort=cohort_id).exists()


def _seat(
    cohort: Cohort,
    *,
    kept: Collection[panels.Pair],
    spread: int | None,
    seed: int,
    by: User | None,
    now: datetime,
) -> list[Assignment]:
    projects = [panels.Project(p.pk, p.track) for p in projects_of(cohort)]
    judges = [
        panels.Judge(judge.pk, frozenset(judge.tracks))
        for judge in Judge.objects.filter(cohort=cohort, conflicts_declared_at__isnull=False)
    ]
    keys = {project.key for project in projects}
    conflicts = [
        panels.Pair(judge, project)
        for judge, project in Conflict.objects.filter(
            judge__in=[judge.key for judge in judges], application__project__in=keys
        ).values_list("judge", "application__project")
    ]
    try:
        seated = panels.assign(
            projects,
            judges,
            conflicts=conflicts,
            scored=[pair for pair in kept if pair.project in keys],
            panel_size=PANEL_SIZE,
            spread=spread,
            seed=seed,
        )
    except panels.NoPanels as error:
        raise UnableToAssign(why_no_panels(error, PANEL_SIZE)) from error
    _write(cohort, seated.pairs, seed=seed, now=now)
    audit.record(
        cohort,
        "assign-judges",
        by=by,
        now=now,
        after={
            "seed": seed,
            "pairs": len(seated.pairs),
            "digest": canonical.digest([[p.judge, p.project] for p in seated.pairs]),
            "without_expert": list(seated.without_expert),
        },
    )
    assignments = list(_live(cohort).select_related("judge__user"))
    queue(_tell_judges(cohort, assignments), now=now)
    return assignments


def _write(cohort: Cohort, pairs: Iterable[panels.Pair], *, seed: int, now: datetime) -> None:
    """Make the live assignments exactly these pairs; rows that are no longer live stay as such."""
    rows = {
        panels.Pair(row.judge_id, row.project_id): row
        for row in Assignment.objects.select_for_update().filter(judge__cohort=cohort)
    }
    wanted = set(pairs)
    new = sorted(
        wanted - rows.keys(), key=lambda pair: lottery_number(seed, pair.judge, pair.project)
    )
    taken: dict[int, int] = defaultdict(int)
    for row in rows.values():
        taken[row.judge_id] = max(taken[row.judge_id], row.order)
    fresh = []
    for pair in new:
        taken[pair.judge] += 1
        fresh.append(
            Assignment(
                judge_id=pair.judge,
                project_id=pair.project,
                order=taken[pair.judge],
                created_at=now,
            )
        )
    Assignment.objects.bulk_create(fresh)
    for state, live in ((Assignment.State.ASSIGNED, True), (Assignment.State.WITHDRAWN, False)):
        turned = [r.pk for p, r in rows.items() if (p in wanted) is live and r.state != state]
        Assignment.objects.filter(pk__in=turned).update(state=state)


def _live(cohort: Cohort) -> QuerySet[Assignment]:
    return Assignment.objects.filter(judge__cohort=cohort, state=Assignment.State.ASSIGNED)


def _pairs(assignments: Iterable[Assignment]) -> list[panels.Pair]:
    return [panels.Pair(row.judge_id, row.project_id) for row in assignments]


def _tell_judges(cohort: Cohort, assignments: list[Assignment]) -> list[Telling]:
    """One letter for each judge whose list is another one than in the last letter."""
    of_judge: dict[Judge, list[int]] = defaultdict(list)
    for assignment in assignments:
        of_judge[assignment.judge].append(assignment.project_id)
    return [
        Telling(
            person=judge.user,
            kind="judging-assigned",
            run=f"judging:{judge.pk}:{canonical.digest(sorted(projects))[:16]}",
            topic=f"judging:{judge.pk}",
            variables={
                "cohort": cohort,
                "count": len(projects),
                "by": cohort.finalists_at,
            },
        )
        for judge, projects in of_judge.items()
    ]
