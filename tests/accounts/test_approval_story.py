"""The page of a request says who did what and when, what follows, and what its reader can do."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import approvable
from accounts.domain import audit
from accounts.domain.approvals import (
    VALID_FOR,
    clear_lapsed,
    decide,
    request_approval,
    take_back,
    withdraw_request,
)
from accounts.models import Approval, AuditEvent, User
from accounts.roles import Role
from dtt.play.people import make_user
from notifications.moments import say_instant
from tests.walk import signed_in

pytestmark = pytest.mark.django_db
RELEASE = {"kind": "release", "object_id": 7, "digest": "a"}
HOUR = timedelta(hours=1)
NOTHING_TO_DO = "There is nothing for you to do here."
ANEW = "If you still need it, ask for it anew where you asked."
NO_MORE = "Nothing follows from this request."


def has_been_released(approval: Approval) -> bool:
    return AuditEvent.objects.filter(object_type="x.thing", object_id="7", verb="release").exists()


@pytest.fixture(autouse=True)
def release_kind() -> Iterator[None]:
    approvable.register(
        "release",
        title="Release something",
        hold=lambda approval: None,
        happened=has_been_released,
        deed=("x.thing", "release"),
    )
    approvable.register("at-once", title="Do it at once", carry_out=lambda *arguments: None)
    yield
    for kind in ("release", "at-once"):
        approvable._kinds.pop(kind)


@pytest.fixture
def asker() -> User:
    return make_user("asker@dtt.example", Role.PROGRAMME_MANAGER)


@pytest.fixture
def second() -> User:
    return make_user("second@dtt.example", Role.PROGRAMME_MANAGER)


@pytest.fixture
def auditor() -> User:
    return make_user("auditor@dtt.example", Role.AUDITOR)


def read(reader: User, approval: Approval) -> str:
    """The words of the page, without its tags, on one line."""
    address = reverse("admin:accounts_approval_change", args=[approval.pk])
    page = signed_in(reader).get(address)
    assert page.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", page.content.decode()).split())


def said(reader: User, approval: Approval) -> list[str]:
    """What stands under the two headings of the story: what follows, and what one can do."""
    story = read(reader, approval).partition("What follows")[2]
    follows, _heading, rest = story.partition("What you can do now")
    return [follows.strip(), rest.strip()]


def approve(asked: Approval, by: User, at: datetime, *, approve: bool = True) -> Approval:
    return decide(
        approval_id=asked.pk,
        approve=approve,
        digest=asked.digest,
        by=by,
        now=at,
        reason="" if approve else "Not yet.",
    )


def done_by_clock(asked: Approval, second: User, at: datetime) -> None:
    approve(asked, second, at)
    _release(None, at + HOUR)


def done_by_asker(asked: Approval, second: User, at: datetime) -> None:
    approve(asked, second, at)
    _release(asked.requested_by, at + HOUR)


def _release(by: User | None, at: datetime) -> None:
    thing = Approval(pk=7)
    event = audit.event(thing, "release", by=by, now=at)
    AuditEvent.objects.create(**event | {"object_type": "x.thing"})


def refused(asked: Approval, second: User, at: datetime) -> None:
    approve(asked, second, at, approve=False)


def withdrawn(asked: Approval, second: User, at: datetime) -> None:
    withdraw_request(approval_id=asked.pk, by=asked.requested_by, now=at, reason="Too early.")


def taken_back(asked: Approval, second: User, at: datetime) -> None:
    approve(asked, second, at)
    take_back(approval_id=asked.pk, reason="Read it wrong.", by=second, now=at + HOUR)


def overtaken(asked: Approval, second: User, at: datetime) -> None:
    approve(asked, second, at)
    request_approval(**RELEASE | {"digest": "b"}, by=second, now=at)


def made_void(asked: Approval, second: User, at: datetime) -> None:
    request_approval(**RELEASE | {"digest": "b"}, by=second, now=at)


@pytest.mark.parametrize(
    ("happen", "sentences", "follows", "asker_can"),
    [
        (
            done_by_asker,
            ["{second} approved on {at}.", "{asker} did what was approved on {later}."],
            "What was approved has happened.",
            NOTHING_TO_DO,
        ),
        (
            done_by_clock,
            ["{second} approved on {at}.", "What was approved happened by itself on {later}."],
            "What was approved has happened.",
            NOTHING_TO_DO,
        ),
        (refused, ["{second} refused on {at}.", "Reason: Not yet."], NO_MORE, ANEW),
        (
            withdrawn,
            ["{asker} withdrew the request on {at}.", "Reason: Too early."],
            NO_MORE,
            ANEW,
        ),
        (
            taken_back,
            [
                "{second} approved on {at}.",
                "{second} took the approval back on {later}.",
                "Reason: Read it wrong.",
            ],
            "Nothing, until it is asked for and approved again.",
            ANEW,
        ),
        (
            overtaken,
            ["{second} approved on {at}."],
            "Nothing: something else has been asked for since, or the content has changed. "
            "The approval no longer counts.",
            ANEW,
        ),
        (
            made_void,
            ["By what {second} did, the request became void on {at}."],
            "Nothing: the content was changed, the matter was given up, or something else was "
            "asked for. Nobody decides on this request any more.",
            ANEW,
        ),
    ],
)
def test_every_end_says_who_did_what_and_what_follows(
    asker: User,
    second: User,
    auditor: User,
    happen: Callable[[Approval, User, datetime], None],
    sentences: list[str],
    follows: str,
    asker_can: str,
) -> None:
    begun = timezone.now() - 9 * HOUR
    asked = request_approval(**RELEASE, by=asker, now=begun)
    happen(asked, second, begun + HOUR)

    told = {
        "asker": asker.email,
        "second": second.email,
        "at": say_instant(begun + HOUR),
        "later": say_instant(begun + 2 * HOUR),
    }
    page = read(auditor, asked)
    expected = [
        f"{asker.email} asked a second person on {say_instant(begun)}.",
        *(sentence.format(**told) for sentence in sentences),
    ]
    assert [sentence for sentence in expected if sentence not in page] == []
    for reader, can in ((asker, asker_can), (second, NOTHING_TO_DO), (auditor, NOTHING_TO_DO)):
        shown = said(reader, asked)
        assert (shown[0], shown[1][: len(can)]) == (follows, can)


def test_while_it_waits_each_reads_what_they_can_do(
    asker: User, second: User, auditor: User
) -> None:
    asked = request_approval(**RELEASE, by=asker, now=timezone.now())

    shown = {who.email.partition("@")[0]: said(who, asked) for who in (asker, second, auditor)}

    lapses = say_instant(asked.expires_at)
    follows = (
        f"It waits for a second person. If nobody decides by {lapses}, it lapses, and nothing "
        "follows."
    )
    assert {one[0] for one in shown.values()} == {follows}
    assert shown["asker"][1].startswith(
        "You asked. Somebody else decides. Until then you can withdraw it, further down."
    )
    assert shown["second"][1].startswith("Read it, then approve or refuse it further down.")
    assert shown["auditor"][1].startswith("Somebody else decides.")


def test_an_approval_says_until_when_it_counts_and_after_that_that_it_was_not_used(
    asker: User, second: User
) -> None:
    fresh = request_approval(**RELEASE, by=asker, now=timezone.now())
    old = request_approval(
        **RELEASE | {"object_id": 8}, by=asker, now=timezone.now() - VALID_FOR - HOUR
    )
    approve(fresh, second, timezone.now())
    approve(old, second, old.requested_at)

    assert said(second, fresh)[0].startswith(
        f"It has not happened yet. The approval counts until {say_instant(fresh.expires_at)};"
    )
    assert said(second, fresh)[1].startswith("You approved this. You can take that back,")
    assert said(asker, fresh)[1].startswith("Go on with it where it was asked for.")
    unused = f"Nothing: it did not happen by {say_instant(old.expires_at)}, and the approval no"
    assert said(asker, old)[0].startswith(unused)
    assert said(asker, old)[1].startswith(ANEW)


def test_what_the_approval_did_itself_is_said_to_be_done(asker: User, second: User) -> None:
    asked = request_approval(
        kind="at-once", object_id=1, payload={"a": 1}, by=asker, now=timezone.now()
    )

    approve(asked, second, timezone.now())

    assert said(asker, asked)[0] == "It was done with the approval."
    assert said(asker, asked)[1].startswith(NOTHING_TO_DO)


def test_a_lapse_says_so_before_and_after_it_is_cleared(asker: User, second: User) -> None:
    asked = request_approval(**RELEASE, by=asker, now=timezone.now() - VALID_FOR)
    lapsed = f"Nobody decided by {say_instant(asked.expires_at)}."

    before = [read(second, asked), said(asker, asked)[1], said(second, asked)[1]]
    cleared = clear_lapsed(approval_id=asked.pk, by=second, now=timezone.now())
    assert cleared.ended_at is not None
    after = read(asker, asked)

    assert lapsed in before[0]
    assert before[1].startswith("Ask for it anew where you asked, or clear the request")
    assert before[2].startswith("You can clear it from what waits, further down.")
    assert lapsed in after
    assert f"{second.email} cleared the request on {say_instant(cleared.ended_at)}." in after
    assert said(asker, asked)[0] == NO_MORE
    assert said(asker, asked)[1].startswith(ANEW)
