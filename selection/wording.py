"""How we say a score, and where somebody stands on a reserve list."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

from django.utils.functional import lazy
from django.utils.translation import gettext as _

from selection.bands import band_of

SHOWN = Decimal("0.000001")
WIDE = Context(prec=200)


def say_score(score: Decimal | None) -> str:
    """`61.5`: no trailing zeros, at most six places after the point; nothing for no score."""
    if score is None:
        return ""
    shown = score.quantize(SHOWN, rounding=ROUND_HALF_EVEN, context=WIDE)
    return format(shown, "f").rstrip("0").rstrip(".") if shown else "0"


def say_turn(turn: int) -> str:
    """`among the first 10`: where somebody stands on a reserve list, see `selection.bands`."""
    band = band_of(turn)
    if band.last is None:
        return _("after the first %(before)d") % {"before": band.first - 1}
    if band.first == 1:
        return _("among the first %(last)d") % {"last": band.last}
    return _("between number %(first)d and number %(last)d") % {
        "first": band.first,
        "last": band.last,
    }


say_turn_lazily = lazy(say_turn, str)
"""The same, in the language in which it is read in the end."""
