"""What an uploaded file is, told from its bytes, and by what name it is shown. Pure.

Neither the name nor the type that a browser sends is believed.
"""

import io
import re
import unicodedata
import zipfile
from enum import StrEnum

PDF = "application/pdf"
NAME_AT_MOST = 100  # characters; and twice as many bytes, for file systems that count those
_HEADER = re.compile(rb"%PDF-[12]\.\d")
_END = b"%%EOF"
_HEAD, _TAIL = 1024, 2048
_MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|meta)\b", re.IGNORECASE)
_UNSAFE = re.compile(r'[<>:"|?*%&;$`]')
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


class Fault(StrEnum):
    """Why a file is not taken for a PDF."""

    EMPTY = "empty"
    OTHER_KIND = "other-kind"
    CUT_SHORT = "cut-short"
    SOMETHING_ELSE_TOO = "something-else-too"


def fault_of_pdf(content: bytes) -> Fault | None:
    """Tell why these bytes are not a whole PDF and nothing else; None if they may well be one.

    A file that is at the same time a web page or an archive is refused: whoever opens it by
    another program would meet what no check has seen.
    """
    if not content:
        return Fault.EMPTY
    if not _HEADER.match(content):
        return Fault.OTHER_KIND
    tail = content[-_TAIL:]
    if b"startxref" not in tail or _END not in tail:
        return Fault.CUT_SHORT
    after = content[content.rindex(_END) + len(_END) :]
    if after.strip(b"\0\t\n\f\r ") or _MARKUP.search(content[:_HEAD]):
        return Fault.SOMETHING_ELSE_TOO
    if zipfile.is_zipfile(io.BytesIO(content)):
        return Fault.SOMETHING_ELSE_TOO
    return None


def shown_name(name: str, *, otherwise: str, ending: str = ".pdf") -> str:
    """A name for people: no folders, nothing invisible, not too long, with the right ending.

    Args:
        name: as the browser sent it.
        otherwise: the name, without its ending, of a file whose own has nothing to show.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    spaced = "".join(" " if sign.isspace() else sign for sign in last)
    seen = "".join(sign for sign in spaced if unicodedata.category(sign) not in _HIDDEN)
    stem = " ".join(_UNSAFE.sub("_", seen).split())
    if stem.lower().endswith(ending):
        stem = stem[: -len(ending)]
    return (_cut(stem.strip(" ._")) or otherwise) + ending


def _cut(stem: str) -> str:
    short = stem[:NAME_AT_MOST]
    return short.encode()[: 2 * NAME_AT_MOST].decode(errors="ignore").rstrip(" .")
