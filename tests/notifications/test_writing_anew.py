"""One message has at most one correction that is still to be sent: the last that was written."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps
from django.utils import timezone

from accounts.domain.audit import fact_of
from accounts.domain.jobs import run_job
from accounts.models import Approval, AuditEvent, Job, User
from applications.models import Cohort
from notifications.domain.correcting import CORRECTIONS, write_correction
from notifications.models import Corrected, Correction, Message
from tests.notifications.announcements import (
    HOLD,
    agree_to,
    agreed_and_sent,
    confirm,
    crowd,
    letters,
    notice,
    send,
)
from tests.parallel import at_once, results_at_once
from tests.work import do_the_work

pytestmark = pytest.mark.django_db
INSTEAD = "Another correction of the same messages was written instead."


@pytest.fixture
def wrong(staff: list[User], cohort: Cohort, now: datetime) -> list[int]:
    """Twenty-two messages that have left, of whom each correction below leaves one out."""
    crowd(cohort, 22, now=now)
    agreed_and_sent(confirm(notice(cohort, staff[0], now), now), staff[1], now)
    send(now + HOLD)
    return list(letters().order_by("pk").values_list("pk", flat=True))


def write(messages: Sequence[int], by: User, now: datetime, room: int = 6) -> Correction:
    return write_correction(
        message_ids=list(messages),
        text_en=f"It is room {room}.",
        text_zh=f"是 {room} 號課室。",
        incident="typed the wrong room",
        by=by,
        now=now,
    )


def states() -> list[str]:
    return list(Correction.objects.order_by("pk").values_list("state", flat=True))


def requests() -> list[str]:
    asked = Approval.objects.filter(kind="send-correction").order_by("pk")
    return list(asked.values_list("state", flat=True))


def drops() -> list[tuple[User | None, str, object, str]]:
    events = AuditEvent.objects.filter(verb="drop-correction").order_by("id")
    return [(one.actor, one.object_id, one.before, one.reason) for one in events]


def corrected() -> int:
    return Message.objects.filter(kind="correction").count()


def open_rows() -> set[int]:
    rows = Corrected.objects.filter(is_open=True)
    return set(rows.values_list("correction", flat=True))


# ---- the verb ------------------------------------------------------------------------------------


@pytest.mark.parametrize("agreed", [False, True])
def test_writing_anew_drops_the_earlier_one_that_is_not_sent(
    agreed: bool, staff: list[User], wrong: list[int], now: datetime
) -> None:
    first = write(wrong[:21], staff[0], now)
    if agreed:
        agree_to(first, staff[1], now)

    second = write(wrong[1:], staff[1], now, room=7)

    before = {"state": "agreed" if agreed else "draft"}
    assert states() == ["dropped", "draft"]
    assert requests() == ["approved" if agreed else "void", "requested"]
    assert drops() == [(staff[1], str(first.pk), before, INSTEAD)]
    assert open_rows() == {second.pk}
    agree_to(second, staff[0], now)
    assert do_the_work(now) == (["failed", "done"] if agreed else ["done"])
    assert (states(), corrected()) == (["dropped", "sent"], 21)
    assert set(Message.objects.filter(kind="correction").values_list("run", flat=True)) == {
        f"correction:{second.pk}"
    }


def test_a_few_who_are_told_at_once_are_not_told_the_earlier_words_later(
    staff: list[User], wrong: list[int], now: datetime
) -> None:
    first = write(wrong, staff[0], now)

    write(wrong[:2], staff[0], now, room=7)

    assert (states(), requests(), corrected()) == (["dropped", "sent"], ["void"], 2)
    assert drops() == [(staff[0], str(first.pk), {"state": "draft"}, INSTEAD)]
    assert open_rows() == set()


def test_what_has_been_sent_stays_sent_and_other_messages_stay_out_of_it(
    staff: list[User], wrong: list[int], now: datetime
) -> None:
    write(wrong[:3], staff[0], now)
    write(wrong[3:5], staff[0], now)

    write(wrong[:2], staff[0], now, room=7)

    assert (states(), drops(), corrected()) == (["sent", "sent", "sent"], [], 7)


# ---- the database --------------------------------------------------------------------------------


def test_the_database_itself_has_one_open_correction_of_a_message(
    staff: list[User], wrong: list[int], now: datetime
) -> None:
    first = write(wrong[:21], staff[0], now)
    again = {"kind": first.kind, "people": 1, "written_by": staff[0], "written_at": now}

    with pytest.raises(IntegrityError, match="one_open_correction"), transaction.atomic():
        Correction.objects.create(**again).messages.add(wrong[0])
    sent = Correction.objects.create(**again, state="sent", sent_at=now)
    sent.messages.add(wrong[0])
    with pytest.raises(IntegrityError, match="one_open_correction"), transaction.atomic():
        Correction.objects.filter(pk=sent.pk).update(state="draft")
    CORRECTIONS.drop(pk=first.pk, reason="x", by=staff[0], now=now)
    Correction.objects.filter(pk=sent.pk).update(state="draft")

    assert open_rows() == {sent.pk}


def backward() -> StateApps:
    """The tables as they were. All of it is in the test's transaction, which is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return (
        MigrationExecutor(connection).migrate([("notifications", "0014_corrections_dropped")]).apps
    )


def forward() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("notifications"))


def test_of_several_that_wait_from_before_the_last_written_stays(
    staff: list[User], wrong: list[int], now: datetime
) -> None:
    at = timezone.now().replace(microsecond=0) - timedelta(hours=1)
    before = backward()
    rows, asked = (
        before.get_model(*name.split("."))
        for name in ("notifications.Correction", "accounts.Approval")
    )
    written = []
    for state, messages in (
        ("draft", wrong[:3]),
        ("agreed", wrong[2:5]),
        ("sent", wrong),
        ("draft", wrong[4:6]),
        ("draft", wrong[6:]),
    ):
        row = rows.objects.create(
            kind="programme-notice",
            people=21,
            state=state,
            sent_at=at if state == "sent" else None,
            written_by_id=staff[0].pk,
            written_at=at,
        )
        row.messages.add(*messages)
        written.append(row.pk)
        if state == "draft":
            asked.objects.create(
                kind="send-correction",
                object_id=str(row.pk),
                digest="0" * 64,
                requested_by_id=staff[0].pk,
                requested_at=at,
                expires_at=at + timedelta(hours=72),
            )

    forward()

    assert states() == ["dropped", "dropped", "sent", "draft", "draft"]
    assert open_rows() == set(written[3:])
    assert requests() == ["void", "requested", "requested"]
    why = "A newer correction of the same messages was written."
    assert drops() == [
        (None, str(written[0]), {"state": "draft"}, why),
        (None, str(written[1]), {"state": "agreed"}, why),
    ]
    events = AuditEvent.objects.filter(verb__in=("drop-correction", "void-approval"))
    assert all(one.digest == fact_of(one).digest() for one in events)

    back = backward().get_model("notifications", "Correction").objects.order_by("pk")

    assert [(one.state, one.messages.count()) for one in back] == [
        ("dropped", 3),
        ("dropped", 3),
        ("sent", 22),
        ("draft", 2),
        ("draft", 16),
    ]
    forward()


# ---- at once -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_that_are_written_at_once_one_is_dropped(
    staff: list[User], wrong: list[int], now: datetime
) -> None:
    done = at_once(
        [lambda: write(wrong[:21], staff[0], now), lambda: write(wrong[1:], staff[1], now)]
    )

    first = Correction.objects.order_by("pk")[0]
    assert (done, states()) == (["done", "done"], ["dropped", "draft"])
    assert requests() == ["void", "requested"]
    assert [one[1:] for one in drops()] == [(str(first.pk), {"state": "draft"}, INSTEAD)]


@pytest.mark.django_db(transaction=True)
def test_what_is_agreed_to_and_written_anew_at_once_is_not_sent(
    staff: list[User], wrong: list[int], now: datetime
) -> None:
    first = write(wrong, staff[0], now)

    done = at_once(
        [lambda: agree_to(first, staff[1], now), lambda: write(wrong, staff[0], now, room=7)]
    )

    assert done in (["done", "done"], ["UnableToApprove", "done"])
    assert states() == ["dropped", "draft"]
    do_the_work(now)
    assert corrected() == 0


@pytest.mark.django_db(transaction=True)
def test_of_sending_one_and_writing_it_anew_at_once_neither_waits_for_the_other_in_vain(
    staff: list[User], wrong: list[int], now: datetime
) -> None:
    for _ in range(5):
        first = write(wrong, staff[0], now)
        agree_to(first, staff[1], now)
        job = Job.objects.latest("pk")

        ended, again = results_at_once(
            [
                lambda job=job: run_job(job_id=job.pk, clock=lambda: now),
                lambda: write(wrong, staff[0], now, room=7),
            ]
        )

        first.refresh_from_db()
        told = Message.objects.filter(run=f"correction:{first.pk}").count()
        assert (ended, first.state, told) in (("done", "sent", 22), ("failed", "dropped", 0))
        assert again.state == "draft"
