"""What the staff's boards show, each in a constant number of queries."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from applications.lifecycle import IN_BOOTCAMP
from applications.models import Application, Cohort
from bootcamp.models import (
    Assignment,
    Attendance,
    Booking,
    Conflict,
    Group,
    Judge,
    JudgingRun,
    Membership,
    Module,
    Project,
    ProjectScore,
    Room,
    Session,
    Sheet,
    Slot,
    Timetable,
    Trainer,
)
from bootcamp.queries import (
    Grid,
    attendance_of,
    bookings_of,
    grid_of,
    modules_of,
    newest_run,
    projects_of,
)


@dataclass(frozen=True, slots=True)
class GroupLine:
    group: Group
    people: int


@dataclass(frozen=True, slots=True)
class Register:
    """How full the sessions of one day were."""

    on: date
    present: int
    late: int
    absent: int
    excused: int


@dataclass(frozen=True, slots=True)
class TeachingBoard:
    """A cohort's teaching at a glance.

    Attributes:
        timetable: the newest; `published` is the one that people see.
        unscheduled: sessions of groups with people that `timetable` does not book.
        enough: people who have attended enough so far, of `counted` whose register was taken.
    """

    modules: list[Module]
    slots: int
    rooms: list[Room]
    trainers: list[Trainer]
    people: int
    ungrouped: int
    groups: list[GroupLine]
    timetable: Timetable | None
    published: Timetable | None
    grid: Grid
    unscheduled: int
    registers: list[Register]
    enough: int
    counted: int


def teaching_board(cohort: Cohort) -> TeachingBoard:
    """Read the board."""
    people = Application.objects.filter(cohort=cohort, stage__in=IN_BOOTCAMP).count()
    sizes = Counter(
        Membership.objects.filter(
            group__cohort=cohort, application__stage__in=IN_BOOTCAMP
        ).values_list("group", flat=True)
    )
    timetables = list(Timetable.objects.filter(cohort=cohort).defer("inputs").order_by("-number"))
    newest = timetables[0] if timetables else None
    bookings = list(bookings_of(newest)) if newest else []
    expected = Session.objects.filter(group__in=sizes).count()
    attendance = attendance_of(cohort)
    counted = [one for one in attendance.values() if one.held]
    return TeachingBoard(
        modules=list(modules_of(cohort)),
        slots=Slot.objects.filter(cohort=cohort, on__in=cohort.bootcamp_dates).count(),
        rooms=list(Room.objects.filter(cohort=cohort)),
        trainers=list(Trainer.objects.filter(cohort=cohort).select_related("user")),
        people=people,
        ungrouped=people - sizes.total(),
        groups=[
            GroupLine(group, sizes[group.pk])
            for group in Group.objects.filter(cohort=cohort)
            if sizes[group.pk]
        ],
        timetable=newest,
        published=next((t for t in timetables if t.state == Timetable.State.PUBLISHED), None),
        grid=grid_of(bookings),
        unscheduled=max(expected - len(bookings), 0),
        registers=_registers(cohort),
        enough=sum(one.is_enough for one in counted),
        counted=len(counted),
    )


def _registers(cohort: Cohort) -> list[Register]:
    booked = Booking.objects.filter(
        timetable__cohort=cohort, timetable__state=Timetable.State.PUBLISHED
    )
    day_of = dict(booked.values_list("session", "slot__on"))
    counts: dict[date, Counter[str]] = defaultdict(Counter)
    for session, presence in Attendance.objects.filter(session__in=day_of).values_list(
        "session", "presence"
    ):
        counts[day_of[session]][presence] += 1
    return [
        Register(on, count["present"], count["late"], count["absent"], count["excused"])
        for on, count in sorted(counts.items())
    ]


@dataclass(frozen=True, slots=True)
class JudgeLine:
    judge: Judge
    assigned: int
    submitted: int


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """A row of the coverage grid.

    Attributes:
        cells: by judge, in the order of the heads: "submitted", "draft", "open", "conflict" or "".
    """

    project: Project
    cells: list[str]
    submitted: int
    score: ProjectScore | None


@dataclass(frozen=True, slots=True)
class JudgingBoard:
    """A cohort's judging at a glance. `missing` counts projects with fewer than three sheets."""

    people: int
    judges: list[JudgeLine]
    projects: list[ProjectLine]
    missing: int
    undeclared: int
    run: JudgingRun | None


def judging_board(cohort: Cohort) -> JudgingBoard:
    """Read the board."""
    judges = list(Judge.objects.filter(cohort=cohort).select_related("user"))
    projects = list(projects_of(cohort).select_related("application"))
    conflicts = Conflict.objects.filter(
        judge__cohort=cohort, application__project__isnull=False
    ).values_list("judge", "application__project")
    state: dict[tuple[int, int], str] = dict.fromkeys(conflicts, "conflict")
    for row in Assignment.objects.filter(
        judge__cohort=cohort, state=Assignment.State.ASSIGNED
    ).select_related("sheet"):
        state[row.judge_id, row.project_id] = _state(getattr(row, "sheet", None))
    run = newest_run(cohort.pk)
    scores = {score.project_id: score for score in ProjectScore.objects.filter(run=run)}
    lines = []
    for project in projects:
        cells = [state.get((judge.pk, project.pk), "") for judge in judges]
        lines.append(ProjectLine(project, cells, cells.count("submitted"), scores.get(project.pk)))
    lines.sort(key=lambda line: -(line.score.score or -1) if line.score else 0)
    by_judge = {
        judge.pk: Counter(state.get((judge.pk, project.pk), "") for project in projects)
        for judge in judges
    }
    return JudgingBoard(
        people=Application.objects.filter(cohort=cohort, stage__in=IN_BOOTCAMP).count(),
        judges=[
            JudgeLine(
                judge,
                sum(by_judge[judge.pk][kind] for kind in ("submitted", "draft", "open")),
                by_judge[judge.pk]["submitted"],
            )
            for judge in judges
        ],
        projects=lines,
        missing=sum(line.submitted < 3 for line in lines),
        undeclared=sum(judge.conflicts_declared_at is None for judge in judges),
        run=run,
    )


def _state(sheet: Sheet | None) -> str:
    if sheet is None:
        return "open"
    return "submitted" if sheet.submitted_at else "draft"
