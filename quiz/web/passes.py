"""The pass of a page: it may save the answers of one attempt, and nothing else.

A page gets it with its questions and sends it in a header. It is signed, names the attempt and its
address, and holds a seal of the person (`quiz.domain.saving.seal_of`) that the saving statement
compares; so an autosave needs neither the session nor the person's row.

Why no CSRF token beside it: browsers never send this header by themselves, another site can
neither read the page that holds the pass nor set the header without a preflight that we refuse,
and the pass cannot be guessed.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

from accounts.models import User
from quiz.domain.saving import SEAL_LENGTH, seal_of
from quiz.models import Attempt

HEADER = "X-Attempt-Pass"
SALT = "quiz.pass"
# The row decides when an attempt is over; this only bounds what a pass from an old backup is worth.
VALID_FOR = timedelta(days=4)
MOST_CHARACTERS = 300


class NotAPass(Exception):
    """Tampered with, made for another attempt, or too old."""


@dataclass(frozen=True, slots=True)
class Pass:
    attempt_id: int
    seal: str


def issue(attempt: Attempt, reference: str, person: User) -> str:
    """A pass for this person's attempt at the address of this reference."""
    content = f"{attempt.pk}.{reference}.{seal_of(attempt, person)}"
    return signing.TimestampSigner(salt=SALT).sign(content)


def read(text: str, reference: str) -> Pass:
    """What a pass that came with a request to this reference says.

    Raises:
        NotAPass: it is not one of ours, or not for this address.
    """
    if len(text) > MOST_CHARACTERS:
        raise NotAPass
    try:
        content = signing.TimestampSigner(salt=SALT).unsign(text, max_age=VALID_FOR)
    except signing.BadSignature as error:
        raise NotAPass from error
    number, named, seal = content.split(".")
    if named != reference or len(seal) != SEAL_LENGTH:
        raise NotAPass
    return Pass(int(number), seal)
