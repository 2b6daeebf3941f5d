"""From what an author wrote to safe HTML, on the server.

    text ─► HTML ─► allow-list ─► formulas to MathML, programs to coloured words

Whatever the format, the result passes an allow-list: no script, no style, no image from elsewhere.
An image of ours is written `image:<reference>`. What cannot be shown as it was meant is a fault
that the author is told, never a broken page.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import nh3
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from accounts.markup import FIXED
from accounts.markup import TAGS as WORDS
from quiz import tex
from quiz.highlighting import LANGUAGES, highlight
from quiz.tex import FORMULA, NotTex, formula_of

MAX_SOURCE = 20_000  # characters of one text
MAX_FORMULAS = 100
IMAGE = re.compile(r"image:([0-9a-f]{32})")
INLINE, DISPLAYED = "tex-inline", "tex-block"
IMAGES = {"img": {"src", "alt"}}
CODE = {"code": {"class": {INLINE, DISPLAYED, *(f"language-{name}" for name in LANGUAGES)}}}
# What the allow-list writes is regular: attributes in double quotes, "<" only before a tag.
ATTRIBUTES = r'(?:\s[a-z-]+="[^"]*")*'
PIECE = re.compile(
    rf'<code class="(?P<tex>{INLINE}|{DISPLAYED})">(?P<formula>[^<]*)</code>'
    r'|<pre tabindex="0"><code class="language-(?P<language>[^"]+)">(?P<program>[^<]*)</code></pre>'
    rf"|<img(?P<image>{ATTRIBUTES})>"
    r"|(?P<code><(?P<closed>pre|code)\b.*?</(?P=closed)>)"
    r"|(?P<text>[^<]+)",
    re.DOTALL,
)
IMAGE_ELEMENT = re.compile(rf"<img({ATTRIBUTES})>")
TEX_IN = ("html", "moodle")  # Markdown finds its formulas itself, before it reads its own signs


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text cannot be shown as it was meant. `reason` is an English %-template."""

    reason: str
    params: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return _(self.reason) % dict(self.params) if self.params else _(self.reason)


@dataclass(frozen=True, slots=True)
class Rendered:
    html: SafeString
    faults: tuple[Fault, ...]


def render(text: str, text_format: str) -> SafeString:
    """Return a text as HTML.

    Args:
        text_format: a value of `quiz.models.TextFormat`.
    """
    return rendered(text, text_format).html


def render_line(text: str, text_format: str) -> SafeString:
    """Return a text as HTML without a paragraph around it, if it is a single line."""
    inline = text_format == "markdown" and "\n" not in text
    return rendered(text, "line" if inline else text_format).html


def faults_of(text: str, text_format: str) -> tuple[Fault, ...]:
    """What is wrong with a text: formulas that cannot be read, images without words or not ours."""
    return rendered(text, text_format).faults


def images_in(text: str) -> set[str]:
    """The references of the images that a text shows."""
    return set(IMAGE.findall(text))


@lru_cache(maxsize=4096)
def rendered(text: str, text_format: str) -> Rendered:
    """Return a text as HTML with its faults; `line` is Markdown without a paragraph around it."""
    if len(text) > MAX_SOURCE:
        return Rendered(escape(text[:MAX_SOURCE]), (Fault(TOO_LONG, (("most", MAX_SOURCE),)),))
    safe = nh3.clean(
        _as_html(text, text_format),
        tags=WORDS | {"img"} | tex.TAGS,
        attributes=IMAGES | tex.ATTRIBUTES,
        attribute_filter=_ours,
        url_schemes={"image"},
        tag_attribute_values=CODE,
        set_tag_attribute_values=FIXED,
    )
    pieces = _Pieces(find_tex=text_format in TEX_IN)
    shown = PIECE.sub(pieces.show, safe)
    return Rendered(
        mark_safe(shown),  # noqa: S308 - made of what the allow-list left
        tuple(dict.fromkeys(pieces.faults)),
    )


TOO_LONG = gettext_noop("A text has at most %(most)d characters.")
FOREIGN_IMAGE = gettext_noop("An image is not one of the bank’s own, so nobody would see it.")
NO_WORDS = gettext_noop("An image has no words for those who do not see it.")
BAD_FORMULA = gettext_noop("The formula “%(tex)s” cannot be shown: %(why)s.")
TOO_MANY_FORMULAS = gettext_noop("A text has at most %(most)d formulas.")


def _as_html(text: str, text_format: str) -> str:
    match text_format:
        case "markdown":
            return str(_markdown.render(text))
        case "line":
            return str(_markdown.renderInline(text))
        case "html":
            return text
        case "moodle":
            return text.replace("\n", "<br>")
        case _:
            return escape(text).replace("\n", "<br>")


def _ours(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) != ("img", "src"):
        return value
    found = IMAGE.fullmatch(value)
    return reverse("quiz:image", args=[found[1]]) if found else None


class _Pieces:
    """Replaces what the allow-list left by what is shown, and gathers the faults."""

    def __init__(self, *, find_tex: bool) -> None:
        self.find_tex = find_tex
        self.faults: list[Fault] = []
        self.formulas = 0

    def show(self, piece: re.Match[str]) -> str:
        if piece["tex"]:
            return self.formula(html.unescape(piece["formula"]), piece["tex"] == DISPLAYED)
        if piece["language"]:
            words = highlight(html.unescape(piece["program"]), piece["language"])
            return f'<pre tabindex="0"><code>{words}</code></pre>'
        if piece["image"] is not None:
            return self.image(piece[0], piece["image"])
        if piece["code"]:
            return IMAGE_ELEMENT.sub(lambda found: self.image(found[0], found[1]), piece[0])
        if piece["text"] and self.find_tex:
            return FORMULA.sub(self.found, piece["text"])
        return piece[0]

    def found(self, match: re.Match[str]) -> str:
        formula = formula_of(match)
        return self.formula(html.unescape(formula.tex), formula.displayed)

    def formula(self, source: str, displayed: bool) -> str:
        self.formulas += 1
        try:
            if self.formulas > MAX_FORMULAS:
                self.faults.append(Fault(TOO_MANY_FORMULAS, (("most", MAX_FORMULAS),)))
                return f"<code>{escape(source)}</code>"
            shown = tex.mathml(tex.Formula(source.strip(), displayed))
        except NotTex as fault:
            why = Fault(fault.reason, tuple(fault.params.items()))
            self.faults.append(Fault(BAD_FORMULA, (("tex", source.strip()[:60]), ("why", why))))
            return f"<code>{escape(source)}</code>"
        # A wide formula scrolls in its box, as a wide program does.
        return f'<span class="formula" tabindex="0">{shown}</span>' if displayed else shown

    def image(self, element: str, attributes: str) -> str:
        words = re.search(r'\salt="([^"]*)"', attributes)
        if not words or not words[1].strip():
            self.faults.append(Fault(NO_WORDS))
        if ' src="' in attributes:
            return element
        self.faults.append(Fault(FOREIGN_IMAGE))
        return ""


def _tex_inline(state: StateInline, silent: bool) -> bool:
    """`$…$` and the like inside a paragraph."""
    if state.src[state.pos] not in "$\\":
        return False
    found = FORMULA.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        formula = formula_of(found)
        token = state.push(DISPLAYED if formula.displayed else INLINE, "code", 0)
        token.content = formula.tex
    state.pos = found.end()
    return True


def _tex_block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """A formula between lines that begin with `$$` or `\\[` and end with its other half."""
    start = state.bMarks[first] + state.tShift[first]
    if not state.src.startswith(("$$", "\\["), start):
        return False
    found = FORMULA.match(state.src, start, state.eMarks[last - 1])
    if found is None or not formula_of(found).displayed:
        return False
    line = first
    while state.eMarks[line] < found.end():
        line += 1
    if state.src[found.end() : state.eMarks[line]].strip():
        return False
    if not silent:
        token = state.push(DISPLAYED, "code", 0)
        token.content = formula_of(found).tex
        token.block = True
        state.line = line + 1
    return True


def _tex_rule(name: str) -> Callable[..., str]:
    def show(self: RendererProtocol, tokens: list[Token], index: int, *_rest: object) -> str:
        token = tokens[index]
        shown = f'<code class="{name}">{escape(token.content)}</code>'
        return f"<p>{shown}</p>\n" if token.block else shown

    return show


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.inline.ruler.before("escape", "tex", _tex_inline)
    reader.block.ruler.before("fence", "tex", _tex_block, {"alt": ["paragraph", "blockquote"]})
    for name in (INLINE, DISPLAYED):
        reader.add_render_rule(name, _tex_rule(name))
    return reader


_markdown = _reader()
