"""How we say an instant: always with the zone, in the reader's language, by one piece of code."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.languages import reads_chinese

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
_WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh": ("一", "二", "三", "四", "五", "六", "日"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say_day(day: date) -> str:
    """`Fri 14 May 2027` or `2027年5月14日（五）`."""
    if reads_chinese():
        return f"{day.year}年{day.month}月{day.day}日（{_WEEKDAYS['zh'][day.weekday()]}）"
    return f"{_WEEKDAYS['en'][day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def say_instant(at: datetime) -> str:
    """`Fri 14 May 2027, 23:59 HKT (UTC+8)`. An instant on the minute is said as it is.

    Midnight says which day it begins: people read "Friday, 00:00" as the end of that Friday.
    """
    return _said(at, translation.get_language())


@lru_cache(maxsize=1024)
def _said(at: datetime, _language: str | None) -> str:
    """An instant in the active language; one letter to thousands names the same few."""
    local = at.astimezone(HONG_KONG)
    if (local.hour, local.minute) == (0, 0):
        begins = _("%(day)s, 00:00 HKT (UTC+8), as the day begins")
        return begins % {"day": say_day(local.date())}
    return _("%(day)s, %(time)s HKT (UTC+8)") % {
        "day": say_day(local.date()),
        "time": f"{local:%H:%M}",
    }


def say_time(at: datetime) -> str:
    """`09:30`, in Hong Kong."""
    return f"{at.astimezone(HONG_KONG):%H:%M}"
