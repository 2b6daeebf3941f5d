"""Read a number as people write it. Pure.

Accepted: `3.142`, `.5`, `1.`, `1e4`, `3×10^8`, `3.00x10**-8`, `3×10⁸`, the sign and the full-width
digits of any keyboard, and a unit behind the number. How digits are grouped:

- commas between groups of three are thousands, as Hong Kong writes them: `1,234` is 1234;
- so are spaces and apostrophes there (`1 000 000`, `1'000`), and points if a comma or a second
  point shows it (`1.234,5`, `1.234.567`);
- a lone comma that cannot be grouping is the decimal sign: `3,14`, `0,125`.

Anything else (`1,23,456`, `1,000,00`) is not guessed at.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

MAX_LENGTH = 100  # characters; nobody writes a longer number by hand
MAX_EXPONENT = 400  # powers of ten: beyond any quantity, and small enough to compute with

NUMBER = re.compile(
    r"(?P<sign>[+-]?)\s?"
    r"(?P<mantissa>[0-9.,]+(?:[ '][0-9]{3}(?![0-9])[.,]?[0-9]*)*)"
    r"(?:(?:[eE]|\s?[xX×*·]\s?10(?:\^|\*\*))(?P<exponent>[+-]?[0-9]+))?"
    r"\s*(?P<unit>.*)"
)
# A written mantissa with its grouping sign and its decimal sign. The first that fits holds.
FORMS = [
    (re.compile(pattern), group, point)
    for pattern, group, point in (
        (r"[0-9]+\.?[0-9]*|\.[0-9]+", "", "."),
        (r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?", ",", "."),
        (r"[1-9][0-9]{0,2}( [0-9]{3})+(\.[0-9]*)?", " ", "."),
        (r"[1-9][0-9]{0,2}( [0-9]{3})+,[0-9]+", " ", ","),
        (r"[1-9][0-9]{0,2}('[0-9]{3})+(\.[0-9]*)?", "'", "."),
        (r"[1-9][0-9]{0,2}(\.[0-9]{3}){2,}|[1-9][0-9]{0,2}(\.[0-9]{3})+,[0-9]+", ".", ","),
        (r"[0-9]*,[0-9]+", "", ","),
    )
]
SIGNS = str.maketrans({"−": "-", "–": "-", "﹣": "-", "’": "'"})
SUPERSCRIPT = re.compile(r"(?<=10)[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")


@dataclass(frozen=True, slots=True)
class Number:
    """A written number and what stands behind it (NFKC, "" if nothing does)."""

    value: Decimal
    unit: str = ""


@lru_cache(maxsize=4096)
def read_number(text: str) -> Number | None:
    """Return the number that the text begins with, or None if it does not begin with one."""
    if len(text) > MAX_LENGTH:
        return None
    powers = SUPERSCRIPT.sub(lambda power: "^" + power[0], text)
    written = NUMBER.fullmatch(unicodedata.normalize("NFKC", powers).translate(SIGNS).strip())
    if written is None:
        return None
    mantissa, exponent = _mantissa(written["mantissa"]), int(written["exponent"] or 0)
    if mantissa is None or abs(exponent) > MAX_EXPONENT:
        return None
    return Number(Decimal(f"{written['sign']}{mantissa}e{exponent}"), written["unit"])


def _mantissa(written: str) -> str | None:
    """Return the digits with at most a decimal point, or None if the grouping makes no sense."""
    for form, group, point in FORMS:
        if form.fullmatch(written):
            digits = written.replace(group, "") if group else written
            return digits.replace(point, ".")
    return None
