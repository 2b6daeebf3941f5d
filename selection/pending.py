"""What may still move somebody across the line: a registry that the stages above fill.

A stage registers a kind of matter that is not decided ("quiz.case") from its `AppConfig.ready`.
A list waits for it where it could change who is in. So `selection` knows no stage.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from applications.models import Application
from selection.models import Entry, Selection

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

ApplicationsOf = Callable[[int, datetime], Collection[int]]
"""From a cohort's id and the time to the applications that something undecided is about; at most
two queries."""

ABOVE = (Entry.Outcome.SELECTED, Entry.Outcome.RESERVE)


class MatterNamedTwice(ValueError):
    """Two stages offer different matters under one name."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of matter.

    Attributes:
        title: for people, translated when it is shown.
        can_rise: whether its decision may bring somebody up; if not, it concerns only those who
            have a place or a number on the reserve list.
        names_nobody: whether even who it is about is for other eyes than the selectors'.
    """

    name: str
    title: "str | _StrPromise"
    applications_of: ApplicationsOf
    can_rise: bool
    names_nobody: bool


@dataclass(frozen=True, slots=True)
class Matter:
    """What is undecided about people of one list.

    Attributes:
        applications: whom it is about, best first; nobody, where that is not for selectors.
    """

    title: str
    people: int
    applications: tuple[Application, ...]


_kinds: dict[str, Kind] = {}


def register(
    name: str,
    *,
    title: "str | _StrPromise",
    applications_of: ApplicationsOf,
    can_rise: bool = False,
    names_nobody: bool = False,
) -> None:
    """Have lists wait for this. Registering the same function again changes nothing.

    Raises:
        MatterNamedTwice: the name belongs to another function.
    """
    known = _kinds.get(name)
    if known is not None and known.applications_of is not applications_of:
        raise MatterNamedTwice(f"{name!r} is registered already")
    _kinds[name] = Kind(name, title, applications_of, can_rise, names_nobody)


def matters_of(selection: Selection, now: datetime) -> list[Matter]:
    """Everything undecided that could change this list; at most three queries for each kind."""
    found = []
    for name in sorted(_kinds):
        kind = _kinds[name]
        undecided = kind.applications_of(selection.cohort_id, now)
        if not undecided:
            continue
        entries = selection.entries.filter(application__in=undecided).select_related("application")
        if not kind.can_rise:
            entries = entries.filter(outcome__in=ABOVE)
        people = tuple(entry.application for entry in entries.order_by("position", "pk"))
        if people:
            named = () if kind.names_nobody else people
            found.append(Matter(str(kind.title), len(people), named))
    return found
