"""Staff and recruiters sign in with a code, too, and reach nothing before they can."""

import re
from datetime import UTC, datetime
from html import unescape
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.domain.people import grant_role, register_person
from accounts.models import AuditEvent, User
from accounts.roles import STAFF_ROLES, Role
from dtt.demo.codes import code_at
from dtt.play.people import make_user
from dtt.play.second_factor import SECRET, give_second_factor

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-and-quiet-river"
ENROL, AGAIN = "/account/second-factor/app/add", "/account/second-factor/code-again"
CODE, INDEX = "/account/second-factor/code", "/account/second-factor/"
CODES = "/account/second-factor/recovery-codes"


def newcomer(*roles: Role, email: str = "new@dtt.example") -> User:
    """Somebody who was given a role and has no second factor yet."""
    return register_person(
        email=email, password=PASSWORD, roles=roles, verified=True, now=datetime.now(UTC)
    )


def manager() -> User:
    return make_user("lead@dtt.example", Role.PROGRAMME_MANAGER, password=PASSWORD)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def give_password(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post("/account/login/", {"login": email, "password": password})


def code(secret: str = SECRET) -> str:
    return code_at(secret, datetime.now(UTC))


def wrong_code() -> str:
    return "000000" if code() != "000000" else "000001"


def enrol(client: Client, address: str = ENROL) -> Any:
    """Read the key off the page and type what an app shows for it."""
    page = client.get(address).content.decode()
    [secret] = re.findall(r'<code class="key"[^>]*>([A-Z2-7 ]+)</code>', page)
    return client.post(address, {"code": code(secret.replace(" ", ""))})


def verbs() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def addresses(resolver: URLResolver, namespace: str = "") -> list[str]:
    """Every page that can be opened without naming an object."""
    found = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inside = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            found += addresses(pattern, inside)
        elif isinstance(pattern, URLPattern) and pattern.name:
            try:
                found.append(reverse(f"{namespace}{pattern.name}"))
            except NoReverseMatch:
                continue
    return found


class TestWithoutAnApp:
    def test_nothing_opens_but_the_enrolment(self) -> None:
        client = signed_in(newcomer(Role.PROGRAMME_MANAGER))

        open_doors = set()
        for address in addresses(get_resolver()):
            answer = client.get(address)
            if answer.headers.get("location") != ENROL:
                open_doors.add((address, answer.status_code))
        assert open_doors == {
            (ENROL, 302),  # to the password first, where the sign-in is not a moment ago
            ("/account/reauthenticate/", 200),
            ("/account/logout/", 200),
            ("/health", 503),  # no worker is at work here
            ("/health/live", 200),
            ("/metrics", 200),
            ("/language", 405),
            ("/i18n/setlang/", 302),
        }

    @pytest.mark.parametrize("role", [*sorted(STAFF_ROLES), Role.RECRUITER, None])
    def test_it_is_demanded_of_staff_recruiters_and_superusers(self, role: Role | None) -> None:
        if role:
            person = newcomer(role)
        else:
            person = User.objects.create_superuser("root@dtt.example", PASSWORD)

        assert signed_in(person).get("/home").headers["location"] == ENROL

    def test_a_script_is_told_where_to_go(self) -> None:
        client = signed_in(newcomer(Role.REVIEWER))

        htmx = client.get("/home", headers={"HX-Request": "true"})
        json = client.post("/home", headers={"Accept": "application/json"})

        assert (htmx.status_code, htmx.headers["HX-Redirect"]) == (403, ENROL)
        assert (json.status_code, json.json()["location"]) == (403, ENROL)

    @pytest.mark.parametrize("role", [Role.TRAINER, Role.JUDGE, None])
    def test_who_needs_none_goes_on(self, role: Role | None) -> None:
        person = newcomer(*[role] if role else [])

        assert signed_in(person).get("/home").status_code == 200

    def test_a_role_that_is_granted_counts_at_the_next_request(self) -> None:
        person = newcomer()
        client = signed_in(person)
        before = client.get("/home").status_code

        grant_role(user=person, role=Role.RECRUITER, by=None, now=datetime.now(UTC))

        assert (before, client.get("/home").headers["location"]) == (200, ENROL)

    def test_an_app_that_is_taken_away_counts_at_the_next_request(self) -> None:
        client = signed_in(manager())
        before = client.get("/home").status_code

        Authenticator.objects.all().delete()

        assert (before, client.get("/home").headers["location"]) == (200, ENROL)

    def test_asking_costs_no_query_of_its_own(self) -> None:
        client = signed_in(manager())

        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/language")

        asked = [q["sql"] for q in queries if "mfa_authenticator" in q["sql"]]
        assert [sql.startswith('SELECT "accounts_user"') for sql in asked] == [True]


class TestEnrolling:
    def test_a_newcomer_sets_it_up_keeps_the_codes_and_goes_on(self) -> None:
        newcomer(Role.REVIEWER)
        client = Client()

        first = give_password(client, "new@dtt.example")
        stopped = client.get("/home")
        done = enrol(client)
        codes = client.get(done.headers["location"]).content.decode()
        again = client.get(CODES).content.decode()

        assert first.status_code == 302
        assert stopped.headers["location"] == ENROL
        assert done.headers["location"] == CODES
        assert len(re.findall(r"<li><code>\d{8}</code>", codes)) == 10
        assert re.findall(r"\d{8}", re.sub(r'value="[^"]*"', "", again)) == []
        assert client.get("/home").status_code == 200
        assert verbs() == ["register", "grant-role", "sign-in", "add-second-factor"]

    def test_the_picture_and_the_key_need_no_script(self) -> None:
        newcomer(Role.REVIEWER)
        client = Client()
        give_password(client, "new@dtt.example")

        page = client.get(ENROL)

        html = page.content.decode()
        assert 'src="data:image/svg+xml;base64,' in html
        assert "otpauth://totp/new%40dtt.example?secret=" in unescape(html)
        assert "data:" in page.headers["Content-Security-Policy"]
        assert "no-store" in page.headers["Cache-Control"]

    def test_a_wrong_code_enrols_nobody_and_keeps_the_key(self) -> None:
        newcomer(Role.REVIEWER)
        client = Client()
        give_password(client, "new@dtt.example")
        client.get(ENROL)
        key = client.session["mfa.totp.secret"]

        page = client.post(ENROL, {"code": "no code"})

        assert page.status_code == 200
        assert key == client.session["mfa.totp.secret"]
        assert not Authenticator.objects.exists()

    def test_a_session_that_only_knew_the_password_must_give_the_code_afterwards(self) -> None:
        newcomer(Role.REVIEWER)
        stranger, owner = Client(), Client()
        give_password(stranger, "new@dtt.example")
        give_password(owner, "new@dtt.example")
        enrol(owner)

        assert owner.get("/home").status_code == 200
        assert stranger.get("/home").headers["location"] == f"{AGAIN}?next=%2Fhome"

        totp = Authenticator.objects.get(type=Authenticator.Type.TOTP)
        stranger.post(f"{AGAIN}?next=/home", {"code": code(totp.data["secret"])})
        assert stranger.get("/home").status_code == 200


class TestTheCode:
    def test_is_asked_for_after_the_password_and_recorded(self) -> None:
        manager()
        client = Client()

        step = give_password(client, "lead@dtt.example")
        before = client.get("/home")
        done = client.post(CODE, {"code": code()})

        assert step.headers["location"] == CODE
        assert before.headers["location"] == "/account/login/?next=/home"
        assert (done.status_code, done.headers["location"]) == (302, "/home")
        event = AuditEvent.objects.get(verb="sign-in")
        assert (event.after, event.ip) == ({"with": ["password", "totp"]}, "127.0.0.1")

    def test_works_once(self) -> None:
        manager()
        now = code()
        first, second = Client(), Client()
        give_password(first, "lead@dtt.example")
        give_password(second, "lead@dtt.example")

        first.post(CODE, {"code": now})
        [person] = User.objects.all()
        cache.delete(f"allauth.mfa.totp.used?user={person.pk}&code={now}")  # as after 30 seconds
        again = second.post(CODE, {"code": now})

        assert (again.status_code, "_auth_user_id" in second.session) == (200, False)

    @pytest.mark.parametrize(
        "typed", ["", "\x00", "１２３４５６", "🙂" * 6, "9" * 100_000, "‮123456"]
    )
    def test_that_is_none_is_refused_in_words(self, typed: str) -> None:
        manager()
        client = Client()
        give_password(client, "lead@dtt.example")

        answer = client.post(CODE, {"code": typed})

        assert (answer.status_code, "error-summary" in answer.content.decode()) == (200, True)
        assert client.post(CODE, {}).status_code == 200

    def test_that_is_wrong_is_recorded_and_the_eleventh_is_answered_kindly(self) -> None:
        person = manager()
        client = Client()
        give_password(client, "lead@dtt.example")

        answers = [client.post(CODE, {"code": wrong_code()}).status_code for _ in range(11)]

        assert answers == [200] * 10 + [429]
        events = AuditEvent.objects.filter(verb="second-factor-failed", object_id=str(person.pk))
        assert list(events.values_list("actor", flat=True)) == [None] * 10

    def test_a_recovery_code_takes_its_place_once(self) -> None:
        newcomer(Role.REVIEWER)
        owner = Client()
        give_password(owner, "new@dtt.example")
        page = owner.get(enrol(owner).headers["location"]).content.decode()
        [spare, *_] = re.findall(r"<code>(\d{8})</code>", page)

        answers = []
        for client in (Client(), Client()):
            give_password(client, "new@dtt.example")
            answers.append(client.post(CODE, {"code": spare}).status_code)

        assert answers == [302, 200]
        assert AuditEvent.objects.get(verb="use-recovery-code").after == {"left": 9}
        assert mail.outbox[-1].subject == "A recovery code was used"
        assert "9 recovery codes are left" in mail.outbox[-1].body


class TestChangingIt:
    def client(self, *roles: Role) -> Client:
        person = newcomer(*roles)
        give_second_factor(person)
        client = Client()
        give_password(client, person.email)
        client.post(CODE, {"code": code()})
        return client

    def test_who_needs_it_cannot_switch_it_off(self) -> None:
        client = self.client(Role.REVIEWER)
        address = reverse("mfa_deactivate_totp")

        page = client.get(address).content.decode()
        client.post(address)

        assert "cannot be switched off" in page
        assert reverse("mfa_replace_totp") in page
        assert Authenticator.objects.filter(type="totp").count() == 1

    def test_who_needs_it_can_change_the_app(self) -> None:
        client = self.client(Role.REVIEWER)

        done = enrol(client, reverse("mfa_replace_totp"))

        assert done.headers["location"] == INDEX
        assert Authenticator.objects.get(type="totp").data["secret"] != SECRET
        assert verbs()[-1] == "replace-second-factor"
        assert mail.outbox[-1].subject == "Your authenticator app was changed"
        again = Client()
        give_password(again, "new@dtt.example")
        assert again.post(CODE, {"code": code()}).status_code == 200

    def test_who_needs_none_can_do_without(self) -> None:
        client = self.client()

        client.post(reverse("mfa_deactivate_totp"))

        assert not Authenticator.objects.exists()
        assert verbs()[-1] == "remove-second-factor"

    def test_new_recovery_codes_end_the_old_ones(self) -> None:
        client = self.client(Role.REVIEWER)
        address = reverse("mfa_generate_recovery_codes")

        pages = [client.get(client.post(address).headers["location"]) for _ in range(2)]

        old, new = (set(re.findall(r"<code>(\d{8})</code>", p.content.decode())) for p in pages)
        assert (len(old), len(new), old & new) == (10, 10, set())
        assert verbs()[-2:] == ["renew-recovery-codes"] * 2

    def test_much_later_the_password_is_asked_for_first(self) -> None:
        client = signed_in(manager())  # no record of a sign-in a moment ago

        answer = client.get(reverse("mfa_replace_totp"))

        assert answer.headers["location"].startswith("/account/reauthenticate/?next=")


class TestWhoLostThePhone:
    def test_sets_it_up_anew_and_the_trail_says_why(self) -> None:
        person = manager()
        client = signed_in(person)

        call_command(
            "reset_second_factor", " Lead@dtt.example", reason="came in", stdout=StringIO()
        )

        assert client.get("/home").headers["location"] == ENROL
        event = AuditEvent.objects.get(verb="reset-second-factor")
        assert (event.object_id, event.reason) == (str(person.pk), "came in")

    @pytest.mark.parametrize("email", ["nobody@dtt.example", "new@dtt.example"])
    def test_is_nobody_without_a_second_factor(self, email: str) -> None:
        newcomer()

        with pytest.raises(CommandError, match=r"There is no account|has no second factor"):
            call_command("reset_second_factor", email, reason="came in")

        assert not AuditEvent.objects.filter(verb="reset-second-factor").exists()


class TestTheDemo:
    def test_its_mailbox_shows_a_code_that_works(self, client: Client) -> None:
        manager()
        give_password(client, "lead@dtt.example")

        page = client.get("/demo/mail").content.decode()
        [shown] = re.findall(r'class="digits"[^>]*>(\d{6})<', page)

        assert client.post(CODE, {"code": shown}).headers["location"] == "/home"

    def test_outside_the_demo_there_is_no_such_page(
        self, client: Client, settings: LazySettings
    ) -> None:
        settings.DEMO = False

        assert client.get("/demo/mail").status_code == 404

    def test_production_gives_nobody_the_known_key(self, settings: LazySettings) -> None:
        settings.DEMO_ALLOWED = False

        with pytest.raises(RuntimeError, match="no second factor in production"):
            give_second_factor(newcomer(Role.REVIEWER))
