"""One spelling in bytes for the inputs and results of a run, and the digest of it.

Two runs agree exactly when their digests do, on any machine and in any year. So every value has
one spelling: UTF-8 JSON without white space, object keys sorted by code point, numbers that are
not whole as text. A binary float has no such spelling and is refused.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal


class NotCanonical(ValueError):
    """The value, or something inside it, has no canonical spelling."""


def canonical_bytes(value: object) -> bytes:
    """Spell a value as canonical JSON.

    A Decimal becomes plain digits without trailing zeros ("12.5"), an aware datetime ISO 8601 in
    UTC with microseconds ("2026-03-01T04:00:00.000000Z"), a date "2026-03-01", a dataclass an
    object of its fields, a tuple a list. Text is left as it is. The type of a value is known from
    its key, so a Decimal and the text of it share a spelling; reading the bytes with any JSON
    parser and spelling the result again gives the same bytes.

    Raises:
        NotCanonical: a float, a Decimal that is not finite, a datetime without a time zone, a key
            that is not text, text that is not valid Unicode, or a type not named here.
    """
    text = json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("text holds half of a surrogate pair") from error


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical bytes: 64 hexadecimal digits."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def plain(value: object) -> object:
    """The value as plain JSON, spelled as `canonical_bytes` spells it.

    Raises:
        NotCanonical: as there.
    """
    match value:
        case None | str() | int():  # True and False are ints
            return value
        case Decimal():
            return _digits(value)
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return [plain(item) for item in value]
        case Mapping():
            return {_name(key): plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    raise NotCanonical(f"{type(value).__name__} has no canonical spelling")


def _digits(number: Decimal) -> str:
    # Decimal.normalize() would round to the precision of the surrounding context.
    if not number.is_finite():
        raise NotCanonical(f"{number} is not a number")
    if not number:
        return "0"
    digits = format(number, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _instant(moment: datetime) -> str:
    if moment.utcoffset() is None:
        raise NotCanonical(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _name(key: object) -> str:
    if not isinstance(key, str):
        raise NotCanonical(f"{key!r} is not text, and the name of a value must be")
    return key
