"""Dates as a file for anybody's calendar (RFC 5545): a cohort's, and a person's own."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar
from icalendar import Event as Entry

from accounts.revisions import Revision
from applications.models import Cohort
from dtt.web.programme import events_of

REMIND_BEFORE_DEADLINE = timedelta(days=1)
REFRESH_EVERY = timedelta(hours=1)
DEADLINES = frozenset({"apply", "quiz", "project", "rankings"})
PERIOD_FROM = timedelta(days=1)  # what lasts longer leaves its days free for other things


def calendar_file(cohort: Cohort, *, address: str, now: datetime) -> bytes:
    """Every date of the cohort; deadlines remind a day before.

    The same date keeps its UID, so a file that is imported again replaces the entries.
    """
    calendar = _calendar(str(cohort), "cohort dates")
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


def personal_calendar(
    revisions: Iterable[Revision], *, uid_of: Callable[[str], str], address: str
) -> bytes:
    """A person's own dates, to subscribe to. Nothing new to tell gives the same bytes."""
    calendar = _calendar(_("My programme"), "personal dates")
    calendar.add("refresh-interval", REFRESH_EVERY, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", REFRESH_EVERY)
    for revision in revisions:
        calendar.add_component(_revised(revision, uid_of(revision.entry.uid), address))
    return bytes(calendar.to_ical())


def _revised(revision: Revision, uid: str, address: str) -> Entry:
    said = revision.entry
    entry = Entry()
    entry.add("uid", uid)
    # Without a method the stamp is the time of the last revision (RFC 5545, 3.8.7.2).
    entry.add("dtstamp", revision.changed_at.astimezone(UTC))
    entry.add("last-modified", revision.changed_at.astimezone(UTC))
    entry.add("sequence", revision.number)
    entry.add("status", "CANCELLED" if revision.cancelled else "CONFIRMED")
    entry.add("summary", said.what)
    if said.note:
        entry.add("description", said.note)
    if said.place:
        entry.add("location", said.place)
    entry.add("url", address)
    entry.add("dtstart", said.starts_at.astimezone(UTC))
    entry.add("dtend", said.ends_at.astimezone(UTC))
    if revision.cancelled or said.ends_at - said.starts_at > PERIOD_FROM:
        entry.add("transp", "TRANSPARENT")
    if said.reminds and not revision.cancelled:
        entry.add_component(_reminder(said.what))
    return entry


def _calendar(name: str, what: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//DeepTech Talents Training//{what}//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    return calendar


def _reminder(text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", -REMIND_BEFORE_DEADLINE, parameters={"related": "END"})
    return alarm
