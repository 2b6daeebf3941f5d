from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.working_days import is_working_day, stands_until, working_day_after
from notifications.moments import HONG_KONG

EASTER = {date(2027, 3, 26), date(2027, 3, 27), date(2027, 3, 29)}
days = st.dates(date(2027, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("sent", "until"),
    [
        (datetime(2027, 3, 1, 4, 0, tzinfo=UTC), datetime(2027, 3, 4, 15, 59, tzinfo=UTC)),
        # 16:00 UTC on a Thursday is Friday already in Hong Kong.
        (datetime(2027, 3, 4, 16, 0, tzinfo=UTC), datetime(2027, 3, 10, 15, 59, tzinfo=UTC)),
        # Over Easter: Tuesday 30, Wednesday 31 March and Thursday 1 April count.
        (datetime(2027, 3, 25, 4, 0, tzinfo=UTC), datetime(2027, 4, 1, 15, 59, tzinfo=UTC)),
    ],
)
def test_an_offer_stands_for_three_whole_working_days(sent: datetime, until: datetime) -> None:
    assert stands_until(sent, days=3, holidays=EASTER, zone=HONG_KONG) == until


@given(days, st.integers(1, 12), st.sets(days, max_size=20))
def test_the_last_day_is_a_working_day_and_that_many_lie_between(
    day: date, count: int, holidays: set[date]
) -> None:
    last = working_day_after(day, count, holidays)

    between = [day + timedelta(days=n) for n in range(1, (last - day).days + 1)]
    assert is_working_day(last, holidays)
    assert sum(is_working_day(one, holidays) for one in between) == count
