"""Whatever people do with a published list, in whatever order, these things stay true.

Each scenario is a random sequence of what people, staff and time can do, the same each time. After
each step the sweeps run, as a worker runs them, and everything is looked at again.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.errors import Refused
from accounts.models import User
from accounts.roles import Role
from applications.domain.applying import withdraw_application
from applications.domain.restoring import restore_application
from applications.models import Application, Stage
from dtt.play.people import make_user
from dtt.play.selection import approve, draw_up_step
from selection.domain.appealing import decide_appeal, make_appeal
from selection.domain.expiring import close_reserves, expire_unanswered, remind_unanswered
from selection.domain.publishing import publish_selection
from selection.domain.replying import confirm_place, decline_place, undo_decline
from selection.models import Entry, Override, Selection
from selection.queries import free_seats, turn_of
from selection.wording import say_turn
from tests.selection.conftest import Waiting, make_waiting

HOUR = timedelta(hours=1)
SCENARIOS, STEPS, PEOPLE, PLACES = 4, 12, 10, 3
SETTLED = {
    Stage.PLACE_OFFERED,
    Stage.PLACE_CONFIRMED,
    Stage.PLACE_DECLINED,
    Stage.PLACE_LAPSED,
    Stage.RESERVE,
    Stage.NOT_SELECTED,
    Stage.WITHDRAWN,
}
SAID = {
    Stage.PLACE_OFFERED: "You have been offered a place.",
    Stage.PLACE_CONFIRMED: "Your place is confirmed.",
    Stage.PLACE_DECLINED: "You have given up your place",
    Stage.PLACE_LAPSED: "Your place has lapsed",
    Stage.WITHDRAWN: "You withdrew your application",
}


@dataclass
class Scenario:
    """A published list and the time; some had left before it came out, one was moved in by hand."""

    waiting: Waiting
    judge: User
    selection: Selection
    now: datetime
    chance: Random
    seen: set[tuple[object, ...]] = field(default_factory=set)
    most: int = PEOPLE

    def act(self, step: int) -> str:
        """Let something happen: mostly where it is possible, now and then where it is refused."""
        verbs = [verb for verb in VERBS if step >= LATE or verb is not wait_for_the_last_evening]
        verb = self.chance.choice(verbs)
        people = Application.objects.filter(cohort=self.waiting.cohort)
        able = people.filter(stage__in=VERBS[verb]) if self.chance.random() < USUALLY else people
        ids = list(able.order_by("pk").values_list("pk", flat=True))
        if not ids:
            return "nobody"
        person = Application.objects.select_related("user").get(pk=self.chance.choice(ids))
        try:
            verb(self, person)
        except Refused:
            return "refused"
        return verb.__name__

    def sweep(self) -> None:
        expire_unanswered(now=self.now)
        remind_unanswered(now=self.now)
        close_reserves(now=self.now)


def confirm(one: Scenario, person: Application) -> None:
    confirm_place(application_id=person.pk, by=person.user, now=one.now)


def decline(one: Scenario, person: Application) -> None:
    decline_place(application_id=person.pk, by=person.user, now=one.now)


def undo(one: Scenario, person: Application) -> None:
    undo_decline(application_id=person.pk, reason="x", by=one.waiting.staff.asker, now=one.now)


def withdraw(one: Scenario, person: Application) -> None:
    withdraw_application(application_id=person.pk, by=person.user, now=one.now)


def restore(one: Scenario, person: Application) -> None:
    restore_application(
        application_id=person.pk, reason="x", by=one.waiting.staff.asker, now=one.now
    )


def uphold(one: Scenario, person: Application) -> None:
    entry = one.selection.entries.get(application=person)
    made = make_appeal(entry_id=entry.pk, ground="error", text="x", by=person.user, now=one.now)
    decide_appeal(appeal_id=made.pk, uphold=True, reason="x", by=one.judge, now=one.now)


def wait(one: Scenario, person: Application) -> None:
    one.now += one.chance.choice([HOUR, 5 * HOUR, 26 * HOUR, 49 * HOUR])


def wait_for_the_last_evening(one: Scenario, person: Application) -> None:
    one.now = max(one.now, one.selection.places_end_at - one.chance.choice([13, 11]) * HOUR)


S = Stage
VERBS: dict[Callable[[Scenario, Application], None], set[Stage]] = {
    confirm: {S.PLACE_OFFERED},
    decline: {S.PLACE_OFFERED, S.PLACE_CONFIRMED},
    undo: {S.PLACE_DECLINED},
    withdraw: {S.PLACE_OFFERED, S.PLACE_CONFIRMED, S.RESERVE},
    restore: {S.WITHDRAWN},
    uphold: {S.NOT_SELECTED, S.RESERVE},
    wait: SETTLED,
    wait_for_the_last_evening: SETTLED,
}
USUALLY, LATE = 0.9, STEPS * 2 // 3


def begin(seed: int, now: datetime) -> Scenario:
    """One list in two has people who tie at the line, all of whom are taken."""
    waiting = make_waiting(now, slug=f"s{seed}", people=PEOPLE, places=PLACES, reserves=3)
    waiting.give(95, 85, 80, *([80] if seed % 2 else [75]), 60, 50, 40, 30, 20, None)
    staff, people = waiting.staff, waiting.applications
    Override.objects.create(
        cohort=waiting.cohort,
        step="bootcamp",
        application=people[7],
        way="in",
        category="error",
        reason="Our fault.",
        asked_by=staff.asker,
        agreed_by=staff.second,
        agreed_at=now,
    )
    drawn = draw_up_step(waiting.cohort, "bootcamp", by=staff.asker, now=now)
    approve(drawn, by=staff.asker, approver=staff.second, now=now)
    chance = Random(seed)
    for person in chance.sample(people, 2):
        withdraw_application(application_id=person.pk, by=person.user, now=now)
    published = publish_selection(selection_id=drawn.pk, by=staff.asker, now=now)
    judge = make_user("judge@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)
    return Scenario(waiting, judge, published, now, chance)


def check(one: Scenario) -> None:
    """Everything that must be true, whatever has happened."""
    selection = Selection.objects.select_related("cohort").get(pk=one.selection.pk)
    entries = list(selection.entries.select_related("application__cohort", "application__user"))
    moved_in = selection.moved_in

    # Never more people than places within the list; those above are counted apart.
    within = [
        entry
        for entry in entries
        if entry.seat and entry.seat <= selection.seats and entry.application_id not in moved_in
    ]
    assert len(within) <= max(PLACES, one.most)
    one.most = min(one.most, len(within)) if one.most > PLACES else one.most
    holders = [entry for entry in entries if entry.seat]
    assert len(holders) <= max(PLACES, len(within)) + selection.above + len(moved_in)

    # Every seat has one holder, and everybody who holds a place has a seat.
    holding = {Stage.PLACE_OFFERED, Stage.PLACE_CONFIRMED}
    assert len({entry.seat for entry in holders}) == len(holders)
    assert {e.pk for e in holders} == {e.pk for e in entries if e.application.stage in holding}

    # Every free place is offered, or nobody can take it.
    in_turn = list(selection.entries.waiting().filter(application__stage=Stage.RESERVE))
    assert not (free_seats(selection) and in_turn)

    # Nobody waits in a stage at which nothing looks any more.
    for entry in entries:
        assert entry.application.stage in SETTLED, entry.application.stage
        if entry.application.stage == Stage.RESERVE:
            assert one.now < selection.reserves_until
            assert entry.pk in {each.pk for each in in_turn}
        if entry.application.stage == Stage.PLACE_OFFERED:
            assert entry.reply_by
            assert entry.offered_at
            assert one.now < entry.reply_by
            assert entry.reply_by - entry.offered_at >= 12 * HOUR

    for entry in entries:
        entry.selection = selection
        turn = turn_of(entry)
        standing = (entry.application.stage, entry.outcome, entry.reply, entry.offers, turn)
        if standing not in one.seen:  # the page of one person in each situation
            one.seen.add(standing)
            read(entry, turn, one.now)


def read(entry: Entry, turn: int | None, now: datetime) -> None:
    """The person's own pages say what is so."""
    application, browser = entry.application, Client()
    with time_machine.travel(now, tick=False):
        browser.force_login(application.user)
        browser.cookies["django_language"] = "en"
        page = browser.get(reverse("selection:result", args=[application.reference]))
    assert page.status_code == 200
    result = page.content.decode()
    stage = Stage(application.stage)
    if stage == Stage.RESERVE:
        expected = f"You are {say_turn(turn)} on it now."
    elif stage == Stage.NOT_SELECTED:
        expected = {
            Entry.Reply.CLOSED: "The reserve list has closed",
            Entry.Reply.NONE: "You are not in the ranking"
            if entry.outcome == Entry.Outcome.NOT_RANKED
            else "You have not been selected this time",
        }[Entry.Reply(entry.reply)]
    else:
        expected = SAID[stage]
    assert expected in result, (stage, entry.reply)
    others = {said for said in SAID.values() if said != expected}
    assert not [said for said in others if said in result]


@pytest.mark.django_db
def test_nothing_that_people_do_breaks_a_published_list(now: datetime) -> None:
    done: Counter[str] = Counter()
    for seed in range(SCENARIOS):
        scenario = begin(seed, now)
        check(scenario)
        for step in range(STEPS):
            done[scenario.act(step)] += 1
            scenario.sweep()
            check(scenario)

    assert {*done} >= {verb.__name__ for verb in VERBS}, done  # each of them happened
