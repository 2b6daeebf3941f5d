"""One cell at a time: what is understood, and what is left alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.intake.values import (
    clean_line,
    clean_text,
    parse_email,
    parse_language,
    parse_level,
    parse_phone,
    parse_rating,
    parse_track,
)


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("chan.tai@example.hk", "chan.tai@example.hk"),
        ("  CHAN.Tai@Example.HK\t", "chan.tai@example.hk"),
        ("\u00a0chan@example.hk\u200b", "chan@example.hk"),
        ("ｃｈａｎ＠example.hk", "chan@example.hk"),
        ("o'neil+dtt@mail.example.com", "o'neil+dtt@mail.example.com"),
        ("", None),
        ("me@", None),
        ("not-an-email", None),
        ("a b@c.hk", None),
        ("a@b", None),
        ("a@b..hk", None),
        (".a@b.hk", None),
        ("a..b@c.hk", None),
        ("a@-b.hk", None),
        ("a@1.2.3.4", None),
        ("a@b.hk, c@d.hk", None),
        ("Chan <chan@example.hk>", None),
        (f"{'a' * 65}@example.hk", None),
    ],
)
def test_an_address_is_put_in_order_or_refused(text: str, email: str | None) -> None:
    assert parse_email(text) == email


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("98921074", "+85298921074"),
        ("6598 0272", "+85265980272"),
        ("(852) 98921074", "+85298921074"),
        ("852-56682630", "+85256682630"),
        ("+852 9258 6786", "+85292586786"),
        ("00852 9258 6786", "+85292586786"),
        ("＋８５２　９２５８　６７８６", "+85292586786"),
        ("'98921074", "+85298921074"),
        ("98921074.0", "+85298921074"),
        ("138 0013 8000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("(138) 0013 8000", "+8613800138000"),
        ("1-415-555-0100", None),
        ("1 (415) 555-0100", None),
        ("1 604 555 0123", None),
        ("1.778.555.0123", None),
        ("1 800 555 0199", None),
        ("188 555 01234", None),
        ("14155550100", None),
        ("+1 604 555 0123", "+16045550123"),
        ("001 415 555 0100", "+14155550100"),
        ("001 44 20 7946 0958", None),
        ("+853 6612 3456", "+85366123456"),
        ("853 6612 3456", "+85366123456"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("", None),
        ("ask me", None),
        ("9892107", None),
        ("12345678", None),
        ("+852 9258 678", None),
        ("+0852 9258 6786", None),
        ("8.52E+10", None),
        ("9892 1074 / 9258 6786", None),
        ("٩٨٩٢١٠٧٤", None),
    ],
)
def test_a_telephone_number_becomes_e164_or_nothing(text: str, number: str | None) -> None:
    assert parse_phone(text) == number


@given(st.text(alphabet="+0123456789 ()-.'٣", max_size=20))
def test_a_number_once_read_is_read_the_same_again(text: str) -> None:
    number = parse_phone(text)

    assert number is None or parse_phone(number) == number


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        *(("0", 0), ("5", 5), ("３", 3), ("4.0", 4), ("4/5", 4), ("4 - I write modules", 4)),
        *(("2（會一點）", 2), ("", None), ("6", None), ("-1", None), ("3.5", None), ("4-5", None)),
        *(("45", None), ("good", None)),
    ],
)
def test_a_rating_is_a_whole_number_from_0_to_5(text: str, rating: int | None) -> None:
    assert parse_rating(text) == rating


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Higher Diploma / Associate Degree", "sub_degree"),
        ("高级文凭", "sub_degree"),
        ("副学士", "sub_degree"),
        ("Bachelor", "bachelor"),
        ("Bachelor’s degree", "bachelor"),
        ("学士", "bachelor"),
        ("Taught Master", "taught_master"),
        ("MSc", "taught_master"),
        ("授課式碩士", "taught_master"),
        ("Postgraduate Diploma", "taught_master"),
        ("Research Master / PhD", "research"),
        ("Master of Philosophy", "research"),
        ("Research postgraduate", "research"),
        ("博士", "research"),
        ("Bachelor (Research stream)", "bachelor"),
        ("Undergraduate research student", "bachelor"),
        ("MSc (with a research project)", "taught_master"),
        *(("B.Sc.", "bachelor"), ("B.Eng", "bachelor"), ("LLB", "bachelor"), ("B.A.", "bachelor")),
        *(("M.Sc.", "taught_master"), ("LL.M.", "taught_master"), ("MRes", "research")),
        *(("M.Phil.", "research"), ("Ph.D.", "research"), ("H.D.", "sub_degree")),
        ("Other", "other"),
        ("其他", "other"),
        ("Shipmaster’s ticket", None),
        ("", None),
    ],
)
def test_a_level_is_known_by_its_words(text: str, level: str | None) -> None:
    assert parse_level(text) == level


@pytest.mark.parametrize(
    ("text", "track"),
    [
        *(("Computer vision", "vision"), ("電腦視覺", "vision"), ("计算机视觉", "vision")),
        *(("Data science", "data_science"), ("数据科学", "data_science")),
        *(("Not decided yet", "undecided"), ("未決定", "undecided"), ("Robotics", None)),
    ],
)
def test_a_track_is_known_by_its_words(text: str, track: str | None) -> None:
    assert parse_track(text) == track


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *(("English", "en"), ("英文", "en"), ("繁體中文", "zh-hant"), ("Chinese", "zh-hant")),
        *(("简体中文", "zh-hans"), ("Chinese (Simplified)", "zh-hans"), ("zh-CN", "zh-hans")),
        *(("Français", None), ("", None)),
    ],
)
def test_a_language_is_known_in_itself_and_in_the_other(text: str, language: str | None) -> None:
    assert parse_language(text) == language


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  LAM   CHENG ", "LAM CHENG"),
        ("O'Connor", "O'Connor"),
        ("García-Márquez", "García-Márquez"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("李志堃", "李志堃"),
        ("陳\u3000大文", "陳 大文"),
        ("\u202eNAHC\u202c", "NAHC"),
        ("CH\x07AN\u200b", "CHAN"),
        ("van der BERG\nJan", "van der BERG Jan"),
    ],
)
def test_a_name_keeps_its_letters_and_loses_only_what_nobody_sees(text: str, name: str) -> None:
    assert clean_line(text) == name


def test_an_answer_of_several_lines_keeps_its_lines() -> None:
    assert clean_text(" one\r\ntwo\rthree\x00\u202e ") == "one\ntwo\nthree"


@given(st.text())
def test_a_cleaned_line_is_one_normalised_line_and_cleaning_it_again_changes_nothing(
    text: str,
) -> None:
    line = clean_line(text)

    assert "\n" not in line
    assert line == line.strip()
    assert unicodedata.is_normalized("NFC", line)
    assert clean_line(line) == line


@given(st.text())
def test_no_text_makes_a_reading_fail(text: str) -> None:
    for parse in (parse_email, parse_phone, parse_rating, parse_level):
        parse(text)
    assert parse_email(text) in {None, text.strip().lower(), parse_email(text)}
