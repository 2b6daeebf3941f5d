"""The languages in which a person is addressed, and in which texts are written."""

from collections.abc import Collection

from django.db import models
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    TRADITIONAL_CHINESE = "zh-hant", "繁體中文"


NAMES: dict[str, str | Promise] = {
    Language.ENGLISH: gettext_lazy("English"),
    Language.TRADITIONAL_CHINESE: gettext_lazy("Chinese"),
}
"""What each is called in the reader's language."""


def say_languages(languages: Collection[str]) -> str:
    """Their names in the reader's language, in one order always."""
    return ", ".join(str(name) for language, name in NAMES.items() if language in languages)


def say_not_on_record(languages: Collection[str]) -> str:
    """Why somebody may not confirm a text in these languages; blank if there are none."""
    if not languages:
        return ""
    return _(
        "You are not on record as reading %(language)s. Another programme manager "
        "records it on your page."
    ) % {"language": say_languages(languages)}


def reads_chinese() -> bool:
    """Whether the active language is Chinese."""
    return (translation.get_language() or "").startswith("zh")


def in_this_language(english: str, chinese: str) -> str:
    """The text in the active language, or the English one where the Chinese is missing."""
    return chinese if chinese and reads_chinese() else english
