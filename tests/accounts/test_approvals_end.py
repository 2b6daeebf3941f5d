"""A request is withdrawn, or lapses and is cleared; an approval is taken back in time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import approvable
from accounts.domain.approvals import (
    VALID_FOR,
    UnableToApprove,
    UnableToEnd,
    clear_lapsed,
    decide,
    is_approved,
    request_approval,
    take_back,
    why_taken_back,
    withdraw_request,
)
from accounts.models import Approval, AuditEvent, User
from accounts.queries import approvals_waiting_for
from accounts.roles import Role
from dtt.play.people import make_user

pytestmark = pytest.mark.django_db
RELEASE = {"kind": "release", "object_id": 7, "digest": "a"}
RELEASED = "released"
MOMENT = timedelta(microseconds=1)


def note_name(approval: Approval, by: User, now: datetime) -> None:
    """What a request leaves behind that nobody will decide."""
    User.objects.filter(pk=approval.requested_by_id).update(preferred_name="given up")


@pytest.fixture(autouse=True)
def release_kind() -> Iterator[None]:
    """Approved first, acted on later: done once the asker's name says so."""
    approvable.register(
        "release",
        title="Release something",
        hold=lambda approval: None,
        happened=lambda approval: approval.requested_by.preferred_name == RELEASED,
        when_withdrawn=note_name,
    )
    approvable.register("at-once", title="Do it at once", carry_out=lambda *arguments: None)
    yield
    for kind in ("release", "at-once"):
        approvable._kinds.pop(kind)


@pytest.fixture
def asker() -> User:
    return make_user("asker@staff.dtt.example", Role.PROGRAMME_MANAGER)


@pytest.fixture
def second() -> User:
    return make_user("second@staff.dtt.example", Role.PROGRAMME_MANAGER)


def approved(asker: User, second: User, now: datetime, **asked: Any) -> Approval:
    request = request_approval(**(asked or RELEASE), by=asker, now=now)
    return decide(approval_id=request.pk, approve=True, digest=request.digest, by=second, now=now)


def verbs() -> list[tuple[str, str, str]]:
    events = AuditEvent.objects.filter(object_type="accounts.approval").order_by("id")
    return list(events.values_list("actor__email", "verb", "reason"))


def test_who_asked_withdraws_what_waits_and_nobody_decides_it_any_more(
    asker: User, second: User, now: datetime
) -> None:
    asked = request_approval(**RELEASE, by=asker, now=now)

    with pytest.raises(UnableToEnd, match="Only the person who asked"):
        withdraw_request(approval_id=asked.pk, by=second, now=now)
    ended = withdraw_request(approval_id=asked.pk, reason=" Too early. ", by=asker, now=now)

    assert (ended.state, ended.ended_by, ended.ended_because) == ("withdrawn", asker, "Too early.")
    asker.refresh_from_db()
    assert asker.preferred_name == "given up"
    assert verbs()[-1] == (asker.email, "withdraw-request", "Too early.")
    with pytest.raises(UnableToApprove, match="was given up"):
        decide(approval_id=asked.pk, approve=True, digest="a", by=second, now=now)
    with pytest.raises(UnableToEnd, match="does not wait any more"):
        withdraw_request(approval_id=asked.pk, by=asker, now=now)
    assert not approvals_waiting_for(second, now).exists()
    assert request_approval(**RELEASE, by=asker, now=now).pk != asked.pk


def test_what_has_been_decided_is_not_withdrawn(asker: User, second: User, now: datetime) -> None:
    one = approved(asker, second, now)

    with pytest.raises(UnableToEnd, match="does not wait any more"):
        withdraw_request(approval_id=one.pk, by=asker, now=now)

    assert is_approved(**RELEASE, now=now)


def test_a_lapsed_request_is_told_apart_and_cleared_from_what_waits(
    asker: User, second: User, now: datetime
) -> None:
    asked = request_approval(**RELEASE, by=asker, now=now)
    late = now + VALID_FOR

    with pytest.raises(UnableToEnd, match="has not lapsed"):
        clear_lapsed(approval_id=asked.pk, by=second, now=late - MOMENT)
    before = (asked.waits(late - MOMENT), asked.waits(late), asked.state_at(late))
    cleared = [clear_lapsed(approval_id=asked.pk, by=second, now=late) for _ in range(2)]

    assert before == (True, False, "lapsed: nobody decided in time")
    assert {(one.state, one.ended_by) for one in cleared} == {("lapsed", second)}
    assert [(verb, why) for _who, verb, why in verbs()] == [
        ("request-approval", ""),
        ("clear-lapsed-request", "Nobody decided in time."),
    ]
    asker.refresh_from_db()
    assert asker.preferred_name == "given up"


def test_asking_again_after_a_lapse_makes_a_new_request_and_only_that_counts(
    asker: User, second: User, now: datetime
) -> None:
    old, late = request_approval(**RELEASE, by=asker, now=now), now + VALID_FOR

    new = request_approval(**RELEASE, by=asker, now=late)
    decide(approval_id=new.pk, approve=True, digest="a", by=second, now=late)

    old.refresh_from_db()
    assert (old.state, new.pk != old.pk) == ("lapsed", True)
    assert is_approved(**RELEASE, now=late)
    with pytest.raises(UnableToApprove, match="has lapsed"):
        decide(approval_id=old.pk, approve=True, digest="a", by=second, now=late)
    asker.refresh_from_db()
    assert asker.preferred_name != "given up"  # it was asked anew


def test_an_approval_is_taken_back_with_a_reason_by_who_gave_it(
    asker: User, second: User, now: datetime
) -> None:
    one = approved(asker, second, now)

    for who, why, said in (
        (second, " ", "Say why"),
        (asker, "No.", "Only the person who approved"),
    ):
        with pytest.raises(UnableToEnd, match=said):
            take_back(approval_id=one.pk, reason=why, by=who, now=now)
    assert is_approved(**RELEASE, now=now)
    ended = take_back(approval_id=one.pk, reason="Read it wrong.", by=second, now=now)

    assert not is_approved(**RELEASE, now=now)
    assert (ended.state, ended.decided_by, ended.ended_by) == ("taken-back", second, second)
    assert verbs()[-1] == (second.email, "take-approval-back", "Read it wrong.")
    why = why_taken_back(kind="release", object_id=7)
    assert why == f"{second} took the approval back: Read it wrong."
    with pytest.raises(UnableToEnd, match="nothing to take back"):
        take_back(approval_id=one.pk, reason="Again.", by=second, now=now)


def test_what_was_taken_back_can_be_asked_for_and_approved_again(
    asker: User, second: User, now: datetime
) -> None:
    one = approved(asker, second, now)
    take_back(approval_id=one.pk, reason="Read it wrong.", by=second, now=now)

    again = approved(asker, second, now)

    assert again.pk != one.pk
    assert is_approved(**RELEASE, now=now)
    assert why_taken_back(kind="release", object_id=7) == ""


def test_what_has_happened_or_counts_no_longer_is_not_taken_back(
    asker: User, second: User, now: datetime
) -> None:
    at_once = approved(asker, second, now, kind="at-once", object_id=1, payload={"a": 1})
    older = approved(asker, second, now)
    newest = approved(asker, second, now, **RELEASE | {"digest": "b"})
    User.objects.filter(pk=asker.pk).update(preferred_name=RELEASED)
    late = now + VALID_FOR

    refusals = []
    for one, at in ((at_once, now), (newest, now)):
        with pytest.raises(UnableToEnd) as refused:
            take_back(approval_id=one.pk, reason="No.", by=second, now=at)
        refusals.append(str(refused.value))
    User.objects.filter(pk=asker.pk).update(preferred_name="")
    for one, at in ((older, now), (newest, late)):
        with pytest.raises(UnableToEnd) as refused:
            take_back(approval_id=one.pk, reason="No.", by=second, now=at)
        refusals.append(str(refused.value))

    assert refusals == [
        *["What was approved has happened already."] * 2,
        *["This approval does not count any more: nothing follows from it."] * 2,
    ]
    assert Approval.objects.filter(state="approved").count() == 3


def test_every_kind_says_when_what_it_approves_happens() -> None:
    """With the approval, or when somebody acts on it: so every approval can be judged alike."""
    kinds = [approvable.known(name) for name in approvable.titles()]

    assert len(kinds) > 10
    assert {(kind.carry_out is None, kind.happened is None) for kind in kinds} == {
        (True, False),
        (False, True),
    }
    with pytest.raises(ValueError, match="goes with"):
        approvable.register("release", title="x", happened=lambda approval: True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "withdrawn"},
        {"state": "taken-back", "ended_because": "x"},
        {"state": "lapsed"},
    ],
)
def test_the_database_keeps_who_ended_it(
    asker: User, second: User, now: datetime, wrong: dict[str, str]
) -> None:
    one = request_approval(**RELEASE, by=asker, now=now)
    if wrong["state"] == "taken-back":
        one = decide(approval_id=one.pk, approve=True, digest="a", by=second, now=now)

    for ended_by in (None, asker if wrong["state"] == "taken-back" else None):
        with pytest.raises(IntegrityError), transaction.atomic():
            Approval.objects.filter(pk=one.pk).update(**wrong, ended_by=ended_by, ended_at=now)


# The page ----------------------------------------------------------------------------------------


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def page_of(user: User, approval: Approval) -> str:
    address = reverse("admin:accounts_approval_change", args=[approval.pk])
    return browser_of(user).get(address).content.decode()


def end(user: User, approval: Approval, how: str, **said: str) -> str:
    address = reverse(f"admin:accounts_approval_{how}", args=[approval.pk])
    answer = browser_of(user).post(address, said, follow=True)
    assert answer.status_code == 200
    approval.refresh_from_db()
    return answer.content.decode()


def test_each_finds_on_the_page_what_they_can_do_and_reads_what_became_of_it(
    asker: User, second: User
) -> None:
    now = timezone.now()
    waits = request_approval(**RELEASE, by=asker, now=now)
    labels = ("Withdraw the request", "Clear the request", "Take your approval back")

    def shown(user: User, one: Approval) -> list[str]:
        return [label for label in labels if label in page_of(user, one)]

    while_waiting = [shown(user, waits) for user in (asker, second)]
    decide(approval_id=waits.pk, approve=True, digest="a", by=second, now=now)
    once_approved = [shown(user, waits) for user in (asker, second)]
    unsaid = end(second, waits, "take_back", reason="")
    said = end(second, waits, "take_back", reason="Read it wrong.")

    assert while_waiting == [[labels[0]], []]
    assert once_approved == [[], [labels[2]]]
    assert "Say why you take it back" in unsaid
    assert "You took your approval back." in said
    read = page_of(asker, waits)
    assert "approved, and taken back" in read
    assert "Read it wrong." in read


def test_a_lapsed_request_is_cleared_on_its_page_and_found_by_its_state(
    asker: User, second: User
) -> None:
    lapsed = request_approval(**RELEASE, by=asker, now=timezone.now() - VALID_FOR)
    waits = request_approval(**RELEASE | {"object_id": 8}, by=asker, now=timezone.now())
    listed = reverse("admin:accounts_approval_changelist")

    def found(user: User, **query: str) -> set[int]:
        answer = browser_of(user).get(listed, query)
        return {one.pk for one in answer.context["cl"].result_list}

    states = [found(second, state=state) for state in ("requested", "lapsed")]
    mine = [found(asker, waits=whom) for whom in ("others", "nobody")]
    assert "Clear the request" in page_of(second, lapsed)
    end(second, lapsed, "clear")

    assert states == mine == [{waits.pk}, {lapsed.pk}]
    assert lapsed.state == "lapsed"
    assert "Clear the request" not in page_of(second, lapsed)
    assert [found(second, state=state) for state in ("requested", "lapsed")] == states
    assert [found(second, waits="me"), found(second)] == [{waits.pk}, {waits.pk, lapsed.pk}]


@pytest.mark.parametrize(
    ("kind", "anew", "refusal"),
    [
        ("release", True, "This request has lapsed."),
        ("at-once", False, "This request has lapsed. Ask again."),
    ],
)
def test_what_ends_with_its_request_is_never_said_to_be_asked_for_again(
    asker: User, second: User, kind: str, anew: bool, refusal: str
) -> None:
    now = timezone.now()
    asked = {"kind": kind, "payload": {"a": 1}, "by": asker}
    waits = request_approval(**asked, object_id=1, now=now)
    lapsed = request_approval(**asked, object_id=2, now=now - VALID_FOR)

    pages = [page_of(asker, one) for one in (waits, lapsed)]
    with pytest.raises(UnableToApprove) as refused:
        decide(approval_id=lapsed.pk, approve=True, digest=lapsed.digest, by=second, now=now)

    ends = ["It is given up with the request: write it anew." in page for page in pages]
    again = ["You can ask again." in pages[0], "who needs it asks again." in pages[1]]
    assert (ends, again) == ([anew] * 2, [not anew] * 2)
    assert str(refused.value) == refusal


def test_who_neither_asked_nor_decides_ends_nothing(asker: User, now: datetime) -> None:
    asked = request_approval(**RELEASE, by=asker, now=timezone.now())
    reader = browser_of(make_user("reader@staff.dtt.example", Role.AUDITOR))

    answers = {
        reader.post(reverse(f"admin:accounts_approval_{how}", args=[asked.pk])).status_code
        for how in ("withdraw", "take_back", "clear")
    }

    asked.refresh_from_db()
    assert (answers, asked.state) == ({403}, "requested")
