"""The virus scanner: a little server that speaks clamd's language, and files that wait for it."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from accounts.domain.people import choose_language
from accounts.models import AuditEvent
from applications import tasks
from applications.domain.documents import scan_document, upload_document
from applications.domain.stages import advance
from applications.lifecycle import Move
from applications.models import Application, Document
from applications.scanning import ScannerAway, Verdict, scan
from dtt.play.documents import make_pdf
from dtt.play.people import make_applicant, make_cohort
from notifications.models import Message
from tests.conftest import NOW

EVIL = b"EVIL"


class Scanner:
    """Listens at an address and keeps what it was sent."""

    def __init__(self, listening: socket.socket, address: str) -> None:
        self.listening, self.address = listening, address
        self.heard: list[bytes] = []
        self.answer: Callable[[bytes], bytes] = lambda content: (
            b"stream: Test.Evil FOUND\0" if EVIL in content else b"stream: OK\0"
        )

    def serve(self) -> None:
        while True:
            try:
                line, _address = self.listening.accept()
            except OSError:
                return
            with line, line.makefile("rb") as told:
                self._talk(line, told)

    def _talk(self, line: socket.socket, told: object) -> None:
        assert told.read(10) == b"zINSTREAM\0"
        content = b""
        while True:
            size = struct.unpack("!L", told.read(4))[0]
            if not size:
                break
            content += told.read(size)
        self.heard.append(content)
        line.sendall(self.answer(content))


@contextmanager
def listening(
    family: int, place: object, address: Callable[[socket.socket], str]
) -> Iterator[Scanner]:
    with socket.socket(family) as server:
        server.bind(place)
        server.listen()
        scanner = Scanner(server, address(server))
        thread = threading.Thread(target=scanner.serve)
        thread.start()
        yield scanner
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def scanner() -> Iterator[Scanner]:
    def address(server: socket.socket) -> str:
        return f"tcp://127.0.0.1:{server.getsockname()[1]}"

    with listening(socket.AF_INET, ("127.0.0.1", 0), address) as server:
        yield server


# ---- the conversation --------------------------------------------------------------------------


def test_a_clean_and_an_evil_file_are_told_apart(scanner: Scanner) -> None:
    long = b"x" * 200_000

    assert scan(scanner.address, [long, b"", b"end"]) == Verdict()
    assert scan(scanner.address, [b"this is ", EVIL]) == Verdict("Test.Evil")
    assert scanner.heard == [long + b"end", b"this is EVIL"]


def test_a_scanner_behind_a_socket_file_is_asked_alike(tmp_path: Path) -> None:
    place = str(tmp_path / "clamd")
    with listening(socket.AF_UNIX, place, lambda _server: f"unix://{place}") as server:
        assert scan(server.address, [b"x"]).clean is True


@pytest.mark.parametrize(
    "answer",
    [
        b"INSTREAM size limit exceeded. ERROR\0",
        b"",
        b"\0",
        b"stream: OK, or so they say\0",
        b"\xff" * 10_000,
        b"stream: FOUND\0",
    ],
)
def test_what_is_no_verdict_is_none(scanner: Scanner, answer: bytes) -> None:
    scanner.answer = lambda _content: answer

    with pytest.raises(ScannerAway, match="not a verdict"):
        scan(scanner.address, [b"x"])


def test_a_scanner_that_is_not_there_or_says_nothing_is_away() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ScannerAway):
            scan(address, [b"x"])
        silent.listen()
        with pytest.raises(ScannerAway):
            scan(address, [b"x"], seconds=0.05)
    with pytest.raises(ScannerAway):
        scan("unix:///nowhere/clamd", [b"x"])


# ---- files that wait ---------------------------------------------------------------------------


@pytest.fixture
def mine(db: None) -> Application:
    person = make_applicant(make_cohort(now=NOW), 1, now=NOW)
    for move in (Move.OFFER_PLACE, Move.CONFIRM_PLACE):
        advance(application_ids=[person.pk], move=move, by=None, now=NOW)
    mine = Application.objects.select_related("user").get(pk=person.pk)
    choose_language(user=mine.user, language="en")
    return mine


@pytest.fixture
def with_scanner(scanner: Scanner, settings: LazySettings) -> Scanner:
    settings.SCANNER_URL = scanner.address
    return scanner


def upload(application: Application, text: str = "Curriculum vitae") -> Document:
    done = upload_document(
        application_id=application.pk,
        name="cv.pdf",
        content=make_pdf(text),
        by=application.user,
        now=NOW,
    )
    assert isinstance(done, Document)
    return done


def test_a_file_waits_for_the_scanner_and_is_served_when_it_is_clean(
    mine: Application, with_scanner: Scanner, client: Client
) -> None:
    kept = upload(mine)
    address = reverse("applications:document", args=[kept.uuid])
    with time_machine.travel(NOW, tick=False):
        client.force_login(mine.user)
        early = client.get(address)
        page = client.get(reverse("applications:cv", args=[mine.reference]))
        done = tasks.scan_waiting()
        late = client.get(address)
        body = b"".join(late.streaming_content)

    kept.refresh_from_db()
    assert (early.status_code, "being checked" in early.content.decode()) == (409, True)
    assert address not in page.content.decode()
    assert (done, kept.scan, kept.scanned_at) == (1, "clean", NOW)
    assert (late.status_code, [body]) == (200, with_scanner.heard)
    assert AuditEvent.objects.filter(verb="view-cv").count() == 1


def test_an_infected_file_is_never_served_and_its_owner_is_told_once(
    mine: Application, with_scanner: Scanner, client: Client
) -> None:
    kept = upload(mine, "EVIL")

    results = [scan_document(document_id=kept.pk, now=NOW) for _time in range(2)]

    with time_machine.travel(NOW, tick=False):
        client.force_login(mine.user)
        answer = client.get(reverse("applications:document", args=[kept.uuid]))
        page = client.get(reverse("applications:cv", args=[mine.reference])).content.decode()
    assert results == [Document.Scan.INFECTED, None]
    assert (answer.status_code, "refused" in answer.content.decode()) == (409, True)
    assert str(kept.uuid) not in page
    message = Message.objects.get(kind="document-refused")
    assert message.person == mine.user
    assert f"/applications/{mine.reference}/cv" in message.body
    assert AuditEvent.objects.get(verb="scan").after == {"scan": "infected", "found": "Test.Evil"}


def test_a_file_that_was_replaced_meanwhile_is_no_news(
    mine: Application, with_scanner: Scanner
) -> None:
    older = upload(mine, "EVIL")
    upload(mine)

    tasks.scan_waiting()

    older.refresh_from_db()
    assert (older.scan, Message.objects.filter(kind="document-refused").count()) == ("infected", 0)


def test_a_scanner_that_is_away_leaves_files_waiting(
    mine: Application, settings: LazySettings
) -> None:
    settings.SCANNER_URL = "unix:///nowhere/clamd"
    kept = upload(mine)

    assert (tasks.scan_waiting(), tasks.scan_document(document_id=kept.pk)) == (0, None)
    kept.refresh_from_db()
    assert kept.scan == Document.Scan.WAITING


def test_files_from_before_there_was_a_scanner_are_scanned_and_wait_until_then(
    mine: Application, scanner: Scanner, settings: LazySettings, client: Client
) -> None:
    kept = upload(mine)
    assert (kept.scan, tasks.scan_waiting()) == (Document.Scan.NOT_ASKED, 0)
    settings.SCANNER_URL = scanner.address
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        client.force_login(mine.user)
        early = client.get(reverse("applications:document", args=[kept.uuid])).status_code

        assert (early, tasks.scan_waiting(), tasks.scan_waiting()) == (409, 1, 0)


def test_a_lost_file_is_no_reason_to_stop(mine: Application, with_scanner: Scanner) -> None:
    lost = upload(mine)
    lost.file.storage.delete(lost.file.name)

    assert scan_document(document_id=lost.pk, now=NOW) is None
    assert with_scanner.heard == []
