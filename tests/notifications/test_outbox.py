"""The outbox tells each person each fact once, and says so when it cannot."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings, settings
from django.core import mail
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from applications.domain.consents import change_consents
from applications.models import Application, Cohort
from dtt.letters import COHORT
from dtt.play.people import make_applicant, make_cohort
from notifications import kinds
from notifications.domain.delivery import claim, deliver
from notifications.domain.outbox import Telling, UnableToQueue, queue
from notifications.language import parse
from notifications.models import Message
from notifications.texts import check, render
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
TEXTS = Path(settings.BASE_DIR) / "templates" / "messages"
FACTS = {
    "cohort": COHORT,
    "reference": "DTT-7KQ2MX34",
    "quiz_opens_at": NOW,
    "quiz_closes_at": NOW,
    "applications_close_at": NOW,
    "shortlist_at": NOW,
    "answers": "",
    "contact": "programme@dtt.example",
    "undo_until": NOW,
}


@pytest.fixture
def cohort(now: datetime) -> Cohort:
    return make_cohort(now=now)


def person(number: int = 1, **fields: Any) -> User:
    return User.objects.create_user(f"person{number}@dtt.example", **fields)


def received(to: User, run: str = "application:1:submitted", **more: Any) -> Telling:
    return told("application-received", to, run, **more)


def withdrawn(to: User, run: str = "application:1:withdrawn", **more: Any) -> Telling:
    return told("application-withdrawn", to, run, **more)


def told(kind: str, to: User, run: str, **more: Any) -> Telling:
    named = kinds.known(kind).examples.keys()
    facts = {name: fact for name, fact in FACTS.items() if name in named}
    return Telling(person=to, kind=kind, run=run, variables=facts, **more)


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

    assert subject == "We have your application DTT Bcc: x@y.hk"


def test_a_line_break_in_an_address_spoils_one_message_and_not_the_batch(now: datetime) -> None:
    broken, sound = person(1), person(2)
    User.objects.filter(pk=broken.pk).update(email="a@b.hk\nBcc: x@y.hk")
    queue([received(broken), received(sound)], now=now)

    assert send(now) == 1

    assert states() == ["failed", "sent"]
    assert [message.to for message in mail.outbox] == [[sound.email]]


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


@pytest.mark.parametrize("path", sorted(TEXTS.glob("*.txt")), ids=lambda path: path.name)
def test_every_text_is_of_a_declared_kind_and_names_what_that_has(path: Path) -> None:
    name, language, _ = path.name.split(".")
    kind = kinds.known(name)

    assert kinds.is_declared(name), f"declare {name} in dtt/letters.py"
    subject, _, body = path.read_text().partition("\n")
    for text in (subject, body):
        check(kind, parse(text))
    said = render(name, language, kind.examples)
    assert said.subject
    assert "None" not in said.body


def test_a_declared_kind_has_its_text() -> None:
    kinds_of_texts = {path.name.split(".")[0] for path in TEXTS.glob("*.txt")}

    assert {kind.name for kind in kinds.declared()} == kinds_of_texts


@pytest.mark.parametrize("kind", kinds.declared(), ids=lambda kind: kind.name)
def test_without_what_may_be_missing_a_text_has_no_gap(kind: kinds.Kind) -> None:
    facts = {name: value for name, value in kind.examples.items() if name not in kind.optional}

    for language in ("en", "zh-hant"):
        said = render(kind.name, language, facts)
        assert "  " not in said.body.replace("\n", " \n")
        assert "None" not in said.subject + said.body


# ---- what contradicts ----------------------------------------------------------------------------


def decided(to: User, kind: str, run: str = "selection:7", topic: str = "places") -> Telling:
    return Telling(person=to, kind=kind, run=run, variables=kinds.known(kind).examples, topic=topic)


def test_nobody_is_told_yes_and_no_in_one_call(now: datetime) -> None:
    one, other = person(1), person(2)
    told = [decided(one, "place-offered"), decided(other, "place-offered")]

    with pytest.raises(UnableToQueue), transaction.atomic():
        queue([*told, decided(one, "place-not-selected")], now=now)

    assert Message.objects.count() == 0


def test_nobody_is_told_yes_and_no_by_one_decision(now: datetime) -> None:
    one = person()
    queue([decided(one, "place-offered")], now=now)

    with pytest.raises(UnableToQueue), transaction.atomic():
        queue([decided(one, "place-not-selected")], now=now)

    assert list(Message.objects.values_list("kind", "state")) == [("place-offered", "queued")]


def test_what_has_left_is_not_contradicted_by_the_same_decision(now: datetime) -> None:
    one = person()
    queue([decided(one, "place-offered")], now=now)
    send(now + timedelta(minutes=10))

    with pytest.raises(UnableToQueue), transaction.atomic():
        queue([decided(one, "place-not-selected")], now=now)

    assert states() == ["sent"]


def test_two_topics_do_not_contradict_each_other(now: datetime) -> None:
    one = person()

    queue(
        [decided(one, "place-offered"), decided(one, "place-not-selected", topic="other cohort")],
        now=now,
    )

    assert states() == ["queued"] * 2


def test_a_newer_decision_takes_the_place_of_one_that_waits(now: datetime) -> None:
    one = person()
    queue([decided(one, "place-offered")], now=now)

    queue([decided(one, "place-lapsed", run="selection:7:lapsed")], now=now)

    assert states() == ["void", "queued"]


def test_the_database_itself_refuses_a_contradiction(now: datetime) -> None:
    one = person()
    queue([decided(one, "place-offered")], now=now)
    waiting = Message.objects.get()

    waiting.pk, waiting.uuid, waiting.kind = None, uuid4(), "place-not-selected"

    with pytest.raises(IntegrityError, match="no_contradiction"), transaction.atomic():
        waiting.save()


# ---- who waits how long --------------------------------------------------------------------------


def test_a_decision_waits_and_a_receipt_does_not(now: datetime) -> None:
    one = person()

    queue([decided(one, "place-offered"), received(one)], now=now)

    assert dict(Message.objects.values_list("kind", "due_at")) == {
        "place-offered": now + timedelta(minutes=10),
        "application-received": now,
    }


def test_a_receipt_goes_before_letters_to_many(now: datetime) -> None:
    later = now + timedelta(hours=1)
    queue([decided(person(n), "place-offered", run=f"selection:{n}") for n in range(3)], now=now)
    queue([received(person(9))], now=later)

    [first] = claim(now=later, limit=1)

    assert Message.objects.get(pk=first).kind == "application-received"


def test_all_workers_together_keep_to_a_pace(now: datetime, settings: LazySettings) -> None:
    settings.MESSAGES_PER_MINUTE = 3
    queue([received(person(number)) for number in range(8)], now=now)
    at = now.replace(second=10)

    claimed = [len(claim(now=at, limit=2)) for _ in range(3)]
    claimed += [len(claim(now=at + timedelta(minutes=1), limit=5)) for _ in range(2)]

    assert claimed == [2, 1, 0, 3, 0]


# ---- news ----------------------------------------------------------------------------------------


def news(to: User) -> Telling:
    facts = {"heading": "A talk", "text": "Come."}
    return Telling(person=to, kind="programme-news", run="news:1", variables=facts)


def test_news_to_somebody_without_consent_is_not_even_queued(now: datetime, cohort: Cohort) -> None:
    asked = make_applicant(cohort, 1, now=now)
    agreed = make_applicant(cohort, 2, now=now)
    agree(agreed, "marketing", now=now)
    Message.objects.all().delete()

    queue([news(asked.user), news(agreed.user)], now=now)

    assert list(Message.objects.values_list("person", "category")) == [
        (agreed.user.pk, "marketing")
    ]


def test_a_consent_taken_back_in_the_last_minute_stops_the_news(
    now: datetime, cohort: Cohort
) -> None:
    one = make_applicant(cohort, 1, now=now)
    agree(one, "marketing", now=now)
    Message.objects.all().delete()
    queue([news(one.user)], now=now)

    agree(one, now=now)

    assert send(now + timedelta(hours=1)) == 0
    assert states() == ["void"]
    assert mail.outbox == []


def agree(application: Application, *purposes: str, now: datetime) -> None:
    change_consents(
        application_id=application.pk,
        purposes=purposes,
        language="en",
        by=application.user,
        now=now,
    )
