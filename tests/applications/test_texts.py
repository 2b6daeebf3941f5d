"""The texts that people accept: versions that never change, and who is asked again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.urls import reverse

from accounts.domain.people import choose_language
from accounts.markup import document
from accounts.models import AuditEvent, User
from accounts.roles import Role
from applications.domain.texts import (
    UnableToChangeText,
    as_html,
    in_force,
    publish_text,
    to_accept_again,
    write_text,
)
from applications.first_texts import KINDS, VERSION, first_text, seed_texts
from applications.models import Acceptance, Application, Cohort, Consent, LegalText
from dtt.play.people import make_applicant, make_user

pytestmark = pytest.mark.django_db
NOTICE, HONOUR = "privacy-notice", "honour-code"
KILOBYTE = 1024


@pytest.fixture
def officer(now: datetime) -> User:
    return make_user("dpo@dtt.example", Role.DATA_PROTECTION_OFFICER, now=now)


def written(by: User, now: datetime, version: str = "2027-03", **changed: Any) -> LegalText:
    words = {
        "kind": NOTICE,
        "version": version,
        "text_en": "## New\n\nWrite to {contact}.",
        "text_zh": "## 新\n\n請電郵至 {contact} 。",
        "asks_again": True,
    }
    return write_text(**(words | changed), by=by, now=now)


def published(by: User, now: datetime, version: str = "2027-03", **changed: Any) -> LegalText:
    return publish_text(text_id=written(by, now, version, **changed).pk, by=by, now=now)


def test_an_installation_begins_with_every_text_in_both_languages() -> None:
    texts = in_force()

    assert set(texts) == set(KINDS) == set(LegalText.Kind.values)
    assert {text.version for text in texts.values()} == {VERSION}
    assert texts["publicity"].text_zh == first_text("publicity", "zh-hant")
    assert {str(label) for label in Consent.Purpose.labels} == {
        texts[purpose].text_en for purpose in Consent.Purpose.values
    }


def test_seeding_again_changes_nothing_that_staff_have_published(
    officer: User, now: datetime
) -> None:
    published(officer, now)
    before = set(LegalText.objects.values_list("pk", "version", "published_at"))

    seed_texts(using="default")

    assert set(LegalText.objects.values_list("pk", "version", "published_at")) == before


def test_a_draft_can_be_rewritten_and_is_in_force_only_once_published(
    officer: User, now: datetime
) -> None:
    first = written(officer, now, text_zh="")
    with pytest.raises(UnableToChangeText, match="Both languages"):
        publish_text(text_id=first.pk, by=officer, now=now)
    again = written(officer, now)
    before = in_force()[NOTICE].version

    publish_text(text_id=again.pk, by=officer, now=now)

    assert (first.pk, before) == (again.pk, VERSION)
    assert in_force()[NOTICE].version == "2027-03"
    event = AuditEvent.objects.get(verb="publish-text")
    assert (event.before, event.after) == (
        {"version": VERSION},
        {"version": "2027-03", "asks_again": True},
    )


def test_what_is_published_never_changes(officer: User, now: datetime) -> None:
    text = published(officer, now)

    with pytest.raises(UnableToChangeText, match="stays as it is"):
        written(officer, now, text_en="Other words")
    with pytest.raises(UnableToChangeText, match="stays as it is"):
        publish_text(text_id=text.pk, by=officer, now=now)
    rows = LegalText.objects.filter(pk=text.pk)
    for change in (lambda: rows.update(text_en="Other words"), rows.delete):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()

    assert rows.get().text_en == "## New\n\nWrite to {contact}."


@pytest.mark.parametrize("version", ["", "../x", "a b", "2027.3", "x" * 21, "二"])
def test_a_version_needs_a_name_that_fits_an_address(
    officer: User, now: datetime, version: str
) -> None:
    with pytest.raises(UnableToChangeText):
        written(officer, now, version)


def test_people_are_asked_again_only_where_the_meaning_has_changed(
    cohort: Cohort, officer: User, now: datetime
) -> None:
    application = make_applicant(cohort, 1, now=now)
    later = now + timedelta(hours=1)
    asked = []

    asked.append(names(application))
    published(officer, later, "typo", asks_again=False)
    asked.append(names(application))
    published(officer, later + timedelta(hours=1), "new-purpose")
    asked.append(names(application))
    published(officer, later + timedelta(hours=2), "typo-again", asks_again=False)
    published(officer, later, "pool", kind="talent-pool")  # optional: never asked for
    asked.append(names(application))
    newest = in_force()[NOTICE]
    Acceptance.objects.create(application=application, text=newest, language="en", at=later)
    asked.append(names(application))

    assert asked == [[], [], ["new-purpose"], ["typo-again"], []]


def test_an_imported_application_accepted_what_was_in_force_when_it_came(
    cohort: Cohort, officer: User, now: datetime
) -> None:
    application = make_applicant(cohort, 1, now=now)
    Acceptance.objects.filter(application=application).delete()

    published(officer, now - timedelta(days=1), "before")
    before = names(application)
    published(officer, now + timedelta(days=1), "after", kind=HONOUR)

    assert (before, names(application)) == ([], ["after"])


def names(application: Application) -> list[str]:
    return [text.version for text in to_accept_again(application)]


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("## Why\n\n- one", "<h2>Why</h2>\n<ul>\n<li>one</li>\n</ul>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("![x](https://a.example/x.png)", "<p></p>\n"),
    ],
)
def test_markdown_becomes_safe_html(markdown: str, html: str) -> None:
    assert document(markdown) == html


def test_the_address_to_write_to_stands_in_the_text(cohort: Cohort) -> None:
    html = as_html(in_force()[NOTICE], contact="a+b@dtt.example")

    assert '<a href="mailto:a+b@dtt.example"' in html
    assert "{contact}" not in html
    assert "the contact address of the programme" in as_html(in_force()[NOTICE])


@pytest.mark.parametrize(("language", "words"), [("en", "Why we ask"), ("zh-hant", "收集目的")])
def test_the_notice_is_a_light_page_in_both_languages_and_old_versions_stay(
    client: Client, cohort: Cohort, officer: User, now: datetime, language: str, words: str
) -> None:
    client.cookies["django_language"] = language
    address = reverse("applications:privacy")
    first = client.get(address).content.decode()
    written(officer, now, "unborn")
    published(officer, now)

    newest = client.get(address).content.decode()
    old = client.get(f"{address}/{VERSION}").content.decode()

    assert (words in first, words in newest, words in old) == (True, False, True)
    assert f"{address}/{VERSION}" in newest
    assert f'href="{address}"' in old
    assert "programme@dtt.example" in first
    assert len(first.encode()) < 150 * KILOBYTE
    assert client.get(f"{address}/unborn").status_code == 404
    assert client.get(f"{address}/no-such").status_code == 404


def test_staff_write_read_and_publish_a_version(officer: User, now: datetime) -> None:
    choose_language(user=officer, language="en")
    browser = Client()
    browser.force_login(officer)
    add = reverse("admin:applications_legaltext_add")
    form = {"kind": NOTICE, "version": "2027-03", "text_en": "## Hello", "text_zh": ""}

    browser.post(add, form | {"asks_again": "on"})
    text = LegalText.objects.get(version="2027-03")
    change = reverse("admin:applications_legaltext_change", args=[text.pk])
    publish = reverse("admin:applications_text_publish", args=[text.pk])
    incomplete = browser.get(publish).content.decode()
    browser.post(change, {"text_en": "## Hello", "text_zh": "## 你好", "asks_again": "on"})
    ready = browser.get(publish).content.decode()
    browser.post(publish)
    taken = browser.post(add, form)
    closed = browser.post(change, {"text_en": "x", "text_zh": "x"})

    text.refresh_from_db()
    assert ("Publish, for good" in incomplete, "Publish, for good" in ready) == (False, True)
    assert "<h2>你好</h2>" in ready
    assert in_force()[NOTICE] == text
    assert (text.text_zh, text.created_by) == ("## 你好", officer)
    assert (taken.status_code, closed.status_code) == (200, 403)
    assert browser.get(change).status_code == 200
    assert browser.get(reverse("admin:applications_legaltext_changelist")).status_code == 200


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR])
def test_others_do_not_publish(role: Role, officer: User, now: datetime) -> None:
    text = written(officer, now)
    browser = Client()
    browser.force_login(make_user("other@dtt.example", role, now=now))
    publish = reverse("admin:applications_text_publish", args=[text.pk])

    assert (browser.get(publish).status_code, browser.post(publish).status_code) == (403, 403)
