"""To whom staff may write: audiences by name. The room that knows the people registers them.

This room knows no cohort and no stage. An audience says who is in it now, given what was chosen (as
plain JSON), and what a text to its people may name beside their name.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.functional import Promise

from accounts.models import User
from notifications import consent
from notifications.kinds import Class

Parameters = Mapping[str, Any]


class ChoiceForm(forms.Form):
    """What has to be chosen to make an audience of a kind definite; nothing unless derived."""

    def parameters(self) -> dict[str, Any]:
        """What was chosen, as plain JSON. Only of a valid form."""
        return {}


@dataclass(frozen=True, slots=True)
class Audience:
    """A kind of audience.

    Attributes:
        title: who they are, for staff.
        says: what else must be known about it, in a sentence.
        people: who is in it at this moment, by id.
        say: this very audience in words, in the reader's language.
        facts: what a text may say about each of these people, by id, in a constant number of
            queries; `name` among them takes the place of the account's name, and `about` says in
            the letter why somebody gets it.
        variables: an example for each fact that a text may name.
        awkward: of these people, by id, those for whom a text should be tried, and why.
        form: asks for the parameters.
    """

    name: str
    title: str | Promise
    says: str | Promise
    of_class: Class
    people: Callable[[Parameters], Collection[int]]
    say: Callable[[Parameters], str]
    facts: Callable[[Parameters, Collection[int]], Mapping[int, Mapping[str, Any]]]
    awkward: Callable[[Parameters, Collection[int]], Sequence[tuple[int, str]]]
    variables: Mapping[str, Any] = field(default_factory=dict)
    form: type[ChoiceForm] = ChoiceForm

    @property
    def is_news(self) -> bool:
        """Whether only those get it who want news."""
        return self.of_class is Class.MARKETING


_audiences: dict[str, Audience] = {}


def register(audience: Audience) -> None:
    """Let staff write to an audience; registering one again replaces it."""
    _audiences[audience.name] = audience


def find(name: str) -> Audience | None:
    """The audience of this name, if any room has one."""
    return _audiences.get(name)


def registered() -> list[Audience]:
    """Every audience, notices before news."""
    return sorted(_audiences.values(), key=lambda one: (one.is_news, one.name))


def people_of(audience: Audience, parameters: Parameters) -> tuple[set[int], int]:
    """Who would get a letter now, by id, and how many are left out because they want no news."""
    # Not by a join: right after a large import the database does not know its tables yet. And not
    # by ids: it is slow to be told thousands, while few accounts are closed.
    closed = User.objects.filter(is_active=False).order_by()
    named = set(audience.people(parameters)).difference(closed.values_list("pk", flat=True))
    willing = consent.willing(named) if audience.is_news else named
    return willing, len(named - willing)
