"""Sizes of units, in the two ways in which files write them. Pure, and lossless there and back."""

from decimal import Context, Decimal

EXACT = Context(prec=28)
SHORT = Context(prec=12)
WRITTEN = Context(prec=15)
FEW_DIGITS = 10


def size_of(multiplier: Decimal) -> Decimal:
    """Return how many of the first unit one of this is, from how many of it one of the first is.

    A multiplier is often the rounded inverse of a plain number (3.3356409519815E-9 of the speed
    of light in m/s): then that number is meant.
    """
    short = SHORT.divide(Decimal(1), multiplier).normalize()
    if len(short.as_tuple().digits) <= FEW_DIGITS:
        return short
    return EXACT.divide(Decimal(1), multiplier)


def multiplier_of(size: Decimal) -> Decimal:
    """Return the inverse of `size_of`."""
    return WRITTEN.divide(Decimal(1), size).normalize()


def middle(low: Decimal, high: Decimal) -> tuple[Decimal, Decimal]:
    """Return the middle of a range and how far its ends are off it, both exact."""
    exact = Context(prec=400)
    half = Decimal("0.5")
    value = exact.multiply(exact.add(low, high), half)
    return value, exact.multiply(exact.subtract(high, low), half)
