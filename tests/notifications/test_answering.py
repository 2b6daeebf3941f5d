"""Who asked a second person is told what became of it: decided, taken back, lapsed. Once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.core import mail
from django.urls import reverse

from accounts import approvable
from accounts.domain.approvals import (
    VALID_FOR,
    UnableToApprove,
    clear_lapsed,
    decide,
    request_approval,
    take_back,
    void_requests,
    withdraw_request,
)
from accounts.errors import Refused
from accounts.models import Approval, User
from applications.models import Cohort
from dtt.play.people import make_applicant
from notifications.domain.answering import LOOKS_BACK, tell_lapsed
from notifications.domain.delivery import claim, deliver
from notifications.models import Message
from notifications.queries import messages_to
from selection.domain.overriding import KIND as OVERRIDE
from tests.parallel import at_once
from tests.walk import signed_in

KIND = "request-answered"
RELEASE = {"kind": "release", "object_id": 7, "digest": "a"}
MOMENT = timedelta(microseconds=1)
WHY = "CHAN Tai Man, +852 5123 4567"


class UnableToRelease(Refused):
    """For the kind below."""


def refuse_to_act(approval: Approval, by: User, now: datetime) -> None:
    """What was agreed to can no longer be done."""
    raise UnableToRelease("It is too late.")


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    approvable.register(
        "release",
        title="Release something",
        name_all=lambda asked: {
            one.pk: approvable.Subject("CHAN Tai Man", "DTT-7KQ2MX34") for one in asked
        },
        hold=lambda approval: None,
        happened=lambda approval: approval.requested_by.preferred_name == "released",
    )
    approvable.register("too-late", title="Do it at once", carry_out=refuse_to_act)
    yield
    for kind in ("release", "too-late"):
        approvable._kinds.pop(kind)


def ask(by: User, now: datetime, **asked: object) -> Approval:
    return request_approval(**(RELEASE | asked), by=by, now=now)


def say(approval: Approval, by: User, now: datetime, *, approve: bool = True) -> Approval:
    return decide(
        approval_id=approval.pk,
        approve=approve,
        digest=approval.digest,
        by=by,
        now=now,
        reason="" if approve else WHY,
    )


def told() -> list[tuple[str, str, str]]:
    letters = Message.objects.filter(kind=KIND).order_by("pk")
    return [(one.person.email, one.subject.partition(":")[0], one.state) for one in letters]


@pytest.mark.django_db
@pytest.mark.parametrize(("approve", "said"), [(True, "Approved"), (False, "Refused")])
def test_who_asked_is_told_of_the_decision_by_mail_and_on_the_site(
    staff: list[User], now: datetime, approve: bool, said: str
) -> None:
    asker, second = staff
    asked = ask(asker, now)

    say(asked, second, now, approve=approve)
    deliver(message_ids=claim(now=now), now=now)

    assert told() == [(asker.email, said, "sent")]
    [letter] = mail.outbox
    assert letter.to == [asker.email]
    assert letter.subject == f"{said}: Release something"
    assert [one.subject for one in messages_to(asker, now)] == [letter.subject]
    page = reverse("admin:accounts_approval_change", args=[asked.pk])
    assert page in letter.body
    assert signed_in(asker).get(page).status_code == 200
    assert "(DTT-7KQ2MX34)" in letter.body
    for kept_back in ("CHAN", "5123", second.email):
        assert kept_back not in letter.subject + letter.body


@pytest.mark.django_db
def test_who_asked_is_told_that_an_approval_was_taken_back_and_not_why(
    staff: list[User], now: datetime
) -> None:
    asker, second = staff
    asked = ask(asker, now)
    say(asked, second, now)
    deliver(message_ids=claim(now=now), now=now)

    take_back(approval_id=asked.pk, reason=WHY, by=second, now=now)

    assert told() == [
        (asker.email, "Approved", "sent"),
        (asker.email, "Approval taken back", "queued"),
    ]
    letter = Message.objects.get(state="queued")
    assert "5123" not in letter.body
    assert "Nothing follows until it is asked for and approved again" in letter.body


@pytest.mark.django_db
def test_what_is_taken_back_before_the_approval_was_told_voids_that_letter(
    staff: list[User], now: datetime
) -> None:
    asked = ask(staff[0], now)
    say(asked, staff[1], now)

    take_back(approval_id=asked.pk, reason=WHY, by=staff[1], now=now)

    assert [state for _who, _what, state in told()] == ["void", "queued"]


@pytest.mark.django_db
def test_the_letter_is_in_the_language_of_who_asked(staff: list[User], now: datetime) -> None:
    User.objects.filter(pk=staff[0].pk).update(language="zh-hant")
    asked = ask(User.objects.get(pk=staff[0].pk), now)

    say(asked, staff[1], now)

    letter = Message.objects.get(kind=KIND)
    assert letter.subject == "已批准：Release something"
    assert "批准有效至 2027年3月4日（四）" in letter.body


@pytest.mark.django_db
def test_a_lapse_is_told_once_from_its_instant_on_and_clears_nothing(
    staff: list[User], now: datetime
) -> None:
    asked, late = ask(staff[0], now), now + VALID_FOR

    before = (tell_lapsed(now=late - MOMENT), told())
    after = [tell_lapsed(now=late + timedelta(minutes=n)) for n in range(3)]

    asked.refresh_from_db()
    assert before == (0, [])
    assert after == [1, 0, 0]
    assert told() == [(staff[0].email, "Lapsed", "queued")]
    assert asked.state == "requested"
    clear_lapsed(approval_id=asked.pk, by=staff[1], now=late)
    assert len(told()) == 1


@pytest.mark.django_db
def test_a_lapse_that_another_clears_first_is_told_and_ones_own_is_not(
    staff: list[User], now: datetime
) -> None:
    others, own = ask(staff[0], now), ask(staff[0], now, object_id=8)
    again, late = ask(staff[0], now, object_id=9), now + VALID_FOR

    clear_lapsed(approval_id=others.pk, by=staff[1], now=late)
    clear_lapsed(approval_id=own.pk, by=staff[0], now=late)
    ask(staff[0], late, object_id=again.object_id)

    assert tell_lapsed(now=late) == 0
    letters = Message.objects.filter(kind=KIND)
    assert list(letters.values_list("run", flat=True)) == [f"approval:{others.pk}:lapsed"]


@pytest.mark.django_db
def test_what_lapsed_long_ago_is_told_no_more(staff: list[User], now: datetime) -> None:
    ask(staff[0], now)
    ask(staff[0], now + MOMENT, object_id=8)

    assert tell_lapsed(now=now + VALID_FOR + LOOKS_BACK) == 1


@pytest.mark.django_db
def test_what_one_did_oneself_and_what_comes_to_nothing_unasked_is_told_to_nobody(
    staff: list[User], now: datetime
) -> None:
    asker, second = staff
    withdrawn, _void = ask(asker, now), ask(asker, now, object_id=8)
    too_late = ask(asker, now, kind="too-late", digest="", payload={"a": 1})

    withdraw_request(approval_id=withdrawn.pk, by=asker, now=now)
    void_requests(kind="release", object_id=8, by=second, now=now)
    with pytest.raises(UnableToRelease):
        say(too_late, second, now)
    with pytest.raises(UnableToApprove, match="has lapsed"):
        say(too_late, second, now + VALID_FOR)

    assert told() == []


@pytest.mark.django_db
def test_a_letter_about_an_applicant_has_the_reference_and_not_the_name(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    person = make_applicant(cohort, 1, now=now)
    payload = {"cohort": cohort.pk, "step": "bootcamp", "application": person.pk}
    payload |= {"way": "in", "category": "appeal", "reason": WHY}
    asked = ask(
        staff[0], now, kind=OVERRIDE, object_id=f"bootcamp:{person.pk}", digest="", payload=payload
    )

    say(asked, staff[1], now, approve=False)

    letter = Message.objects.get(kind=KIND)
    said = letter.subject + letter.body
    assert person.reference in said
    for kept_back in (person.full_name, person.surname_en, person.given_en, person.user.email):
        assert kept_back not in said
    assert "5123" not in said


@pytest.mark.django_db(transaction=True)
def test_of_sweeps_and_clearing_at_once_a_lapse_is_told_once(
    staff: list[User], now: datetime
) -> None:
    for number in range(4):
        asked, late = ask(staff[0], now, object_id=number), now + VALID_FOR
        clear = partial(clear_lapsed, approval_id=asked.pk, by=staff[1], now=late)

        done = at_once([partial(tell_lapsed, now=late), clear, partial(tell_lapsed, now=late)])

        asked.refresh_from_db()
        assert (done, asked.state) == (["done"] * 3, "lapsed")
        assert Message.objects.filter(run=f"approval:{asked.pk}:lapsed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_taking_back_twice_at_once_one_is_told(staff: list[User], now: datetime) -> None:
    asked = ask(staff[0], now)
    say(asked, staff[1], now)
    undo = partial(take_back, approval_id=asked.pk, reason=WHY, by=staff[1], now=now)

    done = at_once([undo, undo, undo])

    assert sorted(done) == ["UnableToEnd", "UnableToEnd", "done"]
    assert [what for _who, what, _state in told()] == ["Approved", "Approval taken back"]
