"""Whom staff call: unread letters that ask for something, where mail comes back."""

import html
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from applications.models import Application, Cohort
from dtt.play.people import make_cohort
from notifications import kinds
from notifications.domain.outbox import Telling, queue
from notifications.domain.troubles import note_trouble, settle_trouble
from notifications.models import AddressTrouble, Message
from notifications.queries import unreached
from tests.notifications.announcements import apply_to, crowd
from tests.walk import signed_in

pytestmark = pytest.mark.django_db
TEXTS = Path(settings.BASE_DIR) / "templates" / "messages"
LIST = "admin:notifications_trouble_call"


def tell(people: list[Application], kind: str, at: datetime, run: str = "r") -> None:
    facts = dict(kinds.known(kind).examples)
    queue([Telling(one.user, kind, run, facts) for one in people], now=at, due_at=at)


def bounce(one: Application, now: datetime, kind: str = "bounced") -> AddressTrouble:
    trouble = note_trouble(address=one.user.email, kind=kind, detail="no such box", now=now)
    assert trouble is not None
    return trouble


def called(now: datetime) -> list[tuple[str, list[str]]]:
    return [(row.trouble.address, [m.kind for m in row.letters]) for row in unreached(now)]


def said(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_who_must_act_and_does_not_know_is_to_be_called(cohort: Cohort, now: datetime) -> None:
    unread, read, fine, waits, elsewhere, settled, unwanted = crowd(cohort, 7, now=now)
    told = [unread, read, fine, settled, unwanted]
    tell(told, "place-offered", now)
    tell([waits], "place-offered", now + timedelta(minutes=10))
    tell([elsewhere, unread], "quiz-received", now, run="q")
    for one in (unread, read, waits, elsewhere):
        bounce(one, now)
    bounce(unwanted, now, "complained")
    manager = User.objects.create_user("manager@dtt.example")
    settle_trouble(trouble_id=bounce(settled, now).pk, by=manager, reason="phoned", now=now)
    Message.objects.filter(person=read.user).update(read_at=now)

    assert called(now) == [(unread.user.email, ["place-offered"])]
    assert [address for address, _kinds in called(now + timedelta(minutes=10))] == [
        unread.user.email,
        waits.user.email,
    ]


def test_a_new_address_needs_no_call(cohort: Cohort, now: datetime) -> None:
    [one] = crowd(cohort, 1, now=now)
    tell([one], "place-offered", now)
    bounce(one, now)

    User.objects.filter(pk=one.user_id).update(email="new@people.example")

    assert called(now) == []


def test_a_number_is_opened_one_by_one_and_on_record(staff: list[User], cohort: Cohort) -> None:
    now = timezone.now()
    [one] = crowd(cohort, 1, now=now)
    Application.objects.filter(pk=one.pk).update(mobile="+85298765432")
    tell([one], "place-offered", now)
    trouble = bounce(one, now)
    browser = signed_in(staff[0])

    listed = said(browser.get(reverse(LIST)))
    page = said(browser.post(reverse("admin:notifications_trouble_phone", args=[trouble.pk])))

    subject = Message.objects.get().subject
    assert one.user.email in listed
    assert subject in listed
    assert "98765432" not in listed
    assert "+85298765432" in page
    assert subject in page
    event = AuditEvent.objects.get(verb="view-phone")
    assert (event.actor, event.object_type, event.object_id) == (
        staff[0],
        "accounts.user",
        str(one.user_id),
    )
    assert "98765432" not in str(event.after)


def test_the_number_is_that_of_the_newest_application_that_has_one(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    [one] = crowd(cohort, 1, now=now)
    newer = make_cohort(now=now, slug="newer")
    newest = make_cohort(now=now, slug="newest")
    later = [
        apply_to(which, [one.user], now=now + timedelta(days=days))[0]
        for which, days in ((newer, 1), (newest, 2))
    ]
    Application.objects.filter(pk=later[0].pk).update(mobile="+85291112222")
    Application.objects.filter(pk=later[1].pk).update(mobile="")
    trouble = bounce(one, now)

    page = signed_in(staff[0]).post(reverse("admin:notifications_trouble_phone", args=[trouble.pk]))

    assert "+85291112222" in said(page)


def test_a_settled_address_opens_no_number(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    [one] = crowd(cohort, 1, now=now)
    trouble = bounce(one, now)
    settle_trouble(trouble_id=trouble.pk, by=staff[0], reason="phoned", now=now)

    answer = signed_in(staff[0]).post(
        reverse("admin:notifications_trouble_phone", args=[trouble.pk]), follow=True
    )

    assert "This has been settled already." in said(answer)
    assert AuditEvent.objects.filter(verb="view-phone").count() == 0


def test_the_list_costs_as_many_queries_for_three_as_for_one(
    staff: list[User], cohort: Cohort
) -> None:
    now = timezone.now()
    browser = signed_in(staff[0])
    people = crowd(cohort, 3, now=now)
    tell(people, "place-offered", now)
    browser.get(reverse(LIST))

    counts = []
    for some in (people[:1], people[1:]):
        for one in some:
            bounce(one, now)
        with CaptureQueriesContext(connection) as captured:
            browser.get(reverse(LIST))
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_the_kinds_that_ask_are_those_whose_subject_says_so() -> None:
    asking = {
        path.name.split(".")[0] for path in TEXTS.glob("*.en.txt") if path.read_text()[0] == "["
    }

    assert set(kinds.that_ask()) == asking
