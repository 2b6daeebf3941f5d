"""The item analysis on the staff's pages: who sees it, what it says, what it draws."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Job
from accounts.roles import Role
from dtt.play.people import make_user
from dtt.play.quiz import sit_quiz
from dtt.play.selection import draw_up_step
from quiz.domain.scoring import score_chunk, score_quiz
from quiz.domain.statistics import compute_statistics
from quiz.models import ItemStatistics, Response, ScoringRun
from selection.domain.preparing import commit_seed
from tests.quiz.conftest import Hall

pytestmark = pytest.mark.django_db


@pytest.fixture
def scored(make_hall: Callable[..., Hall]) -> Hall:
    """Eight people have sat, four who know everything and four who guess; it is scored."""
    hall = make_hall(people=8)
    for person, application in enumerate(hall.applications):
        sit_quiz(
            application, skill=4 if person < 4 else -4, seed=1, now=hall.opens_at, walks_away=0
        )
    at = hall.quiz.closes_at
    run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=at)
    score_chunk(run_id=run.pk, first=0, last=2**40, now=at)
    return hall


def run_of(hall: Hall) -> ScoringRun:
    return ScoringRun.objects.get(quiz=hall.quiz)


def analysed(hall: Hall) -> ItemStatistics:
    return compute_statistics(run_id=run_of(hall).pk, by=None, now=hall.quiz.closes_at)


def client_of(hall: Hall, role: Role) -> Client:
    client = Client()
    client.force_login(make_user(f"{role}@staff.example", role, now=hall.opens_at))
    return client


def page_of(client: Client, hall: Hall) -> Any:
    return client.get(reverse("admin:quiz_itemstatistics_change", args=[run_of(hall).pk]))


def item_page(client: Client, hall: Hall, version_id: int) -> Any:
    names = [run_of(hall).pk, version_id]
    return client.get(reverse("admin:quiz_itemstatistics_item", args=names))


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.QUIZ_AUTHOR, 200),
        (Role.PROGRAMME_MANAGER, 200),
        (Role.REVIEWER, 403),
        (Role.AUDITOR, 403),
        (Role.ACCOMMODATION_OFFICER, 403),
    ],
)
def test_authors_and_managers_see_it_and_nobody_else(scored: Hall, role: Role, status: int) -> None:
    version = analysed(scored).result["items"][0]["version_id"]
    client = client_of(scored, role)

    opened = [
        client.get(reverse("admin:quiz_itemstatistics_changelist")).status_code,
        page_of(client, scored).status_code,
        item_page(client, scored, version).status_code,
    ]

    assert opened == [status] * 3


def test_the_page_has_every_item_and_its_charts_their_words(scored: Hall) -> None:
    found = analysed(scored)

    page = page_of(client_of(scored, Role.QUIZ_AUTHOR), scored).content.decode()

    assert [row["item"] for row in found.result["items"] if row["item"] not in page] == []
    assert page.count('role="img"') == page.count("<title id=") == page.count("<desc id=") == 2
    assert "Few people: the figures are rough" in page
    assert "style=" not in page.split('class="line-page"')[1].split("</main>")[0]


def test_the_line_of_a_list_is_drawn_into_the_scores(scored: Hall) -> None:
    analysed(scored)
    client = client_of(scored, Role.PROGRAMME_MANAGER)
    without = page_of(client, scored)
    commit_seed(cohort_id=scored.cohort.pk, step="bootcamp", by=None, now=scored.opens_at)
    at = scored.quiz.closes_at

    drawn = draw_up_step(scored.cohort, "bootcamp", by=scored.manager, now=at)

    page = page_of(client, scored)
    assert ("No list has been drawn up" in without.content.decode()) is True
    assert 'class="cut"' in page.content.decode()
    assert page.context["selection"] == drawn
    above = sum(bar.selected for bar in page.context["histogram"].bars)
    assert above == drawn.entries.filter(outcome="selected").count()


def test_the_worst_items_stand_first(scored: Hall) -> None:
    rows = page_of(client_of(scored, Role.QUIZ_AUTHOR), scored)
    assert "rows" not in rows.context  # not analysed yet
    analysed(scored)

    rows = page_of(client_of(scored, Role.PROGRAMME_MANAGER), scored).context["rows"]

    shapes = [row["shape"] for row in rows]
    assert shapes == sorted(shapes, key=["wrong", "look", "plain"].index)


def test_an_item_page_has_its_curve_choices_and_what_it_says(scored: Hall) -> None:
    found = analysed(scored)
    row = next(row for row in found.result["items"] if row["choices"] and row["people"])

    page = item_page(client_of(scored, Role.QUIZ_AUTHOR), scored, row["version_id"])

    body = page.content.decode()
    assert "✓ key" in body
    assert ("題目" in body, "Nobody had it both on the first day" in body) == (True, True)


def test_while_a_worker_is_at_it_the_page_shows_a_bar(scored: Hall) -> None:
    body = page_of(client_of(scored, Role.PROGRAMME_MANAGER), scored).content.decode()

    assert f"/job/{Job.objects.get().pk}/" in body or "data-job" in body
    assert "Waiting for a free worker." in body


def test_an_old_run_is_analysed_when_the_manager_asks(scored: Hall) -> None:
    Job.objects.all().delete()
    url = reverse("admin:quiz_itemstatistics_ask", args=[run_of(scored).pk])
    author, manager = client_of(scored, Role.QUIZ_AUTHOR), client_of(scored, Role.PROGRAMME_MANAGER)

    refused = author.post(url).status_code
    seen = "Analyse the items" in page_of(author, scored).content.decode()
    offered = "Analyse the items" in page_of(manager, scored).content.decode()
    manager.post(url)

    assert (refused, seen, offered) == (403, False, True)
    assert Job.objects.get().payload == {"run": run_of(scored).pk}


@pytest.mark.parametrize("people", [1, 5])
def test_few_people_are_called_too_few(make_hall: Callable[..., Hall], people: int) -> None:
    hall = make_hall(people=people)
    for application in hall.applications:
        sit_quiz(application, skill=0, seed=1, now=hall.opens_at, walks_away=0)
    run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=hall.quiz.closes_at)
    score_chunk(run_id=run.pk, first=0, last=2**40, now=hall.quiz.closes_at)
    found = analysed(hall)
    client = client_of(hall, Role.QUIZ_AUTHOR)

    page = page_of(client, hall)
    items = {
        item_page(client, hall, row["version_id"]).status_code for row in found.result["items"]
    }

    assert "Too few people: nothing can be said" in page.content.decode()
    assert (page.status_code, items) == (200, {200})


def test_the_item_in_the_bank_tells_its_history(scored: Hall) -> None:
    client = client_of(scored, Role.QUIZ_AUTHOR)
    version = Response.objects.filter(item_version__kind="single")[0].item_version
    url = reverse("admin:quiz_item_change", args=[version.item_id])

    before = client.get(url).content.decode()
    analysed(scored)
    after = client.get(url).content.decode()

    link = reverse("admin:quiz_itemstatistics_item", args=[run_of(scored).pk, version.pk])
    assert ("It has not been analysed yet." in before, link in before) == (True, False)
    assert (link in after, str(scored.cohort) in after) == (True, True)


def test_the_list_takes_as_many_queries_for_one_run_as_for_many(
    scored: Hall, django_assert_max_num_queries: Any
) -> None:
    analysed(scored)
    client = client_of(scored, Role.QUIZ_AUTHOR)
    with django_assert_max_num_queries(12):
        client.get(reverse("admin:quiz_itemstatistics_changelist"))
    with django_assert_max_num_queries(14):
        page_of(client, scored)


@pytest.mark.parametrize("key", ["0", "999999", "x", "9" * 40, "²"])
def test_a_run_that_is_not_there_is_not_found(scored: Hall, key: str) -> None:
    client = client_of(scored, Role.PROGRAMME_MANAGER)

    address = reverse("admin:quiz_itemstatistics_change", args=[key])

    assert client.get(address).status_code == 404
    if key.isascii() and key.isdecimal():
        assert item_page(client, scored, int(key)).status_code == 404


def test_an_item_of_another_run_is_not_found(scored: Hall) -> None:
    analysed(scored)

    assert item_page(client_of(scored, Role.QUIZ_AUTHOR), scored, 2**40).status_code == 404
