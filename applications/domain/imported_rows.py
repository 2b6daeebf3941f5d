"""A row of an export as the fields of an application."""

import hashlib
import json
from dataclasses import fields
from datetime import datetime
from typing import Any

from accounts.languages import Language
from applications.intake import ApplicantRow, Finding, Row
from applications.intake.columns import LABELS, Field
from applications.intake.dates import days_among
from applications.intake.faults import Kind, Params
from applications.models import Cohort, Institution, Source
from applications.wording import fold, says_any

NOTICE_OF_THE_FORM = "web form"
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

WRITTEN = (
    *("surname_en", "given_en", "name_zh", "mobile", "institution", "institution_other"),
    *("study_programme", "level", "status", "completion_on", "python_rating", "track"),
    *("available_days", "motivation", "source", "version", "saved_at", "submitted_at"),
    *("imported_at", "imported_digest", "honour_code_at", "privacy_notice_at"),
    *("privacy_notice_version", "rules"),
)


def of_the_form(row: Row, now: datetime) -> dict[str, Any]:
    """What the file says about the submission itself."""
    submitted_at = row.values.submitted_at or now
    return {
        "submitted_at": submitted_at,
        "honour_code_at": submitted_at,
        "privacy_notice_at": submitted_at,
        "privacy_notice_version": NOTICE_OF_THE_FORM,
        "saved_at": now,
        "imported_at": now,
        "imported_digest": digest_of(row.values),
    }


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
        "status": values.status.value,
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
