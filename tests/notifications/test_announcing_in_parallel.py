"""Two tabs, two people, one letter to many: it is sent once. Each on a connection of its own."""

from datetime import datetime
from functools import partial

import pytest

from accounts.domain.jobs import run_job
from accounts.models import Approval, Job, User
from accounts.roles import Role
from applications.models import Cohort
from dtt.play.people import let_read, make_user
from notifications.domain.sending import ANNOUNCEMENTS
from notifications.models import Announcement, Message
from tests.notifications.announcements import (
    agreed,
    answer,
    confirm,
    crowd,
    letters,
    notice,
    request_for,
    state,
)
from tests.parallel import at_once, results_at_once
from tests.work import do_the_work

pytestmark = pytest.mark.django_db(transaction=True)


def test_tabs_that_confirm_at_once_send_once(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 5, now=now)
    written = notice(cohort, staff[0], now)

    done = at_once([lambda: confirm(written, now)] * 5)

    assert sorted(done) == ["UnableToAnnounce"] * 4 + ["done"]
    assert Message.objects.filter(run=written.run).count() == 5
    assert Announcement.objects.get().told == 5


def test_tabs_and_second_persons_at_once_ask_once_and_send_once(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    written = notice(cohort, staff[0], now)
    third = make_user("third@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)
    let_read(third, by=staff[0], now=now)

    asked = at_once([lambda: confirm(written, now)] * 5)
    request = request_for(written)
    decided = at_once(
        [lambda by=by: answer(request, by, now) for by in (staff[1], third, staff[1], third)]
    )

    assert sorted(asked) == ["UnableToAnnounce"] * 4 + ["done"]
    assert sorted(decided) == ["UnableToApprove"] * 3 + ["done"]
    assert (Approval.objects.count(), Job.objects.count()) == (1, 1)
    assert (do_the_work(now), letters().count()) == (["done"], 21)


def test_what_is_dropped_and_agreed_to_at_once_is_not_sent(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    written = notice(cohort, staff[0], now)
    confirm(written, now)
    request = request_for(written)

    done = at_once(
        [
            partial(drop, written, staff[0], now),
            lambda: answer(request, staff[1], now),
        ]
    )

    outcome = (done, request_for(written).state, do_the_work(now))
    assert (state(written), letters().count()) == ("dropped", 0)
    assert outcome in (
        (["done", "UnableToApprove"], "void", []),
        (["done", "done"], "approved", ["failed"]),
    )


def test_of_confirming_and_dropping_at_once_neither_waits_for_the_other_in_vain(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    for _ in range(10):
        written = notice(cohort, staff[0], now)

        done = at_once([partial(confirm, written, now), partial(drop, written, staff[0], now)])

        assert (done[1], state(written)) == ("done", "dropped")
        assert done[0] in ("done", "UnableToAnnounce")
    assert not Approval.objects.filter(state=Approval.State.REQUESTED).exists()


def test_of_dropping_and_sending_at_once_one_wins_whole(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    written = notice(cohort, staff[0], now)
    confirm(written, now)
    agreed(written, staff[1], now)

    done = results_at_once(
        [partial(drop, written, staff[0], now), lambda: work_on(Job.objects.get(), now)]
    )

    outcome = (state(written), letters().count(), done)
    assert outcome in (
        ("dropped", 0, [None, "failed"]),
        ("sent", 21, ["UnableToAnnounce", "done"]),
    )


def test_workers_that_are_given_the_same_job_at_once_send_once(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    written = notice(cohort, staff[0], now)
    confirm(written, now)
    agreed(written, staff[1], now)
    job = Job.objects.get()

    ended = results_at_once([lambda: work_on(job, now)] * 4)

    assert sorted(ended, key=str) == [None, None, None, "done"]
    assert Message.objects.filter(run=written.run).count() == 21


def test_tabs_that_try_again_at_once_make_one_job(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 21, now=now)
    written = notice(cohort, staff[0], now)
    confirm(written, now)
    agreed(written, staff[1], now)
    Job.objects.update(state=Job.State.FAILED, ended_at=now)

    tried = results_at_once([lambda: try_again(written, staff[0], now)] * 4)

    assert len(set(tried)) == 1
    assert do_the_work(now) == ["done"]
    assert (Job.objects.count(), letters().count()) == (2, 21)


def drop(written: Announcement, by: User, now: datetime) -> None:
    ANNOUNCEMENTS.drop(pk=written.pk, reason="x", by=by, now=now)


def try_again(written: Announcement, by: User, now: datetime) -> int:
    return ANNOUNCEMENTS.try_again(pk=written.pk, by=by, now=now).pk


def work_on(job: Job, now: datetime) -> str | None:
    return run_job(job_id=job.pk, clock=lambda: now)
