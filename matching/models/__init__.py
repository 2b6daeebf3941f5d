"""Tables of companies and opportunities, of both sides' rankings, of matches and of offers."""

from matching.models.companies import (
    Company,
    CompanyConsent,
    Opportunity,
    Recruiter,
    RecruiterQuerySet,
    Sector,
)
from matching.models.offers import Offer
from matching.models.pay import MinimumWage, PublicHoliday
from matching.models.rankings import (
    OpportunityRanking,
    OpportunityRankingSheet,
    PersonRanking,
    PersonRankingSheet,
)
from matching.models.runs import APPROVAL_KIND, MatchPair, MatchRun, UnmatchedPerson

__all__ = [
    "APPROVAL_KIND",
    "Company",
    "CompanyConsent",
    "MatchPair",
    "MatchRun",
    "MinimumWage",
    "Offer",
    "Opportunity",
    "OpportunityRanking",
    "OpportunityRankingSheet",
    "PersonRanking",
    "PersonRankingSheet",
    "PublicHoliday",
    "Recruiter",
    "RecruiterQuerySet",
    "Sector",
    "UnmatchedPerson",
]
