"""Access needs: asked for by one person, read by those who arrange, shown to nobody else."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from accounts.roles import Role
from applications.domain.access import (
    UnableToArrange,
    answer_due_on,
    decide_access,
    read_request,
    request_access,
)
from applications.domain.applying import withdraw_application
from applications.models import AccessRequest, Application, Cohort
from dtt.play.people import make_applicant, make_user
from notifications.models import Message

pytestmark = pytest.mark.django_db
NEEDS = "a screen reader, please"
ANSWER = "A room of your own with a screen reader, on the ground floor."


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def application(cohort: Cohort, now: datetime) -> Application:
    found = make_applicant(cohort, 1, now=now)
    request_access(application_id=found.pk, needs=NEEDS, by=found.user, now=now)
    return found


@pytest.fixture
def asked(application: Application) -> AccessRequest:
    return AccessRequest.objects.get(application=application)


@pytest.fixture
def officer(now: datetime) -> User:
    return make_user("officer@dtt.example", Role.ACCOMMODATION_OFFICER, now=now)


def answered(asked: AccessRequest, by: User, **more: Any) -> AccessRequest:
    given = {
        "access_request_id": asked.pk,
        "granted": True,
        "arrangement": ANSWER,
        "requested_at": asked.requested_at,
        "by": by,
        "now": asked.requested_at,
    }
    return decide_access(**(given | more))


def own_page(client: Client, application: Application) -> str:
    client.force_login(application.user)
    client.cookies["django_language"] = "en"
    return reverse("applications:edit", args=[application.reference, "access"])


def test_a_request_can_be_made_until_the_quiz_closes(application: Application) -> None:
    closes = application.cohort.quiz_closes_at
    ask = {"application_id": application.pk, "by": application.user}

    request_access(needs="more time", now=closes - timedelta(microseconds=1), **ask)
    with pytest.raises(UnableToArrange, match="The quiz closed on"):
        request_access(needs="much more time", now=closes, **ask)

    assert AccessRequest.objects.get().needs == "more time"


def test_whoever_has_left_asks_for_nothing(application: Application, now: datetime) -> None:
    withdraw_application(application_id=application.pk, by=application.user, now=now)

    with pytest.raises(UnableToArrange, match="no longer be changed"):
        request_access(application_id=application.pk, needs="x", by=application.user, now=now)


def test_the_answer_is_on_the_persons_page_and_not_in_the_mail(
    client: Client, asked: AccessRequest, officer: User
) -> None:
    answered(asked, officer)

    [letter] = Message.objects.filter(kind="access-decided")
    said = letter.subject + letter.body
    assert (letter.person, NEEDS in said, "screen reader" in said) == (
        asked.application.user,
        False,
        False,
    )
    assert ANSWER in client.get(own_page(client, asked.application)).content.decode()


def test_an_answer_stays_to_be_read_after_the_quiz(
    client: Client, asked: AccessRequest, officer: User, clock: time_machine.Traveller
) -> None:
    answered(asked, officer)
    clock.move_to(asked.application.cohort.quiz_closes_at)

    shown = client.get(own_page(client, asked.application)).content.decode()

    assert (ANSWER in shown, "<textarea" in shown) == (True, False)


def test_a_request_that_changes_is_answered_anew(
    asked: AccessRequest, officer: User, now: datetime
) -> None:
    answered(asked, officer)
    later = now + timedelta(hours=1)
    person = asked.application.user
    request_access(application_id=asked.application_id, needs="and a lift", by=person, now=later)

    with pytest.raises(UnableToArrange, match="changed this request"):
        answered(asked, officer, granted=False, arrangement="no")

    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, asked.arrangement) == ("asked", None, ANSWER)


def test_an_answer_has_words_and_comes_from_somebody_else(
    asked: AccessRequest, officer: User, now: datetime
) -> None:
    with pytest.raises(UnableToArrange, match="Write what is arranged"):
        answered(asked, officer, arrangement=" ")
    with pytest.raises(UnableToArrange, match="Somebody else"):
        answered(asked, asked.application.user)
    request_access(application_id=asked.application_id, needs="", by=officer, now=now)
    with pytest.raises(UnableToArrange, match="taken this request back"):
        answered(asked, officer)

    assert Message.objects.filter(kind="access-decided").count() == 0


def test_answering_twice_tells_once(asked: AccessRequest, officer: User) -> None:
    for _ in range(2):
        answered(asked, officer)

    assert Message.objects.filter(kind="access-decided").count() == 1


def test_every_reading_is_on_record_and_no_record_has_the_words(
    asked: AccessRequest, officer: User, now: datetime
) -> None:
    read_request(access_request_id=asked.pk, by=officer, now=now)
    answered(asked, officer)

    trail = AuditEvent.objects.filter(object_type="applications.accessrequest").order_by("pk")
    assert [(event.verb, event.actor) for event in trail] == [
        ("request-access", asked.application.user),
        ("read-access-request", officer),
        ("answer-access-request", officer),
    ]
    told = [f"{e.before} {e.after} {e.reason}" for e in AuditEvent.objects.all()]
    assert [text for text in told if NEEDS in text or ANSWER in text] == []


@pytest.mark.parametrize(
    ("asked_on", "due_on"),
    [
        (datetime(2027, 3, 1, 4, tzinfo=UTC), date(2027, 3, 3)),  # Monday → Wednesday
        (datetime(2027, 3, 4, 4, tzinfo=UTC), date(2027, 3, 8)),  # Thursday → Monday
        (datetime(2027, 3, 5, 15, 59, tzinfo=UTC), date(2027, 3, 9)),  # Friday, 23:59 here
        (datetime(2027, 3, 5, 16, tzinfo=UTC), date(2027, 3, 9)),  # Saturday, 00:00 here
    ],
)
def test_an_answer_comes_within_two_working_days(asked_on: datetime, due_on: date) -> None:
    assert answer_due_on(asked_on) == due_on


def test_the_officer_reads_arranges_and_answers(
    client: Client, asked: AccessRequest, officer: User
) -> None:
    client.force_login(officer)
    queue = client.get(reverse("admin:applications_accessrequest_changelist"))
    page = reverse("admin:applications_access_answer", args=[asked.pk])
    shown = client.get(page)
    more_time = f"{reverse('admin:quiz_extratime_add')}?application={asked.application_id}"

    assert (NEEDS in queue.content.decode(), NEEDS in shown.content.decode()) == (False, True)
    assert more_time in shown.content.decode()
    assert client.get(more_time).status_code == 200
    answer = client.post(
        page,
        {
            "granted": "yes",
            "arrangement": ANSWER,
            "requested_at": asked.requested_at.isoformat(),
        },
    )
    asked.refresh_from_db()
    assert (answer.status_code, asked.state, asked.decided_by) == (302, "granted", officer)


@pytest.mark.parametrize("read", ["", "yesterday", "2027-03-01", "\x00", "9" * 500])
def test_a_hostile_answer_gets_a_message(
    client: Client, asked: AccessRequest, officer: User, read: str
) -> None:
    client.force_login(officer)
    page = reverse("admin:applications_access_answer", args=[asked.pk])

    answer = client.post(page, {"granted": "yes", "arrangement": "x\x00", "requested_at": read})

    asked.refresh_from_db()
    assert (answer.status_code, asked.state) == (422, "asked")


def test_nobody_else_on_the_staff_site_reads_a_word_of_it(
    client: Client, asked: AccessRequest, officer: User, now: datetime
) -> None:
    """Whoever holds every other role, on the pages about this person (`test_walk`: all lists)."""
    answered(asked, officer)
    others = [role for role in Role if role != Role.ACCOMMODATION_OFFICER]
    person = make_user("everything-else@dtt.example", *others, now=now)
    client.force_login(person)
    application = asked.application
    rows = {"application": application, "user": application.user, "cohort": application.cohort}
    addresses = [
        reverse("admin:notifications_message_changelist"),
        *(
            reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
            for row in rows.values()
        ),
    ]
    pages = [(address, client.get(address)) for address in addresses]

    telling = [
        address
        for address, page in pages
        if page.status_code == 200 and {NEEDS, ANSWER} & set(found_in(page.content.decode()))
    ]
    assert telling == []
    own = reverse("admin:applications_accessrequest_changelist")
    answer_page = reverse("admin:applications_access_answer", args=[asked.pk])
    assert [client.get(page).status_code for page in (own, answer_page)] == [403, 403]
    assert [page.status_code for _, page in pages] == [200] * 4


def found_in(text: str) -> list[str]:
    return [words for words in (NEEDS, ANSWER) if words in text]


def test_whoever_looks_on_as_the_person_reads_nothing_of_it(
    client: Client, asked: AccessRequest, officer: User, now: datetime
) -> None:
    answered(asked, officer)
    manager = make_user("looks-on@dtt.example", Role.PROGRAMME_MANAGER, now=now)
    client.force_login(manager)
    session = client.session
    session["viewing"] = {
        "by": manager.pk,
        "person": asked.application.user_id,
        "since": now.isoformat(),
    }
    session.save()
    reference = asked.application.reference

    pages = {
        name: client.get(reverse(f"applications:{name}", args=[reference, *more]))
        for name, *more in (["detail"], ["submitted"], ["version", 1], ["edit", "access"])
    }

    assert {name: page.status_code for name, page in pages.items()} == {
        "detail": 200,
        "submitted": 200,
        "version": 200,
        "edit": 403,
    }
    assert [found_in(page.content.decode()) for page in pages.values()] == [[]] * 4
    assert b"What you asked us to arrange" not in pages["detail"].content


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.PROGRAMME_MANAGER, 0), (Role.AUDITOR, 1)], ids=["manager", "auditor"]
)
def test_that_somebody_asked_is_not_in_the_lists_of_those_who_select(
    client: Client, asked: AccessRequest, officer: User, role: Role, sees: int
) -> None:
    answered(asked, officer)
    client.force_login(make_user("reader@staff.dtt.example", role))
    told = Message.objects.get(kind="access-decided")
    event = AuditEvent.objects.get(verb="request-access")

    pages = [
        client.get(reverse("admin:notifications_message_changelist"), {"q": told.run}),
        client.get(
            reverse("admin:accounts_auditevent_changelist"), {"object_type": event.object_type}
        ),
    ]

    rows = [page.context_data["cl"].result_count for page in pages]
    assert rows[0] == sees
    assert bool(rows[1]) == bool(sees)
