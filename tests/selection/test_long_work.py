"""Ranking and publishing are done by a worker: once, watched, and with an end that can be read."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.domain import jobs
from accounts.domain.jobs import MAX_ATTEMPTS, run_job, sweep_jobs
from accounts.models import Job
from dtt.play.selection import approve, draw_up_step
from notifications.models import Message
from selection.domain.by_hand import PUBLISH, ask_to_publish
from selection.domain.drawing import RANK, draw_up
from selection.domain.publishing import UnableToPublish, publish_selection
from selection.models import Entry, Selection
from tests.selection.conftest import Waiting, stages
from tests.work import do_the_work

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _at_noon(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def approved(waiting: Waiting, now: datetime) -> Selection:
    run = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    approve(run, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    run.refresh_from_db()
    return run


def page_of(waiting: Waiting, selection: Selection, language: str = "en") -> str:
    client = Client()
    client.force_login(waiting.staff.asker)
    client.cookies["django_language"] = language
    return client.get(selection.get_absolute_url()).content.decode()


def press_publish(waiting: Waiting, selection: Selection) -> None:
    client = Client()
    client.force_login(waiting.staff.asker)
    url = reverse("admin:selection_selection_publish", args=[selection.pk])
    assert client.post(url, {"people": 8, "places": 3}).status_code == 302


def test_pressing_publish_twice_makes_one_job_and_one_letter_each(
    waiting: Waiting, approved: Selection, now: datetime
) -> None:
    press_publish(waiting, approved)
    press_publish(waiting, approved)
    waits = page_of(waiting, approved)

    assert Job.objects.filter(kind=PUBLISH).count() == 1
    assert ("<progress" in waits, "Publish now" in waits) == (True, False)
    assert stages(*waiting.applications) == ["eligible"] * 8
    assert do_the_work(now + MINUTE) == ["done"]
    assert do_the_work(now + 2 * MINUTE) == []
    assert Message.objects.filter(run=f"selection:{approved.pk}").count() == 8


def test_every_fact_of_a_publication_has_the_instant_at_which_the_worker_began(
    waiting: Waiting, approved: Selection, now: datetime
) -> None:
    ask_to_publish(selection_id=approved.pk, by=waiting.staff.asker, now=now)

    do_the_work(now + MINUTE)

    approved.refresh_from_db()
    letters = Message.objects.filter(run=f"selection:{approved.pk}")
    offers = Entry.objects.filter(selection=approved, seat__isnull=False)
    assert approved.published_at == now + MINUTE
    assert set(letters.values_list("queued_at", flat=True)) == {now + MINUTE}
    assert set(offers.values_list("offered_at", flat=True)) == {now + MINUTE}


def test_a_refusal_is_read_by_who_asked_in_their_language_and_nothing_is_done(
    waiting: Waiting, approved: Selection, now: datetime
) -> None:
    asker = waiting.staff.asker
    asker.language = "zh-hant"
    asker.save(update_fields=["language"])
    press_publish(waiting, approved)
    waiting.give(81)

    assert do_the_work(now + MINUTE) == ["failed"]

    approved.refresh_from_db()
    job = Job.objects.get(kind=PUBLISH)
    assert (approved.state, stages(*waiting.applications)) == ("drawn", ["eligible"] * 8)
    assert Message.objects.filter(run__startswith="selection:").count() == 0
    assert job.error == "名單編製後，有 1 人的分數曾經更改。 請重新編製。"
    page = page_of(waiting, approved, "zh-hant")
    assert (escape(job.error) in page, "<progress" in page) == (True, False)


def test_what_can_be_seen_at_once_is_said_at_once(waiting: Waiting, now: datetime) -> None:
    run = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)

    with pytest.raises(UnableToPublish, match="A second person has not approved"):
        ask_to_publish(selection_id=run.pk, by=waiting.staff.asker, now=now)

    assert Job.objects.filter(kind=PUBLISH).count() == 0


def test_a_publication_says_what_it_does_and_for_how_many(
    waiting: Waiting, approved: Selection, now: datetime
) -> None:
    told: list[tuple[int, int, str]] = []

    publish_selection(
        selection_id=approved.pk,
        by=waiting.staff.asker,
        now=now,
        tell=lambda *said: told.append(said),
    )

    assert told == [
        (0, 8, "Looking whether anything has changed"),
        (0, 8, "Giving the places"),
        (0, 8, "Writing the letters"),
    ]


def test_ranking_that_the_broker_lost_is_found_by_the_sweep(
    waiting: Waiting,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(jobs, "_send", sent.append)
    run = draw_up(cohort_id=waiting.cohort.pk, step="bootcamp", by=waiting.staff.asker, now=now)

    with django_capture_on_commit_callbacks(execute=True):
        swept = sweep_jobs(now=now + MINUTE)
    for pk in sent:
        run_job(job_id=pk, clock=lambda: now + MINUTE)

    run.refresh_from_db()
    assert (swept, len(sent), run.state) == (1, 1, "drawn")


def test_ranking_that_was_broken_off_again_and_again_says_so_and_can_be_begun_anew(
    waiting: Waiting, now: datetime
) -> None:
    run = draw_up(cohort_id=waiting.cohort.pk, step="bootcamp", by=waiting.staff.asker, now=now)
    Job.objects.filter(kind=RANK).update(state="running", started_at=now, attempts=MAX_ATTEMPTS)
    sweep_jobs(now=now + MINUTE)

    page = page_of(waiting, run)

    assert "The work was broken off several times. Nothing was changed." in page
    assert "<progress" not in page
    again = draw_up(cohort_id=waiting.cohort.pk, step="bootcamp", by=waiting.staff.asker, now=now)
    assert do_the_work(now + MINUTE) == ["done"]
    run.refresh_from_db()
    again.refresh_from_db()
    assert (run.state, again.state) == ("discarded", "drawn")


def test_a_ranking_says_what_it_does_and_for_how_many(waiting: Waiting, now: datetime) -> None:
    told: list[tuple[int, int, str]] = []
    run = draw_up(cohort_id=waiting.cohort.pk, step="bootcamp", by=waiting.staff.asker, now=now)
    job = Job.objects.get(kind=RANK)

    jobs.kind_of(job).run(job, lambda *said: told.append(said))

    run.refresh_from_db()
    assert run.state == "drawn"
    assert told == [(0, 8, "Ranking"), (0, 8, "Writing the places down")]
