"""The mail that the demo has "sent", read back from the folder where it was put."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import Path

SEPARATOR = b"-" * 79 + b"\n"
NEWEST = 100


@dataclass(frozen=True, slots=True)
class Mail:
    """One delivered mail."""

    to: str
    subject: str
    body: str
    at: datetime


def newest_mail(folder: Path, *, to: str = "", limit: int = NEWEST) -> list[Mail]:
    """The newest mails in Django's file-based outbox, optionally those to one address.

    A file is one delivery's, and is named by its time: no more files are opened than are needed.
    """
    wanted = (mail for mail in _newest_first(folder) if not to or mail.to.lower() == to.lower())
    return sorted(islice(wanted, limit), key=lambda mail: mail.at, reverse=True)


def _newest_first(folder: Path) -> Iterator[Mail]:
    for file in sorted(folder.glob("*.log"), reverse=True) if folder.exists() else []:
        chunks = [chunk for chunk in file.read_bytes().split(SEPARATOR) if chunk.strip()]
        yield from map(_read, reversed(chunks))


def _read(chunk: bytes) -> Mail:
    message = message_from_bytes(chunk, EmailMessage, policy=policy.default)
    text = message.get_body(("plain", "html"))
    return Mail(
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        body=text.get_content() if isinstance(text, EmailMessage) else "",
        at=parsedate_to_datetime(str(message["Date"])),
    )
