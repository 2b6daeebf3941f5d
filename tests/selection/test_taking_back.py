"""An approval that is taken back before its instant: the list does not appear, and says why."""

from datetime import datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.test import Client

from accounts.domain.approvals import UnableToEnd, take_back
from accounts.models import Approval
from dtt.play.selection import draw_up_step
from notifications.domain.writing import in_force, write_letter
from notifications.models import Message
from selection.domain.publishing import (
    UnableToPublish,
    approve_publication,
    publish_due,
    publish_selection,
    request_publication,
)
from selection.models import Selection
from selection.queries import waits_unapproved
from tests.notifications.texts import read_both
from tests.parallel import at_once
from tests.selection.conftest import Waiting, make_waiting, stages

HOUR = timedelta(hours=1)
WHY = "One date in the letters is wrong."


def scheduled(waiting: Waiting, now: datetime, at: datetime) -> tuple[Selection, Approval]:
    staff = waiting.staff
    drawn = draw_up_step(waiting.cohort, "bootcamp", by=staff.asker, now=now)
    asked = request_publication(selection_id=drawn.pk, by=staff.asker, now=now, publish_at=at)
    approval = approve_publication(
        selection_id=drawn.pk, digest=asked.digest, by=staff.second, now=now
    )
    return drawn, approval


def page_of(selection: Selection, waiting: Waiting, now: datetime) -> str:
    browser = Client()
    with time_machine.travel(now, tick=False):
        browser.force_login(waiting.staff.asker)
        return browser.get(selection.get_absolute_url()).content.decode()


@pytest.mark.django_db
def test_a_list_whose_approval_was_taken_back_does_not_appear_and_staff_read_why(
    waiting: Waiting, now: datetime
) -> None:
    at, staff = now + 2 * HOUR, waiting.staff
    drawn, approval = scheduled(waiting, now, at)

    take_back(approval_id=approval.pk, reason=WHY, by=staff.second, now=at - HOUR)
    before = page_of(drawn, waiting, at - HOUR)
    unapproved = Selection.objects.filter(waits_unapproved(at - HOUR))
    assert list(unapproved) == [drawn]
    published = publish_due(now=at)
    after = page_of(drawn, waiting, at)

    drawn.refresh_from_db()
    said = f"{staff.second} took the approval back: {WHY}"
    assert (published, drawn.state, drawn.trouble) == (0, "drawn", said)
    assert "It does not appear until it is approved again." in before
    for page in (before, after):
        assert said in page
        assert "approved, and taken back" in page
    assert stages(*waiting.applications) == ["eligible"] * 8
    with pytest.raises(UnableToPublish, match="took the approval back"):
        publish_selection(selection_id=drawn.pk, by=staff.asker, now=at)


@pytest.mark.django_db
def test_it_appears_once_it_is_asked_for_and_approved_again(
    waiting: Waiting, now: datetime
) -> None:
    at, staff = now + 2 * HOUR, waiting.staff
    drawn, approval = scheduled(waiting, now, at)
    take_back(approval_id=approval.pk, reason=WHY, by=staff.second, now=now)

    asked = request_publication(selection_id=drawn.pk, by=staff.asker, now=now, publish_at=at)
    approve_publication(selection_id=drawn.pk, digest=asked.digest, by=staff.second, now=now)

    assert publish_due(now=at) == 1
    with pytest.raises(UnableToEnd, match="has happened already"):
        take_back(approval_id=asked.pk, reason=WHY, by=staff.second, now=at)


@pytest.mark.django_db
def test_a_list_whose_letters_change_says_so_before_its_instant(
    waiting: Waiting, now: datetime
) -> None:
    at, staff = now + 2 * HOUR, waiting.staff
    drawn, _approval = scheduled(waiting, now, at)
    text = in_force("place-reserve") | {"subject_en": "Reserve list: {{ reference }}"}

    publish_due(now=now + HOUR)
    drawn.refresh_from_db()
    assert drawn.trouble == ""
    written = write_letter(kind="place-reserve", text=text, why="x", by=staff.asker, now=now)
    read_both(written, staff.second, now)
    publish_due(now=now + HOUR)

    drawn.refresh_from_db()
    assert "The texts or the dates of the letters have changed" in drawn.trouble
    assert (publish_due(now=at), stages(*waiting.applications)) == (0, ["eligible"] * 8)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("publishers", [1, 4])
def test_of_publishing_and_taking_back_at_one_moment_one_comes_after_the_other(
    now: datetime, publishers: int
) -> None:
    """Either it is out and the approval stands, or it was taken back and nobody is told."""
    at = now + 2 * HOUR
    for attempt in range(4):
        waiting = make_waiting(now, slug=f"c{publishers}{attempt}").give(80, 70, 60, 50)
        drawn, approval = scheduled(waiting, now, at)
        publish = partial(publish_selection, selection_id=drawn.pk, by=waiting.staff.asker, now=at)
        undo = partial(
            take_back, approval_id=approval.pk, reason=WHY, by=waiting.staff.second, now=at
        )

        done = at_once([undo, *[publish] * publishers])

        drawn.refresh_from_db()
        approval.refresh_from_db()
        told = Message.objects.filter(run=f"selection:{drawn.pk}").count()
        out = (drawn.state, approval.state, told) == ("published", "approved", 8)
        taken = (drawn.state, approval.state, told) == ("drawn", "taken-back", 0)
        assert out or taken
        assert sorted(done) == sorted(
            ["done", "UnableToEnd", *["UnableToPublish"] * (publishers - 1)]
            if out
            else ["done", *["UnableToPublish"] * publishers]
        )
