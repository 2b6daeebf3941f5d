"""What matching adds to a person's story."""

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.chapters import MATCH
from applications.story import Chapter, Fact
from matching.models.companies import CompanyConsent
from matching.models.offers import Offer
from matching.models.rankings import PersonRankingSheet
from matching.models.runs import APPROVAL_KIND, MatchPair, MatchRun, UnmatchedPerson

TITLE = gettext_lazy("Offers")


def tell(application_ids: Sequence[int]) -> Chapter:
    """Which companies may see these people, that they have ranked (never how), what every match
    made of them, every offer to them; six queries."""
    mine = {"application__in": application_ids}
    consents = list(CompanyConsent.objects.filter(**mine).select_related("company"))
    sheets = list(PersonRankingSheet.objects.filter(**mine))
    pairs = list(
        MatchPair.objects.filter(**mine)
        .exclude(run__state=MatchRun.State.DISCARDED)
        .select_related("run", "opportunity__company")
        .defer("run__inputs")
    )
    left = list(
        UnmatchedPerson.objects.filter(**mine)
        .exclude(run__state=MatchRun.State.DISCARDED)
        .select_related("run")
        .defer("run__inputs")
    )
    offers = list(
        Offer.objects.filter(**mine)
        .select_related("opportunity__company", "sent_by")
        .order_by("sent_at", "pk")
    )
    cohort_has_match = MatchRun.objects.filter(
        state=MatchRun.State.PUBLISHED, cohort__applications__in=application_ids
    )
    facts = [fact for consent in consents for fact in _consented(consent)]
    facts += [_ranked(sheet) for sheet in sheets if sheet.certified_at]
    facts += [_paired(pair) for pair in pairs]
    facts += [_of_run(one.run, str(one.get_reason_display())) for one in left]
    facts += [_offered(offer) for offer in offers]
    runs = {pair.run_id for pair in pairs} | {one.run_id for one in left}
    return Chapter(
        TITLE,
        facts,
        objects={
            CompanyConsent._meta.label_lower: [consent.pk for consent in consents],
            PersonRankingSheet._meta.label_lower: [sheet.pk for sheet in sheets],
            MatchRun._meta.label_lower: runs,
            Offer._meta.label_lower: [offer.pk for offer in offers],
        },
        approvals={APPROVAL_KIND: runs},
        published={MATCH} if cohort_has_match.exists() else (),
    )


def _consented(consent: CompanyConsent) -> Iterator[Fact]:
    company = {"company": consent.company}
    yield Fact(at=consent.given_at, what=_("Lets %(company)s see the profile") % company)
    if consent.withdrawn_at is not None:
        what = _("No longer lets %(company)s see the profile") % company
        yield Fact(at=consent.withdrawn_at, what=what)


def _ranked(sheet: PersonRankingSheet) -> Fact:
    return Fact(at=sheet.certified_at, what=_("Certified a ranking of opportunities"))


def _paired(pair: MatchPair) -> Fact:
    return _of_run(pair.run, f"{pair.opportunity.company} · {pair.opportunity}")


def _of_run(run: MatchRun, detail: str) -> Fact:
    told = {"number": run.number, "state": run.get_state_display()}
    return Fact(
        at=run.published_at or run.created_at,
        what=_("Match, run %(number)d (%(state)s)") % told,
        detail=detail,
        url=run.get_absolute_url(),
    )


def _offered(offer: Offer) -> Fact:
    return Fact(
        at=offer.sent_at,
        what=_("Offer of %(company)s") % {"company": offer.opportunity.company},
        detail=f"{offer.opportunity} · {offer.get_state_display()} · {offer.sent_by}",
        url=reverse("admin:matching_offer_change", args=[offer.pk]),
    )
