"""Read an uploaded PDF in a process of its own, which may neither hang nor grow. Pure.

A PDF is a program for a large interpreter. A file made to break it breaks a child that has
seconds, half a gigabyte and no network address to answer to; the web process reads what the child
wrote, of a size that it cannot exceed.
"""

import json
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from applications.pdf.limits import HEAVY_EXIT, OUTPUT_BYTES, WALL_SECONDS

_ROOT = Path(__file__).resolve().parents[2]
_KILLED_FOR_ITS_SIZE = (-signal.SIGXCPU, -signal.SIGKILL, HEAVY_EXIT)


class Fault(StrEnum):
    """Why a PDF could not be read."""

    DAMAGED = "damaged"
    LOCKED = "locked"  # it asks for a password
    TOO_HEAVY = "too-heavy"  # it takes more time or memory than a CV can need


@dataclass(frozen=True, slots=True)
class Reading:
    """What is in a PDF.

    Attributes:
        text: of its first pages, its form fields and its properties.
        plain: the same pages written anew, without properties (author, software, places in
            photographs), scripts, attached files and earlier versions; empty with a fault.
    """

    fault: Fault | None = None
    pages: int = 0
    text: str = ""
    plain: bytes = b""


def read_pdf(content: bytes) -> Reading:
    """Read a PDF; a hostile one costs its sender a refusal and us a few seconds."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as written:
        given.write(content)
        given.seek(0)
        try:
            done = subprocess.run(
                [sys.executable, "-E", "-s", "-m", "applications.pdf.child"],
                stdin=given,
                stdout=written,
                stderr=subprocess.DEVNULL,
                env={},
                cwd=_ROOT,
                timeout=WALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Reading(Fault.TOO_HEAVY)
        if done.returncode in _KILLED_FOR_ITS_SIZE:
            return Reading(Fault.TOO_HEAVY)
        if done.returncode:
            return Reading(Fault.DAMAGED)
        written.seek(0)
        head = json.loads(written.readline(OUTPUT_BYTES))
        fault = Fault(head["fault"]) if head["fault"] else None
        return Reading(fault, head["pages"], head["text"], written.read())
