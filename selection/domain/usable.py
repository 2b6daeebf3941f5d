"""Whether people can be ranked by a rule, said about the part of it that is wrong."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from accounts.errors import Refused
from selection import sources

WEIGHT_PLACES = 6
"""Digits after the point of a weight."""

MOST_RESERVES = 100_000


class UnableToPrepare(Refused):
    """The seed cannot be committed or the rule cannot be set; the message says why."""


class UnusableRule(UnableToPrepare):
    """This rule cannot be set; the one before it stays in force.

    Attributes:
        about: what is wrong: the name of a source for its weight, or `weights`, `tie_breakers`,
            `reserves`, `reason`.
        why: one sentence.
    """

    def __init__(self, about: str, why: str) -> None:
        super().__init__(f"{why} " + _("The rule before it stays in force."))
        self.about, self.why = about, why


def require_usable(
    criteria: Sequence[tuple[str, Decimal]], tie_breakers: Sequence[str], reserves: int
) -> None:
    """Let a rule pass that `selection.ranking.Rule` takes and whose scores somebody offers.

    Raises:
        UnusableRule: the first fault.
    """
    for fault in (*faults_of(criteria, tie_breakers), *faults_of_reserves(reserves)):
        raise fault


def faults_of(
    criteria: Sequence[tuple[str, Decimal]], tie_breakers: Sequence[str]
) -> list[UnusableRule]:
    """Everything that is wrong with weights and tie-breakers; the sum only of weights that are."""
    named = _wrong_names("weights", [name for name, _weight in criteria])
    weighed = [fault for name, weight in criteria for fault in _wrong_weight(name, weight)]
    found = [*named, *weighed, *_wrong_names("tie_breakers", tie_breakers)]
    if weighed or sum(Fraction(weight) for _name, weight in criteria) == 1:
        return found
    total = format(sum((weight for _name, weight in criteria), Decimal(0)), "f")
    why = _("The weights do not sum to 1: together they are %(total)s.") % {"total": total}
    return [*found, UnusableRule("weights", why)]


def faults_of_reserves(reserves: int) -> list[UnusableRule]:
    """What is wrong with the length of a reserve list."""
    if 0 <= reserves <= MOST_RESERVES:
        return []
    why = _("The reserve list has from 0 to %(most)s people, not %(typed)s.") % {
        "most": f"{MOST_RESERVES:,}",
        "typed": reserves,
    }
    return [UnusableRule("reserves", why)]


def _wrong_names(part: str, names: Sequence[str]) -> Iterator[UnusableRule]:
    known = {source.name for source in sources.offered()}
    for place, name in enumerate(names):
        if name not in known:
            said = _("There are no scores named “%(value)s”.") % {"value": name[:100]}
            yield UnusableRule(part, said)
        elif name in names[:place]:
            said = _("“%(name)s” is named twice.") % {"name": sources.title_of(name)}
            yield UnusableRule(part, said)


def _wrong_weight(name: str, weight: Decimal) -> Iterator[UnusableRule]:
    said = {"name": sources.title_of(name)}
    if not weight.is_finite():
        yield UnusableRule(name, _("The weight of “%(name)s” is not a finite decimal.") % said)
    elif not 0 <= weight <= 1:
        yield UnusableRule(name, _("The weight of “%(name)s” is not from 0 to 1.") % said)
    elif int(weight.as_tuple().exponent) < -WEIGHT_PLACES:
        why = _("The weight of “%(name)s” has more than %(most)d digits after the point.")
        yield UnusableRule(name, why % (said | {"most": WEIGHT_PLACES}))
