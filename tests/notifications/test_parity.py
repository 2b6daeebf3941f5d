"""What stands in one language and not in the other is found, in whatever form it is written."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.parity import Fact, What, compare, facts_of

NUMERALS = "零一二三四五六七八九"
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
Pair = tuple[Fact, str, str]
"""A fact (said as the English says it), and how each language says it."""


def chinese(number: int) -> str:
    """Below a hundred, as it is spoken."""
    tens, ones = divmod(number, 10)
    front = ("" if tens == 1 else NUMERALS[tens]) + "十" if tens else ""
    return front + (NUMERALS[ones] if ones or not tens else "")


@st.composite
def dates(draw: st.DrawFn) -> Pair:
    on = draw(st.dates(date(2024, 1, 1), date(2031, 12, 31)))
    english = draw(
        st.sampled_from(
            [
                f"{on.day} {on:%B} {on.year}",
                f"{on.day} {on:%b} {on.year}",
                f"{on:%B} {on.day}, {on.year}",
                f"{on.day}th of {on:%B} {on.year}",
                on.isoformat(),
                f"{on.day}/{on.month}/{on.year}",
            ]
        )
    )
    digits = "".join(NUMERALS[int(one)] for one in str(on.year)).replace("零", "〇")
    other = draw(
        st.sampled_from(
            [
                f"{on.year}年{on.month}月{on.day}日",
                f"{on.year} 年 {on.month} 月 {on.day} 日",
                f"{digits}年{chinese(on.month)}月{chinese(on.day)}日",
                f"{on.month}月{on.day}日",
                on.isoformat(),
            ]
        )
    )
    value = (str(on.year), str(on.month), str(on.day))
    return Fact(What.DATE, value, english), english, other


@st.composite
def times(draw: st.DrawFn) -> Pair:
    at = draw(st.times().map(lambda one: time(one.hour, one.minute)))
    half, twelve = ("am", "上午") if at.hour < 12 else ("pm", "下午"), at.hour % 12 or 12
    english = draw(
        st.sampled_from(
            [f"{at:%H:%M}", f"{twelve}:{at:%M} {half[0]}", f"{twelve}.{at:%M}{half[0]}"]
        )
    )
    spoken = f"{half[1]}{chinese(twelve)}時"
    other = draw(
        st.sampled_from(
            [
                f"{at:%H:%M}",
                f"{at.hour}時{at.minute}分",
                f"{half[1]}{twelve}時{at.minute:02}分",
                f"{half[1]}{twelve}:{at:%M}",
                spoken + {0: "正", 30: "半"}.get(at.minute, f"{chinese(at.minute)}分"),
            ]
        )
    )
    return Fact(What.TIME, (f"{at.hour}:{at.minute:02}",), english), english, other


@st.composite
def numbers(draw: st.DrawFn) -> Pair:
    number = draw(st.integers(0, 3_000_000))
    forms = [str(number), f"{number:,}"]
    others = [*forms, chinese(number)] if number < 100 else list(forms)
    if number % 10_000 == 0 and number:
        others.append(f"{number // 10_000}萬")
    english = draw(st.sampled_from(forms))
    return Fact(What.NUMBER, (str(number),), english), english, draw(st.sampled_from(others))


@st.composite
def links(draw: st.DrawFn) -> Pair:
    path = draw(st.text("abcdefghij-/", min_size=1, max_size=9))
    link = f"https://dtt.example/{path}x"
    return Fact(What.LINK, (link,), link), link, link


@st.composite
def filled_in(draw: st.DrawFn) -> Pair:
    path = draw(st.from_regex(r"[a-z]{2,6}\.[a-z]{2,6}(\|day)?", fullmatch=True))
    english = draw(st.sampled_from([f"{{{{ {path} }}}}", f"{{{{{path}}}}}"]))
    return Fact(What.FILLED_IN, (path,), english), english, f"{{{{ {path} }}}}"


@st.composite
def weekdays(draw: st.DrawFn) -> Pair:
    number = draw(st.integers(0, 6))
    english = draw(st.sampled_from([DAYS[number], DAYS[number][:3]]))
    said = draw(st.sampled_from(["星期{}", "週{}", "（{}）"])).format("一二三四五六日"[number])
    return Fact(What.WEEKDAY, (DAYS[number][:3],), english), english, said


facts = st.lists(
    st.one_of(dates(), times(), numbers(), links(), filled_in(), weekdays()),
    max_size=6,
    unique_by=lambda one: (one[0].what, one[0].value[-2:]),
)


def text(said: list[str], between: str) -> str:
    return "".join(f"{between} {one} {between}" for one in said)


@given(facts, st.randoms())
def test_what_both_say_is_no_difference_whatever_its_form_and_order(
    pairs: list[Pair], chance: object
) -> None:
    english = text([one for _fact, one, _other in pairs], "we meet")
    others = [other for _fact, _one, other in pairs]
    chance.shuffle(others)  # type: ignore[attr-defined]

    assert compare(english, text(others, "，見面")) == ([], [])


@given(facts.filter(bool), st.data())
def test_what_the_other_lacks_is_all_that_is_found(pairs: list[Pair], data: st.DataObject) -> None:
    left_out = data.draw(st.integers(0, len(pairs) - 1))
    english = text([one for _fact, one, _other in pairs], "we meet")
    others = [other for number, (_f, _o, other) in enumerate(pairs) if number != left_out]

    assert compare(english, text(others, "，見面")) == ([pairs[left_out][0]], [])


@given(st.text(), st.text())
def test_any_two_texts_are_compared_and_neither_comes_first(one: str, other: str) -> None:
    first, second = compare(one, other)

    assert compare(other, one) == (second, first)


@given(st.one_of(st.text(), st.text("0123456789年月日時:./-,{}% MaypmFri（）一十百半分六")))
def test_a_text_says_the_same_as_itself(one: str) -> None:
    assert compare(one, one) == ([], [])
    assert {(each.what, each.value) for each in compare(one, "")[0]} == {
        (each.what, each.value) for each in facts_of(one)
    }


@pytest.mark.parametrize(
    ("english", "other"),
    [
        ("It is room 6.", "是六號課室。"),
        ("Six of you get 20,000 dollars.", "你們 6 位獲發 2 萬元。"),
        ("Reply within 3 days, 72 hours at most.", "請於三天內回覆，最多七十二小時。"),
        ("14–16 May 2027", "2027年5月14日至16日"),
        ("May 14 and 16", "五月十四及十六日"),
        ("Fri 14 May 2027, 23:59 HKT (UTC+8)", "2027年5月14日（五），23:59（香港時間）"),
        ("noon on 1 June", "6月1日正午"),
        ("12 am, 12 pm, 12:30 am", "上午12時、中午12時、凌晨十二時半"),
        ("You may come in March 2027.", "你可於 2027 年 3 月前來。"),
        ("Write to help@dtt.example.", "請電郵至 help@dtt.example。"),
        ("See https://dtt.example/a.", "請看 https://dtt.example/a。"),
        ("{% if band %}{{ band }}{% else %}none{% endif %}", "{% if band %}{{band}}{% endif %}"),
        ("For a moment we were not sure.", "我們一時未能確定，一些人也一樣。"),
        ("First, the second of us.", "第一，我們的第二位。"),
    ],
)
def test_these_say_the_same(english: str, other: str) -> None:
    assert compare(english, other) == ([], [])


@pytest.mark.parametrize(
    ("english", "other", "first", "second"),
    [
        ("by 14 May 2027", "2027年5月15日前", ["14 May 2027"], ["2027年5月15日"]),
        ("14 May 2027", "2026年5月14日", ["14 May 2027"], ["2026年5月14日"]),
        ("at 3 pm", "上午3時", ["3 pm"], ["上午3時"]),
        ("within 7 days", "十四天內", ["7"], []),
        ("within seven days", "14 天內", [], ["14"]),
        ("{{ date|instant }}", "{{ date|day }}", ["{{ date|instant }}"], ["{{ date|day }}"]),
        (
            "{% if a %}x{% endif %}",
            "{% if not a %}x{% endif %}",
            ["{% if a %}"],
            ["{% if not a %}"],
        ),
        (
            "https://dtt.example/a",
            "https://dtt.example/b",
            *([f"https://dtt.example/{x}"] for x in "ab"),
        ),
        ("Friday", "星期六", ["Friday"], ["星期六"]),
        ("5 and 5", "", ["5"], []),
    ],
)
def test_these_do_not(english: str, other: str, first: list[str], second: list[str]) -> None:
    found = compare(english, other)

    assert tuple([one.said for one in side] for side in found) == (first, second)
