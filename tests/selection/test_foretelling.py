"""A run before publication: who will really be told what, and what is odd about them."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import Approval, User
from applications.domain.applying import withdraw_application
from applications.models import Application, DuplicateCase
from dtt.play.selection import approve, draw_up_step
from notifications.domain.troubles import note_trouble, settle_trouble
from notifications.models import AddressTrouble, Message
from selection.cautions import Caution, cautions
from selection.domain.publishing import publish_selection
from selection.models import Selection
from selection.previews import Group, foretell, previews
from tests.selection.conftest import Waiting, make_waiting, messages_to

pytestmark = pytest.mark.django_db
SITE = {"site_url": "https://dtt.example"}


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def drawn(waiting: Waiting, now: datetime) -> Selection:
    """Three are selected, three wait in reserve, two are not selected; all addresses are fine."""
    EmailAddress.objects.bulk_create(
        EmailAddress(user=a.user, email=a.user.email.upper(), primary=True, verified=True)
        for a in waiting.applications
    )
    return draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)


def leave(application: Application, now: datetime) -> None:
    withdraw_application(application_id=application.pk, by=application.user, now=now)


def groups_of(selection: Selection, now: datetime) -> list[Group]:
    return previews(selection, foretell(selection), SITE, now)


def said(selection: Selection) -> dict[str, list[tuple[str, str, str]]]:
    """Title of each caution → reference, address and note of whom it is about."""
    found: list[Caution] = cautions(selection, foretell(selection))
    return {
        one.title: [(p.application.reference, p.url, p.note) for p in one.people] for one in found
    }


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def show(user: User, selection: Selection) -> str:
    return client_of(user).get(selection.get_absolute_url()).content.decode()


def press(user: User, verb: str, pk: int, **typed: object) -> list[str]:
    url = reverse(f"admin:selection_selection_{verb}", args=[pk])
    answer = client_of(user).post(url, typed)
    assert answer.status_code == 302
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_people_are_grouped_by_the_letter_that_they_get(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    groups = groups_of(drawn, now)

    people = waiting.applications
    assert [(group.label, group.people, group.seats) for group in groups] == [
        ("A bootcamp place is offered", people[:3], 3),
        ("On the reserve list", people[3:6], 0),
        ("No bootcamp place", people[6:], 0),
    ]


def test_a_reserve_who_moves_up_is_seen_with_the_offer(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    leave(waiting.applications[1], now)

    offered, reserve, _rejected = groups_of(drawn, now)

    people = waiting.applications
    moves_up = [s for s in offered.samples if s.entry.application == people[3]]
    assert offered.people == [people[0], people[2], people[3]]
    assert reserve.people == people[4:6]
    assert [(s.why, s.language) for s in moves_up] == [
        ("moves up from the reserve list", "en"),
        ("moves up from the reserve list", "zh-hant"),
    ]
    assert ["A bootcamp place for you" in s.text.subject for s in moves_up] == [True, False]
    assert "你獲得訓練營名額" in moves_up[1].text.subject


def test_what_is_foretold_is_what_everybody_is_told(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    for application in (waiting.applications[0], waiting.applications[4], waiting.applications[7]):
        leave(application, now)
    foretold = foretell(drawn)
    approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=now)

    publish_selection(selection_id=drawn.pk, by=waiting.staff.asker, now=now)

    kinds = {e.application_id: kind for kind, told in foretold.by_letter.items() for e in told}
    letters = {a.pk: messages_to(a) for a in waiting.applications}
    seated = drawn.entries.filter(seat__isnull=False).values_list("application", flat=True)
    told = Message.objects.filter(run=f"selection:{drawn.pk}")
    assert letters == {pk: [kinds[pk]] if pk in kinds else [] for pk in letters}
    assert set(seated) == {entry.application_id for entry in foretold.seated}
    assert told.count() == foretold.told == 5


def test_samples_are_awkward_people_in_both_languages(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    longest, nameless = waiting.applications[1], waiting.applications[2]
    Application.objects.filter(pk=longest.pk).update(surname_en="X" * 60)
    Application.objects.filter(pk=nameless.pk).update(preferred_name="")

    offered = groups_of(drawn, now)[0]

    assert {(s.entry.application.reference, s.why, s.language) for s in offered.samples} == {
        (person.reference, why, language)
        for person, why in (
            (longest, "the longest name, a Chinese name"),
            (nameless, "no preferred name"),
        )
        for language in ("en", "zh-hant")
    }


def test_nothing_unusual_is_said_plainly(waiting: Waiting, drawn: Selection) -> None:
    assert said(drawn) == {}
    assert "Everybody has a confirmed address that works" in show(waiting.staff.asker, drawn)


def test_each_exception_names_its_people_and_where_to_look(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    none, unconfirmed, bounced, first, second, gone = waiting.applications[:6]
    User.objects.filter(pk=none.user.pk).update(email="")
    EmailAddress.objects.filter(user=unconfirmed.user).update(verified=False)
    trouble = note_trouble(address=bounced.user.email, kind="bounced", detail="full", now=now)
    assert trouble is not None
    pair = DuplicateCase.objects.create(
        cohort=waiting.cohort, first=first, second=second, reason="mobile", found_at=now
    )
    leave(gone, now)

    def account(application: Application) -> str:
        return reverse("admin:accounts_user_change", args=[application.user_id])

    decide = reverse("admin:applications_duplicate", args=[pair.pk])
    assert said(drawn) == {
        "No e-mail address": [(none.reference, account(none), "")],
        "The address was never confirmed": [(unconfirmed.reference, account(unconfirmed), "")],
        "The address is in trouble": [
            (
                bounced.reference,
                reverse("admin:notifications_addresstrouble_change", args=[trouble.pk]),
                "mail comes back",
            )
        ],
        "May be one person’s second application": [
            (first.reference, decide, "the same mobile phone"),
            (second.reference, decide, "the same mobile phone"),
        ],
        "Left since the run was drawn up": [
            (
                gone.reference,
                reverse("admin:applications_application_change", args=[gone.pk]),
                "withdrawn",
            )
        ],
    }
    page = show(waiting.staff.asker, drawn)
    assert all(f'href="{url}"' in page for rows in said(drawn).values() for _r, url, _n in rows)


def test_what_is_settled_or_about_others_is_no_exception(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    settled, moved = waiting.applications[:2]
    for application in (settled, moved):
        note_trouble(address=application.user.email, kind="bounced", detail="full", now=now)
    done = AddressTrouble.objects.get(person=settled.user)
    settle_trouble(trouble_id=done.pk, by=waiting.staff.asker, reason="mended", now=now)
    User.objects.filter(pk=moved.user.pk).update(email="new@spring.example")
    EmailAddress.objects.filter(user=moved.user).update(email="new@spring.example")
    other = make_waiting(now, slug="autumn")
    note_trouble(address=other.applications[0].user.email, kind="bounced", detail="", now=now)

    assert said(drawn) == {}


def test_the_page_shows_every_reference_once_in_its_group(
    waiting: Waiting, drawn: Selection
) -> None:
    page = show(waiting.staff.asker, drawn)

    listed = page.split('class="references">')[1:]
    assert [part.split("</p>")[0].split() for part in listed] == [
        [a.reference for a in waiting.applications[low:high]]
        for low, high in ((0, 3), (3, 6), (6, 8))
    ]


def test_who_came_in_and_who_went_out_since_the_last_run_stands_on_the_page_once(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    first_page = show(waiting.staff.asker, drawn)
    waiting.give(80, 70, 60, 65)
    newer = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)

    page = show(waiting.staff.asker, newer)

    heading = 'id="changes"'
    assert "This is the first run of this list." in first_page
    assert page.count(heading) == 1
    table = page.split(heading)[1].split("</section>")[0]
    rows = [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip()
        for row in table.split("<tbody>")[1].split("<tr>")[1:]
    ]
    third, fourth = (waiting.applications[n] for n in (2, 3))
    assert rows == [
        f"{fourth.full_name} {fourth.reference} reserve · 50 selected · 65",
        f"{third.full_name} {third.reference} selected · 60 reserve · 60",
    ]


def test_the_numbers_to_type_stand_in_no_label(waiting: Waiting, drawn: Selection) -> None:
    page = show(waiting.staff.asker, drawn)

    labels = [part.split("</label>")[0] for part in page.split("<label")[1:]]
    asked = [label for label in labels if "Number of" in label]
    assert len(asked) == 4
    assert not any(digit in label.split(">")[1] for label in asked for digit in "0123456789")


WRONG_NUMBERS = [
    ({}, "Count on this page, and type the number."),
    ({"people": "8"}, "Count on this page, and type the number."),
    ({"people": "7", "places": "3"}, "7 is not the number on this page. Nothing was done."),
    ({"people": "8", "places": "8"}, "8 is not the number on this page. Nothing was done."),
    ({"people": "-8", "places": "3"}, ""),
    ({"people": "eight", "places": "3"}, ""),
]


@pytest.mark.parametrize(("typed", "why"), WRONG_NUMBERS)
def test_publishing_by_hand_needs_both_numbers(
    waiting: Waiting, drawn: Selection, now: datetime, typed: dict[str, str], why: str
) -> None:
    approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=now)

    refused = press(waiting.staff.asker, "publish", drawn.pk, **typed)
    drawn.refresh_from_db()
    state = drawn.state
    done = press(waiting.staff.asker, "publish", drawn.pk, people="8", places="3")

    assert (len(refused), why in refused[0], state) == (1, True, "drawn")
    assert done == ["A worker publishes the list. This page says how far it is."]


@pytest.mark.parametrize(("typed", "why"), WRONG_NUMBERS)
def test_asking_for_a_time_needs_both_numbers(
    waiting: Waiting, drawn: Selection, now: datetime, typed: dict[str, str], why: str
) -> None:
    at = {"publish_at": f"{now + timedelta(hours=20):%Y-%m-%dT%H:%M}"}

    refused = press(waiting.staff.asker, "request", drawn.pk, **at, **typed)
    drawn.refresh_from_db()
    nothing = (drawn.publish_at, Approval.objects.count())
    done = press(waiting.staff.asker, "request", drawn.pk, **at, people="8", places="3")

    drawn.refresh_from_db()
    assert (len(refused), why in refused[0], nothing) == (1, True, (None, 0))
    assert done == ["A second person can approve this list now."]
    assert drawn.publish_at is not None


def test_asking_for_publication_by_hand_needs_no_number(waiting: Waiting, drawn: Selection) -> None:
    told = press(waiting.staff.asker, "request", drawn.pk, publish_at="")

    assert told == ["A second person can approve this list now."]


def test_who_has_left_is_not_counted(waiting: Waiting, drawn: Selection, now: datetime) -> None:
    approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    leave(waiting.applications[0], now)

    as_before = press(waiting.staff.asker, "publish", drawn.pk, people="8", places="3")
    counted = press(waiting.staff.asker, "publish", drawn.pk, people="7", places="3")

    assert "8 is not the number on this page" in as_before[0]
    assert counted == ["A worker publishes the list. This page says how far it is."]


def test_the_page_takes_as_many_queries_for_eight_people_as_for_eight_hundred(
    waiting: Waiting, drawn: Selection, now: datetime, django_assert_max_num_queries: Any
) -> None:
    other = make_waiting(now, slug="autumn", people=800, places=100, reserves=100)
    other.give(*range(800))
    large = draw_up_step(other.cohort, "bootcamp", by=other.staff.asker, now=now)
    for cohort in (waiting, other):
        leave(cohort.applications[-1], now)
        for application in cohort.applications[:3]:
            note_trouble(address=application.user.email, kind="bounced", detail="", now=now)
        EmailAddress.objects.filter(user=cohort.applications[0].user).update(verified=False)
        DuplicateCase.objects.create(
            cohort=cohort.cohort,
            first=cohort.applications[0],
            second=cohort.applications[1],
            reason="mobile",
            found_at=now,
        )
    client = client_of(waiting.staff.asker)

    counts = []
    for selection in (drawn, large):
        client.get(selection.get_absolute_url())
        with django_assert_max_num_queries(60) as queries:
            client.get(selection.get_absolute_url())
        counts.append(len(queries))

    assert counts[0] == counts[1]
