"""The formats by their names: how each is told from the others, read and written. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from quiz.formats.aiken import parse_aiken, write_aiken
from quiz.formats.csv_items import parse_csv
from quiz.formats.csv_rows import ENGLISH
from quiz.formats.csv_writer import write_csv_items
from quiz.formats.drafts import ItemDraft, Parsed
from quiz.formats.faults import fault
from quiz.formats.gift import parse_gift
from quiz.formats.gift_writer import write_gift
from quiz.formats.moodle_writer import write_moodle_xml
from quiz.formats.moodle_xml import parse_moodle_xml
from quiz.formats.packages import SIGNATURE
from quiz.formats.qti import parse_qti
from quiz.formats.qti_writer import Version, write_qti
from quiz.formats.written import Written

MEGABYTE = 1024 * 1024
MAX_TEXT = 4 * MEGABYTE  # of a file of plain lines
MAX_BYTES = 20 * MEGABYTE  # of a file that may hold pictures
HEAD = 4096  # bytes that a format is guessed from

Read = Callable[[bytes, str], Parsed]
Write = Callable[[Sequence[ItemDraft], Sequence[ItemDraft], str], Written]


@dataclass(frozen=True, slots=True)
class Format:
    """A format that items come in and go out in.

    Attributes:
        both: one file holds both languages.
    """

    name: str
    title: str
    suffix: str
    content_type: str
    read: Read
    write: Write
    both: bool = False


def _alone(write: Callable[[Sequence[ItemDraft]], Written]) -> Write:
    return lambda drafts, _translations, _language: write(drafts)


GIFT = Format(
    "gift",
    "GIFT",
    ".gift",
    "text/plain; charset=utf-8",
    lambda data, _language: parse_gift(data),
    _alone(write_gift),
)
MOODLE_XML = Format(
    "moodle-xml",
    "Moodle XML",
    ".xml",
    "application/xml",
    lambda data, _language: parse_moodle_xml(data),
    _alone(write_moodle_xml),
)
AIKEN = Format(
    "aiken",
    "Aiken",
    ".txt",
    "text/plain; charset=utf-8",
    lambda data, _language: parse_aiken(data),
    _alone(write_aiken),
)
QTI = Format(
    "qti",
    "QTI 2.1",
    ".zip",
    "application/zip",
    lambda data, _language: parse_qti(data),
    _alone(lambda drafts: write_qti(drafts, Version.V21)),
)
QTI_3 = Format(
    "qti3",
    "QTI 3.0",
    ".zip",
    "application/zip",
    lambda data, _language: parse_qti(data),
    _alone(lambda drafts: write_qti(drafts, Version.V30)),
)
CSV = Format(
    "csv",
    "CSV",
    ".csv",
    "text/csv; charset=utf-8",
    parse_csv,
    write_csv_items,
    both=True,
)
FORMATS: Mapping[str, Format] = {
    one.name: one for one in (CSV, GIFT, MOODLE_XML, AIKEN, QTI, QTI_3)
}
READ = (CSV, GIFT, MOODLE_XML, AIKEN, QTI)  # QTI of any version is read as one format


def read_items(name: str, data: bytes, language: str = ENGLISH) -> Parsed:
    """Read a file of this format. Never raises, whatever the file is."""
    most = MAX_BYTES if name in (MOODLE_XML.name, QTI.name, QTI_3.name) else MAX_TEXT
    if len(data) > most:
        return Parsed((), (fault("too_large", 1, most=most // MEGABYTE),))
    parsed = FORMATS[name].read(data, language)
    if not (parsed.items or parsed.faults):
        return Parsed((), (fault("none", 1),), parsed.categories)
    return parsed


def guess(name: str, data: bytes) -> str:
    """Return the name of the format that a file is most likely of."""
    head = data[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(SIGNATURE):
        return QTI.name
    if head.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\x00<")):
        items = re.search(rb"<[\w:]*(assessmentItem|qti-assessment-item)", head)
        return QTI.name if items else MOODLE_XML.name
    suffix = name.lower().rpartition(".")[2]
    if suffix in ("csv", "tsv"):
        return CSV.name
    if suffix == "gift":
        return GIFT.name
    if re.search(rb"(?mi)^\s*ANSWER\s*:", data) and not re.search(rb"(?<!\\)\{", head):
        return AIKEN.name
    first = head.partition(b"\n")[0]
    is_table = b"{" not in head and first.count(b",") + first.count(b"\t") > 1
    return CSV.name if is_table else GIFT.name
