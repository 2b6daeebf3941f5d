"""Is somebody a student or a graduate, by their own words? Pure.

Whoever has not graduated yet is a student, and so is who has graduated once and studies again.
Words that say neither are no verdict: staff look at them.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final

from applications.wording import fold, says_any


class Status(StrEnum):
    """Who may apply."""

    STUDENT = "student"
    GRADUATE = "graduate"


_STUDY: Final = (
    r"(?:students?|undergrad(?:uate)?s?|postgrad(?:uate)?s?|studying|enrolled|"
    r"in (?:study|school|university|college))"
)
_TRADITIONAL: Final = str.maketrans("将没", "將沒")
_FEW: Final = r"(?:\w+ ){0,3}?"
_NEITHER: Final = re.compile(
    r"\bneither\b|^none$|^no$|\bnone of (?:the|these|them)\b|"
    rf"\bnot (?:a |an )?{_FEW}students? (?:or|nor|and not) {_FEW}graduate"
    r"|皆非|皆不是|都不是|均不是|均非|也不是|既不是|既非|^不是$|^沒有$|^否$"
    r"|(?:不是|並非|非)(?:學生|在學學生)(?:或|及|和|亦非|也非|也不是)已?畢業"
)
_SCHOOL: Final = (
    *("secondary", "high school", "primary", "middle school", "sixth form", "dse", "hkdse"),
    *(f"{form} {year}" for form in ("form", "f", "s") for year in range(1, 7)),
    *(f"{form}{year}" for form in ("form", "f", "s") for year in range(1, 7)),
    *("中學", "小學", "高中", "初中", "中一", "中二", "中三", "中四", "中五", "中六", "文憑試"),
)
_BEYOND_SCHOOL: Final = (
    *("university", "college", "undergraduate", "postgraduate", "bachelor", "bachelors", "master"),
    *("masters", "phd", "degree", "diploma", "hd", "associate", "teacher", "bsc", "beng", "ba"),
    *("bba", "bed", "msc", "medical school", "law school"),
    *("大學", "大專", "專上", "學士", "碩士", "博士", "高級文憑", "研究生", "本科", "老師", "教師"),
)
# "secondary" that is none
_AFTER_SCHOOL: Final = re.compile(r"\b(?:post|after|former|left|finished) ?(?:secondary|school)\b")
_AND_LATER: Final = re.compile(r"\bstudents? graduated from\b")
_NO_LONGER: Final = re.compile(
    rf"\b(?:not|no longer|never|isnt|arent|am not|finished|stopped|non|former|ex|was|used to be) "
    rf"(?:(?!yet|graduat)\w+ ){{0,3}}?{_STUDY}\b"
    r"|(?:不是|並非|不再是?|已非|曾是|曾為|曾|沒有?)\w{0,3}?(?:學生|在學|在讀|就讀|修讀)"
)
_MONTH: Final = (
    r"(?:20\d\d|jan\w*|feb\w*|mar(?:ch)?|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*"
    r"|summer|spring|autumn|winter|the near)"
)
_NOT_YET: Final = re.compile(
    r"\b(?:not|yet|havent|haven t|hasnt|didnt|before|until|without) (?:\w+ ){0,4}?"
    r"graduat(?:ed|ing|ion)\b"
    r"|\bnot (?:\w+ ){0,2}?graduated?\b(?: \w+){0,2}? yet\b|\bnot yet (?:\w+ ){0,2}?graduate"
    r"|\b(?:will|shall|would|to|ll|should|can) (?:\w+ ){0,2}?graduate\b"
    r"|\b(?:expect\w*|anticipat\w*|due|plan\w*|hop\w*|prospective|upcoming|future|awaiting|pending"
    r"|soon|near\w*|about) (?:\w+ ){0,3}?gradua(?:te|tes|ting|tion|nd)\b"
    r"|\bgraduating\b|\bgraduates? (?:next|soon|later)\b|\bi graduate (?:in|on|this)\b"
    r"|\bto be graduated\b|\b(?:will|to) (?:have )?(?:be )?graduated\b"
    r"|(?:未|沒有|未有|唔曾|不曾)\w{0,2}畢業|(?:即將|將|快要?|待|準|預計|預期|預定|明年|後年|來年|會)"
    r"[^，。,;；已]{0,12}畢業"
)
_UNDATED: Final = re.compile(
    rf"\bgraduates? (?:in|on|by|at the end of|this) (?:\w+ )?{_MONTH}\b|\bgraduates? this\b"
    r"|^graduation\b|(?:\d{4} ?年|今年|本年|今屆|年底|月份?)[^已於]{0,6}畢業(?!於)"
)
_DROPPED: Final = ("dropped out", "dropout", "drop out", "肄業", "輟學", "退學", "never graduated")
_STUDIES: Final = re.compile(
    rf"\b(?:studying|enrolled|in study|pursuing|reading for|candidate|candidature)\b"
    r"|\b(?:year|yr) ?(?:[1-7]|one|two|three|four|five|six)\b|\by[1-7]\b|\bfinal year\b"
    r"|\b(?:1st|2nd|3rd|4th|5th|first|second|third|fourth|fifth) year (?:\w+ ){0,4}?"
    rf"{_STUDY}|\b(?:current|currently|now|presently|still|again) (?:\w+ ){{0,4}}?"
    rf"(?:{_STUDY}|bsc|beng|ba|bba|bachelors?|msc|ma|mba|masters?|mphil|phd|doctoral|study)\b"
    r"|在學|在讀|就讀|修讀|現(?:為|是|正|時|在|於)\w{0,10}(?:生|讀|學士|碩士|博士)|正在\w{0,4}讀|攻讀"
)
_GRADUATED: Final = re.compile(
    r"\bgraduated\b|\balumn(?:us|a|i|ae)\b|\bgrads?\b|\bholders?\b|\bgraduate of\b"
    r"|\b(?:completed|finished|obtained|got|earned) (?:\w+ ){0,3}?"
    r"(?:degree|studies|studying|diploma)\b"
    r"|已[\w ]{0,10}畢業|畢業於|校友|修畢|完成學業|畢業後"
)
_STUDENT: Final = re.compile(
    rf"\b{_STUDY}\b|\bpost graduate|\bunder graduate|\b(?:freshman|sophomore|fresher)\b"
    r"|\b(?:phd|doctoral|mphil|masters?) (?:student|candidate)\b"
    r"|學生|研究生|本科生|博士生|碩士生|大[一二三四]|學士生|在校生|準畢業"
)
_NO_GRADUATE: Final = re.compile(r"\b(?:not|isnt|no)\b.*graduate|不是畢業|非畢業")
_GRADUATE: Final = re.compile(r"\bgraduates?\b|畢業")


@lru_cache(maxsize=1024)
def parse_status(text: str) -> Status | None:
    """Return whether a person says to be a student or a graduate, or None if neither is clear."""
    folded = _folded(text)
    if says_neither(text) or _says_school(folded) or says_any(folded, _DROPPED):
        return None
    rest = _NO_LONGER.sub(" ", folded)
    if _NOT_YET.search(rest) or _STUDIES.search(rest):
        return Status.STUDENT
    if _GRADUATED.search(rest):
        return Status.GRADUATE
    if _STUDENT.search(rest):
        return Status.STUDENT
    if _UNDATED.search(rest) or _NO_GRADUATE.search(rest):
        return None
    return Status.GRADUATE if _GRADUATE.search(rest) else None


@lru_cache(maxsize=1024)
def says_neither(text: str) -> bool:
    """Tell whether a person clearly says to be neither, or to be at school still."""
    folded = _folded(text)
    if _NEITHER.search(folded):
        return True
    later = says_any(folded, _BEYOND_SCHOOL) or _AND_LATER.search(folded)
    return _says_school(folded) and not later


def _folded(text: str) -> str:
    return fold(text).translate(_TRADITIONAL)


def _says_school(folded: str) -> bool:
    return says_any(_AFTER_SCHOOL.sub(" ", folded), _SCHOOL)
