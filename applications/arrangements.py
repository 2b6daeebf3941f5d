"""Where later rooms can arrange something for one person: more time in the quiz, say.

Whoever makes the arrangements is led from a request to the pages that are registered here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from applications.models import Application


@dataclass(frozen=True, slots=True)
class Way:
    """A page on which something is arranged: the words of its link, and its address."""

    label: str | Promise
    url: Callable[[Application], str]


_ways: list[Way] = []


def register(way: Way) -> None:
    """Let this page be offered beside every request."""
    if way not in _ways:
        _ways.append(way)


def ways() -> tuple[Way, ...]:
    """The pages to offer, in the order in which the rooms named them."""
    return tuple(_ways)
