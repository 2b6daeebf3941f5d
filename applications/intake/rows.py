"""One row of cells to one application, or to what is wrong with it. Pure.

A row is left out when it lacks what an application cannot be without: a person to write to, who
may apply, and who has accepted the honour code and read the privacy notice. An answer that can
be asked for again later never costs a person the application: it becomes a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from applications.intake.columns import LABELS, Field
from applications.intake.consents import says_yes
from applications.intake.dates import MonthDay, parse_days, parse_month, parse_time
from applications.intake.faults import Finding, Kind, Params, shorten
from applications.intake.statuses import Status, parse_status, says_neither
from applications.intake.values import (
    Language,
    Level,
    Track,
    clean_line,
    clean_text,
    parse_email,
    parse_language,
    parse_level,
    parse_phone,
    parse_rating,
    parse_track,
)
from applications.tables.cells import unguarded
from applications.wording import MOTIVATION_WORDS, count_words

# the longest answer accepted, in characters; what is not listed is a short answer
LIMITS: Final[dict[Field, int]] = {
    Field.EMAIL: 254,
    Field.SURNAME_EN: 100,
    Field.GIVEN_EN: 100,
    Field.NAME_ZH: 50,
    Field.MOBILE: 50,
    Field.AVAILABLE_DAYS: 1000,
    Field.MOTIVATION: 5000,
}
SHORT_ANSWER: Final = 200


@dataclass(frozen=True, slots=True)
class ApplicantRow:
    """What one row says.

    Attributes:
        email: in lower case, without spaces around it.
        surname_en, given_en: as written; a single name is the surname, the other is "".
        mobile: E.164, or "".
        institution: a code that `resolve` knows, or "" when it is not on the list;
            then `institution_other` is what was written.
        status: None where it is not clear; a person looks at it.
        completion: the first day of the month.
        python_rating: 0 to 5, or None.
        available_days: days of the cohort's year; `dates.days_among` finds the cohort's dates.
        submitted_at: aware, or None if the file does not say.
        honour_code, privacy_notice: True in every row that is kept.
    """

    email: str
    surname_en: str
    given_en: str
    name_zh: str
    mobile: str
    institution: str
    institution_other: str
    programme_of_study: str
    level: Level
    status: Status | None
    completion: date
    python_rating: int | None
    track: Track
    available_days: tuple[MonthDay, ...]
    motivation: str
    language: Language
    source: str
    submitted_at: datetime | None
    honour_code: bool
    privacy_notice: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a row: `values` is None exactly when there are faults.

    `answered` are the fields whose cell said something that could be read.
    """

    values: ApplicantRow | None
    faults: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    answered: frozenset[Field] = frozenset()


class _Cells:
    """The cells of a row while it is read, and what is found wrong with them."""

    def __init__(self, cells: Mapping[Field, str]) -> None:
        self._cells = cells
        self.unread: set[Field] = set()
        self.faults: list[Finding] = []
        self.warnings: list[Finding] = []

    def raw(self, field: Field) -> str:
        return unguarded(self._cells.get(field, ""))  # a list of our own may come back

    def line(self, field: Field) -> str:
        return clean_line(self.raw(field))

    def fail(self, kind: Kind, text: str | None = None) -> None:
        self.faults.append(_quoting(kind, text))

    def warn(self, kind: Kind, text: str | None = None) -> None:
        self.warnings.append(_quoting(kind, text))

    def leave_out(self, field: Field, kind: Kind) -> None:
        """Remark that the cell says something that cannot be taken; another value stands there."""
        self.unread.add(field)
        self.warn(kind, self.line(field))

    @property
    def answered(self) -> frozenset[Field]:
        return frozenset(
            field
            for field, cell in self._cells.items()
            if field not in self.unread and cell.strip()
        )

    def warn_if_empty(self, field: Field) -> None:
        if field in self._cells and not self.line(field):
            self.warnings.append(Finding(Kind.EMPTY_CELL, {"column": LABELS[field]}))

    def check_lengths(self) -> None:
        for field, text in self._cells.items():
            limit = LIMITS.get(field, SHORT_ANSWER)
            if len(text) > limit and len(text.strip()) > limit:
                found: Params = {
                    "column": LABELS[field],
                    "length": len(text.strip()),
                    "limit": limit,
                }
                self.faults.append(Finding(Kind.CELL_TOO_LONG, found))


def _quoting(kind: Kind, text: str | None) -> Finding:
    return Finding(kind) if text is None else Finding(kind, {"text": shorten(text)})


Resolve = Callable[[str], str | None]
"""From the name of an institution to its code, or None if it is not on the list."""


def read_row(cells: Mapping[Field, str], resolve: Resolve) -> Reading:
    """Read one row.

    Args:
        cells: the text of each field that the file has a column for.
        resolve: knows the institutions.
    """
    row = _Cells(cells)
    row.check_lengths()
    if row.faults:
        return Reading(None, tuple(row.faults), ())

    email = _email(row)
    surname_en, given_en = _name(row)
    status = _status(row)
    completion = parse_month(row.line(Field.COMPLETION))
    if completion is None:
        row.fail(Kind.INVALID_MONTH, row.line(Field.COMPLETION))
    python_rating = _rating(row)
    honour_code = says_yes(row.raw(Field.HONOUR_CODE))
    if not honour_code:
        row.fail(Kind.HONOUR_CODE_NOT_ACCEPTED)
    privacy_notice = says_yes(row.raw(Field.PRIVACY_NOTICE))
    if not privacy_notice:
        row.fail(Kind.PRIVACY_NOTICE_NOT_ACCEPTED)
    if row.faults or email is None or completion is None:
        return Reading(None, tuple(row.faults), ())

    institution = resolve(row.line(Field.INSTITUTION)) or ""
    row.warn_if_empty(Field.INSTITUTION)
    row.warn_if_empty(Field.PROGRAMME_OF_STUDY)
    values = ApplicantRow(
        email=email,
        surname_en=surname_en,
        given_en=given_en,
        name_zh=row.line(Field.NAME_ZH),
        mobile=_mobile(row),
        institution=institution,
        institution_other="" if institution else row.line(Field.INSTITUTION),
        programme_of_study=row.line(Field.PROGRAMME_OF_STUDY),
        level=_level(row),
        status=status,
        completion=completion,
        python_rating=python_rating,
        track=_track(row),
        available_days=_days(row),
        motivation=_motivation(row),
        language=_language(row),
        source=row.line(Field.SOURCE),
        submitted_at=_submitted_at(row),
        honour_code=honour_code,
        privacy_notice=privacy_notice,
    )
    return Reading(values, (), tuple(row.warnings), row.answered)


def _email(row: _Cells) -> str | None:
    written = row.line(Field.EMAIL)
    email = parse_email(row.raw(Field.EMAIL))
    if not written:
        row.fail(Kind.MISSING_EMAIL)
    elif email is None:
        row.fail(Kind.INVALID_EMAIL, written)
    return email


def _name(row: _Cells) -> tuple[str, str]:
    """Return surname and given names; a person of a single name may have put it in either cell."""
    surname, given = row.line(Field.SURNAME_EN), row.line(Field.GIVEN_EN)
    if surname:
        return surname, given
    if given:
        row.leave_out(Field.GIVEN_EN, Kind.NAME_IN_GIVEN_COLUMN)
    else:
        row.fail(Kind.MISSING_NAME)
    return given, ""


def _status(row: _Cells) -> Status | None:
    written = row.line(Field.STATUS)
    status = parse_status(written)
    if status is None and says_neither(written):
        row.fail(Kind.NOT_ELIGIBLE_STATUS, written)
    elif status is None:
        row.leave_out(Field.STATUS, Kind.UNKNOWN_STATUS)
    return status


def _rating(row: _Cells) -> int | None:
    written = row.line(Field.PYTHON_RATING)
    rating = parse_rating(written)
    if written and rating is None:
        row.leave_out(Field.PYTHON_RATING, Kind.INVALID_RATING)
    return rating


def _mobile(row: _Cells) -> str:
    written = row.line(Field.MOBILE)
    mobile = parse_phone(written)
    if written and mobile is None:
        row.leave_out(Field.MOBILE, Kind.UNREADABLE_PHONE)
    return mobile or ""


def _level(row: _Cells) -> Level:
    written = row.line(Field.LEVEL)
    row.warn_if_empty(Field.LEVEL)
    level = parse_level(written)
    if written and level is None:
        row.leave_out(Field.LEVEL, Kind.UNKNOWN_LEVEL)
    return level or Level.OTHER


def _track(row: _Cells) -> Track:
    written = row.line(Field.TRACK)
    track = parse_track(written)
    if written and track is None:
        row.leave_out(Field.TRACK, Kind.UNKNOWN_TRACK)
    return track or Track.UNDECIDED


def _language(row: _Cells) -> Language:
    written = row.line(Field.LANGUAGE)
    language = parse_language(written)
    if written and language is None:
        row.leave_out(Field.LANGUAGE, Kind.UNKNOWN_LANGUAGE)
    return language or Language.ENGLISH


def _days(row: _Cells) -> tuple[MonthDay, ...]:
    days, unread = parse_days(clean_text(row.raw(Field.AVAILABLE_DAYS)))
    for piece in unread:
        row.warn(Kind.UNREADABLE_DAY, piece)
    return days


def _motivation(row: _Cells) -> str:
    text = clean_text(row.raw(Field.MOTIVATION))
    if len(text) > MOTIVATION_WORDS and (words := count_words(text)) > MOTIVATION_WORDS:
        found: Params = {
            "column": LABELS[Field.MOTIVATION],
            "words": words,
            "limit": MOTIVATION_WORDS,
        }
        row.warnings.append(Finding(Kind.LONG_ANSWER, found))
    return text


def _submitted_at(row: _Cells) -> datetime | None:
    written = row.line(Field.SUBMITTED_AT)
    submitted_at = parse_time(written)
    if written and submitted_at is None:
        row.leave_out(Field.SUBMITTED_AT, Kind.UNREADABLE_TIME)
    return submitted_at
