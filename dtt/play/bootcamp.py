"""Play the bootcamp: prepare it, attend it, submit projects, judge them. By the pages' verbs."""

import random
from datetime import datetime, timedelta

from accounts.models import User
from accounts.roles import Role
from applications.lifecycle import IN_BOOTCAMP
from applications.models import Application, Cohort, Stage, Track
from bootcamp.domain.attendance import Mark, mark_attendance
from bootcamp.domain.groups import form_groups
from bootcamp.domain.marking import close_judging, save_marks
from bootcamp.domain.panels import assign_judges, declare_conflicts
from bootcamp.domain.projects import submit_project
from bootcamp.domain.setting_up import add_judge, add_room, add_trainer, set_up_bootcamp
from bootcamp.domain.timetables import plan_timetable, publish_timetable
from bootcamp.models import (
    Assignment,
    Attendance,
    Judge,
    JudgingRun,
    Membership,
    ProjectTrack,
    ProjectVersion,
    Rubric,
    Timetable,
)
from bootcamp.queries import published_bookings
from dtt.play.people import make_user

STAFF_DOMAIN = "dtt.example"
ROOMS = (
    ("Lecture Room", "演講室"),
    ("Seminar Room", "研討室"),
    ("Computer Laboratory", "電腦實驗室"),
    ("Studio", "工作室"),
    ("Workshop", "工作坊"),
)
EMPLOYERS = ("Harbour Robotics", "Peak Analytics", "Lantern Health", "Ferry Systems")
TITLES = {
    ProjectTrack.VISION: (
        "Counting egrets in mudflat photographs",
        "Reading hand-written delivery slips",
        "Finding cracks in façade pictures",
        "識別中藥材的圖像分類",
        "Sorting recyclables on a belt",
    ),
    ProjectTrack.DATA_SCIENCE: (
        "Predicting the next minibus",
        "Which lifts will need repair next month",
        "預測街市蔬菜價格",
        "Queues at a clinic, hour by hour",
        "Early signs of a failing pump",
    ),
}


def prepare_bootcamp(
    cohort: Cohort,
    *,
    by: User,
    now: datetime,
    seed: int = 1,
    trainers: int = 8,
    groups: int = 4,
    rooms: int = 5,
    judges: int = 16,
    password: str | None = None,
) -> Timetable:
    """Everything before the first day: rooms, people, groups, a published timetable, judges.

    Args:
        password: of the trainers and judges, where a person is to sign in as one of them.
    """
    set_up_bootcamp(cohort_id=cohort.pk, by=by, now=now)
    people = cohort.applications.filter(stage__in=IN_BOOTCAMP).count()
    groups = max(1, min(groups, people))
    for number in range(rooms):
        english, chinese = ROOMS[number % len(ROOMS)]
        add_room(
            cohort_id=cohort.pk,
            name_en=f"{english} {number + 1}",
            name_zh=f"{chinese} {number + 1}",
            capacity=-(-people // groups) + 2 + 2 * (number % 3),
            by=by,
            now=now,
        )
    make_trainers(cohort, trainers, by=by, now=now, password=password)
    form_groups(cohort_id=cohort.pk, count=groups, seed=seed, by=by, now=now)
    timetable = plan_timetable(cohort_id=cohort.pk, seed=seed, by=by, now=now)
    make_judges(cohort, judges, by=by, now=now, password=password)
    return publish_timetable(timetable_id=timetable.pk, by=by, now=now)


def make_trainers(
    cohort: Cohort, count: int, *, by: User, now: datetime, password: str | None = None
) -> None:
    """Trainers who teach two neighbouring modules each, all of them every day."""
    for number in range(1, count + 1):
        user = make_user(
            f"trainer{number}@{STAFF_DOMAIN}",
            Role.TRAINER,
            now=now,
            password=password,
            name=f"Trainer {number}",
        )
        first = (number - 1) % 4 + 1
        modules = (first, first % 4 + 1) if count >= 4 else (1, 2, 3, 4)
        add_trainer(cohort_id=cohort.pk, user=user, modules=modules, by=by, now=now)


def make_judges(
    cohort: Cohort,
    count: int,
    *,
    by: User,
    now: datetime,
    password: str | None = None,
    declared: bool = True,
) -> list[Judge]:
    """Judges, alternately experts in one of the tracks, who have declared that they know nobody."""
    judges = []
    for number in range(1, count + 1):
        user = make_user(
            f"judge{number}@{STAFF_DOMAIN}",
            Role.JUDGE,
            now=now,
            password=password,
            name=f"Judge {number}",
        )
        judge = add_judge(
            cohort_id=cohort.pk,
            user=user,
            tracks=[ProjectTrack.values[number % 2]],
            employer=EMPLOYERS[number % len(EMPLOYERS)],
            by=by,
            now=now,
        )
        if declared:
            declare_conflicts(judge_id=judge.pk, conflicts={}, by=user, now=now)
        judges.append(judge)
    return judges


def attend(cohort: Cohort, *, seed: int = 1) -> int:
    """Every trainer takes the register a quarter of an hour in; return the lines written.

    One person in fifteen comes to hardly anything; the others miss or are late now and then.
    """
    members: dict[int, list[tuple[int, str]]] = {}
    for group, application, email in (
        Membership.objects.filter(group__cohort=cohort, application__stage__in=IN_BOOTCAMP)
        .order_by("application")
        .values_list("group", "application", "application__user__email")
    ):
        members.setdefault(group, []).append((application, email))
    written = 0
    for booking in published_bookings().filter(timetable__cohort=cohort):
        at = booking.slot.starts_at
        marks = [Mark(pk, _presence(seed, email, at)) for pk, email in members[booking.group_id]]
        written += len(
            mark_attendance(
                session_id=booking.session_id,
                marks=marks,
                by=booking.trainer.user,
                now=at + timedelta(minutes=15),
            )
        )
    return written


def submit_projects(cohort: Cohort, *, now: datetime, seed: int = 1) -> list[ProjectVersion]:
    """Nearly all who confirmed submit; one in four submits a second version an hour later.

    Args:
        now: the first hour in which anybody submits; before the projects are due.
    """
    versions = []
    people = cohort.applications.filter(stage=Stage.PLACE_CONFIRMED).select_related("user")
    for person in people.order_by("pk"):
        dice = random.Random(f"project {seed} {person.user.email}")
        if dice.random() < 0.04:
            continue
        content = project_content(person, dice)
        at = now
        versions.append(
            submit_project(application_id=person.pk, content=content, by=person.user, now=at)
        )
        if dice.random() < 0.25:
            better = content | {"summary": content["summary"] + " The split is now by day."}
            versions.append(
                submit_project(
                    application_id=person.pk,
                    content=better,
                    by=person.user,
                    now=at + timedelta(hours=1),
                )
            )
    return versions


def project_content(person: Application, dice: random.Random) -> dict[str, str]:
    """A project as this person would describe it."""
    chosen = person.track if person.track != Track.UNDECIDED else dice.choice(ProjectTrack.values)
    track = ProjectTrack(chosen)
    slug = person.reference.lower()
    return {
        "track": track.value,
        "title": dice.choice(TITLES[track]),
        "summary": (
            "A baseline, a small network and an honest comparison on data that neither has seen. "
            "The code downloads its public data and rebuilds every figure."
        ),
        "repository_url": f"https://code.example/{slug}",
        "slides_url": f"https://slides.example/{slug}",
        "video_url": f"https://video.example/{slug}" if dice.random() < 0.8 else "",
        "contribution": "I chose the question, cleaned the data and wrote the training loop.",
        "ai_disclosure": dice.choice(
            ("None.", "A code assistant completed lines; I checked every one.")
        ),
    }


def judge_projects(
    cohort: Cohort,
    *,
    by: User,
    now: datetime,
    seed: int = 1,
) -> JudgingRun:
    """Assign the judges, have everybody mark everything, and count.

    Args:
        now: after the projects are due.
    """
    assign_judges(cohort_id=cohort.pk, seed=seed, by=by, now=now)
    mark_everything(cohort, now=now, seed=seed)
    return close_judging(cohort_id=cohort.pk, by=by, now=now + timedelta(days=1))


def mark_everything(cohort: Cohort, *, now: datetime, seed: int = 1) -> int:
    """Every judge submits a sheet for every project on their list; return how many sheets."""
    assignments = (
        Assignment.objects.filter(judge__cohort=cohort, state=Assignment.State.ASSIGNED)
        .select_related("judge__user", "project__application__user")
        .order_by("judge", "order")
    )
    [rubric] = Rubric.objects.filter(cohort=cohort)[:1]
    for assignment in assignments:
        judge = random.Random(f"judge {seed} {assignment.judge.user.email}")
        severity, reach = judge.gauss(0, 0.5), judge.uniform(0.6, 1.2)
        person = assignment.project.application.user.email
        ability = random.Random(f"ability {seed} {person}").gauss(0, 1)
        dice = random.Random(f"sheet {seed} {assignment.judge.user.email} {person}")
        marks = {
            name: min(5, max(1, round(3 + reach * ability - severity + dice.gauss(0, 0.6))))
            for name in rubric.names
        }
        save_marks(
            assignment_id=assignment.pk,
            marks=marks,
            comment="A clear question and an honest baseline; the errors deserve a closer look.",
            failed_gate=False,
            submit=True,
            version=0,
            by=assignment.judge.user,
            now=now + timedelta(minutes=10 * assignment.order),
        )
    return len(assignments)


def _presence(seed: int, email: str, at: datetime) -> Attendance.Presence:
    seldom = random.Random(f"attends {seed} {email}").random() < 1 / 15
    luck = random.Random(f"attends {seed} {email} {at.isoformat()}").random()
    if luck < (0.6 if seldom else 0.03):
        return Attendance.Presence.ABSENT
    if luck < (0.7 if seldom else 0.05):
        return Attendance.Presence.EXCUSED
    return Attendance.Presence.LATE if luck > 0.96 else Attendance.Presence.PRESENT
