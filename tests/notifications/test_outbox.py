"""The outbox tells each person each fact once, and says so when it cannot."""

import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction

from accounts.models import User
from notifications.domain.outbox import MAX_ATTEMPTS, Telling, claim, deliver, queue
from notifications.models import Message
from notifications.texts import MissingVariable, render
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
TEXTS = Path(settings.BASE_DIR) / "templates" / "messages"
FACTS = {
    "cohort": "Spring 2027",
    "reference": "DTT-7KQ2MX34",
    "quiz_opens_at": NOW,
    "quiz_closes_at": NOW,
    "applications_close_at": NOW,
    "shortlist_at": NOW,
    "answers": "",
    "contact": "programme@dtt.example",
    "undo_until": NOW,
}


class RefusingBackend(EmailBackend):
    """A mail server that refuses everything, as real ones do on bad days."""

    error: Exception = smtplib.SMTPServerDisconnected("gone")

    def send_messages(self, messages: Any) -> int:
        raise self.error


class UnknownRecipientBackend(RefusingBackend):
    error = smtplib.SMTPRecipientsRefused({"a@b.hk": (550, b"unknown")})


def person(number: int = 1, **fields: Any) -> User:
    return User.objects.create_user(f"person{number}@dtt.example", **fields)


def received(to: User, run: str = "application:1:submitted", **more: Any) -> Telling:
    return Telling(person=to, kind="application-received", run=run, variables=FACTS, **more)


def withdrawn(to: User, run: str = "application:1:withdrawn", **more: Any) -> Telling:
    return Telling(person=to, kind="application-withdrawn", run=run, variables=FACTS, **more)


def states() -> list[str]:
    return list(Message.objects.order_by("id").values_list("state", flat=True))


def send(now: datetime) -> int:
    return deliver(message_ids=claim(now=now), now=now)


def test_a_fact_that_is_told_twice_is_told_once(now: datetime) -> None:
    one = person()

    queue([received(one)], now=now)
    queue([received(one)], now=now)

    assert [send(now), send(now)] == [1, 0]
    assert [message.to for message in mail.outbox] == [[one.email]]


def test_a_newer_fact_voids_what_has_not_left_of_its_topic(now: datetime) -> None:
    one, other = person(1), person(2)
    queue([received(one, topic="t"), received(other, topic="t")], now=now)

    queue([withdrawn(one, topic="t")], now=now)

    assert states() == ["void", "queued", "queued"]


def test_a_newer_fact_leaves_alone_what_has_left_and_other_topics(now: datetime) -> None:
    one = person()
    queue([received(one, topic="t")], now=now)
    send(now)
    queue([received(one, run="another", topic="u")], now=now)

    queue([withdrawn(one, topic="t")], now=now)

    assert states() == ["sent", "queued", "queued"]


def test_nothing_is_told_of_what_did_not_happen(now: datetime) -> None:
    with transaction.atomic():
        queue([received(person())], now=now)
        transaction.set_rollback(True)

    assert Message.objects.count() == 0


def test_a_missing_variable_is_refused(now: datetime) -> None:
    facts = {name: fact for name, fact in FACTS.items() if name != "reference"}

    with pytest.raises(MissingVariable, match=r"application-received\.en needs 'reference'"):
        queue(
            [Telling(person=person(), kind="application-received", run="r", variables=facts)],
            now=now,
        )


def test_a_message_waits_until_it_is_due(now: datetime) -> None:
    queue([received(person())], now=now, due_at=now + timedelta(minutes=10))

    assert claim(now=now + timedelta(minutes=10) - timedelta(microseconds=1)) == []
    assert len(claim(now=now + timedelta(minutes=10))) == 1


def test_people_are_told_in_their_own_language(now: datetime) -> None:
    queue([received(person(1)), received(person(2, language="zh-hant"))], now=now)

    subjects = Message.objects.order_by("id").values_list("subject", flat=True)
    assert list(subjects) == [
        "We have your application DTT-7KQ2MX34",
        "我們已收到你的申請 DTT-7KQ2MX34",
    ]


def test_a_line_break_in_a_subject_becomes_a_space() -> None:
    facts = FACTS | {"name": "CHAN", "site_url": "", "reference": "DTT\r\nBcc: x@y.hk"}

    subject = render("application-received", "en", facts).subject

    assert subject == "We have your application DTT"


def test_a_line_break_in_an_address_spoils_one_message_and_not_the_batch(now: datetime) -> None:
    broken, sound = person(1), person(2)
    User.objects.filter(pk=broken.pk).update(email="a@b.hk\nBcc: x@y.hk")
    queue([received(broken), received(sound)], now=now)

    assert send(now) == 1

    assert states() == ["failed", "sent"]
    assert [message.to for message in mail.outbox] == [[sound.email]]


def test_a_server_that_refuses_is_asked_again_and_then_given_up(
    now: datetime, settings: LazySettings
) -> None:
    queue([received(person())], now=now)
    settings.EMAIL_BACKEND = "tests.notifications.test_outbox.RefusingBackend"

    seen = []
    for _ in range(MAX_ATTEMPTS):
        message = Message.objects.get()
        assert claim(now=message.due_at - timedelta(microseconds=1)) == []
        assert send(message.due_at) == 0
        seen += states()

    assert seen == ["queued"] * (MAX_ATTEMPTS - 1) + ["failed"]
    assert Message.objects.get().error == "SMTPServerDisconnected: gone"
    assert send(now + timedelta(days=1)) == 0


def test_an_unknown_recipient_is_given_up_at_once(now: datetime, settings: LazySettings) -> None:
    queue([received(person())], now=now)
    settings.EMAIL_BACKEND = "tests.notifications.test_outbox.UnknownRecipientBackend"

    send(now)

    assert states() == ["failed"]


def test_what_a_dead_worker_held_is_never_sent_again_by_itself(now: datetime) -> None:
    queue([received(person())], now=now)
    claim(now=now)

    assert send(now + timedelta(days=1)) == 0
    assert states() == ["sending"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_claim_disjoint_batches(now: datetime) -> None:
    queue([received(person(number)) for number in range(30)], now=now)
    together = Barrier(2)

    def work(_: int) -> list[int]:
        try:
            with transaction.atomic():
                together.wait()
                ids = claim(now=now, limit=20)
                together.wait()  # both hold their rows until both have claimed
                return ids
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(work, range(2))

    assert set(first).isdisjoint(second)
    assert len(first) + len(second) == 30
    assert states() == ["sending"] * 30


@pytest.mark.parametrize("path", sorted(TEXTS.glob("*.en.txt")), ids=lambda path: path.name)
def test_every_text_has_its_twin_in_chinese(path: Path) -> None:
    twin = path.with_name(path.name.replace(".en.txt", ".zh-hant.txt"))

    english, chinese = path.read_text(), twin.read_text()

    assert min(len(text.splitlines()) for text in (english, chinese)) > 2
    assert english.startswith("[Action needed") == chinese.startswith(("[", "［", "【"))


def test_no_chinese_text_is_without_its_english_twin() -> None:
    chinese = {path.name.removesuffix(".zh-hant.txt") for path in TEXTS.glob("*.zh-hant.txt")}

    assert chinese == {path.name.removesuffix(".en.txt") for path in TEXTS.glob("*.en.txt")}
