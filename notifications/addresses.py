"""To which addresses mail can go. Pure.

One address, one mailbox: no line break, no second recipient, and a form that every mail server
understands. An allow-list keeps a machine that is not the real one from writing to real people.
"""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

MAX_LENGTH = 254
CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


class Undeliverable(ValueError):
    """No mail can go to this address; the text says why, in English, for the staff's list."""


def deliverable(address: str) -> str:
    """The address as it is given to the mail server: a domain in Chinese is spelt in ASCII.

    Raises:
        Undeliverable: a line break, more than one address, or a form that mail servers refuse.
    """
    if CONTROL.search(address):
        raise Undeliverable("the address has a line break or a control character")
    local, at, domain = address.strip().rpartition("@")
    if not at or "@" in local or re.search(r"[\s,;<>\"()\[\]]", local + domain):
        raise Undeliverable("this is not one address")
    if not local.isascii():
        raise Undeliverable("the part before the @ has characters that not every server takes")
    if not LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise Undeliverable("the part before the @ is not valid")
    try:
        spelt = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Undeliverable("the domain is not valid") from error
    if not all(LABEL.fullmatch(label) for label in spelt.split(".")):
        raise Undeliverable("the domain is not valid")
    whole = f"{local}@{spelt}"
    if len(whole) > MAX_LENGTH:
        raise Undeliverable("the address is too long")
    return whole


def is_allowed(address: str, patterns: Sequence[str] | None) -> bool:
    """Whether mail may go there; no list allows everybody, an empty one nobody."""
    if patterns is None:
        return True
    return any(fnmatchcase(address.lower(), pattern.lower()) for pattern in patterns)
