"""Whether people can be ranked by a rule, said about the part of it that is wrong."""

from collections.abc import Sequence
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
    names = [name for name, _weight in criteria]
    _require_offered_once("weights", names)
    _require_offered_once("tie_breakers", tie_breakers)
    for name, weight in criteria:
        _require_weight(name, weight)
    total = sum(Fraction(weight) for _name, weight in criteria)
    if total != 1:
        raise UnusableRule(
            "weights",
            _("The weights do not sum to 1: together they are %(total)s.")
            % {"total": format(sum((weight for _n, weight in criteria), Decimal(0)), "f")},
        )
    if not 0 <= reserves <= MOST_RESERVES:
        raise UnusableRule(
            "reserves",
            _("The reserve list has from 0 to %(most)s people, not %(typed)s.")
            % {"most": f"{MOST_RESERVES:,}", "typed": reserves},
        )


def _require_offered_once(part: str, names: Sequence[str]) -> None:
    known = {source.name for source in sources.offered()}
    for place, name in enumerate(names):
        if name not in known:
            raise UnusableRule(
                part, _("There are no scores named “%(value)s”.") % {"value": name[:100]}
            )
        if name in names[:place]:
            raise UnusableRule(
                part, _("“%(name)s” is named twice.") % {"name": sources.title_of(name)}
            )


def _require_weight(name: str, weight: Decimal) -> None:
    said = {"name": sources.title_of(name)}
    if not weight.is_finite():
        raise UnusableRule(name, _("The weight of “%(name)s” is not a finite decimal.") % said)
    if not 0 <= weight <= 1:
        raise UnusableRule(name, _("The weight of “%(name)s” is not from 0 to 1.") % said)
    if int(weight.as_tuple().exponent) < -WEIGHT_PLACES:
        raise UnusableRule(
            name,
            _("The weight of “%(name)s” has more than %(most)d digits after the point.")
            % (said | {"most": WEIGHT_PLACES}),
        )
