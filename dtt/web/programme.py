"""What the public pages tell about a cohort: its phase and its dates, as of now."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from applications.models import Cohort
from notifications.moments import HONG_KONG


class Phase(StrEnum):
    """Where a cohort stands for somebody who might apply."""

    COMING = "coming"
    OPEN = "open"
    RUNNING = "running"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a cohort's calendar: an instant, or a period `[at, until)`."""

    key: str
    what: str
    at: datetime
    until: datetime | None
    note: str
    days: tuple[date, ...] = ()

    def state(self, now: datetime) -> str:
        """`past`, `now` (a period that has begun and not ended) or `ahead`."""
        if now < self.at:
            return "ahead"
        return "now" if self.until and now < self.until else "past"


def phase_of(cohort: Cohort, now: datetime, closes_at: datetime | None = None) -> Phase:
    """Whether one can apply now, later or no more.

    Args:
        closes_at: until when this reader can apply; None for the cohort's close.
    """
    if now < cohort.applications_open_at:
        return Phase.COMING
    if now < (closes_at or cohort.applications_close_at):
        return Phase.OPEN
    return Phase.RUNNING if now < cohort.match_at else Phase.OVER


def events_of(cohort: Cohort) -> tuple[Event, ...]:
    """A cohort's calendar, earliest first."""
    events = (
        Event(
            key="apply",
            what=_("Applications"),
            at=cohort.applications_open_at,
            until=cohort.applications_close_at,
            note=_("You can start, stop and go on as often as you like until the end."),
        ),
        Event(
            key="quiz",
            what=_("Quiz"),
            at=cohort.quiz_opens_at,
            until=cohort.quiz_closes_at,
            note=_("Once, on your own device, at a time that suits you in this period."),
        ),
        Event(
            key="shortlist",
            what=_("Bootcamp places are published"),
            at=cohort.shortlist_at,
            until=None,
            note=_("Whoever has a place confirms it within %(hours)d hours.")
            % {"hours": cohort.reply_hours},
        ),
        *_bootcamp(cohort),
        Event(
            key="project",
            what=_("Mini-projects are due"),
            at=cohort.project_due_at,
            until=None,
            note=_("You can replace what you handed in until then."),
        ),
        Event(
            key="finalists",
            what=_("Finalists are published"),
            at=cohort.finalists_at,
            until=None,
            note=_("Interviews with the companies follow."),
        ),
        Event(
            key="rankings",
            what=_("Rankings close"),
            at=cohort.rankings_close_at,
            until=None,
            note=_("Finalists and companies have put each other in order."),
        ),
        Event(
            key="match",
            what=_("The match is published"),
            at=cohort.match_at,
            until=None,
            note=_("Companies make their offers."),
        ),
    )
    return tuple(sorted(events, key=lambda event: event.at))


def _bootcamp(cohort: Cohort) -> tuple[Event, ...]:
    days = tuple(sorted(cohort.bootcamp_dates))
    if not days:
        return ()
    return (
        Event(
            key="bootcamp",
            what=_("Bootcamp"),
            at=_midnight(days[0]),
            until=_midnight(days[-1] + timedelta(days=1)),
            note=_("%(days)d days, in person. You must be there on at least %(needed)d of them.")
            % {"days": len(days), "needed": cohort.rules.days_needed},
            days=days,
        ),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, HONG_KONG)
