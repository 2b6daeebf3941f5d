"""Sixty people, thirty of them selected, whose answers make the tables of docs/monitoring.md."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from applications.models import AccessRequest, Application
from dtt.play.selection import Shortlist, cohort_after_shortlist
from monitoring.domain.counting import WAITS, count_published
from monitoring.models import Answers, ListCount
from selection.models import Selection
from tests.selection.conftest import Waiting, make_waiting

PEOPLE, PLACES = 60, 30
LANGUAGES = {"putonghua": [0, 1, 2, 3, 30, 31], "english": [*range(4, 10), *range(32, 40)]}
DISABLED = [*range(6), *range(30, 44)]
SILENT = [*range(25, 30), *range(55, 60)]


@dataclass
class Answered:
    """The cohort before its list; the people in the order of their scores, and all answered."""

    waiting: Waiting
    published_at: datetime

    @property
    def people(self) -> list[Application]:
        return self.waiting.applications

    def publish(self) -> Shortlist:
        return cohort_after_shortlist(
            self.waiting.cohort, self.waiting.staff, now=self.published_at
        )

    def count(self, selection: Selection) -> ListCount:
        return count_published(selection_id=selection.pk, now=self.published_at + WAITS)


def make_answered(now: datetime) -> Answered:
    waiting = make_waiting(now, people=PEOPLE, places=PLACES).give(*range(100, 100 - PEOPLE, -1))
    answer(waiting.applications, now=now)
    return Answered(waiting, now + timedelta(hours=1))


def answer(people: Sequence[Application], *, now: datetime) -> None:
    """In the order of the scores: nobody in `SILENT` says anything about disability."""
    language = {n: kind for kind, numbers in LANGUAGES.items() for n in numbers}
    Answers.objects.bulk_create(
        Answers(
            application=application,
            language=language.get(n, "cantonese"),
            disability="" if n in SILENT else _yes_or_no(n, DISABLED),
            caring="yes" if n < 3 else "unsaid",
            answered_at=now,
        )
        for n, application in enumerate(people)
    )


def ask(application: Application, *, at: datetime, answered: datetime | None) -> None:
    """A request for an arrangement, granted if it was answered."""
    AccessRequest.objects.create(
        application=application,
        needs="…",
        requested_at=at,
        state="granted" if answered else "asked",
        decided_at=answered,
    )


def _yes_or_no(number: int, yes: Iterable[int]) -> str:
    return "yes" if number in yes else "no"


@pytest.fixture
def answered(db: None, now: datetime) -> Answered:
    return make_answered(now)
