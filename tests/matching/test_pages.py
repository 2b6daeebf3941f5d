"""A finalist's pages."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from matching.domain.offers import send_offer
from matching.domain.runs import run_match
from matching.models import MatchPair, Offer
from matching.queries import candidates_of, ranked_by_person
from tests.matching.conftest import Final

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(final: Final, client: Client) -> tuple[Final, Client]:
    """The first finalist, signed in while rankings are open."""
    with time_machine.travel(final.now, tick=False):
        client.force_login(final.finalists[0].user)
        yield final, client


def press(mine: tuple[Final, Client], **form: object) -> int:
    final, client = mine
    url = reverse("matching:rank", args=[final.finalists[0].reference])
    return client.post(url, form).status_code


def without_token(page: bytes) -> str:
    """The page without what differs at every request."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page.decode())


def listed(final: Final) -> list[object]:
    return ranked_by_person(final.finalists[0].pk)[1]


def test_the_switch_of_a_company_shows_and_hides_the_profile(mine: tuple[Final, Client]) -> None:
    final, client = mine
    url = reverse("matching:consent", args=[final.finalists[0].reference, "harbour-robotics"])

    client.post(url, {"give": "1"})
    given = list(candidates_of(final.harbour.pk))
    client.post(url, {"withdraw": "1"})

    assert given == [final.finalists[0]]
    assert list(candidates_of(final.harbour.pk)) == []
    assert client.get(url).status_code == 405


def test_a_list_is_made_with_buttons_alone(mine: tuple[Final, Client]) -> None:
    final, _client = mine
    first, second = final.posts(final.harbour)
    third, _fourth = final.posts(final.lantern)
    references = [first.reference, second.reference]

    press(mine, version=0, add=first.reference, **{"press-add": "1"})
    press(mine, version=1, order=[first.reference], place="1", add=second.reference,
          **{"press-add": "1"})  # fmt: skip
    added = listed(final)
    press(mine, version=2, order=references, place=["1", "2"], up=second.reference)
    moved = listed(final)
    press(mine, version=3, order=references[::-1], place=["2", "2"])
    typed = listed(final)
    press(mine, version=4, order=references, place=["1", "2"], remove=first.reference)
    removed = listed(final)
    press(mine, version=5, order=[second.reference, third.reference], certify="1")

    assert added == [first, second]
    assert moved == [second, first]
    assert typed == [first, second]
    assert removed == [second]
    assert listed(final) == [second, third]
    assert ranked_by_person(final.finalists[0].pk)[0].certified_at == final.now


@pytest.mark.parametrize(
    "form",
    [
        {"order": ["JOB-NOTTHERE"]},
        {"order": ["1", "x\x00", "9" * 31]},
        {"version": "9" * 31},
        {"version": "x"},
        {"place": ["0"]},
        {"place": ["1e9"]},
        {"twice": True},
        {"order": [], "certify": "1"},
    ],
)
def test_a_hostile_list_is_refused_kindly_and_nothing_is_saved(
    mine: tuple[Final, Client], form: dict[str, object]
) -> None:
    final, _client = mine
    post = final.posts(final.harbour)[0].reference
    order = [post, post] if form.pop("twice", False) else [post]

    assert press(mine, **({"version": "0", "order": order} | form)) == 422
    assert listed(final) == []


def test_a_list_sent_after_the_close_is_refused_kindly_and_kept_on_the_page(
    mine: tuple[Final, Client],
) -> None:
    final, client = mine
    post = final.posts(final.harbour)[0]
    with time_machine.travel(final.cohort.rankings_close_at, tick=False):
        client.force_login(final.finalists[0].user)
        url = reverse("matching:rank", args=[final.finalists[0].reference])
        response = client.post(url, {"version": "0", "order": [post.reference], "certify": "1"})

    assert response.status_code == 422
    assert post.reference in response.content.decode()
    assert listed(final) == []


def test_nobody_opens_the_pages_of_somebody_else(mine: tuple[Final, Client]) -> None:
    final, client = mine
    other = final.finalists[1].reference

    for name in ("opportunities", "preview", "rank", "result"):
        assert client.get(reverse(f"matching:{name}", args=[other])).status_code == 404
    client.logout()
    mine_too = reverse("matching:rank", args=[final.finalists[0].reference])
    assert client.get(mine_too).status_code == 302


def test_nothing_of_a_match_is_seen_before_it_is_published(mine: tuple[Final, Client]) -> None:
    final, client = mine
    person, post = final.finalists[0], final.posts(final.harbour)[0]
    final.consent(person, final.harbour)
    final.person_ranks(person, post)
    final.company_ranks(post, [person])
    url = reverse("matching:result", args=[person.reference])
    with time_machine.travel(final.after_close, tick=False):
        client.force_login(person.user)
        before = client.get(url).content
        run_match(cohort_id=final.cohort.pk, seed="seed", by=final.manager, now=final.after_close)
        after = client.get(url).content

    assert without_token(after) == without_token(before)


def test_an_offer_is_answered_in_two_presses(
    matched: tuple[Final, MatchPair], client: Client
) -> None:
    final, pair = matched
    offer = send_offer(
        pair_id=pair.pk,
        conditions="As posted.",
        by=final.recruiter(final.harbour),
        now=final.cohort.match_at,
    )
    url = reverse("matching:offer", args=[offer.reference])
    client.force_login(final.finalists[1].user)
    stranger = client.get(url).status_code
    with time_machine.travel(final.cohort.match_at + timedelta(hours=1), tick=False):
        client.force_login(pair.application.user)
        nonsense = client.post(url, {"answer": "maybe", "sure": "1"}).status_code
        once = client.post(url, {"answer": "accept"}).status_code
        after_once = Offer.objects.get().state
        twice = client.post(url, {"answer": "accept", "sure": "1"}).status_code
        again = client.post(url, {"answer": "accept", "sure": "1"}).status_code
        changed = client.post(url, {"answer": "decline", "sure": "1"}).status_code

    assert stranger == 404
    assert (nonsense, once, after_once) == (422, 200, Offer.State.SENT)
    assert (twice, again, changed) == (302, 302, 422)
    assert Offer.objects.get().state == Offer.State.ACCEPTED
