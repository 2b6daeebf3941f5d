"""Named reads of companies, opportunities, candidates and offers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from applications.lifecycle import IN_FINAL
from applications.models import Application, Cohort
from matching.market import opportunities_of, seekers_of
from matching.models import (
    Company,
    CompanyConsent,
    MatchPair,
    MatchRun,
    MinimumWage,
    Offer,
    Opportunity,
    OpportunityRanking,
    OpportunityRankingSheet,
    PersonRankingSheet,
    PublicHoliday,
    UnmatchedPerson,
)
from matching.stability import Pair, blocking_pairs


def opportunities_open_in(cohort_id: int) -> QuerySet[Opportunity]:
    """What people of this cohort can rank, by company."""
    return Opportunity.objects.open_in(cohort_id).select_related("company")


def companies_in(cohort_id: int) -> QuerySet[Company]:
    """The companies that offer something to this cohort."""
    return Company.objects.filter(
        pk__in=Opportunity.objects.open_in(cohort_id).values("company_id")
    )


def consented_company_ids(application_id: int) -> set[int]:
    """The companies that may see this person now."""
    return set(
        CompanyConsent.objects.filter(
            application_id=application_id, withdrawn_at__isnull=True
        ).values_list("company_id", flat=True)
    )


def candidates_of(company_id: int, cohort_id: int | None = None) -> QuerySet[Application]:
    """The finalists who let this company see them now: nobody else, in any of its pages.

    Args:
        cohort_id: None for every cohort in which the company offers something.
    """
    consent = CompanyConsent.objects.filter(
        application=OuterRef("pk"), company_id=company_id, withdrawn_at__isnull=True
    )
    offering = Opportunity.objects.filter(company_id=company_id).exclude(
        state=Opportunity.State.DRAFT
    )
    found = Application.objects.filter(
        Exists(consent), stage__in=IN_FINAL, cohort_id__in=offering.values("cohort_id")
    )
    return found if cohort_id is None else found.filter(cohort_id=cohort_id)


def ranked_by_person(application_id: int) -> tuple[PersonRankingSheet | None, list[Opportunity]]:
    """A person's sheet and the opportunities on it that are still open, in their order."""
    sheet = (
        PersonRankingSheet.objects.select_related("application")
        .filter(application_id=application_id)
        .first()
    )
    if sheet is None:
        return None, []
    lines = sheet.lines.select_related("opportunity__company").filter(
        opportunity__state=Opportunity.State.APPROVED, opportunity__company__is_active=True
    )
    return sheet, [line.opportunity for line in lines]


def ranked_by_opportunity(
    opportunity_id: int,
) -> tuple[OpportunityRankingSheet | None, dict[int, int]]:
    """An opportunity's sheet and application → tier; some of them may have left since."""
    sheet = OpportunityRankingSheet.objects.filter(opportunity_id=opportunity_id).first()
    lines = OpportunityRanking.objects.filter(sheet=sheet) if sheet else ()
    return sheet, {line.application_id: line.tier for line in lines}


def published_run(cohort_id: int) -> MatchRun | None:
    """The match of this cohort that people can see."""
    return MatchRun.objects.filter(cohort_id=cohort_id, state=MatchRun.State.PUBLISHED).first()


def blocking_pairs_of(cohort: Cohort) -> list[Pair]:
    """The (application, opportunity) pairs of the published match that would leave for each other.

    None, always: computed from the stored pairs and rankings by the definition, as a check.
    """
    run = published_run(cohort.pk)
    if run is None:
        return []
    pairs = list(run.pairs.values_list("application_id", "opportunity_id"))
    return blocking_pairs(pairs, seekers_of(run.inputs), opportunities_of(run.inputs), run.seed)


def pair_of(application_id: int) -> MatchPair | None:
    """A person's pair in the published match."""
    return (
        MatchPair.objects.select_related("opportunity__company", "run")
        .filter(application_id=application_id, run__state=MatchRun.State.PUBLISHED)
        .first()
    )


def unmatched_reason(application_id: int) -> str:
    """Why the published match gave this person nothing; empty if it did not consider them."""
    found = UnmatchedPerson.objects.filter(
        application_id=application_id, run__state=MatchRun.State.PUBLISHED
    ).first()
    return found.reason if found else ""


def latest_offer(application_id: int) -> Offer | None:
    """The offer that concerns a person now: the newest that the company has not taken back."""
    return (
        Offer.objects.select_related("opportunity__company")
        .filter(application_id=application_id)
        .exclude(state=Offer.State.WITHDRAWN)
        .first()
    )


def offer_to_answer(application_id: int) -> Offer | None:
    """The offer that waits for this person's answer."""
    return Offer.objects.filter(application_id=application_id, state=Offer.State.SENT).first()


def pairs_of(company_id: int) -> QuerySet[MatchPair]:
    """The published pairs of a company whose person still lets it see them, newest first."""
    return (
        MatchPair.objects.filter(
            run__state=MatchRun.State.PUBLISHED,
            opportunity__company_id=company_id,
            application__in=candidates_of(company_id),
        )
        .select_related("application__user", "opportunity", "run")
        .prefetch_related("offers")
        .order_by("-run__published_at", "opportunity__title_en", "application__surname_en", "id")
    )


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a recruiter wants to know at a glance."""

    candidates: int
    to_certify: int
    matched: int
    offers_waiting: int


def numbers_of(companies: Iterable[Company]) -> dict[int, Numbers]:
    """The four numbers of each company, in four queries."""
    ids = [company.pk for company in companies]
    live = Q(withdrawn_at__isnull=True, application__stage__in=IN_FINAL)
    candidates = dict(
        CompanyConsent.objects.filter(live, company_id__in=ids)
        .values_list("company_id")
        .annotate(Count("pk"))
        .order_by()
    )
    to_certify = dict(
        Opportunity.objects.filter(
            company_id__in=ids,
            state=Opportunity.State.APPROVED,
            ranking_sheet__certified_at__isnull=True,
        )
        .exclude(cohort__match_runs__state=MatchRun.State.PUBLISHED)
        .values_list("company_id")
        .annotate(Count("pk"))
        .order_by()
    )
    matched = dict(
        MatchPair.objects.filter(
            Exists(
                CompanyConsent.objects.filter(
                    live,
                    application=OuterRef("application"),
                    company=OuterRef("opportunity__company"),
                )
            ),
            opportunity__company_id__in=ids,
            run__state=MatchRun.State.PUBLISHED,
        )
        .values_list("opportunity__company_id")
        .annotate(Count("pk"))
        .order_by()
    )
    waiting = dict(
        Offer.objects.filter(opportunity__company_id__in=ids, state=Offer.State.SENT)
        .values_list("opportunity__company_id")
        .annotate(Count("pk"))
        .order_by()
    )
    return {
        pk: Numbers(
            candidates=candidates.get(pk, 0),
            to_certify=to_certify.get(pk, 0),
            matched=matched.get(pk, 0),
            offers_waiting=waiting.get(pk, 0),
        )
        for pk in ids
    }


def wages() -> dict[date, int]:
    """The minimum wage: first day → cents an hour."""
    return dict(MinimumWage.objects.values_list("from_on", "hourly_cents"))


def holidays() -> frozenset[date]:
    """Every general holiday that staff have entered."""
    return frozenset(PublicHoliday.objects.values_list("on", flat=True))


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What staff see of a run: counts, no individual ranking.

    Attributes:
        choices: how many got their first, second … choice.
        filled: (opportunity, people matched to it), all open opportunities of the run.
        unmatched: the people without a place, with their reason.
        reasons: (reason in words, how many), the most frequent first.
    """

    finalists: int
    vacancies: int
    pairs: list[MatchPair]
    unmatched: list[UnmatchedPerson]
    choices: list[tuple[int, int]]
    filled: list[tuple[Opportunity, list[Application]]]
    reasons: list[tuple[str, int]]


def summary_of(run: MatchRun) -> RunSummary:
    """Counts and names of a run in four queries."""
    pairs = list(run.pairs.select_related("application").order_by("application__surname_en"))
    unmatched = list(run.unmatched.select_related("application"))
    vacancies = {key: count for key, count, _tiers in run.inputs["opportunities"]}
    people: dict[int, list[Application]] = {}
    for pair in pairs:
        people.setdefault(pair.opportunity_id, []).append(pair.application)
    opportunities = Opportunity.objects.filter(pk__in=vacancies).select_related("company")
    return RunSummary(
        finalists=len(run.inputs["seekers"]),
        vacancies=sum(vacancies.values()),
        pairs=pairs,
        unmatched=unmatched,
        choices=sorted(Counter(pair.person_rank for pair in pairs).items()),
        filled=[(one, people.get(one.pk, [])) for one in opportunities],
        reasons=Counter(one.get_reason_display() for one in unmatched).most_common(),
    )
