"""What can be told: every kind of message, the variables of its text and how it leaves.

A kind is declared once (`dtt.letters` has those of the house). What its text may name is what the
declaration has, each with an example, so that a text can be read before there is a person to
send it to. What a verb gives for a letter is exactly what is declared (`notifications.declared`),
so a text that names nothing else can always be written out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

from accounts.languages import Language

EVERYWHERE: dict[str, Any] = {"name": "Tai Man", "site_url": "https://dtt.example"}


class Class(StrEnum):
    """What a message is to its reader.

    A notice tells somebody about their own affair, and nobody can switch it off. Marketing needs
    a consent that lasts until it leaves, and says how to end it.
    """

    NOTICE = "notice"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message.

    Attributes:
        name: names its text, `templates/messages/<name>.<language>.txt`.
        title: what it tells, for staff.
        variables: an example for each variable; of one that has parts, an `Example`.
        optional: those that may be missing or None; all others always have a value.
        held: whether it waits before it leaves, so that staff can take it back. Receipts and
            answers to somebody's own act leave at once.
        excludes: kinds of one group contradict each other about one topic: a person is never
            told two of them together.
        asks: whether its reader must do something by a date; its subject says so.
    """

    name: str
    title: str | Promise
    variables: Mapping[str, Any] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    held: bool = False
    excludes: str = ""
    of_class: Class = Class.NOTICE
    asks: bool = False

    @property
    def examples(self) -> dict[str, Any]:
        """A whole set of variables."""
        extra = {"unsubscribe_url": EVERYWHERE["site_url"] + "/messages/unsubscribe/…"}
        return EVERYWHERE | (extra if self.of_class is Class.MARKETING else {}) | {**self.variables}

    @property
    def known(self) -> frozenset[str]:
        """The paths that its text may name (see `notifications.language.check`)."""
        return frozenset(self.paths)

    @property
    def paths(self) -> dict[str, Any]:
        """The example at each path; `days[]` is one value of the list `days`."""
        return dict(_paths(self.examples))


class Example:
    """An example of something with parts: `{{ cohort }}` and `{{ cohort.match_at|instant }}`."""

    def __init__(self, said: str | Promise = "", **parts: Any) -> None:
        self._said, self.parts = said, parts

    def __str__(self) -> str:
        return str(self._said)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["parts"][name]
        except KeyError:
            raise AttributeError(name) from None


_kinds: dict[str, Kind] = {}


def register(kinds: Iterable[Kind]) -> None:
    """Declare some kinds; declaring one again replaces it."""
    _kinds.update({kind.name: kind for kind in kinds})


def known(name: str) -> Kind:
    """The kind of this name; one that nobody declared is a notice that leaves at once."""
    return _kinds.get(name) or Kind(name, name)


def is_declared(name: str) -> bool:
    """Whether somebody has said what this kind is."""
    return name in _kinds


def declared() -> list[Kind]:
    """Every declared kind, by its name."""
    return [_kinds[name] for name in sorted(_kinds)]


def that_ask() -> list[str]:
    """The names of the kinds whose readers must do something."""
    return [kind.name for kind in declared() if kind.asks]


def title_of(name: str) -> str:
    """A kind in the reader's language."""
    return str(known(name).title)


def languages() -> list[str]:
    """Every text is written in each of these."""
    return list(Language.values)


def _paths(parts: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in parts.items():
        yield from _inside(f"{before}{name}", value)


def _inside(path: str, value: Any) -> Iterable[tuple[str, Any]]:
    yield path, value
    if isinstance(value, Example):
        yield from _paths(value.parts, f"{path}.")
    elif isinstance(value, list):
        yield from _inside(f"{path}[]", value[0])
