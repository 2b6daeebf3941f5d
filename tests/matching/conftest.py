"""A cohort with finalists and two companies, and one of their recruiters each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoDbBlocker

from accounts.models import User
from accounts.roles import Role
from applications.models import Application, Cohort, Stage
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
from tests.conftest import NOW, rolled_back


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


def make_final(now: datetime) -> Final:
    """Four finalists; Harbour Robotics and Lantern Health offer two opportunities each."""
    cohort = make_cohort(now=now)
    manager = make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=now)
    second = make_user("second@dtt.example", Role.PROGRAMME_MANAGER, now=now)
    make_finalists(cohort, 4, now=now)
    load_companies(cohort, manager, second, now, partners=PARTNERS[:2])
    return read_final(now)


def read_final(now: datetime) -> Final:
    """The scene of `make_final` as it is in the database."""
    finalists = Application.objects.in_stage(Stage.FINALIST).select_related("user", "institution")
    return Final(
        cohort=Cohort.objects.get(slug="spring"),
        finalists=list(finalists.order_by("pk")),
        harbour=Company.objects.get(slug="harbour-robotics"),
        lantern=Company.objects.get(slug="lantern-health"),
        manager=User.objects.get(email="manager@dtt.example"),
        second=User.objects.get(email="second@dtt.example"),
        now=now,
    )


def match_first(final: Final) -> MatchPair:
    """The first finalist is matched with the first post of Harbour Robotics; it is published."""
    person, post = final.finalists[0], final.posts(final.harbour)[0]
    final.consent(person, final.harbour)
    final.person_ranks(person, post)
    final.company_ranks(post, [person])
    run = publish_match_run(
        final.cohort, "seed", final.manager, final.second, final.cohort.match_at
    )
    return run.pairs.select_related("application__user", "opportunity__company").get()


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The scene, made once for each file; what a test writes is rolled back to it."""
    with django_db_blocker.unblock(), rolled_back():
        make_final(NOW)
        yield


@pytest.fixture
def final(scene: None, db: None) -> Final:
    """The scene, read anew: no test sees what another has remembered on an object."""
    return read_final(NOW)


@pytest.fixture
def matched(final: Final) -> tuple[Final, MatchPair]:
    """The scene after the match."""
    return final, match_first(final)
