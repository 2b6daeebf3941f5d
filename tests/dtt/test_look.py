import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from icalendar import Calendar

from accounts.domain.people import choose_language
from accounts.models import User
from applications.domain.applying import start_application
from applications.domain.stages import advance
from applications.lifecycle import Move
from applications.models import Application
from dtt.play.people import make_applicant, make_cohort, make_programme, make_user
from dtt.templatetags.look import say_distance
from dtt.web.queries import desk_of, front
from notifications.models import Message
from notifications.queries import messages_to

CSS = Path(settings.BASE_DIR) / "static" / "css" / "dtt.css"
AT = datetime(2027, 3, 1, 4, 0, tzinfo=UTC)

TEXT, CONTROL = 4.5, 3.0
PAIRS = [
    *(
        (text, ground, TEXT)
        for text in ("ink", "muted", "accent")
        for ground in ("paper", "surface")
    ),
    *((text, "accent-tint", TEXT) for text in ("ink", "muted", "accent")),
    *((f"{hue}", f"{hue}-tint", TEXT) for hue in ("amber", "red", "green")),
    *(("ink", f"{hue}-tint", TEXT) for hue in ("amber", "red", "green")),
    *((hue, ground, TEXT) for hue in ("amber", "red", "green") for ground in ("paper", "surface")),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-deep", TEXT),
    ("on-red", "red", TEXT),
    ("on-red", "red-deep", TEXT),
    *(("edge", ground, CONTROL) for ground in ("paper", "surface")),
    *(("focus", ground, CONTROL) for ground in ("paper", "surface", "accent-tint")),
    ("focus", "focus-halo", CONTROL),
]


def tokens(scheme: str) -> dict[str, str]:
    """The colours of a scheme; the dark one changes those of the light one."""
    light, dark = CSS.read_text("utf-8").split("@media (prefers-color-scheme: dark)", 1)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark.split("/* ---", 1)[0]))
    return found


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2: (lighter + 0.05) / (darker + 0.05)."""

    def luminance(colour: str) -> float:
        parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_pair_of_colours_can_be_read(scheme: str) -> None:
    colours = tokens(scheme)

    too_faint = {
        (text, ground): round(contrast(colours[text], colours[ground]), 2)
        for text, ground, least in PAIRS
        if contrast(colours[text], colours[ground]) < least
    }

    assert too_faint == {}


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (timedelta(days=12, hours=3), "in 12 days"),
        (timedelta(days=2), "in 2 days"),
        (timedelta(days=2, seconds=-1), "in 47 hours"),
        (timedelta(hours=1), "in 1 hour"),
        (timedelta(minutes=59, seconds=59), "in 59 minutes"),
        (timedelta(seconds=59), "in less than a minute"),
        (timedelta(0), "just now"),
        (-timedelta(minutes=1), "1 minute ago"),
        (-timedelta(days=200), "200 days ago"),
    ],
)
def test_a_distance_is_said_in_the_largest_unit_that_fits(after: timedelta, said: str) -> None:
    assert say_distance(AT + after, AT) == said


# ---- forms -------------------------------------------------------------------------------------


class Form(forms.Form):
    surname = forms.CharField(label="Surname", help_text="As printed.")
    track = forms.ChoiceField(
        label="Track", choices=[("v", "Vision"), ("d", "Data")], widget=forms.RadioSelect
    )
    why = forms.CharField(label="Why?", max_length=20, required=False, widget=forms.Textarea)


def drawn(source: str, **context: Any) -> str:
    return Template("{% load look %}" + source).render(Context(context))


def test_an_optional_field_says_so_in_words_and_a_required_one_does_not() -> None:
    form = Form()

    assert "(optional)" in drawn("{% field form.why %}", form=form)
    assert "(optional)" not in drawn("{% field form.surname %}", form=form)


def test_a_field_is_described_by_its_hint_its_purpose_and_its_error() -> None:
    html = drawn('{% field form.surname purpose="to greet you" %}', form=Form({}))

    assert re.findall(r'aria-describedby="([^"]*)"', html) == [
        "id_surname_hint id_surname_purpose id_surname_error"
    ]
    assert set(re.findall(r' id="([^"]*)"', html)) == {
        "id_surname",
        "id_surname_hint",
        "id_surname_purpose",
        "id_surname_error",
    }
    assert 'aria-invalid="true"' in html


def test_the_error_summary_links_to_each_field_in_the_page() -> None:
    form = Form({"why": "x" * 21})
    html = drawn("{% error_summary form %}{% for f in form %}{% field f %}{% endfor %}", form=form)

    targets = re.findall(r'href="#([^"]*)"', html)

    assert targets == ["id_surname", "id_track", "id_why"]
    assert "Surname: This field is required.</a>" in html
    assert all(f' id="{target}"' in html for target in targets)


def test_a_long_text_is_counted_and_never_cut_off_by_the_browser() -> None:
    html = drawn("{% field form.why %}", form=Form())

    assert 'data-at-most="20"' in html
    assert "maxlength" not in html


def test_a_form_that_was_not_sent_has_no_error_summary() -> None:
    assert drawn("{% error_summary form %}", form=Form()).strip() == ""


def test_what_was_typed_is_escaped() -> None:
    html = drawn("{% field form.surname %}", form=Form({"surname": '"><script>'}))

    assert "<script>" not in html


# ---- pages -------------------------------------------------------------------------------------


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost"})


def signed_in(user: User) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def actions(html: str) -> list[str]:
    """The words of the great button of a page."""
    return [" ".join(text.split()) for text in re.findall(r'button start"[^>]*>([^<]*)<', html)]


@pytest.mark.django_db
class TestTheFirstPage:
    def test_offers_nothing_when_nothing_is_open(self, client: Client) -> None:
        html = client.get("/").content.decode()

        assert "No cohort takes applications now" in html
        assert actions(html) == []

    def test_sends_a_visitor_to_sign_up_and_on_to_the_form(self, client: Client) -> None:
        make_cohort(now=datetime.now(UTC), slug="spring")

        html = client.get("/").content.decode()

        assert actions(html) == ["Apply"]
        assert 'href="/account/signup/?next=/apply/spring"' in html

    def test_sends_an_applicant_home(self) -> None:
        now = datetime.now(UTC)
        application = make_applicant(make_cohort(now=now), 1, now=now)
        choose_language(user=application.user, language="en")

        html = signed_in(application.user).get("/").content.decode()

        assert actions(html) == ["See where you stand"]

    def test_hides_a_cohort_that_is_not_public(self, client: Client) -> None:
        hidden = make_cohort(now=datetime.now(UTC), slug="secret", is_public=False)

        assert str(hidden) not in client.get("/").content.decode()
        assert client.get("/cohorts/secret").status_code == 404
        assert client.get("/cohorts/secret/dates.ics").status_code == 404

    @pytest.mark.parametrize("day", [-2, 0, 13, 15])
    def test_shows_the_cohort_to_apply_to(self, day: int, now: datetime) -> None:
        make_programme()
        first = make_cohort(now=now, slug="first")
        make_cohort(now=now + timedelta(days=100), slug="later")

        shown = front(now + timedelta(days=day))

        assert shown.current is not None
        assert shown.current.slug == ("first" if day < 14 else "later")
        assert [cohort.slug for cohort in shown.past] == ([first.slug] if day > 14 else [])


@pytest.mark.django_db
def test_the_calendar_file_holds_every_date_once_and_keeps_its_names(client: Client) -> None:
    cohort = make_cohort(now=AT, slug="spring")

    answer = client.get("/cohorts/spring/dates.ics")
    entries = Calendar.from_ical(answer.content).walk("VEVENT")

    assert [str(entry["uid"]) for entry in entries] == [
        f"spring-{key}@dtt"
        for key in (
            "apply",
            "quiz",
            "shortlist",
            "bootcamp",
            "project",
            "finalists",
            "rankings",
            "match",
        )
    ]
    assert entries[0].decoded("dtend") == cohort.applications_close_at.replace(microsecond=0)
    assert entries[3].decoded("dtend") == cohort.bootcamp_dates[-1] + timedelta(days=1)


@pytest.mark.django_db
class TestHome:
    def test_is_only_for_people_who_are_signed_in(self, client: Client) -> None:
        assert client.get("/home").headers["location"] == "/account/login/?next=/home"

    def test_invites_a_new_account_to_apply(self) -> None:
        make_cohort(now=datetime.now(UTC), slug="spring")

        html = signed_in(make_user("new@dtt.example")).get("/home").content.decode()

        assert actions(html) == ["Start your application"]

    def test_shows_news_of_the_newest_application_and_lists_what_has_ended(
        self, now: datetime
    ) -> None:
        user = make_user("a@dtt.example")
        old, new = (
            start_application(cohort_id=make_cohort(now=at, slug=slug).pk, by=user, now=at)
            for at, slug in ((now - timedelta(days=200), "old"), (now, "new"))
        )
        advance(application_ids=[new.pk], move=Move.WITHDRAW, by=user, now=now)

        desk = desk_of(user, now)

        assert [a.pk for a in desk.current] == [new.pk]
        assert [a.pk for a in desk.past] == [old.pk]

    def test_tells_nobody_what_is_not_due_or_was_overtaken(self, now: datetime) -> None:
        application = make_applicant(make_cohort(now=now), 1, now=now)
        hold(application, now=now, due_at=now + timedelta(seconds=1))
        told = [message.kind for message in messages_to(application.user, now)]
        Message.objects.update(state=Message.State.VOID)

        assert told == ["application-received"]
        assert list(messages_to(application.user, now + timedelta(days=1))) == []

    def test_shows_nothing_of_anybody_else(self) -> None:
        now = datetime.now(UTC)
        cohort = make_cohort(now=now)
        mine, other = (make_applicant(cohort, number, now=now) for number in (1, 2))

        html = signed_in(mine.user).get("/home").content.decode()

        assert mine.reference in html
        assert other.reference not in html


def hold(application: Application, *, now: datetime, due_at: datetime) -> None:
    """Queue the copy of a message that may not be seen yet."""
    first = Message.objects.get(person=application.user)
    Message.objects.create(
        run="held",
        person=application.user,
        kind="held",
        language=first.language,
        subject="Secret",
        body="Secret",
        queued_at=now,
        due_at=due_at,
    )


@pytest.mark.django_db
class TestLanguage:
    def test_the_switch_stays_on_the_page_and_is_remembered_for_letters(self) -> None:
        user = make_user("a@dtt.example")
        client = signed_in(user)

        answer = client.post("/language", {"language": "zh-hant", "next": "/home?tab=1"})
        page = client.get("/home").content.decode()

        user.refresh_from_db()
        assert (answer.status_code, answer.headers["location"]) == (302, "/home?tab=1")
        assert user.language == "zh-hant"
        assert '<html lang="zh-Hant-HK">' in page

    @pytest.mark.parametrize("language", ["", "xx", "\x00", "z" * 5000])
    def test_an_unknown_language_changes_nothing(self, language: str) -> None:
        user = make_user("a@dtt.example")

        answer = signed_in(user).post("/language", {"language": language, "next": "/"})

        user.refresh_from_db()
        assert (answer.status_code, user.language) == (302, "en")

    def test_the_switch_does_not_lead_to_other_sites(self, client: Client) -> None:
        data = {"language": "en", "next": "https://elsewhere.example/"}

        assert client.post("/language", data).headers["location"] == "/"

    def test_each_language_is_called_by_its_own_name(self, client: Client) -> None:
        client.cookies["django_language"] = "zh-hant"

        assert ">English</button>" in client.get("/").content.decode()


@pytest.mark.parametrize("name", ["400", "403", "404", "csrf", "500"])
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_an_error_page_needs_no_database_and_no_request(name: str, language: str) -> None:
    with translation.override(language):
        assert "<h1>" in render_to_string(f"errors/{name}.html")


@pytest.mark.django_db
def test_no_page_holds_inline_script_or_style(client: Client) -> None:
    make_cohort(now=datetime.now(UTC), slug="spring")

    for address in ("/", "/cohorts/spring", "/account/login/", "/account/signup/", "/nowhere"):
        html = client.get(address).content.decode()
        assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=", html) == [], address


def test_texts_are_marked_by_the_names_that_the_collector_knows() -> None:
    others = re.compile(r"\bn?p?gettext(?:_lazy|_noop)? as (?!_\b)\w+")
    rooms = {path.parent for path in Path(settings.BASE_DIR).glob("*/migrations")} | {
        Path(settings.BASE_DIR) / "dtt"
    }
    sources = [source for room in rooms for source in room.rglob("*.py")]

    assert sources
    assert [str(source) for source in sources if others.search(source.read_text())] == []
