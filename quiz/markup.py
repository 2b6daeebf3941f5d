"""From what an author wrote to safe HTML, on the server.

Whatever the format, the result passes an allow-list: no script, no style, no image from elsewhere.
"""

from functools import lru_cache

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {
    *("p", "br", "em", "strong", "b", "i", "u", "sub", "sup", "code", "pre", "kbd", "samp", "var"),
    *("ul", "ol", "li", "blockquote", "hr", "table", "thead", "tbody", "tr", "th", "td"),
}
# A wide program scrolls in its box; the box can be reached by keyboard for that.
FIXED = {"pre": {"tabindex": "0"}}
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@lru_cache(maxsize=2048)
def render(text: str, text_format: str) -> SafeString:
    """Return a text as HTML.

    Args:
        text_format: a value of `quiz.models.TextFormat`.
    """
    return _clean(_as_html(text, text_format))


@lru_cache(maxsize=8192)
def render_line(text: str, text_format: str) -> SafeString:
    """Return a text as HTML without a paragraph around it, if it is a single line."""
    if text_format == "markdown" and "\n" not in text:
        return _clean(_markdown.renderInline(text))
    return render(text, text_format)


def _as_html(text: str, text_format: str) -> str:
    match text_format:
        case "markdown":
            return str(_markdown.render(text))
        case "html":
            return text
        case "moodle":
            return text.replace("\n", "<br>")
        case _:
            return escape(text).replace("\n", "<br>")


def _clean(html: str) -> SafeString:
    return mark_safe(  # noqa: S308 - this is what makes it safe
        nh3.clean(html, tags=TAGS, attributes={}, set_tag_attribute_values=FIXED)
    )
