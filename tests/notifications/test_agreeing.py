"""Staff write to many: who agrees, and that what was agreed to is sent, once."""

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.domain.approvals import UnableToApprove, clear_lapsed, withdraw_request
from accounts.models import Approval, AuditEvent, User
from applications.models import Cohort, Stage
from notifications.domain.announced import UnableToAnnounce
from notifications.domain.announcing import VALID_FOR
from notifications.domain.mending import These, recall
from notifications.domain.sending import ANNOUNCEMENTS
from notifications.models import Addressee, Announcement
from tests.notifications.announcements import (
    HOLD,
    SECOND,
    agreed,
    agreed_and_sent,
    confirm,
    crowd,
    letters,
    notice,
    request_for,
    send,
    state,
    told,
)

pytestmark = pytest.mark.django_db


# ---- who agrees ----------------------------------------------------------------------------------


def test_to_twenty_people_one_person_decides(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 20, now=now)

    done = confirm(notice(cohort, staff[0], now), now)

    assert (done.state, len(told()), Approval.objects.count()) == ("sent", 20, 0)
    with pytest.raises(UnableToAnnounce, match="sent already"):
        confirm(done, now)
    assert len(told()) == 20


def test_to_more_than_twenty_a_second_person_must_agree_and_the_asker_cannot(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    written = notice(cohort, staff[0], now)

    asked = confirm(written, now)

    assert (asked.state, told()) == ("asked", [])
    with pytest.raises(UnableToAnnounce, match="asked about it already"):
        confirm(written, now)
    with pytest.raises(UnableToApprove):
        agreed(written, staff[0], now)
    assert told() == []
    assert agreed_and_sent(written, staff[1], now + SECOND) == ["done"]
    done = Announcement.objects.get(pk=written.pk)
    assert (done.state, done.approved_by, done.told, len(told())) == ("sent", staff[1], 21, 21)
    with pytest.raises(UnableToApprove):
        agreed(written, staff[1], now + SECOND)


@pytest.mark.parametrize("lapsed", [False, True])
def test_a_request_that_is_withdrawn_or_cleared_drops_what_was_written(
    staff: list[User], cohort: Cohort, now: datetime, lapsed: bool
) -> None:
    crowd(cohort, 21, now=now)
    written = notice(cohort, staff[0], now)
    confirm(written, now)
    asked = Approval.objects.get(object_id=str(written.pk))

    if lapsed:
        clear_lapsed(approval_id=asked.pk, by=staff[1], now=asked.expires_at)
    else:
        withdraw_request(approval_id=asked.pk, reason="A slip.", by=staff[0], now=now)

    assert (state(written), told()) == ("dropped", [])
    event = AuditEvent.objects.get(verb="drop-announcement")
    assert event.actor == (staff[1] if lapsed else staff[0])


def test_the_database_itself_wants_a_second_person_for_many(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    written = notice(cohort, staff[0], now)
    row = Announcement.objects.filter(pk=written.pk)

    for by in ({}, {"approved_by": staff[0]}):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.update(state="sent", sent_at=now, told=21, **by)


def test_a_refused_one_is_never_sent(staff: list[User], cohort: Cohort, now: datetime) -> None:
    crowd(cohort, 21, now=now)
    written = notice(cohort, staff[0], now)
    confirm(written, now)

    agreed(written, staff[1], now, approve=False)

    assert (state(written), told()) == ("refused", [])
    with pytest.raises(UnableToAnnounce, match="refused it"):
        confirm(written, now)
    with pytest.raises(UnableToAnnounce):
        ANNOUNCEMENTS.drop(pk=written.pk, reason="x", by=staff[0], now=now)


def test_a_request_lapses_after_three_days_and_so_does_a_draft(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    asked, draft = (notice(cohort, staff[0], now) for _ in range(2))
    confirm(asked, now + VALID_FOR - SECOND)

    with pytest.raises(UnableToAnnounce, match="more than three days"):
        confirm(draft, now + VALID_FOR)
    with pytest.raises(UnableToApprove, match="lapsed"):
        agreed(asked, staff[1], now + 2 * VALID_FOR - SECOND)
    assert told() == []


def test_only_its_writer_confirms_it_and_with_the_right_number(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 3, now=now)
    written = notice(cohort, staff[0], now)

    with pytest.raises(UnableToAnnounce, match="not the number"):
        confirm(written, now, count=4)
    with pytest.raises(UnableToAnnounce, match="person who wrote it"):
        confirm(written, now, by=staff[1])

    assert (state(written), told()) == ("draft", [])


def test_what_is_dropped_can_be_neither_confirmed_nor_agreed_to(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    written = notice(cohort, staff[0], now)
    confirm(written, now)

    ANNOUNCEMENTS.drop(pk=written.pk, reason="wrong room", by=staff[1], now=now)

    assert (state(written), request_for(written).state) == ("dropped", "void")
    with pytest.raises(UnableToApprove):
        agreed(written, staff[1], now)
    with pytest.raises(UnableToAnnounce, match="dropped"):
        confirm(written, now)


def test_writing_it_anew_drops_what_waited(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    first = notice(cohort, staff[0], now)
    confirm(first, now)

    second = notice(cohort, staff[0], now, instead_of=first.pk, body_en="Room 6.")

    assert (state(first), request_for(first).state, state(second)) == ("dropped", "void", "draft")


# ---- what was agreed to is what is sent ----------------------------------------------------------


def test_what_was_written_and_to_whom_never_changes(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 2, now=now)
    outsider = User.objects.create_user("outsider@people.example")
    written = notice(cohort, staff[0], now)
    row = Announcement.objects.filter(pk=written.pk)
    changes = ({"body_en": "other"}, {"people": 3}, {"category": "marketing"}, {"digest": "0"})

    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            row.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Addressee.objects.filter(announcement=written).update(person=outsider)
    confirm(written, now)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.update(state="draft", sent_at=None, told=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        Addressee.objects.create(announcement=written, person=outsider)


@pytest.mark.parametrize("what", ["body_zh", "parameters", "addressee", "erased"])
def test_what_was_changed_behind_our_back_is_not_sent(
    what: str, staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 2, now=now, letter="f", stage=Stage.FINALIST)
    crowd(cohort, 21, now=now)
    draft, asked = notice(cohort, staff[0], now, Stage.FINALIST), notice(cohort, staff[0], now)
    confirm(asked, now)

    tamper(draft, what)
    tamper(asked, what)

    with pytest.raises(UnableToAnnounce, match="content has changed"):
        confirm(draft, now)
    with pytest.raises(UnableToAnnounce, match="content has changed"):
        agreed(asked, staff[1], now)
    assert (told(), state(asked)) == ([], "asked")


def tamper(announcement: Announcement, what: str) -> None:
    """As somebody with the database in their hands would, around its triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
    if what == "addressee":
        somebody = User.objects.exclude(pk__in=announcement.addressees.values("person"))
        Addressee.objects.create(announcement=announcement, person=somebody[0])
    elif what == "erased":
        announcement.addressees.order_by("pk")[0].delete()
    else:
        value: Any = "六號課室。" if what == "body_zh" else announcement.parameters | {"more": 1}
        Announcement.objects.filter(pk=announcement.pk).update(**{what: value})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_what_is_taken_back_in_the_hold_is_never_sent(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 3, now=now)
    done = confirm(notice(cohort, staff[0], now), now)

    recall(these=These(run=done.run), by=staff[0], reason="wrong room", now=now)

    assert send(now + HOLD) == 0
    assert set(letters().values_list("state", flat=True)) == {"recalled"}


def test_who_wrote_confirmed_agreed_and_why_is_in_the_trail(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    written = notice(cohort, staff[0], now)
    confirm(written, now)
    agreed_and_sent(written, staff[1], now)

    events = AuditEvent.objects.filter(
        object_type="notifications.announcement", object_id=str(written.pk)
    ).order_by("id")
    assert [(one.verb, one.actor, one.reason) for one in events] == [
        ("write-announcement", staff[0], "the pipe burst"),
        ("confirm-announcement", staff[0], "the pipe burst"),
        ("agree-to-announcement", staff[1], ""),
        ("send-announcement", staff[1], "the pipe burst"),
    ]
    assert {one.after["digest"] for one in events} == {written.digest}
    assert events[3].after["letters"] == 21


def test_a_crowd_costs_no_query_a_person(staff: list[User], cohort: Cohort, now: datetime) -> None:
    counts = []
    for size, letter, stage in ((3, "f", Stage.FINALIST), (20, "p", Stage.PLACE_CONFIRMED)):
        crowd(cohort, size, now=now, letter=letter, stage=stage)
        with CaptureQueriesContext(connection) as queries:
            confirm(notice(cohort, staff[0], now, stage), now)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert len(told()) == 23
