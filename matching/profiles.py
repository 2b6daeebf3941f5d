"""What a company sees of a person who consented: this, and nothing else.

The person sees exactly the same on "preview as company". No institution, sex, age, nationality,
exact score, rank, motivation or contact is in it; the judges' marks appear as bands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from applications.domain.documents import Readiness, readiness
from applications.models import Application, Document
from applications.queries import cvs_of
from bootcamp.queries import ProjectProfile, project_profile


@dataclass(frozen=True, slots=True)
class Profile:
    """One page about one finalist.

    Attributes:
        cv: the file that counts, unless the virus scanner refused it.
        cv_waits: it is being scanned and cannot be opened yet.
    """

    reference: str
    name: str
    name_zh: str
    called: str
    track: str
    study_programme: str
    level: str
    completion_on: date | None
    python_rating: int | None
    prior_learning: str
    evidence_url: str
    project: ProjectProfile | None
    cv: Document | None
    cv_waits: bool


def profile_of(application: Application) -> Profile:
    """The page about one person."""
    [profile] = profiles_of([application])
    return profile


def profiles_of(applications: Sequence[Application]) -> list[Profile]:
    """The pages about these people, in their order."""
    ids = [one.pk for one in applications]
    projects = project_profile(ids)
    cvs = {pk: cv for pk, cv in cvs_of(ids).items() if readiness(cv) is not Readiness.REFUSED}
    return [
        Profile(
            reference=one.reference,
            name=one.full_name,
            name_zh=one.name_zh,
            called=one.preferred_name,
            track=one.get_track_display(),
            study_programme=one.study_programme,
            level=one.get_level_display(),
            completion_on=one.completion_on,
            python_rating=one.python_rating,
            prior_learning=one.get_prior_learning_display(),
            evidence_url=one.evidence_url,
            project=projects.get(one.pk),
            cv=cvs.get(one.pk),
            cv_waits=one.pk in cvs and readiness(cvs[one.pk]) is Readiness.CHECKING,
        )
        for one in applications
    ]
