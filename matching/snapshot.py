"""Read what both sides certified, as the inputs of a match."""

from collections import defaultdict

from applications.models import Application, Stage
from matching.market import Inputs
from matching.models import (
    CompanyConsent,
    Opportunity,
    OpportunityRanking,
    PersonRanking,
)


def take_snapshot(cohort_id: int) -> Inputs:
    """Return the inputs of a match of this cohort as they are now, in five queries.

    Finalists and opportunities of the cohort alone. A sheet that is not certified counts as empty.
    An opportunity's list holds only people whose consent for its company is live.
    """
    finalists = list(
        Application.objects.filter(cohort_id=cohort_id, stage=Stage.FINALIST)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    opportunities = list(Opportunity.objects.open_in(cohort_id).order_by("pk"))
    company_of = {one.pk: one.company_id for one in opportunities}
    consents = set(
        CompanyConsent.objects.filter(
            application_id__in=finalists, withdrawn_at__isnull=True
        ).values_list("application_id", "company_id")
    )
    lists: dict[int, list[int]] = defaultdict(list)
    for person, target in (
        PersonRanking.objects.filter(
            sheet__application_id__in=finalists,
            sheet__certified_at__isnull=False,
            opportunity_id__in=company_of,
        )
        .order_by("sheet_id", "position")
        .values_list("sheet__application_id", "opportunity_id")
    ):
        lists[person].append(target)
    tiers: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for target, tier, person in (
        OpportunityRanking.objects.filter(
            sheet__opportunity_id__in=company_of,
            sheet__certified_at__isnull=False,
            application_id__in=finalists,
        )
        .order_by("sheet_id", "tier", "application_id")
        .values_list("sheet__opportunity_id", "tier", "application_id")
    ):
        if (person, company_of[target]) in consents:
            tiers[target][tier].append(person)
    return {
        "seekers": [[key, lists[key]] for key in finalists],
        "opportunities": [
            [one.pk, one.vacancies, list(tiers[one.pk].values())] for one in opportunities
        ],
    }
