"""The whole final, as the demo and the pipeline play it."""

from datetime import datetime

import pytest

from accounts.roles import Role
from applications.models import Application, Stage
from dtt.play.matching import (
    load_companies,
    make_finalists,
    make_offers_and_answers,
    publish_match_run,
    rank_everything,
)
from dtt.play.people import make_cohort, make_user
from matching.market import opportunities_of, seekers_of
from matching.models import Company, Offer, Opportunity
from matching.stability import blocking_pairs
from matching.verification import find_and_verify
from notifications.models import Message

pytestmark = pytest.mark.django_db


def test_a_final_is_played_from_the_companies_to_the_answers(now: datetime) -> None:
    cohort = make_cohort(now=now)
    manager = make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=now)
    second = make_user("second@dtt.example", Role.PROGRAMME_MANAGER, now=now)
    make_finalists(cohort, 8, now=now)

    load_companies(cohort, manager, second, now)
    rank_everything(cohort, 1, now)
    run = publish_match_run(cohort, "seed", manager, second, cohort.match_at)
    answers = make_offers_and_answers(cohort, 1, cohort.match_at)

    assert (Company.objects.count(), Opportunity.objects.count()) == (12, 24)
    assert len(set(Company.objects.values_list("sector", flat=True))) >= 6
    assert run.pairs.count() + run.unmatched.count() == 8
    pairs = list(run.pairs.values_list("application_id", "opportunity_id"))
    assert blocking_pairs(pairs, seekers_of(run.inputs), opportunities_of(run.inputs)) == []
    assert find_and_verify("spring/1").matches
    assert answers.sent == len(pairs)
    assert Application.objects.in_stage(Stage.HIRED).count() == answers.accepted
    assert Offer.objects.filter(state=Offer.State.ACCEPTED).count() == answers.accepted
    assert Message.objects.filter(kind="match-found").count() == len(pairs)
    assert Message.objects.filter(kind="match-company").count() == 12
