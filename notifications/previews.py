"""A text before it is used: rendered in every language for people whose names are awkward.

Whoever knows people's names registers them: the longest name, one in Chinese, one who left out
what may be left out. What else a text says comes from the examples of its kind.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from notifications import kinds
from notifications.layout import html_of
from notifications.texts import Text, Version


@dataclass(frozen=True, slots=True)
class Somebody:
    """A real person for whom a text is tried.

    Attributes:
        why: what makes this person a good trial.
        bare: left out what may be left out, so that the text must do without it too.
    """

    variables: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """One letter to one person in one language."""

    name: str
    why: str
    language: str
    text: Text

    @property
    def html(self) -> str:
        return html_of(self.text.subject, self.text.body, self.language)


Find = Callable[[], list[Somebody]]
_finders: list[Find] = []


def register(find: Find) -> None:
    """Say where awkward people are found."""
    if find not in _finders:
        _finders.append(find)


def awkward_people() -> list[Somebody]:
    """Real people to try a text for; where there is nobody yet, the example."""
    found = [somebody for find in _finders for somebody in find()]
    return found or [
        Somebody(why=_("the example: there is nobody yet")),
        Somebody(why=_("the example without what may be missing"), bare=True),
    ]


def samples(kind: kinds.Kind, versions: dict[str, Version]) -> list[Sample]:
    """Render a text for each of them in each language.

    Raises:
        MissingVariable: the text cannot do without something that may be missing.
    """
    made = []
    for somebody in awkward_people():
        facts = kind.examples | {
            name: value for name, value in somebody.variables.items() if name in kind.examples
        }
        if somebody.bare:
            facts = {name: value for name, value in facts.items() if name not in kind.optional}
        for language, version in versions.items():
            text = version.render(kind.name, language, facts)
            made.append(Sample(str(facts["name"]), somebody.why, language, text))
    return made
