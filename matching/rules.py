"""Who may see what. The only ways from an address to a row; what is not yours does not exist."""

import rules
from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import INSPECTORS, Role, has_role
from applications.lifecycle import IN_FINAL
from applications.models import Application
from applications.rules import applications_for
from matching.models import Company, Offer, Opportunity, Recruiter, RecruiterQuerySet

UNDERTAKING_VERSION = "2026-11"
CONSENT_VERSION = "2026-11"

manages_matching = has_role(Role.PROGRAMME_MANAGER)
reads_matching = has_role(Role.PROGRAMME_MANAGER, *INSPECTORS)

rules.add_perm("matching.manage", manages_matching)
rules.add_perm("matching.read", reads_matching)


def finals_for(user: User) -> QuerySet[Application]:
    """A person's own applications that have reached the final."""
    return applications_for(user).filter(stage__in=IN_FINAL)


def offers_for(user: User) -> QuerySet[Offer]:
    """The offers that companies made to this person."""
    return Offer.objects.filter(application__in=applications_for(user).order_by()).select_related(
        "opportunity__company", "application__cohort"
    )


def seats_for(user: User) -> RecruiterQuerySet:
    """The companies for which this person recruits, as seats."""
    if not user.is_authenticated:
        return Recruiter.objects.none()
    return (
        Recruiter.objects.active()
        .filter(user=user)
        .select_related("company")
        .order_by("company__name_en")
    )


def companies_for(user: User) -> QuerySet[Company]:
    """The companies whose candidates this person may see: only after the undertaking."""
    return Company.objects.filter(
        pk__in=seats_for(user).who_accepted(UNDERTAKING_VERSION).order_by().values("company_id")
    )


def opportunities_for(user: User) -> QuerySet[Opportunity]:
    """The opportunities of this recruiter's companies that are no longer drafts."""
    return (
        Opportunity.objects.filter(company__in=companies_for(user).order_by())
        .exclude(state=Opportunity.State.DRAFT)
        .select_related("company", "cohort")
    )


def company_offers_for(user: User) -> QuerySet[Offer]:
    """The offers that this recruiter's companies made."""
    return Offer.objects.filter(
        opportunity__company__in=companies_for(user).order_by()
    ).select_related("opportunity__company", "application__cohort")
