"""Somebody is moved across the line by hand: by two people, in the next run, and for all to see."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.domain.approvals import UnableToApprove, decide
from accounts.models import Approval, AuditEvent
from accounts.verifiers import Verdict
from applications.models import Application
from dtt.play.selection import draw_up_step, publish_step
from selection.domain.overriding import (
    UnableToOverride,
    ask_override,
    take_back_override,
)
from selection.domain.replying import decline_place
from selection.domain.staleness import changes_since
from selection.models import Override, Selection
from selection.queries import changes_from_last
from selection.verification import verify_selection
from tests.selection.conftest import Waiting

pytestmark = pytest.mark.django_db
Ask = Callable[..., Approval]


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def eight(waiting: Waiting) -> Waiting:
    """Three places; scores 80, 70, … 10 in the order of the applications."""
    return waiting.give(80, 70, 60, 50, 40, 30, 20, 10)


@pytest.fixture
def ask(eight: Waiting, now: datetime) -> Ask:
    def ask(number: int, way: str, **other: str) -> Approval:
        words = {"category": "error", "reason": "The quiz stopped for this person."} | other
        return ask_override(
            cohort_id=eight.cohort.pk,
            step="bootcamp",
            reference=eight.applications[number].reference,
            way=way,
            by=eight.staff.asker,
            now=now,
            **words,
        )

    return ask


def agree(waiting: Waiting, approval: Approval, now: datetime) -> None:
    second = waiting.staff.second
    decide(approval_id=approval.pk, approve=True, digest=approval.digest, by=second, now=now)


def drawn(waiting: Waiting, now: datetime) -> Selection:
    return draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)


def chosen(selection: Selection, waiting: Waiting) -> list[int]:
    """Which of the applications are selected, by their place in the scene."""
    ids = [application.pk for application in waiting.applications]
    entries = selection.entries.filter(outcome="selected").order_by("position")
    return [ids.index(entry.application_id) for entry in entries]


def test_who_is_moved_in_takes_nobodys_place(eight: Waiting, ask: Ask, now: datetime) -> None:
    agree(eight, ask(6, "in"), now)

    selection = drawn(eight, now)

    assert chosen(selection, eight) == [0, 1, 2, 6]
    assert (selection.seats, selection.cut_score) == (4, 60)
    assert verify_selection(selection.pk) == Verdict()


def test_the_place_of_who_is_moved_out_goes_to_the_next(
    eight: Waiting, ask: Ask, now: datetime
) -> None:
    agree(eight, ask(1, "out", category="integrity"), now)

    selection = drawn(eight, now)

    assert chosen(selection, eight) == [0, 2, 3]
    assert selection.entries.get(application=eight.applications[1]).outcome == "not-selected"
    assert verify_selection(selection.pk) == Verdict()


def test_nothing_happens_before_a_second_person_agrees(
    eight: Waiting, ask: Ask, now: datetime
) -> None:
    approval, asker = ask(6, "in"), eight.staff.asker

    with pytest.raises(UnableToApprove, match="cannot approve"):
        decide(approval_id=approval.pk, approve=True, digest=approval.digest, by=asker, now=now)

    assert chosen(drawn(eight, now), eight) == [0, 1, 2]


def test_a_run_that_is_drawn_stays_and_is_out_of_date(
    eight: Waiting, ask: Ask, now: datetime
) -> None:
    before = drawn(eight, now)

    agree(eight, ask(6, "in"), now)

    before.refresh_from_db()
    assert chosen(before, eight) == [0, 1, 2]
    assert "moved by hand have changed" in changes_since(before)
    after = drawn(eight, now)
    [change] = changes_from_last(after) or []
    assert change.application == eight.applications[6]
    assert (change.before and change.before.outcome) == "not-selected"
    assert (change.after and change.after.outcome) == "selected"


def test_what_is_taken_back_counts_no_more(eight: Waiting, ask: Ask, now: datetime) -> None:
    agree(eight, ask(6, "in"), now)
    override = Override.objects.get()

    for _twice in range(2):
        take_back_override(override_id=override.pk, by=eight.staff.asker, now=now)

    assert chosen(drawn(eight, now), eight) == [0, 1, 2]
    assert AuditEvent.objects.filter(verb="take-back-override").count() == 1


def test_a_place_within_the_line_is_filled_though_one_above_it_is_taken(
    eight: Waiting, ask: Ask, now: datetime
) -> None:
    agree(eight, ask(6, "in"), now)
    staff = eight.staff
    publish_step(eight.cohort, "bootcamp", by=staff.asker, approver=staff.second, now=now)
    leaver = eight.applications[0]

    decline_place(application_id=leaver.pk, by=leaver.user, now=now + timedelta(minutes=1))

    offered = Application.objects.filter(stage="place-offered").order_by("pk")
    assert list(offered) == [eight.applications[n] for n in (1, 2, 3, 6)]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"reason": "  "}, "Give a reason"),
        ({"reference": "DTT-NOBODY"}, "Nobody with the reference DTT-NOBODY"),
        ({"step": "final"}, "Nobody with the reference"),
    ],
)
def test_what_makes_no_sense_is_refused(
    eight: Waiting, now: datetime, change: dict[str, str], why: str
) -> None:
    asked = {
        "step": "bootcamp",
        "reference": eight.applications[6].reference,
        "way": "in",
        "category": "error",
        "reason": "Because.",
    }

    with pytest.raises(UnableToOverride, match=why):
        ask_override(cohort_id=eight.cohort.pk, by=eight.staff.asker, now=now, **asked | change)

    assert Approval.objects.count() == 0


def test_nobody_is_moved_in_without_a_score(waiting: Waiting, now: datetime) -> None:
    waiting.give(80, 70, 60, 50, 40, 30, 20, None)

    with pytest.raises(UnableToOverride, match="no score for Test"):
        ask_override(
            cohort_id=waiting.cohort.pk,
            step="bootcamp",
            reference=waiting.applications[7].reference,
            way="in",
            category="error",
            reason="Because.",
            by=waiting.staff.asker,
            now=now,
        )


def test_a_published_list_stands(eight: Waiting, ask: Ask, now: datetime) -> None:
    waiting_for_agreement = ask(6, "in")
    staff = eight.staff
    publish_step(eight.cohort, "bootcamp", by=staff.asker, approver=staff.second, now=now)

    with pytest.raises(UnableToOverride, match="has been published"):
        ask(5, "in")
    with pytest.raises(UnableToOverride, match="has been published"):
        agree(eight, waiting_for_agreement, now)

    assert Override.objects.count() == 0


def test_staff_ask_agree_and_take_back_by_buttons(eight: Waiting, now: datetime) -> None:
    selection = drawn(eight, now)
    asker, second = Client(), Client()
    asker.force_login(eight.staff.asker)
    second.force_login(eight.staff.second)
    typed = {
        "reference": eight.applications[6].reference,
        "way": "in",
        "category": "access",
        "reason": "The extra time was not given.",
    }

    asked = asker.post(
        reverse("admin:selection_selection_override", args=[selection.pk]), typed, follow=True
    )
    approval = Approval.objects.get()
    second.post(
        reverse("admin:accounts_approval_decide", args=[approval.pk]),
        {"decision": "approve", "digest": approval.digest, "approve": "yes"},
    )
    page = asker.get(selection.get_absolute_url()).content.decode()

    assert eight.applications[6].full_name in asked.content.decode()
    assert "an access arrangement was not given: The extra time was not given." in page
    assert "Draw it up again." in page
    override = Override.objects.get()
    asker.post(reverse("admin:selection_selection_take_back", args=[selection.pk, override.pk]))
    assert Override.objects.in_force().count() == 0
