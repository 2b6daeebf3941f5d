"""A correction to many that is given up, refused or withdrawn is dropped, and never sent."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.domain.approvals import VALID_FOR, clear_lapsed, withdraw_request
from accounts.models import Approval, AuditEvent, Job, User
from accounts.roles import Role
from applications.models import Cohort
from dtt.play.people import make_user
from notifications.domain.correcting import (
    CORRECTIONS,
    UnableToCorrect,
    write_correction,
)
from notifications.models import Correction, Message
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
from tests.parallel import at_once
from tests.walk import signed_in
from tests.work import do_the_work

pytestmark = pytest.mark.django_db
LATE = timedelta(days=4)
DROP = "Drop it"


@pytest.fixture
def correction(staff: list[User], cohort: Cohort, now: datetime) -> Correction:
    """To twenty-one people, of something that has left; asked for and not agreed to."""
    crowd(cohort, 21, now=now)
    agreed_and_sent(confirm(notice(cohort, staff[0], now), now), staff[1], now)
    send(now + HOLD)
    return write_correction(
        message_ids=list(letters().values_list("pk", flat=True)),
        text_en="It is room 6.",
        text_zh="是六號課室。",
        incident="typed the wrong room",
        by=staff[0],
        now=now,
    )


def request_of(correction: Correction) -> Approval:
    return Approval.objects.get(kind="send-correction", object_id=str(correction.pk))


def drop(correction: Correction, by: User, now: datetime) -> None:
    CORRECTIONS.drop(pk=correction.pk, reason="written anew", by=by, now=now)


def drops() -> list[tuple[User | None, object, str]]:
    events = AuditEvent.objects.filter(verb="drop-correction").order_by("id")
    return [(one.actor, one.before, one.reason) for one in events]


def state(correction: Correction) -> str:
    correction.refresh_from_db()
    return correction.state


def corrected() -> int:
    return Message.objects.filter(kind="correction").count()


def page_of(correction: Correction, reader: User, now: datetime) -> str:
    with time_machine.travel(now, tick=False):
        address = reverse("admin:notifications_correction_change", args=[correction.pk])
        return signed_in(reader).get(address).content.decode()


def test_what_waits_for_a_second_person_is_dropped_and_nobody_decides_it(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    for _twice in range(2):
        drop(correction, staff[0], now)

    assert (state(correction), request_of(correction).state) == ("dropped", "void")
    assert drops() == [(staff[0], {"state": "draft"}, "written anew")]
    with pytest.raises(UnableToCorrect, match="It was dropped"):
        CORRECTIONS.try_again(pk=correction.pk, by=staff[0], now=now)
    with pytest.raises(UnableToCorrect, match="It was dropped"):
        CORRECTIONS.send(pk=correction.pk, by=staff[0], now=now)


def test_what_was_agreed_to_is_dropped_before_the_worker_comes_and_is_not_sent(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    agree_to(correction, staff[1], now)

    drop(correction, staff[0], now)

    assert do_the_work(now) == ["failed"]
    assert Job.objects.order_by("-pk")[0].error == "It was dropped. Write it again."
    assert (state(correction), corrected()) == ("dropped", 0)
    assert drops() == [(staff[0], {"state": "agreed"}, "written anew")]


def test_what_has_been_sent_is_not_dropped(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    agree_to(correction, staff[1], now)
    do_the_work(now)

    with pytest.raises(UnableToCorrect, match="sent already"):
        drop(correction, staff[0], now)

    assert (state(correction), corrected(), drops()) == ("sent", 21, [])
    assert DROP not in page_of(correction, staff[0], now)


def test_refusing_the_request_drops_it(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    agree_to(correction, staff[1], now, approve=False)

    assert (state(correction), drops()) == ("dropped", [(staff[1], {"state": "draft"}, "No.")])


def test_withdrawing_the_request_drops_it(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    asked = request_of(correction)

    withdraw_request(approval_id=asked.pk, reason="Room 7.", by=staff[0], now=now)

    assert (state(correction), drops()) == ("dropped", [(staff[0], {"state": "draft"}, "Room 7.")])


def test_clearing_a_lapsed_request_drops_it(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    clear_lapsed(approval_id=request_of(correction).pk, by=staff[1], now=now + VALID_FOR)

    assert state(correction) == "dropped"
    assert drops() == [(staff[1], {"state": "draft"}, "Nobody decided in time.")]


def test_a_worker_that_comes_four_days_late_leaves_a_correction_that_is_dropped_on_its_page(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    agree_to(correction, staff[1], now)
    assert do_the_work(now + LATE) == ["failed"]
    address = reverse("admin:notifications_correction_drop", args=[correction.pk])
    auditor = make_user("auditor@staff.dtt.example", Role.AUDITOR, now=now)

    offered = [address in page_of(correction, who, now + LATE) for who in (staff[0], auditor)]
    with time_machine.travel(now + LATE, tick=False):
        browser = signed_in(staff[0])
        silent = browser.post(address, {"reason": " "})
        dropped = browser.post(address, {"reason": "written anew"}, follow=True)
        again = browser.get(address)

    assert (offered, silent.status_code) == ([True, False], 422)
    assert "Dropped. Nobody gets it." in dropped.content.decode()
    assert "It can no longer be dropped." in again.content.decode()
    assert (state(correction), address in dropped.content.decode()) == ("dropped", False)


@pytest.mark.django_db(transaction=True)
def test_what_is_dropped_agreed_to_and_withdrawn_at_once_is_not_sent(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    asked = request_of(correction)

    done = at_once(
        [
            lambda: drop(correction, staff[0], now),
            lambda: agree_to(correction, staff[1], now),
            lambda: withdraw_request(approval_id=asked.pk, by=staff[0], now=now),
            lambda: drop(correction, staff[1], now),
        ]
    )

    assert (done[0], done[3], state(correction)) == ("done", "done", "dropped")
    assert (done[1], done[2]) in (
        ("done", "UnableToEnd"),
        ("UnableToApprove", "done"),
        ("UnableToApprove", "UnableToEnd"),
    )
    do_the_work(now)
    assert (corrected(), len(drops())) == (0, 1)
