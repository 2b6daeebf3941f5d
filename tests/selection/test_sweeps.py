"""What time does to lists: the trouble of one list, or of one person, stops nothing else."""

import logging
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.utils import translation

from accounts.errors import Refused
from applications.models import Application
from dtt.celery import app
from dtt.play.selection import Shortlist, cohort_after_shortlist, draw_up_step
from notifications import kinds
from notifications.domain.outbox import Telling, queue
from notifications.models import Message
from selection.domain.drawing import draw_up
from selection.domain.expiring import close_reserves, expire_unanswered
from selection.domain.publishing import (
    approve_publication,
    publish_due,
    request_publication,
)
from selection.domain.troubles import Chore, do_each
from selection.models import Selection
from selection.wording import say_turn
from tests.selection.conftest import Waiting, make_waiting, messages_to, seats, stages

pytestmark = pytest.mark.django_db
DEADLINE = timedelta(hours=48)
MINUTE = timedelta(minutes=1)
CONTRADICTION = "One person would be told two things of one decision that contradict each other."


@pytest.fixture
def beside(now: datetime) -> Shortlist:
    """The published list of another cohort, younger than `shortlist`."""
    other = make_waiting(now, slug="autumn").give(80, 70, 60, 50, 40, 30, 20, 10)
    return cohort_after_shortlist(other.cohort, other.staff, now=now)


def tell_otherwise(
    application: Application, selection: Selection, fact: str, now: datetime
) -> None:
    """Tell somebody of a fact of a list what contradicts it, so that it cannot be told any more."""
    telling = Telling(
        application.user,
        "place-confirmed",
        run=f"selection:{selection.pk}:{fact}",
        topic=f"selection:{selection.cohort_id}:{selection.step}",
        variables=dict(kinds.known("place-confirmed").examples),
    )
    queue([telling], now=now)


def troubles_of(selection: Selection) -> tuple[str, str]:
    selection = Selection.objects.get(pk=selection.pk)
    english = selection.trouble_said
    with translation.override("zh-hant"):
        return english, selection.trouble_said


def test_one_persons_trouble_stops_neither_the_others_nor_the_next_list(
    shortlist: Shortlist, beside: Shortlist, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    stuck = shortlist.selected[1]
    tell_otherwise(stuck, shortlist.selection, "lapsed", now)

    freed = expire_unanswered(now=now + DEADLINE)

    assert freed == 2 + 3
    assert stages(*shortlist.selected) == ["place-lapsed", "place-offered", "place-lapsed"]
    assert stages(*shortlist.reserves) == ["place-offered", "place-offered", "reserve"]
    assert stages(*beside.reserves) == ["place-offered"] * 3
    assert list(seats(shortlist.selection)) == [1, 2, 3]
    english, chinese = troubles_of(shortlist.selection)
    assert english.startswith(CONTRADICTION)
    assert chinese.startswith("同一人會就同一項決定收到互相矛盾的訊息。")
    assert troubles_of(beside.selection) == ("", "")
    assert [r.levelno for r in caplog.records if r.name == "dtt.lists"] == [logging.ERROR]


def test_a_trouble_is_gone_when_there_is_nothing_to_complain_of(
    shortlist: Shortlist, now: datetime
) -> None:
    tell_otherwise(shortlist.selected[1], shortlist.selection, "lapsed", now)
    expire_unanswered(now=now + DEADLINE)
    Message.objects.filter(run=f"selection:{shortlist.selection.pk}:lapsed").update(state="void")

    assert expire_unanswered(now=now + DEADLINE + MINUTE) == 1

    assert troubles_of(shortlist.selection) == ("", "")
    assert stages(*shortlist.selected) == ["place-lapsed"] * 3


def test_one_persons_trouble_does_not_keep_a_reserve_list_open_for_the_others(
    shortlist: Shortlist, beside: Shortlist, now: datetime
) -> None:
    stuck = shortlist.reserves[0]
    tell_otherwise(stuck, shortlist.selection, "reserve-closed", now)

    told = close_reserves(now=shortlist.selection.reserves_until)

    assert told == 2 + 3
    assert stages(*shortlist.reserves) == ["reserve", "not-selected", "not-selected"]
    assert stages(*beside.reserves) == ["not-selected"] * 3
    assert messages_to(shortlist.reserves[1])[-1] == "place-reserve-closed"
    assert troubles_of(shortlist.selection)[0].startswith(CONTRADICTION)


def test_a_list_that_cannot_appear_does_not_keep_the_next_one(now: datetime) -> None:
    at = now + timedelta(hours=5)
    runs = []
    for slug in ("spring", "autumn"):
        waiting = make_waiting(now, slug=slug).give(80, 70, 60, 50, 40, 30, 20, 10)
        run = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
        request_publication(selection_id=run.pk, by=waiting.staff.asker, now=now, publish_at=at)
        runs.append(Selection.objects.get(pk=run.pk))
    refused, agreed = runs
    approve_publication(
        selection_id=agreed.pk, digest=agreed.digest, by=waiting.staff.second, now=now
    )

    assert [publish_due(now=at), publish_due(now=at + MINUTE)] == [1, 0]

    states = [Selection.objects.get(pk=run.pk).state for run in runs]
    assert states == ["drawn", "published"]
    english, chinese = troubles_of(refused)
    assert english == "A second person has not approved this list as it is now."
    assert chinese not in ("", english)


def test_a_run_that_a_newer_one_replaces_says_so_in_both_languages(
    waiting: Waiting, now: datetime
) -> None:
    first = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)

    with translation.override("zh-hant"):
        draw_up(cohort_id=waiting.cohort.pk, step="bootcamp", by=waiting.staff.asker, now=now)

    first.refresh_from_db()
    assert (first.state, first.trouble_said) == (
        "discarded",
        "A newer run of this list was drawn up.",
    )


def test_an_error_surfaces_when_all_the_other_lists_are_done(
    shortlist: Shortlist, beside: Shortlist
) -> None:
    done = []

    def fail() -> int:
        return 1 // 0

    def refuse() -> int:
        raise Refused("No.")

    chores = [
        Chore(shortlist.selection.pk, fail),
        Chore(beside.selection.pk, refuse),
        Chore(beside.selection.pk, lambda: done.append("the last") or 1),
    ]

    with pytest.raises(ZeroDivisionError):
        do_each(chores, sweep="test")

    assert done == ["the last"]
    assert troubles_of(beside.selection) == ("No.", "No.")


def test_each_sweep_is_a_task_of_its_own() -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled <= set(app.tasks)
    assert scheduled >= {
        "selection.publish_due",
        "selection.expire_unanswered",
        "selection.remind_unanswered",
        "selection.close_reserves",
    }


def test_who_is_told_of_the_closing_reads_where_they_really_stood(now: datetime) -> None:
    """Also where one person's trouble has it done person by person."""
    waiting = make_waiting(now, people=40, places=3, reserves=30).give(*range(90, 50, -1))
    published = cohort_after_shortlist(waiting.cohort, waiting.staff, now=now)
    selection = published.selection
    tell_otherwise(published.reserves[5], selection, "reserve-closed", now)

    close_reserves(now=selection.reserves_until)

    said = {1: "among the first 10", 12: "between number 11 and number 25", 28: "number 26"}
    for turn, band in said.items():
        person = published.reserves[turn]
        with translation.override(person.user.language):
            expected = say_turn(turn + 1)
        letter = Message.objects.get(person=person.user, kind="place-reserve-closed")
        assert expected in letter.body
        if person.user.language == "en":
            assert band in letter.body
    assert troubles_of(selection)[0].startswith(CONTRADICTION)
