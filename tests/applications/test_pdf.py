"""Reading PDFs in a process of its own: text, a plain copy, and what hostile ones cost."""

import zlib
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from applications.content import fault_of_pdf
from applications.pdf import Fault, read_pdf
from dtt.play.documents import assembled, make_pdf, make_pdf_of


def saved(writer: PdfWriter) -> bytes:
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def test_the_text_and_the_properties_are_read() -> None:
    reading = read_pdf(
        make_pdf("CHAN Tai Man", "HKID A123456(3)", title="kept on C:", compressed=True)
    )

    assert (reading.fault, reading.pages) == (None, 1)
    assert reading.text.splitlines() == ["kept on C:", "CHAN Tai Man", "HKID A123456(3)"]


def test_the_plain_copy_has_the_pages_and_nothing_beside_them() -> None:
    writer = PdfWriter(clone_from=BytesIO(make_pdf("CHAN Tai Man", title="secret title")))
    writer.add_metadata({"/Author": "secret author"})
    writer.xmp_metadata = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>secret xmp</x:xmpmeta>"
    script = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert('secret script')"),
        }
    )
    writer.root_object[NameObject("/OpenAction")] = script
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
    writer.add_attachment("secret.txt", b"secret attachment")
    loaded = saved(writer)

    plain = read_pdf(loaded).plain

    assert loaded.count(b"secret") >= 4
    assert plain.count(b"secret") == 0
    assert fault_of_pdf(plain) is None
    assert PdfReader(BytesIO(plain)).pages[0].extract_text() == "CHAN Tai Man"
    assert PdfReader(BytesIO(plain)).attachments == {}


def test_a_photograph_in_it_loses_the_place_where_it_was_taken() -> None:
    exif = b"\xff\xe1" + (2 + 9).to_bytes(2) + b"Exif\0\0GPS"
    photograph = b"\xff\xd8" + exif + b"\xff\xda\x00\x02scan\xff\xd9"
    content = assembled(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]"
        b" /Resources << /XObject << /Im1 4 0 R >> >> >>",
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray"
        b" /BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\n%b\nendstream"
        % (len(photograph), photograph),
        b"<< >>",
    )

    plain = read_pdf(content).plain

    assert (b"GPS" in content, b"GPS" in plain, b"scan\xff\xd9" in plain) == (True, False, True)


def test_a_password_is_a_fault_and_a_mere_restriction_is_lifted() -> None:
    locked, restricted = (PdfWriter(clone_from=BytesIO(make_pdf("CHAN"))) for _ in range(2))
    locked.encrypt("open sesame", algorithm="AES-256")
    restricted.encrypt("", owner_password="owner", algorithm="AES-256")

    assert read_pdf(saved(locked)).fault == Fault.LOCKED
    reading = read_pdf(saved(restricted))
    assert (reading.fault, reading.text.strip()) == (None, "CHAN")
    assert PdfReader(BytesIO(reading.plain)).is_encrypted is False


def bomb() -> bytes:
    """Half a gigabyte of blanks in half a megabyte."""
    return make_pdf_of(zlib.compress(b" " * (512 * 1024 * 1024), 9), compressed=True)


def pages_in_themselves() -> bytes:
    return assembled(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 999999999 >>",
        b"<< >>",
    )


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (bomb(), {Fault.TOO_HEAVY}),
        (pages_in_themselves(), {Fault.TOO_HEAVY, Fault.DAMAGED}),
        (b"%PDF-1.4\nstartxref\n0\n%%EOF", {Fault.DAMAGED}),
        (b"%PDF-1.4\n" + b"[" * 200_000 + b"\nstartxref\n9\n%%EOF", {Fault.DAMAGED}),
        (assembled(b"<< /Type /Catalog >>", b"<< >>"), {Fault.DAMAGED}),
    ],
    ids=["deflate bomb", "pages in themselves", "nothing", "brackets", "no pages"],
)
def test_a_hostile_file_costs_a_refusal(content: bytes, faults: set[Fault]) -> None:
    reading = read_pdf(content)

    assert (reading.fault in faults, reading.plain) == (True, b"")
