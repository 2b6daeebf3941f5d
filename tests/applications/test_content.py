"""What an uploaded file is, by what name it is shown, and whether it holds an identity number."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.content import Fault, fault_of_pdf, shown_name
from applications.identity_numbers import Likeness, check_digit, likeness, masked
from applications.pdf.photographs import without_notes
from dtt.play.documents import make_pdf

CV = make_pdf("Curriculum vitae")


def zipped(before: bytes = b"", comment: bytes = b"") -> bytes:
    written = BytesIO()
    written.write(before)
    with zipfile.ZipFile(written, "a") as archive:
        archive.writestr("evil.html", "<script>alert(1)</script>")
        archive.comment = comment
    return written.getvalue()


def test_a_pdf_is_known_by_its_bytes() -> None:
    assert fault_of_pdf(CV) is None
    assert fault_of_pdf(CV + b"\r\n\0 \n") is None


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault.EMPTY),
        (b"MZ\x90\x00", Fault.OTHER_KIND),
        (b"<!doctype html><script>1</script>" + CV, Fault.OTHER_KIND),
        (b"GIF89a" + CV, Fault.OTHER_KIND),
        (zipped(), Fault.OTHER_KIND),
        (b"%PDF", Fault.OTHER_KIND),
        (b"%PDF-9.9\n" + CV, Fault.OTHER_KIND),
        (b"%PDF-1.4\n", Fault.CUT_SHORT),
        (CV[:-20], Fault.CUT_SHORT),
        (CV[: len(CV) // 2], Fault.CUT_SHORT),
        (CV + b"MZ\x90\x00", Fault.SOMETHING_ELSE_TOO),
        (zipped(before=CV), Fault.SOMETHING_ELSE_TOO),
        (zipped(before=b"%PDF-1.4\n", comment=CV), Fault.SOMETHING_ELSE_TOO),
        (b"%PDF-1.4\n<HTML><body onload=alert(1)>" + CV, Fault.SOMETHING_ELSE_TOO),
    ],
)
def test_what_is_no_whole_pdf_or_more_than_one_is_refused(content: bytes, fault: Fault) -> None:
    assert fault_of_pdf(content) == fault


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("cv.pdf", "cv.pdf"),
        ("../../x", "x.pdf"),
        ("..\\..\\windows\\x.PDF", "x.pdf"),
        ("/etc/passwd", "passwd.pdf"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        ("cv\u202efdp.exe", "cvfdp.exe.pdf"),
        ("cv.pdf.exe", "cv.pdf.exe.pdf"),
        ("  my \t cv .pdf ", "my cv.pdf"),
        ("陳大文 履歷.pdf", "陳大文 履歷.pdf"),
        ("𨋢.pdf", "𨋢.pdf"),
        ("", "CV.pdf"),
        ("...", "CV.pdf"),
        (".pdf", "CV.pdf"),
        ("\u200b\u202e", "CV.pdf"),
        ('a"b;c%d<e>.pdf', "a_b_c_d_e.pdf"),
        ("x" * 300, "x" * 100 + ".pdf"),
        ("履" * 300 + ".pdf", "履" * 66 + ".pdf"),
    ],
)
def test_a_name_is_cleaned_for_people(sent: str, shown: str) -> None:
    assert shown_name(sent, otherwise="CV") == shown


@given(st.text(max_size=400))
def test_every_name_becomes_a_short_visible_one_that_stays_the_same(sent: str) -> None:
    shown = shown_name(sent, otherwise="CV")

    assert shown_name(shown, otherwise="CV") == shown
    assert shown.isprintable()
    assert len(shown.encode()) <= 204
    assert not set('/\\"\r\n') & set(shown)
    assert shown.endswith(".pdf")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HKID: A123456(3)", Likeness.LIKELY),
        ("a123456(3)", Likeness.LIKELY),
        ("Ａ１２３４５６（３）", Likeness.LIKELY),
        ("身份證號碼A123456(3)。", Likeness.LIKELY),
        ("A 123456 (3)", Likeness.LIKELY),
        ("A 1 2 3 4 5 6 ( 3 )", Likeness.LIKELY),
        ("A\u200b123456(3)", Likeness.LIKELY),
        ("A1234563", Likeness.LIKELY),
        ("A123456-3", Likeness.LIKELY),
        ("AB987654(3)", Likeness.LIKELY),
        ("G123456(A)", Likeness.LIKELY),
        ("A123456(4)", Likeness.POSSIBLE),
        ("A1234564", Likeness.NONE),
        ("XAA123456(3)", Likeness.NONE),
        ("student 12345678", Likeness.NONE),
        ("COMP1234 (5)", Likeness.NONE),
        ("+852 6123 4567", Likeness.NONE),
        ("", Likeness.NONE),
    ],
)
def test_an_identity_number_is_seen_in_its_usual_forms(text: str, expected: Likeness) -> None:
    assert likeness(text) is expected


@given(st.text("ABCXYZ", min_size=1, max_size=2), st.text("0123456789", min_size=6, max_size=6))
def test_the_right_check_digit_makes_a_number_likely_and_another_only_possible(
    letters: str, digits: str
) -> None:
    right = check_digit(letters, digits)
    wrong = "0" if right != "0" else "1"

    assert likeness(f"{letters}{digits}({right})") is Likeness.LIKELY
    assert likeness(f"{letters}{digits}({wrong})") is Likeness.POSSIBLE


def test_a_number_is_masked_and_the_rest_stays() -> None:
    assert masked("Chan A123456(3) CV, B1234567.pdf") == "Chan … CV, B1234567.pdf"
    assert masked("Ｃhan") == "Ｃhan"


def test_a_photograph_loses_its_notes_and_nothing_else() -> None:
    def part(marker: int, body: bytes) -> bytes:
        return b"\xff" + bytes([marker]) + (len(body) + 2).to_bytes(2) + body

    start, colours, picture = b"\xff\xd8", part(0xE2, b"ICC"), part(0xDA, b"") + b"\xff\xe1scan"
    exif, comment = part(0xE1, b"Exif\0\0GPS"), part(0xFE, b"at home")

    assert without_notes(start + exif + colours + comment + picture) == start + colours + picture
    for odd in (b"", b"PNG", start, start + b"\xff\xe1\x00", start + b"\xff\xe1\x00\x00" * 9):
        assert without_notes(odd) == odd
