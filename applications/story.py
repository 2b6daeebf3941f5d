"""A person's whole story: what each room of the house adds to it, and how its verbs are said.

A room registers a chapter when the program starts. It gets the ids of an application and of those
that were merged into it, and returns what it knows about them in a constant number of queries.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a chapter: when, what, and the staff page on which there is more."""

    at: datetime | None
    what: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """What one room knows.

    Attributes:
        objects: whose audit events belong to the story: "app.model" → ids.
        approvals: what two people decided about them: kind of request → ids of what it was about.
        published: what the room has made public that changes where the person stands, in the
            words of `applications.rail`.
    """

    title: str | Promise
    facts: Sequence[Fact] = ()
    objects: Mapping[str, Collection[int]] = field(default_factory=dict)
    approvals: Mapping[str, Collection[int | str]] = field(default_factory=dict)
    published: Collection[str] = ()


Tell = Callable[[Sequence[int]], Chapter]

_chapters: dict[str, Tell] = {}


def _begins(chapter: Chapter) -> datetime:
    known = [fact.at for fact in chapter.facts if fact.at]
    return min(known, default=datetime.max.replace(tzinfo=UTC))


def register_chapter(name: str, tell: Tell) -> None:
    """Let a room tell its part."""
    _chapters[name] = tell


def chapters_of(application_ids: Sequence[int]) -> list[Chapter]:
    """What every room knows about these applications, the chapter that begins first first."""
    told = [tell(application_ids) for _name, tell in sorted(_chapters.items())]
    return sorted(told, key=_begins)
