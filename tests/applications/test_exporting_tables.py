"""A table leaves the house whole and harmless, and comes back as what it was."""

import csv
import io
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from applications.intake import read
from applications.tables import harmful, harmless, say, unguarded, write_csv, write_xlsx

NAMES = ["CHAN", "Tai Man Peter", "陳大文", "堃嘢畀𠝹", "O’Neil", "D'Angelo", "Zoë"]
HEADINGS = [
    "Email Address",
    "Surname",
    "Given names",
    "Chinese name",
    "Mobile phone",
    "Institution",
    "Which describes you?",
    "Expected or actual completion",
    "Motivation",
    "I accept the honour code",
    "I have read the privacy notice",
]


def as_csv(*rows: list) -> list[list[str]]:
    content = b"".join(write_csv([], ["a"], rows))
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]


def as_xlsx(*rows: list, notes: tuple[str, ...] = ()) -> list[list]:
    file = io.BytesIO()
    write_xlsx(notes, ["a", "b"], rows, file)
    file.seek(0)
    book = CalamineWorkbook.from_filelike(file)
    return book.get_sheet_by_index(0).to_python()[1 + len(notes) :]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\rx",
        "\nx",
        "  =1+1",
        "'=1+1",
        '"=1+1"',
        "“=1+1",
        "＝1+1",
        "＋1+1",
        "－1+1",
        "＠SUM",
        "\u200b=1",
        "\ufeff=1",
        "\u3000＝1",
        "﹦1+1",
        "- a dash before a thought",
        "+852-9876-5432",
        "-1e5+cmd|' /C calc'!A0",
    ],
)
def test_what_a_spreadsheet_could_calculate_gets_an_apostrophe(text: str) -> None:
    assert as_csv([text]) == [[f"'{text}"]]
    assert unguarded(harmless(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        *("+85298765432", "+852 9876 5432", "+447911123456", "-3", "-3.5", "+4", "12"),
        *(*NAMES, "", "a=b", "a@b.hk", "’Tis", "1-2"),
    ],
)
def test_telephone_numbers_numbers_and_names_are_left_alone(text: str) -> None:
    assert as_csv(["x", text]) == [["x", text]]
    assert as_xlsx(["x", text]) == [["x", text]]


def test_values_keep_their_kind() -> None:
    at = datetime(2027, 3, 1, 4, 0, tzinfo=UTC)
    row = [3, Decimal("-1.5"), date(2027, 6, 1), at, None]

    assert as_csv(row) == [["3", "-1.5", "2027-06-01", "2027-03-01T12:00:00+08:00", ""]]
    assert as_xlsx(row, notes=("n",)) == [[3, -1.5, "2027-06-01", "2027-03-01T12:00:00+08:00"]]


def test_a_workbook_has_no_formula_and_says_what_begins_with_a_sign_as_text() -> None:
    assert as_xlsx(["=1+1", "0012", "https://a.hk"]) == [["=1+1", "0012", "https://a.hk"]]


def test_the_form_of_the_file() -> None:
    content = b"".join(
        write_csv(["Contact list"], ["name", "text"], [["陳", 'two "lines"\nof it']])
    )

    text = '\ufeffContact list\r\nname,text\r\n陳,"two ""lines""\nof it"\r\n'
    assert content == text.encode()


def test_a_long_table_comes_in_pieces() -> None:
    pieces = list(write_csv([], ["n"], ([n] for n in range(1000))))

    assert len(pieces) == 5
    assert b"".join(pieces).count(b"\r\n") == 1001


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_no_cell_is_left_that_a_spreadsheet_could_calculate(text: str) -> None:
    [[cell]] = as_csv([text]) or [[""]]

    assert not harmful(cell) or cell[1:] == text
    assert unguarded(cell) == text


@pytest.mark.parametrize("notes", [(), ("Contact list · Spring", "Exported by a@b.hk", "Why: x")])
def test_what_was_imported_comes_back_from_an_export_as_it_was(notes: tuple[str, ...]) -> None:
    answers = [
        ["a1@b.hk", "CHAN", "Tai Man Peter", "陳大文", "+85298765432", "PolyU", "- I learn"],
        ["a2@b.hk", "O’NEIL", "D'Arcy", "堃嘢畀", "", "=School", "=1+1\nand “so” on"],
        ["a3@b.hk", "-Smith", "@Zoë", "𠝹", "+447911123456", "理大", "'quoted'"],
    ]
    table = [
        [email, surname, given_, zh, phone, school, "student", "2028-06", why, "yes", "yes"]
        for email, surname, given_, zh, phone, school, why in answers
    ]

    first = read(b"".join(write_csv([], HEADINGS, table)))
    written = [
        [
            *(row.values.email, row.values.surname_en, row.values.given_en, row.values.name_zh),
            row.values.mobile,
            row.values.institution or row.values.institution_other,
            row.values.status.value,
            row.values.completion,
            row.values.motivation,
            *("yes", "yes"),
        ]
        for row in first.rows
    ]
    as_text = read(b"".join(write_csv(notes, HEADINGS, written)))
    workbook = io.BytesIO()
    write_xlsx(notes, HEADINGS, written, workbook)
    as_workbook = read(workbook.getvalue())

    assert [row.values.surname_en for row in first.rows] == ["CHAN", "O’NEIL", "-Smith"]
    assert [row.values.motivation for row in first.rows] == [line[-1] for line in answers]
    for again in (as_text, as_workbook):
        assert [asdict(row.values) for row in again.rows] == [
            asdict(row.values) for row in first.rows
        ]


def test_an_instant_says_its_zone() -> None:
    assert say(datetime(2027, 1, 1, 15, 59, 59, tzinfo=UTC)) == "2027-01-01T23:59:59+08:00"
