"""Letters of lists: whatever was approved once, replies go on; and no letter is untrue."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from dtt.play.selection import approve, cohort_after_shortlist, draw_up_step
from notifications.models import LetterText, Message
from notifications.texts import shipped_digest
from selection.domain.publishing import (
    UnableToPublish,
    approve_publication,
    publish_selection,
    request_publication,
)
from selection.domain.replying import confirm_place, decline_place, undo_decline
from selection.models import Entry
from tests.selection.conftest import Waiting, stages

pytestmark = pytest.mark.django_db
OF_LISTS = ("place-reserve", "place-not-selected", "place-confirmed", "place-declined")


def test_a_text_from_before_kinds_had_their_own_variables_breaks_nothing(
    waiting: Waiting, now: datetime
) -> None:
    """Approved when all letters of lists shared one declaration, it names a deadline."""
    text = "{{ reply_by|instant }}"
    for kind in OF_LISTS:
        LetterText.objects.create(
            kind=kind, number=1, why="x", written_by=waiting.staff.asker, written_at=now,
            read_en_by=waiting.staff.second, read_en_at=now,
            read_zh_by=waiting.staff.second, read_zh_at=now, approved_at=now,
            subject_en="S", body_en=text, subject_zh="題", body_zh=text,
        )  # fmt: skip
    browser = Client()
    browser.force_login(waiting.staff.asker)

    drawn = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    page = browser.get(reverse("admin:selection_selection_change", args=[drawn.pk]))
    approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    publish_selection(selection_id=drawn.pk, by=waiting.staff.asker, now=now)
    one, other, *_ = waiting.applications
    confirm_place(application_id=one.pk, by=one.user, now=now)
    decline_place(application_id=other.pk, by=other.user, now=now)

    assert page.status_code == 200
    assert stages(one, other) == ["place-confirmed", "place-declined"]
    told = Message.objects.filter(kind__in=OF_LISTS)
    assert {message.kind for message in told} == set(OF_LISTS)
    assert {message.text_version for message in told} == {0}


def test_a_decline_of_an_extra_seat_that_is_taken_back_speaks_of_nobody_else(
    waiting: Waiting, now: datetime
) -> None:
    waiting.give(80, 70, 60, 60, 40, 30, 20, 10)
    tied = cohort_after_shortlist(waiting.cohort, waiting.staff, now=now)
    one = tied.selected[3]
    decline_place(application_id=one.pk, by=one.user, now=now)

    undo_decline(
        application_id=one.pk, reason="A slip of the hand.", by=waiting.staff.asker, now=now
    )

    assert Entry.objects.get(application=one).first_in_turn
    told = {m.kind: m.body for m in Message.objects.filter(person=one.user, state="queued")}
    assert set(told) == {"place-decline-undone"}
    assert "next person" not in told["place-decline-undone"]
    assert stages(*tied.reserves) == ["reserve"] * len(tied.reserves)


def test_a_shipped_text_with_other_words_is_another_text_than_was_approved(
    waiting: Waiting, now: datetime
) -> None:
    """A file has no number of its own: what counts is what it says."""
    staff = waiting.staff
    drawn = draw_up_step(waiting.cohort, "bootcamp", by=staff.asker, now=now)
    request_publication(selection_id=drawn.pk, by=staff.asker, now=now)
    drawn.refresh_from_db()
    texts = {kind: shipped_digest(kind) for kind in drawn.told_by["texts"]}
    assert drawn.told_by["texts"] == texts
    drawn.told_by["texts"] = texts | {"place-reserve": "0" * 64}  # as another release has it
    drawn.save(update_fields=["told_by"])

    with pytest.raises(UnableToPublish, match="texts or the dates of the letters have changed"):
        approve_publication(selection_id=drawn.pk, digest=drawn.digest, by=staff.second, now=now)
