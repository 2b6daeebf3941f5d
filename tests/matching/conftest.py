"""A cohort with finalists and two companies, and one of their recruiters each."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings

from accounts.models import User
from accounts.roles import Role
from applications.models import Application, Cohort
from dtt.play.companies import PARTNERS
from dtt.play.matching import (
    load_companies,
    make_finalists,
    publish_match_run,
    recruiter_email,
)
from dtt.play.people import make_cohort, make_user
from matching.domain.consents import give_consent
from matching.domain.rankings import rank_candidates, rank_opportunities
from matching.models import Company, MatchPair, Opportunity


@dataclass
class Final:
    """Everybody who plays, and the cohort's calendar."""

    cohort: Cohort
    finalists: list[Application]
    harbour: Company
    lantern: Company
    manager: User
    second: User
    now: datetime

    @property
    def after_close(self) -> datetime:
        return self.cohort.rankings_close_at + timedelta(hours=1)

    def recruiter(self, company: Company) -> User:
        return User.objects.get(email=recruiter_email(company.slug))

    def consent(self, person: Application, company: Company) -> None:
        give_consent(application_id=person.pk, company_id=company.pk, by=person.user, now=self.now)

    def person_ranks(
        self, person: Application, *opportunities: Opportunity, certify: bool = True
    ) -> None:
        rank_opportunities(
            application_id=person.pk,
            opportunity_ids=[one.pk for one in opportunities],
            certify=certify,
            by=person.user,
            now=self.now,
        )

    def company_ranks(
        self, opportunity: Opportunity, *tiers: list[Application], certify: bool = True
    ) -> None:
        rank_candidates(
            opportunity_id=opportunity.pk,
            tiers=[[one.pk for one in tier] for tier in tiers],
            certify=certify,
            by=self.recruiter(opportunity.company),
            now=self.now,
        )

    def posts(self, company: Company) -> list[Opportunity]:
        return list(
            company.opportunities.filter(cohort=self.cohort)
            .select_related("company")
            .order_by("pk")
        )


@pytest.fixture
def final(now: datetime) -> Final:
    """Four finalists; Harbour Robotics and Lantern Health offer two opportunities each."""
    cohort = make_cohort(now=now)
    manager = make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=now)
    second = make_user("second@dtt.example", Role.PROGRAMME_MANAGER, now=now)
    finalists = make_finalists(cohort, 4, now=now)
    harbour, lantern = load_companies(cohort, manager, second, now, partners=PARTNERS[:2])
    return Final(cohort, finalists, harbour, lantern, manager, second, now)


@pytest.fixture(autouse=True)
def _without_collected_files(settings: LazySettings) -> None:
    """Style sheets are found where they are written; nobody collects them for a test."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture
def matched(final: Final) -> tuple[Final, MatchPair]:
    """The first finalist is matched with the first post of Harbour Robotics; it is published."""
    person, post = final.finalists[0], final.posts(final.harbour)[0]
    final.consent(person, final.harbour)
    final.person_ranks(person, post)
    final.company_ranks(post, [person])
    run = publish_match_run(
        final.cohort, "seed", final.manager, final.second, final.cohort.match_at
    )
    return final, run.pairs.select_related("application__user", "opportunity__company").get()
