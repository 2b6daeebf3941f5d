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


def say_sum(terms: Terms) -> str:
    """`0.7 × Quiz + 0.3 × Mini-project`, the heaviest first."""
    return " + ".join(
        sources.title_of(name) if weight == 1 else f"{say_score(weight)} × {sources.title_of(name)}"
        for name, weight in _heaviest_first(terms)
        if weight
    )


def in_words(terms: Terms) -> list[str]:
    """The whole rule, a sentence or two for each of its parts."""
    return [
        _("Score = %(sum)s. The higher score goes first.") % {"sum": say_sum(terms)},
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
    if terms.tie_policy is TiePolicy.TAKE_ALL_THEN_DRAW and terms.cap > terms.places:
        said = ngettext(
            "There is %(n)d place. Who ties for it is taken as well, as long as no more than "
            "%(cap)d are taken in all; otherwise a draw decides.",
            "There are %(n)d places. Who still ties at the last of them is taken as well, as long "
            "as no more than %(cap)d are taken in all; otherwise a draw decides.",
            terms.places,
        )
        return said % {"n": terms.places, "cap": terms.cap}
    return ngettext(
        "There is %(n)d place. If people still tie for it, a draw decides.",
        "There are %(n)d places. If people still tie at the last of them, a draw decides.",
        terms.places,
    ) % {"n": terms.places}


def _say_reserves(terms: Terms) -> str:
    if not terms.reserves:
        return _("There is no reserve list.")
    return ngettext(
        "The next %(n)d person waits on the reserve list.",
        "The next %(n)d people wait on the reserve list, in the same order.",
        terms.reserves,
    ) % {"n": terms.reserves}
