"""How we say a score."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

SHOWN = Decimal("0.000001")
WIDE = Context(prec=200)


def say_score(score: Decimal | None) -> str:
    """`61.5`: no trailing zeros, at most six places after the point; nothing for no score."""
    if score is None:
        return ""
    shown = score.quantize(SHOWN, rounding=ROUND_HALF_EVEN, context=WIDE)
    return format(shown, "f").rstrip("0").rstrip(".") if shown else "0"
