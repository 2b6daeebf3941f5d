"""A wrong message has left: tell the people who got it what is right, and keep what happened."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.domain.approvals import digest_of, request_approval
from accounts.errors import Refused
from accounts.languages import Language
from accounts.models import Approval, User
from notifications.domain.outbox import Telling, queue
from notifications.models import ONE_PERSON_DECIDES, Correction, Message

SEND_CORRECTION = "send-correction"

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
    to more, when a second person has agreed.

    Raises:
        UnableToCorrect: messages of several kinds, or one that nobody has been told.
    """
    with transaction.atomic():
        messages = list(
            Message.objects.select_for_update().filter(pk__in=message_ids).order_by("pk")
        )
        if not messages:
            raise UnableToCorrect(_("Choose the messages that were wrong."))
        if len({message.kind for message in messages}) > 1:
            raise UnableToCorrect(_("Choose messages of one kind: each gets its own correction."))
        if any(message.state not in MAY_BE_CORRECTED for message in messages):
            raise UnableToCorrect(
                _("Some of these have not left. Take those back instead of correcting them.")
            )
        correction = Correction.objects.create(
            kind=messages[0].kind,
            people=len({message.person_id for message in messages}),
            text_en=text_en,
            text_zh=text_zh,
            incident=incident,
            written_by=by,
            written_at=now,
        )
        correction.messages.set(messages)
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


def send_approved(approval: Approval, by: User, now: datetime) -> None:
    """Send a correction to many, as a second person agreed to it."""
    with transaction.atomic():
        correction = Correction.objects.select_for_update().get(pk=approval.object_id)
        if correction.state != Correction.State.DRAFT:
            raise UnableToCorrect(_("This correction has been sent already."))
        if approval.payload != _payload(correction):
            raise UnableToCorrect(_("The content has changed since approval was asked for."))
        _send(correction, by=by, now=now)


def _send(correction: Correction, *, by: User, now: datetime) -> None:
    wrong: dict[int, Message] = {}
    for message in correction.messages.select_related("person").order_by("pk"):
        wrong[message.person_id] = message  # of several, the newest
    queue((_telling(correction, message) for message in wrong.values()), now=now)
    correction.state, correction.sent_at = Correction.State.SENT, now
    correction.save(update_fields=["state", "sent_at"])
    audit.record(
        correction,
        "send-correction",
        by=by,
        now=now,
        after={"kind": correction.kind, "people": len(wrong)},
    )


def _telling(correction: Correction, message: Message) -> Telling:
    chinese = message.person.language == Language.TRADITIONAL_CHINESE
    return Telling(
        person=message.person,
        kind="correction",
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
