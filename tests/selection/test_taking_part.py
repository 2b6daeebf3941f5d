"""Who took part in anything about a list or a person decides no appeal; staff read who may."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.domain.approvals import decide
from accounts.models import Approval, User
from accounts.roles import Role
from applications.domain.applying import withdraw_application
from applications.domain.claims import hold
from applications.domain.restoring import restore_application
from applications.domain.review import decide_eligibility
from applications.models import AccessRequest, Application, DuplicateCase
from dtt.play.people import make_user
from dtt.play.selection import approve, draw_up_step
from selection import partaking
from selection.domain.appealing import UnableToAppeal, decide_appeal, make_appeal
from selection.domain.drawing import discard_selection
from selection.domain.overriding import ask_override, take_back_override
from selection.domain.publishing import publish_selection, request_publication
from selection.domain.replying import decline_place, undo_decline
from selection.models import Appeal, Entry, Override, Selection
from selection.queries import deciders
from tests.selection.conftest import Waiting, stages

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def manager(now: datetime) -> User:
    """A manager who does one thing."""
    return make_user("third@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now, name="Third")


@pytest.fixture
def fresh(now: datetime) -> User:
    """A manager who does nothing."""
    return make_user("fresh@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now, name="Fresh")


Deed = Callable[[Waiting, User, datetime], object]
APPELLANT = 7


def draw_an_earlier_run(waiting: Waiting, by: User, now: datetime) -> None:
    draw_up_step(waiting.cohort, "bootcamp", by=by, now=now)


def put_an_earlier_run_aside(waiting: Waiting, by: User, now: datetime) -> None:
    drawn = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    discard_selection(selection_id=drawn.pk, by=by, now=now, reason="Not this one.")


def ask_for_an_earlier_run(waiting: Waiting, by: User, now: datetime) -> None:
    drawn = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    request_publication(selection_id=drawn.pk, by=by, now=now)


def approve_an_earlier_run(waiting: Waiting, by: User, now: datetime) -> None:
    drawn = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    approve(drawn, by=waiting.staff.asker, approver=by, now=now)


def ask_to_move(waiting: Waiting, by: User, now: datetime) -> Approval:
    return ask_override(
        cohort_id=waiting.cohort.pk,
        step="bootcamp",
        reference=waiting.applications[6].reference,
        way="in",
        category="error",
        reason="Our fault.",
        by=by,
        now=now,
    )


def refuse_to_move(waiting: Waiting, by: User, now: datetime) -> None:
    asked = ask_to_move(waiting, waiting.staff.asker, now)
    decide(approval_id=asked.pk, approve=False, digest=asked.digest, by=by, now=now, reason="No.")


def take_a_move_back(waiting: Waiting, by: User, now: datetime) -> None:
    override = Override.objects.create(
        cohort=waiting.cohort,
        step="bootcamp",
        application=waiting.applications[6],
        way="in",
        category="error",
        reason="Our fault.",
        asked_by=waiting.staff.asker,
        agreed_by=waiting.staff.second,
        agreed_at=now,
    )
    take_back_override(override_id=override.pk, by=by, now=now)


def decide_about_the_person(waiting: Waiting, by: User, now: datetime) -> None:
    person = waiting.applications[APPELLANT]
    for eligible in (False, True):
        hold(application_id=person.pk, by=by, now=now)
        decide_eligibility(
            application_id=person.pk, eligible=eligible, reason="Looked again.", by=by, now=now
        )


def take_a_withdrawal_back(waiting: Waiting, by: User, now: datetime) -> None:
    person = waiting.applications[APPELLANT]
    Application.objects.filter(pk=person.pk).update(
        status="graduated", completion_on=now.date(), available_days=waiting.cohort.bootcamp_dates
    )
    withdraw_application(application_id=person.pk, by=person.user, now=now)
    restore_application(application_id=person.pk, reason="A mistake.", by=by, now=now)
    Application.objects.filter(pk=person.pk).update(stage="eligible")


def keep_a_pair_apart(waiting: Waiting, by: User, now: datetime) -> None:
    DuplicateCase.objects.create(
        cohort=waiting.cohort,
        first=waiting.applications[0],
        second=waiting.applications[APPELLANT],
        reason="mobile",
        state="distinct",
        found_at=now,
        decided_by=by,
        decided_at=now,
        note="Siblings.",
    )


def answer_an_access_request(waiting: Waiting, by: User, now: datetime) -> None:
    AccessRequest.objects.create(
        application=waiting.applications[APPELLANT],
        needs="More time.",
        requested_at=now,
        state="granted",
        decided_at=now,
        decided_by=by,
    )


THE_LIST = "drawing up, putting aside or publishing this list, or its rule"
THE_PERSON = "a decision about this application"


def published(waiting: Waiting, by: User, now: datetime) -> Selection:
    drawn = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    return publish_selection(selection_id=drawn.pk, by=by, now=now)


def appeal_of(application: Application, now: datetime) -> Appeal:
    return make_appeal(
        entry_id=Entry.objects.get(
            application=application, selection__state=Selection.State.PUBLISHED
        ).pk,
        ground="process",
        text="The page stopped.",
        by=application.user,
        now=now,
    )


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (draw_an_earlier_run, THE_LIST),
        (put_an_earlier_run_aside, THE_LIST),
        (ask_for_an_earlier_run, "the approval of this list"),
        (approve_an_earlier_run, "the approval of this list"),
        (ask_to_move, "moving somebody of this list by hand"),
        (refuse_to_move, "moving somebody of this list by hand"),
        (take_a_move_back, "moving somebody of this list by hand"),
        (decide_about_the_person, THE_PERSON),
        (take_a_withdrawal_back, THE_PERSON),
        (keep_a_pair_apart, THE_PERSON),
        (answer_an_access_request, THE_PERSON),
    ],
    ids=lambda one: getattr(one, "__name__", "")[:30] if callable(one) else "",
)
def test_whoever_did_this_does_not_decide(
    waiting: Waiting, manager: User, fresh: User, now: datetime, deed: Deed, said: str
) -> None:
    deed(waiting, manager, now)
    published(waiting, waiting.staff.asker, now)
    made = appeal_of(waiting.applications[APPELLANT], now + HOUR)

    with pytest.raises(UnableToAppeal, match=f"You took part: {said}"):
        decide_appeal(appeal_id=made.pk, uphold=True, reason="So.", by=manager, now=now + DAY)

    assert stages(waiting.applications[APPELLANT]) == ["not-selected"]
    decide_appeal(appeal_id=made.pk, uphold=True, reason="So.", by=fresh, now=now + DAY)
    assert stages(waiting.applications[APPELLANT]) == ["place-offered"]


def test_whoever_pressed_publish_does_not_decide(
    waiting: Waiting, manager: User, now: datetime
) -> None:
    published(waiting, manager, now)
    made = appeal_of(waiting.applications[APPELLANT], now + HOUR)

    with pytest.raises(UnableToAppeal, match="publishing this list"):
        decide_appeal(appeal_id=made.pk, uphold=True, reason="So.", by=manager, now=now + DAY)


def test_whoever_took_a_decline_back_for_the_person_does_not_decide(
    waiting: Waiting, manager: User, now: datetime
) -> None:
    published(waiting, waiting.staff.asker, now)
    person = waiting.applications[0]
    decline_place(application_id=person.pk, by=person.user, now=now)
    undo_decline(application_id=person.pk, reason="A mistake.", by=manager, now=now)
    entry = Entry.objects.get(application=person)

    assert partaking.took_part(entry)[manager.pk] == [THE_PERSON]


def test_a_decision_about_another_person_keeps_nobody_from_deciding(
    waiting: Waiting, manager: User, now: datetime
) -> None:
    other = waiting.applications[5]
    hold(application_id=other.pk, by=manager, now=now)
    decide_eligibility(
        application_id=other.pk, eligible=False, reason="Not 18.", by=manager, now=now
    )
    published(waiting, waiting.staff.asker, now)

    assert manager.pk not in partaking.took_part(
        Entry.objects.get(application=waiting.applications[APPELLANT])
    )


def test_the_page_says_who_may_decide_and_why_the_others_may_not(
    waiting: Waiting, manager: User, fresh: User, now: datetime
) -> None:
    answer_an_access_request(waiting, manager, now)
    published(waiting, waiting.staff.asker, now)
    made = appeal_of(waiting.applications[APPELLANT], now + HOUR)

    found = {str(one.person): one.parts for one in deciders(made)}
    with time_machine.travel(now + DAY, tick=False):
        pages = {}
        for who in (manager, fresh):
            browser = Client()
            browser.force_login(who)
            address = reverse("admin:selection_appeal_change", args=[made.pk])
            pages[who.pk] = browser.get(address).content.decode()

    assert list(found) == ["Fresh", "Programme manager", "Second manager", "Third"]
    assert [bool(parts) for parts in found.values()] == [False, True, True, True]
    assert all("Who may decide" in page for page in pages.values())
    assert "You took part: a decision about this application" in pages[manager.pk]
    assert "may not; took part in: the approval of this list" in pages[fresh.pk]
    # That somebody asked for an arrangement is for few to know, and no manager reads it here.
    assert "arrangement" not in pages[fresh.pk]
    assert [">Decide</button>" in pages[who.pk] for who in (manager, fresh)] == [False, True]


def test_the_page_says_if_nobody_is_left_to_decide(waiting: Waiting, now: datetime) -> None:
    published(waiting, waiting.staff.asker, now)
    made = appeal_of(waiting.applications[APPELLANT], now + HOUR)
    browser = Client()

    with time_machine.travel(now + DAY, tick=False):
        browser.force_login(waiting.staff.asker)
        page = browser.get(reverse("admin:selection_appeal_change", args=[made.pk]))

    assert "Everybody who decides about appeals took part." in page.content.decode()


@pytest.fixture
def _own_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partaking, "_parts", {})


def first_of(entry: Entry) -> set[int | None]:
    return {None, 1}


@pytest.mark.usefixtures("_own_parts")
def test_a_part_belongs_to_one_function_and_the_clock_is_nobody() -> None:
    partaking.register("test", title="a thing", people_of=first_of)
    partaking.register("test", title="a thing", people_of=first_of)

    assert partaking.took_part(Entry()) == {1: ["a thing"]}
    with pytest.raises(partaking.PartNamedTwice):
        partaking.register("test", title="another", people_of=lambda entry: {2})


def test_the_database_is_asked_as_often_for_many_runs_as_for_one(
    waiting: Waiting,
    manager: User,
    now: datetime,
    django_assert_num_queries: Callable[..., AbstractContextManager[object]],
) -> None:
    published(waiting, waiting.staff.asker, now)
    made = appeal_of(waiting.applications[APPELLANT], now + HOUR)
    with CaptureQueriesContext(connection) as few:
        deciders(Appeal.objects.get(pk=made.pk))
    for number in range(3):
        make_user(f"more{number}@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)
        keep_apart = waiting.applications[number]
        DuplicateCase.objects.create(
            cohort=waiting.cohort,
            first=keep_apart,
            second=waiting.applications[APPELLANT],
            reason="mobile",
            state="distinct",
            found_at=now,
            decided_by=manager,
            decided_at=now,
            note="Siblings.",
        )

    with django_assert_num_queries(len(few)):
        deciders(Appeal.objects.get(pk=made.pk))
