from datetime import date
from fractions import Fraction

import pytest

from matching.wages import hourly, minimum_on

RATES = {date(2025, 5, 1): 4210, date(2026, 5, 1): 4310}


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(2025, 4, 30), 0),
        (date(2026, 4, 30), 4210),
        (date(2026, 5, 1), 4310),
        (date(2030, 1, 1), 4310),
    ],
)
def test_the_rate_of_a_day_is_the_last_that_has_begun(day: date, rate: int) -> None:
    assert minimum_on(day, RATES) == rate


def test_a_monthly_wage_is_spread_over_52_weeks_a_year() -> None:
    assert hourly(520_000, basis="monthly", hours_per_week=40) == Fraction(3000)
    assert hourly(4310, basis="hourly", hours_per_week=20) == 4310
