"""TeX formulas: find them in a text, turn them into MathML. Pure.

Found are `$…$`, `$$…$$`, `\\(…\\)` and `\\[…\\]`. A dollar begins a formula only if no space
follows it and no letter or digit stands before it, and ends one only if no space stands before it
and no digit follows, so "between $5 and $10" and "HK$80" are about money.
"""

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

import nh3
from latex2mathml import exceptions
from latex2mathml.converter import convert_to_element

from quiz.marked_words import gettext_noop

MAX_TEX = 1000  # characters of one formula
MAX_DEPTH = 30  # braces inside braces
TAGS = {
    *("math", "mi", "mn", "mo", "ms", "mtext", "mspace", "mrow", "mfrac", "msqrt", "mroot"),
    *("mstyle", "merror", "mpadded", "mphantom", "mfenced", "menclose", "mmultiscripts"),
    *("mprescripts", "none", "msub", "msup", "msubsup", "munder", "mover", "munderover"),
    *("mtable", "mtr", "mtd", "semantics"),
}
ATTRIBUTES = {
    "math": {"display"},
    "mi": {"mathvariant"},
    "mo": {
        *("fence", "form", "largeop", "lspace", "maxsize", "minsize", "movablelimits"),
        *("rspace", "separator", "stretchy", "symmetric"),
    },
    "mspace": {"width", "height", "depth", "linebreak"},
    "mfrac": {"linethickness"},
    "mstyle": {"displaystyle", "scriptlevel", "mathcolor", "mathvariant"},
    "mpadded": {"width", "height", "depth", "lspace", "voffset"},
    "menclose": {"notation"},
    "munder": {"accentunder"},
    "mover": {"accent"},
    "munderover": {"accent", "accentunder"},
    "mtable": {"columnalign", "columnlines", "rowlines", "rowspacing", "columnspacing"},
    "mtd": {"columnspan", "rowspan", "columnalign"},
}
FORMULA = re.compile(
    rf"\$\$(?P<block>[^$]{{1,{MAX_TEX}}}?)\$\$"
    rf"|\\\[(?P<display>.{{1,{MAX_TEX}}}?)\\\]"
    rf"|\\\((?P<inline>.{{1,{MAX_TEX}}}?)\\\)"
    rf"|(?<![A-Za-z0-9\\])\$(?=[^\s$])(?P<dollar>[^$`]{{0,{MAX_TEX}}}?[^\s$`\\])\$(?![0-9$])",
    re.DOTALL,
)
ARITIES = {
    **dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
}
DEFINITION = re.compile(r"\\(?:re|provide)?newcommand|\\def(?![A-Za-z])")
TOO_EARLY = gettext_noop("something is missing at its end or in a pair of braces")
REASONS = {
    exceptions.MissingSuperScriptOrSubscriptError: gettext_noop(
        "something is missing after ^ or _"
    ),
    exceptions.DoubleSubscriptsError: gettext_noop(
        "two subscripts follow each other; put braces around one"
    ),
    exceptions.DoubleSuperscriptsError: gettext_noop(
        "two exponents follow each other; put braces around one"
    ),
    exceptions.ExtraLeftOrMissingRightError: gettext_noop(
        "\\left and \\right do not belong together"
    ),
    exceptions.MissingEndError: gettext_noop("a \\begin has no \\end"),
    exceptions.NoAvailableTokensError: TOO_EARLY,
    exceptions.NumeratorNotFoundError: TOO_EARLY,
    exceptions.DenominatorNotFoundError: TOO_EARLY,
    StopIteration: TOO_EARLY,
}
UNKNOWN = gettext_noop("it is not TeX that can be read here")
# What the converter fails with on TeX that makes no sense: its own errors and those of a parser
# that runs off the end of its tokens.
FAILURES: tuple[type[Exception], ...] = (
    *(
        fault
        for fault in vars(exceptions).values()
        if isinstance(fault, type) and issubclass(fault, Exception)
    ),
    *(StopIteration, LookupError, ValueError, TypeError, AttributeError, RecursionError),
)


class NotTex(ValueError):
    """The formula cannot be shown.

    `reason` is English and can be looked up in a catalogue; `params` fills it.
    """

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(reason % params if params else reason)
        self.reason = reason
        self.params = params


@dataclass(frozen=True, slots=True)
class Formula:
    """TeX without its delimiters; a displayed one stands on a line of its own."""

    tex: str
    displayed: bool


def formula_of(found: re.Match[str]) -> Formula:
    """What a match of `FORMULA` holds."""
    name = found.lastgroup or ""
    return Formula(found[name].strip(), displayed=name in ("block", "display"))


@lru_cache(maxsize=2048)
def mathml(formula: Formula) -> str:
    """Return the formula as MathML of the allow-list above.

    Raises:
        NotTex: it cannot be read, is too long or too deeply nested, or uses an unknown command.
    """
    _require_balance(formula.tex)
    try:
        root = convert_to_element(formula.tex, display="block" if formula.displayed else "inline")
    except FAILURES as fault:
        raise NotTex(REASONS.get(type(fault), UNKNOWN)) from fault
    for element in root.iter():
        if element.tag == "mi" and (element.text or "").startswith("\\"):
            raise NotTex(
                gettext_noop("%(command)s is not known here"), command=(element.text or "")[:40]
            )
        if len(element) != ARITIES.get(str(element.tag), len(element)):
            raise NotTex(TOO_EARLY)
        element.text = html.unescape(element.text or "")
        element.tail = html.unescape(element.tail or "")
    try:
        written = ElementTree.tostring(root, encoding="unicode")
    except (ValueError, UnicodeError) as fault:
        raise NotTex(UNKNOWN) from fault
    return nh3.clean(written, tags=TAGS, attributes=ATTRIBUTES)


def _require_balance(tex: str) -> None:
    if len(tex) > MAX_TEX:
        raise NotTex(gettext_noop("it is longer than %(most)d characters"), most=MAX_TEX)
    if DEFINITION.search(tex):
        raise NotTex(gettext_noop("no new commands can be made here"))
    depth = 0
    for sign in re.findall(r"\\.|[{}]", tex, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth < 0:
            raise NotTex(gettext_noop("a } has no {"))
        if depth > MAX_DEPTH:
            raise NotTex(gettext_noop("its braces are nested too deeply"))
    if depth:
        raise NotTex(gettext_noop("a { has no }"))
