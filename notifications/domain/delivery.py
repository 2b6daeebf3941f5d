"""Claim messages and hand them to the mail server, each at most once.

Claim: `QUEUED → SENDING` in one statement that skips rows another worker holds. Deliver: hand the
letter over, then `SENDING → SENT`. A few at a time, so that a worker that dies leaves only a few
rows in SENDING: they may or may not have gone out, are shown to staff and are never sent again by
themselves.
"""

import time
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import IntegrityError, transaction
from django.db.models import F

from notifications import consent
from notifications.addresses import Undeliverable, deliverable, is_allowed
from notifications.failures import Cause, Failure, gives_up, understand, wait_after
from notifications.layout import html_of
from notifications.models import Message, Pace
from notifications.returning import headers_to_hand_back
from notifications.unsubscribing import unsubscribe_address

CHUNK = 20
"""How many messages are claimed at once: so many a killed worker leaves uncertain, at most."""

ROUND_SECONDS = 60
"""A slow server must not keep a round so long that Celery ends it in the middle."""

OUTSIDE = "outside the allow-list of addresses"
NO_CONSENT = "the consent was taken back before it left"
TOO_LATE = "it asks for something that it is too late for"


def claim(*, now: datetime, limit: int = CHUNK) -> list[int]:
    """Take up to `limit` due messages for this worker; return their ids.

    What somebody waits for goes before letters to many; within each, the oldest first.
    """
    with transaction.atomic():
        allowed = _allowance(now, limit)
        due = (
            Message.objects.select_for_update(skip_locked=True)
            .filter(state=Message.State.QUEUED, due_at__lte=now)
            .order_by("in_bulk", "due_at", "id")
            .values_list("pk", flat=True)[:allowed]
        )
        ids = list(due)
        if ids:
            Message.objects.filter(pk__in=ids).update(
                state=Message.State.SENDING, claimed_at=now, error=""
            )
            if settings.MESSAGES_PER_MINUTE:
                Pace.objects.filter(pk=1).update(claimed=F("claimed") + len(ids))
    return ids


def _allowance(now: datetime, wanted: int) -> int:
    """How many may be claimed in this minute; while it is asked, the other workers wait."""
    if not settings.MESSAGES_PER_MINUTE:
        return wanted
    minute = now.replace(second=0, microsecond=0)
    Pace.objects.get_or_create(pk=1, defaults={"minute": minute})
    pace = Pace.objects.select_for_update().get(pk=1)
    if pace.minute != minute:
        pace.minute, pace.claimed = minute, 0
        pace.save()
    return max(0, min(wanted, settings.MESSAGES_PER_MINUTE - pace.claimed))


class Carrier:
    """One connection to the mail server, for as many letters as it lasts."""

    def __init__(self) -> None:
        self._mail: Any = get_connection()
        self._used = False
        self._tired_at = time.monotonic() + ROUND_SECONDS

    @property
    def is_tired(self) -> bool:
        """Whether the round has taken so long that another one should go on."""
        return time.monotonic() > self._tired_at

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hang_up()

    def hand_over(self, letter: EmailMultiAlternatives) -> Failure | None:
        """Give the server one letter; say what went wrong, if anything did.

        A server may end a connection after so many letters: before the letter was handed over,
        that is no failure, and a new connection is tried once.
        """
        was_used = self._used
        failure = self._try(letter)
        if failure and failure.cause is Cause.CONNECTION and was_used:
            failure = self._try(letter)
        return failure

    def _try(self, letter: EmailMultiAlternatives) -> Failure | None:
        letter.connection = self._mail
        try:
            self._mail.open()  # once: it stays open until it breaks
            letter.send()
        except (OSError, ValueError) as error:  # every smtplib error is an OSError
            failure = understand(error)
            if failure.ends_session:
                self.hang_up()
            return failure
        self._used = True
        return None

    def hang_up(self) -> None:
        """Close a connection that may be broken already."""
        self._used = False
        with suppress(OSError):
            self._mail.close()


def deliver(*, message_ids: list[int], now: datetime, carrier: Carrier | None = None) -> int:
    """Hand the claimed messages to the mail server, one address each; return how many it took."""
    if carrier is None:
        with Carrier() as own:
            return deliver(message_ids=message_ids, now=now, carrier=own)
    messages = list(
        Message.objects.select_related("person")
        .filter(pk__in=message_ids, state=Message.State.SENDING)
        .order_by("in_bulk", "due_at", "pk")
    )
    willing = _willing(messages)
    sent: list[int] = []
    for place, message in enumerate(messages):
        if carrier.is_tired:
            _put_down(messages[place:])
            break
        if not _may_leave(message, willing, now):
            continue
        try:
            letter = letter_of(message)
        except Undeliverable as error:
            _write(message, Message.State.FAILED, str(error))
            continue
        failure = carrier.hand_over(letter)
        if failure is None:
            sent.append(message.pk)
            continue
        _note(message, failure, now)
        if failure.cause is Cause.CONNECTION:  # nobody else's letter would fare better
            for other in messages[place + 1 :]:
                _note(other, failure, now)
            break
    Message.objects.filter(pk__in=sent).update(
        state=Message.State.SENT, sent_at=now, attempts=F("attempts") + 1
    )
    return len(sent)


def _put_down(messages: list[Message]) -> None:
    """Not tried at all: another round takes them."""
    for message in messages:
        give_back(message, due_at=message.due_at)


def letter_of(message: Message) -> EmailMultiAlternatives:
    """The mail: plain text and the same as HTML, to one address, with nothing attached.

    Raises:
        Undeliverable: no mail can go to the person's address.
    """
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<{message.uuid}@{host}>",
        "X-DTT-Message": str(message.uuid),
        "Auto-Submitted": "auto-generated",
    }
    if settings.ANYMAIL:  # somebody tells us what comes back
        headers |= headers_to_hand_back(message.uuid)
    if message.category == Message.Category.MARKETING:
        headers["List-Unsubscribe"] = f"<{unsubscribe_address(message.person)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter = EmailMultiAlternatives(
        subject=message.subject,
        body=message.body,
        to=[deliverable(message.person.email)],
        headers=headers,
    )
    letter.attach_alternative(html_of(message.subject, message.body, message.language), "text/html")
    return letter


def _willing(messages: list[Message]) -> set[int]:
    news = (m.person_id for m in messages if m.category == Message.Category.MARKETING)
    return consent.willing(set(news))


def _may_leave(message: Message, willing: set[int], now: datetime) -> bool:
    """Whether it may go to this address at all; what may not is put aside, with the reason."""
    if message.category == Message.Category.MARKETING and message.person_id not in willing:
        _write(message, Message.State.VOID, NO_CONSENT)
        return False
    if message.until is not None and message.until <= now:
        _write(message, Message.State.VOID, TOO_LATE)
        return False
    if not is_allowed(message.person.email, settings.MAIL_ALLOWED):
        _write(message, Message.State.WITHHELD, OUTSIDE)
        return False
    return True


def _write(message: Message, state: Message.State, error: str) -> None:
    tried = int(state == Message.State.FAILED)
    Message.objects.filter(pk=message.pk).update(
        state=state, error=error, attempts=F("attempts") + tried
    )


def _note(message: Message, failure: Failure, now: datetime) -> None:
    """It did not go out: try again later, give up, or leave it to staff; always say why."""
    if failure.cause is Cause.UNCERTAIN:
        Message.objects.filter(pk=message.pk).update(error=failure.said)
        return
    attempts = message.attempts + 1
    if gives_up(attempts, failure.cause):
        _write(message, Message.State.FAILED, failure.said)
        return
    give_back(
        message,
        due_at=now + wait_after(attempts, failure.cause),
        attempts=attempts,
        error=failure.said,
    )


def give_back(message: Message, *, due_at: datetime, **noted: Any) -> Message.State:
    """Put a claimed or failed message back into the queue; return its state.

    What a newer message about its topic has overtaken meanwhile is void instead.
    """
    state = Message.State.VOID if _is_overtaken(message) else Message.State.QUEUED
    row = Message.objects.filter(pk=message.pk)
    try:
        with transaction.atomic():
            row.update(state=state, due_at=due_at, **noted)
    except IntegrityError:  # overtaken in this very instant
        state = Message.State.VOID
        row.update(state=state, **noted)
    return state


def _is_overtaken(message: Message) -> bool:
    if not message.topic:
        return False
    newer = Message.objects.filter(
        person=message.person_id, topic=message.topic, pk__gt=message.pk
    ).exclude(run=message.run)
    return newer.exclude(state=Message.State.RECALLED).exists()
