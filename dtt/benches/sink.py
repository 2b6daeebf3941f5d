"""A mail server on this machine that takes everything and remembers which letters it took.

`python -m dtt.benches.sink PORT FILE` writes one line a letter, `<X-DTT-Message> <recipients>`,
before it says yes: what it said yes to is in the file, even if it is ended the next instant.
"""

import asyncio
import sys
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import IO

from aiosmtpd.smtp import SMTP, Envelope, Session

HEADERS = BytesHeaderParser()


class Remembering:
    """Takes every letter."""

    def __init__(self, file: IO[str]) -> None:
        self.file = file

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        headers = content if isinstance(content, bytes) else content.encode()
        name = HEADERS.parsebytes(headers.split(b"\r\n\r\n", 1)[0]).get("X-DTT-Message", "?")
        self.file.write(f"{name} {','.join(envelope.rcpt_tos)}\n")
        self.file.flush()
        return "250 taken"


async def serve(port: int, file: IO[str]) -> None:
    """Take letters on the loopback interface until the process ends."""
    loop = asyncio.get_running_loop()
    handler = Remembering(file)
    server = await loop.create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=False, hostname="localhost"), "127.0.0.1", port
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with Path(sys.argv[2]).open("a", encoding="utf-8") as taken:
        asyncio.run(serve(int(sys.argv[1]), taken))
