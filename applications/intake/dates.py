"""Months, days and times as people and web forms write them. Pure.

Nothing is guessed: 05/06/2023 is the fifth of June to one spreadsheet and the sixth of May to
another, so it is neither here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, NamedTuple

HONG_KONG: Final = timezone(timedelta(hours=8), "HKT")
_YEARS: Final = range(1950, 2101)
_LONGEST_DATE: Final = 40

_MONTHS: Final = {
    name[:length]: number
    for number, name in enumerate(
        (
            *("january", "february", "march", "april", "may", "june", "july", "august"),
            *("september", "october", "november", "december"),
        ),
        start=1,
    )
    for length in {3, 4, len(name)}
}
_HAN_DIGITS: Final = str.maketrans("〇零一二三四五六七八九", "00123456789")
_HAN_MONTH: Final = re.compile("(?:正|[一二三四五六七八九]|十[一二]?)月")
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９／－：．　", "0123456789/-:. ")

_NAME = r"([a-z]{3,9})\.?"
_SEPARATOR = r"\s*[-/.,\s]\s*"
_YEAR_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
_MONTH_YEAR = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{4})")
_NAME_YEAR = re.compile(rf"{_NAME}{_SEPARATOR}'?(\d{{4}}|\d{{2}})")
_YEAR_NAME = re.compile(rf"(\d{{4}}){_SEPARATOR}{_NAME}")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日號号]?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})")
_DAY_NAME = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?(?:{_SEPARATOR}|\s+of\s+)?{_NAME}")
_NAME_DAY = re.compile(rf"{_NAME}{_SEPARATOR}(\d{{1,2}})(?:st|nd|rd|th)?")
_ENDS_IN_YEAR = re.compile(r"(.+?)[-/.,\s]+(\d{4})")
_MONTH_DAY_ZH = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日號号]?")
_TWO_NUMBERS = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})")


class MonthDay(NamedTuple):
    """A day of whatever year the cohort is in."""

    month: int
    day: int


def _plain(text: str) -> str:
    return " ".join(text.translate(_FULL_WIDTH).lower().split())


def _arabic(text: str) -> str:
    """Turn Chinese numerals into digits: 二〇二三年十二月 into 2023年12月."""

    def month(match: re.Match[str]) -> str:
        name = match[0].removesuffix("月").replace("正", "一")
        digits = name.translate(_HAN_DIGITS)
        if digits.startswith("十"):
            digits = f"1{digits[1:] or '0'}"
        return f"{digits}月"

    return _HAN_MONTH.sub(month, text).translate(_HAN_DIGITS)


def _date(year: int, month: int, day: int = 1) -> date | None:
    if year not in _YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _only(readings: Iterable[date | None]) -> date | None:
    """Return the one reading that makes a date, or None if there are none or several."""
    dates = {reading for reading in readings if reading is not None}
    return dates.pop() if len(dates) == 1 else None


def _full_date(text: str) -> date | None:
    """Read a whole date whose day and month cannot be taken for each other."""
    if len(text) > _LONGEST_DATE:
        return None
    if match := _YEAR_FIRST.fullmatch(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _YEAR_LAST.fullmatch(text):
        first, second, year = (int(number) for number in match.groups())
        return _only((_date(year, second, first), _date(year, first, second)))
    if (match := _ENDS_IN_YEAR.fullmatch(text)) and (named := _named_day(match[1])):
        return _date(int(match[2]), named.month, named.day)
    return None


def _named_day(text: str) -> MonthDay | None:
    """Read a day whose month is a word: 17 May, May 17th."""
    if match := _DAY_NAME.fullmatch(text):
        day, name = match.groups()
    elif match := _NAME_DAY.fullmatch(text):
        name, day = match.groups()
    else:
        return None
    return _month_day(_MONTHS.get(name, 0), int(day))


def _month_day(month: int, day: int) -> MonthDay | None:
    return MonthDay(month, day) if _date(2000, month, day) else None  # a leap year has every day


@lru_cache(maxsize=4096)
def parse_month(text: str) -> date | None:
    """Read a month: 2022-02, 02/2020, Jun 2023, Jun-23, 2019年6月, or any date in it.

    Returns:
        The first day of the month, or None if the text is not one month of 1950 to 2100.
    """
    plain = _arabic(_plain(text))
    if match := _YEAR_MONTH.fullmatch(plain):
        return _date(int(match[1]), int(match[2]))
    if match := _MONTH_YEAR.fullmatch(plain):
        return _date(int(match[2]), int(match[1]))
    if match := _YEAR_NAME.fullmatch(plain):
        return _date(int(match[1]), _MONTHS.get(match[2], 0))
    if match := _NAME_YEAR.fullmatch(plain):
        year = int(match[2])
        return _date(year if year >= 100 else 2000 + year, _MONTHS.get(match[1], 0))
    whole = _full_date(plain)
    return whole.replace(day=1) if whole else None


_DAY_BREAK = re.compile(r"[;；、|\n]+")
_WEEKDAY = re.compile(
    r"\b(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?\b\.?"
    r"|(?:星期|禮拜|礼拜|週|周)[一二三四五六日天]|[(（][一二三四五六日天][)）]|[(（)）]"
)


@lru_cache(maxsize=4096)
def parse_days(text: str) -> tuple[tuple[MonthDay, ...], tuple[str, ...]]:
    """Read a list of days: "Mon 17 May; Tue 18 May", "5月17日、5月18日", "2021-05-17, 2021-05-18".

    Weekdays and years are passed over: the cohort that the list is for knows them.

    Returns:
        The days, each once, in their order in the year, and the pieces that are not days.
    """
    days: set[MonthDay] = set()
    unread: list[str] = []
    for piece in _DAY_BREAK.split(text):
        whole = _parse_day(piece)
        for label in [piece] if whole else piece.split(","):
            day = whole or _parse_day(label)
            if day is not None:
                days.add(day)
            elif not _says_no_day(label):
                unread.append(label.strip())
    return tuple(sorted(days)), tuple(unread)


def _without_weekday(text: str) -> str:
    return " ".join(_WEEKDAY.sub(" ", _plain(text)).split()).strip(", ")


def _says_no_day(label: str) -> bool:
    """Tell what "Monday, May 17, 2021" leaves between its commas: a weekday, a year, nothing."""
    rest = _without_weekday(label)
    return not rest or (len(rest) == 4 and rest.isdecimal())


def _parse_day(label: str) -> MonthDay | None:
    plain = _without_weekday(label)
    if whole := _full_date(_arabic(plain)):
        return MonthDay(whole.month, whole.day)
    if match := _MONTH_DAY_ZH.fullmatch(_arabic(plain)):
        return _month_day(int(match[1]), int(match[2]))
    if match := _TWO_NUMBERS.fullmatch(plain):
        first, second = int(match[1]), int(match[2])
        readings = {_month_day(second, first), _month_day(first, second)} - {None}
        return readings.pop() if len(readings) == 1 else None
    return _named_day(plain)


def days_among(days: Iterable[MonthDay], dates: Iterable[date]) -> tuple[date, ...]:
    """Return those of a cohort's dates that fall on one of the days, in the order of `dates`."""
    wanted = set(days)
    return tuple(date for date in dates if (date.month, date.day) in wanted)


_TIME = re.compile(
    r"(?P<date>[\d/.年月日 -]*?\d日?)(?:t|,|\s)\s*"
    r"(?P<before>上午|下午|am|pm)?\s*"
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?\s*"
    r"(?P<after>am|pm|a\.m\.|p\.m\.)?\s*"
    r"(?P<zone>z|hkt|(?:gmt|utc)?\s*(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?|gmt|utc)?"
)


def parse_time(text: str) -> datetime | None:
    """Read the instant of a submission: "2021/04/01 9:47:02 GMT+8", ISO 8601, "… 下午 9:47".

    A time without a zone is Hong Kong's.

    Returns:
        An aware time to the second, or None.
    """
    match = _TIME.fullmatch(_plain(text))
    day = _full_date(match["date"].strip()) if match else None
    if match is None or day is None:
        return None
    hour = int(match["hour"])
    half = (match["before"] or match["after"] or "").replace(".", "")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in ("pm", "下午") else 0)
    zone = _zone(match)
    if zone is None:
        return None
    try:
        return datetime(
            day.year, day.month, day.day, hour, int(match["minute"]), int(match["second"] or 0),
            tzinfo=zone,
        )  # fmt: skip
    except ValueError:
        return None


def _zone(match: re.Match[str]) -> timezone | None:
    if match["zone"] in (None, "hkt"):
        return HONG_KONG
    if match["sign"] is None:
        return timezone(timedelta(0))
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    if offset > timedelta(hours=14):
        return None
    return timezone(-offset if match["sign"] == "-" else offset)
