"""Signals of every kind for everybody change no score, no list, no letter and no export."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.urls import reverse
from django.utils import translation

from applications.domain.exporting import Taken, ask_export, take_export
from dtt.play.quiz import sit_quiz
from dtt.play.selection import make_staff, publish_step
from notifications.models import Message
from quiz import queries
from quiz.domain.scoring import score_chunk, score_quiz
from quiz.models import Attempt, AttemptScore, Origin, Resemblance, ScoringRun, Signal
from selection.domain.preparing import commit_seed
from selection.models import Selection
from tests.conftest import rolled_back
from tests.quiz.conftest import Hall

pytestmark = pytest.mark.django_db
PAGES = ("selection:result", "quiz:feedback", "quiz:done")
TOKEN = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w+')


@pytest.fixture
def sat(make_hall: Callable[..., Hall]) -> Hall:
    hall = make_hall(people=6, places=2, places_with_ties=2)
    commit_seed(cohort_id=hall.cohort.pk, step="bootcamp", by=hall.manager, now=hall.opens_at)
    for n, application in enumerate(hall.applications):
        sit_quiz(application, skill=n - 2.0, seed=1, now=hall.opens_at, walks_away=0)
    return hall


def everything_decided(hall: Hall) -> str:
    """Score, rank, publish, read the letters and pages, export; then leave nothing behind."""
    at = hall.cohort.quiz_closes_at + timedelta(hours=1)
    staff = make_staff(now=hall.opens_at)
    with rolled_back(), translation.override("en"):
        run = score_quiz(quiz_id=hall.quiz.pk, by=staff.asker, now=at)
        ids = Attempt.objects.order_by("pk").values_list("pk", flat=True)
        score_chunk(run_id=run.pk, first=min(ids), last=max(ids), now=at)
        drawn = publish_step(hall.cohort, "bootcamp", by=staff.asker, approver=staff.second, now=at)
        export = ask_export(
            cohort_id=hall.cohort.pk, purpose="board", format="csv", reason="x", by=staff.asker,
            now=at,
        )  # fmt: skip
        taken = take_export(export_id=export.pk, by=staff.asker, now=at)
        return json.dumps(
            {
                "run": list(ScoringRun.objects.values("digest", "rule", "attempts", "state")),
                "scores": list(
                    AttemptScore.objects.order_by("attempt").values(
                        "attempt", "score", "core_score", "topics", "inputs"
                    )
                ),
                "offered": [
                    queries.scores_of(hall.cohort.pk),
                    queries.core_scores_of(hall.cohort.pk),
                ],
                "list": list(Selection.objects.values("input_digest", "result_digest", "inputs")),
                "entries": list(
                    drawn.entries.order_by("position").values(
                        "application", "position", "rank", "score", "outcome", "lottery"
                    )
                ),
                "export": content_of(taken),
                "letters": list(
                    Message.objects.filter(person__in=[one.user_id for one in hall.applications])
                    .order_by("person", "kind")
                    .values("kind", "subject", "body")
                ),
                "pages": pages(hall),
            },
            cls=DjangoJSONEncoder,
            default=str,
        )


def content_of(taken: Taken) -> str:
    with taken.file as file:
        return file.read().decode("utf-8-sig")


def pages(hall: Hall) -> list[str]:
    """What each person is shown of the list and of their quiz."""
    shown = []
    for application in hall.applications:
        client = Client()
        client.force_login(application.user)
        for name in PAGES:
            answer = client.get(reverse(name, args=[application.reference]))
            shown.append(TOKEN.sub("", answer.content.decode()))
    return shown


def notice_everything(hall: Hall) -> None:
    """Every signal for everybody, and everybody resembling the next."""
    now = hall.opens_at
    attempts = list(Attempt.objects.order_by("pk"))
    Signal.objects.bulk_create(
        Signal(
            attempt=attempt,
            kind=kind,
            position=0,
            count=999,
            seconds=9999,
            first_at=now,
            last_at=now,
        )
        for attempt in attempts
        for kind in Signal.Kind.values
    )
    Origin.objects.bulk_create(
        Origin(attempt=attempt, address="a", device="b", seen_at=now) for attempt in attempts
    )
    Resemblance.objects.bulk_create(
        Resemblance(
            quiz=hall.quiz, first=first, second=second, common=30, both_wrong=30, same_wrong=30,
            innocent_pairs=0.0, found_at=now,
        )
        for first, second in pairwise(attempts)
    )  # fmt: skip


def test_all_signals_of_everybody_change_nothing(sat: Hall) -> None:
    before = everything_decided(sat)

    notice_everything(sat)
    after = everything_decided(sat)

    assert len(json.loads(before)["entries"]) == len(sat.applications)
    assert Signal.objects.count() == len(sat.applications) * len(Signal.Kind.values)
    assert after == before


def hurry_and_dawdle(hall: Hall) -> None:
    """The best were slowest and began last, the others fastest; answers were given at odd times."""
    last = hall.cohort.quiz_closes_at
    for n, attempt in enumerate(Attempt.objects.order_by("pk")):
        began = hall.opens_at + timedelta(hours=n)
        took = timedelta(seconds=1 + 600 * n)
        Attempt.objects.filter(pk=attempt.pk).update(
            started_at=began,
            submitted_at=began + took,
            deadline_at=last,
            saves_until=last,
        )
        for response in attempt.responses.exclude(saved_at=None):
            attempt.responses.filter(pk=response.pk).update(
                saved_at=began + took * (response.position + 1) / 100,
                sequence=response.sequence * (n + 2),
            )


@pytest.mark.parametrize("turned", [False, True])
def test_how_long_and_when_somebody_worked_changes_nothing_in_a_list(
    sat: Hall, turned: bool
) -> None:
    before = json.loads(everything_decided(sat))
    times = Attempt.objects.order_by("pk").values_list("started_at", "submitted_at")
    as_sat = list(times)

    hurry_and_dawdle(sat)
    if turned:
        starts = [started for started, _submitted in times.all()]
        for attempt, started in zip(Attempt.objects.order_by("-pk"), starts, strict=True):
            took = attempt.submitted_at - attempt.started_at
            attempt.started_at, attempt.submitted_at = started, started + took
            attempt.save(update_fields=["started_at", "submitted_at"])
    after = json.loads(everything_decided(sat))

    assert all(now != then for now, then in zip(times.all(), as_sat, strict=True))
    decided = ("scores", "offered", "list", "entries", "export", "letters")
    assert {name: after[name] for name in decided} == {name: before[name] for name in decided}
    of_the_list = [slice(0, None, len(PAGES)), slice(1, None, len(PAGES))]
    assert [after["pages"][part] for part in of_the_list] == [
        before["pages"][part] for part in of_the_list
    ]
