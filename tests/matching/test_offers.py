"""Offers, their answers and their end."""

from datetime import timedelta

import pytest

from applications.domain.stages import stage_of
from applications.models import Stage
from dtt.play.matching import publish_match_run
from matching.domain.consents import withdraw_consent
from matching.domain.offers import (
    UnableToAnswer,
    UnableToOffer,
    answer_offer,
    expire_offers,
    send_offer,
    withdraw_offer,
)
from matching.models import MatchPair, Offer, Opportunity
from notifications.domain.outbox import Telling, UnableToQueue, queue
from notifications.kinds import known
from notifications.models import Message
from tests.matching.conftest import Final

pytestmark = pytest.mark.django_db
Matched = tuple[Final, MatchPair]


def send(matched: Matched, **changed: object) -> Offer:
    final, pair = matched
    arguments = {
        "pair_id": pair.pk,
        "conditions": "HKD 24,000 a month.",
        "by": final.recruiter(final.harbour),
        "now": final.cohort.match_at,
    }
    return send_offer(**(arguments | changed))


def answer(matched: Matched, offer: Offer, *, accept: bool, **changed: object) -> Offer:
    final, pair = matched
    arguments = {
        "offer_id": offer.pk,
        "accept": accept,
        "by": pair.application.user,
        "now": final.cohort.match_at + timedelta(hours=1),
    }
    return answer_offer(**(arguments | changed))


def kinds(offer: Offer) -> list[str]:
    told = Message.objects.filter(run=f"offer:{offer.reference}").order_by("pk")
    return list(told.values_list("kind", flat=True))


def test_an_offer_is_sent_once_and_names_its_end(matched: Matched) -> None:
    offer, again = send(matched), send(matched)

    assert again == offer
    assert offer.expires_at - offer.sent_at > timedelta(days=3)
    assert kinds(offer) == ["offer-sent"]


def test_accepting_hires_and_tells_both_sides_once(matched: Matched) -> None:
    offer = send(matched)

    for _time in range(2):
        accepted = answer(matched, offer, accept=True)

    assert accepted.state == Offer.State.ACCEPTED
    assert stage_of(offer.application_id) == Stage.HIRED
    assert kinds(offer) == ["offer-sent", "offer-accepted", "offer-confirmed"]


def test_declining_frees_the_person_and_tells_the_company(matched: Matched) -> None:
    offer = send(matched)

    answer(matched, offer, accept=False)

    assert stage_of(offer.application_id) == Stage.FINALIST
    assert kinds(offer) == ["offer-sent", "offer-declined"]
    with pytest.raises(UnableToAnswer, match="answered this offer already"):
        answer(matched, offer, accept=True)
    with pytest.raises(UnableToOffer, match="not waiting"):
        send(matched)


@pytest.mark.parametrize(("seconds", "in_time"), [(-1, True), (0, False)])
def test_an_answer_counts_until_the_offer_ends(
    matched: Matched, seconds: int, in_time: bool
) -> None:
    offer = send(matched)
    now = offer.expires_at + timedelta(seconds=seconds)

    if in_time:
        assert answer(matched, offer, accept=True, now=now).state == Offer.State.ACCEPTED
        assert expire_offers(now=offer.expires_at) == 0
    else:
        with pytest.raises(UnableToAnswer, match="stood until"):
            answer(matched, offer, accept=True, now=now)
        assert (expire_offers(now=now), expire_offers(now=now)) == (1, 0)
        assert stage_of(offer.application_id) == Stage.FINALIST
        assert kinds(offer) == ["offer-sent", "offer-lapsed", "offer-expired"]


def test_an_offer_that_cannot_be_ended_stops_no_other(final: Final) -> None:
    posts = (final.posts(final.harbour)[0], final.posts(final.lantern)[0])
    for person, post in zip(final.finalists, posts, strict=False):
        final.consent(person, post.company)
        final.person_ranks(person, post)
        final.company_ranks(post, [person])
    at = final.cohort.match_at
    run = publish_match_run(final.cohort, "seed", final.manager, final.second, at)
    stuck, other = (
        send((final, pair), by=final.recruiter(pair.opportunity.company), now=at)
        for pair in run.pairs.select_related("application__user", "opportunity__company")
    )
    fact = f"offer:{stuck.reference}"  # told what contradicts its end, it cannot be ended
    facts = dict(known("offer-confirmed").examples)
    queue([Telling(stuck.application.user, "offer-confirmed", fact, facts, topic=fact)], now=at)

    with pytest.raises(UnableToQueue):
        expire_offers(now=other.expires_at)

    states = dict(Offer.objects.values_list("pk", "state"))
    assert (states[stuck.pk], states[other.pk]) == (Offer.State.SENT, Offer.State.EXPIRED)


def test_an_offer_that_was_withdrawn_can_be_made_anew(matched: Matched) -> None:
    final, _pair = matched
    offer = send(matched)

    withdraw_offer(offer_id=offer.pk, by=final.recruiter(final.harbour), now=final.cohort.match_at)
    with pytest.raises(UnableToAnswer, match="withdrawn"):
        answer(matched, offer, accept=True)
    second = send(matched)

    assert kinds(offer) == ["offer-sent", "offer-withdrawn"]
    assert second.reference != offer.reference
    assert stage_of(offer.application_id) == Stage.MATCHED


def test_an_accepted_offer_cannot_be_withdrawn(matched: Matched) -> None:
    final, _pair = matched
    offer = send(matched)
    answer(matched, offer, accept=True)

    with pytest.raises(UnableToOffer):
        withdraw_offer(
            offer_id=offer.pk, by=final.recruiter(final.harbour), now=final.cohort.match_at
        )


def test_only_the_company_offers_and_only_with_conditions(matched: Matched) -> None:
    final, _pair = matched

    for changed in (
        {"by": final.recruiter(final.lantern)},
        {"by": final.manager},
        {"conditions": "  "},
    ):
        with pytest.raises(UnableToOffer):
            send(matched, **changed)

    assert Offer.objects.count() == 0


def test_nothing_is_offered_to_whoever_withdrew_their_consent(matched: Matched) -> None:
    final, pair = matched
    withdraw_consent(
        application_id=pair.application_id,
        company_id=final.harbour.pk,
        by=pair.application.user,
        now=final.cohort.match_at,
    )

    with pytest.raises(UnableToOffer, match="no longer lets"):
        send(matched)


def test_no_more_are_accepted_than_there_are_vacancies(matched: Matched) -> None:
    offer = send(matched)
    Opportunity.objects.filter(pk=offer.opportunity_id).update(vacancies=0)

    with pytest.raises(UnableToAnswer, match="Every place"):
        answer(matched, offer, accept=True)

    assert stage_of(offer.application_id) == Stage.MATCHED
