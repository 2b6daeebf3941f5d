"""One cell to one value: names, addresses, telephone numbers, ratings, choices. Pure."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import Final

from applications.wording import fold, says_any

# Characters that nobody sees and that reorder or hide text: the marks and overrides of the
# bidirectional algorithm (Unicode UAX 9), the zero-width space, the byte order mark, the soft
# hyphen. The joiners U+200C and U+200D stay: Persian and Indic names are spelt with them.
_UNSEEN: Final = dict.fromkeys(
    map(ord, "\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff"), None
) | dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], None)
_CONTROLS: Final = dict.fromkeys(
    [code for code in (*range(0x20), *range(0x7F, 0xA0)) if not chr(code).isspace()], None
)
_INVISIBLE: Final = _UNSEEN | _CONTROLS
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def clean_line(text: str) -> str:
    """Return the text in Unicode NFC without invisible characters, every white space one space.

    Letters keep their case and their script: names are stored as their bearers write them.
    """
    visible = text if text.isprintable() else text.translate(_INVISIBLE)
    return " ".join(unicodedata.normalize("NFC", visible).split())


def clean_text(text: str) -> str:
    """Return a text of several lines in NFC, ended by LF, without invisible characters."""
    lines = text if text.isprintable() else _LINE_ENDS.sub("\n", text).translate(_INVISIBLE)
    return unicodedata.normalize("NFC", lines).strip()


_LOCAL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"(?=.{{3,254}}$)(?=[^@]{{1,64}}@){_LOCAL}@(?:{_LABEL}\.)+(?!\d+$){_LABEL}")


def parse_email(text: str) -> str | None:
    """Return an address in lower case without the spaces around it, or None if it is not one.

    The dot-atom form of RFC 5321 with a domain of at least two labels; full-width letters of a
    Chinese keyboard count as the ordinary ones.
    """
    plain = unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).strip().lower()
    return plain if _EMAIL.fullmatch(plain) else None


_PHONE_SIGNS = re.compile(r"[\s().\-–‐]+")
_PHONE_FORMS: Final = (
    # what is dialled, without signs -> what E.164 puts before it
    (re.compile(r"[2-9]\d{7}"), "+852"),
    (re.compile(r"852[2-9]\d{7}"), "+"),
    (re.compile(r"8536\d{7}"), "+"),
    (re.compile(r"861[3-9]\d{9}"), "+"),
)
# country codes whose numbers we know the length of; elsewhere E.164's own 7 to 15 digits
_ABROAD: Final = {
    "1": re.compile(r"1[2-9]\d{9}"),
    "852": re.compile(r"852[2-9]\d{7}"),
    "853": re.compile(r"853\d{8}"),
    "86": re.compile(r"86(?:1[3-9]\d{9}|[2-9]\d{8,10})"),
}
_E164 = re.compile(r"[1-9]\d{6,14}")
# A mainland mobile as it is written there; 1-415-555-0100 is as long and means North America.
_MAINLAND = re.compile(
    r"\(?(1(?:3\d|4[5-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9]))\)?"
    r"[\s.\-–‐]*(\d{4})[\s.\-–‐]*(\d{4})"
)


def parse_phone(text: str) -> str | None:
    """Return a telephone number as E.164 ("+85298765432"), or None if it is not one number.

    Without a country code, eight digits are Hong Kong's, and eleven that begin as a mobile of the
    mainland are one if they are written in one or as 3-4-4. Extensions, two numbers in one cell
    and numbers that a spreadsheet has rounded (8.52E+10) are not read.
    """
    plain = unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).strip().lstrip("'")
    # "(0)" is dialled inside the country alone, ".0" is how a spreadsheet ends a number
    digits = _PHONE_SIGNS.sub("", plain.replace("(0)", "").removesuffix(".0"))
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if not digits.isascii():
        return None
    if digits.startswith("+"):
        number = digits[1:]
        form = next((form for code, form in _ABROAD.items() if number.startswith(code)), _E164)
        return digits if form.fullmatch(number) else None
    if match := _MAINLAND.fullmatch(plain.removesuffix(".0")):
        return "+86" + "".join(match.groups())
    for form, prefix in _PHONE_FORMS:
        if form.fullmatch(digits):
            return prefix + digits
    return None


_RATING = re.compile(r"([0-5])(?:\.0+)?(?:\s*/\s*5)?(?:[\s\-–:(]+[^\W\d].*)?")


def parse_rating(text: str) -> int | None:
    """Return a rating from 0 to 5 ("4", "4/5", "4 – I write modules"), or None if it is none."""
    match = _RATING.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return int(match[1]) if match else None


class Level(StrEnum):
    """The level of the programme of study."""

    SUB_DEGREE = "sub_degree"
    BACHELOR = "bachelor"
    TAUGHT_MASTER = "taught_master"
    RESEARCH = "research"
    OTHER = "other"


class Track(StrEnum):
    """What a person wants to build in the mini-project."""

    VISION = "vision"
    DATA_SCIENCE = "data_science"
    UNDECIDED = "undecided"


class Language(StrEnum):
    """A language we write to people in."""

    ENGLISH = "en"
    TRADITIONAL_CHINESE = "zh-hant"
    SIMPLIFIED_CHINESE = "zh-hans"


# Each list is read from above, as a decision: "undergraduate research" is no research degree.
_LEVELS: Final = (
    (
        Level.SUB_DEGREE,
        (
            *("associate", "higher diploma", "sub degree", "subdegree", "hd", "foundation degree"),
            *("assoc", "h d", "副學士", "高級文憑", "副學位"),
        ),
    ),
    (
        Level.RESEARCH,
        (
            *("phd", "ph d", "dphil", "d phil", "mphil", "m phil", "master of philosophy", "mres"),
            *("m res", "research master", "research masters", "master of research", "doctor"),
            *("doctoral", "doctorate", "edd", "ed d", "dba", "research postgraduate", "rpg"),
            *("research degree", "master by research", "masters by research"),
            *("博士", "哲學碩士", "研究式", "研究碩士", "研究型碩士", "研究型"),
        ),
    ),
    (
        Level.TAUGHT_MASTER,
        (
            *("taught", "master", "masters", "msc", "m sc", "ma", "m a", "mba", "m b a", "meng"),
            *("m eng", "llm", "ll m", "med", "m ed", "mfa", "msw", "mph", "mpa", "march", "mphys"),
            *("tpg", "jd", "j d", "pgde", "pgd", "pgdip", "pgcert", "mssc", "mfin", "macc"),
        ),
    ),
    (
        Level.BACHELOR,
        (
            *("bachelor", "bachelors", "undergraduate", "undergrad", "ug", "bsc", "b sc", "bs"),
            *("ba", "b a", "beng", "b eng", "bba", "b b a", "bbus", "bcom", "llb", "ll b", "bed"),
            *("b ed", "mbbs", "mb bs", "bds", "bsw", "bss", "bssc", "b s sc", "bfa", "barch"),
            *("bnurs", "bn", "bpharm", "bphil", "bmus", "btech", "blaws", "under graduate"),
        ),
    ),
    (Level.RESEARCH, ("research",)),
    (Level.TAUGHT_MASTER, ("postgraduate", "post graduate", "postgrad")),
    (Level.TAUGHT_MASTER, ("修課", "碩士", "授課", "深造文憑", "深造證書")),
    (Level.BACHELOR, ("degree", "honours", "學士", "本科", "大學")),
    (Level.SUB_DEGREE, ("diploma", "文憑")),
    (Level.OTHER, ("other", "others", "其他", "其它")),
)
_TRACKS: Final = (
    (
        Track.UNDECIDED,
        ("undecided", "not decided", "not sure", "unsure", "either", "未定", "未決定", "不確定"),
    ),
    (Track.VISION, ("vision", "image", "images", "視覺", "影像", "圖像")),
    (Track.DATA_SCIENCE, ("data", "數據", "資料科學", "data science")),
)
_LANGUAGES: Final = (
    (
        Language.SIMPLIFIED_CHINESE,
        ("simplified", "zh hans", "zh cn", "簡體", "簡中", "普通話", "putonghua"),
    ),
    (
        Language.TRADITIONAL_CHINESE,
        (
            *("traditional", "zh hant", "zh hk", "zh tw", "zh", "chinese", "繁體", "繁中"),
            *("中文", "cantonese", "粵語", "廣東話"),
        ),
    ),
    (Language.ENGLISH, ("english", "en", "eng", "英文", "英語")),
)


@lru_cache(maxsize=1024)
def parse_level(text: str) -> Level | None:
    """Return the level of study that a text names, or None if it names none."""
    folded = fold(text)
    return next((level for level, phrases in _LEVELS if says_any(folded, phrases)), None)


@lru_cache(maxsize=1024)
def parse_track(text: str) -> Track | None:
    """Return the track that a text names, or None if it names none."""
    folded = fold(text)
    return next((track for track, phrases in _TRACKS if says_any(folded, phrases)), None)


@lru_cache(maxsize=1024)
def parse_language(text: str) -> Language | None:
    """Return the language that a text names, or None; Chinese alone is Hong Kong's, traditional."""
    folded = fold(text)
    return next((language for language, words in _LANGUAGES if says_any(folded, words)), None)
