"""Excel workbooks: every kind of cell, and every way to be hostile."""

import io
import struct
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter

from applications.intake import read
from applications.intake.faults import UnreadableFile
from applications.intake.records import Record
from applications.intake.tables import Table, read_table
from tests.applications.test_intake_read import APPLICANT, ROW, outcome

SHEET = "xl/worksheets/sheet1.xml"
TIME, MONTH = "yyyy-mm-dd hh:mm:ss", "mmm yyyy"
OF_DATE = {date: MONTH, datetime: TIME}


def workbook(*sheets: Sequence[Sequence[Any]], hidden: bool = False) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    formats = {kind: book.add_format({"num_format": form}) for kind, form in OF_DATE.items()}
    for rows in sheets:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value, formats.get(type(value)))
    book.close()
    return file.getvalue()


def changed(content: bytes, entries: dict[str, bytes]) -> bytes:
    """The workbook with some entries put in the place of its own, or added."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in entries:
                new.writestr(name, old.read(name))
        for name, data in entries.items():
            new.writestr(name, data)
    return file.getvalue()


def with_cells(cells: str) -> bytes:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    )
    return changed(SMALL, {SHEET: sheet.encode()})


def cell(place: str, text: str = "x") -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


SMALL = workbook([["a", "b"], ["1", "2"]])


def table_of(content: bytes) -> tuple[Table, list[Record]]:
    table = read_table(content)
    return table, list(table.records)


def test_cells_are_read_as_they_are_shown() -> None:
    at, month = datetime(2027, 4, 1, 9, 47, 2), date(2022, 6, 1)
    cells = [at, month, 85298921074.0, 4, 1.5, True, "=1+1", "堃嘢畀 👩‍🔬", None, ""]

    _, (row,) = table_of(workbook([[f"heading {n}" for n in range(10)], cells]))

    assert row.cells == (
        *("2027-04-01 09:47:02", "2022-06-01", "85298921074", "4", "1.5", "TRUE", "=1+1"),
        *("堃嘢畀 👩‍🔬", "", ""),
    )


def test_a_formula_counts_with_its_stored_value() -> None:
    cells = '<row r="1">' + cell("A1") + cell("B1") + "</row>"
    cells += '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><f>NOW()</f></c></row>'

    _, (row,) = table_of(with_cells(cells))

    assert row.cells == ("2", "")


def test_typed_cells_make_the_same_application_as_text() -> None:
    typed = ROW | {
        "Timestamp": datetime(2021, 4, 1, 9, 47, 2),
        "Mobile phone": 85298921074.0,
        "Completion": date(2022, 6, 15),
        "Python (0-5)": 2.0,
        "I accept the honour code": True,
    }

    intake = read(workbook([list(ROW), list(typed.values())]))

    assert [(row.number, row.values) for row in intake.rows] == [(2, APPLICANT)]
    assert (intake.encoding, intake.sheet) == ("xlsx", "Sheet1")


def test_rows_are_numbered_as_the_spreadsheet_shows_them() -> None:
    rows = [["The spring cohort"], [], list(ROW), [], list((ROW | {"Completion": "soon"}).values())]

    intake = read(workbook([*rows, list(ROW.values())]))

    assert outcome(intake) == [(5, "invalid_month"), (6, "ok")]


@pytest.mark.parametrize("others", [[], [["Notes"], ["Call the registry."]]])
def test_the_sheet_with_the_applications_is_found(others: list[list[str]]) -> None:
    intake = read(workbook(others, [list(ROW), list(ROW.values())], [["x"]]))

    assert (intake.sheet, len(intake.rows)) == ("Sheet2", 1)


def test_without_known_headings_the_first_sheet_that_is_not_empty_is_read() -> None:
    table, rows = table_of(workbook([], [["a", "b"], ["1", "2"]], [["c"], ["3"]]))

    assert (table.sheet, table.header.cells, len(rows)) == ("Sheet2", ("a", "b"), 1)


def test_cells_beyond_the_headings_are_a_fault() -> None:
    intake = read(workbook([list(ROW), [*ROW.values(), "", "beyond"]]))

    assert outcome(intake) == [(2, "wrong_number_of_cells")]


def test_a_million_formatted_rows_without_a_value_are_no_rows() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 30_000))
    last = '<row r="1048576" hidden="1"/>'

    _, records = table_of(with_cells(f'<row r="1">{cell("A1")}</row>{rows}{last}'))

    assert records == []


ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
FAR = f'<row r="1">{cell("A1")}</row><row r="1048576">{cell("XFD1048576")}</row>'
FAR_UNNAMED = '<row r="1"><c><v>1</v></c></row><row r="1048576">' + "<c><v>1</v></c>" * 9 + "</row>"
SHOWN_OFTEN = workbook([["x" * 30_000]] * 8_000)
TEXTS = "xl/sharedStrings.xml"
TEXTS_IN_TEXTS = b"<sst><si><t>a</t><si><t>b</t></si></si></sst>"
BOMB = b"<worksheet>" + b" " * 3_000_000 + b"</worksheet>"
DOCTYPE = b'<!DOCTYPE w [<!ENTITY a "b">]><worksheet><sheetData/></worksheet>'
RELATIONS = "xl/_rels/workbook.xml.rels"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04 and no more", "damaged_workbook"),
        (SMALL[: len(SMALL) // 2], "damaged_workbook"),
        (changed(SMALL, {SHEET: b"<worksheet><row></worksheet>"}), "damaged_workbook"),
        (changed(SMALL, {SHEET: b""}), "damaged_workbook"),
        (changed(SMALL, {SHEET: DOCTYPE}), "damaged_workbook"),
        (changed(SMALL, {"XL/workbook.xml": b"<workbook/>"}), "damaged_workbook"),
        (with_cells(f'<row r="1">{cell("1A")}</row>'), "damaged_workbook"),
        (with_cells(f'<row r="many">{cell("A1")}</row>'), "damaged_workbook"),
        (changed(SMALL, {SHEET: BOMB}), "oversized_workbook"),
        (with_cells(FAR), "oversized_workbook"),
        (with_cells(FAR_UNNAMED), "oversized_workbook"),
        (SHOWN_OFTEN, "oversized_workbook"),
        (changed(SHOWN_OFTEN, {TEXTS: b"<sst/>"}), "damaged_workbook"),
        (changed(SHOWN_OFTEN, {"a/sharedStrings.xml": b"<sst><si/></sst>"}), "damaged_workbook"),
        (changed(SMALL, {TEXTS: TEXTS_IN_TEXTS}), "damaged_workbook"),
        (
            changed(SMALL, {f"junk/{number}": b"" for number in range(1001)}),
            "oversized_workbook",
        ),
        (ENCRYPTED, "protected_workbook"),
        (ENCRYPTED[:8] + b"Workbook", "workbook"),
        (changed(workbook(), {"xl/vbaProject.bin": b"macro"}), "macro_workbook"),
        (changed(SMALL, {"xl/vbaProject.bin": b"macro"}), "macro_workbook"),
        (workbook([]), "empty_file"),
        (workbook([[" "]], []), "empty_file"),
    ],
)
def test_a_workbook_that_cannot_be_trusted_is_refused(content: bytes, kind: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        table_of(content)

    assert (caught.value.fault.row, caught.value.fault.kind) == (0, kind)


def test_a_zip_of_something_else_is_no_workbook() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../x", b"hello")

    with pytest.raises(UnreadableFile) as caught:
        read_table(file.getvalue())

    assert caught.value.fault.kind == "workbook"


def test_a_sheet_under_a_name_that_is_no_xml_is_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(SMALL)) as archive:
        relations = archive.read(RELATIONS).replace(b"sheet1.xml", b"sheet1.png")
        sheet = archive.read(SHEET)
    content = changed(SMALL, {RELATIONS: relations, "xl/worksheets/sheet1.png": sheet})

    with pytest.raises(UnreadableFile) as caught:
        read_table(content)

    assert caught.value.fault.kind == "damaged_workbook"


@pytest.mark.parametrize("claimed", [0, 10, 2**31])
def test_a_size_that_lies_is_found_out(claimed: int) -> None:
    with zipfile.ZipFile(io.BytesIO(SMALL)) as archive:
        size = archive.getinfo(SHEET).file_size
    content = bytearray(SMALL)
    at = content.index(SHEET.encode(), content.index(b"PK\x01\x02"))
    place = content.index(struct.pack("<I", size), at - 46)
    content[place : place + 4] = struct.pack("<I", claimed)

    with pytest.raises(UnreadableFile) as caught:
        read_table(bytes(content))

    assert caught.value.fault.kind == "damaged_workbook"


def test_a_protected_entry_is_refused() -> None:
    content = bytearray(SMALL)
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1

    with pytest.raises(UnreadableFile) as caught:
        read_table(bytes(content))

    assert caught.value.fault.kind == "protected_workbook"
