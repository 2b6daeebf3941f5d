"""What takes two people: ask, decide, and two who do so at once."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from accounts import approvable
from accounts.domain.approvals import (
    UnableToApprove,
    decide,
    digest_of,
    is_approved,
    request_approval,
    void_requests,
)
from accounts.errors import Refused
from accounts.models import Approval, AuditEvent, User
from accounts.roles import Role
from tests.parallel import at_once

pytestmark = pytest.mark.django_db
ASK = {"kind": "publish", "object_id": 7}
NAME = {"kind": "rename", "object_id": 7, "payload": {"name": "<b>Ng</b>", "pages": 3}}


class UnableToRename(Refused):
    """For the kind below."""


def rename(approval: Approval, by: User, now: datetime) -> None:
    """What the approval of "rename" does: something that others can see, or cannot be done."""
    if approval.payload["name"] == "nobody":
        raise UnableToRename("Nobody has that name.")
    User.objects.filter(pk=approval.requested_by_id).update(preferred_name=approval.payload["name"])


@pytest.fixture(autouse=True)
def rename_kind() -> Iterator[None]:
    approvable.register(
        "rename",
        title="Change a name",
        describe=lambda approval: [("New name", approval.payload["name"])],
        name_all=lambda approvals: {
            one.pk: approvable.Subject("The name of Ng", "NG-7", "/staff/") for one in approvals
        },
        carry_out=rename,
    )
    yield
    approvable._kinds.pop("rename")


def manager(email: str) -> User:
    person = User.objects.create_user(email)
    person.groups.add(Group.objects.get_or_create(name=Role.PROGRAMME_MANAGER)[0])
    return person


@pytest.fixture
def asker() -> User:
    return manager("asker@dtt.example")


@pytest.fixture
def second() -> User:
    return manager("second@dtt.example")


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


@pytest.mark.parametrize("approve", [True, False])
def test_who_has_not_the_role_decides_nothing(asker: User, approve: bool, now: datetime) -> None:
    asked = request_approval(**ASK, digest="a", by=asker, now=now)
    for role in (Role.REVIEWER, Role.AUDITOR):
        other = User.objects.create_user(f"{role}@dtt.example")
        other.groups.add(Group.objects.get_or_create(name=role)[0])

        with pytest.raises(UnableToApprove, match="another role"):
            decide(approval_id=asked.pk, approve=approve, digest="a", by=other, now=now)

    asked.refresh_from_db()
    assert asked.state == "requested"


def test_the_database_refuses_an_approval_by_the_person_who_asked(
    asker: User, now: datetime
) -> None:
    asked = request_approval(**ASK, digest="a", by=asker, now=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=asked.pk).update(state="approved", decided_by=asker)


def test_only_the_newest_request_about_an_object_counts(
    asker: User, second: User, now: datetime
) -> None:
    """Approved, then something else asked for, then the first again and refused: it is refused."""
    first = request_approval(**ASK, digest="a", by=asker, now=now)
    decide(approval_id=first.pk, approve=True, digest="a", by=second, now=now)

    request_approval(**ASK, digest="b", by=asker, now=now)
    after_another = is_approved(**ASK, digest="a", now=now)
    again = request_approval(**ASK, digest="a", by=asker, now=now)
    decide(approval_id=again.pk, approve=False, digest="a", by=second, now=now)

    assert (again.pk != first.pk, after_another) == (True, False)
    assert not is_approved(**ASK, digest="a", now=now)


def test_asking_for_what_is_approved_asks_nobody_again(
    asker: User, second: User, now: datetime
) -> None:
    first = request_approval(**ASK, digest="a", by=asker, now=now)
    decide(approval_id=first.pk, approve=True, digest="a", by=second, now=now)

    again = request_approval(**ASK, digest="a", by=asker, now=now)

    assert again.pk == first.pk
    assert is_approved(**ASK, digest="a", now=now)


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


def test_both_identities_and_the_reason_are_in_the_log(
    asker: User, second: User, now: datetime
) -> None:
    asked = request_approval(**NAME, by=asker, now=now, reason="wrong so far")

    decide(
        approval_id=asked.pk, approve=False, digest=asked.digest, by=second, now=now, reason="why?"
    )

    events = AuditEvent.objects.filter(object_type="accounts.approval").order_by("id")
    assert [(e.actor, e.verb, e.reason) for e in events] == [
        (asker, "request-approval", "wrong so far"),
        (second, "refused", "why?"),
    ]
    assert events[1].before == {"state": "requested", "asked by": asker.pk}


def test_an_approval_of_such_a_kind_does_it_at_once(
    asker: User, second: User, now: datetime
) -> None:
    asked = request_approval(**NAME, by=asker, now=now)

    decide(approval_id=asked.pk, approve=True, digest=asked.digest, by=second, now=now)

    asker.refresh_from_db()
    assert asker.preferred_name == "<b>Ng</b>"


def test_what_cannot_be_done_is_not_approved_either(
    asker: User, second: User, now: datetime
) -> None:
    asked = request_approval(
        kind="rename", object_id=7, payload={"name": "nobody"}, by=asker, now=now
    )

    with pytest.raises(UnableToRename):
        decide(approval_id=asked.pk, approve=True, digest=asked.digest, by=second, now=now)

    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("requested", None)
    assert not AuditEvent.objects.filter(verb="approved").exists()


def test_a_refusal_does_what_its_kind_says(asker: User, second: User, now: datetime) -> None:
    def forget(approval: Approval, by: User, now: datetime) -> None:
        User.objects.filter(pk=approval.requested_by_id).update(preferred_name=f"no, says {by.pk}")

    approvable.register("rename", title="Change a name", carry_out=rename, when_refused=forget)
    asked = request_approval(**NAME, by=asker, now=now)

    decide(approval_id=asked.pk, approve=False, digest=asked.digest, by=second, now=now)

    asker.refresh_from_db()
    assert asker.preferred_name == f"no, says {second.pk}"


def test_what_was_given_up_can_no_longer_be_decided(
    asker: User, second: User, now: datetime
) -> None:
    asked = request_approval(**NAME, by=asker, now=now)
    other = request_approval(**NAME | {"object_id": 8}, by=asker, now=now)

    void_requests(kind="rename", object_id=7, by=asker, now=now)

    with pytest.raises(UnableToApprove):
        decide(approval_id=asked.pk, approve=True, digest=asked.digest, by=second, now=now)
    assert list(Approval.objects.order_by("pk").values_list("pk", "state")) == [
        (asked.pk, "void"),
        (other.pk, "requested"),
    ]
    assert AuditEvent.objects.get(verb="void-approval").actor == asker


def test_an_altered_payload_voids_the_request(asker: User, second: User, now: datetime) -> None:
    asked = request_approval(**NAME, by=asker, now=now)
    Approval.objects.filter(pk=asked.pk).update(payload={"name": "Other", "pages": 3})

    with pytest.raises(UnableToApprove, match="has changed"):
        decide(approval_id=asked.pk, approve=True, digest=asked.digest, by=second, now=now)

    asked.refresh_from_db()
    asker.refresh_from_db()
    assert (asked.state, asker.preferred_name) == ("void", "")
    assert AuditEvent.objects.filter(verb="void-approval").count() == 1


def test_a_payload_altered_after_the_approval_voids_the_approval(
    asker: User, second: User, now: datetime
) -> None:
    asked = request_approval(**NAME, by=asker, now=now)
    decide(approval_id=asked.pk, approve=True, digest=asked.digest, by=second, now=now)
    content = {"kind": "rename", "object_id": 7, "digest": asked.digest, "now": now}
    before = is_approved(**content)

    Approval.objects.filter(pk=asked.pk).update(payload={"name": "Other", "pages": 3})

    assert (before, is_approved(**content)) == (True, False)


def test_the_digest_of_a_payload_is_its_own(asker: User, now: datetime) -> None:
    with pytest.raises(ValueError, match="digest_of"):
        request_approval(**NAME, digest="a", by=asker, now=now)

    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})


def test_asking_for_something_else_voids_what_waits(asker: User, now: datetime) -> None:
    first = request_approval(**ASK, digest="a", by=asker, now=now)
    again = request_approval(**ASK, digest="a", by=asker, now=now)

    other = request_approval(**ASK, digest="b", by=asker, now=now)

    first.refresh_from_db()
    assert (again, first.state, other.state) == (first, "void", "requested")
    assert AuditEvent.objects.filter(verb="void-approval").count() == 1


# Two at once -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_wins(now: datetime) -> None:
    asker, *others = (manager(f"p{n}@dtt.example") for n in range(3))
    asked = request_approval(**NAME, by=asker, now=now)

    done = at_once(
        [
            lambda by=by, approve=approve: decide(
                approval_id=asked.pk, approve=approve, digest=asked.digest, by=by, now=now
            )
            for by, approve in zip(others, (True, False), strict=True)
        ]
    )

    decided = AuditEvent.objects.filter(verb__in=["approved", "refused"])
    asked.refresh_from_db()
    asker.refresh_from_db()
    assert sorted(done) == ["UnableToApprove", "done"]
    assert [event.verb for event in decided] == [asked.state]
    assert (asker.preferred_name != "") is (asked.state == "approved")


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_for_the_same_at_once_make_one_request(now: datetime) -> None:
    people = [manager(f"p{n}@dtt.example") for n in range(4)]

    done = at_once(
        [lambda by=by: request_approval(**ASK, digest="a", by=by, now=now) for by in people]
    )

    assert done == ["done"] * 4
    assert Approval.objects.count() == 1
