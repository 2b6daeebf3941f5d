"""How many autosaves a second: the product beside a bare WSGI program that does one upsert.

Both are served by the same gunicorn with as many processes and threads, take turns in the same
run, write to the same table of the same database, and get their requests over 16 connections.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from django.core.management import call_command

from accounts.models import User
from dtt.benches.measure import Measure
from dtt.benches.quiz_hall import HOST, Hall, make_hall, program
from dtt.play.stage import own_stage
from quiz.domain.sitting import open_attempt
from quiz.models import Attempt, Response
from quiz.web import passes

CONNECTIONS = 16
ROUNDS = 3
SECONDS = 4.0
MOST_BYTES = 65_536
PATIENCE = 10.0

Request = Callable[[int], bytes]
"""The n-th request of a connection."""


def autosave(*, seconds: float = SECONDS, rounds: int = ROUNDS) -> Iterator[Measure]:
    """Requests a second of both, and their ratio."""
    with own_stage("autosave") as addresses:
        call_command("migrate", verbosity=0, interactive=False)
        hall = make_hall(CONNECTIONS)
        ours, bare = _requests(hall)
        env = os.environ | addresses
        with program("dtt.wsgi", env) as (port, _), program("dtt.benches.bare", env) as (other, _):
            counts = {"ours": 0, "bare": 0}
            for _round in range(rounds):
                counts["bare"] += _drive(other, bare, seconds)
                counts["ours"] += _drive(port, ours, seconds)
        saved = Response.objects.filter(sequence__gt=0).count()
    if saved != CONNECTIONS:
        raise RuntimeError(f"{saved} of {CONNECTIONS} answers were saved")
    for name, count in counts.items():
        yield Measure(f"autosave_{name}_a_second", count / seconds / rounds, "req/s", "> 0")
    yield Measure("autosave_ratio", counts["ours"] / counts["bare"], "of bare", ">= 0.6")


def _requests(hall: Hall) -> tuple[list[Request], list[Request]]:
    """What each connection sends to the product, and to the bare program."""
    ours, bare = [], []
    now = datetime.now(UTC)
    for sitter in hall.sitters:
        person = User.objects.get(applications=sitter.application_id)
        attempt = open_attempt(
            quiz_id=hall.quiz.pk, application_id=sitter.application_id, by=person, now=now
        )
        ours.append(_saving(attempt, sitter.reference, person))
        bare.append(_upserting(attempt))
    return ours, bare


def _saving(attempt: Attempt, reference: str, person: User) -> Request:
    ticket = passes.issue(attempt, reference, person)
    address = f"/quiz/{reference}/save"
    headers = f"{passes.HEADER}: {ticket}\r\n"
    position = _place(attempt).position
    return lambda n: _post(address, headers, {"answers": [_answer(n, position)]})


def _upserting(attempt: Attempt) -> Request:
    place = _place(attempt)
    said = {"attempt": attempt.pk, "version": place.item_version_id}
    return lambda n: _post("/", "", said | {"answers": [_answer(n, place.position)]})


def _place(attempt: Attempt) -> Response:
    """A question that takes the answers which are sent."""
    return attempt.responses.filter(item_version__kind="single").earliest("position")


def _answer(n: int, position: int) -> dict[str, object]:
    sequence = time.time_ns() // 1_000_000
    return {"position": position, "sequence": sequence + n, "answer": {"choice": "abcd"[n % 4]}}


def _post(address: str, headers: str, said: dict[str, object]) -> bytes:
    body = json.dumps(said).encode()
    head = (
        f"POST {address} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"{headers}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _drive(port: int, requests: list[Request], seconds: float) -> int:
    """Send on all connections at once, each the next request when the answer is there."""
    counts = [0] * len(requests)
    together = threading.Barrier(len(requests))

    def connection(number: int) -> None:
        with socket.create_connection((HOST, port), timeout=PATIENCE) as wire:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            together.wait()
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                wire.sendall(requests[number](counts[number]))
                answer = b""
                while not answer.endswith(b"}"):
                    more = wire.recv(MOST_BYTES)
                    answer += more
                    if not more or not answer.startswith(b"HTTP/1.1 200"):
                        raise RuntimeError(answer[:200].decode(errors="replace"))
                counts[number] += 1

    threads = [threading.Thread(target=connection, args=(n,)) for n in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if 0 in counts:
        raise RuntimeError("a connection got no answer")
    return sum(counts)
