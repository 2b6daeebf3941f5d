"""Made-up scores, offered as any stage offers them, and a cohort that waits for its list."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pytest

from accounts.models import User
from applications.models import Application, Cohort, Stage
from dtt.play.people import make_cohort
from dtt.play.selection import (
    Shortlist,
    Staff,
    cohort_after_shortlist,
    make_staff,
    prepare_list,
)
from notifications.models import Message
from selection import sources
from selection.models import Entry, Selection

SCORES: dict[str, dict[int, Decimal]] = {"test.score": {}, "test.core": {}}


def scores_of(cohort_id: int) -> dict[int, Decimal]:
    return _in_cohort("test.score", cohort_id)


def core_scores_of(cohort_id: int) -> dict[int, Decimal]:
    return _in_cohort("test.core", cohort_id)


def _in_cohort(name: str, cohort_id: int) -> dict[int, Decimal]:
    ids = Application.objects.filter(cohort_id=cohort_id).values_list("pk", flat=True)
    return {pk: SCORES[name][pk] for pk in ids if pk in SCORES[name]}


sources.register("test.score", title="Test", scores=scores_of)
sources.register("test.core", title="Test, core topics", scores=core_scores_of)


@dataclass
class Waiting:
    """A cohort before its list: three places, up to four if people tie, three reserves."""

    cohort: Cohort
    applications: list[Application]
    staff: Staff

    def give(self, *scores: str | int | None, core: tuple[int, ...] = ()) -> "Waiting":
        """Give the applications these scores, in order; None is no score."""
        for application, score in zip(self.applications, scores, strict=False):
            SCORES["test.score"].pop(application.pk, None)
            if score is not None:
                SCORES["test.score"][application.pk] = Decimal(score)
        for application, score in zip(self.applications, core, strict=False):
            SCORES["test.core"][application.pk] = Decimal(score)
        return self


@pytest.fixture(autouse=True)
def _no_scores() -> None:
    for scores in SCORES.values():
        scores.clear()


def make_waiting(
    now: datetime, *, slug: str = "spring", people: int = 8, places: int = 3, reserves: int = 3
) -> Waiting:
    staff = make_staff(now=now)
    cohort = make_cohort(now=now, slug=slug, places=places, places_with_ties=places + 1)
    prepare_list(
        cohort,
        "bootcamp",
        criteria=[("test.score", Decimal(1))],
        reserves=reserves,
        by=staff.asker,
        now=now,
    )
    return Waiting(cohort, make_eligible(cohort, people, now=now), staff)


def make_eligible(cohort: Cohort, people: int, *, now: datetime) -> list[Application]:
    """That many eligible people, in few statements: how they applied is told elsewhere."""
    users = User.objects.bulk_create(
        User(
            email=f"person{n}@{cohort.slug}.example",
            preferred_name=f"Person {n}",
            language="zh-hant" if n % 2 else "en",
        )
        for n in range(people)
    )
    return Application.objects.bulk_create(
        Application(
            reference=f"DTT-{cohort.slug.upper()}{n:02d}",
            cohort=cohort,
            user=user,
            stage=Stage.ELIGIBLE,
            created_at=now,
            saved_at=now,
            submitted_at=now,
            surname_en="CHAN",
            given_en=f"Tai Man {n}",
            preferred_name=user.preferred_name,
            name_zh="陳大文" if n % 3 else "",
        )
        for n, user in enumerate(users)
    )


@pytest.fixture
def waiting(db: None, now: datetime) -> Waiting:
    """Eight eligible people with the scores 80, 70, … 10: the line falls after the third."""
    return make_waiting(now).give(80, 70, 60, 50, 40, 30, 20, 10)


@pytest.fixture
def shortlist(waiting: Waiting, now: datetime) -> Shortlist:
    """The same after publication: three selected, three reserves, two not selected."""
    return cohort_after_shortlist(waiting.cohort, waiting.staff, now=now)


def stages(*applications: Application) -> list[str]:
    found = dict(Application.objects.values_list("pk", "stage"))
    return [found[application.pk] for application in applications]


def messages_to(application: Application) -> list[str]:
    """Kinds of the messages about lists that still stand, oldest first."""
    return list(
        Message.objects.filter(person=application.user, run__startswith="selection:")
        .exclude(state=Message.State.VOID)
        .order_by("id")
        .values_list("kind", flat=True)
    )


def seats(selection: Selection) -> dict[int, str]:
    """Seat → reference, as they are now."""
    return dict(
        Entry.objects.filter(selection=selection, seat__isnull=False)
        .order_by("seat")
        .values_list("seat", "application__reference")
    )
