"""What staff may still do about messages: take back, try again, decide what is uncertain.

Each is one verb with a reason; it changes those of the named messages that are in the state for it
and says how many they were.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from notifications.domain.delivery import give_back
from notifications.domain.outbox import wake_worker
from notifications.models import Message
from notifications.queries import uncertain


class UnableToMend(Refused):
    """None of the messages is in a state for this; nothing was changed."""


@dataclass(frozen=True, slots=True)
class These:
    """Which messages are meant: these ids, or everything that one fact told."""

    ids: Collection[int] = ()
    run: str = ""

    def rows(self) -> QuerySet[Message]:
        if self.run:
            return Message.objects.filter(run=self.run)
        return Message.objects.filter(pk__in=self.ids)


def recall(*, these: These, by: User, reason: str, now: datetime) -> int:
    """Take back what has not left; return how many. Nobody ever sees it, here or by mail."""

    def take_back(messages: list[Message]) -> None:
        ids = [message.pk for message in messages]
        Message.objects.filter(pk__in=ids).update(state=Message.State.RECALLED)

    waiting = these.rows().filter(state=Message.State.QUEUED)
    return _mend("recall-message", waiting, take_back, by=by, reason=reason, now=now)


def try_again(*, these: These, by: User, reason: str, now: datetime) -> int:
    """Put what could not be sent, or was kept back, into the queue once more."""
    stopped = these.rows().filter(state__in=[Message.State.FAILED, Message.State.WITHHELD])
    return _mend("try-message-again", stopped, _back_into(now), by=by, reason=reason, now=now)


def it_left(*, these: These, by: User, reason: str, now: datetime) -> int:
    """Somebody found out that an uncertain message arrived: it counts as sent."""

    def mark(messages: list[Message]) -> None:
        for message in messages:
            Message.objects.filter(pk=message.pk).update(
                state=Message.State.SENT, sent_at=message.claimed_at or now
            )

    return _mend("message-left", uncertain(these.rows(), now), mark, by=by, reason=reason, now=now)


def send_again(*, these: These, by: User, reason: str, now: datetime) -> int:
    """Somebody found out that an uncertain message did not arrive: it is sent after all."""
    doubtful = uncertain(these.rows(), now)
    return _mend("send-message-again", doubtful, _back_into(now), by=by, reason=reason, now=now)


VERBS: dict[str, Callable[..., int]] = {
    "recall": recall,
    "try-again": try_again,
    "it-left": it_left,
    "send-again": send_again,
}


def can(verb: str, messages: QuerySet[Message], now: datetime) -> QuerySet[Message]:
    """Those of the messages that a verb would change now."""
    if verb == "recall":
        return messages.filter(state=Message.State.QUEUED)
    if verb == "try-again":
        return messages.filter(state__in=[Message.State.FAILED, Message.State.WITHHELD])
    return uncertain(messages, now)


def _back_into(now: datetime) -> Callable[[list[Message]], None]:
    def back(messages: list[Message]) -> None:
        for message in messages:
            give_back(message, due_at=now, attempts=0, error="")
        transaction.on_commit(wake_worker, robust=True)

    return back


def _mend(
    verb: str,
    wanted: QuerySet[Message],
    act: Callable[[list[Message]], None],
    *,
    by: User,
    reason: str,
    now: datetime,
) -> int:
    with transaction.atomic():
        messages = list(wanted.select_for_update().order_by("pk").defer("body"))
        if not messages:
            raise UnableToMend(_("None of these messages is in a state for this any more."))
        act(messages)
        audit.record_many(
            [
                audit.event(
                    message,
                    verb,
                    by=by,
                    now=now,
                    before={"state": message.state, "kind": message.kind},
                    reason=reason,
                )
                for message in messages
            ]
        )
        return len(messages)
