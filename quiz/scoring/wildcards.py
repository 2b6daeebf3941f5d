"""Compare a short text with a pattern, as a reader would. Pure.

Unlike a regular expression with several `.*`, the comparison cannot be driven into backtracking:
after the fixed beginning and end, taking the leftmost place for each part in between is enough.
"""

import re
import unicodedata
from functools import lru_cache

# A run of stars is one wildcard; a star behind a backslash is itself.
WILDCARD = re.compile(r"(?<!\\)\*+")
# What keyboards and word processors put in place of the character that was typed.
TYPOGRAPHY = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "−": "-"})


def plain(text: str, *, case_sensitive: bool) -> str:
    """Return the text in the form in which texts are compared.

    Compatibility forms are one (NFKC: full-width letters of a Chinese keyboard, é written as
    one or two characters), so are curly and straight quotes; white space at the ends is
    dropped and each run of it inside is one space.
    """
    return " ".join(_folded(text, case_sensitive).split())


def fits(text: str, pattern: str, *, case_sensitive: bool) -> bool:
    """Tell whether a text in its `plain` form, as a whole, fits the pattern."""
    parts = _parts(pattern, case_sensitive)
    first, last = parts[0], parts[-1]
    if len(parts) == 1:
        return text == first
    if not (text.startswith(first) and text.endswith(last)):
        return False
    place, end = len(first), len(text) - len(last)
    for part in parts[1:-1]:
        found = text.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return place <= end


@lru_cache(maxsize=4096)
def _parts(pattern: str, case_sensitive: bool) -> tuple[str, ...]:
    """Split a pattern at its wildcards into the texts that must occur, in their compared form."""
    parts = [
        re.sub(r"\s+", " ", _folded(part.replace(r"\*", "*"), case_sensitive))
        for part in WILDCARD.split(pattern)
    ]
    parts[0] = parts[0].lstrip()
    parts[-1] = parts[-1].rstrip()
    return tuple(parts)


def _folded(text: str, case_sensitive: bool) -> str:
    if text.isascii():  # nothing to normalise, and most answers are so
        return text if case_sensitive else text.lower()
    known = unicodedata.normalize("NFKC", text).translate(TYPOGRAPHY)
    # Folding can undo the composition (İ becomes i and a dot), so compose once more.
    return known if case_sensitive else unicodedata.normalize("NFKC", known.casefold())
