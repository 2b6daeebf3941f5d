"""Find Hong Kong identity card numbers in a text. Pure.

A number is one or two letters, six digits and a check digit, which is usually in brackets:
`A123456(3)`. The check digit makes the weighted sum of all places divisible by 11; two letters or
one with a blank before it count as 10 to 36.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import IntEnum

_GAP = r"[\s\u00b7.-]{0,2}"
_DIGITS = _GAP.join([r"(\d)"] * 6)
# Between brackets anything of the form counts; without them the check digit must fit, because
# student and order numbers look alike.
_BRACKETS = re.compile(
    rf"(?<![A-Z0-9])([A-Z]{{1,2}}){_GAP}{_DIGITS}{_GAP}[(\[{{]\s?([0-9A])\s?[)\]}}]",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?<![A-Z0-9])([A-Z]{1,2})[ -]?(\d)(\d)(\d)(\d)(\d)(\d)[ -]?([0-9A])(?![A-Z0-9])",
    re.IGNORECASE,
)
_BLANK = 36


class Likeness(IntEnum):
    """How much a text looks as if it held a number."""

    NONE = 0
    POSSIBLE = 1  # of the form, but the check digit does not fit: mistyped, or something else
    LIKELY = 2


def likeness(text: str) -> Likeness:
    """Tell how likely a text holds an identity card number."""
    return max((found for _start, _end, found in _numbers(_plain(text))), default=Likeness.NONE)


def masked(text: str, *, mask: str = "…") -> str:
    """Put `mask` in the place of every number; a text without one comes back as it was."""
    plain = _plain(text)
    spots = sorted((start, end) for start, end, _found in _numbers(plain))
    if not spots:
        return text
    kept, at = [], 0
    for start, end in spots:
        if start >= at:
            kept += [plain[at:start], mask]
        at = max(at, end)
    return "".join([*kept, plain[at:]])


def check_digit(letters: str, digits: str) -> str:
    """The check digit that belongs to `letters` and six `digits`.

    >>> check_digit("A", "123456")
    '3'
    """
    places = [_BLANK] * (2 - len(letters))
    places += [ord(letter) - ord("A") + 10 for letter in letters]
    places += [int(digit) for digit in digits]
    total = sum(place * weight for place, weight in zip(places, range(9, 1, -1), strict=True))
    return "0123456789A"[-total % 11]


def _numbers(plain: str) -> Iterator[tuple[int, int, Likeness]]:
    for match in _BRACKETS.finditer(plain):
        fits = _fits(match)
        yield match.start(), match.end(), Likeness.LIKELY if fits else Likeness.POSSIBLE
    for match in _BARE.finditer(plain):
        if _fits(match):
            yield match.start(), match.end(), Likeness.LIKELY


def _fits(match: re.Match[str]) -> bool:
    letters, *digits, check = (part.upper() for part in match.groups())
    return check_digit(letters, "".join(digits)) == check


def _plain(text: str) -> str:
    """Full-width forms become plain ones; what is invisible goes."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
