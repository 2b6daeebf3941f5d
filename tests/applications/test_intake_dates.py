"""Months, days and instants, as people and web forms write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.intake.dates import (
    HONG_KONG,
    MonthDay,
    days_among,
    parse_days,
    parse_month,
    parse_time,
)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        *(("2022-02", (2022, 2)), ("02/2020", (2020, 2)), ("Jun 2023", (2023, 6))),
        *(("2019年6月", (2019, 6)), ("2020年12月", (2020, 12)), ("2021/8", (2021, 8))),
        *(("5-2023", (2023, 5)), ("2023.07", (2023, 7)), ("September 2023", (2023, 9))),
        *(("Sept, 2023", (2023, 9)), ("MAY 2021", (2021, 5)), ("Jun-23", (2023, 6))),
        *(
            ("2023 March", (2023, 3)),
            ("２０２３年５月", (2023, 5)),
            ("二〇二三年十二月", (2023, 12)),
        ),
        *(("二零二四年十月", (2024, 10)), ("二〇二三年六月", (2023, 6))),
        *(("2021-08-31", (2021, 8)), ("31/08/2021", (2021, 8)), ("08/31/2021", (2021, 8))),
        *(("5/5/2023", (2023, 5)), ("1 Aug 2021", (2021, 8)), ("Aug 1st, 2021", (2021, 8))),
        ("2021年8月31日", (2021, 8)),
    ],
)
def test_a_month_is_read_in_any_of_its_forms(text: str, month: tuple[int, int]) -> None:
    assert parse_month(text) == date(*month, 1)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "99", "2021-00", "13/2021", "2021", "May", "2021年13月", "1821-05"),
        *("05/06/2023", "31/02/2021", "Foo 2021", "2021-05 or 2021-06", "2021-5-", "0000-01"),
        *("5/6/27", "30/6/27", "before June 2027", "June 2027 or July 2027", "01022027"),
        *("2027.1", "12345", "99999", "05/06/27", "June", "Summer 2027", "27/06"),
        *("June 2027 (or May 2028)", "01/02/2027 00:00:00"),
    ],
)
def test_what_is_not_one_certain_month_is_none(text: str) -> None:
    assert parse_month(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("30-Jun-27", "2027-06-30 00:00:00", "2027-06-30T00:00:00", "六月 2027", "6月2027"),
        *("2027年6月份", "June ’27", "Jun'27", "June2027", "202706", "2027–06", "Jun–2027"),
        *("Wed, 30 Jun 2027", "June 2027 (expected)", "46539", "2027-06-01 12:30:00"),
        *("06/2027", "Expected June 2027", "預計2027年6月畢業", "2027年6月底", "20270630"),
        *("30062027", "6/30/27", "Jun 30, 2027", "2027-Jun-30", "June 30 2027 12:00 AM"),
        *("062027", "二〇二七年六月", "2027年六月", "by June 2027", "Jun. 2027", "30 June '27"),
        *("2027/6/30 上午 12:00:00", "46539.5", "30th June 2027", "Wednesday, June 30, 2027"),
        *("2027-06-15T00:00:00.000Z", "2027 年 6 月 （預計）", "June, 2027", "6 / 2027"),
    ],
)
def test_a_month_is_read_however_a_spreadsheet_or_a_person_puts_it(text: str) -> None:
    assert parse_month(text) == date(2027, 6, 1)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        *(("May-99", (1999, 5)), ("May-49", (2049, 5)), ("1-May-50", (1950, 5))),
        ("2027-06-30T16:00:00Z", (2027, 7)),  # it is July in Hong Kong
        ("2021-06-30 23:59:59", (2021, 6)),
    ],
)
def test_a_year_of_two_digits_and_a_time_of_day_are_read(text: str, month: tuple[int, int]) -> None:
    assert parse_month(text) == date(*month, 1)


@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)))
def test_every_written_form_of_a_month_is_the_same_month(day: date) -> None:
    forms = {
        parse_month(form.format(day=day))
        for form in (
            "{day:%Y-%m}",
            "{day:%m/%Y}",
            "{day:%b %Y}",
            "{day:%Y年%m月}",
            "{day:%d %B %Y}",
        )
    }

    assert forms == {day.replace(day=1)}


@pytest.mark.parametrize(
    "text",
    [
        "Mon 17 May; Tue 18 May; Thu 20 May",
        "Thu 20 May; Mon 17 May; Tue 18 May; Tue 18 May",
        "Mon 17 May, Tue 18 May, Thu 20 May",
        "Monday, May 17, 2021; Tuesday, May 18, 2021; Thursday, May 20, 2021",
        "Monday, May 17, Tuesday, May 18, Thursday, May 20",
        "5月17日（一）、5月18日（二）、5月20日（四）",
        "星期一 5月17日；星期二 5月18日；星期四 5月20日",
        "2021-05-17, 2021-05-18, 2021-05-20",
        "17/5; 18/5; 20/5",
        "17th May\n18th May\n20th of May",
        *("Mon 17/5, Tue 18/5, Thu 20/5", "2027/5/17 (Mon), 2027/5/18 (Tue), 2027/5/20 (Thu)"),
        *("17 May - 18 May, 20 May", "17–18 May 2027; 20 May 2027", "17 and 18, 20 May"),
        "Day 1 (17 May), Day 2 (18 May), Day 3 (20 May)",
        "Mon 17 May 2027 (09:30-17:30); Tue 18 May 2027 (09:30-17:30); 20 May 2027 (9:30-17:30)",
        *("17, 18, 20 May", "17, 18 and 20 May", "17 & 18 May, 20 May", "May 17, 18, 20"),
        *("May 17, 18 and 20, 2027", "5月17、18、20日", "5月17日、18日、20日", "17/18/20 May"),
        "Mon 17 May 9:30am - 5:30pm; Tue 18 May 9am-5pm; 20 May (full day)",
        *("17-18 May, 20 May", "May 17-18, May 20", "5月17至18日；5月20日"),
        "2021-05-17 09:30; 2021-05-18 09:30; 2021-05-20 09:30",
        *("17th, 18th and 20th May", "17 May (0930-1730); 18 May (0930-1730);20 May"),
        "17 May 2027, 09:30–17:30; 18 May 2027, 09:30–17:30; 20 May 2027, 09:30–17:30",
        "Mon 17, Tue 18, Thu 20 May",
        "5月17日(09:30-17:30), 5月18日(09:30-17:30), 5月20日(09:30-17:30)",
        "17, 18, 20 May 2027",
    ],
)
def test_a_list_of_days_is_read_in_any_of_its_forms(text: str) -> None:
    assert parse_days(text) == ((MonthDay(5, 17), MonthDay(5, 18), MonthDay(5, 20)), ())


def test_pieces_that_are_not_days_are_handed_back() -> None:
    assert parse_days("Mon 17 May; perhaps; 31 Feb; 5/6; ") == (
        (MonthDay(5, 17),),
        ("perhaps", "31 Feb", "5/6"),
    )


@pytest.mark.parametrize(
    ("text", "days", "unread"),
    [
        ("17 May, 18, 20", [(5, 17)], ("18", "20")),  # of May, or of a month that was forgotten
        ("17 May, 18, 20 June", [(5, 17), (6, 18), (6, 20)], ()),
        ("17, 18", [], ("17", "18")),
        ("17 May (morning only)", [], ("17 May (morning only)",)),
        ("30, 31 April", [], ("31 April", "30")),
    ],
)
def test_a_number_without_a_month_is_not_given_one(
    text: str, days: list[tuple[int, int]], unread: tuple[str, ...]
) -> None:
    assert parse_days(text) == (tuple(MonthDay(*day) for day in days), unread)


def test_no_answer_is_no_day() -> None:
    assert parse_days("") == ((), ())


def test_days_are_found_among_the_dates_of_a_cohort() -> None:
    dates = (date(2021, 5, 17), date(2021, 5, 18), date(2021, 5, 20))

    assert days_among((MonthDay(5, 20), MonthDay(5, 17), MonthDay(6, 1)), dates) == (
        date(2021, 5, 17),
        date(2021, 5, 20),
    )


@pytest.mark.parametrize(
    "text",
    [
        "2021/04/01 9:47:02 GMT+8",
        "2021/04/01 9:47:02 AM GMT+8",
        "2021/4/1 上午 9:47:02",
        "2021-04-01T01:47:02Z",
        "2021-04-01T09:47:02.000+08:00",
        "2021-04-01 09:47:02",
        "2021-04-01 09:47:02 HKT",
        "2021/03/31 8:47:02 PM GMT-5",
        "2021年4月1日 09:47:02",
        "2021/04/01 9:47:02 上午 [GMT+8]",
        "2021/04/01 9:47:02 上午 GMT+8",
        "2021/03/31 8:47:02 下午 [GMT-5]",
    ],
)
def test_an_instant_is_read_in_any_of_its_forms(text: str) -> None:
    read = parse_time(text)

    assert read is not None
    assert read.astimezone(UTC) == datetime(2021, 4, 1, 1, 47, 2, tzinfo=UTC)


def test_noon_and_midnight_are_told_apart() -> None:
    assert parse_time("2021/04/01 12:05 AM") == datetime(2021, 4, 1, 0, 5, tzinfo=HONG_KONG)
    assert parse_time("2021/04/01 下午 12:05") == datetime(2021, 4, 1, 12, 5, tzinfo=HONG_KONG)


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2021/04/01", "9:47", "2021/02/30 9:47", "2021/04/01 25:00"),
        *("2021/04/01 13:00 PM", "4/5/2021 9:47", "2021/04/01 9:47 GMT+99", "2021/04/01 9:61"),
    ],
)
def test_what_is_not_one_certain_instant_is_none(text: str) -> None:
    assert parse_time(text) is None


@given(st.text(alphabet="0123456789/-:.,; 年月日十May月MonTGZ+\n٣²", max_size=40))
def test_no_text_makes_a_reading_fail(text: str) -> None:
    month, time = parse_month(text), parse_time(text)
    days, _ = parse_days(text)

    assert month is None or month.day == 1
    assert time is None or time.tzinfo is not None
    assert list(days) == sorted(set(days))
