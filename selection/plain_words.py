"""A rule in plain words: for who sets it, for who checks it, and for the public beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from selection import sources
from selection.ranking import TiePolicy
from selection.wording import say_score


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a list is ranked and cut.

    Attributes:
        weights: (name of a source, weight) pairs; one of weight 0 must be there and adds nothing.
        cap: how many at most when everybody who ties at the line is taken.
    """

    weights: Sequence[tuple[str, Decimal]]
    tie_breakers: Sequence[str]
    tie_policy: TiePolicy
    reserves: int
    places: int
    cap: int


def say_formula(terms: Terms) -> str:
    """`Score = 0.7 × Quiz + 0.3 × Mini-project`."""
    parts = [
        sources.title_of(name) if weight == 1 else f"{say_score(weight)} × {sources.title_of(name)}"
        for name, weight in _heaviest_first(terms)
        if weight
    ]
    return _("Score = %(sum)s") % {"sum": " + ".join(parts)}


def in_words(terms: Terms) -> list[str]:
    """The whole rule, a sentence or two for each of its parts."""
    return [
        f"{say_formula(terms)}. " + _("The higher score goes first."),
        _say_ties(terms),
        _say_line(terms),
        _say_reserves(terms),
        _("Who lacks one of these is not ranked: %(names)s.")
        % {"names": say_names([name for name, _weight in _heaviest_first(terms)])},
    ]


def say_names(names: Sequence[str]) -> str:
    """Sources by their titles, in this order."""
    return _(", ").join(map(sources.title_of, names))


def _heaviest_first(terms: Terms) -> list[tuple[str, Decimal]]:
    return sorted(terms.weights, key=lambda one: -one[1])


def _say_ties(terms: Terms) -> str:
    if not terms.tie_breakers:
        return _("Ties: people with the same score share a rank.")
    return _("Ties: equal scores are compared by %(names)s.") % {
        "names": _(", then by ").join(map(sources.title_of, terms.tie_breakers))
    }


def _say_line(terms: Terms) -> str:
    places = ngettext("There is %(n)d place.", "There are %(n)d places.", terms.places)
    said = places % {"n": terms.places} + " "
    if terms.tie_policy is TiePolicy.TAKE_ALL_THEN_DRAW and terms.cap > terms.places:
        return said + _(
            "Who still ties at the last of them is taken as well, as long as no more than "
            "%(cap)d are taken in all; otherwise a draw decides."
        ) % {"cap": terms.cap}
    return said + _("If people still tie at the last of them, a draw decides.")


def _say_reserves(terms: Terms) -> str:
    if not terms.reserves:
        return _("There is no reserve list.")
    return ngettext(
        "The next %(n)d person waits on the reserve list.",
        "The next %(n)d people wait on the reserve list, in the same order.",
        terms.reserves,
    ) % {"n": terms.reserves}
