"""A row of an export as the fields of an application."""

import hashlib
import json
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.languages import Language
from applications.intake import ApplicantRow, Finding, Row
from applications.intake.columns import LABELS, Field
from applications.intake.dates import days_among
from applications.intake.faults import Kind, Params
from applications.models import Application, Cohort, Institution, Source
from applications.wording import fold, says_any
from notifications.moments import say_instant

NOTICE_OF_THE_FORM = "web form"
EMPTY: tuple[Any, ...] = (None, "", [])
SOURCES = (
    (Source.UNIVERSITY, ("university", "careers", "大學", "院校")),
    (Source.FRIEND, ("friend", "朋友", "同學")),
    (Source.SOCIAL_MEDIA, ("linkedin", "facebook", "instagram", "social media", "社交媒體")),
    (Source.WEBSITE, ("website", "newsletter", "網站", "通訊")),
    (Source.EVENT, ("event", "fair", "talk", "活動", "講座")),
)
TEXTS = {
    "surname_en": (Field.SURNAME_EN, 100),
    "given_en": (Field.GIVEN_EN, 100),
    "name_zh": (Field.NAME_ZH, 60),
    "institution_other": (Field.INSTITUTION, 200),
    "study_programme": (Field.PROGRAMME_OF_STUDY, 200),
}

_canonical = json.JSONEncoder(sort_keys=True, default=str, ensure_ascii=False).encode

ANSWERED_BY = {
    "surname_en": Field.SURNAME_EN,
    "given_en": Field.GIVEN_EN,
    "name_zh": Field.NAME_ZH,
    "mobile": Field.MOBILE,
    "institution": Field.INSTITUTION,
    "institution_other": Field.INSTITUTION,
    "study_programme": Field.PROGRAMME_OF_STUDY,
    "level": Field.LEVEL,
    "status": Field.STATUS,
    "completion_on": Field.COMPLETION,
    "python_rating": Field.PYTHON_RATING,
    "track": Field.TRACK,
    "available_days": Field.AVAILABLE_DAYS,
    "motivation": Field.MOTIVATION,
    "source": Field.SOURCE,
}


def of_the_submission(row: Row, now: datetime) -> dict[str, Any]:
    """What the file says about the submission itself; said once, and never moved by a later file.

    Where it does not say when, or says a time that has not come, the time is that of the import.
    """
    said = row.values.submitted_at
    submitted_at = said if said and said <= now else now
    return {
        "submitted_at": submitted_at,
        "honour_code_at": submitted_at,
        "privacy_notice_at": submitted_at,
        "privacy_notice_version": NOTICE_OF_THE_FORM,
    }


def of_the_file(row: Row, now: datetime) -> dict[str, Any]:
    """What is kept about the row itself."""
    return {"saved_at": now, "imported_at": now, "imported_digest": digest_of(row.values)}


def changes_of(application: Application, row: Row, answers: dict[str, Any]) -> dict[str, Any]:
    """What a row says otherwise than an application that has answers already.

    A file that has no column for a question, an empty cell or one that could not be read says
    nothing about it: nothing is emptied.
    """
    named = answers["institution"] or answers["institution_other"]
    return {
        name: value
        for name, value in answers.items()
        if ANSWERED_BY[name] in row.answered
        # the institution is one answer, in one of two places: the other is emptied
        and (value not in EMPTY or (named and ANSWERED_BY[name] == Field.INSTITUTION))
        and getattr(application, name) != value
    }


def time_remark(row: Row, cohort: Cohort, now: datetime) -> tuple[str, str] | None:
    """What somebody should know about the time of a submission: its kind and its words."""
    at = row.values.submitted_at
    if at is None:
        text = _("It is not said when the person applied; the time of the import is taken.")
        return "time_unknown", text
    if at > now:
        text = _("%(at)s has not come yet; the time of the import is taken.")
        return "time_in_future", text % {"at": say_instant(at)}
    if at >= cohort.applications_close_at:
        text = _("Submitted on %(at)s, after applications had closed on %(closed)s.")
        closed = say_instant(cohort.applications_close_at)
        return "after_close", text % {"at": say_instant(at), "closed": closed}
    return None


def answers_of(
    values: ApplicantRow, cohort: Cohort, institutions: dict[str, Institution]
) -> dict[str, Any]:
    """A row as fields of an application."""
    institution = institutions.get(values.institution)
    return {
        "surname_en": values.surname_en,
        "given_en": values.given_en,
        "name_zh": values.name_zh,
        "mobile": values.mobile,
        "institution": institution,
        "institution_other": values.institution_other if institution is None else "",
        "study_programme": values.programme_of_study,
        "level": values.level.value,
        "status": values.status.value if values.status else "",
        "completion_on": values.completion,
        "python_rating": values.python_rating,
        "track": values.track.value,
        "available_days": list(days_among(values.available_days, cohort.bootcamp_dates)),
        "motivation": values.motivation,
        "source": _source(values.source),
    }


def digest_of(values: ApplicantRow) -> str:
    """SHA-256 over a row as it was read, to know it again."""
    said = {field.name: getattr(values, field.name) for field in fields(values)}
    return hashlib.sha256(_canonical(said).encode()).hexdigest()


def _source(text: str) -> str:
    if not text:
        return ""
    folded = fold(text)
    return next((source.value for source, words in SOURCES if says_any(folded, words)), "other")


def language_of(values: ApplicantRow) -> str:
    chinese = values.language.value.startswith("zh")
    return Language.TRADITIONAL_CHINESE if chinese else Language.ENGLISH


def too_long(answers: dict[str, Any]) -> Finding | None:
    """A text that grew beyond its column when its characters were composed (Unicode NFC)."""
    for name, (column, limit) in TEXTS.items():
        if len(answers[name]) > limit:
            found: Params = {"column": LABELS[column], "length": len(answers[name]), "limit": limit}
            return Finding(Kind.CELL_TOO_LONG, found)
    return None
