"""A letter as HTML. Pure: made from the plain text, so that both say the same.

One column that grows with the window, the reader's own font size, no picture, no script, nothing
from elsewhere. Lines that begin with "- " are a list; addresses of pages are links.
"""

import re
from dataclasses import dataclass
from html import escape

ADDRESS = re.compile(r"https?://[^\s<>\"“”「」（）]+[^\s<>\"“”「」（）.,;:!?。，；：！？]")
INK, PAPER, SURFACE, LINE, ACCENT = "#10202f", "#fbfaf7", "#ffffff", "#d9d7d0", "#0b6b6b"
SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans HK','PingFang HK',sans-serif"
PAGE = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><title>{subject}</title></head>'
    f'<body style="margin:0;padding:16px;background:{PAPER};color:{INK};'
    f'font:17px/1.6 {SANS}">'
    f'<div role="article" aria-labelledby="subject" style="max-width:36rem;margin:0 auto;'
    f"padding:24px;background:{SURFACE};border:1px solid {LINE};border-top:4px solid {ACCENT};"
    'border-radius:8px;overflow-wrap:anywhere">'
    '<h1 id="subject" style="font-size:21px;line-height:1.35;margin:0 0 16px">{subject}</h1>'
    "{body}</div></body></html>\n"
)
TAGS = {"en": "en", "zh-hant": "zh-Hant-HK"}


@dataclass(frozen=True, slots=True)
class Look:
    """How the parts of a letter are dressed: with styles of their own in a mail, which has none."""

    paragraph: str = ""
    items: str = ""
    item: str = ""
    link: str = ""


MAIL = Look(
    paragraph=' style="margin:0 0 16px"',
    items=' style="margin:0 0 16px;padding-left:24px"',
    item=' style="margin:0 0 4px"',
    link=f' style="color:{ACCENT}"',
)


def html_of(subject: str, body: str, language: str) -> str:
    """The same letter as a page of its own."""
    return PAGE.format(
        language=TAGS.get(language, "en"), subject=escape(subject), body=body_of(body, MAIL)
    )


def body_of(body: str, look: Look | None = None) -> str:
    """The text of a letter as HTML; without a look it takes that of the page it stands on."""
    paragraphs = (part for part in re.split(r"\n\s*\n", body.strip()) if part.strip())
    return "".join(_paragraph(part, look or Look()) for part in paragraphs)


def _paragraph(text: str, look: Look) -> str:
    """A paragraph, and the list that follows its first lines."""
    lines = text.splitlines()
    first = next((n for n, line in enumerate(lines) if line.startswith("- ")), len(lines))
    last = next((n for n in range(first, len(lines)) if not lines[n].startswith("- ")), len(lines))
    before, items, after = lines[:first], lines[first:last], lines[last:]
    said = ""
    if before:
        words = "<br>".join(_line(line, look) for line in before)
        said += f"<p{look.paragraph}>{words}</p>"
    if items:
        words = "".join(f"<li{look.item}>{_line(line[2:], look)}</li>" for line in items)
        said += f"<ul{look.items}>{words}</ul>"
    return said + (_paragraph("\n".join(after), look) if after else "")


def _line(text: str, look: Look) -> str:
    """Escaped, with addresses made into links."""
    said, at = "", 0
    for found in ADDRESS.finditer(text):
        address = escape(found[0])
        said += escape(text[at : found.start()])
        said += f'<a href="{address}"{look.link}>{address}</a>'
        at = found.end()
    return said + escape(text[at:])
