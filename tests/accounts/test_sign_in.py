"""Signing up, in and out, and choosing a new password: what it says, to whom, and how often."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connections
from django.http import HttpRequest
from django.test import Client, RequestFactory

from accounts.domain.people import register_person
from accounts.models import AuditEvent, User
from accounts.web.addresses import address_of
from dtt.play.people import make_cohort, make_user

PASSWORD, OTHER = "a-long-and-quiet-river", "another-quiet-river"
LOGIN, SIGNUP, RESET = "/account/login/", "/account/signup/", "/account/password/reset/"


class Counting(MD5PasswordHasher):
    """Counts how often it is made to work."""

    worked = 0

    def encode(self, password: str, salt: str) -> str:
        Counting.worked += 1
        return super().encode(password, salt)


@dataclass(frozen=True)
class Answer:
    """All that somebody outside can tell two addresses apart by."""

    steps: list[tuple[int, str]]
    body: str
    cookies: frozenset[str]
    hashes: int
    mails: int


@pytest.fixture
def ask(settings: LazySettings) -> Callable[[str, str, dict[str, str]], Answer]:
    settings.PASSWORD_HASHERS = ["tests.accounts.test_sign_in.Counting"]

    def post(page: str, email: str, data: dict[str, str]) -> Answer:
        client = Client()
        before, sent = Counting.worked, len(mail.outbox)
        answer = client.post(page, data, follow=True)
        chain = [(status, where) for where, status in answer.redirect_chain]
        body = re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]+"', r"\1", answer.content.decode())
        return Answer(
            steps=[*chain, (answer.status_code, "")],
            body=body.replace(email, "ADDRESS"),
            cookies=frozenset(client.cookies),
            hashes=Counting.worked - before,
            mails=len(mail.outbox) - sent,
        )

    return post


def people() -> dict[str, str]:
    """Addresses of every kind, by kind; `unknown` comes first."""
    make_user("known@dtt.example", password=PASSWORD)
    closed = make_user("closed@dtt.example", password=PASSWORD)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    now = datetime.now(UTC)
    register_person(email="imported@dtt.example", now=now)
    register_person(email="unconfirmed@dtt.example", password=PASSWORD, now=now)
    kinds = ("unknown", "known", "closed", "imported", "unconfirmed")
    return {kind: f"{kind}@dtt.example" for kind in kinds}


def told_apart(answers: dict[str, Answer]) -> dict[str, Answer]:
    return {kind: answer for kind, answer in answers.items() if answer != answers["unknown"]}


def sign_in(client: Client, email: str = "known@dtt.example", password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"login": email, "password": password})


def verbs(person: User) -> list[str]:
    events = AuditEvent.objects.filter(object_type="accounts.user", object_id=str(person.pk))
    return list(events.order_by("pk").values_list("verb", flat=True))


@pytest.mark.django_db
class TestNobodyLearnsWhoHasAnAccount:
    def test_by_signing_in(self, ask: Callable[..., Answer]) -> None:
        answers = {
            kind: ask(LOGIN, email, {"login": email, "password": OTHER})
            for kind, email in people().items()
        }

        assert told_apart(answers) == {}
        assert (answers["known"].steps, answers["known"].hashes) == ([(200, "")], 1)

    def test_by_signing_up(self, ask: Callable[..., Answer]) -> None:
        answers = {
            kind: ask(SIGNUP, email, {"email": email, "password1": OTHER})
            for kind, email in people().items()
        }

        assert told_apart(answers) == {}
        assert (answers["known"].hashes, answers["known"].mails) == (1, 1)

    def test_by_signing_up_twice(self, ask: Callable[..., Answer]) -> None:
        emails = people()
        for email in emails.values():
            ask(SIGNUP, email, {"email": email, "password1": OTHER})

        answers = {
            kind: ask(SIGNUP, email, {"email": email, "password1": OTHER})
            for kind, email in emails.items()
        }

        assert told_apart(answers) == {}

    def test_by_asking_for_a_new_password(self, ask: Callable[..., Answer]) -> None:
        answers = {kind: ask(RESET, email, {"email": email}) for kind, email in people().items()}

        assert told_apart(answers) == {}
        assert (answers["known"].hashes, answers["known"].mails) == (0, 1)

    def test_by_being_throttled(self, ask: Callable[..., Answer], settings: LazySettings) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"login_failed": "1/15m/key"}
        emails = people()
        for email in emails.values():
            ask(LOGIN, email, {"login": email, "password": OTHER})

        answers = {
            kind: ask(LOGIN, email, {"login": email, "password": OTHER})
            for kind, email in emails.items()
        }

        assert told_apart(answers) == {}
        assert answers["known"].steps == [(429, "")]

    def test_an_account_that_exists_keeps_its_password(self, client: Client) -> None:
        make_user("known@dtt.example", password=PASSWORD)

        client.post(SIGNUP, {"email": " Known@DTT.example ", "password1": OTHER})

        assert sign_in(client).headers["location"] == "/home"
        assert [m.subject for m in mail.outbox] == ["You have an account already"]


@pytest.mark.django_db(transaction=True)
def test_an_address_that_is_signed_up_twice_at_once_gets_one_account() -> None:
    def sign_up(_: int) -> int:
        try:
            data = {"email": "twin@dtt.example", "password1": PASSWORD}
            return Client().post(SIGNUP, data).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as several:
        answers = list(several.map(sign_up, range(4)))

    assert (answers, User.objects.count()) == ([302] * 4, 1)


@pytest.mark.django_db
class TestThrottling:
    def fail(self, times: int, *, email: str = "known@dtt.example", **extra: Any) -> list[int]:
        client = Client(**extra)
        return [sign_in(client, email, OTHER).status_code for _ in range(times)]

    def test_the_eleventh_try_in_15_minutes_is_not_looked_at(self) -> None:
        make_user("known@dtt.example", password=PASSWORD)
        start = datetime.now(UTC)

        with time_machine.travel(start, tick=False) as clock:
            failed = self.fail(10)
            eleventh = sign_in(Client())  # with the right password
            elsewhere = sign_in(Client(REMOTE_ADDR="203.0.113.9"))
            clock.move_to(start + timedelta(minutes=15, seconds=-1))
            almost = sign_in(Client())
            clock.move_to(start + timedelta(minutes=15))
            later = sign_in(Client())

        assert failed == [200] * 10
        assert [a.status_code for a in (eleventh, elsewhere, almost, later)] == [429, 429, 429, 302]

    def test_others_on_the_same_campus_go_on(self) -> None:
        make_user("known@dtt.example", password=PASSWORD)
        self.fail(11, email="somebody@dtt.example")

        assert sign_in(Client()).headers["location"] == "/home"

    def test_a_lecture_hall_signs_in_within_a_minute(self) -> None:
        """A right password counts as a failure neither of the account nor of the address."""
        make_user("known@dtt.example", password=PASSWORD)

        assert {sign_in(Client()).status_code for _ in range(31)} == {302}

    def test_one_address_cannot_try_account_after_account(self, settings: LazySettings) -> None:
        limits = settings.ACCOUNT_RATE_LIMITS
        settings.ACCOUNT_RATE_LIMITS = limits | {"login_failed": "10/15m/key,3/15m/ip"}

        answers = [self.fail(1, email=f"{n}@dtt.example")[0] for n in range(4)]
        elsewhere = self.fail(1, REMOTE_ADDR="2001:db8::1")

        assert (answers, elsewhere) == ([200, 200, 200, 429], [200])
        assert limits["login_failed"] == "10/15m/key,200/15m/ip"

    def test_a_new_password_ends_the_wait(self, client: Client) -> None:
        make_user("known@dtt.example", password=PASSWORD)
        self.fail(11)

        choose_new_password(client, "known@dtt.example", OTHER)

        assert sign_in(Client(), password=OTHER).headers["location"] == "/home"

    def test_the_sixth_letter_to_one_mailbox_is_not_sent(self, client: Client) -> None:
        data = {"email": "known@dtt.example"}

        answers = [client.post(RESET, data).status_code for _ in range(6)]

        assert (answers, len(mail.outbox)) == ([302] * 5 + [429], 5)

    def test_accounts_are_not_made_by_the_thousand(self, settings: LazySettings) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"signup": "2/15m/ip"}

        answers = [
            Client().post(SIGNUP, {"email": f"{n}@dtt.example", "password1": PASSWORD}).status_code
            for n in range(3)
        ]

        assert (answers, User.objects.count()) == ([302, 302, 429], 2)

    @pytest.mark.parametrize(
        ("language", "said"), [("en", "Please wait a quarter of an hour"), ("zh-hant", None)]
    )
    def test_it_is_said_kindly_and_with_a_way_back(self, language: str, said: str | None) -> None:
        self.fail(10)
        client = Client()
        client.cookies["django_language"] = language

        answer = sign_in(client)

        html = answer.content.decode()
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
        assert f'<html lang="{"zh-Hant-HK" if language == "zh-hant" else "en"}">' in html
        assert [RESET in html, 'href="/"' in html, "<h1>" in html] == [True] * 3
        assert said is None or said in html


class TestWhereARequestComesFrom:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "address"),
        [
            (0, "203.0.113.1", "192.0.2.7"),
            (1, "203.0.113.1", "203.0.113.1"),
            (1, "1.1.1.1, 203.0.113.1", "203.0.113.1"),
            (2, "1.1.1.1, 203.0.113.1, 10.0.0.1", "203.0.113.1"),
            (2, "203.0.113.1", "192.0.2.7"),
            (1, "", "192.0.2.7"),
            (1, "nonsense", "192.0.2.7"),
            (1, "'; DROP TABLE", "192.0.2.7"),
            (1, "[2001:db8::1]:443", "2001:db8::1"),
            (1, "fe80::1%eth0", "fe80::1"),
            (1, "::ffff:203.0.113.1", "203.0.113.1"),
            (1, "203.0.113.1:5555", "203.0.113.1"),
            (1, "," * 5000, "192.0.2.7"),
        ],
    )
    def test_is_what_the_trusted_proxy_says(
        self, settings: LazySettings, proxies: int, forwarded: str, address: str
    ) -> None:
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
        request: HttpRequest = RequestFactory().get(
            "/", REMOTE_ADDR="192.0.2.7", headers={"X-Forwarded-For": forwarded}
        )

        assert address_of(request) == address

    @pytest.mark.django_db
    @pytest.mark.parametrize("forwarded", ["", "x", "1.2.3.4, %00", "fe80::1%\u00e9", "9" * 5000])
    def test_a_forged_header_breaks_nothing(self, settings: LazySettings, forwarded: str) -> None:
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
        client = Client(REMOTE_ADDR="", headers={"X-Forwarded-For": forwarded})

        answers = [client.get("/"), sign_in(client, "nobody@dtt.example", OTHER)]

        assert [answer.status_code for answer in answers] == [200, 200]


@pytest.mark.django_db
class TestSessions:
    @pytest.fixture
    def known(self) -> User:
        return make_user("known@dtt.example", password=PASSWORD)

    @pytest.fixture
    def two(self, known: User) -> tuple[Client, Client]:
        here, there = Client(), Client()
        sign_in(here)
        sign_in(there)
        return here, there

    def test_get_another_key_at_the_sign_in(self, client: Client, known: User) -> None:
        session = client.session
        session["kept"] = "from before"
        session.save()
        before = session.session_key

        sign_in(client)

        assert client.session.session_key != before
        assert client.session["kept"] == "from before"

    def test_all_end_when_the_password_is_changed(
        self, two: tuple[Client, Client], known: User
    ) -> None:
        here, there = two

        here.post(
            "/account/password/change/",
            {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER},
        )

        assert [client.get("/home").status_code for client in two] == [302, 302]
        assert sign_in(there, password=OTHER).headers["location"] == "/home"
        assert verbs(known)[-3:] == ["change-password", "sign-out", "sign-in"]
        assert mail.outbox[-1].subject == "Your password was changed"

    def test_all_end_when_the_password_is_chosen_by_link(
        self, two: tuple[Client, Client], client: Client
    ) -> None:
        choose_new_password(client, "known@dtt.example", OTHER)

        assert [each.get("/home").status_code for each in two] == [302, 302]

    def test_staff_change_their_password_on_the_same_page(self, known: User) -> None:
        answer = Client().get("/staff/password_change/")

        assert answer.headers["location"] == "/account/password/change/"


@pytest.mark.django_db
class TestTheTrail:
    def test_names_sign_up_sign_in_and_sign_out(self, client: Client) -> None:
        client.post(SIGNUP, {"email": "new@dtt.example", "password1": PASSWORD})
        [link] = re.findall(r"/account/confirm-email/\S+", str(mail.outbox[-1].body))
        client.post(link)
        client.post("/account/logout/")

        person = User.objects.get(email="new@dtt.example")
        assert verbs(person) == ["register", "confirm-email", "sign-in", "sign-out"]

    def test_names_a_change_of_the_main_address_but_not_the_address(self, client: Client) -> None:
        person = make_user("known@dtt.example", password=PASSWORD)
        second = EmailAddress.objects.create(user=person, email="second@dtt.example", verified=True)
        sign_in(client)
        client.post("/account/reauthenticate/", {"password": PASSWORD})

        client.post("/account/email/", {"email": second.email, "action_primary": ""})

        person.refresh_from_db()
        event = AuditEvent.objects.get(verb="change-email")
        first = EmailAddress.objects.get(email="known@dtt.example")
        assert person.email == "second@dtt.example"
        assert (event.before, event.after) == ({"address": first.pk}, {"address": second.pk})
        assert [m.to for m in mail.outbox] == [["known@dtt.example"]]


@pytest.mark.django_db
class TestTheAddressIsConfirmedFirst:
    def test_nobody_gets_in_and_applies_before(self, client: Client) -> None:
        cohort = make_cohort(now=datetime.now(UTC))
        register_person(email="new@dtt.example", password=PASSWORD, now=datetime.now(UTC))

        answer = sign_in(client, "new@dtt.example")

        assert answer.headers["location"] == "/account/confirm-email/"
        assert "_auth_user_id" not in client.session
        assert client.post(f"/apply/{cohort.slug}").headers["location"].startswith(LOGIN)
        assert mail.outbox[-1].to == ["new@dtt.example"]

    def test_an_imported_person_confirms_it_by_choosing_a_password(self, client: Client) -> None:
        person = register_person(email="imported@dtt.example", now=datetime.now(UTC))

        choose_new_password(client, "imported@dtt.example", PASSWORD)

        assert sign_in(client, "imported@dtt.example").headers["location"] == "/home"
        assert verbs(person) == ["register", "change-password", "confirm-email", "sign-in"]

    def test_a_link_confirms_no_address_of_several(self, client: Client) -> None:
        """The letter may have gone to either."""
        person = make_user("known@dtt.example", password=PASSWORD)
        EmailAddress.objects.create(user=person, email="not-mine@dtt.example")

        choose_new_password(client, "known@dtt.example", OTHER)

        confirmed = EmailAddress.objects.filter(user=person, verified=True)
        assert [address.email for address in confirmed] == ["known@dtt.example"]


def choose_new_password(client: Client, email: str, password: str) -> None:
    client.post(RESET, {"email": email})
    [link] = re.findall(r"/account/password/reset/key/\S+", str(mail.outbox[-1].body))
    page = client.get(link, follow=True)
    form = {"password1": password, "password2": password}
    assert client.post(page.redirect_chain[-1][0], form).status_code == 302
