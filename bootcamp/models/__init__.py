from bootcamp.models.judging import (
    Assignment,
    Conflict,
    Judge,
    JudgingRun,
    ProjectScore,
    Rubric,
    Sheet,
)
from bootcamp.models.projects import Project, ProjectTrack, ProjectVersion
from bootcamp.models.teaching import (
    Group,
    Lesson,
    Membership,
    Module,
    Room,
    Slot,
    Trainer,
)
from bootcamp.models.timetables import Attendance, Booking, Session, Timetable

__all__ = [
    "Assignment",
    "Attendance",
    "Booking",
    "Conflict",
    "Group",
    "Judge",
    "JudgingRun",
    "Lesson",
    "Membership",
    "Module",
    "Project",
    "ProjectScore",
    "ProjectTrack",
    "ProjectVersion",
    "Room",
    "Rubric",
    "Session",
    "Sheet",
    "Slot",
    "Timetable",
    "Trainer",
]
