"""Today's line of offers that end soon: as many as the list behind it, and as SQL counts."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from applications.models import Cohort
from dtt.play.matching import publish_match_run
from dtt.play.people import make_applicant, make_cohort
from matching.domain.offers import send_offer
from matching.models import Offer
from tests.matching.conftest import Final

pytestmark = pytest.mark.django_db


def offers_of_three(final: Final) -> list[Offer]:
    """Three finalists, each with an offer of Harbour Robotics or Lantern Health."""
    posts = [*final.posts(final.harbour), *final.posts(final.lantern)][:3]
    for person, post in zip(final.finalists, posts, strict=False):
        final.consent(person, post.company)
        final.person_ranks(person, post)
        final.company_ranks(post, [person])
    at = final.cohort.match_at
    run = publish_match_run(final.cohort, "seed", final.manager, final.second, at)
    pairs = run.pairs.select_related("opportunity__company").order_by("pk")
    return [
        send_offer(
            pair_id=pair.pk,
            conditions="HKD 24,000 a month.",
            by=final.recruiter(pair.opportunity.company),
            now=at,
        )
        for pair in pairs
    ]


def counted(cohort: Cohort, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM matching_offer o"
            " JOIN applications_application a ON a.id = o.application_id"
            " WHERE a.cohort_id = %s AND o.state = 'sent'"
            " AND o.expires_at > %s AND o.expires_at < %s",
            [cohort.pk, now, now + timedelta(days=7)],
        )
        return int(cursor.fetchone()[0])


def test_the_offers_that_end_soon_are_the_rows_of_their_list(final: Final) -> None:
    at = final.cohort.match_at
    soon, late, elsewhere = offers_of_three(final)
    Offer.objects.filter(pk=late.pk).update(expires_at=at + timedelta(days=9))
    beside = make_cohort(now=at - timedelta(days=100), slug="beside")
    other = make_applicant(beside, 900, now=at - timedelta(days=100))
    Offer.objects.filter(pk=elsewhere.pk).update(application=other)
    assert soon.expires_at is not None

    with time_machine.travel(at, tick=False):
        browser = Client()
        browser.force_login(final.manager)
        context = browser.get(reverse("admin:index")).context
        shown = {}
        for one in context["due"]:
            if "offer" in one.what:
                rows = browser.get(one.url).context["cl"].result_count
                shown[one.cohort] = (int(one.what.split()[0]), rows, counted(one.cohort, at))
        [tile] = [one for one in context["tiles"] if str(one.what).startswith("Offers that wait")]
        listed = browser.get(tile.url).context["cl"].result_count

    assert shown == {final.cohort: (1, 1, 1), beside: (1, 1, 1)}
    assert (tile.count, listed, Offer.objects.filter(state="sent").count()) == (3, 3, 3)
