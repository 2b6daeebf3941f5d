from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.domain.approvals import UnableToApprove, decide, is_approved, request_approval
from accounts.models import Approval, AuditEvent, User

pytestmark = pytest.mark.django_db
ASK = {"kind": "publish", "object_id": 7}


@pytest.fixture
def asker() -> User:
    return User.objects.create_user("asker@dtt.example")


@pytest.fixture
def second() -> User:
    return User.objects.create_user("second@dtt.example")


def test_a_second_person_approves_exactly_what_was_asked(
    asker: User, second: User, now: datetime
) -> None:
    asked = request_approval(**ASK, digest="a", by=asker, now=now)

    decide(approval_id=asked.pk, approve=True, digest="a", by=second, now=now)

    assert is_approved(**ASK, digest="a", now=now)
    assert not is_approved(**ASK, digest="b", now=now)
    assert list(AuditEvent.objects.order_by("id").values_list("actor__email", "verb")) == [
        ("asker@dtt.example", "request-approval"),
        ("second@dtt.example", "approved"),
    ]


def test_the_person_who_asked_cannot_approve(asker: User, now: datetime) -> None:
    asked = request_approval(**ASK, digest="a", by=asker, now=now)

    with pytest.raises(UnableToApprove, match="cannot approve"):
        decide(approval_id=asked.pk, approve=True, digest="a", by=asker, now=now)

    assert not is_approved(**ASK, digest="a", now=now)


def test_the_database_refuses_an_approval_by_the_person_who_asked(
    asker: User, now: datetime
) -> None:
    asked = request_approval(**ASK, digest="a", by=asker, now=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=asked.pk).update(state="approved", decided_by=asker)


def test_a_changed_content_voids_the_request(asker: User, second: User, now: datetime) -> None:
    asked = request_approval(**ASK, digest="a", by=asker, now=now)

    with pytest.raises(UnableToApprove, match="has changed"):
        decide(approval_id=asked.pk, approve=True, digest="b", by=second, now=now)
    request_approval(**ASK, digest="b", by=asker, now=now)

    asked.refresh_from_db()
    assert asked.state == Approval.State.VOID


@pytest.mark.parametrize(("hours", "lapsed"), [(71.99, False), (72, True)])
def test_a_request_lapses_after_72_hours(
    asker: User, second: User, now: datetime, hours: float, lapsed: bool
) -> None:
    asked = request_approval(**ASK, digest="a", by=asker, now=now)
    later = now + timedelta(hours=hours)

    if lapsed:
        with pytest.raises(UnableToApprove, match="lapsed"):
            decide(approval_id=asked.pk, approve=True, digest="a", by=second, now=later)
    else:
        decide(approval_id=asked.pk, approve=True, digest="a", by=second, now=later)

    assert is_approved(**ASK, digest="a", now=later) is not lapsed
