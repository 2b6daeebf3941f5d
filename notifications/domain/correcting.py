"""A wrong message has left: tell the people who got it what is right, and keep what happened."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce, Length, NullIf
from django.utils.translation import gettext as _

from accounts.bulk import insert_rows
from accounts.domain import audit
from accounts.domain.approvals import (
    digest_of,
    one_at_a_time,
    request_approval,
)
from accounts.domain.jobs import Tell, unwatched
from accounts.errors import Refused
from accounts.languages import NAMES, Language
from accounts.models import User
from notifications import kinds
from notifications.domain.agreed import ENDED, Life
from notifications.domain.outbox import Telling
from notifications.domain.watching import queue_watched
from notifications.models import ONE_PERSON_DECIDES, Corrected, Correction, Message
from notifications.previews import Sample
from notifications.queries import open_corrections
from notifications.texts import Shelf

KIND = "correction"
State = Correction.State

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
        one_at_a_time(CORRECTIONS.kind, "")
        # Before the messages are locked: a worker that sends one holds it, then needs those.
        for earlier in open_corrections(message_ids):
            reason = _("Another correction of the same messages was written instead.")
            CORRECTIONS.give_up(pk=earlier.pk, reason=reason, by=by, now=now)
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
            after=_noted(correction),
            reason=incident,
        )
        if correction.people > ONE_PERSON_DECIDES:
            request_approval(
                kind=CORRECTIONS.kind,
                object_id=correction.pk,
                payload=CORRECTIONS.payload(correction),
                by=by,
                now=now,
                reason=incident,
            )
        else:
            _send(correction, by, now)
        return correction


def _send(correction: Correction, by: User | None, now: datetime, tell: Tell = unwatched) -> int:
    """Write the letters and mark it sent; how many they are. The row is locked."""
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
    return len(wrong)


def _noted(correction: Correction) -> dict[str, Any]:
    return {"kind": correction.kind, "people": correction.people}


def _why_not(correction: Correction) -> str:
    """Why it is not in the state in which it could go on."""
    return {
        State.DRAFT.value: _("A second person has not agreed to it."),
        State.AGREED.value: _("A second person has agreed to it already."),
        State.SENT.value: _("This correction has been sent already."),
        State.DROPPED.value: _("It was dropped. Write it again."),
    }[correction.state]


def preview(correction: Correction) -> list[Sample]:
    """The whole letter, in both languages, as up to three of its people would get it.

    Nothing, once it is sent or dropped: by then it may be written otherwise.
    """
    if correction.state in ENDED:
        return []
    shelf = Shelf({KIND})
    samples = []
    for message, why in _tried(correction):
        name = str(message.person)
        for language in kinds.languages():
            facts = {"name": name, "site_url": settings.SITE_URL}
            facts |= _variables(correction, message, language)
            text = shelf.take(KIND, language).render(KIND, language, facts)
            samples.append(Sample(name, why, language, text))
    return samples


def _tried(correction: Correction) -> list[tuple[Message, str]]:
    """Of its wrong messages those of the longest name, and of one reader of each language."""
    wrong = correction.messages.select_related("person").defer("body").order_by("-pk")
    called = Coalesce(NullIf("person__preferred_name", Value("")), "person__email")
    by_length = wrong.order_by(Length(called).desc(), "-pk")
    wanted = [
        (_("the longest name"), by_length),
        *(
            (_("reads %(language)s") % {"language": name}, wrong.filter(person__language=language))
            for language, name in NAMES.items()
        ),
    ]
    tried: dict[int, tuple[Message, str]] = {}
    for why, candidates in wanted:
        if message := candidates.exclude(person__in=tried).first():
            tried[message.person_id] = message, why
    return list(tried.values())


def _telling(correction: Correction, message: Message) -> Telling:
    return Telling(
        person=message.person,
        kind=KIND,
        run=f"correction:{correction.pk}",
        variables=_variables(correction, message, message.person.language),
        corrects=message.pk,
    )


def _variables(correction: Correction, message: Message, language: str) -> dict[str, Any]:
    chinese = language == Language.TRADITIONAL_CHINESE
    return {
        "text": correction.text_zh if chinese else correction.text_en,
        "wrong_subject": message.subject,
        "wrong_at": message.sent_at or message.queued_at,
    }


def _content(correction: Correction, messages: Collection[int]) -> dict[str, Any]:
    text = {"en": correction.text_en, "zh": correction.text_zh}
    return {
        "kind": correction.kind,
        "people": correction.people,
        "messages": digest_of({"ids": sorted(messages)}),
        "text": digest_of(text),
    }


CORRECTIONS = Life(
    model=Correction,
    name="correction",
    asked=State.DRAFT.value,
    refused=State.DROPPED.value,
    frozen="messages",
    content=_content,
    letter=lambda _correction: KIND,
    fill=_send,
    noted=_noted,
    why_not=_why_not,
    refusal=UnableToCorrect,
)
