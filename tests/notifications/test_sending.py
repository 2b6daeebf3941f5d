"""What two people agreed to tell many is told by a worker: once, watched, whole or not at all."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from accounts.domain.jobs import MAX_ATTEMPTS, run_job, sweep_jobs
from accounts.models import Approval, Job, User
from applications.models import Application, Cohort, Stage
from notifications.domain.announced import UnableToAnnounce
from notifications.domain.announcing import VALID_FOR
from notifications.domain.correcting import (
    CORRECTIONS,
    UnableToCorrect,
    write_correction,
)
from notifications.domain.mending import These, recall
from notifications.domain.sending import ANNOUNCEMENTS
from notifications.domain.watching import AT_A_TIME
from notifications.domain.writing import in_force, write_letter
from notifications.models import Announcement, Correction, Message
from tests.notifications.announcements import (
    HOLD,
    READ,
    SECOND,
    agree_to,
    agreed,
    agreed_and_sent,
    confirm,
    crowd,
    letters,
    notice,
    people,
    request_for,
    send,
    state,
    told,
)
from tests.notifications.test_agreeing import tamper
from tests.notifications.texts import read_both
from tests.walk import signed_in
from tests.work import do_the_work

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
BAR = "<progress"
AGAIN = "Try to send it again"


@pytest.fixture(autouse=True)
def _at_noon(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def crowded(cohort: Cohort, now: datetime) -> list[Application]:
    return crowd(cohort, 21, now=now)


@pytest.fixture
def asked(
    staff: list[User], cohort: Cohort, crowded: list[Application], now: datetime
) -> Announcement:
    return confirm(notice(cohort, staff[0], now), now)


def page_of(row: Announcement | Correction, reader: User) -> str:
    """What stands on the record of one, in the language of its reader."""
    browser = signed_in(reader)
    browser.cookies["django_language"] = reader.language
    name = f"admin:notifications_{row._meta.model_name}_change"
    return browser.get(reverse(name, args=[row.pk])).content.decode()


def press_send(row: Announcement | Correction, by: User) -> str:
    name = f"admin:notifications_{row._meta.model_name}_send"
    return signed_in(by).post(reverse(name, args=[row.pk]), follow=True).content.decode()


def approve_on_its_page(request: Approval, by: User) -> str:
    answer = signed_in(by).post(
        reverse("admin:accounts_approval_decide", args=[request.pk]),
        {"decision": "approve", "digest": request.digest, "confirmed": READ},
        follow=True,
    )
    return answer.content.decode()


def leave(applications: list[Application]) -> None:
    ids = [application.pk for application in applications]
    Application.objects.filter(pk__in=ids).update(stage=Stage.PLACE_DECLINED)


# ---- the answer, the bar, the end ----------------------------------------------------------------


def test_agreeing_answers_at_once_then_a_bar_stands_on_both_pages_until_it_is_sent(
    staff: list[User], asked: Announcement, now: datetime
) -> None:
    answer = approve_on_its_page(request_for(asked), staff[1])

    waits = page_of(asked, staff[0])
    assert (BAR in answer, BAR in waits, AGAIN in waits) == (True, True, False)
    assert "Waiting for a free worker." in waits
    assert (state(asked), told()) == ("agreed", [])
    assert do_the_work(now + MINUTE) == ["done"]
    sent = page_of(asked, staff[0])
    assert (BAR in sent, state(asked), len(told())) == (False, "sent", 21)
    request = reverse("admin:accounts_approval_change", args=[request_for(asked).pk])
    assert "It was done on" in signed_in(staff[1]).get(request).content.decode()
    assert Job.objects.get().result == {"letters": 21}


def test_what_one_person_may_send_is_sent_at_once_without_a_job(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 20, now=now)

    confirm(notice(cohort, staff[0], now), now)

    assert (len(told()), Job.objects.count()) == (20, 0)


def test_every_fact_has_the_instant_at_which_the_worker_began(
    staff: list[User], asked: Announcement, now: datetime
) -> None:
    agreed(asked, staff[1], now)

    do_the_work(now + MINUTE)

    asked.refresh_from_db()
    times = letters().values_list("queued_at", "due_at")
    assert set(times) == {(now + MINUTE, now + MINUTE + HOLD)}
    assert (asked.sent_at, asked.approved_by) == (now + MINUTE, staff[1])


def test_a_sending_says_what_it_does_and_how_far_it_is(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    heard: list[tuple[int, int, str]] = []
    many = crowd(cohort, AT_A_TIME + 1, now=now)
    written = confirm(notice(cohort, staff[0], now), now)
    agreed(written, staff[1], now)

    ANNOUNCEMENTS.send(pk=written.pk, by=staff[1], now=now, tell=lambda *said: heard.append(said))

    assert heard == [
        (0, AT_A_TIME + 1, "Looking who is still in the audience"),
        (AT_A_TIME, AT_A_TIME + 1, "Writing the letters"),
        (AT_A_TIME + 1, AT_A_TIME + 1, "Writing the letters"),
    ]
    assert told() == people(many)


def test_a_text_that_comes_into_use_among_the_letters_changes_none_of_them(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, AT_A_TIME + 1, now=now)
    asked = confirm(notice(cohort, staff[0], now), now)
    agreed(asked, staff[1], now)
    newer = write_letter(
        kind="programme-notice", text=in_force("programme-notice"), why="x", by=staff[0], now=now
    )

    def use_it(done: int, _total: int, _doing: str) -> None:
        if done == AT_A_TIME:
            read_both(newer, staff[1], now)

    ANNOUNCEMENTS.send(pk=asked.pk, by=staff[1], now=now, tell=use_it)

    newer.refresh_from_db()
    letters = Message.objects.filter(run=asked.run)
    assert newer.approved_at == now
    assert (set(letters.values_list("text_version", flat=True)), letters.count()) == ({0}, 501)


def test_a_sending_costs_no_query_a_person(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    counts = []
    for size, letter, stage in ((21, "f", Stage.FINALIST), (60, "p", Stage.PLACE_CONFIRMED)):
        crowd(cohort, size, now=now, letter=letter, stage=stage)
        written = confirm(notice(cohort, staff[0], now, stage), now)
        agreed(written, staff[1], now)
        with CaptureQueriesContext(connection) as queries:
            do_the_work(now)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert len(told()) == 81


# ---- once, and whole -----------------------------------------------------------------------------


class Died(BaseException):
    """The worker's process is gone."""


def test_a_worker_that_dies_among_the_letters_leaves_none_and_the_next_sends_each_once(
    staff: list[User], asked: Announcement, now: datetime
) -> None:
    agreed(asked, staff[1], now)

    def die(done: int, _total: int, _doing: str) -> None:
        if done:
            raise Died

    with pytest.raises(Died):
        ANNOUNCEMENTS.send(pk=asked.pk, by=staff[1], now=now, tell=die)
    Job.objects.update(state=Job.State.RUNNING, started_at=now, attempts=1)

    assert (state(asked), told()) == ("agreed", [])
    assert sweep_jobs(now=now + MINUTE) == 1
    assert do_the_work(now + MINUTE) == ["done"]
    assert (state(asked), len(told())) == ("sent", 21)


def test_a_task_that_runs_twice_sends_once(
    staff: list[User], asked: Announcement, now: datetime
) -> None:
    agreed_and_sent(asked, staff[1], now)

    again = run_job(job_id=Job.objects.get().pk, clock=lambda: now + MINUTE)

    assert (again, len(told())) == (None, 21)
    with pytest.raises(UnableToAnnounce, match="sent already"):
        ANNOUNCEMENTS.send(pk=asked.pk, by=staff[1], now=now)
    assert len(told()) == 21


def test_what_is_taken_back_in_the_hold_stays_back_though_the_task_runs_again(
    staff: list[User], asked: Announcement, now: datetime
) -> None:
    agreed_and_sent(asked, staff[1], now)
    recall(these=These(run=asked.run), by=staff[0], reason="wrong room", now=now)

    run_job(job_id=Job.objects.get().pk, clock=lambda: now + MINUTE)

    assert send(now + HOLD) == 1  # who asked is told that it was agreed to
    assert set(letters().values_list("state", flat=True)) == {"recalled"}


# ---- what may have changed since -----------------------------------------------------------------


def test_who_leaves_before_the_worker_comes_is_left_out_and_nobody_is_added(
    staff: list[User],
    cohort: Cohort,
    crowded: list[Application],
    asked: Announcement,
    now: datetime,
) -> None:
    agreed(asked, staff[1], now)
    leave(crowded[:2])
    crowd(cohort, 1, now=now, letter="late")

    assert do_the_work(now + MINUTE) == ["done"]

    asked.refresh_from_db()
    assert (told(), asked.told) == (people(crowded[2:]), 19)


def test_why_nobody_was_told_is_read_by_who_agreed_in_their_language_and_can_be_tried_again(
    staff: list[User], crowded: list[Application], asked: Announcement, now: datetime
) -> None:
    staff[1].language = "zh-hant"
    staff[1].save(update_fields=["language"])
    agreed(asked, staff[1], now)
    leave(crowded)

    assert do_the_work(now + MINUTE) == ["failed"]

    job = Job.objects.get()
    assert job.error == "撰寫之後，所有人都已不再屬於這個對象。"
    page = page_of(asked, staff[1])
    assert (escape(job.error) in page, BAR in page) == (True, False)
    assert (state(asked), told()) == ("agreed", [])
    Application.objects.update(stage=Stage.PLACE_CONFIRMED)
    assert AGAIN in page_of(asked, staff[0])
    pressed = [press_send(asked, staff[0]) for _ in range(2)]
    assert [BAR in page for page in pressed] == [True, True]
    assert Job.objects.count() == 2
    assert do_the_work(now + 2 * MINUTE) == ["done"]
    assert (state(asked), len(told())) == ("sent", 21)


@pytest.mark.parametrize("what", ["body_zh", "parameters", "addressee", "erased"])
def test_what_was_changed_after_a_second_person_agreed_is_not_sent(
    what: str, staff: list[User], asked: Announcement, now: datetime
) -> None:
    User.objects.create_user("outsider@people.example")
    agreed(asked, staff[1], now)

    tamper(asked, what)

    assert do_the_work(now + MINUTE) == ["failed"]
    assert "The content has changed" in Job.objects.get().error
    assert (state(asked), told()) == ("agreed", [])


def test_an_agreement_that_does_not_stand_sends_nothing(
    staff: list[User], asked: Announcement, now: datetime
) -> None:
    agreed(asked, staff[1], now)
    Approval.objects.update(state=Approval.State.REFUSED)

    assert do_the_work(now + MINUTE) == ["failed"]

    assert (state(asked), told()) == ("agreed", [])


@pytest.mark.parametrize(
    ("late", "ended", "letters"), [(-SECOND, "done", 21), (timedelta(), "failed", 0)]
)
def test_an_agreement_holds_for_three_days(
    late: timedelta,
    ended: str,
    letters: int,
    staff: list[User],
    asked: Announcement,
    now: datetime,
) -> None:
    agreed(asked, staff[1], now + MINUTE)

    assert do_the_work(now + MINUTE + VALID_FOR + late) == [ended]

    assert len(told()) == letters


def test_after_three_days_the_page_says_that_it_can_no_longer_be_sent(
    staff: list[User], asked: Announcement, now: datetime
) -> None:
    agreed(asked, staff[1], now)
    do_the_work(now + VALID_FOR)

    with time_machine.travel(now + VALID_FOR, tick=False):
        page = page_of(asked, staff[0])

    assert "A second person agreed to it more than three days ago. Write it again." in page
    assert "As it is, it cannot be sent." in page
    assert AGAIN not in page


def test_what_is_dropped_after_a_second_person_agreed_is_not_sent(
    staff: list[User], asked: Announcement, now: datetime
) -> None:
    agreed(asked, staff[1], now)

    ANNOUNCEMENTS.drop(pk=asked.pk, reason="it is mended", by=staff[0], now=now)

    assert do_the_work(now + MINUTE) == ["failed"]
    assert Job.objects.get().error == "It was dropped. Write it again."
    assert (state(asked), told()) == ("dropped", [])
    assert AGAIN not in page_of(asked, staff[0])


def test_writing_it_anew_drops_what_a_second_person_had_agreed_to(
    staff: list[User], cohort: Cohort, asked: Announcement, now: datetime
) -> None:
    agreed(asked, staff[1], now)

    notice(cohort, staff[0], now, instead_of=asked.pk, body_en="Room 6.")

    assert (state(asked), do_the_work(now + MINUTE), told()) == ("dropped", ["failed"], [])


def test_nobody_can_have_sent_what_a_second_person_has_not_agreed_to(
    staff: list[User], cohort: Cohort, asked: Announcement, now: datetime
) -> None:
    draft = notice(cohort, staff[0], now)

    for written in (draft, asked):
        with pytest.raises(UnableToAnnounce):
            ANNOUNCEMENTS.try_again(pk=written.pk, by=staff[0], now=now)
        with pytest.raises(UnableToAnnounce):
            ANNOUNCEMENTS.send(pk=written.pk, by=staff[0], now=now)
    pressed = press_send(draft, staff[0])

    assert "A second person has not been asked about it." in pressed
    assert (Job.objects.count(), told()) == (0, [])


def test_work_that_was_broken_off_again_and_again_says_so_and_can_be_begun_anew(
    staff: list[User], asked: Announcement, now: datetime
) -> None:
    agreed(asked, staff[1], now)
    Job.objects.update(state=Job.State.RUNNING, started_at=now, attempts=MAX_ATTEMPTS)
    sweep_jobs(now=now + MINUTE)

    page = page_of(asked, staff[0])

    assert "The work was broken off several times. Nothing was changed." in page
    press_send(asked, staff[0])
    assert do_the_work(now + MINUTE) == ["done"]
    assert len(told()) == 21


# ---- corrections ---------------------------------------------------------------------------------


@pytest.fixture
def correction(staff: list[User], asked: Announcement, now: datetime) -> Correction:
    """To twenty-one people, of something that has left; asked for and not agreed to."""
    agreed_and_sent(asked, staff[1], now)
    send(now + HOLD)
    return write_correction(
        message_ids=list(letters().values_list("pk", flat=True)),
        text_en="It is room 6.",
        text_zh="是六號課室。",
        incident="typed the wrong room",
        by=staff[0],
        now=now + HOLD,
    )


def request_of(correction: Correction) -> Approval:
    return Approval.objects.get(kind="send-correction", object_id=str(correction.pk))


def corrected() -> int:
    return Message.objects.filter(kind="correction").count()


def test_agreeing_to_a_correction_answers_at_once_and_a_worker_tells_each_once(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    answer = approve_on_its_page(request_of(correction), staff[1])
    waits = page_of(correction, staff[0])

    assert (BAR in answer, BAR in waits, corrected()) == (True, True, 0)
    assert do_the_work(now + HOLD) == ["done"]
    assert do_the_work(now + HOLD) == []
    with pytest.raises(UnableToCorrect, match="sent already"):
        CORRECTIONS.send(pk=correction.pk, by=staff[1], now=now + HOLD)
    right = Message.objects.filter(kind="correction")
    assert set(right.values_list("corrects", flat=True)) == set(
        correction.messages.values_list("pk", flat=True)
    )
    assert (BAR in page_of(correction, staff[0]), corrected()) == (False, 21)


def test_a_correction_whose_people_changed_after_a_second_person_agreed_is_not_sent(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    agree_to(correction, staff[1], now + HOLD)
    first = correction.messages.order_by("pk")[0]
    correction.messages.remove(first)

    assert do_the_work(now + HOLD) == ["failed"]

    page = page_of(correction, staff[0])
    assert "The content has changed since approval was asked for." in page
    assert (AGAIN in page, BAR in page, corrected()) == (True, False, 0)
    correction.messages.add(first)
    assert BAR in press_send(correction, staff[0])
    assert do_the_work(now + HOLD) == ["done"]
    assert corrected() == 21


def test_a_correction_to_which_nobody_agreed_cannot_be_had_sent(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    with pytest.raises(UnableToCorrect, match="has not agreed"):
        CORRECTIONS.try_again(pk=correction.pk, by=staff[0], now=now)
    with pytest.raises(UnableToCorrect, match="has not agreed"):
        CORRECTIONS.send(pk=correction.pk, by=staff[0], now=now)

    assert (Job.objects.filter(kind__endswith="correction").count(), corrected()) == (0, 0)


def test_an_agreement_to_a_correction_holds_for_three_days(
    staff: list[User], correction: Correction, now: datetime
) -> None:
    agree_to(correction, staff[1], now + HOLD)

    assert do_the_work(now + HOLD + VALID_FOR) == ["failed"]

    with time_machine.travel(now + HOLD + VALID_FOR, tick=False):
        page = page_of(correction, staff[0])
    assert "A second person agreed to it more than three days ago." in page
    assert (AGAIN in page, corrected()) == (False, 0)
