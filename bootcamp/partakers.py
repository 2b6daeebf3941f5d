"""Who took part in what the bootcamp decides about a list or about a person in it."""

from bootcamp.models import Attendance, JudgingRun, Sheet
from selection.models import Entry

PROJECT, BOOTCAMP = "project", "bootcamp"


def of_its_marks(entry: Entry) -> set[int | None]:
    """Who marked the person's project, or had the marks counted that the list ranks by."""
    if PROJECT not in entry.selection.parts:
        return set()
    sheets = Sheet.objects.filter(assignment__project__application=entry.application_id)
    runs = JudgingRun.objects.filter(cohort=entry.selection.cohort_id)
    return {
        *sheets.order_by().values_list("assignment__judge__user", flat=True),
        *runs.order_by().values_list("created_by", flat=True),
    }


def of_its_attendance(entry: Entry) -> set[int | None]:
    """Who marked whether the person was there, where the list ranks by it."""
    if BOOTCAMP not in entry.selection.parts:
        return set()
    marked = Attendance.objects.filter(application=entry.application_id)
    return set(marked.order_by().values_list("marked_by", flat=True))
