"""What a list was published from stays as it is, unless two people open it, and then for a day."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.domain.approvals import UnableToApprove, decide
from accounts.models import Approval, AuditEvent, User
from applications.domain.claims import hold
from applications.domain.cohorts import change_rules
from applications.domain.lateness import give_late_access
from applications.domain.locking import (
    InputLocked,
    UnableToUnlock,
    ask_unlock,
    close_again,
)
from applications.domain.review import decide_eligibility
from applications.models import Application, Cohort, InputLock, LateAccess
from dtt.play.people import make_cohort, make_user
from dtt.play.selection import Shortlist, approve, cohort_after_shortlist, draw_up_step
from selection.domain.overriding import ask_override
from selection.domain.publishing import publish_selection
from selection.models import Override
from tests.parallel import at_once
from tests.selection.conftest import Waiting, make_eligible, make_waiting, stages

DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


def lock_of(cohort: Cohort) -> InputLock:
    return InputLock.objects.get(cohort=cohort, part="eligible")


def judge(application: Application, by: User, now: datetime) -> None:
    """Find somebody ineligible, as a reviewer does."""
    hold(application_id=application.pk, by=by, now=now)
    decide_eligibility(
        application_id=application.pk, eligible=False, reason="Not 18.", by=by, now=now
    )


def opened(shortlist: Shortlist, asker: User, second: User, now: datetime) -> InputLock:
    lock = lock_of(shortlist.selection.cohort)
    asked = ask_unlock(lock_id=lock.pk, reason="A form was misread.", by=asker, now=now)
    decide(approval_id=asked.pk, approve=True, digest=asked.digest, by=second, now=now)
    lock.refresh_from_db()
    return lock


@pytest.mark.django_db
def test_nothing_is_locked_before_a_list_is_published(waiting: Waiting, now: datetime) -> None:
    draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)

    judge(waiting.applications[7], waiting.staff.asker, now)

    assert stages(waiting.applications[7]) == ["ineligible"]
    assert not InputLock.objects.exists()


@pytest.mark.django_db
def test_publishing_locks_who_is_eligible(
    waiting: Waiting, shortlist: Shortlist, now: datetime
) -> None:
    late = make_user("late@dtt.example", now=now)
    [newcomer] = make_eligible(make_cohort(now=now, slug="other"), 1, now=now)
    Application.objects.filter(pk=newcomer.pk).update(cohort=waiting.cohort)
    asker = waiting.staff.asker

    with pytest.raises(InputLocked, match="“Who is eligible” is locked since Mon 1 Mar 2027"):
        judge(newcomer, asker, now)
    with pytest.raises(InputLocked):
        change_rules(
            cohort_id=waiting.cohort.pk, values={"days_needed": 1}, reason="x", by=asker, now=now
        )
    with pytest.raises(InputLocked):
        give_late_access(
            cohort_id=waiting.cohort.pk,
            user_id=late.pk,
            until=waiting.cohort.quiz_closes_at,
            reason="Ill.",
            by=asker,
            now=now,
        )

    assert stages(newcomer) == ["eligible"]
    assert not LateAccess.objects.exists()
    lock = lock_of(waiting.cohort)
    assert (lock.because, lock.locked_at) == (shortlist.selection.label, now)


@pytest.mark.django_db
def test_another_cohort_is_not_locked(shortlist: Shortlist, now: datetime) -> None:
    other = make_cohort(now=now, slug="autumn")
    [person] = make_eligible(other, 1, now=now)

    judge(person, shortlist.selection.created_by or person.user, now)

    assert stages(person) == ["ineligible"]


@pytest.mark.django_db
def test_two_people_open_it_for_a_day(
    waiting: Waiting, shortlist: Shortlist, now: datetime
) -> None:
    staff, cohort = waiting.staff, waiting.cohort

    lock = opened(shortlist, staff.asker, staff.second, now)

    assert (lock.asked_by, lock.agreed_by) == (staff.asker, staff.second)
    assert lock.open_until == now + DAY
    change = partial(change_rules, cohort_id=cohort.pk, reason="Misread.", by=staff.asker)
    last = now + DAY - timedelta(microseconds=1)
    assert change(values={"days_needed": 1}, now=last).days_needed == 1
    with pytest.raises(InputLocked):
        change(values={"days_needed": 2}, now=now + DAY)
    verbs = AuditEvent.objects.filter(verb__in=["lock-input", "open-input"])
    assert list(verbs.order_by("pk").values_list("verb", flat=True)) == ["lock-input", "open-input"]


@pytest.mark.django_db
def test_who_asks_does_not_agree(waiting: Waiting, shortlist: Shortlist, now: datetime) -> None:
    asker, lock = waiting.staff.asker, lock_of(waiting.cohort)

    with pytest.raises(UnableToApprove, match="cannot approve"):
        opened(shortlist, asker, asker, now)

    lock.refresh_from_db()
    assert lock.open_until is None


@pytest.mark.django_db
def test_it_is_closed_again_at_once_and_twice_is_once(
    waiting: Waiting, shortlist: Shortlist, now: datetime
) -> None:
    staff = waiting.staff
    lock = opened(shortlist, staff.asker, staff.second, now)
    later = now + timedelta(minutes=5)

    for _twice in range(2):
        close_again(lock_id=lock.pk, by=staff.asker, now=later)

    with pytest.raises(InputLocked):
        change_rules(
            cohort_id=waiting.cohort.pk,
            values={"days_needed": 1},
            reason="x",
            by=staff.asker,
            now=later,
        )
    assert AuditEvent.objects.filter(verb="close-input").count() == 1


@pytest.mark.django_db
def test_asking_needs_a_reason_and_something_that_is_locked(
    waiting: Waiting, shortlist: Shortlist, now: datetime
) -> None:
    staff, lock = waiting.staff, lock_of(waiting.cohort)
    with pytest.raises(UnableToUnlock, match="Say what has to change"):
        ask_unlock(lock_id=lock.pk, reason=" \n", by=staff.asker, now=now)

    opened(shortlist, staff.asker, staff.second, now)

    with pytest.raises(UnableToUnlock, match="open until Tue 2 Mar 2027"):
        ask_unlock(lock_id=lock.pk, reason="Again.", by=staff.asker, now=now)
    assert Approval.objects.filter(kind="open-locked-input").count() == 1


@pytest.mark.django_db
def test_the_database_refuses_a_lock_that_one_person_opened(
    waiting: Waiting, shortlist: Shortlist, now: datetime
) -> None:
    one = waiting.staff.asker
    with pytest.raises(IntegrityError, match="opened_by_two"), transaction.atomic():
        InputLock.objects.filter(cohort=waiting.cohort).update(
            open_until=now + DAY, asked_by=one, agreed_by=one, reason="Alone."
        )


@pytest.mark.django_db
def test_the_pages_say_what_hangs_on_it_before_anybody_asks(
    waiting: Waiting, shortlist: Shortlist, now: datetime
) -> None:
    lock, client = lock_of(waiting.cohort), Client()
    client.force_login(waiting.staff.asker)
    ask = reverse("admin:applications_lock_open", args=[lock.pk])

    before = client.get(ask).content.decode()
    wrong = client.post(ask, {"reason": ""})
    right = client.post(ask, {"reason": "A form was misread."}, follow=True)
    client.force_login(waiting.staff.second)
    [asked] = Approval.objects.filter(kind="open-locked-input")
    request = client.get(reverse("admin:accounts_approval_change", args=[asked.pk]))

    relies = "3 selected, 0 have confirmed, 3 are asked for an answer."
    assert relies in before
    assert wrong.status_code == 422
    assert "A second person has been asked to open it" in right.content.decode()
    assert relies in request.content.decode()
    assert "A form was misread." in request.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_decision_and_a_publication_at_one_moment_never_cross(now: datetime) -> None:
    for number in range(5):
        waiting = make_waiting(now, slug=f"round{number}").give(80, 70, 60, 50, 40, 30, 20, 10)
        asker, second = waiting.staff.asker, waiting.staff.second
        drawn = draw_up_step(waiting.cohort, "bootcamp", by=asker, now=now)
        approve(drawn, by=asker, approver=second, now=now)
        best = waiting.applications[0]
        hold(application_id=best.pk, by=asker, now=now)

        publish = partial(publish_selection, selection_id=drawn.pk, by=asker, now=now)
        refuse = partial(decide_eligibility, application_id=best.pk, by=asker, now=now)

        done = at_once([publish, partial(refuse, eligible=False, reason="Not 18.")])

        left = stages(*waiting.applications).count("place-offered")
        assert (done, stages(best), left) in [
            (["done", "InputLocked"], ["place-offered"], 3),
            (["done", "done"], ["ineligible"], 3),
        ]


@pytest.mark.django_db(transaction=True)
def test_a_move_by_hand_and_a_publication_at_one_moment_never_both_count(now: datetime) -> None:
    for number in range(5):
        waiting = make_waiting(now, slug=f"round{number}").give(80, 70, 60, 50, 40, 30, 20, 10)
        asker, second = waiting.staff.asker, waiting.staff.second
        drawn = draw_up_step(waiting.cohort, "bootcamp", by=asker, now=now)
        approve(drawn, by=asker, approver=second, now=now)
        asked = ask_override(
            cohort_id=waiting.cohort.pk,
            step="bootcamp",
            reference=waiting.applications[7].reference,
            way="in",
            category="error",
            reason="The quiz stopped.",
            by=asker,
            now=now,
        )
        agree = partial(decide, approval_id=asked.pk, digest=asked.digest, by=second, now=now)

        done = at_once(
            [
                partial(publish_selection, selection_id=drawn.pk, by=asker, now=now),
                partial(agree, approve=True),
            ]
        )

        moved = Override.objects.filter(cohort=waiting.cohort).count()
        assert (done, moved) in [
            (["done", "UnableToOverride"], 0),
            (["UnableToPublish", "done"], 1),
        ]


@pytest.mark.django_db(transaction=True)
def test_asking_again_while_the_second_person_agrees_ends_for_both(now: datetime) -> None:
    for number in range(5):
        waiting = make_waiting(now, slug=f"round{number}").give(80, 70, 60, 50, 40, 30, 20, 10)
        asker, second = waiting.staff.asker, waiting.staff.second
        cohort_after_shortlist(waiting.cohort, waiting.staff, now=now)
        lock = lock_of(waiting.cohort)
        ask = partial(ask_unlock, lock_id=lock.pk, by=asker, now=now)
        asked = ask(reason="A form was misread.")
        agree = partial(decide, approval_id=asked.pk, digest=asked.digest, by=second, now=now)

        done = at_once([partial(ask, reason="Two forms were."), partial(agree, approve=True)])

        lock.refresh_from_db()
        assert (done, lock.open_until) in [
            (["UnableToUnlock", "done"], now + DAY),
            (["done", "UnableToApprove"], None),
        ]
