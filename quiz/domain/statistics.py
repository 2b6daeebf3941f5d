"""Analyse the items of a finished scoring run: once, by a worker, kept as it was found.

The answers are read in chunks of attempts, as the text that the database holds: each different
answer to an item is judged once, however many people gave it.
"""

import json
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import F, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.domain.jobs import Tell, start_job
from accounts.errors import Refused
from accounts.models import Job, User
from notifications.moments import HONG_KONG
from quiz.judging import keys_of
from quiz.marking import Judged
from quiz.models import (
    Attempt,
    ItemFigure,
    ItemStatistics,
    ItemVersion,
    Kind,
    Response,
    ScoringRun,
)
from quiz.scoring import Key, MultipleKey, SingleKey, TrueFalseKey
from quiz.statistics.analysis import STAGES, analyse
from quiz.statistics.choices import BLANK, Taken
from quiz.statistics.responses import Responses
from selection.canonical import digest

KIND = "quiz.item_statistics"
CHUNK = 5000  # attempts
CHOSEN = frozenset({Kind.SINGLE, Kind.MULTIPLE, Kind.TRUE_FALSE})


class UnableToAnalyse(Refused):
    """There is nothing to analyse yet; the message says why."""


def ask_statistics(*, run_id: int, by: User | None, now: datetime) -> Job | None:
    """Have a finished run analysed by a worker; None if it has been.

    Raises:
        UnableToAnalyse: the run is not finished.
    """
    with transaction.atomic():
        run = ScoringRun.objects.select_for_update(of=("self",)).get(pk=run_id)
        if run.state != ScoringRun.State.FINISHED:
            raise UnableToAnalyse(_("The run is not finished."))
        if ItemStatistics.objects.filter(run=run).exists():
            return None
        return start_job(kind=KIND, payload={"run": run_id}, by=by, now=now)


def run_statistics(job: Job, tell: Tell) -> dict[str, Any]:
    """The worker's part: `accounts.domain.jobs` calls it."""
    now = job.started_at or job.asked_at
    found = compute_statistics(run_id=job.payload["run"], by=job.asked_by, now=now, tell=tell)
    return {"alarms": found.alarms}


def compute_statistics(
    *, run_id: int, by: User | None, now: datetime, tell: Tell = lambda done, of, doing: None
) -> ItemStatistics:
    """Analyse a finished run, or return the analysis that is there.

    Raises:
        UnableToAnalyse: the run is not finished.
    """
    with transaction.atomic():
        run = ScoringRun.objects.select_for_update(of=("self",)).get(pk=run_id)
        if run.state != ScoringRun.State.FINISHED:
            raise UnableToAnalyse(_("The run is not finished."))
        kept = ItemStatistics.objects.filter(run=run).first()
        if kept is not None:
            return kept
        result = analysis_of(run, tell=tell)
        found = ItemStatistics.objects.create(
            run=run,
            version=result["version"],
            inputs=run.digest,
            result=result,
            digest=result_digest(result),
            people=result["people"],
            alarms=sum(bool(row["alarms"]) for row in result["items"]),
            computed_at=now,
        )
        ItemFigure.objects.bulk_create(
            ItemFigure(
                statistics=found,
                item_version_id=row["version_id"],
                people=row["people"],
                facility=row["facility"],
                discrimination=row["corrected_item_total"],
                alarms=[alarm["kind"] for alarm in row["alarms"]],
            )
            for row in result["items"]
        )
        audit.record(run, "analyse-items", by=by, now=now, after={"digest": found.digest})
        return found


def result_digest(result: Mapping[str, Any]) -> str:
    """The SHA-256 of a result; its floats as Python writes them, the shortest that are exact."""
    return digest(json.dumps(result, sort_keys=True, ensure_ascii=False))


def analysis_of(run: ScoringRun, *, tell: Tell = lambda done, of, doing: None) -> dict[str, Any]:
    """Read and analyse the answers of a run, without keeping anything."""
    gathered = _gather(run, tell)
    steps = gathered.chunks + STAGES
    found = analyse(
        gathered.responses,
        names=[version.item.code for version in gathered.versions],
        taken=gathered.taken,
        days=gathered.days,
        tell=lambda done, of: tell(gathered.chunks + done, steps, _("Analysing the items")),
    )
    for row, version in zip(found["items"], gathered.versions, strict=True):
        row |= {"version_id": version.pk, "item_id": version.item_id, "number": version.number}
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Gathered:
    versions: list[ItemVersion]
    responses: Responses
    taken: dict[int, Taken]
    days: np.ndarray
    chunks: int


def _gather(run: ScoringRun, tell: Tell) -> _Gathered:
    """The marks, choices and days of all attempts that the run scored."""
    scored = Attempt.objects.filter(scores__run=run).order_by("pk")
    ids, days = [], []
    for pk, started_at in scored.values_list("pk", "started_at").iterator(chunk_size=CHUNK):
        ids.append(pk)
        days.append(started_at.astimezone(HONG_KONG).toordinal())
    judged = keys_of(run.quiz_id, run.rulings.all())
    counting = [pk for pk, how in judged.items() if how.keys]  # a void item says nothing
    pool = ItemVersion.objects.filter(pk__in=counting)
    versions = list(pool.select_related("item").order_by("item__code", "pk"))
    judges = [_Judge(version, judged[version.pk]) for version in versions]
    column_of = {version.pk: column for column, version in enumerate(versions)}
    row_of = {pk: row for row, pk in enumerate(ids)}
    rows, columns, marks = array("i"), array("h"), array("d")
    chunks = range(0, len(ids), CHUNK)
    for done, start in enumerate(chunks, start=1):
        part = ids[start : start + CHUNK]
        for attempt, version, answer in _answers(run.quiz_id, part[0], part[-1]):
            row = row_of.get(attempt)
            if row is None:
                continue
            column = column_of.get(version)
            if column is None:
                continue
            rows.append(row)
            columns.append(column)
            marks.append(judges[column].judge(row, answer))
        tell(done, len(chunks) + STAGES, _("Reading the answers"))
    return _Gathered(
        versions=versions,
        responses=Responses.from_triples(
            np.asarray(rows), np.asarray(columns), np.asarray(marks),
            shape=(len(ids), len(versions)),
        ),
        taken={column: judge.taken() for column, judge in enumerate(judges) if judge.choosing},
        days=np.asarray(days, dtype=np.int64),
        chunks=len(chunks),
    )  # fmt: skip


def _answers(quiz_id: int, first: int, last: int) -> Iterator[tuple[int, int, str | None]]:
    """(attempt, item version, answer as text) of a range of attempts."""
    rows = Response.objects.filter(
        attempt__quiz_id=quiz_id, attempt_id__gte=first, attempt_id__lte=last
    ).annotate(text=Cast(F("answer"), TextField()))
    return rows.order_by().values_list("attempt_id", "item_version_id", "text").iterator(
        chunk_size=10_000
    )  # fmt: skip


class _Judge:
    """Judges the answers to one version of an item, each different one once."""

    def __init__(self, version: ItemVersion, judged: Judged) -> None:
        self.choosing = version.kind in CHOSEN
        self._judged = judged
        self._known: dict[str | None, tuple[float, array[int]]] = {}
        self._offered = (
            ["true", "false"]
            if version.kind == Kind.TRUE_FALSE
            else [choice["key"] for choice in version.choices]
        )

    def judge(self, row: int, answer: str | None) -> float:
        """The mark of an answer; the row is kept among those who gave it."""
        known = self._known.get(answer)
        if known is None:
            said = None if answer is None else json.loads(answer)
            known = float(self._judged.share(said) or 0), array("i")
            self._known[answer] = known
        if self.choosing:
            known[1].append(row)
        return known[0]

    def taken(self) -> Taken:
        """Who took which choice; who took none stands under the blank one."""
        rows: dict[str, list[np.ndarray]] = {name: [] for name in self._offered}
        for answer, (_mark, people) in self._known.items():
            for choice in _choices_in(answer, self._offered) or [BLANK]:
                rows.setdefault(choice, []).append(np.asarray(people, dtype=np.int64))
        keyed = {name for name in self._offered if self._is_keyed(name)}
        none = np.empty(0, dtype=np.int64)
        found = {name: np.concatenate([none, *people]) for name, people in rows.items()}
        return Taken(frozenset(keyed), found)

    def _is_keyed(self, name: str) -> bool:
        return any(_keys(key, name) for key in self._judged.keys)


def _keys(key: Key, name: str) -> bool:
    """Whether a key gives something for a choice."""
    match key:
        case SingleKey() | MultipleKey():
            return key.fractions.get(name, 0) > 0
        case TrueFalseKey():
            return name == str(key.answer).lower()
    return False


def _choices_in(answer: str | None, offered: list[str]) -> list[str]:
    """The choices of an answer, each once; of what is not an answer none."""
    said = None if answer is None else json.loads(answer)
    if not isinstance(said, dict):
        return []
    several = said.get("choices")
    named = several if isinstance(several, list) else [said.get("choice")]
    if isinstance(said.get("value"), bool):
        named = [str(said["value"]).lower()]
    return [name for name in offered if name in named]
