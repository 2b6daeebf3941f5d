"""Raw answers, read for marking: one row of the database for a whole paper.

People answer the same items in the same few ways, so an answer is judged once in a pass and
remembered. What is remembered is exactly what judging it again would give.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any, NoReturn

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from accounts.errors import Refused
from quiz.equating import NotOneScale, Scale, equate, fit_scale, papers_of
from quiz.marking import Earned, Judged
from quiz.models import Attempt, Response
from selection.canonical import NotCanonical, canonical_bytes

READ_AT_A_TIME = 500


class UnableToMark(Refused):
    """A paper cannot be marked; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One person's paper and what was earned on it, in the order of the positions.

    `inputs` is the SHA-256 of the canonical positions, item versions and answers.
    """

    attempt_id: int
    versions: tuple[int, ...]
    earned: tuple[Earned, ...]
    inputs: str


class Judge:
    """Judges answers by the keys of a quiz, each different answer once."""

    def __init__(self, keys: Mapping[int, Judged]) -> None:
        self.keys = keys
        self._known: dict[tuple[int, str | None], tuple[Earned, str]] = {}

    def judge(self, version: int, text: str | None) -> tuple[Earned, str]:
        """What an answer, as its column's text, earned, and its canonical spelling.

        Raises:
            KeyError: the item is not in the quiz.
            NotCanonical: the answer holds a number that is not whole.
        """
        known = self._known.get((version, text))
        if known is None:
            answer = None if text is None else json.loads(text, parse_float=_refuse)
            key = self.keys[version]
            earned = Earned(key.topic, key.difficulty, key.share(answer))
            known = self._known[version, text] = (earned, canonical_bytes(answer).decode())
        return known


def read_sheets(attempts: QuerySet[Attempt], judge: Judge) -> Iterator[Sheet]:
    """The sheets of these attempts, by their ids, a few hundred in memory at a time.

    Raises:
        UnableToMark: an answer cannot be read, or belongs to an item that is not in the quiz.
    """
    for attempt_id, positions, versions, texts in _rows(attempts):
        try:
            judged = [judge.judge(*one) for one in zip(versions, texts, strict=True)]
        except (KeyError, NotCanonical) as fault:
            raise UnableToMark(
                _("Attempt %(attempt)d has an answer that cannot be marked: %(why)s")
                % {"attempt": attempt_id, "why": fault}
            ) from fault
        spelt = ",".join(
            f"[{position},{version},{text}]"
            for position, version, (_earned, text) in zip(positions, versions, judged, strict=True)
        )
        yield Sheet(
            attempt_id,
            tuple(versions),
            tuple(earned for earned, _text in judged),
            sha256(f"[{spelt}]".encode()).hexdigest(),
        )


def _rows(attempts: QuerySet[Attempt]) -> Iterator[tuple[int, list[int], list[int], list[Any]]]:
    """Attempt, positions, item versions and answers as text, a row a paper.

    The ids are named in each statement, so that the database looks these papers up instead of
    reading everybody's.
    """
    ids = list(attempts.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), READ_AT_A_TIME):
        yield from (
            Response.objects.filter(attempt_id__in=ids[start : start + READ_AT_A_TIME])
            .order_by("attempt_id")
            .values("attempt_id")
            .annotate(
                positions=ArrayAgg("position", order_by="position"),
                versions=ArrayAgg("item_version_id", order_by="position"),
                texts=ArrayAgg(Cast("answer", TextField()), order_by="position"),
            )
            .values_list("attempt_id", "positions", "versions", "texts")
        )


@dataclass(frozen=True, slots=True)
class Equated:
    """Scores on one scale, by attempt."""

    scale: Scale
    scores: dict[int, Decimal]


def put_on_one_scale(sheets: Iterable[Sheet], scale: Scale | None = None) -> Equated:
    """Equate the papers of these sheets.

    Args:
        scale: on which to put them; by default it is estimated from them.

    Raises:
        UnableToMark: there is no scale on which they could be put.
    """
    ids: list[int] = []
    rows: list[tuple[Sequence[int], Sequence[Decimal | None]]] = []
    for sheet in sheets:
        ids.append(sheet.attempt_id)
        rows.append((sheet.versions, [one.share for one in sheet.earned]))
    papers = papers_of(rows)
    try:
        scale = scale or fit_scale(papers)
    except NotOneScale as fault:
        raise UnableToMark(
            _("The answers cannot be put on one scale: %(why)s.") % {"why": fault}
        ) from fault
    scores = equate(papers, scale, places=papers.items.shape[1])
    return Equated(scale, dict(zip(ids, scores, strict=True)))


def _refuse(number: str) -> NoReturn:
    raise NotCanonical(f"{number} has no canonical spelling")
