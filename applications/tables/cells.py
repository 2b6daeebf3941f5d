"""A value as the text of a cell, and a cell that no spreadsheet takes for a formula. Pure."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

Cell = str | int | Decimal | date | datetime | None

HONG_KONG: Final = ZoneInfo("Asia/Hong_Kong")
_SIGNS: Final = frozenset("=+-@")
_BREAKS: Final = ("\t", "\r", "\n")
# What a spreadsheet passes over, or a person does not see, before the sign.
_QUOTES: Final = "'\"`‘’‚‛“”„‟«»‹›＇＂"
_PHONE: Final = re.compile(r"\+[1-9](?: ?[0-9]){6,14}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def harmful(text: str) -> bool:
    """Tell whether a spreadsheet could take a text for a formula.

    It could where, after spaces, quotation marks and characters that nobody sees, stands `=`, `+`,
    `-` or `@` (or the full-width form of one), or where it begins with a tab or the end of a line.
    A telephone number in E.164, with or without spaces (`+852 9876 5432`), and a plain number
    (`-3.5`) are no formulas: they come out as what they are.
    """
    if text.startswith(_BREAKS):
        return True
    for character in text:
        if character in _QUOTES or character.isspace() or _is_unseen(character):
            continue
        sign = unicodedata.normalize("NFKC", character)[:1]
        return sign in _SIGNS and not (_PHONE.fullmatch(text) or _NUMBER.fullmatch(text))
    return False


def harmless(text: str) -> str:
    """Return the text, with an apostrophe before it where it is `harmful`, or would become so
    when `unguarded` took away an apostrophe of its own."""
    return f"'{text}" if _needs_guard(text) else text


def unguarded(text: str) -> str:
    """Return the text as it was before `harmless`."""
    return text[1:] if text.startswith("'") and _needs_guard(text[1:]) else text


def _needs_guard(text: str) -> bool:
    return harmful(text) or harmful(text.lstrip("'"))


def say(cell: Cell) -> str:
    """A value as text: dates in ISO 8601, instants in Hong Kong time with the zone."""
    match cell:
        case None:
            return ""
        case datetime():
            return cell.astimezone(HONG_KONG).isoformat(timespec="seconds")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf"}
