"""Who took part in what an appeal is about: a registry that the rooms fill.

Whoever took part in anything about a list, or about the person, does not decide an appeal. A room
registers who took part in what happens in it, from its `AppConfig.ready`; so `selection` knows no
stage.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from selection.models import Entry

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PeopleOf = Callable[[Entry], Collection[int | None]]
"""From an entry, with its run and application, to the ids of the users who took part; None is
nobody. In a constant number of queries."""


class PartNamedTwice(ValueError):
    """Two rooms offer different parts under one name."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that one can have taken part in.

    Attributes:
        title: what somebody did, translated when it is shown; it is read by all who decide about
            appeals, so it says nothing that only some may know.
    """

    title: "str | _StrPromise"
    people_of: PeopleOf


_parts: dict[str, Part] = {}


def register(name: str, *, title: "str | _StrPromise", people_of: PeopleOf) -> None:
    """Keep these people from deciding. Registering the same function again changes nothing.

    Raises:
        PartNamedTwice: the name belongs to another function.
    """
    known = _parts.get(name)
    if known is not None and known.people_of is not people_of:
        raise PartNamedTwice(f"{name!r} is registered already")
    _parts[name] = Part(title, people_of)


def took_part(entry: Entry) -> dict[int, list[str]]:
    """Who took part in this entry's list or in anything about its person: in what, in words."""
    found: dict[int, list[str]] = {}
    for part in _parts.values():
        for pk in sorted({pk for pk in part.people_of(entry) if pk is not None}):
            found.setdefault(pk, []).append(str(part.title))
    return found


def either(pairs: Iterable[Iterable[int | None]]) -> set[int | None]:
    """Everybody in any column of some rows."""
    return {pk for pair in pairs for pk in pair}
