"""Who is a student, who a graduate, and whom staff have to ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.intake.statuses import parse_status, says_neither


@pytest.mark.parametrize(
    "text",
    [
        *("I am a current student", "Postgraduate student", "Undergraduate", "在读学生"),
        *("非本地學生", "I will graduate in 2027", "Expected to graduate in June", "即將畢業"),
        *("將於六月畢業", "準畢業生", "Graduated from HD, now a BSc student"),
        *("Undergraduate (year 4), graduated from IVE", "未畢業", "在學（未畢業）"),
        *("I have not graduated yet", "Final year student (not yet graduated)"),
        *("Post-secondary student", "Undergrad", "PhD candidate"),
        *("Part-time student, not working", "尚未畢業", "Graduating in 2027"),
        *("Graduate student", "I am about to graduate", "Soon to graduate"),
        *("Not graduated", "Yet to graduate", "大學生", "研究生", "博士生", "Year 3", "仍未畢業"),
        *("明年畢業", "預計2027年畢業", "I'm graduating this summer", "Have not graduated"),
        *("Current undergraduate student", "PhD student", "Exchange student", "已畢業，現就讀碩士"),
        *("I graduated in 2022 and am currently studying a master's degree", "在學", "未畢业"),
        *("即将毕业", "Expected graduation: 2027", "應屆準畢業生", "大四學生", "Full-time student"),
        *("University student", "I am still a student", "Student - will graduate in May"),
        *("在校生", "會於2027年畢業", "current postgraduate", "hoping to graduate in July"),
    ],
)
def test_who_studies_or_has_not_graduated_yet_is_a_student(text: str) -> None:
    assert (parse_status(text), says_neither(text)) == ("student", False)


@pytest.mark.parametrize(
    "text",
    [
        *("I have graduated", "I have graduated (undergraduate degree)", "Fresh graduate"),
        *("應屆畢業生", "已毕业", "Fresh grad", "Graduate", "Graduated in 2024", "Alumni", "校友"),
        *("已畢業", "畢業於香港大學", "Recent graduate", "Degree holder"),
        "I have graduated and am not currently studying",
        *("Not a student, graduated in 2024", "PhD graduate", "I am a graduate", "畢業生"),
        *("大學畢業生", "I completed my degree", "Graduate (2024)", "已於2024年畢業"),
        *("I graduated last year", "Graduated student", "Graduated, now working"),
        *("University graduate", "I am no longer a student; I have graduated", "已經畢業"),
        "Former student (graduated)",
    ],
)
def test_who_has_graduated_is_a_graduate(text: str) -> None:
    assert (parse_status(text), says_neither(text)) == ("graduate", False)


@pytest.mark.parametrize(
    "text",
    [
        *("I am in secondary school", "Secondary school student", "中學生", "Neither"),
        *("中學未畢業", "Form 6 student", "secondary school graduate", "None of the above"),
        *("兩者皆非", "高中生", "S.6", "Not a student or graduate"),
        *("Neither a student nor a graduate", "F.5 student", "不是學生也不是畢業生", "中六學生"),
    ],
)
def test_who_is_at_school_or_says_so_is_neither(text: str) -> None:
    assert (parse_status(text), says_neither(text)) == (None, True)


@pytest.mark.parametrize(
    "text",
    [
        *("I am not a student", "", "Working adult", "Employed", "Graduate in 2027"),
        *("dropped out of university", "2027年畢業", "今年畢業", "Teacher", "肄業"),
        *("Student (graduated from secondary school)", "Secondary school teacher", "n/a"),
    ],
)
def test_what_is_not_clear_is_left_to_staff(text: str) -> None:
    assert (parse_status(text), says_neither(text)) == (None, False)


@given(st.text())
def test_no_text_makes_a_reading_fail(text: str) -> None:
    assert parse_status(text) is None or not says_neither(text)
