"""Staff take back, try again, decide the uncertain, correct, and look after addresses."""

import json
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from dtt.play.selection import make_staff
from notifications import kinds
from notifications.domain.correcting import UnableToCorrect, write_correction
from notifications.domain.delivery import claim, deliver
from notifications.domain.mending import These, UnableToMend, it_left, recall, send_again, try_again
from notifications.domain.outbox import Telling, queue
from notifications.models import AddressTrouble, Correction, Message
from notifications.queries import inbox_of, messages_to
from tests.notifications.announcements import agree_to
from tests.walk import signed_in
from tests.work import do_the_work

pytestmark = pytest.mark.django_db
KIND = "timetable-published"
SECRET = "mail:" + "s" * 20


@pytest.fixture
def staff(now: datetime) -> list[User]:
    made = make_staff(now=now)
    return [made.asker, made.second]


def tell(number: int, *, now: datetime, run: str = "timetable:1") -> list[Message]:
    people = [User.objects.get_or_create(email=f"person{n}@dtt.example")[0] for n in range(number)]
    facts = kinds.known(KIND).examples
    queue([Telling(one, KIND, run, dict(facts), run) for one in people], now=now)
    return list(Message.objects.filter(run=run).order_by("id"))


def send(now: datetime) -> int:
    return deliver(message_ids=claim(now=now, limit=100), now=now)


def states() -> list[str]:
    return list(Message.objects.order_by("id").values_list("state", flat=True))


def by(person: User, now: datetime, **these: Any) -> dict[str, Any]:
    return {"these": These(**these), "by": person, "reason": "wrong room", "now": now}


def test_what_is_taken_back_in_the_hold_is_never_sent_nor_shown(
    staff: list[User], now: datetime
) -> None:
    tell(3, now=now)

    done = recall(**by(staff[0], now, run="timetable:1"))

    later = now + timedelta(days=1)
    assert (done, send(later), states()) == (3, 0, ["recalled"] * 3)
    assert list(messages_to(Message.objects.all()[0].person, later)) == []
    assert mail.outbox == []
    events = AuditEvent.objects.filter(verb="recall-message")
    assert {(event.actor, event.reason) for event in events} == {(staff[0], "wrong room")}
    assert len(events) == 3


def test_what_has_left_cannot_be_taken_back(staff: list[User], now: datetime) -> None:
    first, *_ = tell(2, now=now)
    send(now + timedelta(minutes=10))

    with pytest.raises(UnableToMend):
        recall(**by(staff[0], now, ids=[first.pk]))

    assert states() == ["sent"] * 2


def test_a_dead_letter_is_tried_again_when_staff_say_so(staff: list[User], now: datetime) -> None:
    message, *_ = tell(1, now=now)
    User.objects.filter(pk=message.person_id).update(email="not an address")
    later = now + timedelta(minutes=10)
    send(later)
    assert states() == ["failed"]
    User.objects.filter(pk=message.person_id).update(email="right@dtt.example")

    try_again(**by(staff[0], later, ids=[message.pk]))

    assert (send(later), states()) == (1, ["sent"])


@pytest.mark.parametrize(("verb", "sent"), [(it_left, 0), (send_again, 1)])
def test_staff_decide_what_is_uncertain(
    verb: Any, sent: int, staff: list[User], now: datetime
) -> None:
    message, *_ = tell(1, now=now)
    at = now + timedelta(minutes=10)
    claim(now=at)  # and the worker dies
    with pytest.raises(UnableToMend):
        verb(**by(staff[0], at, ids=[message.pk]))  # it may still be at work

    later = at + timedelta(minutes=10)
    verb(**by(staff[0], later, ids=[message.pk]))

    assert (send(later), states(), len(mail.outbox)) == (sent, ["sent"], sent)


def test_staff_see_how_the_outbox_stands_and_act_on_it(staff: list[User]) -> None:
    now = timezone.now()
    tell(2, now=now, run="timetable:2")
    browser = signed_in(staff[0])

    page = browser.get(reverse("admin:notifications_message_changelist")).content.decode()
    address = reverse("admin:notifications_message_mend", args=["recall"])
    asked = browser.get(f"{address}?run=timetable:2").content.decode()
    silent = browser.post(address, {"run": "timetable:2", "reason": " "})
    browser.post(address, {"run": "timetable:2", "reason": "wrong room"})

    assert "2 people" in page
    assert f"{address}?run=timetable%3A2" in page
    assert "person0@dtt.example" in asked
    assert silent.status_code == 422
    assert states() == ["recalled"] * 2


@pytest.mark.parametrize("ids", ["", "x", "-1", "9" * 40, "1,2,,", "\u0663"])
def test_odd_ids_change_nothing(ids: str, staff: list[User], now: datetime) -> None:
    browser = signed_in(staff[0])

    for name, args in (("message_mend", ["recall"]), ("correction_new", [])):
        answer = browser.get(reverse(f"admin:notifications_{name}", args=args), {"ids": ids})
        assert answer.status_code == 302
    assert (
        browser.get(reverse("admin:notifications_message_mend", args=["nothing"])).status_code
        == 404
    )


# ---- corrections ---------------------------------------------------------------------------------


def correct(messages: list[Message], who: User, now: datetime) -> Correction:
    return write_correction(
        message_ids=[message.pk for message in messages],
        text_en="It is room 5.",
        text_zh="是五號房。",
        incident="typed the wrong room",
        by=who,
        now=now,
    )


def test_a_few_people_are_told_what_is_right_with_both_messages_linked(
    staff: list[User], now: datetime
) -> None:
    wrong = tell(3, now=now)
    User.objects.filter(pk=wrong[1].person_id).update(language="zh-hant")
    at = now + timedelta(minutes=10)
    send(at)

    correct(wrong[:2], staff[0], at)

    right = list(Message.objects.filter(kind="correction").order_by("id"))
    assert [one.corrects_id for one in right] == [wrong[0].pk, wrong[1].pk]
    assert "It is room 5." in right[0].body
    assert "是五號房。" in right[1].body
    assert {one.due_at for one in right} == {at + timedelta(minutes=10)}
    event = AuditEvent.objects.get(verb="write-correction")
    assert (event.actor, event.reason) == (staff[0], "typed the wrong room")


def test_more_than_twenty_people_are_told_only_when_two_agree(
    staff: list[User], now: datetime
) -> None:
    wrong = tell(21, now=now)
    at = now + timedelta(minutes=10)
    send(at)

    correction = correct(wrong, staff[0], at)

    assert Message.objects.filter(kind="correction").count() == 0
    agree_to(correction, staff[1], at)
    assert Message.objects.filter(kind="correction").count() == 0
    assert do_the_work(at) == ["done"]
    assert Message.objects.filter(kind="correction").count() == 21


def test_a_message_that_has_not_left_is_taken_back_and_not_corrected(
    staff: list[User], now: datetime
) -> None:
    with pytest.raises(UnableToCorrect):
        correct(tell(1, now=now), staff[0], now)

    assert Correction.objects.count() == 0


def test_a_person_sees_that_a_message_was_wrong(staff: list[User], client: Client) -> None:
    now = timezone.now()
    [wrong] = tell(1, now=now - timedelta(hours=1))
    send(now - timedelta(minutes=40))
    correct([wrong], staff[0], now - timedelta(minutes=30))
    client.force_login(wrong.person)

    page = client.get(reverse("notifications:message", args=[wrong.uuid])).content.decode()
    [right] = Message.objects.filter(kind="correction")

    assert "This message was wrong." in page
    assert reverse("notifications:message", args=[right.uuid]) in page
    assert (
        wrong.subject
        in client.get(reverse("notifications:message", args=[right.uuid])).content.decode()
    )


def test_staff_write_a_correction_on_its_page(staff: list[User], now: datetime) -> None:
    wrong = tell(2, now=now)
    send(now + timedelta(minutes=10))
    browser = signed_in(staff[0])
    address = reverse("admin:notifications_correction_new")
    ids = ",".join(str(message.pk) for message in wrong)
    said = {"ids": ids, "text_en": "Room 5.", "text_zh": "五號房。", "incident": "typing"}

    page = browser.get(address, {"ids": ids}).content.decode()
    half = browser.post(address, said | {"text_zh": ""})
    done = browser.post(address, said, follow=True)

    assert "2 people get it" in page
    assert half.status_code == 422
    assert "typing" in done.content.decode()
    assert Message.objects.filter(kind="correction").count() == 2


# ---- addresses in trouble ------------------------------------------------------------------------


def bounce(address: str, kind: str = "HardBounce") -> dict[str, Any]:
    return {
        "RecordType": "SpamComplaint" if kind == "SpamComplaint" else "Bounce",
        "Type": kind,
        "Email": address,
        "MessageID": "4f1b",
        "Description": "The server was unable to deliver your message.",
        "BouncedAt": "2027-03-01T04:00:00Z",
    }


def call(client: Client, said: Any, secret: str = SECRET, service: str = "postmark") -> int:
    return client.post(
        reverse("mail_hook", args=[service]),
        said if isinstance(said, str) else json.dumps(said),
        content_type="application/json",
        headers={"Authorization": f"Basic {b64encode(secret.encode()).decode()}"},
    ).status_code


def test_mail_that_comes_back_marks_the_address_and_tells_its_person(
    client: Client, settings: LazySettings, staff: list[User]
) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    person = User.objects.create_user("tai.man@dtt.example")

    answers = [call(client, bounce("Tai.Man@dtt.example")) for _ in range(2)]

    [trouble] = AddressTrouble.objects.all()
    assert answers == [200, 200]
    assert (trouble.person, trouble.kind, trouble.times) == (person, "bounced", 2)
    client.force_login(person)
    assert "Our e-mail to tai.man@dtt.example comes back." in client.get("/home").content.decode()
    browser = signed_in(staff[0])
    browser.post(
        reverse("admin:notifications_trouble_settle", args=[trouble.pk]), {"reason": "phoned"}
    )
    assert not inbox_of(person, timezone.now()).bounces


def test_a_changed_address_is_out_of_trouble(client: Client, settings: LazySettings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    person = User.objects.create_user("tai.man@dtt.example")
    call(client, bounce(person.email))

    person.email = "new@dtt.example"
    person.save()

    assert not inbox_of(person, timezone.now()).bounces


@pytest.mark.parametrize(
    ("secret", "status"), [("mail:" + "x" * 20, 400), ("", 400), (SECRET + "x", 400)]
)
def test_a_forged_call_is_refused(
    secret: str, status: int, client: Client, settings: LazySettings
) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    User.objects.create_user("tai.man@dtt.example")

    assert call(client, bounce("tai.man@dtt.example"), secret) == status
    assert AddressTrouble.objects.count() == 0


def test_without_a_secret_nobody_can_call(client: Client, settings: LazySettings) -> None:
    settings.ANYMAIL = {}

    assert call(client, bounce("tai.man@dtt.example"), "") == 404


@pytest.mark.parametrize(
    "said", ["", "{", "[]", "null", '"x"', '{"RecordType": 7}', '{"RecordType": "Bounce"}', "\x00"]
)
def test_a_call_that_cannot_be_read_writes_nothing(
    said: str, client: Client, settings: LazySettings
) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}

    assert call(client, said) in (200, 400)
    assert call(client, bounce("nobody@dtt.example")) == 200
    assert call(client, bounce("x"), service="nothing") == 404
    assert AddressTrouble.objects.count() == 0
