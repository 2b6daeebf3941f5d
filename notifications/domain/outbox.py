"""Queue, claim and deliver messages.

Queue: in the transaction of the fact. Claim: `QUEUED → SENDING` in one statement that skips rows
another worker holds. Deliver: hand the mail over, then `SENDING → SENT`. A worker that dies between
the two leaves the row in SENDING: it may or may not have gone out, so it is shown to staff and
never sent again by itself.
"""

import smtplib
import threading
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from accounts.bulk import insert_rows
from accounts.models import User
from notifications.models import Message
from notifications.texts import render

BATCH = 100
MAX_ATTEMPTS = 5
WAKE_SECONDS = 1
RETRY_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Telling:
    """What one person is to be told.

    Attributes:
        kind: names the text, `templates/messages/<kind>.<language>.txt`.
        run: names the fact, e.g. `selection:12` or `application:DTT-7KQ2MX:submitted`.
        topic: what the message is about; a newer message voids unsent older ones of its topic.
    """

    person: User
    kind: str
    run: str
    variables: dict[str, Any] = field(default_factory=dict)
    topic: str = ""


def queue(tellings: Iterable[Telling], *, now: datetime, due_at: datetime | None = None) -> None:
    """Put messages into the outbox, each once.

    Call inside the transaction that makes the fact true. Delivery starts when it commits.
    """
    rows = []
    for telling in tellings:
        person = telling.person
        common = {"name": str(person), "site_url": settings.SITE_URL}
        text = render(telling.kind, person.language, common | telling.variables)
        rows.append(
            {
                "run": telling.run,
                "person_id": person.pk,
                "kind": telling.kind,
                "topic": telling.topic,
                "language": person.language,
                "subject": text.subject,
                "body": text.body,
                "queued_at": now,
                "due_at": due_at or now,
            }
        )
    if not rows:
        return
    with transaction.atomic(savepoint=False):
        topics = {row["topic"] for row in rows if row["topic"]}
        if topics:
            Message.objects.filter(
                topic__in=topics,
                person__in={row["person_id"] for row in rows},
                state=Message.State.QUEUED,
            ).exclude(run__in={row["run"] for row in rows}).update(state=Message.State.VOID)
        insert_rows(Message, rows, ignore_conflicts=True)
        transaction.on_commit(wake_worker, robust=True)


def void_unsent(*, person_id: int, topics: Collection[str]) -> int:
    """Take back what one person was to be told about these topics and has not left yet."""
    return Message.objects.filter(
        person=person_id, topic__in=topics, state=Message.State.QUEUED
    ).update(state=Message.State.VOID)


class _Woken(threading.local):
    """Until when this thread need not ask again: a task that it sent has not begun before."""

    until = 0.0


_woken = _Woken()


def wake_worker() -> None:
    """Ask a worker to deliver in a second, unless it has been asked already in this second.

    The mark is gone before the task that it stands for runs, so no message falls between the two.
    If the broker is away, the periodic sweep delivers later.
    """
    asked_at = time.monotonic()
    if asked_at < _woken.until:
        return
    if cache.add("notifications.woken", True, timeout=WAKE_SECONDS):
        current_app.send_task("notifications.deliver_due", countdown=WAKE_SECONDS)
        _woken.until = asked_at + WAKE_SECONDS


def claim(*, now: datetime, limit: int = BATCH) -> list[int]:
    """Take up to `limit` due messages for this worker; return their ids, oldest first."""
    with transaction.atomic():
        due = (
            Message.objects.select_for_update(skip_locked=True)
            .filter(state=Message.State.QUEUED, due_at__lte=now)
            .order_by("due_at", "id")
            .values_list("pk", flat=True)[:limit]
        )
        ids = list(due)
        Message.objects.filter(pk__in=ids).update(state=Message.State.SENDING, claimed_at=now)
    return ids


def deliver(*, message_ids: list[int], now: datetime) -> int:
    """Hand the claimed messages to the mail server, one address each; return how many it took."""
    messages = Message.objects.select_related("person").filter(
        pk__in=message_ids, state=Message.State.SENDING
    )
    mail = get_connection()
    sent = 0
    for message in messages.order_by("pk"):
        try:
            mail.open()  # once: it stays open until it breaks
            _mail(message, mail)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            _give_back(message, error, now=now)
            _hang_up(mail)
        else:
            Message.objects.filter(pk=message.pk).update(
                state=Message.State.SENT, sent_at=now, attempts=message.attempts + 1, error=""
            )
            sent += 1
    _hang_up(mail)
    return sent


def _hang_up(mail: Any) -> None:
    """Close a connection that may be broken already."""
    with suppress(smtplib.SMTPException, OSError):
        mail.close()


def _mail(message: Message, mail: Any) -> None:
    EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.person.email],
        headers={"X-DTT-Message": str(message.pk), "Auto-Submitted": "auto-generated"},
        connection=mail,
    ).send()


def _give_back(message: Message, error: Exception, *, now: datetime) -> None:
    """It did not go out: try again later, or give up and say so.

    An unknown recipient stays unknown, and a ValueError (a line break in the address, say) is in
    the message itself.
    """
    attempts = message.attempts + 1
    hopeless = isinstance(error, smtplib.SMTPRecipientsRefused | ValueError)
    give_up = attempts >= MAX_ATTEMPTS or hopeless
    Message.objects.filter(pk=message.pk).update(
        state=Message.State.FAILED if give_up else Message.State.QUEUED,
        attempts=attempts,
        due_at=now + RETRY_AFTER * attempts,
        error=f"{type(error).__name__}: {error}"[:500],
    )
