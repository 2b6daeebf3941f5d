"""A recruiter in the portal: one who works, one who pries, one who has promised nothing yet."""

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.roles import Role
from dtt.play.people import make_user
from matching.domain.companies import add_recruiter
from matching.domain.consents import withdraw_consent
from matching.domain.offers import send_offer
from matching.models import MatchPair, Offer
from matching.queries import ranked_by_opportunity
from tests.matching.conftest import Final

pytestmark = pytest.mark.django_db


def status(client: Client, name: str, *args: str) -> int:
    return client.get(reverse(name, args=args)).status_code


@pytest.fixture
def at_work(final: Final, client: Client) -> tuple[Final, Client]:
    """The recruiter of Harbour Robotics; two finalists let it see them, one of them Lantern too."""
    for person in final.finalists[:2]:
        final.consent(person, final.harbour)
    for person in final.finalists[1:3]:
        final.consent(person, final.lantern)
    with time_machine.travel(final.now, tick=False):
        client.force_login(final.recruiter(final.harbour))
        yield final, client


def test_a_recruiter_sees_the_consenting_finalists_and_nobody_else(
    at_work: tuple[Final, Client],
) -> None:
    final, client = at_work
    page = client.get(reverse("portal:candidates", args=["harbour-robotics"])).content.decode()

    shown = [one.reference in page for one in final.finalists]

    assert shown == [True, True, False, False]


def test_what_a_profile_shows_is_what_the_person_agreed_to(at_work: tuple[Final, Client]) -> None:
    final, client = at_work
    person = final.finalists[0]
    person.motivation, person.mobile = "secret motive", "+85291234567"
    person.save()

    page = client.get(
        reverse("portal:candidate", args=["harbour-robotics", person.reference])
    ).content.decode()

    hidden = [person.motivation, person.mobile, person.user.email, str(person.institution)]
    assert person.full_name in page
    assert [text for text in hidden if text in page] == []
    assert AuditEvent.objects.get(verb="view-profile").after == {"company": "harbour-robotics"}


def test_a_recruiter_who_pries_finds_nothing(at_work: tuple[Final, Client]) -> None:
    final, client = at_work
    mine, both, theirs, hidden = (one.reference for one in final.finalists)
    their_post = final.posts(final.lantern)[0]

    assert [
        status(client, "portal:candidate", "harbour-robotics", mine),
        status(client, "portal:candidates", "lantern-health"),
        status(client, "portal:candidate", "lantern-health", both),
        status(client, "portal:candidate", "harbour-robotics", theirs),
        status(client, "portal:candidate", "harbour-robotics", hidden),
        status(client, "portal:candidate", "harbour-robotics", "DTT-NOBODYX"),
        status(client, "portal:rank", their_post.reference),
        status(client, "portal:offers", "lantern-health"),
        status(client, "portal:send_offer", "harbour-robotics", mine),
    ] == [200, 404, 404, 404, 404, 404, 404, 404, 404]
    assert client.post(reverse("portal:rank", args=[their_post.reference])).status_code == 404


def test_a_withdrawn_consent_counts_at_the_next_request(at_work: tuple[Final, Client]) -> None:
    final, client = at_work
    person = final.finalists[0]
    before = status(client, "portal:candidate", "harbour-robotics", person.reference)

    withdraw_consent(
        application_id=person.pk, company_id=final.harbour.pk, by=person.user, now=final.now
    )

    after = status(client, "portal:candidate", "harbour-robotics", person.reference)
    page = client.get(reverse("portal:candidates", args=["harbour-robotics"])).content.decode()
    assert (before, after, person.full_name in page) == (200, 404, False)


def test_nothing_is_shown_before_the_undertaking(final: Final, client: Client) -> None:
    make_user("new@dtt.example", Role.RECRUITER)
    seat = add_recruiter(
        company_id=final.harbour.pk, email="new@dtt.example", by=final.manager, now=final.now
    )
    client.force_login(seat.user)
    undertaking = reverse("portal:undertaking")
    post = final.posts(final.harbour)[0]

    for name, args in (
        ("portal:home", []),
        ("portal:candidates", ["harbour-robotics"]),
        ("portal:rank", [post.reference]),
    ):
        response = client.get(reverse(name, args=args))
        assert (response.status_code, response["Location"]) == (302, undertaking)
    assert client.post(undertaking).status_code == 422
    assert client.post(undertaking, {"accept": "1"}).status_code == 302
    assert status(client, "portal:home") == 200


def test_whoever_recruits_for_nobody_finds_no_portal(final: Final, client: Client) -> None:
    for user in (final.manager, final.finalists[0].user):
        client.force_login(user)
        assert [
            status(client, "portal:home"),
            status(client, "portal:undertaking"),
            status(client, "portal:candidates", "harbour-robotics"),
        ] == [404, 404, 404]
    client.logout()
    assert status(client, "portal:home") == 302


def test_the_filter_is_by_track_and_skills(at_work: tuple[Final, Client]) -> None:
    final, client = at_work
    first, second = final.finalists[:2]
    for person, rating, track in ((first, 5, "vision"), (second, 1, "data_science")):
        person.python_rating, person.track = rating, track
        person.save()

    def found(query: str) -> list[bool]:
        url = reverse("portal:candidates", args=["harbour-robotics"])
        page = client.get(f"{url}?{query}").content.decode()
        return [one.reference in page for one in (first, second)]

    assert found("python=3") == [True, False]
    assert found("track=data_science") == [False, True]
    assert found("sex=f&institution=1") == [True, True]
    url = reverse("portal:candidates", args=["harbour-robotics"])
    assert client.get(f"{url}?python=x&cohort=nowhere").status_code == 422


def test_numbers_make_tiers_and_equal_numbers_are_equals(at_work: tuple[Final, Client]) -> None:
    final, client = at_work
    post = final.posts(final.harbour)[0]
    first, second = final.finalists[:2]
    url = reverse("portal:rank", args=[post.reference])
    people = {"person": [first.reference, second.reference], "version": 0}

    client.post(url, people | {"tier": ["7", "7"], "certify": "1"})
    equals = ranked_by_opportunity(post.pk)
    client.post(url, people | {"tier": ["1", "1"], "version": 1, "down": first.reference})

    assert equals[1] == {first.pk: 1, second.pk: 1}
    assert equals[0].certified_by == final.recruiter(final.harbour)
    assert ranked_by_opportunity(post.pk)[1] == {second.pk: 1, first.pk: 2}


@pytest.mark.parametrize(
    "posted",
    [
        {"tier": ["x", ""]},
        {"tier": ["1" * 31, ""]},
        {"tier": ["-1", "0"]},
        {"tier": ["1\x00", "2"]},
        {"version": "9" * 30},
        {"version": "x"},
    ],
)
def test_a_hostile_ranking_is_refused_kindly_and_nothing_is_saved(
    at_work: tuple[Final, Client], posted: dict[str, object]
) -> None:
    final, client = at_work
    post = final.posts(final.harbour)[0]
    form = {
        "person": [one.reference for one in final.finalists[:2]],
        "tier": ["1", "2"],
        "version": "0",
    }

    response = client.post(reverse("portal:rank", args=[post.reference]), form | posted)

    assert response.status_code == 422
    assert ranked_by_opportunity(post.pk)[1] == {}


def test_people_who_are_no_candidates_are_left_out_of_a_posted_ranking(
    at_work: tuple[Final, Client],
) -> None:
    final, client = at_work
    post = final.posts(final.harbour)[0]
    mine, hidden = final.finalists[0], final.finalists[3]

    client.post(
        reverse("portal:rank", args=[post.reference]),
        {"person": [hidden.reference, mine.reference], "tier": ["1", "2"], "version": "0"},
    )

    assert ranked_by_opportunity(post.pk)[1] == {mine.pk: 1}


def test_an_offer_is_made_on_the_page_and_can_be_taken_back(
    matched: tuple[Final, MatchPair], client: Client
) -> None:
    final, pair = matched
    args = ["harbour-robotics", pair.application.reference]
    with time_machine.travel(final.cohort.match_at, tick=False):
        client.force_login(final.recruiter(final.harbour))
        empty = client.post(reverse("portal:send_offer", args=args), {"conditions": "\x00"})
        for _press in range(2):
            client.post(reverse("portal:send_offer", args=args), {"conditions": "As posted."})
        offer = Offer.objects.get()
        client.post(reverse("portal:withdraw_offer", args=[offer.reference]))

    offer.refresh_from_db()
    assert (empty.status_code, offer.state) == (422, Offer.State.WITHDRAWN)


def test_another_company_can_neither_see_nor_withdraw_an_offer(
    matched: tuple[Final, MatchPair], client: Client
) -> None:
    final, pair = matched
    offer = send_offer(
        pair_id=pair.pk,
        conditions="As posted.",
        by=final.recruiter(final.harbour),
        now=final.cohort.match_at,
    )
    client.force_login(final.recruiter(final.lantern))

    assert status(client, "portal:withdraw_offer", offer.reference) == 404
    assert client.post(reverse("portal:withdraw_offer", args=[offer.reference])).status_code == 404
    offer.refresh_from_db()
    assert offer.state == Offer.State.SENT


def test_lists_take_the_same_queries_for_one_person_and_for_three(
    final: Final, client: Client
) -> None:
    post = final.posts(final.harbour)[0]
    pages = (
        reverse("portal:home"),
        reverse("portal:candidates", args=["harbour-robotics"]),
        reverse("portal:rank", args=[post.reference]),
    )

    def queries() -> list[int]:
        counts = []
        for page in pages:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(page).status_code == 200
            counts.append(len(captured))
        return counts

    with time_machine.travel(final.now, tick=False):
        client.force_login(final.recruiter(final.harbour))
        final.consent(final.finalists[0], final.harbour)
        one = queries()
        for person in final.finalists[1:3]:
            final.consent(person, final.harbour)
        three = queries()

    assert three == one
