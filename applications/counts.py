"""Named reads that count: how many applied, from where, how they heard of us.

Every count is of one cohort, and of applications that were handed in and stand: no draft, nobody
who has withdrawn, no second application of somebody.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from applications.institutions import key
from applications.models import Application, Cohort, Institution, Level, Source, Stage

NOT_STANDING = (Stage.DRAFT, Stage.WITHDRAWN, Stage.MERGED)


@dataclass(frozen=True, slots=True)
class Counted:
    """A line of a report: what is counted, in the reader's language, and how many there are."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class WrittenName:
    """An institution that is not on the list, as most of those who mean it wrote it.

    Attributes:
        spellings: all of them, the most frequent first.
    """

    name: str
    spellings: tuple[str, ...]
    count: int


def standing(cohort: Cohort) -> QuerySet[Application]:
    """The applications of a cohort that count."""
    return cohort.applications.exclude(stage__in=NOT_STANDING).order_by()


def written_under_other(cohort: Cohort) -> QuerySet[Application]:
    """Those among them whose institution is a name that somebody wrote."""
    return standing(cohort).filter(institution__isnull=True).exclude(institution_other="")


def written_names(cohort: Cohort) -> list[WrittenName]:
    """What people wrote under "other": one line for all spellings of a name, by number."""
    spellings: dict[str, list[tuple[int, str]]] = {}
    written = written_under_other(cohort).values_list("institution_other")
    for name, count in written.annotate(Count("pk")):
        spellings.setdefault(key(name), []).append((count, name))
    found = []
    for group in spellings.values():
        names = tuple(name for _count, name in sorted(group, key=lambda one: (-one[0], one[1])))
        found.append(WrittenName(names[0], names, sum(count for count, _name in group)))
    return sorted(found, key=lambda one: (-one.count, one.name))


def by_source(cohort: Cohort) -> list[Counted]:
    """How many heard of us in which way; those who did not say last."""
    return _chosen(cohort, "source", Source.choices)


def by_level(cohort: Cohort) -> list[Counted]:
    """How many study at which level."""
    return _chosen(cohort, "level", Level.choices)


def by_stage(cohort: Cohort) -> list[Counted]:
    """How many stand where; those who have left by withdrawing are none of them."""
    return [line for line in _chosen(cohort, "stage", Stage.choices) if line.count]


def by_institution(cohort: Cohort, *, others: str) -> list[Counted]:
    """How many come from which institution, the most first; merged ones are one line.

    Args:
        others: what the last line says, of those whose institution is not on the list.
    """
    rows = {row.pk: row for row in Institution.objects.all()}
    found: dict[int, int] = {}
    unlisted = 0
    for pk, count in standing(cohort).values_list("institution").annotate(Count("pk")):
        if pk is None:
            unlisted = count
            continue
        row = rows[pk].resolved(rows)
        found[row.pk] = found.get(row.pk, 0) + count
    lines = (Counted(str(rows[pk]), count) for pk, count in found.items())
    listed = sorted(lines, key=lambda line: (-line.count, line.label))
    return [*listed, *([Counted(others, unlisted)] if unlisted else [])]


def _chosen(cohort: Cohort, field: str, choices: Iterable[tuple[str, object]]) -> list[Counted]:
    counts = dict(standing(cohort).values_list(field).annotate(Count("pk")))
    lines = [Counted(str(label), counts.get(value, 0)) for value, label in choices]
    if silent := counts.get(""):
        lines.append(Counted(_("did not say"), silent))
    return lines
