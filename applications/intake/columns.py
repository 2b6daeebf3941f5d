"""The wording of a header to the fields of an application. Pure.

A web form's export heads its columns with the questions as they were put, so a column is known
by the words it contains, in English or Chinese, wherever it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from applications.intake.faults import Finding, Kind, UnreadableFile, gettext_noop, shorten
from applications.intake.values import parse_email
from applications.wording import fold, says


class Field(StrEnum):
    """What a column can hold."""

    EMAIL = "email"
    SURNAME_EN = "surname_en"
    GIVEN_EN = "given_en"
    NAME_ZH = "name_zh"
    MOBILE = "mobile"
    INSTITUTION = "institution"
    PROGRAMME_OF_STUDY = "programme_of_study"
    LEVEL = "level"
    STATUS = "status"
    COMPLETION = "completion"
    PYTHON_RATING = "python_rating"
    TRACK = "track"
    AVAILABLE_DAYS = "available_days"
    MOTIVATION = "motivation"
    LANGUAGE = "language"
    SOURCE = "source"
    SUBMITTED_AT = "submitted_at"
    HONOUR_CODE = "honour_code"
    PRIVACY_NOTICE = "privacy_notice"


LABELS: Final[dict[Field, str]] = {
    Field.EMAIL: gettext_noop("E-mail address"),
    Field.SURNAME_EN: gettext_noop("Surname in English"),
    Field.GIVEN_EN: gettext_noop("Given names in English"),
    Field.NAME_ZH: gettext_noop("Chinese name"),
    Field.MOBILE: gettext_noop("Mobile phone"),
    Field.INSTITUTION: gettext_noop("Institution"),
    Field.PROGRAMME_OF_STUDY: gettext_noop("Programme of study"),
    Field.LEVEL: gettext_noop("Level of study"),
    Field.STATUS: gettext_noop("Student or graduate"),
    Field.COMPLETION: gettext_noop("Month of completion"),
    Field.PYTHON_RATING: gettext_noop("Knowledge of Python"),
    Field.TRACK: gettext_noop("Mini-project track"),
    Field.AVAILABLE_DAYS: gettext_noop("Days available"),
    Field.MOTIVATION: gettext_noop("Why this programme"),
    Field.LANGUAGE: gettext_noop("Preferred language"),
    Field.SOURCE: gettext_noop("How they heard of us"),
    Field.SUBMITTED_AT: gettext_noop("Time of submission"),
    Field.HONOUR_CODE: gettext_noop("Honour code"),
    Field.PRIVACY_NOTICE: gettext_noop("Privacy notice"),
}

REQUIRED: Final = (
    Field.EMAIL,
    Field.SURNAME_EN,
    Field.STATUS,
    Field.COMPLETION,
    Field.HONOUR_CODE,
    Field.PRIVACY_NOTICE,
)

# Read from above: the first line one of whose phrases stands in the heading decides, so the more
# telling question comes first ("How did you hear of this programme?" is not the programme).
_PHRASES: Final[tuple[tuple[Field | None, str], ...]] = (
    (Field.HONOUR_CODE, "honour code|honor code|code of honour|誠信|榮譽|守則"),
    (Field.PRIVACY_NOTICE, "privacy|pics|personal data|personal information|私隱|隱私|個人資料"),
    (
        Field.SOURCE,
        "how did you hear|how did you learn|how did you find|hear about|hear of|heard about|"
        "heard of|source|referral|得知|如何認識|怎樣認識|從哪裡|渠道|途徑",
    ),
    (
        Field.MOTIVATION,
        "why|motivation|reason|reasons|為什麼|為甚麼|為何|動機|原因|報讀理由",
    ),
    (
        Field.SUBMITTED_AT,
        "timestamp|time stamp|submitted|submission time|time of submission|"
        "時間戳|提交時間|遞交時間|提交於",
    ),
    (Field.EMAIL, "email|e mail|電郵|電子郵件|電子郵箱|郵箱"),
    (
        Field.MOBILE,
        "mobile|phone|telephone|tel|cell|cellphone|whatsapp|contact number|電話|手機|手提|聯絡號碼",
    ),
    (Field.NAME_ZH, "chinese name|name in chinese|chinese full name|中文姓名|中文名|中文全名"),
    (Field.PYTHON_RATING, "python"),
    (
        Field.AVAILABLE_DAYS,
        "days|dates|availability|available|attendance|able to attend|出席|能參加|上課日|日子",
    ),
    (Field.TRACK, "track|mini project|stream|project topic|專題|項目方向|研習方向|主題|範疇"),
    (Field.LANGUAGE, "language|語言|語文"),
    (
        Field.STATUS,
        "describes you|status|student or graduate|student or a graduate|current student|"
        "are you a student|current situation|身份|身分|現況|現時狀況|畢業生",
    ),
    (
        Field.COMPLETION,
        "completion|complete|graduation|graduating|expected to graduate|畢業|完成|修畢",
    ),
    (
        Field.PROGRAMME_OF_STUDY,
        "programme of study|program of study|degree programme|degree program|programme title|"
        "name of programme|課程名稱",
    ),
    (Field.LEVEL, "level|degree|qualification|程度|學歷|級別|學位"),
    (
        Field.INSTITUTION,
        "institution|university|college|school|institute|院校|大學|學校|學院|就讀機構",
    ),
    (
        Field.PROGRAMME_OF_STUDY,
        "programme|program|major|course|discipline|subject|課程|主修|學科|專業|科目",
    ),
    (Field.SURNAME_EN, "surname|family name|last name|姓氏"),
    (
        Field.GIVEN_EN,
        "given name|given names|given|first name|first names|forename|forenames|名字|英文名",
    ),
    (None, "姓名|全名|full name"),  # a whole name would have to be cut, and names are never cut
    (Field.SURNAME_EN, "姓"),
    (Field.GIVEN_EN, "名"),
)
_DECISIONS: Final = tuple(
    (phrase, field) for field, phrases in _PHRASES for phrase in phrases.split("|")
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the export: its place from 0, its heading as written, what it holds if known."""

    index: int
    header: str
    field: Field | None


def field_of(header: str) -> Field | None:
    """Return the field that a heading asks for, or None if we have no use for the column."""
    _, field = _first_decision(header)
    return field


def _first_decision(header: str) -> tuple[int, Field | None]:
    """Return which phrase decides, the lower the more telling, and the field it stands for."""
    folded = fold(header)
    for rank, (phrase, field) in enumerate(_DECISIONS):
        if says(folded, phrase):
            return rank, field
    return len(_DECISIONS), None


def knows(headings: Sequence[str]) -> bool:
    """Tell whether a row names enough of what an application cannot be without."""
    return len({field_of(text) for text in headings} & set(REQUIRED)) >= len(REQUIRED) // 2


def map_columns(
    header: Sequence[str], *, row: int, chosen: Mapping[int, Field | None] | None = None
) -> tuple[Column, ...]:
    """Find out what each column holds.

    Of several columns that ask for one field, the one with the most telling phrase and the
    shortest heading has it: the others are its confirmations and conditions.

    Args:
        header: the headings in their order; empty ones at the end are not columns.
        row: the row that the header stands in, for the faults.
        chosen: what a person said about columns, by index, which goes before their wording.

    Raises:
        UnreadableFile: no heading is known, or an application stands in their place; two say the
            same; or a required field has none.
    """
    columns = suggest_columns(header, chosen=chosen)
    if any(map(parse_email, header)) or not any(column.field for column in columns):
        raise UnreadableFile(row, Finding(Kind.MISSING_HEADER, {"row": row}))
    if missing := missing_fields(columns):
        findings = [Finding(Kind.MISSING_COLUMN, {"column": LABELS[field]}) for field in missing]
        raise UnreadableFile(row, *findings)
    chosen = chosen or {}
    claims = {index: field_of(text) for index, text in enumerate(header) if index not in chosen}
    for column in columns:
        others = (index for index, field in claims.items() if field == column.field)
        same = any(
            index != column.index and fold(header[index]) == fold(column.header) for index in others
        )
        if column.field and column.index not in chosen and same:
            heading = shorten(column.header.strip())
            raise UnreadableFile(row, Finding(Kind.REPEATED_COLUMN, {"header": heading}))
    return columns


def require_headings(header: Sequence[str], *, row: int) -> None:
    """Refuse a row that cannot be the headings: too few of them, or an application among them.

    Raises:
        UnreadableFile: naming the row.
    """
    named = sum(1 for text in header if text.strip())
    if named < len(REQUIRED) or any(map(parse_email, header)):
        raise UnreadableFile(row, Finding(Kind.MISSING_HEADER, {"row": row}))


def missing_fields(columns: Sequence[Column]) -> tuple[Field, ...]:
    """Return what an application cannot be without and no column holds."""
    held = {column.field for column in columns}
    return tuple(field for field in REQUIRED if field not in held)


def suggest_columns(
    header: Sequence[str], *, chosen: Mapping[int, Field | None] | None = None
) -> tuple[Column, ...]:
    """Return what each column seems to hold, be it complete or not; no field is held twice."""
    chosen = chosen or {}
    width = max((index + 1 for index, text in enumerate(header) if text.strip()), default=0)
    claims: dict[Field, list[tuple[int, int, int]]] = {}
    for index in range(width):
        rank, field = (-1, chosen[index]) if index in chosen else _first_decision(header[index])
        if field is not None:
            claims.setdefault(field, []).append((rank, len(header[index]), index))
    holders = {min(claimants)[-1]: field for field, claimants in claims.items()}
    return tuple(Column(index, header[index], holders.get(index)) for index in range(width))
