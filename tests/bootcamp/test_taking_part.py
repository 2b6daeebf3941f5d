"""Who marked a project or attendance is kept from deciding appeals about the finalists."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from applications.models import Application, Cohort
from bootcamp.domain.attendance import Mark, mark_attendance
from bootcamp.models import Assignment, Attendance, Booking
from bootcamp.queries import published_bookings, roster_of
from dtt.play.bootcamp import judge_projects, submit_projects
from selection import partaking
from selection.models import Entry, Selection, SelectionRule

pytestmark = pytest.mark.django_db
MARKS = "the marks of this person’s project, or their count"
PRESENCE = "this person’s attendance"


def entry(cohort: Cohort, application: Application, source: str) -> Entry:
    """Somebody in a list that ranks by this source."""
    rule = SelectionRule(tie_breakers=[])
    run = Selection(cohort=cohort, step="final", rule=rule, inputs={"criteria": [[source, "1"]]})
    return Entry(selection=run, application=application)


def took_part(cohort: Cohort, application: Application, source: str) -> dict[int, list[str]]:
    return partaking.took_part(entry(cohort, application, source))


def test_who_marked_a_project_or_counted_the_marks_took_part(
    prepared: Cohort, people: list[Application], manager: User, after_due: datetime
) -> None:
    submit_projects(prepared, now=prepared.project_due_at - timedelta(days=2))
    judge_projects(prepared, by=manager, now=after_due)
    person = Assignment.objects.order_by("pk")[0].project.application
    marked = Assignment.objects.filter(project__application=person)
    judges = set(marked.values_list("judge__user", flat=True))

    found = took_part(prepared, person, "project.score")

    assert found == {pk: [MARKS] for pk in (*judges, manager.pk)}
    assert took_part(prepared, person, "quiz.score") == {}


def test_who_marked_the_register_took_part_where_the_list_ranks_by_it(
    prepared: Cohort, manager: User
) -> None:
    booking: Booking = published_bookings().filter(group__cohort=prepared)[0]
    person, other = roster_of(booking)[:2]
    mark_attendance(
        session_id=booking.session_id,
        marks=[Mark(person.pk, Attendance.Presence.PRESENT)],
        by=booking.trainer.user,
        now=booking.slot.starts_at,
    )

    assert took_part(prepared, person, "bootcamp.enough") == {booking.trainer.user_id: [PRESENCE]}
    assert took_part(prepared, other, "bootcamp.enough") == {}
    assert took_part(prepared, person, "project.score") == {}
