"""From Markdown that a member of staff wrote to safe HTML, on the server.

Whatever was written, the result passes an allow-list: no script, no style, no image from elsewhere.
"""

from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {
    *("p", "br", "em", "strong", "b", "i", "u", "sub", "sup", "code", "pre", "kbd", "samp", "var"),
    *("ul", "ol", "li", "blockquote", "hr", "table", "thead", "tbody", "tr", "th", "td"),
}
# What a text of several sections may have besides; the page's own heading is the only `h1`.
OF_DOCUMENTS = {"h2", "h3", "a"}
LINKS = {"a": {"href"}}
SCHEMES = {"http", "https", "mailto"}
# A wide program scrolls in its box; the box can be reached by keyboard for that.
FIXED = {"pre": {"tabindex": "0"}}
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


def as_html(markdown: str) -> str:
    """Markdown as HTML that has not passed the allow-list yet."""
    return str(_markdown.render(markdown))


def as_line(markdown: str) -> str:
    """The same without a paragraph around it."""
    return str(_markdown.renderInline(markdown))


def clean(html: str) -> SafeString:
    """What the allow-list leaves of some HTML."""
    return mark_safe(  # noqa: S308 - this is what makes it safe
        nh3.clean(html, tags=TAGS, attributes={}, set_tag_attribute_values=FIXED)
    )


@lru_cache(maxsize=128)
def document(markdown: str) -> SafeString:
    """A text with headings and links as HTML. Headings begin at the second level: `## Why`."""
    return mark_safe(  # noqa: S308 - this is what makes it safe
        nh3.clean(
            as_html(markdown),
            tags=TAGS | OF_DOCUMENTS,
            attributes=LINKS,
            url_schemes=SCHEMES,
            set_tag_attribute_values=FIXED,
        )
    )
