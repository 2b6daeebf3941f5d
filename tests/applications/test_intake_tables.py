"""Bytes in the encodings and forms that spreadsheets and web forms write."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.intake.faults import UnreadableFile
from applications.intake.tables import Record, read_table

TEXT = "姓名,電郵\n李志堃,a@example.hk\n陳大文,b@example.hk\n"


@pytest.mark.parametrize(
    ("encoding", "mark", "detected"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8-sig"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("big5hkscs", b"", "big5hkscs"),
    ],
)
def test_an_encoding_is_detected_and_read(encoding: str, mark: bytes, detected: str) -> None:
    table = read_table(mark + TEXT.encode(encoding))

    assert table.encoding == detected
    assert table.header.cells == ("姓名", "電郵")
    assert [record.cells for record in table.records] == [
        ("李志堃", "a@example.hk"),
        ("陳大文", "b@example.hk"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_delimiter_is_detected_by_the_header(delimiter: str, end: str) -> None:
    lines = [delimiter.join(cells) for cells in (("a", '"b, c; d"', "e"), ("1", "2", "3"))]

    table = read_table(end.join(lines).encode())

    assert table.delimiter == delimiter
    assert table.header.cells == ("a", "b, c; d", "e")
    assert [record.cells for record in table.records] == [("1", "2", "3")]


def test_a_spreadsheets_separator_line_is_obeyed_and_not_counted() -> None:
    table = read_table(b"sep=|\r\na,b|c\r\n1|2\r\n")

    assert table.header == Record(1, 2, 2, ("a,b", "c"))
    assert list(table.records) == [Record(2, 3, 3, ("1", "2"))]


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    table = read_table(b'\na,b\n"one\ntwo\nthree",2\n\n , \n3,4\n')

    assert table.header == Record(2, 2, 2, ("a", "b"))
    assert list(table.records) == [
        Record(3, 3, 5, ("one\ntwo\nthree", "2")),
        Record(6, 8, 8, ("3", "4")),
    ]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty_file"),
        (b"\n \n", "empty_file"),
        (codecs.BOM_UTF8, "empty_file"),
        (codecs.BOM_UTF16_LE, "empty_file"),
        (b"PK\x03\x04rest", "damaged_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "workbook"),
        (b"a,b\n\xff\xff\xff,1\n", "unreadable_file"),
        (codecs.BOM_UTF8 + b"a,b\n\xff,1\n", "unreadable_file"),
        ("a,b\nGarcía,Márquez\n".encode("cp1252"), "unreadable_file"),
        ("a,b\n1,2\n".encode("utf-16") + b"x", "unreadable_file"),
    ],
)
def test_a_file_that_is_no_text_table_is_refused(data: bytes, kind: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_table(data)

    assert caught.value.fault.row == 0
    assert caught.value.fault.kind == kind


def test_an_unreadable_byte_is_named_by_its_line() -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_table("電郵\na\nb\n".encode() + b"\xff\xff\n")

    assert caught.value.fault.params == {"line": 4}


@pytest.mark.parametrize(
    ("rest", "kind", "row", "lines"),
    [
        ('1,"two\n3,4\n5,6\n', "unterminated_quote", 2, (2, 4)),
        ('1,2\n3,"four"4\n', "stray_quote", 3, (3, 3)),
        ('1,"two\n3,"four"\n', "stray_quote", 2, (2, 3)),
        ('1,"two\n' + "3,4\n" * 600_000, "unterminated_quote", 2, None),
        ("1," + "x" * 2_200_000 + "\n", "overlong_line", 2, (2, 2)),
    ],
)
def test_broken_quoting_is_named_by_the_row_in_which_it_begins(
    rest: str, kind: str, row: int, lines: tuple[int, int] | None
) -> None:
    table = read_table(f"a,b\n{rest}".encode())

    with pytest.raises(UnreadableFile) as caught:
        list(table.records)

    fault = caught.value.fault
    assert (fault.kind, fault.row) == (kind, row)
    assert lines is None or (fault.params["line"], fault.params["last_line"]) == lines


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    try:
        table = read_table(data)
        rows = [table.header.row, *(record.row for record in table.records)]
    except UnreadableFile:
        return
    assert rows == sorted(set(rows))


def test_spaces_after_a_delimiter_are_no_part_of_a_cell() -> None:
    table = read_table(b'Email, Surname, Status\nq@a.example, "CHAN, A", Student\n')

    assert [record.cells for record in table.records] == [("q@a.example", "CHAN, A", "Student")]


def test_bars_in_headings_of_two_languages_part_nothing() -> None:
    headings = [f"Question {n} | 問題 {n}" for n in range(8)]

    table = read_table((",".join(headings) + "\n1,2,3,4,5,6,7,8\n").encode())

    assert (table.delimiter, table.header.cells) == (",", tuple(headings))


@pytest.mark.parametrize(
    "title",
    ["Applications,spring\n", "a,b,c\n\n", "Report,by,term,2027\n", "a\nb,c\nd,e,f\n"],
)
def test_a_title_of_several_cells_is_passed_over(title: str) -> None:
    known = ("Email", "Surname", "Status", "Completion", "Honour code", "Privacy")

    table = read_table((title + ",".join(known) + "\n1,2,3,4,5,6\n").encode(), known.__eq__)

    assert table.header.cells == known
    assert [record.cells for record in table.records] == [("1", "2", "3", "4", "5", "6")]
