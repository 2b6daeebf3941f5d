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
_LONGEST_MONTH: Final = 100

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
_FULL_WIDTH: Final = str.maketrans(
    "０１２３４５６７８９／－：．　", "0123456789/-:. "
) | str.maketrans("–—−‐‑’‘ʼ`，", "-----'''',")

_NAME = r"([a-z]{3,9})\.?"
_SEPARATOR = r"\s*[-/.,\s]\s*"
_YEAR_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
_MONTH_YEAR = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{4})")
_NAME_YEAR = re.compile(rf"{_NAME}(?:{_SEPARATOR})?'?\s*(\d{{4}}|\d{{2}})")
_MONTH_YEAR_ZH = re.compile(r"(\d{1,2})\s*月\s*[,/]?\s*(\d{4})\s*年?")
_PACKED = re.compile(r"\d{6}|\d{8}")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_SERIAL_ZERO: Final = date(1899, 12, 30)
_YEAR_NAME = re.compile(rf"(\d{{4}}){_SEPARATOR}{_NAME}")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日號号]?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})")
_SHORT_YEAR = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{2})")
_YEAR_NAME_DAY = re.compile(rf"(\d{{4}}){_SEPARATOR}{_NAME}{_SEPARATOR}(\d{{1,2}})")
_DAY_NAME_SHORT_YEAR = re.compile(rf"(\d{{1,2}}){_SEPARATOR}{_NAME}{_SEPARATOR}'?(\d{{2}})")
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
    if match := _YEAR_NAME_DAY.fullmatch(text):
        return _date(int(match[1]), _MONTHS.get(match[2], 0), int(match[3]))
    if match := _DAY_NAME_SHORT_YEAR.fullmatch(text):
        return _date(_full_year(match[3]), _MONTHS.get(match[2], 0), int(match[1]))
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


# A remark beside a month says nothing about which: "June 2027 (expected)", 預計2027年6月畢業.
_REMARK = re.compile(
    r"\b(?:expected|expecting|anticipated|estimated|est|approximately|approx|around|about|circa|"
    r"tentative|tentatively|probably|tbc|graduating|graduated|graduation|completion|completed|"
    r"complete|date|in|by|on|end of|late|mid|early|beginning of)\b[.:]?"
    r"|預計|预计|預期|预期|估計|大約|約|將於|将于|已於|畢業|毕业|完成|[(（][^\d()（）]*[)）]|[~≈]"
)
_AT_A_TIME = re.compile(
    r"(?:\s*t\s*|,?\s+)(?:上午|下午|am|pm)?\s*\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?\s*(?:am|pm)?$"
)
_PART_OF_MONTH = re.compile(r"月\s*(?:份|初|中旬?|底|末|上旬|下旬)")


@lru_cache(maxsize=4096)
def parse_month(text: str) -> date | None:
    """Read a month: 2022-02, 02/2020, Jun 2023, Jun-23, 2019年6月, or any date in it.

    Also as a spreadsheet stores or shows it: 202706, 46539, 30-Jun-27, 2027-06-30 00:00:00.

    Returns:
        The first day of the month, or None if the text is not one month of 1950 to 2100.
    """
    if len(text) > _LONGEST_MONTH:
        return None
    plain = _plain(text)
    if found := _month_in(plain):
        return found
    if at := parse_time(text):
        return at.astimezone(HONG_KONG).date().replace(day=1)
    plain = _WEEKDAY.sub(" ", _REMARK.sub(" ", _AT_A_TIME.sub("", plain)))
    return _month_in(" ".join(plain.split()).strip(" ,.;:").lstrip("- "))


def _month_in(plain: str) -> date | None:
    plain = _PART_OF_MONTH.sub("月", _arabic(plain))
    if match := _YEAR_MONTH.fullmatch(plain):
        # 2027.1 is as likely the October of a spreadsheet that has dropped a zero
        return None if plain.endswith(".1") else _date(int(match[1]), int(match[2]))
    if match := _MONTH_YEAR.fullmatch(plain) or _MONTH_YEAR_ZH.fullmatch(plain):
        return _date(int(match[2]), int(match[1]))
    if match := _YEAR_NAME.fullmatch(plain):
        return _date(int(match[1]), _MONTHS.get(match[2], 0))
    if match := _NAME_YEAR.fullmatch(plain):
        return _date(_full_year(match[2]), _MONTHS.get(match[1], 0))
    if plain.isascii() and _PACKED.fullmatch(plain):
        return _packed(plain)
    if plain.isascii() and (match := _SERIAL.fullmatch(plain)):
        day = _SERIAL_ZERO + timedelta(days=int(match[1]))
        return _date(day.year, day.month)
    if match := _SHORT_YEAR.fullmatch(plain):
        first, second, third = match.groups()
        return _only(
            reading.replace(day=1)
            for year, month, day in (
                (third, second, first), (third, first, second), (first, second, third),
            )
            if (reading := _date(_full_year(year), int(month), int(day)))
        )  # fmt: skip
    whole = _full_date(plain)
    return whole.replace(day=1) if whole else None


def _packed(digits: str) -> date | None:
    """Read digits without signs: 202706, 062027, 20270630; none if they could be two months."""
    if len(digits) == 6:
        readings = [(digits[:4], digits[4:], "1"), (digits[2:], digits[:2], "1")]
    else:
        readings = [
            (digits[:4], digits[4:6], digits[6:]),
            (digits[4:], digits[2:4], digits[:2]),
            (digits[4:], digits[:2], digits[2:4]),
        ]
    return _only(
        found.replace(day=1)
        for year, month, day in readings
        if (found := _date(int(year), int(month), int(day)))
    )


def _full_year(digits: str) -> int:
    """Return 1999 for 99 and 2027 for 27: nobody completes a course half a century from now."""
    year = int(digits)
    return year if year >= 100 else year + (1900 if year >= 50 else 2000)


_DAY_BREAK = re.compile(r"[;；、|\n]+")
_WEEKDAY = re.compile(
    r"\b(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?\b\.?"
    r"|(?:星期|禮拜|礼拜|週|周)[一二三四五六日天]|[(（][一二三四五六日天][)）]|[(（)）]"
)


# When on that day it is, and that it is the whole of it, says nothing about which day.
_HOURS = re.compile(
    r"[(（]?\s*\d{1,2}[:.]?\d\d\s*(?:am|pm|hrs?)?\s*(?:-|to|至|~)\s*\d{1,2}[:.]?\d\d\s*(?:am|pm|hrs?)?"
    r"\s*[)）]?|[(（]?\s*\d{1,2}(?::\d\d)?\s*(?:am|pm)?\s*(?:-|to|至|~)\s*\d{1,2}(?::\d\d)?\s*(?:am|pm)"
    r"\s*[)）]?|[(（]?\s*\d{1,2}:\d\d\s*(?:am|pm)?\s*[)）]?"
    r"|\b(?:full|whole|all) day\b|\bday \d{1,2}\b:?|全日|全天|整天"
)
_AND = re.compile(r"(?<=[\d日號号thsnrd])\s*(?:&|\+|和|及|與|\band\b)\s*(?=\d)")
_SLASH = re.compile(r"(?<=\d)\s*/\s*(?=\d)")  # between numbers that have a month beside them
_FROM_TO = re.compile(r"\s+(?:-|to)\s+|\s*[至到]\s*")
_ENDING_YEAR = re.compile(r"[,\s]+\d{4}$")
_BARE_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s*[日號号]?")
_NAMES_A_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b|月", re.IGNORECASE)
_RANGE = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?\s*(?:-|to|至)\s*(\d{{1,2}})(?:st|nd|rd|th)?\s+{_NAME}"
    rf"|{_NAME}\s+(\d{{1,2}})(?:st|nd|rd|th)?\s*(?:-|to|至)\s*(\d{{1,2}})(?:st|nd|rd|th)?"
)
_RANGE_ZH = re.compile(
    r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日號号]?\s*(?:-|至|到)\s*(\d{1,2})\s*[日號号]?"
)


@lru_cache(maxsize=4096)
def parse_days(text: str) -> tuple[tuple[MonthDay, ...], tuple[str, ...]]:
    """Read a list of days: "Mon 17 May; Tue 18 May", "5月17日、5月18日", "17, 18 and 20 May".

    Weekdays, hours and years are passed over: the cohort that the list is for knows them. A bare
    number is a day of the month that is named after it ("17, 18 May") or before ("May 17, 18").

    Returns:
        The days, each once, in their order in the year, and the pieces that are not days.
    """
    days: set[MonthDay] = set()
    unread: list[str] = []
    waiting: list[tuple[int, str]] = []  # numbers whose month is still to come
    month_before = 0
    for label in _labels(text):
        found = _days_in(label)
        bare = _BARE_DAY.fullmatch(_without_weekday(label))
        if found:
            days.update(found)
            month_before = found[-1].month if _names_month_first(label) else 0
            if not month_before:
                days.update(d for n, _ in waiting if (d := _month_day(found[0].month, n)))
                waiting = [(n, w) for n, w in waiting if not _month_day(found[0].month, n)]
        elif bare and month_before and (day := _month_day(month_before, int(bare[1]))):
            days.add(day)
        elif bare:
            waiting.append((int(bare[1]), label.strip()))
        elif not _says_no_day(label):
            unread.append(label.strip())
    return tuple(sorted(days)), tuple(unread + [written for _, written in waiting])


def _labels(text: str) -> list[str]:
    """Part a list into what could be days each; a date with commas in it stays whole."""
    labels: list[str] = []
    for piece in _DAY_BREAK.split(text):
        for label in [piece] if _days_in(piece) else re.split("[,，]", piece):
            parted = _AND.sub(",", label)
            if not _days_in(label) and _NAMES_A_MONTH.search(label):
                parted = _SLASH.sub(",", parted)
            labels += [label] if _days_in(label) else parted.split(",")
    return labels


def _names_month_first(label: str) -> bool:
    plain = _without_weekday(label)
    return bool(_NAME_DAY.fullmatch(plain) or _MONTH_DAY_ZH.fullmatch(_arabic(plain)))


def _days_in(label: str) -> tuple[MonthDay, ...]:
    """Read one day, or the days from one to another of one month."""
    if day := _parse_day(label):
        return (day,)
    plain = _ENDING_YEAR.sub("", _without_weekday(label))
    ends = [day for end in _FROM_TO.split(plain) if (day := _parse_day(end))]
    if len(ends) == 2 and ends[0].month == ends[1].month:
        month, first, last = ends[0].month, str(ends[0].day), str(ends[1].day)
    elif match := _RANGE.fullmatch(plain):
        name, first, last = match[3] or match[4], match[1] or match[5], match[2] or match[6]
        month = _MONTHS.get(name, 0)
    elif match := _RANGE_ZH.fullmatch(_arabic(plain)):
        month, first, last = int(match[1]), match[2], match[3]
    else:
        return ()
    days = [_month_day(month, day) for day in range(int(first), int(last) + 1)]
    return tuple(filter(None, days)) if all(days) else ()


def _without_weekday(text: str) -> str:
    plain = _plain(text)
    if not _YEAR_FIRST.fullmatch(plain):  # its signs are not those of hours
        plain = _HOURS.sub(" ", plain)
    return " ".join(_WEEKDAY.sub(" ", plain).split()).strip(", ")


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
    r"(?P<after>am|pm|a\.m\.|p\.m\.|上午|下午)?\s*"
    r"[\[(]?(?P<zone>z|hkt|(?:gmt|utc)?\s*(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?|gmt|utc)?[\])]?"
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
