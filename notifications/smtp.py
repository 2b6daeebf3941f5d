"""Mail over SMTP that knows whether a letter may have left, and to whom a trial may write."""

import logging
import smtplib
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import smtp

from notifications.addresses import is_allowed
from notifications.failures import MayHaveLeft

START = 354
log = logging.getLogger("dtt.mail")


class _Careful(smtplib.SMTP):
    """Tells a connection that breaks before the letter is handed over from one that breaks after.

    Before, the letter is certainly still here. After, the server may have taken it.
    """

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.putcmd("data")
        code, said = self.getreply()
        if code != START:
            raise smtplib.SMTPDataError(code, said)
        try:
            self.send(_dotted(msg))
            return self.getreply()
        except OSError as error:  # every smtplib error is one
            raise MayHaveLeft(f"{type(error).__name__}: {error}") from error


class _CarefulOverTls(_Careful, smtplib.SMTP_SSL):
    """The same on a connection that is encrypted from its first byte."""


def _dotted(msg: Any) -> bytes:
    """A message as it goes over the line: CRLF ends, a leading dot doubled, a dot at the end."""
    content = msg if isinstance(msg, bytes) else msg.encode("ascii")
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    dotted = (b"." + line if line.startswith(b".") else line for line in lines)
    return b"\r\n".join([*dotted, b".", b""])


class EmailBackend(smtp.EmailBackend):
    """Django's own, with the two cares above.

    Nothing leaves to an address outside `MAIL_ALLOWED`, whoever wrote it: the outbox keeps such
    messages back itself, and what goes past it (sign-in links) is dropped here with a line in the
    log.
    """

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _CarefulOverTls if self.use_ssl else _Careful

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        allowed = [mail for mail in email_messages if self._may_leave(mail)]
        return super().send_messages(allowed) or 0

    def _may_leave(self, mail: EmailMessage) -> bool:
        if all(is_allowed(address, settings.MAIL_ALLOWED) for address in mail.recipients()):
            return True
        log.warning("a mail was not sent: its address is outside MAIL_ALLOW")
        return False
