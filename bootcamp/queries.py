"""Named reads of the bootcamp: timetables, rosters, attendance, projects, scores."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from applications.lifecycle import IN_BOOTCAMP
from applications.models import Application, Cohort
from bootcamp import attendance_rule
from bootcamp.models import (
    Attendance,
    Booking,
    JudgingRun,
    Module,
    Project,
    ProjectScore,
    ProjectTrack,
    Slot,
    Timetable,
)


class Band(models.TextChoices):
    """What a company learns of a criterion: the band that the judges' mean falls in."""

    STRONG = "strong", _("Strong")
    SOUND = "sound", _("Sound")
    DEVELOPING = "developing", _("Developing")


STRONG_FROM, SOUND_FROM = Fraction(4), Fraction(5, 2)


@dataclass(frozen=True, slots=True)
class CriterionBand:
    name: str
    title: str
    band: Band


@dataclass(frozen=True, slots=True)
class ProjectProfile:
    """A project as a company may see it: no judge, no mark, no score."""

    title: str
    track: ProjectTrack
    summary: str
    repository_url: str
    bands: tuple[CriterionBand, ...]


def modules_of(cohort: Cohort) -> QuerySet[Module]:
    """The cohort's modules in order, with their lessons."""
    return Module.objects.filter(cohort=cohort).order_by("number").prefetch_related("lessons")


# ---- timetable ---------------------------------------------------------------------------------


def published_bookings() -> QuerySet[Booking]:
    """The bookings of published timetables, in time, with all that a page says of them."""
    return (
        Booking.objects.filter(timetable__state=Timetable.State.PUBLISHED)
        .select_related(
            "session__lesson__module",
            "group__cohort__programme",
            "slot",
            "room",
            "trainer__user",
        )
        .order_by("slot__starts_at", "group__number")
    )


def bookings_of(timetable: Timetable) -> QuerySet[Booking]:
    """All bookings of one timetable, in time."""
    return timetable.bookings.select_related(
        "session__lesson__module", "group", "slot", "room", "trainer__user"
    ).order_by("slot__starts_at", "group__number")


@dataclass(frozen=True, slots=True)
class Day:
    """A day and its bookings, first slot first."""

    on: date
    bookings: list[Booking]


def by_day(bookings: Iterable[Booking]) -> list[Day]:
    """Bookings as the days they are on, first day and first slot first."""
    days: dict[date, list[Booking]] = defaultdict(list)
    for booking in sorted(bookings, key=lambda b: b.slot.starts_at):
        days[booking.slot.on].append(booking)
    return [Day(on, of) for on, of in sorted(days.items())]


@dataclass(frozen=True, slots=True)
class Grid:
    """Days down, slots across; a cell holds the bookings of that slot, mostly one or none.

    Attributes:
        slots: one of each position, for the heads of the columns.
        rows: (day, [(slot of the column, bookings)]) pairs.
    """

    slots: list[Slot]
    rows: list[tuple[date, list[tuple[Slot, list[Booking]]]]]


def grid_of(bookings: Iterable[Booking]) -> Grid:
    """Lay bookings out as a grid of the days and positions they are in."""
    cells: dict[tuple[date, int], list[Booking]] = defaultdict(list)
    slots: dict[int, Slot] = {}
    for booking in bookings:
        slots.setdefault(booking.slot.position, booking.slot)
        cells[booking.slot.on, booking.slot.position].append(booking)
    columns = [slot for _position, slot in sorted(slots.items())]
    return Grid(
        slots=columns,
        rows=[
            (day, [(slot, cells.get((day, slot.position), [])) for slot in columns])
            for day in sorted({day for day, _position in cells})
        ],
    )


def timetable_of(application: Application) -> QuerySet[Booking]:
    """What this person is to attend, once the timetable is published."""
    return published_bookings().filter(group__memberships__application=application)


def sessions_to_attend(user_id: int) -> QuerySet[Booking]:
    """All that this person is to attend by published timetables, as long as they have a place."""
    return published_bookings().filter(
        group__memberships__application__user_id=user_id,
        group__memberships__application__stage__in=IN_BOOTCAMP,
    )


def roster_of(booking: Booking) -> list[Application]:
    """Who is expected at a session, by the name they are called."""
    people = Application.objects.filter(
        membership__group=booking.group_id, stage__in=IN_BOOTCAMP
    ).select_related("user")
    return sorted(people, key=lambda person: (person.called.casefold(), person.pk))


def people_to_judge(cohort: Cohort) -> QuerySet[Application]:
    """Everybody in the bootcamp, with where they study, by name."""
    return (
        Application.objects.filter(cohort=cohort, stage__in=IN_BOOTCAMP)
        .select_related("institution")
        .order_by("surname_en", "given_en", "pk")
    )


# ---- attendance --------------------------------------------------------------------------------

Presence = attendance_rule.Presence
_PRESENCE = {
    Attendance.Presence.PRESENT: Presence.PRESENT,
    Attendance.Presence.LATE: Presence.PRESENT,
    Attendance.Presence.EXCUSED: Presence.EXCUSED,
    Attendance.Presence.ABSENT: Presence.ABSENT,
}

_BEST_FIRST = [presence.value for presence in _PRESENCE]


def attendance_of(cohort: Cohort) -> dict[int, attendance_rule.Attendance]:
    """Everybody's attendance by application id. A session is held once its register is taken.

    Whoever came to a lesson with another group, before they left and came back, has attended it.
    """
    held = list(
        published_bookings().filter(
            timetable__cohort=cohort,
            pk__in=Booking.objects.filter(session__attendances__isnull=False).values("pk"),
        )
    )
    sessions: dict[int, dict[int, attendance_rule.Session]] = defaultdict(dict)
    for booking in held:
        sessions[booking.group_id][booking.session.lesson_id] = attendance_rule.Session(
            booking.session_id, booking.slot.on.toordinal()
        )
    rows: dict[int, list[Attendance]] = defaultdict(list)
    taken = Attendance.objects.filter(session__in=[b.session_id for b in held])
    for row in taken.select_related("session"):
        rows[row.application_id].append(row)
    days = max(len(cohort.bootcamp_dates), 1)
    needed = Fraction(cohort.rules.days_needed, days)
    rule = attendance_rule.Rule(threshold=min(needed, Fraction(1)))
    people = Application.objects.filter(
        membership__group__cohort=cohort, stage__in=IN_BOOTCAMP
    ).values_list("pk", "membership__group")
    return {
        pk: attendance_rule.assess(
            sessions[group].values(),
            _records(rows[pk], sessions[group], rule),
            rule,
        )
        for pk, group in people
    }


def attendance_shares(cohort_id: int) -> dict[int, Decimal]:
    """The share of the days that count which each person attended, by application id, from 0 to 1.

    To six places, halves to even. Of whom nothing has been held yet there is no share.
    """
    return {
        pk: round(Decimal(one.attended.numerator) / one.attended.denominator / days, 6)
        for pk, one in attendance_of(_cohort(cohort_id)).items()
        if (days := Decimal(one.counted.numerator) / one.counted.denominator)
    }


def attended_enough(cohort_id: int) -> dict[int, Decimal]:
    """1 for everybody of the bootcamp who attended enough by application id; others are absent.

    Of whom nothing was held has missed nothing.
    """
    cohort = _cohort(cohort_id)
    people = cohort.applications.filter(stage__in=IN_BOOTCAMP).values_list("pk", flat=True)
    short = {pk for pk, one in attendance_of(cohort).items() if not one.is_enough}
    return {pk: Decimal(1) for pk in people if pk not in short}


def _cohort(cohort_id: int) -> Cohort:
    return Cohort.objects.select_related("rules").get(pk=cohort_id)


def _records(
    rows: Iterable[Attendance],
    of_lesson: dict[int, attendance_rule.Session],
    rule: attendance_rule.Rule,
) -> list[attendance_rule.Record]:
    """One record a lesson that the person's group has had: the best where there are two."""
    best: dict[int, Attendance] = {}
    for row in sorted(rows, key=lambda row: _BEST_FIRST.index(row.presence), reverse=True):
        best[row.session.lesson_id] = row
    return [
        _record(row, of_lesson[lesson].key, rule)
        for lesson, row in best.items()
        if lesson in of_lesson
    ]


def _record(row: Attendance, session: int, rule: attendance_rule.Rule) -> attendance_rule.Record:
    late_by = timedelta()
    if row.presence == Attendance.Presence.LATE:
        # marked late without a number: past the grace, by how much does not matter
        minutes = row.late_minutes
        late_by = (
            rule.grace + timedelta(minutes=1) if minutes is None else timedelta(minutes=minutes)
        )
    return attendance_rule.Record(session, _PRESENCE[Attendance.Presence(row.presence)], late_by)


# ---- projects and scores -----------------------------------------------------------------------


def projects_of(cohort: Cohort) -> QuerySet[Project]:
    """The projects of people who are still in the bootcamp."""
    return Project.objects.filter(
        application__cohort=cohort, application__stage__in=IN_BOOTCAMP
    ).order_by("pk")


def newest_run(cohort_id: int) -> JudgingRun | None:
    """The count that holds now."""
    return JudgingRun.objects.filter(cohort_id=cohort_id).order_by("-number").first()


def project_scores(cohort_id: int) -> dict[int, Decimal]:
    """The newest scores by application id; who has no project or failed a gate is absent."""
    run = JudgingRun.objects.filter(cohort_id=cohort_id).order_by("-number").values("pk")[:1]
    return {
        pk: score
        for pk, score in ProjectScore.objects.filter(run=run, score__isnull=False).values_list(
            "project__application", "score"
        )
        if score is not None
    }


def project_profile(application_ids: Collection[int]) -> dict[int, ProjectProfile]:
    """What a company may learn of these people's projects, by application id."""
    projects = list(
        Project.objects.filter(application__in=application_ids).select_related("application")
    )
    runs = (
        JudgingRun.objects.filter(cohort__in={p.application.cohort_id for p in projects})
        .order_by("cohort_id", "-number")
        .distinct("cohort_id")
        .select_related("rubric")
    )
    bands: dict[int, tuple[CriterionBand, ...]] = {}
    for run in runs:
        bands |= _bands(run)
    return {
        project.application_id: ProjectProfile(
            title=project.title,
            track=ProjectTrack(project.track),
            summary=project.summary,
            repository_url=project.repository_url,
            bands=bands.get(project.pk, ()),
        )
        for project in projects
    }


def _bands(run: JudgingRun) -> dict[int, tuple[CriterionBand, ...]]:
    sheets: dict[int, list[dict[str, int]]] = defaultdict(list)
    for sheet in run.inputs["sheets"]:
        sheets[sheet["project"]].append(sheet["marks"])
    titles = run.rubric.titles
    return {
        project: tuple(
            CriterionBand(name, titles[name], band_of([marks[name] for marks in given]))
            for name in run.rubric.names
        )
        for project, given in sheets.items()
    }


def band_of(numbers: list[int]) -> Band:
    """The band of the mean of judges' numbers from 1 to 5."""
    mean = Fraction(sum(numbers), len(numbers))
    if mean >= STRONG_FROM:
        return Band.STRONG
    return Band.SOUND if mean >= SOUND_FROM else Band.DEVELOPING
