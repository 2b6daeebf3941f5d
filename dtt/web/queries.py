"""What the front door reads from several rooms."""

from dataclasses import dataclass
from datetime import datetime

from accounts.languages import in_this_language
from accounts.models import User
from applications.domain.lateness import closes_for
from applications.lifecycle import LEFT
from applications.models import Application, Cohort, Programme, Stage
from applications.queries import public_cohorts
from applications.rules import applications_for
from bootcamp.curriculum import CURRICULUM
from bootcamp.queries import modules_of
from matching.models import Company, Sector

ENDED = LEFT | {Stage.NOT_FINALIST}


@dataclass(frozen=True, slots=True)
class Front:
    """What the first page tells.

    Attributes:
        current: the cohort to apply to: the open one that closes first, else the one that opens
            next, else None.
        past: the other public cohorts whose applications have closed, newest first.
    """

    programme: Programme | None
    current: Cohort | None
    past: tuple[Cohort, ...]


@dataclass(frozen=True, slots=True)
class Module:
    """A part of the bootcamp, in the active language."""

    number: int
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Desk:
    """A person's applications: those that are under way, or the newest, and those of the past."""

    current: tuple[Application, ...]
    past: tuple[Application, ...]


def front(now: datetime) -> Front:
    """Read the first page's cohorts in one query."""
    cohorts = tuple(public_cohorts())
    taking = [c for c in cohorts if c.applications_open_at <= now < c.applications_close_at]
    coming = [c for c in cohorts if now < c.applications_open_at]
    current = min(taking, key=lambda c: c.applications_close_at, default=None) or min(
        coming, key=lambda c: c.applications_open_at, default=None
    )
    past = tuple(c for c in cohorts if c.applications_close_at <= now)
    newest = current or (past[0] if past else None)
    programme = newest.programme if newest else Programme.objects.order_by("pk").first()
    return Front(programme, current, past)


def modules_for(cohort: Cohort | None) -> list[Module]:
    """What a cohort teaches; until its modules are set up, what every cohort teaches."""
    rows = modules_of(cohort) if cohort else ()
    return [Module(row.number, row.title, row.description) for row in rows] or [
        Module(
            number,
            in_this_language(module.title.en, module.title.zh),
            in_this_language(module.description.en, module.description.zh),
        )
        for number, module in enumerate(CURRICULUM, start=1)
    ]


def partner_sectors() -> list[str]:
    """The sectors of the active partner companies."""
    taken = set(Company.objects.filter(is_active=True).values_list("sector", flat=True))
    return [str(sector.label) for sector in Sector if sector in taken]


def desk_of(user: User, now: datetime) -> Desk:
    """Sort a person's applications. The newest is always current: it may hold news."""
    current: list[Application] = []
    past: list[Application] = []
    for application in applications_for(user):
        missed = application.stage == Stage.DRAFT and closes_for(application) <= now
        ended = missed or application.stage in ENDED
        (past if current and ended else current).append(application)
    return Desk(tuple(current), tuple(past))
