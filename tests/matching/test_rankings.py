"""Both sides rank until the close."""

from datetime import timedelta

import pytest

from accounts.models import AuditEvent
from applications.models import Application
from dtt.play.companies import PARTNERS
from dtt.play.matching import load_companies
from dtt.play.people import make_applicant, make_cohort
from matching.domain.companies import remove_recruiter
from matching.domain.consents import withdraw_consent
from matching.domain.rankings import (
    RankedElsewhere,
    UnableToRank,
    rank_candidates,
    rank_opportunities,
)
from matching.models import OpportunityRanking, PersonRanking, Recruiter
from matching.queries import ranked_by_person
from notifications.models import Message
from tests.matching.conftest import Final

pytestmark = pytest.mark.django_db
HUGE = 10**30


def rank(final: Final, person: Application, ids: list[int], **changed: object) -> object:
    arguments = {
        "application_id": person.pk,
        "opportunity_ids": ids,
        "certify": False,
        "by": person.user,
        "now": final.now,
    }
    return rank_opportunities(**(arguments | changed))


def test_a_list_is_replaced_as_a_whole_and_keeps_its_order(final: Final) -> None:
    person = final.finalists[0]
    first, second = final.posts(final.harbour)
    third, _fourth = final.posts(final.lantern)

    final.person_ranks(person, first, second)
    final.person_ranks(person, third, first)

    sheet, listed = ranked_by_person(person.pk)
    assert (sheet.version, listed) == (2, [third, first])
    assert list(PersonRanking.objects.values_list("position", flat=True)) == [1, 2]


def test_certifying_is_receipted_and_a_later_change_takes_it_away(final: Final) -> None:
    person = final.finalists[0]
    first, second = final.posts(final.harbour)

    final.person_ranks(person, first, second)
    certified = ranked_by_person(person.pk)[0].certified_at
    final.person_ranks(person, second, first, certify=False)

    assert certified == final.now
    assert ranked_by_person(person.pk)[0].certified_at is None
    assert [m.kind for m in Message.objects.filter(kind="ranking-certified")] == [
        "ranking-certified"
    ]


def test_the_audit_trail_does_not_say_who_was_put_where(final: Final) -> None:
    final.person_ranks(final.finalists[0], *final.posts(final.harbour))

    assert AuditEvent.objects.get(verb="certify-ranking").after == {"version": 1, "listed": 2}


@pytest.mark.parametrize("seconds", [-1, 0])
def test_rankings_close_at_the_instant(final: Final, seconds: int) -> None:
    person, post = final.finalists[0], final.posts(final.harbour)[0]
    now = final.cohort.rankings_close_at + timedelta(seconds=seconds)

    if seconds < 0:
        rank(final, person, [post.pk], now=now)
        assert PersonRanking.objects.count() == 1
    else:
        with pytest.raises(UnableToRank, match="Rankings closed on"):
            rank(final, person, [post.pk], now=now)
        with pytest.raises(UnableToRank, match="Rankings closed on"):
            rank_candidates(
                opportunity_id=post.pk,
                tiers=[],
                certify=True,
                by=final.recruiter(final.harbour),
                now=now,
            )


def test_only_open_opportunities_of_the_own_cohort_are_ranked_each_once(final: Final) -> None:
    person, post = final.finalists[0], final.posts(final.harbour)[0]
    other = make_cohort(now=final.now, slug="autumn")
    load_companies(other, final.manager, final.second, final.now, partners=PARTNERS[:1])
    elsewhere = final.harbour.opportunities.filter(cohort=other).first()

    for ids in ([post.pk, post.pk], [elsewhere.pk], [HUGE], [-1], [0], [post.pk, "x"]):
        with pytest.raises(UnableToRank):
            rank(final, person, ids)

    assert PersonRanking.objects.count() == 0


def test_an_empty_list_cannot_be_certified(final: Final) -> None:
    with pytest.raises(UnableToRank, match="at least one"):
        rank(final, final.finalists[0], [], certify=True)


def test_only_finalists_rank(final: Final) -> None:
    applicant = make_applicant(final.cohort, 99, now=final.now)

    with pytest.raises(UnableToRank, match="Only finalists"):
        rank(final, applicant, [final.posts(final.harbour)[0].pk])


def test_two_windows_do_not_overwrite_each_other(final: Final) -> None:
    person = final.finalists[0]
    first, second = final.posts(final.harbour)
    rank(final, person, [first.pk], version=0)

    with pytest.raises(RankedElsewhere):
        rank(final, person, [second.pk], version=0)
    rank(final, person, [second.pk], version=1)

    assert ranked_by_person(person.pk)[1] == [second]


def test_a_company_ranks_consenting_finalists_only_each_once(final: Final) -> None:
    person, hidden = final.finalists[:2]
    post = final.posts(final.harbour)[0]
    final.consent(person, final.harbour)
    final.consent(hidden, final.lantern)

    for tiers in ([[hidden.pk]], [[person.pk], [person.pk]], [[HUGE]], [[person.pk, -1]]):
        with pytest.raises(UnableToRank):
            rank_candidates(
                opportunity_id=post.pk,
                tiers=tiers,
                certify=True,
                by=final.recruiter(final.harbour),
                now=final.now,
            )
    final.company_ranks(post, [], [person], [])

    assert list(OpportunityRanking.objects.values_list("application_id", "tier")) == [
        (person.pk, 1)
    ]


def test_only_recruiters_of_the_company_who_are_still_there_rank(final: Final) -> None:
    post = final.posts(final.harbour)[0]
    seat = Recruiter.objects.get(company=final.harbour)
    remove_recruiter(recruiter_id=seat.pk, by=final.manager, now=final.now)

    for by in (final.recruiter(final.lantern), seat.user, final.manager, final.finalists[0].user):
        with pytest.raises(UnableToRank, match="Only recruiters"):
            rank_candidates(opportunity_id=post.pk, tiers=[], certify=True, by=by, now=final.now)


def test_a_withdrawn_consent_ends_a_place_on_the_next_list(final: Final) -> None:
    person, post = final.finalists[0], final.posts(final.harbour)[0]
    final.consent(person, final.harbour)
    final.company_ranks(post, [person])
    withdraw_consent(
        application_id=person.pk, company_id=final.harbour.pk, by=person.user, now=final.now
    )

    with pytest.raises(UnableToRank, match="no longer a candidate"):
        final.company_ranks(post, [person])
