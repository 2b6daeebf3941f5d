"""Who comes back after the list has come out gets what it decided; nobody waits for no list."""

from datetime import datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.domain.approvals import decide
from applications.domain.applying import withdraw_application
from applications.domain.claims import hold
from applications.domain.importing import import_file
from applications.domain.locking import InputLocked, ask_unlock
from applications.domain.restoring import UnableToRestore, restore_application
from applications.domain.review import UnableToReview, decide_eligibility
from applications.models import Application, InputLock, Stage
from dtt.play.people import make_cohort
from dtt.play.selection import approve, draw_up_step
from notifications.models import Message
from selection.domain.appealing import why_no_appeal
from selection.domain.expiring import close_reserves, expire_unanswered
from selection.domain.publishing import publish_selection
from selection.domain.replying import decline_place
from selection.models import Entry, Selection
from selection.queries import awaited_by, turn_of
from tests.selection.conftest import Waiting, make_eligible, messages_to, seats, stages
from tests.selection.test_leaving import final, page_of

__all__ = ["final"]
pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WHY = "Pressed the wrong button."
FIRST_TEN = "You are among the first 10 on it now."


def draw_up(waiting: Waiting, now: datetime) -> Selection:
    drawn = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    return drawn


def publish(selection: Selection, waiting: Waiting, now: datetime) -> Selection:
    return publish_selection(selection_id=selection.pk, by=waiting.staff.asker, now=now)


def leave(application: Application, now: datetime) -> None:
    withdraw_application(application_id=application.pk, by=application.user, now=now)


def come_back(application: Application, waiting: Waiting, now: datetime) -> Application:
    return restore_application(
        application_id=application.pk, reason=WHY, by=waiting.staff.asker, now=now
    )


def entry_of(application: Application) -> Entry:
    return Entry.objects.select_related("application", "selection__cohort").get(
        application=application
    )


@pytest.mark.parametrize(
    ("place", "stage", "turn", "told", "said"),
    [
        (0, "reserve", 3, [], FIRST_TEN),  # had been selected
        (3, "reserve", 1, [], FIRST_TEN),  # a reserve has the old turn
        (7, "not-selected", None, ["place-not-selected"], "You have not been selected this time"),
    ],
)
def test_who_withdrew_before_the_list_and_is_back_after_it_stands_where_it_says(
    waiting: Waiting,
    now: datetime,
    place: int,
    stage: str,
    turn: int | None,
    told: list[str],
    said: str,
) -> None:
    person, drawn = waiting.applications[place], draw_up(waiting, now)
    leave(person, now)
    publish(drawn, waiting, now)

    back = come_back(person, waiting, now + HOUR)

    assert (back.stage, stages(person)) == (stage, [stage])
    assert awaited_by(back) is None
    assert (turn_of(entry_of(person)), messages_to(person)) == (turn, told)
    page = page_of(person, now + HOUR)
    assert (said in page, "You withdrew" in page) == (True, False)
    letter = Message.objects.get(person=person.user, kind="application-restored")
    waits = "後備名單" if person.user.language == "zh-hant" else "on the reserve list, and"
    assert (waits in letter.body) == (stage == "reserve")


def test_who_is_back_gets_nobodys_place_and_the_next_free_one_after_the_reserves(
    waiting: Waiting, now: datetime
) -> None:
    person, drawn = waiting.applications[0], draw_up(waiting, now)
    leave(person, now)
    publish(drawn, waiting, now)
    held = seats(drawn)
    come_back(person, waiting, now + HOUR)

    expire_unanswered(now=now + HOUR)
    assert seats(drawn) == held
    for leaver in waiting.applications[1:3]:
        decline_place(application_id=leaver.pk, by=leaver.user, now=now + HOUR)
    assert stages(person, *waiting.applications[4:6]) == ["reserve", *["place-offered"] * 2]
    last = waiting.applications[3]
    decline_place(application_id=last.pk, by=last.user, now=now + HOUR)

    assert stages(person) == ["place-offered"]
    assert messages_to(person) == ["place-offered"]


def test_a_place_that_is_free_already_is_offered_with_the_next_sweep(
    waiting: Waiting, now: datetime
) -> None:
    person, drawn = waiting.applications[0], draw_up(waiting, now)
    leave(person, now)
    publish(drawn, waiting, now)
    for reserve in waiting.applications[4:6]:
        leave(reserve, now)
    decline_place(
        application_id=waiting.applications[1].pk, by=waiting.applications[1].user, now=now
    )
    come_back(person, waiting, now + HOUR)

    expire_unanswered(now=now + HOUR)

    assert stages(person) == ["place-offered"]


def test_who_is_back_after_the_reserve_list_has_closed_is_told_so_at_once(
    waiting: Waiting, now: datetime
) -> None:
    person, drawn = waiting.applications[0], draw_up(waiting, now)
    closes = drawn.reserves_until
    leave(person, closes - HOUR)
    approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=closes - HOUR)
    publish(drawn, waiting, closes - HOUR)

    back = come_back(person, waiting, closes)

    assert (back.stage, entry_of(person).reply) == ("not-selected", "closed")
    assert messages_to(person) == ["place-reserve-closed"]
    assert "The reserve list has closed" in page_of(person, closes)
    assert close_reserves(now=closes) == 2


def test_who_was_in_no_run_stays_withdrawn_and_staff_read_why(
    waiting: Waiting, now: datetime
) -> None:
    person, browser = waiting.applications[0], Client()
    leave(person, now)
    publish(draw_up(waiting, now), waiting, now)

    with pytest.raises(UnableToRestore, match="without this application"):
        come_back(person, waiting, now + HOUR)
    with time_machine.travel(now + HOUR, tick=False):
        browser.force_login(waiting.staff.asker)
        page = browser.get(reverse("admin:applications_restore", args=[person.pk]))

    assert stages(person) == ["withdrawn"]
    assert "no other list will rank it" in page.content.decode()


def test_who_withdrew_undecided_is_not_brought_back_past_the_list(
    waiting: Waiting, now: datetime
) -> None:
    person = waiting.applications[0]
    Application.objects.filter(pk=person.pk).update(stage=Stage.SUBMITTED)
    leave(person, now)
    publish(draw_up(waiting, now), waiting, now)

    with pytest.raises(UnableToRestore, match="without this application"):
        come_back(person, waiting, now + HOUR)


def open_eligibility(waiting: Waiting, now: datetime) -> None:
    lock = InputLock.objects.get(cohort=waiting.cohort, part="eligible")
    asked = ask_unlock(lock_id=lock.pk, reason="Misread.", by=waiting.staff.asker, now=now)
    with time_machine.travel(now, tick=False):
        decide(
            approval_id=asked.pk,
            approve=True,
            digest=asked.digest,
            by=waiting.staff.second,
            now=now,
        )


def find(application: Application, waiting: Waiting, now: datetime, *, eligible: bool) -> None:
    hold(application_id=application.pk, by=waiting.staff.asker, now=now)
    decide_eligibility(
        application_id=application.pk,
        eligible=eligible,
        reason="The form was misread.",
        by=waiting.staff.asker,
        now=now,
    )


@pytest.mark.parametrize(("place", "stage"), [(0, "reserve"), (3, "reserve"), (7, "not-selected")])
def test_who_is_found_eligible_after_all_stands_where_the_list_says(
    waiting: Waiting, now: datetime, place: int, stage: str
) -> None:
    person, drawn = waiting.applications[place], draw_up(waiting, now)
    find(person, waiting, now, eligible=False)
    publish(drawn, waiting, now)
    open_eligibility(waiting, now + HOUR)

    find(person, waiting, now + HOUR, eligible=True)

    assert stages(person) == [stage]
    assert entry_of(person).standing == stage
    assert "cannot take part" not in page_of(person, now + HOUR)


def test_nobody_is_found_eligible_for_a_list_that_came_out_without_them(
    waiting: Waiting, now: datetime
) -> None:
    [person] = make_eligible(make_cohort(now=now, slug="other"), 1, now=now)
    Application.objects.filter(pk=person.pk).update(cohort=waiting.cohort, stage=Stage.SUBMITTED)
    publish(draw_up(waiting, now), waiting, now)
    open_eligibility(waiting, now + HOUR)

    with pytest.raises(UnableToReview, match="without this application"):
        find(person, waiting, now + HOUR, eligible=True)

    assert stages(person) == ["submitted"]


def test_nobody_is_imported_past_a_list(waiting: Waiting, now: datetime) -> None:
    publish(draw_up(waiting, now), waiting, now)
    file = b"Email,Surname,Given names,Status,Completion,Honour code,Privacy notice\n"
    file += b"late@dtt.example,CHAN,Tai Man,Student,2028-06,Yes,Yes\n"
    take = partial(
        import_file, cohort_id=waiting.cohort.pk, name="b.csv", content=file, by=None, now=now
    )

    assert take(confirm=False).create == 1  # what it would do can still be read
    with pytest.raises(InputLocked, match="is locked since"):
        take(confirm=True)

    assert not Application.objects.filter(user__email="late@dtt.example").exists()


@pytest.mark.parametrize(
    ("place", "stage", "said"),
    [
        (0, "final-reserve", FIRST_TEN),  # the only reserve was named
        (4, "not-finalist", "You have not been selected this time"),
    ],
)
def test_the_finalists_list_takes_back_who_withdrew_before_it_came_out(
    final: tuple[Waiting, Selection], now: datetime, place: int, stage: str, said: str
) -> None:
    waiting, drawn = final
    person = waiting.applications[place]
    leave(person, now)
    publish(drawn, waiting, now)

    come_back(person, waiting, now + HOUR)

    assert stages(person) == [stage]
    assert said in page_of(person, now + HOUR)


def test_a_reserve_who_was_away_when_the_list_closed_withdrew(
    waiting: Waiting, now: datetime
) -> None:
    drawn = publish(draw_up(waiting, now), waiting, now)
    away, present = waiting.applications[3:5]
    leave(away, now)

    close_reserves(now=drawn.reserves_until)

    replies = [entry_of(one).reply for one in (away, present)]
    assert replies == ["withdrawn", "closed"]


def test_a_reserve_who_has_withdrawn_is_not_led_to_an_appeal_and_who_is_back_is(
    waiting: Waiting, now: datetime
) -> None:
    """What counts is where somebody stands, not what they last replied."""
    publish(draw_up(waiting, now), waiting, now)
    reserve = waiting.applications[4]

    leave(reserve, now + HOUR)
    gone = why_no_appeal(entry_of(reserve), now + HOUR)
    come_back(reserve, waiting, now + 2 * HOUR)
    back = why_no_appeal(entry_of(reserve), now + 2 * HOUR)

    assert (gone, back) == ("You withdrew your application.", "")


def test_a_holder_who_has_withdrawn_is_told_so_before_a_sweep_has_come(
    waiting: Waiting, now: datetime
) -> None:
    publish(draw_up(waiting, now), waiting, now)
    holder = waiting.applications[0]

    leave(holder, now + HOUR)

    assert why_no_appeal(entry_of(holder), now + HOUR) == "You withdrew your application."
