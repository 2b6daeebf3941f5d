"""What people are told about rankings, matches and offers."""

from collections import defaultdict

from accounts.models import User
from applications.models import Application
from matching.models import MatchRun, Offer, Opportunity, PersonRankingSheet, Recruiter
from notifications.domain.outbox import Telling


def ranking_certified(application: Application, sheet: PersonRankingSheet, listed: int) -> Telling:
    """The receipt for a certified list."""
    return Telling(
        person=application.user,
        kind="ranking-certified",
        run=f"ranking:{application.reference}:{sheet.version}",
        topic=f"ranking:{application.reference}",
        variables={
            "name": application.called,
            "cohort": application.cohort,
            "reference": application.reference,
            "listed": listed,
            "rankings_close_at": application.cohort.rankings_close_at,
            "match_at": application.cohort.match_at,
        },
    )


def about_the_match(run: MatchRun) -> list[Telling]:
    """One message for each finalist and each recruiter of a company in the match."""
    fact = f"match:{run.pk}"
    pairs = list(
        run.pairs.select_related("application__user", "opportunity__company").order_by("pk")
    )
    tellings = [
        Telling(
            person=pair.application.user,
            kind="match-found",
            run=fact,
            topic=f"match:{run.cohort.slug}",
            variables={
                "name": pair.application.called,
                "cohort": run.cohort,
                "reference": pair.application.reference,
                "company": _in_language_of(pair.application.user, pair.opportunity.company, "name"),
                "title": _in_language_of(pair.application.user, pair.opportunity, "title"),
            },
        )
        for pair in pairs
    ]
    tellings += [
        Telling(
            person=one.application.user,
            kind="match-none",
            run=fact,
            topic=f"match:{run.cohort.slug}",
            variables={
                "name": one.application.called,
                "cohort": run.cohort,
                "reference": one.application.reference,
                "contact": run.cohort.programme.contact_email,
            },
        )
        for one in run.unmatched.select_related("application__user").order_by("pk")
    ]
    matched: dict[int, int] = defaultdict(int)
    for pair in pairs:
        matched[pair.opportunity.company_id] += 1
    people: dict[User, int] = defaultdict(int)
    companies = Opportunity.objects.filter(cohort=run.cohort).order_by().values("company_id")
    for seat in Recruiter.objects.active().filter(company__in=companies).select_related("user"):
        people[seat.user] += matched[seat.company_id]
    return tellings + [
        Telling(
            person=person,
            kind="match-company",
            run=fact,
            topic=f"match:{run.cohort.slug}",
            variables={"cohort": run.cohort, "count": count},
        )
        for person, count in people.items()
    ]


def offer_sent(offer: Offer) -> Telling:
    return _to_person(offer, "offer-sent")


def offer_confirmed(offer: Offer) -> Telling:
    return _to_person(offer, "offer-confirmed")


def offer_expired(offer: Offer) -> Telling:
    return _to_person(offer, "offer-expired")


def offer_withdrawn(offer: Offer) -> Telling:
    return _to_person(offer, "offer-withdrawn")


def to_recruiters(offer: Offer, kind: str) -> list[Telling]:
    """Tell every recruiter of the company what became of its offer."""
    seats = Recruiter.objects.active().filter(company_id=offer.opportunity.company_id)
    return [
        Telling(
            person=seat.user,
            kind=kind,
            run=f"offer:{offer.reference}",
            topic=f"offer:{offer.reference}",
            variables={
                "person": offer.application.full_name,
                "title": _in_language_of(seat.user, offer.opportunity, "title"),
                "reference": offer.reference,
                "company": offer.opportunity.company.slug,
                "contact": offer.application.cohort.programme.contact_email,
            },
        )
        for seat in seats.select_related("user").order_by("pk")
    ]


def _to_person(offer: Offer, kind: str) -> Telling:
    person = offer.application.user
    return Telling(
        person=person,
        kind=kind,
        run=f"offer:{offer.reference}",
        topic=f"offer:{offer.reference}",
        variables={
            "name": offer.application.called,
            "company": _in_language_of(person, offer.opportunity.company, "name"),
            "title": _in_language_of(person, offer.opportunity, "title"),
            "reference": offer.reference,
            "expires_at": offer.expires_at,
            "contact": offer.application.cohort.programme.contact_email,
        },
    )


def _in_language_of(person: User, subject: object, field: str) -> str:
    """A name in the language in which the person is written to."""
    chinese = getattr(subject, f"{field}_zh")
    return (
        chinese if chinese and person.language.startswith("zh") else getattr(subject, f"{field}_en")
    )
