"""Whether pay reaches the statutory minimum wage. Pure; money is integer cents."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

WEEKS_PER_MONTH = Fraction(52, 12)


def hourly(pay_cents: int, *, basis: str, hours_per_week: int) -> Fraction:
    """Return cents an hour.

    Args:
        basis: "hourly" or "monthly"; a month has 52/12 weeks.
        hours_per_week: 1 or more.
    """
    if basis == "hourly":
        return Fraction(pay_cents)
    return pay_cents / (WEEKS_PER_MONTH * hours_per_week)


def minimum_on(day: date, rates: Mapping[date, int]) -> int:
    """Return the rate in force: the one with the latest first day not after `day`, 0 if none."""
    started = [first for first in rates if first <= day]
    return rates[max(started)] if started else 0
