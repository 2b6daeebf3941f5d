"""How long an offer stands: counted in working days. Pure."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta, tzinfo

LAST_MINUTE = time(23, 59)


def is_working_day(day: date, holidays: Collection[date]) -> bool:
    """Monday to Friday, and not a holiday."""
    return day.weekday() < 5 and day not in holidays


def working_day_after(day: date, count: int, holidays: Collection[date]) -> date:
    """Return the `count`-th working day after `day`; `day` itself never counts.

    Args:
        count: 1 or more.
    """
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day, holidays)
    return day


def stands_until(
    sent_at: datetime, *, days: int, holidays: Collection[date], zone: tzinfo
) -> datetime:
    """Return the end, in `zone`, of the `days`-th working day after the one of sending.

    So whoever gets the offer has at least that many whole working days, whatever the hour at
    which it was sent. The end is 23:59: an answer at that instant is too late.
    """
    last = working_day_after(sent_at.astimezone(zone).date(), days, holidays)
    return datetime.combine(last, LAST_MINUTE, zone)
