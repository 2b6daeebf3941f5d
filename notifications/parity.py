"""What stands in a text and not in its translation. Pure: two texts in, facts out.

Facts are what a slip of translation changes and what needs no understanding to compare: what is
filled in (`{{ name }}`), links, dates, days of the week, times and numbers, in English and in
Chinese, in whatever form they are written: "14 May 2027" is 2027年5月14日, "3:30 pm" is 下午三時半.
A number in digits may be a word in the other text ("room 6", 六號房); words alone are never asked
for, as 一 and "one" mostly count nothing. Whoever reads decides what a difference means.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from notifications.language import TOKEN

Value = tuple[str, ...]


class What(Enum):
    """A sort of fact."""

    FILLED_IN = "filled-in"
    LINK = "link"
    DATE = "date"
    WEEKDAY = "weekday"
    TIME = "time"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a text.

    Attributes:
        value: the same for every way of writing it; a date has its year (blank if it has none),
            month and day (blank if it has none).
        said: as it is written.
    """

    what: What
    value: Value
    said: str


def compare(first: str, second: str) -> tuple[list[Fact], list[Fact]]:
    """What stands in the first text alone, and in the second alone, each in the order of its text.

    Something that is said twice counts once.
    """
    (ours, our_words), (theirs, their_words) = _read(first), _read(second)
    return _missing(ours, theirs, their_words), _missing(theirs, ours, our_words)


def facts_of(text: str) -> list[Fact]:
    """Every fact of a text, sort by sort."""
    return _read(text)[0]


def _missing(facts: Iterable[Fact], others: list[Fact], other_words: str) -> list[Fact]:
    found: dict[tuple[What, Value], Fact] = {}
    spelled = set(_spelled(other_words))
    for fact in facts:
        in_words = fact.what == What.NUMBER and fact.value[0] in spelled
        if not in_words and not any(_same(fact, other) for other in others):
            found.setdefault((fact.what, fact.value), fact)
    return list(found.values())


def _same(one: Fact, other: Fact) -> bool:
    if one.what != other.what:
        return False
    if one.what != What.DATE:
        return one.value == other.value
    years = {one.value[0], other.value[0]} - {""}
    return one.value[1:] == other.value[1:] and len(years) < 2


# ---- reading -------------------------------------------------------------------------------------

WIDE = {
    ord(wide): unicodedata.normalize("NFKC", wide)
    for wide in "０１２３４５６７８９：／－％＋\u3000\u00a0"
}
NUMERALS = "〇零一二兩三四五六七八九十廿百"
N = rf"(?:\d{{1,3}}|[{NUMERALS}]{{1,5}})"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MON = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?"
)
TH = r"(?:st|nd|rd|th)?"
TO = r"\s*(?:–|—|-|to|and|至|到|及|和)\s*"
DATES = (
    rf"(?P<d>\b\d{{1,2}}){TH}{TO}(?P<d2>\d{{1,2}}){TH}\s+(?P<m>{MON})(?:,?\s+(?P<y>\d{{4}})\b)?",
    rf"(?P<m>\b{MON})\s+(?P<d>\d{{1,2}}){TH}{TO}(?P<d2>\d{{1,2}})\b{TH}(?:,?\s+(?P<y>\d{{4}})\b)?",
    rf"(?P<d>\b\d{{1,2}}){TH}\s+(?:of\s+)?(?P<m>{MON})(?:,?\s+(?P<y>\d{{4}})\b)?",
    rf"(?P<m>\b{MON})\s+(?P<d>\d{{1,2}})(?!\d){TH}(?:,?\s+(?P<y>\d{{4}})\b)?",
    rf"(?P<m>\b{MON})\s+(?P<y>\d{{4}})\b",
    rf"\b(?:in|by|of|until|from|since|before|after|during|early|late)\s+(?P<m>{MON})",
    r"(?P<y>\b\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b",
    r"(?P<d>\b\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})\b",
    rf"(?:(?P<y>\d{{4}}|[{NUMERALS}]{{4}})\s*年\s*)?(?P<m>{N})\s*月\s*(?P<d>{N})\s*[日號]?{TO}(?P<d2>{N})\s*[日號]",
    rf"(?:(?P<y>\d{{4}}|[{NUMERALS}]{{4}})\s*年\s*)?(?P<m>{N})\s*月(?:\s*(?P<d>{N})\s*[日號])?",
)
EARLY, LATE = "凌晨|清晨|早上|上午", "下午|傍晚|黃昏|晚上"
TIMES = (
    r"\b(?P<h>\d{1,2})(?:[:.](?P<min>\d{2}))?\s*(?P<half>[ap]\.?m\b\.?)",
    rf"(?P<half>{EARLY}|中午|{LATE})?\s*\b(?P<h>\d{{1,2}}):(?P<min>\d{{2}})\b(?::\d{{2}})?",
    rf"(?P<half>{EARLY}|中午|{LATE})?\s*(?P<h>{N})\s*[時點](?:\s*(?P<min>{N})\s*分|(?P<more>半|正|三刻|一刻))?",
    r"(?P<noon>\b(?:noon|midday)\b|正午)",
    r"(?P<midnight>\bmidnight\b|午夜)",
)
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
WEEKDAYS = (
    r"\b(?P<en>Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:s?day|nesday|rsday|urday|s|rs)?s?\b",
    r"(?:星期|週|周|禮拜)(?P<zh>[一二三四五六日天])",
    r"[（(](?P<zh>[一二三四五六日])[)）]",
)
LINK = r"https?://[^\s<>\"'，。、；：！？）」』】]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
NUMBER = (
    r"(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"\s*(?P<times>[百千萬億]|thousand\b|million\b)?"
)
TIMES_AS = {"百": 100, "千": 1000, "thousand": 1000, "萬": 10**4, "million": 10**6, "億": 10**8}
ZONE = r"\(?UTC\+8\)?|HKT"
MORE = {"半": 30, "正": 0, "一刻": 15, "三刻": 45}

Match = re.Match[str]


def _read(text: str) -> tuple[list[Fact], str]:
    """The facts, and the words that are left without them."""
    rest = text.translate(WIDE)
    found: list[Fact] = []
    for what, patterns, values in READERS:
        for pattern in patterns:
            rest = _take(pattern, rest, what, values, found)
    return found, rest


def _take(
    pattern: re.Pattern[str],
    text: str,
    what: What | None,
    values: Callable[[Match], Iterator[Value]],
    found: list[Fact],
) -> str:
    """Take out what a pattern finds; what is no fact after all stays."""

    def take(match: Match) -> str:
        facts = list(values(match))
        if what is not None:
            found.extend(Fact(what, value, match[0].strip()) for value in facts)
        return "\n" if facts or what is None else match[0]

    return pattern.sub(take, text)


def _filled_in(match: Match) -> Iterator[Value]:
    inside = match[0][2:-2]
    words = "".join(inside.split()) if match[0].startswith("{{") else " ".join(inside.split())
    if words and not match[0].startswith("{#") and words not in ("else", "endif", "endfor"):
        yield (words,)


def _link(match: Match) -> Iterator[Value]:
    yield (match[0].rstrip(".,;:!?)").casefold(),)


def _date(match: Match) -> Iterator[Value]:
    given = match.groupdict()
    month = _month(given["m"])
    year = str(_number(given["y"])) if given.get("y") else ""
    days = [_number(given[name]) for name in ("d", "d2") if given.get(name)]
    if month in range(1, 13) and all(day in range(1, 32) for day in days):
        for day in days or [None]:
            yield (year, str(month), "" if day is None else str(day))


def _month(written: str) -> int | None:
    short = written[:3]
    return MONTHS.index(short) + 1 if short in MONTHS else _number(written)


def _weekday(match: Match) -> Iterator[Value]:
    given = match.groupdict()
    if given.get("en"):
        yield (given["en"],)
    else:
        yield (DAYS["一二三四五六日".index(given["zh"].replace("天", "日"))],)


def _time(match: Match) -> Iterator[Value]:
    given = match.groupdict()
    if given.get("noon") or given.get("midnight"):
        yield ("12:00" if given.get("noon") else "0:00",)
        return
    half, more = given.get("half") or "", given.get("more")
    if match[0].strip() in ("一時", "一點"):  # "for a moment", "a little"
        return
    hour = _number(given["h"])
    minute = MORE[more] if more else _number(given.get("min") or "0")
    if hour is None or minute is None or hour > 24 or minute > 59:
        return
    if half and (half[0] in "pP" or half in LATE or (half == "中午" and hour < 11)):
        hour += 12 if hour < 12 else 0
    elif half and half != "中午" and hour == 12:
        hour = 0
    yield (f"{hour}:{minute:02}",)


def _count(match: Match) -> Iterator[Value]:
    number = Decimal(match["n"].replace(",", "")) * TIMES_AS.get(match["times"] or "", 1)
    yield (_plain(number),)


def _plain(number: Decimal) -> str:
    said = f"{number:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def _nothing(match: Match) -> Iterator[Value]:
    return iter(())


def _patterns(*written: str) -> tuple[re.Pattern[str], ...]:
    """With a word's boundary, a digit and a space as English has them, beside Chinese too."""
    return tuple(re.compile(one, re.ASCII) for one in written)


READERS: tuple[
    tuple[What | None, tuple[re.Pattern[str], ...], Callable[[Match], Iterator[Value]]], ...
] = (
    (What.FILLED_IN, (TOKEN,), _filled_in),
    (What.LINK, _patterns(LINK), _link),
    (None, _patterns(ZONE), _nothing),
    (What.DATE, _patterns(*DATES), _date),
    (What.WEEKDAY, _patterns(*WEEKDAYS), _weekday),
    (What.TIME, _patterns(*TIMES), _time),
    (What.NUMBER, _patterns(NUMBER), _count),
)

# ---- numbers in words ----------------------------------------------------------------------------

DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "兩": 2, "三": 3, "四": 4, "五": 5}
DIGITS |= {"六": 6, "七": 7, "八": 8, "九": 9}
UNITS = {"十": 10, "廿": 20, "百": 100}
# fmt: off
ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
        "nineteen")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
            "tenth")
# fmt: on
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
IN_WORDS = {word: value for value, word in enumerate(ONES)}
IN_WORDS |= {word: value for value, word in enumerate(ORDINALS, start=1)}
IN_WORDS |= {word: 10 * value for value, word in enumerate(TENS, start=2)}
RUN = re.compile(f"[{NUMERALS}]+")
WORD = re.compile(r"[a-z]+(?:-[a-z]+)?")


def _spelled(words: str) -> Iterator[str]:
    """The numbers that stand there as words."""
    for run in RUN.findall(words):
        if (number := _number(run)) is not None:
            yield str(number)
    for word in WORD.findall(words.casefold()):
        parts = word.split("-")
        if all(part in IN_WORDS for part in parts):
            yield str(sum(IN_WORDS[part] for part in parts))


def _number(written: str) -> int | None:
    """What digits or Chinese numerals below a thousand say; None if they say nothing."""
    if written.isdecimal():
        return int(written)
    if not written or any(one not in DIGITS and one not in UNITS for one in written):
        return None
    if all(one in DIGITS for one in written):
        return int("".join(str(DIGITS[one]) for one in written))
    total, digit = 0, None
    for one in written:
        if one in DIGITS:
            digit = DIGITS[one]
        elif one == "廿":
            total, digit = total + 20, None
        else:
            total, digit = total + UNITS[one] * (1 if digit is None else digit), None
    return total + (digit or 0)
