"""A cohort's dates as a file for anybody's calendar (RFC 5545)."""

from datetime import datetime, timedelta

from icalendar import Alarm, Calendar
from icalendar import Event as Entry

from applications.models import Cohort
from dtt.web.programme import events_of

REMIND_BEFORE_DEADLINE = timedelta(days=1)
DEADLINES = frozenset({"apply", "quiz", "project", "rankings"})


def calendar_file(cohort: Cohort, *, address: str, now: datetime) -> bytes:
    """Every date of the cohort; deadlines remind a day before.

    The same date keeps its UID, so a file that is imported again replaces the entries.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//DeepTech Talents Training//cohort dates//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", str(cohort))
    for event in events_of(cohort):
        entry = Entry()
        entry.add("uid", f"{cohort.slug}-{event.key}@dtt")
        entry.add("dtstamp", now)
        entry.add("summary", f"{cohort.programme}: {event.what}")
        entry.add("description", event.note)
        entry.add("url", address)
        if event.days:
            entry.add("dtstart", event.days[0])
            entry.add("dtend", event.days[-1] + timedelta(days=1))
        else:
            entry.add("dtstart", event.at)
            entry.add("dtend", event.until or event.at)
        if event.key in DEADLINES:
            entry.add_component(_reminder(event.what))
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _reminder(text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", -REMIND_BEFORE_DEADLINE, parameters={"related": "END"})
    return alarm
