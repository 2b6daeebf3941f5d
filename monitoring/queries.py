"""Named reads of what was counted. No read of this file touches an answer."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from applications.lifecycle import STEPS
from applications.models import Cohort
from monitoring.dimensions import DIMENSIONS, Dimension
from monitoring.disclosure import Comparison, Row, Table, compare
from monitoring.domain.counting import WAITS
from monitoring.models import UNSAID, ListCount
from selection.models import Override, Selection
from selection.programme import LISTINGS, Listing


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the page shows it; `comparison` where there is something to compare."""

    label: str
    row: Row
    comparison: Comparison | None


@dataclass(frozen=True, slots=True)
class Part:
    """One dimension of a list."""

    title: str
    lines: tuple[Line, ...]
    total: Row
    below: tuple[str, ...]  # labels of the groups under four fifths

    @property
    def compares(self) -> bool:
        return any(line.comparison for line in self.lines)


@dataclass(frozen=True, slots=True)
class Moved:
    """How many were moved by hand in one way for one kind of reason."""

    way: str
    category: str
    people: int


@dataclass(frozen=True, slots=True)
class Treatment:
    """One list of a cohort: what was counted, or since when it waits to be.

    Attributes:
        counts_at: when it is or was due to be counted; None before publication.
        requests: as `ListCount.requests` has them; None before it is counted.
    """

    listing: Listing
    selection: Selection | None
    counts_at: datetime | None
    counted_at: datetime | None
    parts: tuple[Part, ...]
    requests: dict[str, Any] | None
    moved: tuple[Moved, ...]


def treatment_in(cohort: Cohort) -> list[Treatment]:
    """Every list of a cohort in the programme's order; two queries."""
    published = {
        selection.step: selection
        for selection in Selection.objects.filter(cohort=cohort, state=Selection.State.PUBLISHED)
        .defer("inputs")
        .annotate(by_hand=F("inputs__overrides"))
    }
    counts = {
        count.selection_id: count for count in ListCount.objects.filter(selection__cohort=cohort)
    }
    return [_treatment(step, published.get(step), counts) for step in STEPS]


def _treatment(step: str, selection: Selection | None, counts: dict[int, ListCount]) -> Treatment:
    count = counts.get(selection.pk) if selection else None
    out = selection.published_at if selection else None
    return Treatment(
        listing=LISTINGS[step],
        selection=selection,
        counts_at=out + WAITS if out else None,
        counted_at=count.counted_at if count else None,
        parts=tuple(_part(one, count.tables[one.key]) for one in DIMENSIONS) if count else (),
        requests=count.requests if count else None,
        moved=_moved(getattr(selection, "by_hand", None) or []),
    )


def _part(dimension: Dimension, stored: dict[str, Any]) -> Part:
    table = Table.from_json(stored)
    rows = {row.key: row for row in table.rows}
    comparisons = compare(table, leave_out=[UNSAID])
    lines = tuple(
        Line(str(label), rows[key], comparisons.get(key)) for key, label in dimension.groups
    )
    below = tuple(line.label for line in lines if line.comparison and line.comparison.below)
    return Part(str(dimension.title), lines, table.total, below)


def _moved(by_hand: list[tuple[int, str, str]]) -> tuple[Moved, ...]:
    """By way and category, in the order in which a form offers them; those of nobody not."""
    found = Counter((way, category) for _key, way, category in by_hand)
    return tuple(
        Moved(str(way.label), str(category.label), found[way.value, category.value])
        for way in Override.Way
        for category in Override.Category
        if found[way.value, category.value]
    )
