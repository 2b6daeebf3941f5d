"""Ask a virus scanner, `clamd`, what it thinks of a file. Pure: no Django.

One connection a file: the command INSTREAM, the file in pieces with their length, an empty piece;
then the scanner says `stream: OK`, `stream: <name> FOUND`, or that something is wrong.
"""

import re
import socket
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

PIECE = 64 * 1024
LONGEST_ANSWER = 4096
SECONDS = 30.0  # for the whole conversation


class ScannerAway(Exception):
    """The scanner cannot be reached, or does not say what it thinks. Ask again later."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scanner found; an empty name for nothing."""

    found: str = ""

    @property
    def clean(self) -> bool:
        return not self.found


def scan(address: str, pieces: Iterable[bytes], *, seconds: float = SECONDS) -> Verdict:
    """Let the scanner at `address` read a file.

    Args:
        address: `tcp://host:3310` or `unix:///path`.
        pieces: the file, in order.

    Raises:
        ScannerAway: no connection, no answer in time, or an answer that is no verdict.
    """
    until = time.monotonic() + seconds
    try:
        with _connect(address, seconds) as line:
            line.sendall(b"zINSTREAM\0")
            for piece in pieces:
                for at in range(0, len(piece), PIECE):
                    part = piece[at : at + PIECE]
                    line.settimeout(_left(until))
                    line.sendall(struct.pack("!L", len(part)) + part)
            line.sendall(struct.pack("!L", 0))
            answer = _answer(line, until)
    except OSError as error:
        raise ScannerAway(f"{address}: {error}") from error
    return _verdict(answer)


def _connect(address: str, seconds: float) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "tcp" and parts.hostname and parts.port:
        return socket.create_connection((parts.hostname, parts.port), timeout=seconds)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(seconds)
    try:
        line.connect(parts.path)
    except OSError:
        line.close()
        raise
    return line


def _answer(line: socket.socket, until: float) -> str:
    heard = b""
    while len(heard) < LONGEST_ANSWER and b"\0" not in heard:
        line.settimeout(_left(until))
        more = line.recv(LONGEST_ANSWER)
        if not more:
            break
        heard += more
    return heard.split(b"\0")[0].decode(errors="replace").strip()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left


def _verdict(answer: str) -> Verdict:
    if answer == "stream: OK":
        return Verdict()
    found = re.fullmatch(r"stream: (.{1,200}) FOUND", answer)
    if found:
        return Verdict(found[1])
    raise ScannerAway(f"not a verdict: {answer[:100]!r}")
