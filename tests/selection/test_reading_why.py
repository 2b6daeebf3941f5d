"""Whoever is in a published list can read why, and what to do about it; page and letter agree."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.domain.approvals import decide
from accounts.models import User
from applications.domain.stages import advance
from applications.lifecycle import STEPS, Move
from applications.models import Application
from dtt.play.selection import draw_up_step, prepare_list, publish_step
from notifications.models import Message
from notifications.moments import HONG_KONG
from selection.domain.appealing import make_appeal
from selection.domain.expiring import close_reserves
from selection.domain.overriding import ask_override
from selection.domain.preparing import set_rule
from selection.models import Entry, Selection
from selection.previews import foretell, previews
from selection.ranking import TiePolicy
from tests.selection.conftest import Waiting, make_waiting

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
MORE_PEOPLE = "More people qualified than there are places"


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[Clock]:
    with time_machine.travel(now, tick=False) as clock:
        yield clock


def read(application: Application) -> str:
    """The person's page of results, in English whatever their letters are written in."""
    client = Client()
    client.force_login(application.user)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("selection:result", args=[application.reference]))
    return " ".join(page.content.decode().split())


def letter_to(application: Application) -> Message:
    newest = Message.objects.filter(person=application.user, run__startswith="selection:")
    return newest.exclude(state=Message.State.VOID).latest("id")


def publish(waiting: Waiting, now: datetime, step: str = "bootcamp") -> Selection:
    staff = waiting.staff
    return publish_step(waiting.cohort, step, by=staff.asker, approver=staff.second, now=now)


def move(
    waiting: Waiting, number: int, way: str, category: str, now: datetime, step: str = "bootcamp"
) -> Application:
    """Two people move one of the applications across the line."""
    application = waiting.applications[number]
    asked = ask_override(
        cohort_id=waiting.cohort.pk,
        step=step,
        reference=application.reference,
        way=way,
        category=category,
        reason="What only the two of them know.",
        by=waiting.staff.asker,
        now=now,
    )
    decide(
        approval_id=asked.pk, approve=True, digest=asked.digest, by=waiting.staff.second, now=now
    )
    return application


def appeal_page(application: Application) -> str:
    return reverse("selection:appeal", args=[application.reference, "bootcamp"])


# ---- moved by hand -------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1])  # their letters are in English and in Chinese
def test_who_is_moved_out_is_told_so_by_letter_and_page(
    waiting: Waiting, now: datetime, number: int
) -> None:
    out = move(waiting, number, "out", "integrity", now)

    publish(waiting, now)

    letter, page = letter_to(out), read(out)
    category, decided, more = (
        ("誠信個案已有決定", "兩名職員", "合資格的人數多於名額")
        if number
        else ("an integrity case was decided", "Two members of staff decided", MORE_PEOPLE)
    )
    assert letter.kind == "place-moved-out"
    assert (category in letter.body, decided in letter.body, more in letter.body) == (
        *(True, True),
        False,
    )
    assert "60" not in letter.body.replace(out.reference, "")
    assert appeal_page(out) in letter.body
    assert "Two members of staff decided this by hand: an integrity case was decided." in page
    assert MORE_PEOPLE not in page
    assert appeal_page(out) in page
    assert "What only the two of them know" not in letter.body + page


def test_the_others_are_told_by_the_line(waiting: Waiting, now: datetime) -> None:
    move(waiting, 0, "out", "integrity", now)

    publish(waiting, now)

    other = waiting.applications[7]
    assert letter_to(other).kind == "place-not-selected"
    assert MORE_PEOPLE in read(other)
    assert "by hand" not in read(other)


def test_who_is_moved_out_of_the_finalists_is_told_so(waiting: Waiting, now: datetime) -> None:
    Application.objects.filter(cohort=waiting.cohort).update(stage=STEPS["final"].pool)
    prepare_list(
        waiting.cohort,
        "final",
        criteria=[("test.score", Decimal(1))],
        by=waiting.staff.asker,
        now=now,
    )
    out = move(waiting, 0, "out", "integrity", now, step="final")

    publish(waiting, now, step="final")

    letter = letter_to(out)
    assert letter.kind == "final-moved-out"
    assert "an integrity case was decided" in letter.body


def test_who_is_moved_in_reads_why_they_have_a_place(waiting: Waiting, now: datetime) -> None:
    moved = move(waiting, 6, "in", "access", now)

    publish(waiting, now)

    page = read(moved)
    assert letter_to(moved).kind == "place-offered"
    assert "Two members of staff gave you a place beyond the line." in page
    assert "an access arrangement was not given" in page


def test_the_letter_to_who_is_moved_out_is_read_before_it_is_sent(
    waiting: Waiting, now: datetime
) -> None:
    out = move(waiting, 0, "out", "eligibility", now)

    run = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    shown = previews(run, foretell(run), {"site_url": "https://x"}, now)
    groups = {group.label: group for group in shown}

    apart = groups["No bootcamp place, decided by two people"]
    assert (apart.people, len(groups["No bootcamp place"].people)) == ([out], 1)
    assert {sample.entry.application_id for sample in apart.samples} == {out.pk}
    assert any("not eligible after all" in sample.text.body for sample in apart.samples)
    assert "place-moved-out" in run.told_by["texts"]


# ---- the way to an appeal ------------------------------------------------------------------------

SEVEN_DAYS_LATER = timedelta(days=7)


def test_whoever_may_appeal_finds_the_way_for_seven_days_and_not_after(
    waiting: Waiting, clock: Clock, now: datetime
) -> None:
    waiting.give(80, 70, 60, 50, 40, 30, 20, None)
    out = move(waiting, 0, "out", "integrity", now)
    publish(waiting, now)
    reserve, rejected, not_ranked = (waiting.applications[n] for n in (4, 6, 7))
    seated = waiting.applications[1]

    for person in (out, reserve, rejected, not_ranked):
        clock.move_to(now)
        assert appeal_page(person) in letter_to(person).body
        clock.move_to(now + SEVEN_DAYS_LATER - timedelta(seconds=1))
        assert appeal_page(person) in read(person)
        clock.move_to(now + SEVEN_DAYS_LATER)
        assert appeal_page(person) not in read(person)
    clock.move_to(now)
    assert appeal_page(seated) not in letter_to(seated).body + read(seated)


@pytest.mark.parametrize(("days", "open_still"), [(6, True), (8, False)])
def test_who_waited_until_the_list_closed_can_appeal_while_there_is_time(
    waiting: Waiting, clock: Clock, days: int, open_still: bool
) -> None:
    first_day = datetime.combine(min(waiting.cohort.bootcamp_dates), time(0), tzinfo=HONG_KONG)
    published_at = first_day - timedelta(days=days)
    clock.move_to(published_at)
    publish(waiting, published_at)
    clock.move_to(first_day)

    assert close_reserves(now=first_day) == 3

    reserve = waiting.applications[4]
    told = letter_to(reserve)
    assert told.kind == "place-reserve-closed"
    assert (appeal_page(reserve) in read(reserve)) == open_still
    assert (appeal_page(reserve) in told.body) == open_still


def test_an_appeal_that_was_made_stays_within_reach(
    waiting: Waiting, clock: Clock, now: datetime
) -> None:
    publish(waiting, now)
    person = waiting.applications[6]
    entry = Entry.objects.get(application=person)
    make_appeal(entry_id=entry.pk, ground="error", text="Look again.", by=person.user, now=now)

    clock.move_to(now + 4 * SEVEN_DAYS_LATER)

    page = read(person)
    assert (appeal_page(person) in page, "Your appeal against this list" in page) == (True, True)
    assert "you can appeal until" not in page


# ---- the rule and the score ----------------------------------------------------------------------


def rule(waiting: Waiting, now: datetime, **changed: object) -> None:
    usual = {
        "criteria": [("test.score", Decimal("0.6")), ("test.core", Decimal("0.4"))],
        "tie_breakers": ["test.core"],
        "reserves": 3,
    }
    set_rule(
        cohort_id=waiting.cohort.pk, step="bootcamp", by=waiting.staff.asker, now=now,
        reason="To try it.", **usual | changed,
    )  # fmt: skip


def test_a_score_of_several_parts_is_worked_out(waiting: Waiting, now: datetime) -> None:
    waiting.give(90, 70, 60, 50, 40, 30, 20, 10, core=(75, 60, 50, 40, 30, 20, 10, 5))
    rule(waiting, now)
    publish(waiting, now)

    page = read(waiting.applications[0])

    assert "= 0.6 × 90 + 0.4 × 75" in page
    assert "<dd>84<br>" in page
    assert "weight 0.6" in page
    assert "weight 0.4 · also decides between equal scores" in page


def test_a_score_of_one_part_needs_no_sum(waiting: Waiting, now: datetime) -> None:
    publish(waiting, now)

    page = read(waiting.applications[0])

    assert ("weight 1" in page, " × " in page) == (True, False)
    assert "This list has no tie-breaker: people with equal scores share a rank." in page


def test_the_tie_breakers_and_the_policy_are_those_of_the_run(
    waiting: Waiting, now: datetime
) -> None:
    waiting.give(core=(1, 2, 3, 4, 5, 6, 7, 8))
    rule(waiting, now, criteria=[("test.score", Decimal(1))])
    publish(waiting, now)

    page = read(waiting.applications[0])

    assert "compared by these, one after the other:</p> <ol><li>Test, core topics</li></ol>" in page
    assert "not part of the score; decides between equal scores" in page
    assert "all of them are taken, as long as the line then takes no more than 4" in page


@pytest.mark.parametrize("because", ["policy", "cap"])
def test_nobody_reads_that_all_are_taken_where_a_draw_decides(
    waiting: Waiting, now: datetime, because: str
) -> None:
    if because == "policy":
        rule(
            waiting,
            now,
            criteria=[("test.score", Decimal(1))],
            tie_breakers=[],
            tie_policy=TiePolicy.DRAW,
        )
    else:
        waiting.cohort.places_with_ties = waiting.cohort.places
        waiting.cohort.save(update_fields=["places_with_ties"])
    publish(waiting, now)

    page = read(waiting.applications[0])

    assert "If people still tie at the line, a draw decides." in page
    assert "all of them are taken" not in page


# ---- the band of a reserve -----------------------------------------------------------------------


def test_letter_and_page_say_one_band_though_somebody_has_left(now: datetime) -> None:
    waiting = make_waiting(now, people=20, places=3, reserves=14)
    waiting.give(*range(100, 80, -1))
    User.objects.update(language="en")
    staff = waiting.staff
    run = draw_up_step(waiting.cohort, "bootcamp", by=staff.asker, now=now)
    eleventh = run.entries.get(reserve_position=11).application
    twelfth = run.entries.get(reserve_position=12).application
    before = run.entries.get(reserve_position=5).application
    advance(application_ids=[before.pk], move=Move.WITHDRAW, by=before.user, now=now)

    publish(waiting, now)

    for person, band in (
        (eleventh, "among the first 10"),
        (twelfth, "between number 11 and number 25"),
    ):
        assert f"You are {band} on the reserve list." in letter_to(person).body
        assert f"You are {band} on it now." in read(person)
        assert "Your rank" not in read(person)  # the number would stand there after all
