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
KIND = "place-reserve"


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


def write(before: StateApps, number: int, by: User, at: datetime, **decided: Any) -> int:
    """A version, and the one request about both of its languages."""
    text = before.get_model("notifications", "LetterText").objects.create(
        kind=KIND, number=number, why="x", written_by_id=by.pk, written_at=at, **SAYS
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


def test_who_approved_a_version_has_read_both_languages(
    staff: list[User], asked_at: datetime
) -> None:
    writer, second = staff
    before = backward()
    done = {"state": "approved", "decided_by_id": second.pk, "decided_at": asked_at}
    text = write(before, 1, writer, asked_at, **done)
    before.get_model("notifications", "LetterText").objects.filter(pk=text).update(
        approved_by=second.pk, approved_at=asked_at
    )

    forward()

    used = LetterText.objects.get(pk=text)
    assert (used.read_en_by, used.read_zh_by) == (second, second)
    assert used.read_en_at == used.read_zh_at == used.approved_at == asked_at


def test_a_version_that_was_refused_stays_refused_and_says_why(
    staff: list[User], asked_at: datetime
) -> None:
    before = backward()
    done = {"state": "refused", "decided_by_id": staff[1].pk, "decided_at": asked_at}
    text = write(before, 1, staff[0], asked_at, reason="It says eight days.", **done)

    forward()

    refused = LetterText.objects.get(pk=text)
    assert (refused.refused_by, refused.refused_at) == (staff[1], asked_at)
    assert (refused.refused_language, refused.refused_why) == ("", "It says eight days.")


def test_a_version_that_waits_is_asked_for_by_language_until_the_same_instant(
    staff: list[User], asked_at: datetime
) -> None:
    text = write(backward(), 1, staff[0], asked_at)

    forward()

    old = Approval.objects.get(kind="use-letter")
    waiting = approvals_waiting_for(staff[1], timezone.now()).order_by("kind")
    assert old.state == "void"
    assert [one.kind for one in waiting] == ["read-letter-en", "read-letter-zh"]
    assert {one.expires_at for one in waiting} == {asked_at + timedelta(hours=72)}
    assert not approvals_waiting_for(staff[0], timezone.now()).exists()
    events = AuditEvent.objects.filter(object_type="accounts.approval").order_by("pk")
    assert [one.verb for one in events] == ["void-approval", *["request-approval"] * 2]
    assert all(one.digest == fact_of(one).digest() for one in events)
    read_both(LetterText.objects.get(pk=text), staff[1], timezone.now())
    assert LetterText.objects.get().approved_at is not None


def test_a_version_that_nobody_approved_in_time_is_not_asked_for_again(
    staff: list[User], asked_at: datetime
) -> None:
    write(backward(), 1, staff[0], asked_at - timedelta(hours=72))

    forward()

    assert list(Approval.objects.values_list("kind", flat=True)) == ["use-letter"]
    assert not approvals_waiting_for(staff[1], timezone.now()).exists()


def test_the_way_back_keeps_who_read_last_as_who_approved(
    staff: list[User], asked_at: datetime
) -> None:
    before = backward()
    text = write(before, 1, staff[0], asked_at)
    forward()
    read_both(LetterText.objects.get(pk=text), staff[1], asked_at)

    back = backward().get_model("notifications", "LetterText").objects.get(pk=text)

    assert (back.approved_by_id, back.approved_at) == (staff[1].pk, asked_at)
    forward()
