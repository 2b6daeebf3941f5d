"""Versions of texts as their readers find them."""

from datetime import datetime

from accounts.languages import Language
from accounts.models import User
from notifications.domain.proofreading import confirm_language, refuse_language
from notifications.domain.writing import digest_read
from notifications.models import LetterText

ENGLISH, CHINESE = Language.ENGLISH, Language.TRADITIONAL_CHINESE


def read(written: LetterText, language: Language, by: User, now: datetime) -> LetterText:
    """Find one language right, as it stands."""
    return confirm_language(
        text_id=written.pk,
        language=language,
        digest=digest_read(written, language),
        by=by,
        now=now,
    )


def read_both(written: LetterText, by: User, now: datetime) -> None:
    """Find both right: somebody who reads both."""
    for language in Language:
        read(written, language, by, now)


def find_wrong(
    written: LetterText, language: Language, by: User, now: datetime, why: str = "Says July."
) -> LetterText:
    """Refuse one language, as it stands."""
    return refuse_language(
        text_id=written.pk,
        language=language,
        digest=digest_read(written, language),
        why=why,
        by=by,
        now=now,
    )
