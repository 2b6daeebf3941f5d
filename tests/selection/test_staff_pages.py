from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Approval, User
from accounts.roles import Role
from dtt.play.people import make_user
from dtt.play.selection import Shortlist, draw_up_step
from selection.models import Override, SeedCommitment, Selection
from tests.selection.conftest import Waiting, make_waiting, messages_to, stages
from tests.work import do_the_work

pytestmark = pytest.mark.django_db
LISTS = "admin:selection_selection_lists"


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now + timedelta(hours=1), tick=False) as clock:
        yield clock


@pytest.fixture
def drawn(waiting: Waiting, now: datetime) -> Selection:
    return draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def press(user: User, verb: str, pk: int, **typed: object) -> list[str]:
    """Press a button of a run's page; return what staff are told."""
    url = reverse(f"admin:selection_selection_{verb}", args=[pk])
    response = client_of(user).post(url, typed)
    assert response.status_code == 302
    return [str(message) for message in get_messages(response.wsgi_request)]


def show(user: User, selection: Selection) -> HttpResponse:
    return client_of(user).get(selection.get_absolute_url())


def test_a_list_goes_from_the_seed_to_publication_by_the_buttons(
    waiting: Waiting, now: datetime
) -> None:
    asker, second = waiting.staff.asker, waiting.staff.second
    typed = {"cohort": waiting.cohort.pk, "step": "bootcamp"}
    client_of(asker).post(reverse("admin:selection_selection_draw_up"), typed)
    selection = Selection.objects.get()
    waits = show(asker, selection).content.decode()
    assert ("<progress" in waits, "Waiting for a free worker." in waits) == (True, True)
    assert do_the_work(now) == ["done"]
    selection.refresh_from_db()

    said = [
        press(asker, "request", selection.pk, publish_at=""),
        press(asker, "decide", selection.pk, digest=selection.digest, approve="yes"),
        press(asker, "publish", selection.pk, people="8", places="3"),
        press(second, "decide", selection.pk, digest=selection.digest, approve="yes"),
        press(asker, "publish", selection.pk, people="7", places="3"),
        press(asker, "publish", selection.pk, people="8", places="3"),
    ]
    assert stages(*waiting.applications[:4]) == ["eligible"] * 4
    assert do_the_work(now + timedelta(hours=1)) == ["done"]
    said.append(press(asker, "publish", selection.pk, people="8", places="3"))

    assert said == [
        ["A second person can approve this list now."],
        ["The person who asked cannot approve."],
        ["A second person has not approved this list as it is now."],
        ["You approved this list."],
        ["Number of people who are told: 7 is not the number on this page. Nothing was done."],
        ["A worker publishes the list. This page says how far it is."],
        ["This list was published already, and everybody was told once."],
    ]
    assert stages(*waiting.applications[:4]) == [*["place-offered"] * 3, "reserve"]
    assert messages_to(waiting.applications[0]) == ["place-offered"]
    page = show(asker, selection).content.decode()
    assert "The list is published, and everybody in it is being told." in page


def test_the_page_shows_the_line_the_letters_and_the_digest(
    waiting: Waiting, drawn: Selection
) -> None:
    page = show(waiting.staff.second, drawn).content.decode()

    assert page.count('class="line"') == 1
    assert drawn.digest in page
    assert "你獲得訓練營名額" in page
    assert "A bootcamp place for you" in page
    assert "Number of people who have that score or more: 3." in page
    assert "Number of people who are selected" not in page
    assert SeedCommitment.objects.get().seed not in page


def test_the_histogram_counts_who_is_selected_and_not_who_would_be(
    waiting: Waiting, now: datetime
) -> None:
    for number, way in ((1, "out"), (6, "in"), (7, "in")):
        Override.objects.create(
            cohort=waiting.cohort,
            step="bootcamp",
            application=waiting.applications[number],
            way=way,
            category="error",
            reason="x",
            asked_by=waiting.staff.asker,
            agreed_by=waiting.staff.second,
            agreed_at=now,
        )
    run = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)

    page = show(waiting.staff.second, run)
    text = page.content.decode()

    assert "The line is at 50. Number of people who have that score or more: 4." in text
    assert "Number of people who are selected: 5." in text
    bars = [(bar.people, bar.selected) for bar in page.context["histogram"].bars if bar.people]
    assert bars == [(1, 1), (1, 1), (1, 0), (1, 0), (1, 1), (1, 1), (1, 0), (1, 1)]


def test_a_stale_list_says_so_on_its_page(waiting: Waiting, drawn: Selection) -> None:
    waiting.give(81)

    page = show(waiting.staff.asker, drawn).content.decode()

    assert "One person’s scores have changed since the list was drawn up." in page


def test_the_seed_is_on_no_staff_page(waiting: Waiting, drawn: Selection) -> None:
    seed = SeedCommitment.objects.get()
    client = client_of(waiting.staff.asker)
    pages = [
        reverse(LISTS),
        reverse("admin:selection_seedcommitment_changelist"),
        reverse("admin:selection_seedcommitment_change", args=[seed.pk]),
        reverse("admin:selection_selection_changelist"),
        reverse("admin:selection_entry_changelist"),
        reverse("admin:selection_selectionrule_changelist"),
    ]

    answers = [client.get(url) for url in pages]

    assert [answer.status_code for answer in answers] == [200] * len(pages)
    assert [seed.seed in answer.content.decode() for answer in answers] == [False] * len(pages)


def test_the_page_takes_as_many_queries_for_three_people_as_for_sixty(
    waiting: Waiting, drawn: Selection, now: datetime, django_assert_max_num_queries: object
) -> None:
    other = make_waiting(now, slug="autumn", people=60).give(*range(60))
    large = draw_up_step(other.cohort, "bootcamp", by=other.staff.asker, now=now)
    client = client_of(waiting.staff.asker)

    counts = []
    for selection in (drawn, large):
        client.get(selection.get_absolute_url())
        with django_assert_max_num_queries(60) as queries:
            client.get(selection.get_absolute_url())
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_an_auditor_reads_and_presses_nothing(waiting: Waiting, drawn: Selection) -> None:
    auditor = make_user("auditor@staff.dtt.example", Role.AUDITOR)
    client = client_of(auditor)

    page = client.get(drawn.get_absolute_url())
    presses = [
        client.post(reverse(f"admin:selection_selection_{verb}", args=[drawn.pk]), {"people": 8})
        for verb in ("request", "decide", "publish", "discard")
    ]

    assert page.status_code == 200
    assert b"Publish now" not in page.content
    assert [answer.status_code for answer in presses] == [403] * 4
    assert Approval.objects.count() == 0


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.QUIZ_AUTHOR])
def test_other_staff_see_no_list(waiting: Waiting, drawn: Selection, role: Role) -> None:
    client = client_of(make_user("other@staff.dtt.example", role))

    pages = [client.get(url) for url in (drawn.get_absolute_url(), reverse(LISTS))]

    assert [page.status_code for page in pages] == [403, 403]


def test_following_a_link_presses_no_button(waiting: Waiting, drawn: Selection) -> None:
    client = client_of(waiting.staff.asker)

    answers = [
        client.get(reverse(f"admin:selection_selection_{verb}", args=[drawn.pk]))
        for verb in ("request", "decide", "publish", "discard")
    ]

    assert [answer.status_code for answer in answers] == [405] * 4


@pytest.mark.parametrize(
    ("verb", "typed"),
    [
        ("decide", {"digest": "\x00", "approve": "yes"}),
        ("decide", {"digest": "f" * 64, "approve": "yes"}),
        ("decide", {}),
        ("publish", {"people": "9" * 40}),
        ("publish", {"people": "eight"}),
        ("request", {"publish_at": "the day after tomorrow"}),
        ("request", {"publish_at": "1999-01-01T00:00"}),
        ("discard", {"reason": ""}),
    ],
)
def test_what_makes_no_sense_changes_nothing_and_is_said(
    waiting: Waiting, drawn: Selection, verb: str, typed: dict[str, str]
) -> None:
    said = press(waiting.staff.asker, verb, drawn.pk, **typed)

    drawn.refresh_from_db()
    assert len(said) == 1
    assert (drawn.state, Approval.objects.count()) == ("drawn", 0)


@pytest.mark.parametrize("pk", ["0", "9" * 30, "none"])
def test_a_run_that_does_not_exist_is_not_found(waiting: Waiting, pk: str) -> None:
    url = reverse("admin:selection_selection_change", args=[pk])

    assert client_of(waiting.staff.asker).get(url).status_code == 404


def test_a_run_is_discarded_with_a_reason(waiting: Waiting, drawn: Selection) -> None:
    said = press(waiting.staff.asker, "discard", drawn.pk, reason="an item was voided")

    drawn.refresh_from_db()
    assert said == ["The run is discarded. Nobody was told anything."]
    assert (drawn.state, drawn.trouble) == ("discarded", "an item was voided")


def test_a_published_run_shows_the_replies_and_no_buttons(shortlist: Shortlist) -> None:
    page = show(shortlist.staff.asker, shortlist.selection).content.decode()

    assert "asked to reply" in page
    assert "Publish now" not in page
