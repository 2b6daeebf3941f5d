"""A wrong message has left: tell the people who got it what is right, and keep what happened."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.bulk import insert_rows
from accounts.domain import audit
from accounts.domain.approvals import (
    digest_of,
    one_at_a_time,
    request_approval,
    void_requests,
)
from accounts.domain.jobs import Tell, start_job, unwatched
from accounts.errors import Refused
from accounts.languages import Language
from accounts.models import Approval, Job, User
from notifications.domain.agreed import why_not_agreed
from notifications.domain.outbox import Telling
from notifications.domain.watching import queue_watched
from notifications.models import ONE_PERSON_DECIDES, Corrected, Correction, Message
from notifications.queries import open_corrections

SEND_CORRECTION = "send-correction"
JOB = "notifications.send-correction"
KIND = "correction"
State = Correction.State
UNSENT = (State.DRAFT, State.AGREED)

MAY_BE_CORRECTED = (Message.State.SENT, Message.State.SENDING, Message.State.FAILED)


class UnableToCorrect(Refused):
    """No correction can be sent; the message says why."""


def write_correction(
    *,
    message_ids: Collection[int],
    text_en: str,
    text_zh: str,
    incident: str,
    by: User,
    now: datetime,
) -> Correction:
    """Write down what was wrong and tell it to the people of these messages.

    To twenty people or fewer it is sent at once (and waits in the outbox as every letter to many);
    to more, by a worker, when a second person has agreed. It takes the place of every earlier
    correction of one of these messages that is not sent yet: that is dropped.

    Raises:
        UnableToCorrect: messages of several kinds, or one that nobody has been told.
    """
    with transaction.atomic():
        one_at_a_time(SEND_CORRECTION, "")
        # Before the messages are locked: a worker that sends one holds it, then needs those.
        _drop_earlier(message_ids, by=by, now=now)
        wrong = Message.objects.select_for_update().filter(pk__in=message_ids).order_by("pk")
        messages = list(wrong.values_list("pk", "person_id", "kind", "state"))
        if not messages:
            raise UnableToCorrect(_("Choose the messages that were wrong."))
        said = {kind for _pk, _person, kind, _state in messages}
        if len(said) > 1:
            raise UnableToCorrect(_("Choose messages of one kind: each gets its own correction."))
        if any(state not in MAY_BE_CORRECTED for _pk, _person, _kind, state in messages):
            raise UnableToCorrect(
                _("Some of these have not left. Take those back instead of correcting them.")
            )
        correction = Correction.objects.create(
            kind=said.pop(),
            people=len({person for _pk, person, _kind, _state in messages}),
            text_en=text_en,
            text_zh=text_zh,
            incident=incident,
            written_by=by,
            written_at=now,
        )
        insert_rows(
            Corrected,
            ({"correction_id": correction.pk, "message_id": pk} for pk, *_rest in messages),
        )
        audit.record(
            correction,
            "write-correction",
            by=by,
            now=now,
            after={"kind": correction.kind, "people": correction.people},
            reason=incident,
        )
        if correction.people > ONE_PERSON_DECIDES:
            request_approval(
                kind=SEND_CORRECTION,
                object_id=correction.pk,
                payload=_payload(correction),
                by=by,
                now=now,
                reason=incident,
            )
        else:
            _send(correction, by=by, now=now)
        return correction


def agree_to_correction(approval: Approval, by: User, now: datetime) -> None:
    """A second person agrees to a correction to many: from now on a worker may send it."""
    with transaction.atomic():
        correction = Correction.objects.select_for_update().get(pk=approval.object_id)
        if correction.state != State.DRAFT:
            raise UnableToCorrect(_why_not(correction))
        if approval.payload != _payload(correction):
            raise UnableToCorrect(_("The content has changed since approval was asked for."))
        correction.state = State.AGREED
        correction.save(update_fields=["state"])
        audit.record(
            correction,
            "agree-to-correction",
            by=by,
            now=now,
            after={"kind": correction.kind, "people": correction.people},
        )
        _start(correction, by=by, now=now)


def ask_to_send_correction(*, correction_id: int, by: User, now: datetime) -> Job:
    """Have a worker try again what was agreed to; while one does, this returns the same job.

    Raises:
        UnableToCorrect: nobody has agreed to it, or it has been sent.
    """
    correction = Correction.objects.get(pk=correction_id)
    if correction.state != State.AGREED:
        raise UnableToCorrect(_why_not(correction))
    return _start(correction, by=by, now=now)


def send_correction(
    *, correction_id: int, by: User | None, now: datetime, tell: Tell = unwatched
) -> Correction:
    """Send a correction that a second person agreed to, whole or not at all.

    Args:
        tell: hears how far it is.

    Raises:
        UnableToCorrect: it was sent, changed since, or agreed to too long ago.
    """
    with transaction.atomic():
        correction = Correction.objects.select_for_update().get(pk=correction_id)
        if correction.state != State.AGREED:
            raise UnableToCorrect(_why_not(correction))
        payload = _payload(correction)
        if why := why_not_agreed(
            kind=SEND_CORRECTION, object_id=correction.pk, payload=payload, now=now
        ):
            raise UnableToCorrect(why)
        _send(correction, by=by, now=now, tell=tell)
        return correction


def run_correction(job: Job, tell: Tell) -> dict[str, Any]:
    """The worker's part: `accounts.domain.jobs` calls it."""
    sent = send_correction(
        correction_id=job.payload["correction"],
        by=job.asked_by,
        now=job.started_at or job.asked_at,
        tell=tell,
    )
    return {"people": sent.people}


def drop_correction(*, correction_id: int, reason: str, by: User, now: datetime) -> None:
    """Give it up before it is sent; a request to a second person is void. Twice changes nothing.

    The request is locked before its correction, as by whoever decides.

    Raises:
        UnableToCorrect: it has been sent.
    """
    with transaction.atomic():
        void_requests(kind=SEND_CORRECTION, object_id=correction_id, by=by, now=now)
        if _drop(correction_id, by=by, now=now, reason=reason) == State.SENT:
            raise UnableToCorrect(_("This correction has been sent already."))


def note_refusal(approval: Approval, by: User, now: datetime) -> None:
    """A second person has refused it: it is dropped."""
    with transaction.atomic():
        _drop(int(approval.object_id), by=by, now=now, reason=approval.reason)


def note_withdrawal(approval: Approval, by: User, now: datetime) -> None:
    """Nobody will decide about it: it is dropped."""
    with transaction.atomic():
        _drop(int(approval.object_id), by=by, now=now, reason=approval.ended_because)


def _drop_earlier(message_ids: Collection[int], *, by: User, now: datetime) -> None:
    """Drop what another correction of one of these messages takes the place of."""
    reason = _("Another correction of the same messages was written instead.")
    for earlier in open_corrections(message_ids):
        void_requests(kind=SEND_CORRECTION, object_id=earlier.pk, by=by, now=now)
        _drop(earlier.pk, by=by, now=now, reason=reason)


def _drop(correction_id: int, *, by: User, now: datetime, reason: str) -> str:
    """Drop what is not sent; the state it has then."""
    correction = Correction.objects.select_for_update().get(pk=correction_id)
    if correction.state in UNSENT:
        before = correction.state
        correction.state = State.DROPPED
        correction.save(update_fields=["state"])
        audit.record(
            correction, "drop-correction", by=by, now=now, before={"state": before}, reason=reason
        )
    return correction.state


def _start(correction: Correction, *, by: User, now: datetime) -> Job:
    return start_job(kind=JOB, payload={"correction": correction.pk}, by=by, now=now)


def _send(
    correction: Correction, *, by: User | None, now: datetime, tell: Tell = unwatched
) -> None:
    wrong: dict[int, Message] = {}
    left = correction.messages.select_related("person").defer("body")
    for message in left.order_by("pk"):
        wrong[message.person_id] = message  # of several, the newest
    tellings = (_telling(correction, message) for message in wrong.values())
    queue_watched(tellings, kind=KIND, total=len(wrong), now=now, tell=tell)
    correction.state, correction.sent_at = State.SENT, now
    correction.save(update_fields=["state", "sent_at"])
    audit.record(
        correction,
        "send-correction",
        by=by,
        now=now,
        after={"kind": correction.kind, "people": len(wrong)},
    )


def _why_not(correction: Correction) -> str:
    """Why it is not in the state in which it could go on."""
    return {
        State.DRAFT.value: _("A second person has not agreed to it."),
        State.AGREED.value: _("A second person has agreed to it already."),
        State.SENT.value: _("This correction has been sent already."),
        State.DROPPED.value: _("It was dropped. Write it again."),
    }[correction.state]


def _telling(correction: Correction, message: Message) -> Telling:
    chinese = message.person.language == Language.TRADITIONAL_CHINESE
    return Telling(
        person=message.person,
        kind=KIND,
        run=f"correction:{correction.pk}",
        variables={
            "text": correction.text_zh if chinese else correction.text_en,
            "wrong_subject": message.subject,
            "wrong_at": message.sent_at or message.queued_at,
        },
        corrects=message.pk,
    )


def _payload(correction: Correction) -> dict[str, Any]:
    ids = sorted(correction.messages.values_list("pk", flat=True))
    text = {"en": correction.text_en, "zh": correction.text_zh}
    return {
        "kind": correction.kind,
        "people": correction.people,
        "messages": digest_of({"ids": ids}),
        "text": digest_of(text),
    }
