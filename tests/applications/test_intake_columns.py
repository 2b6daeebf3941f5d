"""Headings in any order, wording and language find their fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.intake.columns import (
    LABELS,
    REQUIRED,
    Column,
    Field,
    ambiguous_fields,
    field_of,
    map_columns,
    suggest_columns,
)
from applications.intake.faults import UnreadableFile

ENGLISH = {
    "Email": Field.EMAIL,
    "Your university e-mail address": Field.EMAIL,
    "Family name (in English)": Field.SURNAME_EN,
    "Last Name": Field.SURNAME_EN,
    "First name(s)": Field.GIVEN_EN,
    "First name": Field.GIVEN_EN,
    "Given name(s)": Field.GIVEN_EN,
    "Name in Chinese": Field.NAME_ZH,
    "WhatsApp / phone no.": Field.MOBILE,
    "University or college": Field.INSTITUTION,
    "Which school do you attend?": Field.INSTITUTION,
    "Major": Field.PROGRAMME_OF_STUDY,
    "Degree programme": Field.PROGRAMME_OF_STUDY,
    "Degree level": Field.LEVEL,
    "Student or graduate?": Field.STATUS,
    "Current status": Field.STATUS,
    "When will you complete your degree?": Field.COMPLETION,
    "Graduation month": Field.COMPLETION,
    "Rate your Python, 0 to 5": Field.PYTHON_RATING,
    "Which track?": Field.TRACK,
    "Availability": Field.AVAILABLE_DAYS,
    "Which days of the programme are you able to attend?": Field.AVAILABLE_DAYS,
    "Why do you want to join the programme?": Field.MOTIVATION,
    "Language": Field.LANGUAGE,
    "How did you hear about this programme?": Field.SOURCE,
    "Submitted at": Field.SUBMITTED_AT,
    "Honor Code": Field.HONOUR_CODE,
    "Personal data collection statement": Field.PRIVACY_NOTICE,
    "T-shirt": None,
    "Full name": None,
    "": None,
}
CHINESE = {
    "時間戳記": Field.SUBMITTED_AT,
    "電郵地址": Field.EMAIL,
    "英文姓氏（與證書相同）": Field.SURNAME_EN,
    "英文名字": Field.GIVEN_EN,
    "姓": Field.SURNAME_EN,
    "名": Field.GIVEN_EN,
    "英文姓名": None,
    "中文姓名": Field.NAME_ZH,
    "手提電話": Field.MOBILE,
    "就讀院校": Field.INSTITUTION,
    "課程名稱": Field.PROGRAMME_OF_STUDY,
    "课程名称": Field.PROGRAMME_OF_STUDY,
    "修讀程度": Field.LEVEL,
    "你的身份": Field.STATUS,
    "預計或實際畢業年月": Field.COMPLETION,
    "畢業時間": Field.COMPLETION,
    "你對 Python 的認識（0-5）": Field.PYTHON_RATING,
    "專題方向": Field.TRACK,
    "可出席的日子": Field.AVAILABLE_DAYS,
    "你為什麼報讀本課程？": Field.MOTIVATION,
    "首選語言": Field.LANGUAGE,
    "你從何得知本計劃？": Field.SOURCE,
    "我接受誠信守則": Field.HONOUR_CODE,
    "我已阅读隐私声明": Field.PRIVACY_NOTICE,
}


@pytest.mark.parametrize(("heading", "field"), [*ENGLISH.items(), *CHINESE.items()])
def test_a_heading_is_known_by_its_words(heading: str, field: Field | None) -> None:
    assert field_of(heading) == field


@pytest.mark.parametrize(("field", "label"), LABELS.items())
def test_our_own_labels_are_known(field: Field, label: str) -> None:
    assert field_of(label) == field


HEADINGS = ["Email", "Surname", "Status", "Completion", "Honour code", "Privacy notice"]


@given(st.permutations([*HEADINGS, "Mobile", "T-shirt"]))
def test_the_order_of_the_columns_does_not_matter(headings: list[str]) -> None:
    columns = map_columns(headings, row=1)

    assert {column.header: column.field for column in columns} == {
        **dict(zip(HEADINGS, REQUIRED, strict=True)),
        "Mobile": Field.MOBILE,
        "T-shirt": None,
    }
    assert [column.index for column in columns] == list(range(8))


def test_a_confirmation_does_not_take_the_place_of_the_question() -> None:
    columns = map_columns(["Please confirm your email", *HEADINGS], row=1)

    assert [column.index for column in columns if column.field == Field.EMAIL] == [1]


def test_a_consent_to_something_else_does_not_take_the_place_of_the_privacy_notice() -> None:
    columns = map_columns(["Personal data ads", *HEADINGS], row=1)

    assert columns[0] == Column(0, "Personal data ads", None)


def test_empty_headings_at_the_end_are_no_columns() -> None:
    assert len(map_columns([*HEADINGS, "", " "], row=1)) == 6


def test_every_missing_column_is_named_at_one_go() -> None:
    with pytest.raises(UnreadableFile) as caught:
        map_columns(HEADINGS[:4], row=3)

    assert caught.value.fault.row == 3
    assert caught.value.fault.kind == "missing_column"
    assert caught.value.fault.message == (
        "There is no column for “Honour code”. There is no column for “Privacy notice”."
    )


def test_two_columns_of_one_heading_are_not_chosen_between() -> None:
    with pytest.raises(UnreadableFile) as caught:
        map_columns([*HEADINGS, "E-mail", "email"], row=1)

    assert caught.value.fault.kind == "repeated_column"


def test_a_row_of_other_things_is_no_header() -> None:
    with pytest.raises(UnreadableFile) as caught:
        map_columns(["1", "2", "3"], row=1)

    assert caught.value.fault.kind == "missing_header"


def test_what_a_person_chose_goes_before_the_wording() -> None:
    columns = map_columns(
        ["Contact", *HEADINGS, "Email"],
        row=1,
        chosen={0: Field.EMAIL, 2: None, 7: Field.SURNAME_EN},
    )

    assert [column.field for column in columns] == [
        Field.EMAIL,
        None,
        None,
        *REQUIRED[2:],
        Field.SURNAME_EN,
    ]


@pytest.mark.parametrize(
    ("headings", "field"),
    [
        (["E-mail", "Emergency contact email"], Field.EMAIL),
        (["電郵地址", "緊急聯絡人 email"], Field.EMAIL),
        (["電郵", "家长邮箱", "導師電郵"], Field.EMAIL),
        (["E-mail", "Supervisor email"], Field.EMAIL),
        (["Email", "May we email you about other programmes?"], Field.EMAIL),
        (["Email", "E-mail (again)", "Alternative e-mail"], Field.EMAIL),
        (["Phone number", "Emergency contact mobile"], Field.MOBILE),
        (["手機", "緊急聯絡電話"], Field.MOBILE),
        (["Mobile", "Next of kin: telephone", "Home phone"], Field.MOBILE),
        (["Last name", "Referee's surname", "Preferred surname"], Field.SURNAME_EN),
        (["姓氏（英文）", "姓氏（中文）"], Field.SURNAME_EN),
        (["中文姓名", "監護人中文姓名"], Field.NAME_ZH),
        (["I have read the privacy notice", "Parent: read the privacy notice"], "privacy_notice"),
    ],
)
def test_what_is_asked_about_somebody_else_is_nobodys_answer(
    headings: list[str], field: Field
) -> None:
    for order in (headings, headings[::-1]):
        held = {column.header: column.field for column in suggest_columns(order)}

        assert held == dict.fromkeys(headings) | {headings[0]: field}


def test_a_question_that_only_speaks_of_others_is_still_the_question() -> None:
    assert field_of("How did you hear of us (teacher, friend, …)?") == Field.SOURCE
    assert field_of("Why did your supervisor recommend us?") == Field.MOTIVATION


@pytest.mark.parametrize(
    ("two", "field"),
    [
        (["Work email", "Personal email"], Field.EMAIL),
        (["Phone", "Contact number"], Field.MOBILE),
        (["Last name", "Family name"], Field.SURNAME_EN),
        (["Given names", "First name"], Field.GIVEN_EN),
    ],
)
def test_of_two_with_the_same_right_none_is_taken_and_a_person_is_asked(
    two: list[str], field: Field
) -> None:
    headings = [heading for heading in HEADINGS if field_of(heading) != field] + two

    assert list(ambiguous_fields(headings)) == [field]
    assert field not in {column.field for column in suggest_columns(headings)}
    with pytest.raises(UnreadableFile) as caught:
        map_columns(headings, row=1)
    assert caught.value.fault.message == (
        f"More than one column could be “{LABELS[field]}”: “{two[0]}”, “{two[1]}”. "
        "Say which one is meant."
    )
    columns = map_columns(headings, row=1, chosen={len(headings) - 1: field})
    assert [column.header for column in columns if column.field == field] == [two[1]]


def test_an_ambiguity_is_gone_when_all_but_one_are_left_out() -> None:
    headings = [*HEADINGS, "Mobile", "Phone"]

    columns = map_columns(headings, row=1, chosen={6: None})

    assert [column.header for column in columns if column.field == Field.MOBILE] == ["Phone"]
