"""Companies, rankings, a match and offers, as the demo, the pipeline and the tests play them.

The same seed and the same people give the same rankings, whatever their references are.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from accounts.roles import Role
from applications.domain.stages import advance
from applications.lifecycle import Move
from applications.models import Application, Cohort, Stage
from dtt.play.companies import CONDITIONS, HOURS, PARTNERS, PURPOSE, Partner, Post
from dtt.play.people import make_applicants, make_user
from matching.domain.companies import accept_undertaking, add_company, add_recruiter
from matching.domain.consents import give_consent
from matching.domain.offers import answer_offer, send_offer
from matching.domain.opportunities import approve_opportunity, post_opportunity
from matching.domain.rankings import rank_candidates, rank_opportunities
from matching.domain.runs import (
    approve_publication,
    publish_match,
    request_publication,
    run_match,
)
from matching.models import Company, CompanyConsent, MatchPair, MatchRun, Opportunity, Recruiter

STARTS_AFTER = timedelta(days=30)
INTERNSHIP_LASTS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Answers:
    """How many offers were sent, and how people answered."""

    sent: int
    accepted: int
    declined: int


def recruiter_email(slug: str) -> str:
    """The address of the made-up recruiter of a company."""
    return f"recruiter.{slug}@dtt.example"


def make_finalists(
    cohort: Cohort, count: int, *, now: datetime, seed: int = 1
) -> list[Application]:
    """That many finalists, moved there by the moves that the lists make."""
    ids = [one.pk for one in make_applicants(cohort, count, now=now, seed=seed)]
    for move in (Move.OFFER_PLACE, Move.CONFIRM_PLACE, Move.NAME_FINALIST):
        finalists = advance(application_ids=ids, move=move, by=None, now=now)
    return finalists


def load_companies(
    cohort: Cohort,
    by: User,
    approver: User,
    now: datetime,
    *,
    partners: tuple[Partner, ...] = PARTNERS,
    password: str | None = None,
) -> list[Company]:
    """Add the companies with a recruiter each, and what they offer this cohort, approved."""
    known = Company.objects.in_bulk([partner.slug for partner in partners], field_name="slug")
    companies = []
    for partner in partners:
        company = known.get(partner.slug) or _add(partner, by=by, now=now, password=password)
        companies.append(company)
        for post in partner.posts:
            opportunity = _post(cohort, company, partner, post, by=by, now=now)
            approve_opportunity(opportunity_id=opportunity.pk, by=approver, now=now)
    return companies


def rank_everything(cohort: Cohort, seed: int | str, now: datetime) -> None:
    """Finalists consent and rank, then recruiters rank those who consented; most certify.

    People like what is in their track and pays more, companies like people who know Python, and
    everybody has tastes of their own. Recruiters see no difference between some people.
    """
    opportunities = list(
        Opportunity.objects.open_in(cohort.pk).select_related("company").order_by("pk")
    )
    finalists = list(
        Application.objects.filter(cohort=cohort, stage=Stage.FINALIST)
        .select_related("user")
        .order_by("pk")
    )
    for person in finalists:
        _rank_as_person(person, opportunities, random.Random(f"{seed} {person.user.email}"), now)
    _rank_as_companies(opportunities, finalists, seed, now)


def publish_match_run(
    cohort: Cohort, seed: int | str, by: User, approver: User, now: datetime
) -> MatchRun:
    """Draw up the match, have it approved and publish it."""
    run = run_match(cohort_id=cohort.pk, seed=str(seed), by=by, now=now)
    request_publication(run_id=run.pk, by=by, now=now)
    approve_publication(run_id=run.pk, approve=True, by=approver, now=now)
    return publish_match(run_id=run.pk, by=by, now=now)


def make_offers_and_answers(cohort: Cohort, seed: int | str, now: datetime) -> Answers:
    """Companies send their offers at `now`; a day later most people accept, some decline."""
    pairs = (
        MatchPair.objects.filter(run__cohort=cohort, run__state=MatchRun.State.PUBLISHED)
        .select_related("application__user", "opportunity__company")
        .order_by("pk")
    )
    recruiters = _recruiters([pair.opportunity.company_id for pair in pairs])
    counts = {"sent": 0, "accepted": 0, "declined": 0}
    tomorrow = now + timedelta(days=1)
    for pair in pairs:
        dice = random.Random(f"{seed} answer {pair.application.user.email}")
        offer = send_offer(
            pair_id=pair.pk,
            conditions=pair.opportunity.conditions_en,
            by=recruiters[pair.opportunity.company_id],
            now=now,
        )
        counts["sent"] += 1
        luck = dice.random()
        if luck < 0.95:
            accept = luck < 0.85
            answer_offer(offer_id=offer.pk, accept=accept, by=pair.application.user, now=tomorrow)
            counts["accepted" if accept else "declined"] += 1
    return Answers(**counts)


def _add(partner: Partner, *, by: User, now: datetime, password: str | None) -> Company:
    company = add_company(
        slug=partner.slug,
        name_en=partner.name[0],
        name_zh=partner.name[1],
        sector=partner.sector,
        website=f"https://{partner.slug}.example",
        about_en=partner.about[0],
        about_zh=partner.about[1],
        by=by,
        now=now,
    )
    recruiter = make_user(
        recruiter_email(partner.slug),
        Role.RECRUITER,
        password=password,
        name=f"{partner.name[0]} recruiter",
        by=by,
        now=now,
    )
    add_recruiter(company_id=company.pk, email=recruiter.email, by=by, now=now)
    accept_undertaking(by=recruiter, now=now)
    return company


def _post(
    cohort: Cohort, company: Company, partner: Partner, post: Post, *, by: User, now: datetime
) -> Opportunity:
    starts_on = (cohort.match_at + STARTS_AFTER).date()
    internship = post.kind == Opportunity.Kind.INTERNSHIP
    conditions = CONDITIONS[Opportunity.Kind(post.kind)]
    return post_opportunity(
        cohort_id=cohort.pk,
        company_id=company.pk,
        kind=post.kind,
        track=post.track,
        title_en=post.title[0],
        title_zh=post.title[1],
        description_en=post.about[0],
        description_zh=post.about[1],
        purpose_en=PURPOSE[0],
        purpose_zh=PURPOSE[1],
        vacancies=post.vacancies,
        place_en=partner.place[0],
        place_zh=partner.place[1],
        hours_per_week=HOURS[Opportunity.Kind(post.kind)],
        pay_cents=post.pay_cents,
        pay_basis=post.basis,
        starts_on=starts_on,
        ends_on=starts_on + INTERNSHIP_LASTS if internship else None,
        conditions_en=conditions[0],
        conditions_zh=conditions[1],
        by=by,
        now=now,
    )


def _rank_as_person(
    person: Application, opportunities: list[Opportunity], dice: random.Random, now: datetime
) -> None:
    companies = sorted({one.company_id for one in opportunities})
    trusted = set(dice.sample(companies, k=min(len(companies), dice.randint(5, 8))))
    for company_id in sorted(trusted):
        give_consent(application_id=person.pk, company_id=company_id, by=person.user, now=now)

    def liking(one: Opportunity) -> float:
        fits = one.track in (person.track, Opportunity.Track.EITHER)
        wants_job = one.kind == Opportunity.Kind.JOB
        return fits + 0.5 * wants_job + dice.random()

    liked = sorted((one for one in opportunities if one.company_id in trusted), key=liking)
    chosen = liked[: -dice.randint(4, 9) : -1]
    if chosen:
        rank_opportunities(
            application_id=person.pk,
            opportunity_ids=[one.pk for one in chosen],
            certify=dice.random() < 0.96,
            by=person.user,
            now=now,
        )


def _rank_as_companies(
    opportunities: list[Opportunity], finalists: list[Application], seed: int | str, now: datetime
) -> None:
    recruiters = _recruiters([one.company_id for one in opportunities])
    seen_by = _consents(finalists)
    for number, opportunity in enumerate(opportunities):
        dice = random.Random(f"{seed} company {number}")
        noted = {
            person.pk: (person.python_rating or 0) // 2
            + (person.track == opportunity.track)
            + dice.randint(0, 2)
            for person in finalists
            if person.pk in seen_by.get(opportunity.company_id, ())
        }
        acceptable = {pk: note for pk, note in noted.items() if note > 0}
        tiers = [
            [pk for pk, note in acceptable.items() if note == level]
            for level in sorted(set(acceptable.values()), reverse=True)
        ]
        rank_candidates(
            opportunity_id=opportunity.pk,
            tiers=tiers,
            certify=True,
            by=recruiters[opportunity.company_id],
            now=now,
        )


def _recruiters(company_ids: list[int]) -> dict[int, User]:
    seats = Recruiter.objects.active().filter(company_id__in=company_ids).select_related("user")
    return {seat.company_id: seat.user for seat in seats.order_by("-pk")}


def _consents(finalists: list[Application]) -> dict[int, set[int]]:
    """Company → the applications that it may see."""
    seen: dict[int, set[int]] = {}
    for company_id, pk in CompanyConsent.objects.filter(
        application__in=finalists, withdrawn_at__isnull=True
    ).values_list("company_id", "application_id"):
        seen.setdefault(company_id, set()).add(pk)
    return seen
