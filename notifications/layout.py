"""A letter as HTML. Pure: made from the plain text, so that both say the same.

One column that grows with the window, the reader's own font size, no picture, no script, nothing
from elsewhere. Lines that begin with "- " are a list; addresses of pages are links.
"""

import re
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


def html_of(subject: str, body: str, language: str) -> str:
    """The same letter as a page of its own."""
    parts = [_paragraph(part) for part in re.split(r"\n\s*\n", body.strip()) if part.strip()]
    return PAGE.format(
        language=TAGS.get(language, "en"), subject=escape(subject), body="".join(parts)
    )


def _paragraph(text: str) -> str:
    """A paragraph, and the list that follows its first lines."""
    lines = text.splitlines()
    first = next((n for n, line in enumerate(lines) if line.startswith("- ")), len(lines))
    before, items, after = lines[:first], [], []
    for number, line in enumerate(lines[first:], start=first):
        if not line.startswith("- "):
            after = lines[number:]
            break
        items.append(f'<li style="margin:0 0 4px">{_line(line[2:])}</li>')
    said = ""
    if before:
        said += f'<p style="margin:0 0 16px">{"<br>".join(map(_line, before))}</p>'
    if items:
        said += f'<ul style="margin:0 0 16px;padding-left:24px">{"".join(items)}</ul>'
    return said + (_paragraph("\n".join(after)) if after else "")


def _line(text: str) -> str:
    """Escaped, with addresses made into links."""
    said, at = "", 0
    for found in ADDRESS.finditer(text):
        address = escape(found[0])
        said += escape(text[at : found.start()])
        said += f'<a href="{address}" style="color:{ACCENT}">{address}</a>'
        at = found.end()
    return said + escape(text[at:])
