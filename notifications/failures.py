"""Why a message did not go out, and what follows from it. Pure.

| what happened | what follows |
|---|---|
| the connection could not be made, or broke before the letter was handed over | wait, then again |
| the server said 4xx: not now | wait longer each time, then again; given up after a day or so |
| the server said 5xx: never | given up at once, for staff |
| it broke after the letter was handed over and before the server said yes | uncertain, for staff |
"""

import smtplib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
MAX_ATTEMPTS = 12
ABOUT_THE_SESSION = (421, 454)


class Cause(StrEnum):
    """What kind of failure it was."""

    CONNECTION = "connection"
    NOT_NOW = "not-now"
    NEVER = "never"
    UNCERTAIN = "uncertain"


class MayHaveLeft(smtplib.SMTPException):
    """The letter was handed over and the server's answer never came."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure in words.

    Attributes:
        ends_session: the connection is of no more use.
    """

    cause: Cause
    said: str
    ends_session: bool


def understand(error: Exception) -> Failure:
    """Say what an error of the mail connection means."""
    said = f"{type(error).__name__}: {error}"[:500]
    if isinstance(error, MayHaveLeft):
        return Failure(Cause.UNCERTAIN, said, ends_session=True)
    code = _code(error)
    if code in ABOUT_THE_SESSION:
        return Failure(Cause.CONNECTION, said, ends_session=True)
    if code is not None:
        cause = Cause.NOT_NOW if 400 <= code < 500 else Cause.NEVER
        return Failure(cause, said, ends_session=isinstance(error, smtplib.SMTPHeloError))
    if isinstance(error, OSError):  # every other SMTPException is one, and so is a broken socket
        return Failure(Cause.CONNECTION, said, ends_session=True)
    return Failure(Cause.NEVER, said, ends_session=False)


def wait_after(attempts: int, cause: Cause) -> timedelta:
    """How long to wait before trying again: twice as long each time, an hour at most.

    A server that is away is away for everybody: it is asked again soon, without end.
    """
    if cause is Cause.CONNECTION:
        return min(FIRST_WAIT / 6 * 2 ** min(attempts, 6), timedelta(minutes=5))
    return min(FIRST_WAIT * 2 ** min(attempts, 12), LONGEST_WAIT)


def gives_up(attempts: int, cause: Cause) -> bool:
    """Whether trying again is of no use; `attempts` counts this one."""
    return cause is Cause.NEVER or (cause is Cause.NOT_NOW and attempts >= MAX_ATTEMPTS)


def _code(error: Exception) -> int | None:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _said in error.recipients.values()]
        return max(codes, default=None)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return ABOUT_THE_SESSION[0]  # our own password: nothing is wrong with the letter
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code if error.smtp_code > 0 else ABOUT_THE_SESSION[0]
    return None
