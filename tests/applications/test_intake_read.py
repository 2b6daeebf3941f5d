"""A whole export: every row is kept or named with its reason, and nothing is ever raised."""

import csv
import io
import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.intake import (
    ApplicantRow,
    Field,
    Finding,
    Intake,
    Kind,
    Row,
    RowFault,
    open_table,
    read,
    read_rows,
)
from applications.intake.dates import HONG_KONG, MonthDay
from applications.intake.faults import MESSAGES
from applications.intake.layouts import names_of
from applications.intake.statuses import Status
from applications.intake.values import Language, Level, Track

SHARED = Path(__file__).parents[3] / "shared" / "data"

ROW = {
    "Timestamp": "2021/04/01 9:47:02 GMT+8",
    "Email Address": "tai.man@example.hk",
    "Surname": "CHAN",
    "Given names": "Tai Man Peter",
    "Chinese name": "陳大文",
    "Mobile phone": "9892 1074",
    "Institution": "理大",
    "Programme of study": "Fine Arts",
    "Level of study": "Bachelor",
    "Which describes you?": "I am a current student",
    "Completion": "2022-06",
    "Python (0-5)": "2",
    "Track": "Data science",
    "Days you can attend": "Mon 17 May; Tue 18 May",
    "Why this programme?": 'One\ntwo, "three"',
    "Preferred language": "繁體中文",
    "How did you hear of us?": "Friend",
    "I accept the honour code": "Yes",
    "I have read the privacy notice": "Yes",
}
CHINESE_HEADER = (
    "時間戳記,電郵地址,英文姓氏,英文名字,中文姓名,手提電話,就讀院校,課程名稱,修讀程度,你的身份,"
    "畢業年月,Python 程度,專題方向,可出席日子,為何參加,語言,從何得知,接受誠信守則,已閱讀私隱聲明"
)
APPLICANT = ApplicantRow(
    email="tai.man@example.hk",
    surname_en="CHAN",
    given_en="Tai Man Peter",
    name_zh="陳大文",
    mobile="+85298921074",
    institution="PolyU",
    institution_other="",
    programme_of_study="Fine Arts",
    level=Level.BACHELOR,
    status=Status.STUDENT,
    completion=date(2022, 6, 1),
    python_rating=2,
    track=Track.DATA_SCIENCE,
    available_days=(MonthDay(5, 17), MonthDay(5, 18)),
    motivation='One\ntwo, "three"',
    language=Language.TRADITIONAL_CHINESE,
    source="Friend",
    submitted_at=datetime(2021, 4, 1, 9, 47, 2, tzinfo=HONG_KONG),
    honour_code=True,
    privacy_notice=True,
)


def export(*rows: dict[str, str], delimiter: str = ",", headings: list[str] | None = None) -> str:
    """Write rows as a web form would; a row says only what differs from `ROW`."""
    text = io.StringIO()
    writer = csv.DictWriter(text, headings or list(ROW), delimiter=delimiter)
    writer.writeheader()
    writer.writerows({**ROW, **row} for row in rows)
    return text.getvalue()


def outcome(intake: Intake) -> list[tuple[int, str]]:
    """Every row of an intake with what became of it."""
    kept = [(row.number, "ok") for row in intake.rows]
    return sorted(kept + [(fault.row, fault.kind.value) for fault in intake.faults])


@pytest.fixture(scope="module")
def shared_export() -> tuple[bytes, dict]:
    path = SHARED / "applications-export.csv"
    if not path.exists():
        pytest.skip("../shared/data/applications-export.csv is not here")
    return path.read_bytes(), json.loads(path.with_suffix(".expected.json").read_text())


def test_the_shared_export_has_exactly_the_faults_that_are_in_it(
    shared_export: tuple[bytes, dict],
) -> None:
    data, expected = shared_export

    intake = read(data)

    kinds = Counter(kind for _, kind in outcome(intake))
    assert dict(kinds) == expected["rows_by_kind"]
    assert (intake.data_rows, len(intake.rows)) == (expected["data_rows"], expected["people"])
    assert intake.encoding == expected["encoding"]
    assert {column.field for column in intake.columns} == set(Field)
    assert [row.warnings for row in intake.rows if row.warnings] == []


def test_every_row_of_the_shared_export_is_in_one_place(shared_export: tuple[bytes, dict]) -> None:
    intake = read(shared_export[0])

    assert [row for row, _ in outcome(intake)] == list(range(2, 1519))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "big5hkscs"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_row_is_read_the_same_in_every_encoding_and_form(encoding: str, delimiter: str) -> None:
    intake = read(export({}, delimiter=delimiter).encode(encoding))

    assert intake.rows == (Row(2, APPLICANT),)
    assert intake.faults == ()


@given(st.permutations(list(ROW)))
def test_a_row_is_read_the_same_in_every_order_of_columns(headings: list[str]) -> None:
    assert read(export({}, headings=headings).encode()).rows == (Row(2, APPLICANT),)


def test_a_row_is_read_under_a_chinese_header() -> None:
    cells = (
        "2021-04-01 09:47:02,tai.man@example.hk,CHAN,Tai Man Peter,陳大文,98921074,理大,Fine Arts,"
        '學士,在學學生,2022年6月,2,數據科學,5月17日、5月18日,"One\ntwo, ""three""",繁體中文,Friend,'
        "是,是"
    )

    assert read(f"{CHINESE_HEADER}\n{cells}\n".encode("big5hkscs")).rows == (Row(2, APPLICANT),)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"Email Address": " "}, "missing_email"),
        ({"Email Address": "me@"}, "invalid_email"),
        ({"Surname": " ", "Given names": "\u200b"}, "missing_name"),
        ({"Which describes you?": "I am in secondary school"}, "not_eligible_status"),
        ({"Which describes you?": "Neither"}, "not_eligible_status"),
        ({"Completion": "13/2021"}, "invalid_month"),
        ({"Completion": ""}, "invalid_month"),
        ({"I accept the honour code": ""}, "honour_code_not_accepted"),
        ({"I have read the privacy notice": "No"}, "privacy_notice_not_accepted"),
        ({"Given names": "Tai\0Man"}, "nul_byte"),
        ({"Given names": "x" * 101}, "cell_too_long"),
        ({heading: heading for heading in ROW}, "repeated_header"),
    ],
)
def test_a_row_with_a_fault_is_left_out_and_the_next_is_kept(
    cells: dict[str, str], kind: str
) -> None:
    intake = read(export(cells, {}).encode())

    assert outcome(intake) == [(2, kind), (3, "ok")]


@pytest.mark.parametrize("again", ["TAI.MAN@EXAMPLE.HK", " tai.man@example.hk "])
def test_a_repeated_address_is_left_out_and_names_the_row_that_is_kept(again: str) -> None:
    intake = read(export({}, {"Email Address": again}).encode())

    repeated = {"email": "tai.man@example.hk", "first_row": 2}
    assert intake.rows == (Row(2, APPLICANT),)
    assert intake.faults == (RowFault(3, Finding(Kind.DUPLICATE_EMAIL, repeated)),)


def test_a_row_left_out_does_not_stand_in_the_way_of_the_persons_next() -> None:
    intake = read(export({"Completion": "soon"}, {}, {}).encode())

    assert outcome(intake) == [(2, "invalid_month"), (3, "ok"), (4, "duplicate_email")]


def test_everything_wrong_with_a_row_is_said_at_one_go() -> None:
    (fault,) = read(export({"Email Address": "me@", "Completion": "soon"}).encode()).faults

    assert fault.kind == "invalid_email"
    assert fault.params == {"text": "me@"}
    assert fault.message == (
        "“me@” is not an e-mail address. “soon” is not a month of completion. Write it as 2023-05."
    )


@pytest.mark.parametrize(
    ("cells", "field", "value", "kind"),
    [
        ({"Mobile phone": "ask me"}, "mobile", "", "unreadable_phone"),
        ({"Python (0-5)": "3.5"}, "python_rating", None, "invalid_rating"),
        ({"Python (0-5)": "Beginner"}, "python_rating", None, "invalid_rating"),
        ({"Which describes you?": ""}, "status", None, "unknown_status"),
        ({"Which describes you?": "Working adult"}, "status", None, "unknown_status"),
        ({"Level of study": "Certificate"}, "level", "other", "unknown_level"),
        ({"Track": "Robotics"}, "track", "undecided", "unknown_track"),
        ({"Preferred language": "Latin"}, "language", "en", "unknown_language"),
        ({"Timestamp": "yesterday"}, "submitted_at", None, "unreadable_time"),
        ({"Days you can attend": "none"}, "available_days", (), "unreadable_day"),
        ({"Institution": ""}, "institution", "", "empty_cell"),
        (
            {"Surname": "", "Given names": "Suharto"},
            "surname_en",
            "Suharto",
            "name_in_given_column",
        ),
    ],
)
def test_an_answer_that_can_be_asked_for_again_is_a_warning(
    cells: dict[str, str], field: str, value: object, kind: str
) -> None:
    (row,) = read(export(cells).encode()).rows

    assert getattr(row.values, field) == value
    assert [warning.kind for warning in row.warnings] == [kind]


def test_a_reason_longer_than_the_form_takes_is_kept_and_pointed_out() -> None:
    (row,) = read(export({"Why this programme?": "word " * 151}).encode()).rows

    assert row.values.motivation == ("word " * 151).strip()
    assert [warning.message for warning in row.warnings] == [
        "“Why this programme” has 151 words, more than the 150 of the form; it is kept whole."
    ]


def test_a_single_name_and_answers_left_open_are_no_fault() -> None:
    optional = ["Given names", "Chinese name", "Mobile phone", "Python (0-5)", "Timestamp"]

    (row,) = read(export(dict.fromkeys(optional, "")).encode()).rows

    values = row.values
    assert (values.given_en, values.name_zh, values.mobile) == ("", "", "")
    assert (values.python_rating, values.submitted_at) == (None, None)
    assert row.warnings == ()


def test_an_institution_that_is_not_listed_is_kept_as_written() -> None:
    (row,) = read(export({"Institution": "  Edinburgh  Uni"}).encode()).rows

    assert (row.values.institution, row.values.institution_other) == ("", "Edinburgh Uni")


def test_a_cell_that_looks_like_a_formula_is_kept_as_written() -> None:
    (row,) = read(export({"Why this programme?": "@SUM(A1:A9)"}).encode()).rows

    assert row.values.motivation == "@SUM(A1:A9)"


def test_a_row_of_too_few_or_too_many_cells_is_named_with_its_lines() -> None:
    header, row = export({"Why this programme?": "a\nb"}).split("\r\n", 1)
    data = f"{header}\r\n{row}a,b\r\n{row.strip()},\r\n{row.strip()},x\r\n"

    intake = read(data.encode())

    assert outcome(intake) == [
        (2, "ok"),
        (3, "wrong_number_of_cells"),
        (4, "duplicate_email"),
        (5, "wrong_number_of_cells"),
    ]
    assert intake.faults[0].params == {"line": 4, "last_line": 4, "cells": 2, "expected": 19}
    assert intake.faults[2].params == {"line": 7, "last_line": 8, "cells": 20, "expected": 19}


def test_the_optional_columns_may_be_absent() -> None:
    data = (
        "Email,Surname,Status,Completion,Honour code,Privacy\na@b.hk,LI,student,2022-06,Yes,Yes\n"
    )

    (row,) = read(data.encode()).rows

    assert (row.values.level, row.values.track, row.values.language) == ("other", "undecided", "en")
    assert row.warnings == ()


@pytest.mark.parametrize(
    ("data", "row", "kind"),
    [
        (b"", 0, "empty_file"),
        (b"PK\x03\x04", 0, "damaged_workbook"),
        (b"a\n\xff\xff", 0, "unreadable_file"),
        (b"hello\nworld\n", 1, "missing_header"),
        (b"\nEmail\na@b.hk\n", 2, "missing_column"),
        (export().encode(), 0, "no_rows"),
        ((export({}) + '"open').encode(), 3, "unterminated_quote"),
        (export({}).replace("Given names", "Surname").encode(), 1, "repeated_column"),
        (export({}).replace("Mobile phone", "E-mail address").encode(), 1, "ambiguous_column"),
        (("a," * 1205 + "b\n1\n").encode(), 1, "too_many_columns"),
    ],
)
def test_a_file_that_cannot_be_read_gives_no_rows_and_one_fault(
    data: bytes, row: int, kind: str
) -> None:
    intake = read(data)

    assert intake.refused
    assert (intake.rows, intake.data_rows) == ((), 0)
    assert [(fault.row, fault.kind) for fault in intake.faults] == [(row, kind)]


def test_a_cell_of_a_megabyte_is_the_fault_of_one_row() -> None:
    intake = read(export({"Why this programme?": "x\n" * 2**19}, {"Given names": "B"}).encode())

    assert outcome(intake) == [(2, "cell_too_long"), (3, "ok")]
    assert intake.faults[0].message == (
        "“Why this programme” has 1048575 characters; at most 5000 are accepted."
    )


@pytest.mark.parametrize("cell", ["Given\0 names", "Tai\0Man"])
def test_a_nul_is_named_by_its_column_and_line(cell: str) -> None:
    (fault,) = read(export({"Given names": cell}).encode()).faults

    assert fault.message == "“Given names” contains a NUL character (line 2)."


def test_a_second_row_of_headings_in_other_words_is_named() -> None:
    chinese = dict(zip(ROW, CHINESE_HEADER.split(","), strict=True))

    intake = read(export(chinese, {}).encode())

    assert outcome(intake) == [(2, "repeated_header"), (3, "ok")]


def test_a_person_named_like_a_heading_is_nobody_else() -> None:
    (row,) = read(export({"Surname": "Surname", "Given names": "Given"}).encode()).rows

    assert (row.values.surname_en, row.values.given_en) == ("Surname", "Given")


def test_a_title_above_the_headings_is_passed_over() -> None:
    intake = read(("Applications; of the spring cohort\n\n" + export({})).encode())

    assert intake.rows == (Row(4, APPLICANT),)
    assert intake.delimiter == ","


def test_an_institution_is_found_by_whoever_knows_it() -> None:
    data = export({"Institution": "Night School"}).encode()

    (row,) = read(data, resolve={"Night School": "NS"}.get).rows

    assert (row.values.institution, row.values.institution_other) == ("NS", "")


def test_the_reading_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    rows = ({"Email Address": f"p{n}@b.hk"} for n in range(1001))
    data = export(*rows).replace("One\ntwo", "One").encode()

    read_rows(open_table(data), tell=lambda done, total: told.append((done, total)))

    assert told == [(2, 1002), (502, 1002), (1002, 1002)]


def test_a_person_can_say_what_a_column_holds() -> None:
    data = export({}).replace("Surname", "Nickname").encode()

    assert read(data).faults[0].kind == "missing_column"
    assert read(data, chosen={2: Field.SURNAME_EN}).rows == (Row(2, APPLICANT),)


def test_every_kind_has_a_message() -> None:
    assert set(MESSAGES) == set(Kind)


@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer(data: bytes) -> None:
    intake = read(data)

    assert not intake.refused or len(intake.faults) == 1


@given(st.data())
def test_a_damaged_export_gives_an_answer_with_every_row_in_one_place(data: st.DataObject) -> None:
    text = export({}, {"Email Address": "b@example.hk"}).encode(
        data.draw(st.sampled_from(["utf-8", "utf-16", "big5hkscs"]))
    )
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 20))
    damage = data.draw(st.binary(max_size=20) | st.sampled_from([b'"', b"\0", b"\r\n", b",", b";"]))

    intake = read(text[:start] + damage + text[start + length :])

    rows = [row for row, _ in outcome(intake)]
    assert rows == sorted(set(rows))
    assert all(fault.message for fault in intake.faults)
    assert not (intake.refused and intake.rows)


@given(
    st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=19, max_size=19)
)
def test_any_cells_give_one_row_kept_or_left_out(cells: list[str]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([list(ROW), ["x", *cells[1:]]])

    intake = read(text.getvalue().encode())

    assert [row for row, _ in outcome(intake)] == [2]


def test_names_of_thousands_of_equal_headings_are_told_apart_and_keep_theirs() -> None:
    assert names_of(["A", "a 2", "a", "A"]) == ("a", "a 2", "a 3", "a 4")
    assert len(set(names_of(["Notes"] * 20_000))) == 20_000
