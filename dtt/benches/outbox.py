"""The proof by fault of the outbox, and how fast it is beside a plain loop to the same server."""

import signal
import smtplib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage

from django.core.management import call_command

from dtt.benches.measure import Measure
from dtt.benches.post_office import (
    PostOffice,
    post_office,
    unsettled,
    wait_until,
    write_letters,
)
from dtt.play.stage import own_stage
from notifications.layout import html_of
from notifications.models import Message

LETTERS = 5000
SINK_AWAY = 10.0
ASK_EVERY = 1.0
WORKERS = ("one", "two")


def outbox_faults(letters: int = LETTERS) -> Iterator[Measure]:
    """A worker killed, the queue lost, the server away: nobody gets a second copy."""
    with own_stage("bench") as addresses, post_office(addresses) as office:
        call_command("migrate", verbosity=0, interactive=False)
        second, lost, doubtful = play_faults(office, letters, away=SINK_AWAY)
    yield Measure("outbox_second_copies", second, "letters", "<= 0")
    yield Measure("outbox_lost", lost, "letters", "<= 0")
    yield Measure("outbox_uncertain", doubtful, "letters", "<= 60")


def play_faults(office: PostOffice, letters: int, *, away: float) -> tuple[int, int, int]:
    """Send the letters through every fault.

    Returns:
        how many people got a second copy, how many got none and stand on no list of staff, and
        how many stand on the list of the uncertain.
    """
    write_letters(letters, run="fault", now=datetime.now(UTC))
    for name in WORKERS:
        office.start_worker(name)
    office.ask()
    _until_taken(office, letters // 5)
    office.end("one", how=signal.SIGKILL)
    office.start_worker("one")
    _until_taken(office, letters * 2 // 5)
    office.end("queue", how=signal.SIGKILL)
    office.open_queue()
    _until_taken(office, letters * 3 // 5)
    office.end("sink", how=signal.SIGKILL)
    time.sleep(away)
    office.open_sink()
    _until_settled(office)
    for name in WORKERS:
        office.end(name)
    taken = office.letters()
    states = {
        str(uuid): state
        for uuid, state in Message.objects.filter(run__startswith="fault:").values_list(
            "uuid", "state"
        )
    }
    doubtful = {uuid for uuid, state in states.items() if state == Message.State.SENDING}
    second = sum(1 for count in taken.values() if count > 1)
    lost = sum(1 for uuid in states if uuid not in taken and uuid not in doubtful)
    return second, lost, len(doubtful)


def outbox_speed(letters: int = LETTERS) -> Iterator[Measure]:
    """Letters a second: two workers, and a plain loop that hands over the same letters."""
    with own_stage("bench") as addresses, post_office(addresses) as office:
        call_command("migrate", verbosity=0, interactive=False)
        write_letters(letters, run="speed", now=datetime.now(UTC))
        for name in WORKERS:
            office.start_worker(name)
        office.wait_for_workers(len(WORKERS))
        started = time.monotonic()
        office.ask()
        wait_until(lambda: unsettled("speed") == 0, "all letters to leave", patience=600)
        ours = letters / (time.monotonic() - started)
        for name in WORKERS:
            office.end(name)
        loop = letters / _plain_loop(office, letters)
    yield Measure("outbox_letters_a_second", ours, "1/s", "> 0")
    yield Measure("smtplib_loop_letters_a_second", loop, "1/s", "> 0")
    yield Measure("outbox_beside_smtplib_loop", ours / loop, "ratio", ">= 0.5")


def _plain_loop(office: PostOffice, letters: int) -> float:
    """Seconds that a loop over smtplib takes for as many letters of the same kind."""
    texts = list(
        Message.objects.filter(run__startswith="speed:").values_list(
            "uuid", "person__email", "subject", "body", "language"
        )[:letters]
    )
    started = time.monotonic()
    with smtplib.SMTP("127.0.0.1", office.port) as server:
        for uuid, address, subject, body, language in texts:
            letter = EmailMessage()
            letter["From"], letter["To"], letter["Subject"] = "a@post.example", address, subject
            letter["X-DTT-Message"] = f"loop-{uuid}"
            letter.set_content(body)
            letter.add_alternative(html_of(subject, body, language), subtype="html")
            server.send_message(letter)
    return time.monotonic() - started


def _until_taken(office: PostOffice, number: int) -> None:
    """Wait until the sink has taken so many letters, asking as the scheduler does."""
    _asking(office, lambda: sum(office.letters().values()) >= number, f"{number} letters")


def _until_settled(office: PostOffice) -> None:
    """Wait until nothing is queued, and what is on its way does not move any more."""

    def settled() -> bool:
        waits = Message.objects.filter(run__startswith="fault:", state=Message.State.QUEUED)
        if waits.exists():
            return False
        before = unsettled("fault"), sum(office.letters().values())
        time.sleep(3)
        return before == (unsettled("fault"), sum(office.letters().values()))

    _asking(office, settled, "the letters to settle")


def _asking(office: PostOffice, true: Callable[[], bool], what: str) -> None:
    """Wait, and every second ask the workers to deliver, as the scheduler does every ten."""
    asked = 0.0

    def look() -> bool:
        nonlocal asked
        if time.monotonic() - asked > ASK_EVERY:
            office.ask()
            asked = time.monotonic()
        return true()

    wait_until(look, what, patience=600)
