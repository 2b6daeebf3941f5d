"""The applicant's pages, as a browser asks for them, and as somebody hostile does."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.domain.people import choose_language
from accounts.models import User
from applications.domain.access import request_access
from applications.domain.applying import save_draft, start_application
from applications.domain.consents import required_texts
from applications.models import AccessRequest, Application, Cohort, Consent, Stage
from applications.web.sections import SECTIONS
from dtt.play.people import make_applicant, make_cohort, make_user
from notifications.models import Message

pytestmark = pytest.mark.django_db
TICKED = {"honour_code": "on", "privacy_notice": "on"}


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def person(now: datetime) -> User:
    return make_user("tai.man@dtt.example", now=now)


@pytest.fixture
def browser(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


@pytest.fixture
def draft(cohort: Cohort, person: User, now: datetime) -> Application:
    return start_application(cohort_id=cohort.pk, by=person, now=now)


def page(name: str, application: Application, *more: str) -> str:
    return reverse(f"applications:{name}", args=[application.reference, *more])


def about(application: Application, **answers: Any) -> dict[str, Any]:
    return {"version": application.version, "surname_en": "CHAN"} | answers


def study(application: Application, **answers: Any) -> dict[str, Any]:
    return {
        "version": application.version,
        "status": "student",
        "institution_other": "University of Somewhere",
        "study_programme": "Music",
        "level": "bachelor",
        "completion_on_0": "6",
        "completion_on_1": "2027",
    } | answers


def declared(**more: Any) -> dict[str, Any]:
    """What the page of the submission posts: the boxes, and the texts that it showed."""
    return TICKED | {"texts": ",".join(str(text.pk) for text in required_texts())} | more


def completed(application: Application, now: datetime) -> Application:
    """Every required answer given."""
    days = application.cohort.bootcamp_dates
    return save_draft(
        application_id=application.pk,
        version=application.version,
        answers={
            "surname_en": "CHAN",
            "given_en": "Tai Man Peter",
            "name_zh": "陳大文",
            "institution_other": "University of Somewhere",
            "study_programme": "Music",
            "level": "bachelor",
            "status": "student",
            "completion_on": now.date().replace(day=1),
            "track": "vision",
            "available_days": days,
            "is_adult": True,
        },
        by=application.user,
        now=now,
    )


def test_a_person_applies_from_the_start_to_the_receipt(
    browser: Client, cohort: Cohort, person: User
) -> None:
    start = reverse("applications:apply", args=[cohort.slug])
    assert browser.get(start).status_code == 200
    answer = browser.post(start)
    application = Application.objects.get()
    assert answer.url == page("detail", application)

    sections: dict[str, dict[str, Any]] = {
        "about": {"surname_en": "CHAN", "given_en": "Tai Man Peter", "name_zh": "陳大文"},
        "study": study(application),
        "readiness": {"python_rating": "3", "track": "vision", "motivation": "To learn."},
        "availability": {"available_days": [str(day) for day in cohort.bootcamp_dates]},
        "access": {"needs": "More time"},
        "declarations": {"is_adult": "on", "source": "friend"},
    }
    for slug, answers in sections.items():
        application.refresh_from_db()
        answer = browser.post(
            page("edit", application, slug), answers | {"version": application.version}
        )
        assert (slug, answer.status_code) == (slug, 302)
    assert browser.get(page("check", application)).status_code == 200
    answer = browser.post(page("submit", application), declared(consents="talent-pool"))
    again = browser.post(page("submit", application), declared())

    application.refresh_from_db()
    assert [answer.url, again.url] == [page("submitted", application)] * 2
    assert application.stage == Stage.ELIGIBLE
    assert application.reference in browser.get(answer.url).content.decode()
    assert list(Message.objects.values_list("kind", flat=True)) == ["application-received"]
    assert list(Consent.objects.values_list("purpose", flat=True)) == ["talent-pool"]


def test_no_box_is_ticked_beforehand(browser: Client, draft: Application, now: datetime) -> None:
    completed(draft, now)

    shown = browser.get(page("submit", draft)).content.decode()

    assert shown.count('type="checkbox"') == 5
    assert "checked" not in shown


@pytest.mark.parametrize("missing", sorted(TICKED))
def test_both_declarations_are_asked_for(
    browser: Client, draft: Application, now: datetime, missing: str
) -> None:
    completed(draft, now)
    given = {name: "on" for name in TICKED if name != missing} | {"consents": "publicity"}

    answer = browser.post(page("submit", draft), given)

    draft.refresh_from_db()
    assert (answer.status_code, draft.stage) == (422, Stage.DRAFT)
    assert list(answer.context["form"].errors) == [missing]
    assert 'value="publicity"' in answer.content.decode()


def test_an_incomplete_application_names_what_is_missing(
    browser: Client, draft: Application
) -> None:
    assert browser.get(page("submit", draft)).url == page("check", draft)
    answer = browser.post(page("submit", draft), declared())

    assert answer.status_code == 422
    assert "Please answer first: Surname" in answer.content.decode()


def test_at_the_close_the_message_is_kind_and_the_draft_is_kept(
    browser: Client, draft: Application, now: datetime, clock: time_machine.Traveller
) -> None:
    completed(draft, now)
    clock.move_to(draft.cohort.applications_close_at)
    browser.force_login(draft.user)  # the session of two weeks ago has lapsed

    answer = browser.post(page("submit", draft), declared())
    saved = browser.post(page("edit", draft, "about"), about(draft, surname_en="WONG"))

    draft.refresh_from_db()
    assert (answer.status_code, saved.status_code) == (422, 422)
    assert "Applications closed on" in answer.content.decode()
    assert 'value="WONG"' in saved.content.decode()
    assert (draft.stage, draft.surname_en) == (Stage.DRAFT, "CHAN")
    for name in ("detail", "check"):
        assert browser.get(page(name, draft)).status_code == 200
    assert browser.get(page("edit", draft, "about")).status_code == 302


def test_two_windows_never_overwrite_each_other(browser: Client, draft: Application) -> None:
    address, old = page("edit", draft, "about"), about(draft, surname_en="WONG")
    browser.post(address, about(draft, surname_en="CHAN", given_en="Tai Man"))

    conflict = browser.post(address, old)

    draft.refresh_from_db()
    shown = conflict.content.decode()
    assert (conflict.status_code, draft.surname_en) == (409, "CHAN")
    assert 'value="WONG"' in shown
    assert "<dd>CHAN</dd>" in shown
    assert "<dd>Tai Man</dd>" in shown
    assert f'name="version" value="{draft.version}"' in shown

    browser.post(address, old | {"version": draft.version})
    draft.refresh_from_db()
    assert (draft.surname_en, draft.given_en) == ("WONG", "")


@pytest.mark.parametrize("version", ["", "0", "-1", "abc", "²", "9" * 5000, "1\x00"])
def test_a_page_without_a_true_version_overwrites_nothing(
    browser: Client, draft: Application, version: str
) -> None:
    answer = browser.post(page("edit", draft, "about"), about(draft) | {"version": version})

    draft.refresh_from_db()
    assert (answer.status_code, draft.surname_en) == (409, "")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("CHAN", "CHAN"),
        ("Tai Man Peter", "Tai Man Peter"),
        ("陳大文", "陳大文"),
        ("堃嘢畀", "堃嘢畀"),
        ("O'Brien", "O'Brien"),
        ("D’Arcy-Wu", "D’Arcy-Wu"),
        ("de la Cruz", "de la Cruz"),
        ("👩‍💻", "👩‍💻"),
        ("  CHAN\u200f\u202eTai ", "CHANTai"),
    ],
)
def test_a_name_is_kept_and_shown_as_it_is_written(
    browser: Client, draft: Application, written: str, kept: str
) -> None:
    answer = browser.post(page("edit", draft, "about"), about(draft, surname_en=written))

    draft.refresh_from_db()
    assert (answer.status_code, draft.surname_en, draft.full_name) == (302, kept, kept)
    shown = browser.get(page("check", draft)).content.decode()
    assert kept.replace("'", "&#x27;") in shown


@pytest.mark.parametrize(
    ("section", "field", "hostile"),
    [
        ("about", "surname_en", "CHAN\x00"),
        ("about", "surname_en", "x" * 1_000_000),
        ("about", "mobile", "12"),
        ("about", "mobile", "+852 9876 5432 or 6123 4567"),
        ("study", "institution", "99999999999999999999"),
        ("study", "institution", "\x00"),
        ("study", "institution", "1 OR 1=1"),
        ("study", "level", "professor"),
        ("study", "completion_on_0", "13"),
        ("study", "completion_on_0", ""),
        ("study", "completion_on_1", ""),
        ("study", "completion_on_1", "next year"),
        ("study", "completion_on_1", "99999999999999"),
        ("study", "completion_on_1", "2027\x00"),
        ("study", "completion_on_1", "-1"),
        ("readiness", "python_rating", "6"),
        ("readiness", "evidence_url", "javascript:alert(1)"),
        ("readiness", "evidence_url", "http://[::1"),
        ("readiness", "motivation", "word " * 151),
        ("readiness", "motivation", "字" * 301),
        ("readiness", "motivation", "x" * 1_000_000),
        ("availability", "available_days", "2027-02-30"),
        ("availability", "available_days", "1999-01-01"),
        ("availability", "conflicts", "\x00"),
        ("access", "needs", "x" * 2001),
        ("declarations", "source", "\x00"),
    ],
)
def test_hostile_input_gets_a_message_and_writes_nothing(
    browser: Client, draft: Application, section: str, field: str, hostile: str
) -> None:
    filled = study(draft) if section == "study" else {"version": draft.version}

    answer = browser.post(page("edit", draft, section), filled | {field: hostile})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field.removesuffix("_0").removesuffix("_1")]
    assert Application.objects.get().version == draft.version


def test_exactly_150_words_are_accepted(browser: Client, draft: Application) -> None:
    for words in ("word " * 150, "字" * 300, "word " * 100 + "字" * 100):
        draft.refresh_from_db()
        answer = browser.post(
            page("edit", draft, "readiness"), {"version": draft.version, "motivation": words}
        )
        assert answer.status_code == 302


def test_an_institution_is_listed_by_its_name_in_the_language_of_the_page(
    browser: Client, draft: Application
) -> None:
    address = page("edit", draft, "study")

    assert ">The Hong Kong Polytechnic University<" in browser.get(address).content.decode()
    chinese = browser.get(address, headers={"accept-language": "zh-hant"})
    browser.cookies["django_language"] = "zh-hant"
    assert ">香港理工大學<" in browser.get(address).content.decode()
    assert chinese.status_code == 200


def test_an_answer_from_the_list_and_another_one_are_not_both_taken(
    browser: Client, draft: Application
) -> None:
    shown = browser.get(page("edit", draft, "study")).context["form"]
    listed = shown.fields["institution"].queryset[0].pk

    answer = browser.post(page("edit", draft, "study"), study(draft, institution=listed))

    assert list(answer.context["form"].errors) == ["institution_other"]


def test_leaving_a_field_saves_what_is_valid(browser: Client, draft: Application) -> None:
    typed = {"section": "about", "surname_en": "CHAN", "mobile": "12", "version": draft.version}

    told = browser.post(page("save", draft), typed).json()

    draft.refresh_from_db()
    assert (told["saved"], told["version"]) == (True, draft.version)
    assert list(told["errors"]) == ["mobile"]
    assert (draft.surname_en, draft.mobile) == ("CHAN", "")


def test_saving_from_an_old_window_is_refused(browser: Client, draft: Application) -> None:
    old = {"section": "about", "surname_en": "WONG", "version": draft.version}
    browser.post(page("save", draft), old | {"surname_en": "CHAN"})

    answer = browser.post(page("save", draft), old)

    draft.refresh_from_db()
    assert (answer.status_code, answer.json()["saved"]) == (409, False)
    assert draft.surname_en == "CHAN"


@pytest.mark.parametrize("section", ["", "nothing", "access", "about\x00"])
def test_only_a_section_of_the_application_is_saved(
    browser: Client, draft: Application, section: str
) -> None:
    assert browser.post(page("save", draft), {"section": section}).status_code == 404


def test_saving_without_being_signed_in_says_so(client: Client, draft: Application) -> None:
    answer = client.post(page("save", draft), {"section": "about"})

    assert (answer.status_code, answer.json()["saved"]) == (401, False)


def test_withdrawing_asks_once(browser: Client, cohort: Cohort, now: datetime) -> None:
    application = make_applicant(cohort, 1, now=now)
    choose_language(user=application.user, language="en")
    browser.force_login(application.user)

    assert browser.get(page("withdraw", application)).status_code == 200
    application.refresh_from_db()
    assert application.stage == Stage.ELIGIBLE
    for _ in range(2):
        browser.post(page("withdraw", application), {"reason": "Examinations"})

    application.refresh_from_db()
    assert application.stage == Stage.WITHDRAWN
    assert Message.objects.filter(kind="application-withdrawn").count() == 1
    assert "You have withdrawn" in browser.get(page("detail", application)).content.decode()


def pages_of(application: Application) -> list[str]:
    names = ("detail", "check", "submit", "submitted", "withdraw", "save")
    return [
        *(page(name, application) for name in names),
        *(page("edit", application, slug) for slug in SECTIONS),
    ]


def test_somebody_elses_application_is_not_there(browser: Client, now: datetime) -> None:
    """As if it did not exist, whatever one asks of it."""
    other = make_applicant(make_cohort(now=now, slug="other"), 1, now=now)

    for address in pages_of(other):
        posted = browser.post(address, {"version": other.version, "surname_en": "Stolen"} | TICKED)
        assert (address, posted.status_code) == (address, 404)
        assert browser.get(address).status_code in (404, 405)
        absent = address.replace(other.reference, "DTT-22222222")
        assert browser.post(absent).status_code == 404

    kept = Application.objects.get(pk=other.pk)
    assert (kept.surname_en, kept.stage) == (other.surname_en, Stage.ELIGIBLE)


def test_one_must_sign_in(client: Client, draft: Application, cohort: Cohort) -> None:
    start = reverse("applications:apply", args=[cohort.slug])
    for address in (start, *(a for a in pages_of(draft) if not a.endswith("/save"))):
        assert client.get(address).url.startswith(reverse("account_login"))


def test_a_hidden_or_unknown_cohort_is_not_there(browser: Client, now: datetime) -> None:
    make_cohort(now=now, slug="secret", is_public=False)

    for slug in ("secret", "unknown"):
        address = reverse("applications:apply", args=[slug])
        assert [browser.get(address).status_code, browser.post(address).status_code] == [404] * 2


def test_before_the_opening_nobody_can_start(browser: Client, now: datetime) -> None:
    cohort = make_cohort(now=now, applications_open_at=now + timedelta(hours=1))
    address = reverse("applications:apply", args=[cohort.slug])

    assert browser.get(address).status_code == 200
    answer = browser.post(address)

    assert answer.status_code == 422
    assert "Applications open on" in answer.content.decode()


def test_what_one_needs_is_shown_to_oneself_alone(
    browser: Client, draft: Application, now: datetime
) -> None:
    request_access(application_id=draft.pk, needs="More time", by=draft.user, now=now)

    assert "More time" in browser.get(page("edit", draft, "access")).content.decode()
    assert "More time" in browser.get(page("check", draft)).content.decode()
    assert AccessRequest.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_privacy_notice_is_open_to_everybody_in_both_languages(
    client: Client, language: str
) -> None:
    client.cookies["django_language"] = language

    shown = client.get(reverse("applications:privacy"))

    assert shown.status_code == 200
    heading = {"en": "Who gets to see it", "zh-hant": "誰可以看到"}[language]
    assert heading in shown.content.decode()


def test_every_page_of_an_application_renders_in_chinese(
    browser: Client, draft: Application, now: datetime
) -> None:
    completed(draft, now)
    browser.cookies["django_language"] = "zh-hant"

    for address in pages_of(draft):
        assert browser.get(address).status_code in (200, 302, 405)


def test_the_page_of_an_application_costs_the_same_with_one_and_with_three(
    browser: Client, now: datetime, person: User, django_assert_max_num_queries: Any
) -> None:
    first = start_application(cohort_id=make_cohort(now=now).pk, by=person, now=now)
    browser.get(page("detail", first))
    with django_assert_max_num_queries(6) as one:
        browser.get(page("detail", first))
    for slug in ("second", "third"):
        start_application(cohort_id=make_cohort(now=now, slug=slug).pk, by=person, now=now)

    with django_assert_max_num_queries(6) as three:
        browser.get(page("detail", first))

    assert len(three) == len(one)
