"""The wording of a header to the fields of an application. Pure.

A web form's export heads its columns with the questions as they were put, so a column is known
by the words it contains, in English or Chinese, wherever it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, NoReturn

from applications.intake.faults import Finding, Kind, UnreadableFile, gettext_noop, shorten
from applications.intake.values import parse_email
from applications.wording import fold, says_any


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


def _one_of(phrases: str) -> tuple[str, ...]:
    return tuple(phrases.split("|"))


_DECISIONS: Final = tuple((field, _one_of(phrases)) for field, phrases in _PHRASES)

MAX_COLUMNS: Final = 200
# What is asked about somebody else, or only whether we may write, is no answer about the person.
_OF_OTHERS: Final = _one_of(
    "emergency|supervisor|supervisors|advisor|adviser|advisors|advisers|referee|referees|referrer|"
    "reference|references|recommender|recommendation|nominator|parent|parents|guardian|guardians|"
    "teacher|teachers|tutor|tutors|lecturer|professor|kin|spouse|father|fathers|mother|"
    "mothers|sibling|relative|relatives|family member|employer|employers|manager|managers|"
    "coordinator|counsellor|contact person|colleague|mentor|mentors|sponsor|friend|friends|"
    "teammate|teammates|team member|team leader|head of department|"
    "緊急|紧急|推薦|導師|导师|家長|家长|監護|监护|父親|父亲|母親|母亲|父母|老師|老师|教師|教师|教授|校長|校长|"
    "聯絡人|联系人|主管|上司|僱主|雇主|配偶|親屬|亲属|家人|親友|朋友|諮詢人|班主任|擔保人|同事|隊友|隊長"
)
_PERMISSIONS: Final = _one_of(
    "receive|updates|newsletter|news|subscribe|may we|can we|would you|do you agree|agree|consent|"
    "notify me|contact me|接收|訂閱|同意|願意|是否"
)
_IN_CHINESE: Final = ("chinese", "中文")
_IN_ENGLISH: Final = ("english", "英文")
# A second one of a kind, which has a lesser right to be the answer.
_SECOND: Final = _one_of(
    "confirm|confirmation|again|repeat|re enter|reenter|retype|verify|alternative|alternate|"
    "secondary|second|backup|other|additional|another|if different|home|office|landline|fax|"
    "whatsapp|wechat|preferred|nickname|former|previous|maiden|"
    "確認|再次|重複|重新輸入|備用|後備|其他|第二|住宅|辦公|公司|傳真|微信|如不同|暱稱|別名|曾用"
)
_ABOUT_ANYTHING: Final = frozenset(
    {
        *(Field.SOURCE, Field.MOTIVATION, Field.SUBMITTED_AT, Field.STATUS, Field.COMPLETION),
        *(Field.PYTHON_RATING, Field.TRACK, Field.AVAILABLE_DAYS),
    }
)
_REACHES: Final = frozenset({Field.EMAIL, Field.MOBILE})
# Nobody guesses whose address or name it is where two columns have the same right to it.
_ASKED: Final = (Field.EMAIL, Field.MOBILE, Field.SURNAME_EN, Field.GIVEN_EN, Field.NAME_ZH)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the export: its place from 0, its heading as written, what it holds if known."""

    index: int
    header: str
    field: Field | None


def field_of(header: str) -> Field | None:
    """Return the field that a heading asks for, or None if we have no use for the column."""
    _, field = _claim(header)
    return field


@lru_cache(maxsize=4096)
def _claim(header: str) -> tuple[int, Field | None]:
    """Return the field that a heading asks for, and the lower the better its right to it."""
    folded = fold(header)
    for rank, (field, phrases) in enumerate(_DECISIONS):
        if says_any(folded, phrases):
            if field is None or _is_no_answer(field, folded):
                break
            lesser = field in _ASKED and says_any(folded, _SECOND)
            return rank + lesser * len(_DECISIONS), field
    return 2 * len(_DECISIONS), None


def _is_no_answer(field: Field, folded: str) -> bool:
    """Tell whether a heading names a field but asks for something else."""
    if field not in _ABOUT_ANYTHING and says_any(folded, _OF_OTHERS):
        return True
    if field in (Field.SURNAME_EN, Field.GIVEN_EN):
        return says_any(folded, _IN_CHINESE) and not says_any(folded, _IN_ENGLISH)
    return field in _REACHES and says_any(folded, _PERMISSIONS)


def knows(headings: Sequence[str]) -> bool:
    """Tell whether a row names enough of what an application cannot be without."""
    named = {field_of(text) for text in headings[:MAX_COLUMNS]}
    return len(named & set(REQUIRED)) >= len(REQUIRED) // 2


def map_columns(
    header: Sequence[str], *, row: int, chosen: Mapping[int, Field | None] | None = None
) -> tuple[Column, ...]:
    """Find out what each column holds.

    Of several columns that ask for one field, the one with the most telling question and the
    shortest heading has it: the others are its confirmations and conditions. Whose address,
    number or name it is, is not guessed.

    Args:
        header: the headings in their order; empty ones at the end are not columns.
        row: the row that the header stands in, for the faults.
        chosen: what a person said about columns, by index, which goes before their wording.

    Raises:
        UnreadableFile: no heading is known, or an application stands in their place; two say the
            same, or could as well be meant as the other; or a required field has none.
    """
    columns = suggest_columns(header, chosen=chosen)
    if any(map(parse_email, header)) or not any(column.field for column in columns):
        raise UnreadableFile(row, Finding(Kind.MISSING_HEADER, {"row": row}))
    unclear = ambiguous_fields(header, chosen=chosen)
    for indexes in unclear.values():
        names = [fold(header[index]) for index in indexes]
        if len(set(names)) < len(names):
            _refuse_repeated(header[indexes[0]], row)
    findings = [
        Finding(
            Kind.AMBIGUOUS_COLUMN,
            {
                "column": LABELS[field],
                "headers": ", ".join(f"“{shorten(header[index].strip())}”" for index in indexes),
            },
        )
        for field, indexes in unclear.items()
    ]
    missing = [field for field in missing_fields(columns) if field not in unclear]
    findings += [Finding(Kind.MISSING_COLUMN, {"column": LABELS[field]}) for field in missing]
    if findings:
        raise UnreadableFile(row, *findings)
    chosen = chosen or {}
    claims = {index: field_of(text) for index, text in enumerate(header) if index not in chosen}
    for column in columns:
        others = (index for index, field in claims.items() if field == column.field)
        same = any(
            index != column.index and fold(header[index]) == fold(column.header) for index in others
        )
        if column.field and column.index not in chosen and same:
            _refuse_repeated(column.header, row)
    return columns


def _refuse_repeated(heading: str, row: int) -> NoReturn:
    finding = Finding(Kind.REPEATED_COLUMN, {"header": shorten(heading.strip())})
    raise UnreadableFile(row, finding)


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
    width = width_of(header)
    claims = _claims(header, chosen or {})
    unclear = ambiguous_fields(header, chosen=chosen)
    holders = {
        min(claimants)[-1]: field for field, claimants in claims.items() if field not in unclear
    }
    return tuple(Column(index, header[index], holders.get(index)) for index in range(width))


def ambiguous_fields(
    header: Sequence[str], *, chosen: Mapping[int, Field | None] | None = None
) -> dict[Field, tuple[int, ...]]:
    """Return whose address, number or name more than one column could hold, and which could."""
    claims = _claims(header, chosen or {})
    found = {}
    for field in _ASKED:
        claimants = claims.get(field, [])
        best = [index for rank, _, index in claimants if rank == min(claimants)[0]]
        if len(best) > 1:
            found[field] = tuple(best)
    return found


def width_of(header: Sequence[str]) -> int:
    """Return how many columns there are: empty headings at the end are none."""
    return max((index for index, text in enumerate(header, 1) if text.strip()), default=0)


def _claims(
    header: Sequence[str], chosen: Mapping[int, Field | None]
) -> dict[Field, list[tuple[int, int, int]]]:
    """Return which columns ask for a field: their right to it, their length, their index."""
    claims: dict[Field, list[tuple[int, int, int]]] = {}
    for index in range(width_of(header)):
        rank, field = (-1, chosen[index]) if index in chosen else _claim(header[index])
        if field is not None:
            claims.setdefault(field, []).append((rank, len(header[index]), index))
    return claims
