"""What happens to a letter on its way: which failures are tried again, and which never."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend

from accounts.models import User
from dtt.letters import COHORT
from notifications.addresses import Undeliverable, deliverable, is_allowed
from notifications.domain.delivery import claim, deliver
from notifications.domain.outbox import Telling, queue
from notifications.failures import MAX_ATTEMPTS, MayHaveLeft
from notifications.models import Message
from notifications.smtp import EmailBackend as CarefulBackend

pytestmark = pytest.mark.django_db
FACTS = {"cohort": COHORT, "reference": "DTT-7KQ2MX34", "file": "cv.pdf"}
GONE = smtplib.SMTPServerDisconnected("gone")
SCRIPTED = "tests.notifications.test_delivery.ScriptedBackend"


class ScriptedBackend(EmailBackend):
    """A mail server with moods: raises what it is told to, then takes the mail."""

    moods: list[Exception | None] = []

    def send_messages(self, messages: Any) -> int:
        mood = self.moods.pop(0) if self.moods else None
        if mood is not None:
            raise mood
        return int(super().send_messages(messages))


@pytest.fixture
def moods(settings: LazySettings) -> Iterator[list[Exception | None]]:
    settings.EMAIL_BACKEND = SCRIPTED
    ScriptedBackend.moods = []
    yield ScriptedBackend.moods
    ScriptedBackend.moods = []


def tell(*emails: str, now: datetime) -> None:
    people = [User.objects.create_user(email) for email in emails]
    queue(
        [Telling(one, "document-refused", f"document:{one.pk}", FACTS) for one in people], now=now
    )


def send(now: datetime) -> int:
    return deliver(message_ids=claim(now=now), now=now)


def states() -> list[str]:
    return list(Message.objects.order_by("id").values_list("state", flat=True))


def refused(code: int) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"a@b.hk": (code, b"no")})


def test_a_letter_is_text_and_html_to_one_address_with_nothing_attached(now: datetime) -> None:
    tell("one@dtt.example", now=now)

    send(now)

    [letter] = mail.outbox
    assert isinstance(letter, mail.EmailMultiAlternatives)
    assert (letter.to, letter.cc, letter.bcc, letter.attachments) == (
        ["one@dtt.example"],
        [],
        [],
        [],
    )
    [html] = letter.alternatives
    assert html.mimetype == "text/html"
    assert "<img" not in html.content
    assert '<h1 id="subject"' in html.content
    assert "cv.pdf" in html.content
    assert "cv.pdf" in letter.body
    assert "List-Unsubscribe" not in letter.extra_headers


def test_a_server_that_is_away_is_asked_again_without_end(
    now: datetime, moods: list[Exception | None]
) -> None:
    tell("one@dtt.example", "two@dtt.example", now=now)

    at = now
    for _ in range(MAX_ATTEMPTS + 3):
        moods.append(GONE)
        assert send(at) == 0
        assert states() == ["queued", "queued"]
        at = max(Message.objects.values_list("due_at", flat=True))

    assert at - now < timedelta(hours=1)
    assert send(at) == 2


def test_a_server_that_hangs_up_after_some_letters_is_called_again_at_once(
    now: datetime, moods: list[Exception | None]
) -> None:
    tell("one@dtt.example", "two@dtt.example", now=now)
    moods += [None, GONE]

    assert send(now) == 2
    assert [letter.to for letter in mail.outbox] == [["one@dtt.example"], ["two@dtt.example"]]


def test_not_now_is_tried_again_later_each_time_and_then_given_up(
    now: datetime, moods: list[Exception | None]
) -> None:
    tell("one@dtt.example", now=now)
    waits = []

    for _ in range(MAX_ATTEMPTS):
        moods.append(refused(451))
        message = Message.objects.get()
        assert claim(now=message.due_at - timedelta(microseconds=1)) == []
        send(message.due_at)
        waits.append(Message.objects.get().due_at - message.due_at)

    assert states() == ["failed"]
    assert waits[:-1] == sorted(waits[:-1])
    assert max(waits) == timedelta(hours=1)
    assert send(now + timedelta(days=9)) == 0


@pytest.mark.parametrize(
    "error",
    [refused(550), smtplib.SMTPDataError(554, b"no"), ValueError("bad header")],
    ids=["recipient", "content", "header"],
)
def test_never_is_given_up_at_once_and_spoils_no_other(
    error: Exception, now: datetime, moods: list[Exception | None]
) -> None:
    tell("one@dtt.example", "two@dtt.example", now=now)
    moods.append(error)

    assert send(now) == 1
    assert states() == ["failed", "sent"]
    assert Message.objects.order_by("id")[0].error.startswith(type(error).__name__)


def test_what_may_have_left_is_never_sent_again_by_itself(
    now: datetime, moods: list[Exception | None]
) -> None:
    tell("one@dtt.example", "two@dtt.example", now=now)
    moods.append(MayHaveLeft("no answer"))

    assert send(now) == 1
    assert send(now + timedelta(days=9)) == 0
    assert states() == ["sending", "sent"]


def test_our_own_wrong_password_is_no_fault_of_the_letter(
    now: datetime, moods: list[Exception | None]
) -> None:
    tell("one@dtt.example", now=now)
    moods.append(smtplib.SMTPAuthenticationError(535, b"no"))

    send(now)

    assert states() == ["queued"]


def test_a_message_that_comes_back_is_void_if_a_newer_one_has_been_told(
    now: datetime, moods: list[Exception | None]
) -> None:
    one = User.objects.create_user("one@dtt.example")
    queue([Telling(one, "document-refused", "first", FACTS, "t")], now=now)
    ids = claim(now=now)
    queue([Telling(one, "document-refused", "second", FACTS, "t")], now=now)
    moods.append(GONE)

    deliver(message_ids=ids, now=now)

    assert states() == ["void", "queued"]


def test_a_round_that_takes_too_long_leaves_the_rest_to_another(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell("one@dtt.example", "two@dtt.example", now=now)
    ids = claim(now=now)
    monkeypatch.setattr("notifications.domain.delivery.ROUND_SECONDS", -1)

    assert deliver(message_ids=ids, now=now) == 0
    assert states() == ["queued", "queued"]
    monkeypatch.undo()
    assert send(now) == 2


# ---- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "goes_to"),
    [
        ("tai.man+dtt@dtt.example", "tai.man+dtt@dtt.example"),
        ("tai.man@例子.香港", "tai.man@xn--fsqu00a.xn--j6w193g"),
        ("o'neill@dtt.example", "o'neill@dtt.example"),
    ],
)
def test_an_address_goes_out_as_every_server_reads_it(address: str, goes_to: str) -> None:
    assert deliverable(address) == goes_to


@pytest.mark.parametrize(
    "address",
    [
        "a@b.hk\nBcc: x@y.hk",
        "a@b.hk\r\n",
        "a@b.hk, x@y.hk",
        "a@b.hk;x@y.hk",
        "陳大文@dtt.example",
        "A <a@b.hk>",
        "a@@b.hk",
        "a",
        "",
        "@b.hk",
        "a@",
        "a..b@dtt.example",
        ".a@dtt.example",
        "a@-b.hk",
        "a@b..hk",
        f"{'a' * 65}@dtt.example",
        f"a@{'b.' * 130}hk",
    ],
)
def test_an_odd_address_gets_its_message_and_the_others_get_their_mail(
    address: str, now: datetime
) -> None:
    with pytest.raises(Undeliverable):
        deliverable(address)
    tell("odd@dtt.example", "sound@dtt.example", now=now)
    User.objects.filter(email="odd@dtt.example").update(email=address[:254])

    assert send(now) == 1

    assert states() == ["failed", "sent"]
    assert Message.objects.order_by("id")[0].error
    assert [letter.to for letter in mail.outbox] == [["sound@dtt.example"]]


def test_a_trial_writes_to_listed_addresses_alone(now: datetime, settings: LazySettings) -> None:
    settings.MAIL_ALLOWED = ["*@trial.example"]
    tell("real@person.example", "me@trial.example", now=now)

    assert send(now) == 1

    assert list(Message.objects.order_by("id").values_list("state", "error")) == [
        ("withheld", "outside the allow-list of addresses"),
        ("sent", ""),
    ]
    assert [letter.to for letter in mail.outbox] == [["me@trial.example"]]


def test_no_list_allows_all_and_an_empty_one_nobody() -> None:
    assert is_allowed("a@b.hk", None)
    assert not is_allowed("a@b.hk", [])
    assert is_allowed("A@B.hk", ["*@b.HK"])


# ---- the line itself -----------------------------------------------------------------------------


@contextmanager
def server(*answers: bytes) -> Iterator[int]:
    """A mail server that says these lines, one for each that it hears, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            line, _ = listening.accept()
            with line, line.makefile("rb") as heard:
                line.sendall(b"220 ready\r\n")
                for answer in answers:
                    said = heard.readline()
                    while answer == b"" and said not in (b".\r\n", b""):
                        said = heard.readline()
                    if answer:
                        line.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(timeout=10)


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ((b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n"), smtplib.SMTPServerDisconnected),
        ((b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b""), MayHaveLeft),
    ],
    ids=["before the letter", "after the letter"],
)
def test_a_broken_line_says_whether_the_letter_may_have_left(
    answers: tuple[bytes, ...], raised: type[Exception]
) -> None:
    with server(*answers) as port:
        backend = CarefulBackend(host="127.0.0.1", port=port, timeout=10)
        with pytest.raises(smtplib.SMTPException) as error:
            backend.send_messages([EmailMessage("s", "b\n.dot\n", "a@b.hk", ["c@d.hk"])])
        backend.connection = None

    assert type(error.value) is raised


def test_a_trial_drops_what_goes_past_the_outbox(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAIL_ALLOWED = ["*@trial.example"]

    backend = CarefulBackend(host="127.0.0.1", port=1)
    sent = backend.send_messages([EmailMessage("s", "b", "a@b.hk", ["real@person.example"])])

    assert sent == 0
    assert "outside MAIL_ALLOW" in caplog.text
