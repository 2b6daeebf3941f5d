"""A letter that came back is known again by its name, wherever the mail service hands it back."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from notifications.domain.delivery import letter_of
from notifications.domain.outbox import Telling, queue
from notifications.models import AddressTrouble, Message
from notifications.returning import named_in
from tests.notifications.test_mending import SECRET, bounce, call

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("service", "call_of"),
    [
        ("postmark", lambda to, it: bounce(to) | {"Metadata": {"message": it}}),
        ("brevo", lambda to, it: of_brevo(to) | {"X-Mailin-custom": json.dumps({"message": it})}),
        ("brevo", lambda to, it: of_brevo(to) | {"message-id": f"<{it}@dtt.example>"}),
        ("mailjet", lambda to, it: of_mailjet(to) | {"Payload": json.dumps({"message": it})}),
        ("sparkpost", lambda to, it: of_sparkpost(to, {"message": it})),
    ],
)
def test_what_comes_back_is_known_as_the_letter_that_it_was(
    service: str, call_of: Any, client: Client, settings: LazySettings, now: datetime
) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    person, other = (User.objects.create_user(f"{n}@dtt.example") for n in "ab")
    first = sent_to(person, "first", now)
    sent_to(person, "newer", now)
    sent_to(other, "first", now)

    assert call(client, call_of(other.email, str(first.uuid)), service=service) == 200
    assert call(client, call_of(person.email, str(first.uuid)), service=service) == 200

    known = dict(AddressTrouble.objects.values_list("person", "message"))
    assert known == {person.pk: first.pk, other.pk: None}


def test_a_letter_asks_the_service_to_hand_its_name_back(
    settings: LazySettings, now: datetime
) -> None:
    message = sent_to(User.objects.create_user("a@dtt.example"), "r", now)
    unheard = letter_of(message).extra_headers

    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}

    asked = letter_of(message).extra_headers
    added = asked.keys() - unheard.keys()
    assert added == {"X-Mailin-custom", "X-MJ-EventPayload", "X-PM-Metadata-message", "X-MSYS-API"}
    assert all(named_in(asked[name]) == {message.uuid} for name in added)


def sent_to(person: User, run: str, now: datetime) -> Message:
    facts = {"text": "x", "wrong_subject": "y", "wrong_at": now}
    queue([Telling(person, "correction", run, facts)], now=now)
    Message.objects.filter(run=run).update(state="sent", sent_at=now)
    return Message.objects.get(run=run, person=person)


def of_brevo(address: str) -> dict[str, Any]:
    return {"event": "hard_bounce", "email": address, "message-id": "<a@b>", "ts_epoch": 1}


def of_mailjet(address: str) -> dict[str, Any]:
    return {"event": "bounce", "email": address, "time": 1, "MessageID": 7, "error": "x"}


def of_sparkpost(address: str, kept: dict[str, str]) -> list[dict[str, Any]]:
    event = {"type": "bounce", "raw_rcpt_to": address, "rcpt_meta": kept, "timestamp": "1"}
    return [{"msys": {"message_event": event | {"bounce_class": "10"}}}]
