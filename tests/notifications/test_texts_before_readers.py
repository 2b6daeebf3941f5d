"""Versions from before each language had its reader: what was decided stays, what waits, waits."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps
from django.utils import timezone

from accounts.domain.audit import fact_of
from accounts.models import Approval, AuditEvent, User
from accounts.queries import approvals_waiting_for
from notifications.models import LetterText
from tests.notifications.texts import read_both

pytestmark = pytest.mark.django_db
BEFORE = [("notifications", "0009_message_until")]
SAYS = dict.fromkeys(("subject_en", "body_en", "subject_zh", "body_zh"), "{{ name }}")


@pytest.fixture
def asked_at() -> datetime:
    return timezone.now().replace(microsecond=0) - timedelta(hours=1)


def backward() -> StateApps:
    """The tables as they were. All of it is in the test's transaction, which is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return MigrationExecutor(connection).migrate(BEFORE).apps


def forward() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("notifications"))


def write(before: StateApps, kind: str, by: User, at: datetime, **decided: Any) -> int:
    """A version, and the one request about both of its languages."""
    text = before.get_model("notifications", "LetterText").objects.create(
        kind=kind, number=1, why="x", written_by_id=by.pk, written_at=at, **SAYS
    )
    before.get_model("accounts", "Approval").objects.create(
        kind="use-letter",
        object_id=str(text.pk),
        digest="0" * 64,
        requested_by_id=by.pk,
        requested_at=at,
        expires_at=at + timedelta(hours=72),
        **decided,
    )
    return int(text.pk)


def test_what_was_decided_stays_and_what_waits_waits(staff: list[User], asked_at: datetime) -> None:
    writer, second = staff
    before = backward()
    done = {"decided_by_id": second.pk, "decided_at": asked_at}
    approved = write(before, "place-offered", writer, asked_at, state="approved", **done)
    before.get_model("notifications", "LetterText").objects.filter(pk=approved).update(
        approved_by=second.pk, approved_at=asked_at
    )
    wrong = "It says eight days."
    write(before, "place-reserve", writer, asked_at, state="refused", reason=wrong, **done)
    write(before, "final-reserve", writer, asked_at - timedelta(hours=72))
    waits = write(before, "place-not-selected", writer, asked_at)

    forward()

    used = LetterText.objects.get(kind="place-offered")
    assert (used.read_en_by, used.read_zh_by) == (second, second)
    assert used.read_en_at == used.read_zh_at == used.approved_at == asked_at
    refused = LetterText.objects.get(kind="place-reserve")
    assert (refused.refused_by, refused.refused_at) == (second, asked_at)
    assert (refused.refused_language, refused.refused_why) == ("", wrong)
    now_waiting = approvals_waiting_for(second, timezone.now()).order_by("kind")
    assert [(one.kind, one.object_id) for one in now_waiting] == [
        ("read-letter-en", str(waits)),
        ("read-letter-zh", str(waits)),
    ]
    assert {one.expires_at for one in now_waiting} == {asked_at + timedelta(hours=72)}
    assert not approvals_waiting_for(writer, timezone.now()).exists()
    assert Approval.objects.get(kind="use-letter", object_id=waits).state == "void"
    events = AuditEvent.objects.filter(object_type="accounts.approval").order_by("pk")
    assert [one.verb for one in events] == ["void-approval", *["request-approval"] * 2]
    assert all(one.digest == fact_of(one).digest() for one in events)

    read_both(LetterText.objects.get(pk=waits), second, asked_at + timedelta(minutes=1))
    back = backward().get_model("notifications", "LetterText").objects.get(pk=waits)

    assert (back.approved_by_id, back.approved_at) == (second.pk, asked_at + timedelta(minutes=1))
    forward()
