"""The process that opens an uploaded PDF: standard input to standard output. See `read_pdf`.

Writes a line of JSON, then the plain copy of the file. Whatever goes wrong ends the process; the
parent knows from the way it ended what to say.
"""

import io
import json
import resource
import sys
from contextlib import suppress
from typing import Any

from pypdf import PdfReader, PdfWriter, apply_configuration
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from applications.pdf import Fault
from applications.pdf.limits import (
    CPU_SECONDS,
    DECODED_BYTES,
    HEAVY_EXIT,
    MEMORY_BYTES,
    OUTPUT_BYTES,
    TEXT_CHARACTERS,
    TEXT_PAGES,
)
from applications.pdf.photographs import without_notes

# What a page of a damaged or unusual file makes its reader stumble over; the page stays unread.
STUMBLES = (
    PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)
NOT_FOR_OTHERS = (
    "/Metadata",
    "/PieceInfo",
    "/LastModified",
    "/OpenAction",
    "/AA",
    "/AF",
    "/Collection",
    "/JavaScript",
    "/EmbeddedFiles",
)
ACTS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR"}
HOLDS_A_FILE = {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}


def bound() -> None:
    """No more processor time, memory and output than `limits` says, for this process."""
    for what, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main() -> None:
    """Read one file and write what is in it."""
    bound()
    limits: dict[str, Any] = {
        "array_based_stream_maximum_output_length": DECODED_BYTES,
        "lzw_maximum_output_length": DECODED_BYTES,
        "run_length_maximum_output_length": DECODED_BYTES,
        "zlib_maximum_output_length": DECODED_BYTES,
        "stream_decoding_work_maximum_length": 2 * DECODED_BYTES,
        "jbig2dec_binary": None,
        "disable_legacy_handling": True,
    }
    try:
        with apply_configuration(**limits):
            head, plain = open_pdf(sys.stdin.buffer.read())
    except (LimitReachedError, MemoryError):
        sys.exit(HEAVY_EXIT)
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + plain)


def open_pdf(content: bytes) -> tuple[dict[str, Any], bytes]:
    """What to tell of a file, and its plain copy."""
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        return {"fault": Fault.LOCKED, "pages": 0, "text": ""}, b""
    pages = len(reader.pages)
    if not pages:
        return {"fault": Fault.DAMAGED, "pages": 0, "text": ""}, b""
    return {"fault": "", "pages": pages, "text": text_of(reader)}, plain_copy(reader)


def text_of(reader: PdfReader) -> str:
    """The text of the first pages, the form's fields and the file's properties."""
    parts, room = [], TEXT_CHARACTERS
    with suppress(*STUMBLES):
        parts += [str(value) for value in (reader.metadata or {}).values()]
    with suppress(*STUMBLES):
        parts += [str(value) for value in (reader.get_form_text_fields() or {}).values() if value]
    for page in reader.pages[:TEXT_PAGES]:
        if room <= 0:
            break
        try:
            part = page.extract_text()
        except LimitReachedError:
            raise
        except STUMBLES:
            continue
        parts.append(part[:room])
        room -= len(part)
    return "\n".join(parts)[:TEXT_CHARACTERS]


def plain_copy(reader: PdfReader) -> bytes:
    """The same pages written anew, without what is not on them.

    Twice: the second copy has only what the cleaned first one still refers to.
    """
    first = PdfWriter(clone_from=reader)
    for found in first._objects:
        if isinstance(found, DictionaryObject):
            clean(found)
    cleaned = io.BytesIO()
    first.metadata = None
    first.write(cleaned)
    second = PdfWriter(clone_from=PdfReader(cleaned))
    second.pdf_header = reader.pdf_header
    second.metadata = None
    copy = io.BytesIO()
    second.write(copy)
    return copy.getvalue()


def clean(found: DictionaryObject) -> None:
    """Take properties, scripts and attachments out of one object of the file."""
    for name in NOT_FOR_OTHERS:
        found.pop(name, None)
    action = found.get("/A")
    if isinstance(action, DictionaryObject) and action.get("/S") in ACTS:
        found.pop("/A")
    if found.get("/S") in ACTS:
        for name in ("/JS", "/F", "/Win", "/Unix", "/Mac"):
            found.pop(name, None)
    if found.get("/Subtype") in HOLDS_A_FILE:
        found.pop("/FS", None)
    if isinstance(found, StreamObject) and _is_photograph(found):
        found._data = without_notes(found._data)


def _is_photograph(stream: StreamObject) -> bool:
    filters = stream.get("/Filter")
    if isinstance(filters, ArrayObject):
        return len(filters) == 1 and filters[0] == "/DCTDecode"
    return bool(filters == "/DCTDecode")


if __name__ == "__main__":
    main()
