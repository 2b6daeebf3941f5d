"""A person's messages on the site: there whatever became of the mail, and read when they say so."""

from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from applications.domain.consents import live_consents
from applications.models import Application
from dtt.letters import COHORT
from dtt.play.people import make_applicant, make_cohort
from notifications.domain.delivery import claim, deliver
from notifications.domain.outbox import Telling, queue
from notifications.models import Message
from notifications.queries import inbox_of
from tests.notifications.test_outbox import agree, news

pytestmark = pytest.mark.django_db
FACTS = {"cohort": COHORT, "reference": "DTT-7KQ2MX34", "file": "cv.pdf"}


@pytest.fixture
def person(client: Client) -> User:
    made = User.objects.create_user("tai.man@dtt.example")
    client.force_login(made)
    return made


def tell(person: User, number: int = 1, *, ago: timedelta = timedelta(minutes=1)) -> list[Message]:
    now = timezone.now() - ago
    runs = [f"document:{person.pk}:{n}:{ago}" for n in range(number)]
    queue([Telling(person, "document-refused", run, FACTS) for run in runs], now=now)
    return list(Message.objects.filter(run__in=runs).order_by("id"))


def test_what_somebody_was_told_is_not_kept_by_the_browser(client: Client, person: User) -> None:
    """Back, after signing out on a shared machine, shows nothing."""
    [told] = tell(person)
    addresses = [
        reverse("home"),
        reverse("notifications:inbox"),
        reverse("notifications:message", args=[told.uuid]),
    ]

    kept = [client.get(address)["Cache-Control"] for address in addresses]
    client.logout()

    assert all("no-store" in one and "private" in one for one in kept)
    assert [client.get(address).status_code for address in addresses] == [302] * 3


def page(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(f"notifications:{name}", args=args)).content.decode()


def test_looking_changes_nothing_and_saying_so_does(client: Client, person: User) -> None:
    first, _other = tell(person, 2)

    page(client, "inbox")
    shown = page(client, "message", first.uuid)
    before = inbox_of(person, timezone.now()).unread
    client.post(reverse("notifications:read", args=[first.uuid]))
    after = inbox_of(person, timezone.now()).unread
    client.post(reverse("notifications:read_all"))

    assert "cv.pdf" in shown
    assert 'data-unread="2"' in shown
    assert (before, after, inbox_of(person, timezone.now()).unread) == (2, 1, 0)
    assert first.subject in page(client, "inbox")
    assert not Message.objects.filter(read_at=None).exists()


def test_a_script_that_says_so_gets_nothing_to_show(client: Client, person: User) -> None:
    [message] = tell(person)

    answer = client.post(
        reverse("notifications:read", args=[message.uuid]),
        headers={"X-Requested-With": "fetch"},
    )

    assert (answer.status_code, answer.content) == (204, b"")


def test_what_could_not_be_mailed_is_still_here(client: Client, person: User) -> None:
    [message] = tell(person)
    User.objects.filter(pk=person.pk).update(email="a b@dtt.example")

    deliver(message_ids=claim(now=timezone.now()), now=timezone.now())

    message.refresh_from_db()
    assert message.state == Message.State.FAILED
    assert message.subject in page(client, "inbox")


def test_nobody_sees_or_reads_what_is_somebody_elses(client: Client, person: User) -> None:
    [theirs] = tell(User.objects.create_user("other@dtt.example"))

    assert client.get(reverse("notifications:message", args=[theirs.uuid])).status_code == 404
    assert client.post(reverse("notifications:read", args=[theirs.uuid])).status_code == 404
    client.post(reverse("notifications:read_all"))
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_a_message_that_is_held_is_not_here_yet(client: Client, person: User) -> None:
    now = timezone.now()
    queue(
        [Telling(person, "document-refused", "r", FACTS)], now=now, due_at=now + timedelta(hours=1)
    )

    assert "No messages yet" in page(client, "inbox")
    held = Message.objects.get()
    assert client.get(reverse("notifications:message", args=[held.uuid])).status_code == 404
    assert inbox_of(person, now).unread == 0


@pytest.mark.parametrize("number", [1, 3, 25])
def test_the_list_costs_the_same_for_one_and_for_many(
    number: int, client: Client, person: User, django_assert_num_queries: object
) -> None:
    tell(person, number)

    with django_assert_num_queries(5):  # type: ignore[operator]
        page(client, "inbox")


# ---- the end of news -----------------------------------------------------------------------------


@pytest.fixture
def reader(now: datetime) -> Application:
    """Somebody who asked for news, and got some."""
    application = make_applicant(make_cohort(now=now), 1, now=now)
    agree(application, "marketing", "publicity", now=now)
    Message.objects.all().delete()
    queue([news(application.user)], now=now)
    deliver(message_ids=claim(now=now + timedelta(hours=1)), now=now)
    return application


def test_news_says_how_to_end_it_and_a_notice_does_not(reader: Application, now: datetime) -> None:
    tell(reader.user)
    deliver(message_ids=claim(now=timezone.now()), now=timezone.now())

    letter, notice = mail.outbox
    address = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in letter.body
    assert not any(name.startswith("List-") for name in notice.extra_headers)


def test_anybody_with_the_address_ends_the_news_without_signing_in(
    reader: Application, settings: LazySettings
) -> None:
    whole = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>")
    address = whole.removeprefix(settings.SITE_URL)
    browser = Client(enforce_csrf_checks=True)

    looked = browser.get(address)
    still = live_consents(reader)
    ended = browser.post(address, {"List-Unsubscribe": "One-Click"})
    again = browser.post(address)

    assert (looked.status_code, ended.status_code, again.status_code) == (200, 200, 200)
    assert (sorted(still), live_consents(reader)) == (["marketing", "publicity"], ["publicity"])


@pytest.mark.parametrize("token", ["x", "1:x:y", "…", "a" * 3000])
def test_a_made_up_address_ends_nothing(token: str, reader: Application) -> None:
    answer = Client().post(reverse("notifications:unsubscribe", args=[token]))

    assert answer.status_code == 404
    assert sorted(live_consents(reader)) == ["marketing", "publicity"]
