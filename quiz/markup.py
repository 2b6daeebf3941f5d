"""From what an author wrote to safe HTML, on the server.

Whatever the format, the result passes an allow-list: no script, no style, no image from elsewhere.
"""

from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString

from accounts.markup import as_html, as_line, clean


@lru_cache(maxsize=2048)
def render(text: str, text_format: str) -> SafeString:
    """Return a text as HTML.

    Args:
        text_format: a value of `quiz.models.TextFormat`.
    """
    return clean(_as_html(text, text_format))


@lru_cache(maxsize=8192)
def render_line(text: str, text_format: str) -> SafeString:
    """Return a text as HTML without a paragraph around it, if it is a single line."""
    if text_format == "markdown" and "\n" not in text:
        return clean(as_line(text))
    return render(text, text_format)


def _as_html(text: str, text_format: str) -> str:
    match text_format:
        case "markdown":
            return as_html(text)
        case "html":
            return text
        case "moodle":
            return text.replace("\n", "<br>")
        case _:
            return escape(text).replace("\n", "<br>")
