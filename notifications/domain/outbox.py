"""Queue what people are to be told, in the transaction of the fact that it tells.

What leaves, when and how stands in `delivery`; what staff may still do about it in `mending`.
"""

import logging
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.bulk import insert_rows
from accounts.errors import Refused
from accounts.models import User
from notifications import consent, declared, kinds
from notifications.kinds import Class
from notifications.models import Message
from notifications.queries import NEVER_SHOWN
from notifications.texts import Shelf
from notifications.unsubscribing import unsubscribe_address

log = logging.getLogger("dtt.mail")
WAKE_SECONDS = 1
Row = dict[str, Any]


class UnableToQueue(Refused):
    """The message would contradict another; nothing was queued."""


class UnableToTell(UnableToQueue):
    """A letter was given other variables than its kind declares: a fault of the program."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What one person is to be told.

    Attributes:
        kind: names the text (see `notifications.kinds`).
        run: names the fact, e.g. `selection:12` or `application:DTT-7KQ2MX:submitted`.
        topic: what the message is about; a newer message voids unsent older ones of its topic.
        corrects: the id of a wrong message whose place this one takes.
        until: from this instant on it must not be told any more: what it asks for is too late.
    """

    person: User
    kind: str
    run: str
    variables: dict[str, Any] = field(default_factory=dict)
    topic: str = ""
    corrects: int | None = None
    until: datetime | None = None


def queue(
    tellings: Iterable[Telling],
    *,
    now: datetime,
    due_at: datetime | None = None,
    shelf: Shelf | None = None,
) -> None:
    """Put messages into the outbox, each once.

    Call inside the transaction that makes the fact true. Delivery starts when it commits; a kind
    that is held waits (`MESSAGE_HOLD`) so that staff can take it back. News goes only to those
    who want it.

    Args:
        shelf: the texts by which they are written, where several calls are to have the same; it
            has the kind of each. Left out, those that are in force now.

    Raises:
        UnableToQueue: one person would be told two things of one decision that exclude each other.
        UnableToTell: the variables of one are not those that its kind declares.
    """
    told = _without_the_unwilling(list(tellings))
    if not told:
        return
    shelf = shelf or Shelf({telling.kind for telling in told})
    rows = [_row(telling, shelf, now, due_at) for telling in told]
    with transaction.atomic(savepoint=False):
        _void_older(rows)
        _refuse_contradictions(rows)
        try:
            insert_rows(Message, rows, ignore_conflicts=("run", "person_id", "kind"))
        except IntegrityError as error:  # decided at the same instant by somebody else
            raise UnableToQueue(_contradiction()) from error
        transaction.on_commit(wake_worker, robust=True)


def _without_the_unwilling(tellings: Sequence[Telling]) -> list[Telling]:
    news = [t for t in tellings if kinds.known(t.kind).of_class is Class.MARKETING]
    willing = consent.willing({telling.person.pk for telling in news})
    left_out = {id(telling) for telling in news if telling.person.pk not in willing}
    return [telling for telling in tellings if id(telling) not in left_out]


def _row(telling: Telling, shelf: Shelf, now: datetime, due_at: datetime | None) -> Row:
    person, kind = telling.person, kinds.known(telling.kind)
    variables: Row = {"name": str(person), "site_url": settings.SITE_URL}
    if kind.of_class is Class.MARKETING:
        variables["unsubscribe_url"] = unsubscribe_address(person)
    variables |= telling.variables
    _require_as_declared(kind, telling, variables)
    version = shelf.take(telling.kind, person.language)
    text = version.render(telling.kind, person.language, variables)
    return {
        "run": telling.run,
        "person_id": person.pk,
        "kind": telling.kind,
        "topic": telling.topic,
        "excludes": kind.excludes if telling.topic else "",
        "category": kind.of_class.value,
        "language": person.language,
        "text_version": version.number,
        "subject": text.subject,
        "body": text.body,
        "corrects_id": telling.corrects,
        "in_bulk": kind.held,
        "queued_at": now,
        "until": telling.until,
        "due_at": due_at or (now + settings.MESSAGE_HOLD if kind.held else now),
    }


def _require_as_declared(kind: kinds.Kind, telling: Telling, variables: Row) -> None:
    """A text in force names what its kind declares, so with that it can always be written out."""
    if found := declared.differences(kind, variables):
        log.error("%s of %s cannot be written: %s", kind.name, telling.run, "; ".join(found))
        raise UnableToTell(
            _(
                "The message “%(title)s” could not be written, so nothing was done and nobody was "
                "told. This is a fault of the program, not of yours: please tell the programme "
                "team."
            )
            % {"title": kind.title}
        )


def _void_older(rows: list[Row]) -> None:
    """A newer fact about a topic overtakes what has not left."""
    topics = {row["topic"] for row in rows if row["topic"]}
    if topics:
        Message.objects.filter(
            topic__in=topics,
            person__in={row["person_id"] for row in rows},
            state=Message.State.QUEUED,
        ).exclude(run__in={row["run"] for row in rows}).update(state=Message.State.VOID)


def _refuse_contradictions(rows: list[Row]) -> None:
    """Within one fact nobody is told two things that exclude each other."""
    said = [row for row in rows if row["excludes"]]
    if not said:
        return
    told = (
        Message.objects.filter(
            run__in={row["run"] for row in said},
            topic__in={row["topic"] for row in said},
            person__in={row["person_id"] for row in said},
        )
        .exclude(excludes="")
        .exclude(state__in=NEVER_SHOWN)
    )
    kind_of = {
        (person, topic, excludes): kind
        for person, topic, excludes, kind in told.values_list(
            "person_id", "topic", "excludes", "kind"
        )
    }
    for row in said:
        key = (row["person_id"], row["topic"], row["excludes"])
        if kind_of.setdefault(key, row["kind"]) != row["kind"]:
            raise UnableToQueue(_contradiction())


def _contradiction() -> str:
    return _(
        "One person would be told two things of one decision that contradict each other. "
        "Nothing was sent."
    )


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
