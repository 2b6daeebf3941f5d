"""What a person reads follows the instant, whether or not a sweep has come since."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from applications.domain.applying import withdraw_application
from applications.domain.restoring import restore_application
from applications.models import Application, Stage
from applications.published import standing
from applications.rail import Rail, rail_for
from dtt.dates import dates_of
from dtt.play.people import make_cohort
from dtt.play.selection import Shortlist, cohort_after_shortlist
from notifications.models import Message
from selection.domain.expiring import close_reserves, expire_unanswered
from selection.domain.replying import (
    UnableToReply,
    confirm_place,
    decline_place,
    undo_decline,
)
from selection.models import Entry
from tests.selection.conftest import Waiting, make_eligible, messages_to, stages

pytestmark = pytest.mark.django_db
HOUR, DAY, MOMENT = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
WHY = "Pressed the wrong button."


def pages_of(application: Application, now: datetime) -> str:
    """Home and the page of the result, in English, without copies of letters: they are of old."""
    browser = Client()
    with time_machine.travel(now, tick=False):
        browser.force_login(application.user)
        browser.cookies["django_language"] = "en"
        answers = [
            browser.get(address)
            for address in (
                reverse("home"),
                reverse("selection:result", args=[application.reference]),
            )
        ]
    assert [answer.status_code for answer in answers] == [200, 200]
    said = unescape("".join(answer.content.decode() for answer in answers))
    return re.sub(r"(?s)<details>.*?</details>", "", said)


def rail_of(application: Application, now: datetime) -> Rail:
    fresh = Application.objects.select_related("cohort").get(pk=application.pk)
    return rail_for(fresh, now, standing=standing(fresh, now))


def a_reserve(shortlist: Shortlist, now: datetime) -> Application:
    return shortlist.reserves[0]


def whose_decline_was_undone(shortlist: Shortlist, now: datetime) -> Application:
    """Before the list closes; the seat went to the first reserve at once."""
    hasty = shortlist.selected[0]
    decline_place(application_id=hasty.pk, by=hasty.user, now=now)
    undo_decline(application_id=hasty.pk, reason=WHY, by=shortlist.staff.asker, now=now)
    return hasty


def whose_withdrawal_was_undone(shortlist: Shortlist, now: datetime) -> Application:
    """They had confirmed; no sweep has freed the seat."""
    person = shortlist.selected[0]
    confirm_place(application_id=person.pk, by=person.user, now=now)
    withdraw_application(application_id=person.pk, by=person.user, now=now)
    restore_application(
        application_id=person.pk, reason=WHY, by=shortlist.staff.asker, now=now + HOUR
    )
    return person


@pytest.mark.parametrize(
    "waiting_one", [a_reserve, whose_decline_was_undone, whose_withdrawal_was_undone]
)
def test_from_the_instant_on_nobody_reads_that_they_wait_on_a_list_that_has_closed(
    shortlist: Shortlist,
    now: datetime,
    waiting_one: Callable[[Shortlist, datetime], Application],
) -> None:
    closes = shortlist.selection.reserves_until
    person = waiting_one(shortlist, now + HOUR)

    before, at = pages_of(person, closes - MOMENT), pages_of(person, closes)
    read = rail_of(person, closes)
    with pytest.raises(UnableToReply) as refused:
        confirm_place(application_id=person.pk, by=person.user, now=closes)
    assert stages(person) == ["reserve"]  # no sweep has come
    expire_unanswered(now=closes)
    close_reserves(now=closes)

    assert "You are on the reserve list" in before
    assert "On the reserve list" in before
    assert "n the reserve list" not in at
    assert "Your turn did not come. Thank you for waiting." in at
    assert "You do not have a place in this bootcamp." in at
    assert str(refused.value) == "The reserve list has closed, and your turn did not come."
    assert (stages(person), rail_of(person, closes)) == (["not-selected"], read)
    assert "Your turn did not come. Thank you for waiting." in pages_of(person, closes)


def test_the_calendar_of_a_reserve_follows_the_instant_too(
    shortlist: Shortlist, now: datetime
) -> None:
    closes, person = shortlist.selection.reserves_until, shortlist.reserves[0].user

    before, at = (dates_of(person, instant) for instant in (closes - MOMENT, closes))

    assert [entry.what.split(": ")[1] for entry in before] == ["Bootcamp"]
    assert at == []


def test_who_is_restored_after_the_list_has_closed_is_not_told_that_they_wait(
    shortlist: Shortlist, now: datetime
) -> None:
    closes, person = shortlist.selection.reserves_until, shortlist.selected[0]
    confirm_place(application_id=person.pk, by=person.user, now=now)
    withdraw_application(application_id=person.pk, by=person.user, now=closes - HOUR)
    expire_unanswered(now=closes - HOUR)  # a reserve has the place

    restore_application(application_id=person.pk, reason=WHY, by=shortlist.staff.asker, now=closes)

    letter = Message.objects.get(person=person.user, kind="application-restored")
    assert "Where it stands now: not selected." in letter.body
    assert "has gone to somebody else, and the reserve list has closed." in letter.body
    assert "You are on the reserve list" not in letter.body


def test_nobody_moves_up_after_the_close_though_a_sweep_has_not_told_them(
    shortlist: Shortlist, now: datetime
) -> None:
    """Also not who stands at the front since their decline was undone."""
    closes = shortlist.selection.reserves_until
    hasty = whose_decline_was_undone(shortlist, now)
    leaver = shortlist.selected[1]
    confirm_place(application_id=leaver.pk, by=leaver.user, now=now)

    decline_place(application_id=leaver.pk, by=leaver.user, now=closes)
    expire_unanswered(now=closes)
    close_reserves(now=closes)

    assert stages(hasty) == ["not-selected"]
    assert messages_to(hasty)[-1] == "place-reserve-closed"


def test_a_place_that_was_not_confirmed_reads_as_lapsed_from_its_deadline_on(
    shortlist: Shortlist, now: datetime
) -> None:
    person = shortlist.selected[0]
    deadline = Entry.objects.get(application=person).reply_by
    assert deadline is not None

    before, at = pages_of(person, deadline - MOMENT), pages_of(person, deadline)
    read = rail_of(person, deadline)
    assert stages(person) == ["place-offered"]
    expire_unanswered(now=deadline)

    assert "Confirm your place" in before
    assert "Confirm" not in at
    assert "Your place has lapsed, because it was not confirmed in time." in at
    assert rail_of(person, deadline) == read


def test_a_reserve_reads_when_nobody_moves_up_any_more(shortlist: Shortlist, now: datetime) -> None:
    letters = dict(Message.objects.filter(kind="place-reserve").values_list("language", "body"))

    assert "closes on Sun 4 Apr 2027, 12:00 HKT (UTC+8); after that nobody moves up" in (
        pages_of(shortlist.reserves[0], now + HOUR)
    )
    assert "; after that nobody moves up." in letters["en"]
    assert "其後不再有人補上" in letters["zh-hant"]


@pytest.mark.parametrize("stage", [Stage.SUBMITTED, Stage.ELIGIBLE])
def test_who_is_in_no_list_reads_that_and_whom_to_ask_until_when(
    waiting: Waiting, now: datetime, stage: Stage
) -> None:
    """Somebody found eligible, or still undecided, when the list was out already."""
    [person] = make_eligible(make_cohort(now=now, slug="other"), 1, now=now)
    shortlist = cohort_after_shortlist(waiting.cohort, waiting.staff, now=now)
    Application.objects.filter(pk=person.pk).update(cohort=waiting.cohort, stage=stage)
    person.refresh_from_db()
    out = shortlist.selection.published_at
    assert out is not None
    contact = waiting.cohort.programme.contact_email

    in_time, late = pages_of(person, out + 7 * DAY - MOMENT), pages_of(person, out + 7 * DAY)

    for page in (in_time, late):
        assert page.count("The list came out without your application") == 2
        assert f"write to {contact}" in page
        assert "Read your result" in page  # home leads to where the address stands
        assert "There is nothing for you to do." not in page
        for wait in ("Results", "taking longer", "The quiz", "We check"):
            assert wait not in page.replace("The quiz closes", "")
    assert "If you think that this is a mistake, write to us in time." in in_time
    assert "You are welcome to apply to the next cohort." in late
    assert [rail_of(person, at).by for at in (out, out + 7 * DAY)] == [out + 7 * DAY, None]


def test_who_is_in_the_list_or_waits_for_it_reads_nothing_of_that(
    waiting: Waiting, now: datetime
) -> None:
    one, last = waiting.applications[0], waiting.applications[-1]
    assert "without your application" not in pages_of(one, now)

    cohort_after_shortlist(waiting.cohort, waiting.staff, now=now)

    for person in (one, last):
        assert "without your application" not in pages_of(person, now + HOUR)
