"""An appeal: within seven days, once, decided by who took no part, and above the places."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from applications.domain.applying import withdraw_application
from applications.domain.restoring import restore_application
from applications.models import Application
from dtt.play.people import make_user
from dtt.play.selection import Shortlist
from notifications.models import Message
from selection.domain.appealing import UnableToAppeal, decide_appeal, make_appeal
from selection.domain.expiring import close_reserves, expire_unanswered
from selection.domain.publishing import publish_selection
from selection.domain.replying import confirm_place, decline_place
from selection.models import Appeal, Entry, Selection
from tests.selection.conftest import Waiting, messages_to, seats, stages
from tests.selection.test_leaving import final

__all__ = ["final"]

pytestmark = pytest.mark.django_db
HOUR, DAY, MINUTES = timedelta(hours=1), timedelta(days=1), timedelta(minutes=10)
MOMENT = timedelta(microseconds=1)
WORDS = "The page stopped at question 12 and the time went on."


@pytest.fixture
def third(now: datetime) -> User:
    """A manager who took no part in the list."""
    return make_user("third@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)


def entry_of(application: Application) -> Entry:
    return Entry.objects.get(application=application)


def appeal(application: Application, now: datetime, text: str = WORDS) -> Appeal:
    return make_appeal(
        entry_id=entry_of(application).pk, ground="error", text=text, by=application.user, now=now
    )


def decide(
    made: Appeal, by: User, now: datetime, *, uphold: bool, reason: str = "It is so."
) -> None:
    decide_appeal(appeal_id=made.pk, uphold=uphold, reason=reason, by=by, now=now)


def test_an_appeal_is_taken_once_and_acknowledged(shortlist: Shortlist, now: datetime) -> None:
    person = shortlist.rejected[0]

    first, second = appeal(person, now + HOUR), appeal(person, now + 2 * HOUR, "Other words.")

    assert first.pk == second.pk
    assert Appeal.objects.get().text == WORDS
    assert messages_to(person)[-1] == "appeal-received"


def letters_to(application: Application) -> list[tuple[str, str]]:
    told = Message.objects.filter(person=application.user, run__startswith="selection:")
    return list(told.order_by("id").values_list("kind", "state"))


def test_letters_about_an_appeal_void_nothing_and_nothing_voids_them(
    shortlist: Shortlist, third: User, now: datetime
) -> None:
    reserve, leaver = shortlist.reserves[0], shortlist.selected[0]
    minute = timedelta(minutes=1)

    decide(appeal(reserve, now + minute), third, now + 2 * minute, uphold=False)
    dismissed = letters_to(reserve)
    decline_place(application_id=leaver.pk, by=leaver.user, now=now + 3 * minute)
    moved_up = letters_to(reserve)

    assert dismissed == [
        ("place-reserve", "queued"),
        ("appeal-received", "queued"),
        ("appeal-dismissed", "queued"),
    ]
    # Only the result is overtaken: the newer letter tells where the place stands now.
    assert moved_up == [
        ("place-reserve", "void"),
        ("appeal-received", "queued"),
        ("appeal-dismissed", "queued"),
        ("place-offered", "queued"),
    ]


def test_seven_days_are_seven_days(shortlist: Shortlist, now: datetime) -> None:
    published = shortlist.selection.published_at
    assert published is not None
    early, late = shortlist.rejected[:2]

    appeal(early, published + 7 * DAY - timedelta(milliseconds=1))
    with pytest.raises(UnableToAppeal, match="were possible until"):
        appeal(late, published + 7 * DAY)


def test_who_has_a_place_has_nothing_to_appeal_against(shortlist: Shortlist, now: datetime) -> None:
    with pytest.raises(UnableToAppeal, match="offered a place"):
        appeal(shortlist.selected[0], now + HOUR)


@pytest.mark.parametrize("text", ["", "  ", "x" * 3001])
def test_an_appeal_says_something(shortlist: Shortlist, now: datetime, text: str) -> None:
    with pytest.raises(UnableToAppeal, match="Say what went wrong"):
        appeal(shortlist.rejected[0], now + HOUR, text)


def test_whoever_took_part_in_the_list_does_not_decide(shortlist: Shortlist, now: datetime) -> None:
    made = appeal(shortlist.rejected[0], now + HOUR)

    for who in (shortlist.staff.asker, shortlist.staff.second):
        with pytest.raises(UnableToAppeal, match="You took part"):
            decide(made, who, now + DAY, uphold=True)
    with pytest.raises(UnableToAppeal, match="your own"):
        decide(made, made.made_by, now + DAY, uphold=True)

    assert stages(shortlist.rejected[0]) == ["not-selected"]


def test_an_appeal_that_is_upheld_gives_a_seat_above_the_places(
    shortlist: Shortlist, third: User, now: datetime
) -> None:
    person, leaver, reserve = (
        shortlist.rejected[0],
        shortlist.selected[0],
        shortlist.reserves[0],
    )
    made = appeal(person, now + HOUR)

    decide(made, third, now + DAY, uphold=True)

    assert seats(shortlist.selection)[4] == person.reference
    assert stages(person, *shortlist.selected) == ["place-offered"] * 4
    assert messages_to(person)[-1] == "appeal-upheld"
    confirm_place(application_id=person.pk, by=person.user, now=now + DAY + HOUR)
    # The seat above keeps nobody out: a place within the list still goes to the next reserve.
    decline_place(application_id=leaver.pk, by=leaver.user, now=now + DAY + HOUR)
    assert stages(reserve, person) == ["place-offered", "place-confirmed"]


def test_a_seat_above_is_not_filled_again(shortlist: Shortlist, third: User, now: datetime) -> None:
    person = shortlist.rejected[0]
    decide(appeal(person, now + HOUR), third, now + DAY, uphold=True)

    decline_place(application_id=person.pk, by=person.user, now=now + DAY + HOUR)

    assert stages(*shortlist.reserves) == ["reserve"] * 3


def test_who_sat_above_comes_back_to_that_seat_and_nobody_else_does(
    shortlist: Shortlist, third: User, now: datetime
) -> None:
    """Once nobody moves up: it is theirs alone, also while every place within is held."""
    person, leaver, closes = (
        shortlist.rejected[0],
        shortlist.selected[0],
        shortlist.selection.reserves_until,
    )
    decide(appeal(person, now + HOUR), third, now + HOUR, uphold=True)
    for one in (person, *shortlist.selected):
        confirm_place(application_id=one.pk, by=one.user, now=now + 2 * HOUR)
    withdraw_application(application_id=leaver.pk, by=leaver.user, now=closes - DAY)
    expire_unanswered(now=closes - DAY)  # a reserve has the place
    withdraw_application(application_id=person.pk, by=person.user, now=closes)
    expire_unanswered(now=closes)

    for one in (leaver, person):
        restore_application(application_id=one.pk, reason="A mistake.", by=third, now=closes + HOUR)

    assert stages(leaver, person) == ["reserve", "place-confirmed"]
    assert seats(shortlist.selection)[4] == person.reference


def test_an_appeal_is_upheld_after_the_reserve_list_has_closed(
    shortlist: Shortlist, third: User, now: datetime
) -> None:
    """With all the time to reply that everybody had, and nobody moves up if it is not used."""
    reserve, *others = shortlist.reserves
    made = appeal(reserve, now + HOUR)
    closed = shortlist.selection.reserves_until
    close_reserves(now=closed)

    decide(made, third, closed + HOUR, uphold=True)

    entry = entry_of(reserve)
    assert (stages(reserve), entry.seat) == (["place-offered"], 4)
    assert entry.reply_by == closed + 49 * HOUR
    letter = reserve.user.messages.get(kind="appeal-upheld")
    assert (letter.due_at, letter.until) == (closed + HOUR + MINUTES, entry.reply_by)
    assert expire_unanswered(now=closed + 49 * HOUR - MOMENT) == 3  # the others never answered
    expire_unanswered(now=closed + 49 * HOUR)
    assert stages(reserve, *others) == ["place-lapsed", *["not-selected"] * 2]
    assert seats(shortlist.selection) == {}


def test_an_appeal_upheld_after_the_list_has_closed_can_be_confirmed(
    shortlist: Shortlist, third: User, now: datetime
) -> None:
    person = shortlist.rejected[0]
    made = appeal(person, now + HOUR)
    closed = shortlist.selection.reserves_until
    close_reserves(now=closed)
    decide(made, third, closed, uphold=True)

    confirm_place(application_id=person.pk, by=person.user, now=closed + HOUR)

    assert stages(person) == ["place-confirmed"]


def test_nobody_is_given_a_place_once_the_list_that_ranks_its_holders_is_out(
    final: tuple[Waiting, Selection], third: User, now: datetime
) -> None:
    """They would stand in a stage at which no list looks again; the appeal stays open."""
    waiting, drawn = final
    person = waiting.applications[0]
    places = Entry.objects.filter(application=person, selection__step="bootcamp")
    Application.objects.filter(pk=person.pk).update(stage="not-selected")
    places.update(seat=None, reply="none")
    made = make_appeal(
        entry_id=places.get().pk, ground="error", text=WORDS, by=person.user, now=now + HOUR
    )
    publish_selection(selection_id=drawn.pk, by=waiting.staff.asker, now=now + HOUR)

    with pytest.raises(UnableToAppeal, match="“Finalists” is out"):
        decide(made, third, now + DAY, uphold=True)

    made.refresh_from_db()
    assert (made.state, stages(person)) == ("open", ["not-selected"])
    decide(made, third, now + DAY, uphold=False)


def test_an_appeal_that_is_dismissed_changes_nothing_and_says_why(
    shortlist: Shortlist, third: User, now: datetime
) -> None:
    reserve = shortlist.reserves[0]
    made = appeal(reserve, now + HOUR)

    decide(made, third, now + DAY, uphold=False, reason="All answers arrived in time.")

    assert stages(reserve) == ["reserve"]
    message = reserve.user.messages.get(kind="appeal-dismissed")
    assert "All answers arrived in time." in message.body
    with pytest.raises(UnableToAppeal, match="decided already"):
        decide(made, third, now + 2 * DAY, uphold=True)


def test_the_way_from_the_result_to_the_decision_by_pages(
    shortlist: Shortlist, third: User, now: datetime
) -> None:
    person = shortlist.rejected[0]
    applicant, staff = Client(), Client()
    address = reverse("selection:appeal", args=[person.reference, "bootcamp"])

    with time_machine.travel(now + DAY, tick=False):
        applicant.force_login(person.user)
        staff.force_login(third)
        result = applicant.get(reverse("selection:result", args=[person.reference]))
        empty = applicant.post(address, {"ground": "error", "text": ""})
        applicant.post(address, {"ground": "error", "text": WORDS})
        made = Appeal.objects.get()
        listed = staff.get(reverse("admin:selection_appeal_changelist")).content.decode()
        page = staff.get(reverse("admin:selection_appeal_change", args=[made.pk]))
        decision = reverse("admin:selection_appeal_decide", args=[made.pk])
        without = staff.post(decision, {"decision": "uphold", "reason": ""})
        staff.post(decision, {"decision": "uphold", "reason": "The log shows it."})
        read = applicant.get(address).content.decode()

    assert address in result.content.decode()
    assert (empty.status_code, without.status_code) == (422, 422)
    assert person.reference in listed
    assert WORDS in page.content.decode()
    assert "Your appeal was upheld" in read
    assert "The log shows it." in read
    assert stages(person) == ["place-offered"]


def test_a_strangers_appeal_is_not_there(shortlist: Shortlist, now: datetime) -> None:
    person, stranger = shortlist.rejected[:2]
    browser = Client()

    with time_machine.travel(now + DAY, tick=False):
        browser.force_login(stranger.user)
        answer = browser.post(
            reverse("selection:appeal", args=[person.reference, "bootcamp"]),
            {"ground": "error", "text": WORDS},
        )

    assert answer.status_code == 404
    assert Appeal.objects.count() == 0
