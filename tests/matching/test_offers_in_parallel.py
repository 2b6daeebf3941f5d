"""Two answers at one moment, over two real connections."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from matching.domain.offers import UnableToAnswer, answer_offer, send_offer
from matching.models import MatchPair, MatchRun, Offer
from tests.matching.conftest import make_final, match_first

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_offers_accepted_at_one_moment_one_is(now: datetime) -> None:
    final = make_final(now)
    pair = match_first(final)
    at = final.cohort.match_at
    first = send_offer(
        pair_id=pair.pk, conditions="One.", by=final.recruiter(final.harbour), now=at
    )
    other_run = MatchRun.objects.create(
        cohort=final.cohort, number=9, seed="x", inputs={}, state=MatchRun.State.DISCARDED,
        created_at=at, created_by=final.manager,
    )  # fmt: skip
    rival = MatchPair.objects.create(
        run=other_run,
        application=pair.application,
        opportunity=final.posts(final.lantern)[0],
        person_rank=1,
        opportunity_rank=1,
    )
    second = Offer.objects.create(
        reference="OFR-RIVAL", pair=rival, application=pair.application,
        opportunity=rival.opportunity, conditions="Two.", sent_at=at, sent_by=final.manager,
        expires_at=at + timedelta(days=3),
    )  # fmt: skip
    start = Barrier(3)

    def accept(offer_id: int) -> str:
        try:
            start.wait()
            return answer_offer(
                offer_id=offer_id, accept=True, by=pair.application.user, now=at
            ).state
        except UnableToAnswer:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(accept, [first.pk, first.pk, second.pk]))

    accepted = Offer.objects.filter(state=Offer.State.ACCEPTED)
    assert accepted.count() == 1
    assert outcomes in (
        ["accepted", "accepted", "refused"],
        ["refused", "refused", "accepted"],
    )
