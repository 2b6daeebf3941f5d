"""How a share reads."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django import template

register = template.Library()
TENTH = Decimal("0.1")


@register.filter
def percent(share: Fraction) -> str:
    """`62.5%`: a fraction with one decimal."""
    exact = Decimal(share.numerator) * 100 / Decimal(share.denominator)
    return f"{exact.quantize(TENTH, rounding=ROUND_HALF_UP)}%"
