"""Opportunities and their approval, recruiters, consent."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent, User
from applications.domain.stages import advance
from applications.lifecycle import Move
from dtt.play.people import make_applicant, make_cohort
from matching.domain.companies import (
    UnableToAdd,
    accept_undertaking,
    add_company,
    add_recruiter,
    remove_recruiter,
)
from matching.domain.consents import UnableToConsent, withdraw_consent
from matching.domain.opportunities import (
    UnableToApproveOpportunity,
    UnableToPost,
    approve_opportunity,
    close_opportunity,
    edit_opportunity,
    post_opportunity,
    take_back_opportunity,
)
from matching.models import CompanyConsent, MinimumWage, Opportunity
from matching.queries import candidates_of
from matching.rules import companies_for
from tests.matching.conftest import Final

pytestmark = pytest.mark.django_db
POST = {
    "kind": "internship",
    "title_en": "Intern",
    "description_en": "Learn.",
    "purpose_en": "To decide.",
    "vacancies": 1,
    "place_en": "Sha Tin",
    "hours_per_week": 20,
    "pay_cents": 4310,
    "pay_basis": "hourly",
    "starts_on": date(2027, 7, 1),
    "ends_on": date(2027, 8, 31),
}


def post(final: Final, **fields: object) -> Opportunity:
    MinimumWage.objects.get_or_create(from_on=date(2026, 5, 1), defaults={"hourly_cents": 4310})
    return post_opportunity(
        cohort_id=final.cohort.pk,
        company_id=final.harbour.pk,
        by=final.manager,
        now=final.now,
        **(POST | fields),
    )


def test_a_second_person_approves_an_opportunity(final: Final) -> None:
    draft = post(final)

    with pytest.raises(UnableToApproveOpportunity, match="wrote this one yourself"):
        approve_opportunity(opportunity_id=draft.pk, by=final.manager, now=final.now)
    approved = approve_opportunity(opportunity_id=draft.pk, by=final.second, now=final.now)

    assert approved.state == Opportunity.State.APPROVED
    with pytest.raises(IntegrityError), transaction.atomic():
        Opportunity.objects.filter(pk=draft.pk).update(approved_by=final.manager)


def test_whoever_edited_last_cannot_approve(final: Final) -> None:
    draft = post(final)
    edit_opportunity(
        opportunity_id=draft.pk, by=final.second, now=final.now, title_en="Better intern"
    )

    with pytest.raises(UnableToApproveOpportunity):
        approve_opportunity(opportunity_id=draft.pk, by=final.second, now=final.now)


def test_what_is_approved_is_edited_only_as_a_draft_again(final: Final) -> None:
    approved = final.posts(final.harbour)[0]

    with pytest.raises(UnableToPost, match="Take it back"):
        edit_opportunity(opportunity_id=approved.pk, by=final.second, now=final.now, vacancies=9)
    take_back_opportunity(opportunity_id=approved.pk, by=final.manager, now=final.now)
    edited = edit_opportunity(
        opportunity_id=approved.pk, by=final.second, now=final.now, vacancies=9
    )

    assert (edited.state, edited.vacancies, edited.approved_by) == ("draft", 9, None)


def test_it_cannot_be_taken_back_once_rankings_have_closed(final: Final) -> None:
    approved = final.posts(final.harbour)[0]

    with pytest.raises(UnableToPost, match="rankings have closed"):
        take_back_opportunity(
            opportunity_id=approved.pk, by=final.manager, now=final.cohort.rankings_close_at
        )


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"pay_cents": 4310}, False),
        ({"pay_cents": 4309}, True),
        ({"pay_cents": 4309, "wage_exemption": "student-intern"}, False),
        ({"pay_basis": "monthly", "pay_cents": 373_600}, False),  # 43.107 an hour
        ({"pay_basis": "monthly", "pay_cents": 373_500}, True),  # 43.096 an hour
    ],
)
def test_pay_below_the_minimum_wage_needs_an_exemption(
    final: Final, fields: dict[str, object], refused: bool
) -> None:
    if refused:
        with pytest.raises(UnableToPost, match="minimum wage"):
            post(final, **fields)
    else:
        assert post(final, **fields).state == Opportunity.State.DRAFT


def test_a_recruiter_sees_nothing_before_the_undertaking_nor_after_removal(final: Final) -> None:
    seat = add_recruiter(
        company_id=final.harbour.pk, email="New@dtt.example", by=final.manager, now=final.now
    )
    before = list(companies_for(seat.user))

    accepted = accept_undertaking(by=seat.user, now=final.now)
    between = list(companies_for(seat.user))
    remove_recruiter(recruiter_id=seat.pk, by=final.manager, now=final.now)

    assert (before, accepted, between) == ([], 1, [final.harbour])
    assert list(companies_for(seat.user)) == []


def test_a_recruiter_who_comes_back_signs_anew(final: Final) -> None:
    seat = add_recruiter(
        company_id=final.harbour.pk, email="new@dtt.example", by=final.manager, now=final.now
    )
    accept_undertaking(by=seat.user, now=final.now)
    remove_recruiter(recruiter_id=seat.pk, by=final.manager, now=final.now)

    again = add_recruiter(
        company_id=final.harbour.pk, email="new@dtt.example", by=final.manager, now=final.now
    )

    assert (again.pk, again.undertaking_version) == (seat.pk, "")
    assert list(companies_for(User.objects.get(email="new@dtt.example"))) == []


def test_a_company_is_added_once(final: Final) -> None:
    with pytest.raises(UnableToAdd):
        add_company(
            slug="harbour-robotics", name_en="X", sector="media", by=final.manager, now=final.now
        )


def test_consent_shows_a_person_to_one_company_until_it_is_withdrawn(final: Final) -> None:
    person = final.finalists[0]

    final.consent(person, final.harbour)
    final.consent(person, final.harbour)
    seen = [list(candidates_of(company.pk)) for company in (final.harbour, final.lantern)]
    withdraw_consent(
        application_id=person.pk, company_id=final.harbour.pk, by=person.user, now=final.now
    )

    assert seen == [[person], []]
    assert list(candidates_of(final.harbour.pk)) == []
    assert CompanyConsent.objects.count() == 1
    assert list(AuditEvent.objects.order_by("-id").values_list("verb", flat=True)[:2]) == [
        "withdraw-consent",
        "give-consent",
    ]


def test_whoever_is_no_finalist_is_seen_by_nobody(final: Final) -> None:
    applicant = make_applicant(final.cohort, 99, now=final.now)

    with pytest.raises(UnableToConsent, match="finalists only"):
        final.consent(applicant, final.harbour)


def test_whoever_withdraws_is_gone_from_the_company_at_once(final: Final) -> None:
    person = final.finalists[0]
    final.consent(person, final.harbour)

    advance(application_ids=[person.pk], move=Move.WITHDRAW, by=person.user, now=final.now)

    assert list(candidates_of(final.harbour.pk)) == []


def test_a_company_that_offers_nothing_to_the_cohort_gets_no_consent(final: Final) -> None:
    for one in final.posts(final.lantern):
        close_opportunity(opportunity_id=one.pk, by=final.manager, now=final.now)

    with pytest.raises(UnableToConsent, match="offers nothing"):
        final.consent(final.finalists[0], final.lantern)


def test_a_company_sees_only_cohorts_to_which_it_offers_something(final: Final) -> None:
    person = final.finalists[0]
    final.consent(person, final.harbour)
    other = make_cohort(now=final.now + timedelta(days=1), slug="autumn")

    assert list(candidates_of(final.harbour.pk, other.pk)) == []
    assert list(candidates_of(final.harbour.pk, final.cohort.pk)) == [person]
