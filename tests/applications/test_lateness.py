"""Late access: for one person, until an instant, and for nobody else."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.domain.impartial import AboutOneself
from accounts.models import AuditEvent, User
from applications.domain.applying import (
    UnableToApply,
    may_change,
    save_draft,
    start_application,
    submit_application,
)
from applications.domain.lateness import (
    UnableToExtend,
    closes_at,
    end_late_access,
    give_late_access,
)
from applications.models import Application, Cohort, LateAccess, Stage
from applications.rail import rail_for
from applications.rules import get_application_for
from dtt.play.people import make_cohort, make_persona, make_user
from dtt.web.todo import todos_for
from notifications.models import Message
from notifications.moments import say_instant

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)
DECLARED = {"honour_code": True, "privacy_notice": True}


@pytest.fixture
def person(now: datetime) -> User:
    return make_user("tai.man@dtt.example", now=now, name="Tai Man")


@pytest.fixture
def staff(now: datetime) -> User:
    return make_user("manager@dtt.example", now=now)


@pytest.fixture
def until(cohort: Cohort) -> datetime:
    return cohort.applications_close_at + timedelta(hours=24)


@pytest.fixture
def late(
    cohort: Cohort, person: User, staff: User, until: datetime
) -> Iterator[time_machine.Traveller]:
    """One person has a day more; the cohort has closed for everybody else a moment ago."""
    close = cohort.applications_close_at
    give(cohort, person, staff, until=until, now=close - timedelta(hours=1))
    with time_machine.travel(close, tick=False) as traveller:
        yield traveller


def give(cohort: Cohort, person: User, by: User, **more: Any) -> LateAccess:
    return give_late_access(
        cohort_id=cohort.pk, user_id=person.pk, by=by, **({"reason": "was in hospital"} | more)
    )


def filled(application: Application, now: datetime) -> Application:
    persona = make_persona(1, days=application.cohort.bootcamp_dates, today=now.date())
    return save_draft(
        application_id=application.pk,
        version=application.version,
        answers=persona.answers,
        by=application.user,
        now=now,
    )


@pytest.mark.usefixtures("late")
def test_whoever_has_more_time_applies_after_the_close_and_nobody_else(
    cohort: Cohort, person: User, now: datetime, until: datetime
) -> None:
    close, last = cohort.applications_close_at, until - TICK
    other = make_user("other@dtt.example", now=now)

    with pytest.raises(UnableToApply, match="closed on"):
        start_application(cohort_id=cohort.pk, by=other, now=close)
    draft = filled(start_application(cohort_id=cohort.pk, by=person, now=close), last)
    submitted = submit_application(application_id=draft.pk, by=person, now=last, **DECLARED)

    assert (submitted.stage, submitted.submitted_at) == (Stage.ELIGIBLE, last)
    assert (may_change(submitted, last), may_change(submitted, until)) == (True, False)


@pytest.mark.usefixtures("late")
def test_it_ends_at_its_own_instant(cohort: Cohort, person: User, until: datetime) -> None:
    draft = filled(
        start_application(cohort_id=cohort.pk, by=person, now=until - TICK), until - TICK
    )

    with pytest.raises(UnableToApply, match="closed on") as refusal:
        submit_application(application_id=draft.pk, by=person, now=until, **DECLARED)

    assert say_instant(until) in str(refusal.value)


@pytest.mark.usefixtures("late")
def test_it_counts_in_its_own_cohort_alone(person: User, now: datetime) -> None:
    other = make_cohort(now=now, slug="other")

    with pytest.raises(UnableToApply):
        start_application(cohort_id=other.pk, by=person, now=other.applications_close_at)

    assert closes_at(other, person.pk) == other.applications_close_at


def test_the_person_sees_their_own_deadline_everywhere(
    client: Client, cohort: Cohort, person: User, until: datetime, late: time_machine.Traveller
) -> None:
    client.force_login(person)
    mine, everybodys = say_instant(until), say_instant(cohort.applications_close_at)
    pages = [
        reverse("cohort", args=[cohort.slug]),
        reverse("applications:apply", args=[cohort.slug]),
    ]
    before = [shown(client, page) for page in pages]
    draft = filled(
        start_application(cohort_id=cohort.pk, by=person, now=cohort.applications_close_at),
        cohort.applications_close_at,
    )
    names = ("applications:detail", "applications:submit")
    after = [shown(client, reverse(name, args=[draft.reference])) for name in names]
    told = shown(client, reverse("home"))

    assert [mine in page for page in [*before, *after, told]] == [True] * 5
    assert [everybodys in page for page in [before[1], *after]] == [False] * 3
    read = get_application_for(person, draft.reference)
    assert rail_for(read, cohort.applications_close_at).by == until
    assert [todo.by for todo in todos_for(read, cohort.applications_close_at)] == [until]


def shown(client: Client, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ")


def test_the_receipt_says_the_persons_own_deadline(
    cohort: Cohort, person: User, until: datetime, late: time_machine.Traveller
) -> None:
    at = cohort.applications_close_at
    draft = filled(start_application(cohort_id=cohort.pk, by=person, now=at), at)

    submit_application(application_id=draft.pk, by=person, now=at, **DECLARED)

    assert say_instant(until) in Message.objects.get(kind="application-received").body


def test_a_second_extension_takes_the_place_of_the_first(
    cohort: Cohort, person: User, staff: User, now: datetime, until: datetime
) -> None:
    first = give(cohort, person, staff, until=until, now=now)
    second = give(cohort, person, staff, until=until + timedelta(hours=1), now=now)
    again = give(cohort, person, staff, until=until + timedelta(hours=1), now=now)

    first.refresh_from_db()
    assert (first.ended_at, again) == (now, second)
    assert closes_at(cohort, person.pk) == second.until
    assert Message.objects.filter(kind="application-extended", state="queued").count() == 1


def test_it_is_told_and_on_record(
    cohort: Cohort, person: User, staff: User, now: datetime, until: datetime
) -> None:
    given = give(cohort, person, staff, until=until, now=now)

    [letter] = Message.objects.filter(person=person)
    assert (letter.kind, say_instant(until) in letter.body) == ("application-extended", True)
    [event] = AuditEvent.objects.filter(object_type="applications.lateaccess")
    assert (event.verb, event.actor, event.reason) == ("give-late-access", staff, "was in hospital")
    assert event.after["until"] == until.isoformat()
    for _ in range(2):
        end_late_access(late_access_id=given.pk, by=staff, now=now)
    assert AuditEvent.objects.filter(verb="end-late-access").count() == 1
    assert closes_at(cohort, person.pk) == cohort.applications_close_at


def test_what_is_no_extension_is_refused(
    cohort: Cohort, person: User, staff: User, now: datetime, until: datetime
) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"until": until, "reason": " \t"}, "reason"),
        ({"until": cohort.applications_close_at}, "later than the close"),
        ({"until": now}, "lie ahead"),
        ({"until": cohort.quiz_closes_at + TICK}, "The quiz closes on"),
    ]
    for given, message in wrong:
        with pytest.raises(UnableToExtend, match=message):
            give(cohort, person, staff, **({"now": now} | given))

    assert LateAccess.objects.count() == 0


def test_nobody_extends_their_own_deadline(
    cohort: Cohort, staff: User, until: datetime, now: datetime
) -> None:
    with pytest.raises(AboutOneself):
        give_late_access(
            cohort_id=cohort.pk, user_id=staff.pk, until=until, reason="Me.", by=staff, now=now
        )
