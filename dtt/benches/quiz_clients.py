"""Many browsers in one process: all start the quiz, then each saves every few seconds."""

import asyncio
import json
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from dtt.benches.quiz_hall import HOST, Sitter
from quiz.web import passes

PATIENCE = 20.0
CHOICES = "abcd"
MARK = 'data-pass="'
KIND = re.compile(r'data-kind="(\w+)"')


class Unanswered(Exception):
    """No answer, or not the one that a browser needs."""


@dataclass(slots=True)
class Crowd:
    """The browsers, and what happened to their requests.

    Attributes:
        seconds: of each save that was acknowledged.
        failures: requests that were not answered as they should be.
    """

    port: int
    sitters: list[Sitter]
    seconds: list[float] = field(default_factory=list)
    failures: int = 0

    async def start(self) -> float:
        """Everybody presses the button at once; return when the last one sees the questions."""
        begun = time.monotonic()
        await asyncio.gather(*(self._counted(self._start, sitter) for sitter in self.sitters))
        return time.monotonic() - begun

    async def answer(self, *, every: float, for_seconds: float) -> None:
        """Everybody saves one answer in each interval, at a moment of their own."""
        until = time.monotonic() + for_seconds
        await asyncio.gather(
            *(self._answering(sitter, every, until) for sitter in self.sitters if sitter.ticket)
        )

    async def _answering(self, sitter: Sitter, every: float, until: float) -> None:
        dice = random.Random(sitter.reference)
        at = time.monotonic() + dice.uniform(0, every)
        while at < until:
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            await self._counted(self._save, sitter)
            at += every * dice.uniform(0.8, 1.2)

    async def _counted(self, act: Callable[[Sitter], Awaitable[None]], sitter: Sitter) -> None:
        try:
            await asyncio.wait_for(act(sitter), PATIENCE)
        except (Unanswered, OSError, TimeoutError, asyncio.IncompleteReadError):
            self.failures += 1

    async def _start(self, sitter: Sitter) -> None:
        page = f"/quiz/{sitter.reference}"
        cookies = f"Cookie: sessionid={sitter.session}; csrftoken={sitter.csrf}\r\n"
        status, _ = await self._ask(
            "POST", f"{page}/start", f"{cookies}X-CSRFToken: {sitter.csrf}\r\n"
        )
        if status != 302:
            raise Unanswered(status)
        status, body = await self._ask("GET", page, cookies)
        text = body.decode()
        if status != 200 or MARK not in text:
            raise Unanswered(status)
        sitter.ticket = text.split(MARK)[1].split('"')[0]
        sitter.sequence = time.time_ns() // 1_000_000
        kinds = KIND.findall(text)
        sitter.positions = [n for n, kind in enumerate(kinds, start=1) if kind == "single"]

    async def _save(self, sitter: Sitter) -> None:
        sitter.sequence += 1
        sequence = sitter.sequence
        position = sitter.positions[sequence % len(sitter.positions)]
        answer = {"choice": CHOICES[sequence % len(CHOICES)]}
        body = {"answers": [{"position": position, "sequence": sequence, "answer": answer}]}
        begun = time.monotonic()
        status, said = await self._ask(
            "POST",
            f"/quiz/{sitter.reference}/save",
            f"{passes.HEADER}: {sitter.ticket}\r\n",
            json.dumps(body).encode(),
        )
        if status != 200 or json.loads(said)["results"][0]["state"] != "saved":
            raise Unanswered(status)
        self.seconds.append(time.monotonic() - begun)
        sitter.acknowledged[position] = sequence

    async def _ask(
        self, method: str, path: str, headers: str, body: bytes = b""
    ) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection(HOST, self.port)
        try:
            kind = "Content-Type: application/json\r\n" if body else ""
            head = (
                f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                f"{headers}{kind}Content-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            await writer.drain()
            answer = await reader.read(-1)
        finally:
            writer.close()
        first, _, content = answer.partition(b"\r\n\r\n")
        if not first.startswith(b"HTTP/1.1 "):
            raise Unanswered("nothing")
        return int(first.split(b" ", 2)[1]), content


def p95(seconds: list[float]) -> float:
    """The time within which 95 of 100 were answered."""
    ordered = sorted(seconds)
    return ordered[int(len(ordered) * 0.95)] if ordered else float("inf")
