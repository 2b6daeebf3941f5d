"""Which of two texts is shown."""

from django.utils import translation


def in_this_language(english: str, chinese: str) -> str:
    """The text in the active language, or the English one where the Chinese is missing."""
    return chinese if chinese and (translation.get_language() or "").startswith("zh") else english
