"""What was typed, said and agreed to is kept: two devices, two languages, every version."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from applications.domain.access import request_access
from applications.domain.applying import save_draft, start_application
from applications.domain.consents import required_texts
from applications.domain.texts import in_force, publish_text, write_text
from applications.models import (
    Acceptance,
    Application,
    Cohort,
    Consent,
    LegalText,
    Stage,
    Submission,
)
from applications.web.forms import ASKED_OF_ALL, PURPOSES
from applications.web.sections import FORMS
from dtt.play.people import make_applicant, make_user
from notifications.models import Message

pytestmark = pytest.mark.django_db
FORBIDDEN = (
    *("hkid", "identity", "passport", "photo", "birth", "dob", "sex", "gender", "nationality"),
    *("marital", "married", "religion", "ethnic", "race", "disability", "health"),
)


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def draft(client: Client, cohort: Cohort, now: datetime) -> Application:
    person = make_user("tai.man@dtt.example", now=now)
    client.force_login(person)
    return start_application(cohort_id=cohort.pk, by=person, now=now)


@pytest.fixture
def sent(client: Client, cohort: Cohort, now: datetime) -> Application:
    """A submitted, eligible application whose person is signed in and reads English."""
    application = make_applicant(cohort, 1, now=now)
    client.force_login(application.user)
    client.cookies["django_language"] = "en"
    return application


def page(name: str, application: Application, *more: Any) -> str:
    return reverse(f"applications:{name}", args=[application.reference, *more])


def opened(client: Client, application: Application, section: str) -> dict[str, Any]:
    """The hidden part of a section's form, as a device has it that opens the page now."""
    context = client.get(page("edit", application, section)).context
    return {"section": section, "version": context["version"], "seen": context["seen"]}


# ---- two devices ----


def test_two_devices_in_two_sections_do_not_disturb_each_other(
    client: Client, draft: Application
) -> None:
    phone, laptop = opened(client, draft, "about"), opened(client, draft, "readiness")

    first = client.post(page("save", draft), laptop | {"motivation": "To learn."})
    second = client.post(page("save", draft), phone | {"surname_en": "CHAN"})

    draft.refresh_from_db()
    assert (first.status_code, second.status_code) == (200, 200)
    assert (draft.surname_en, draft.motivation) == ("CHAN", "To learn.")


def test_two_devices_in_one_section_are_told(client: Client, draft: Application) -> None:
    phone, laptop = opened(client, draft, "about"), opened(client, draft, "about")
    client.post(page("save", draft), laptop | {"surname_en": "CHAN"})

    answer = client.post(page("save", draft), phone | {"given_en": "Tai Man"})

    draft.refresh_from_db()
    assert (answer.status_code, draft.surname_en, draft.given_en) == (409, "CHAN", "")


def test_a_device_goes_on_from_what_it_was_told(client: Client, draft: Application) -> None:
    device = opened(client, draft, "about")

    for name in ("C", "CH", "CHAN"):
        told = client.post(page("save", draft), device | {"surname_en": name}).json()
        device |= {"version": told["version"], "seen": told["seen"]}

    draft.refresh_from_db()
    assert draft.surname_en == "CHAN"


def test_an_invalid_answer_never_covers_what_another_device_wrote(
    client: Client, draft: Application
) -> None:
    """A device that holds a wrong number learns nothing from a save that changed nothing."""
    device, wrong = opened(client, draft, "about"), {"mobile": "12"}
    client.post(page("save", draft), opened(client, draft, "about") | {"mobile": "98765432"})

    answer = client.post(page("save", draft), device | wrong)

    draft.refresh_from_db()
    assert (answer.status_code, draft.mobile) == (409, "+85298765432")


def test_a_page_that_came_back_with_an_error_overwrites_nothing_later(
    client: Client, draft: Application
) -> None:
    device = opened(client, draft, "about")
    client.post(page("save", draft), opened(client, draft, "about") | {"surname_en": "CHAN"})

    back = client.post(page("edit", draft, "about"), device | {"mobile": "12"})
    again = {"version": back.context["version"], "seen": back.context["seen"]}
    answer = client.post(page("edit", draft, "about"), again | {"surname_en": "WONG"})

    draft.refresh_from_db()
    assert (back.status_code, answer.status_code, draft.surname_en) == (422, 409, "CHAN")


# ---- two languages ----


def test_the_language_changes_and_what_was_typed_stays(client: Client, draft: Application) -> None:
    typed = opened(client, draft, "about") | {"surname_en": "CHAN", "mobile": "12"}

    answer = client.post(page("edit", draft, "about"), typed | {"say_in": "zh-hant"})

    draft.refresh_from_db()
    shown = answer.content.decode()
    assert (answer.status_code, draft.surname_en, draft.user.language) == (200, "", "zh-hant")
    assert ['lang="zh-Hant-HK"' in shown, 'value="CHAN"' in shown, 'value="12"' in shown] == [
        True
    ] * 3
    assert "field-error" not in shown
    assert answer.cookies["django_language"].value == "zh-hant"
    assert 'lang="zh-Hant-HK"' in client.get(page("edit", draft, "about")).content.decode()


def test_ticks_stay_when_the_language_changes(client: Client, draft: Application) -> None:
    ticked = {"honour_code": "on", "consents": ["publicity"], "say_in": "zh-hant"}

    shown = client.post(page("submit", draft), ticked).content.decode()

    draft.refresh_from_db()
    assert (shown.count(" checked"), draft.stage) == (2, Stage.DRAFT)


def test_a_reason_for_withdrawing_stays_when_the_language_changes(
    client: Client, sent: Application
) -> None:
    typed = {"reason": "Examinations", "say_in": "zh-hant"}

    shown = client.post(page("withdraw", sent), typed).content.decode()

    sent.refresh_from_db()
    assert ("Examinations" in shown, sent.stage) == (True, Stage.ELIGIBLE)


@pytest.mark.parametrize("language", ["", "fr", "en\x00", "x" * 5000])
def test_an_unknown_language_is_no_language(
    client: Client, draft: Application, language: str
) -> None:
    typed = opened(client, draft, "about") | {"surname_en": "CHAN", "say_in": language}

    assert client.post(page("edit", draft, "about"), typed).status_code == 302


# ---- versions ----


def test_what_was_sent_first_is_kept_through_every_edit(
    client: Client, sent: Application, clock: time_machine.Traveller, now: datetime
) -> None:
    first = sent.study_programme
    clock.shift(timedelta(hours=1))
    save_draft(
        application_id=sent.pk,
        version=sent.version,
        answers={"study_programme": "Music"},
        by=sent.user,
        now=now + timedelta(hours=1),
    )

    kept = list(Submission.objects.values_list("number", "answers__study_programme", "at"))
    assert kept == [(1, first, now), (2, "Music", now + timedelta(hours=1))]
    shown = client.get(page("detail", sent)).content.decode()
    assert "You changed your answers on" in shown
    old = client.get(page("version", sent, 1)).content.decode()
    assert (f"<dd>{first}</dd>" in old, "<dd>Music</dd>" in old) == (True, False)
    assert client.get(page("version", sent, 3)).status_code == 404


def test_a_version_says_what_its_person_said(client: Client, sent: Application) -> None:
    receipt = client.get(page("submitted", sent)).context["summaries"]

    kept = client.get(page("version", sent, 1)).context["summaries"]

    assert [summary.answers for summary in kept] == [summary.answers for summary in receipt]


def test_the_receipt_has_a_copy_of_the_answers_and_no_access_needs(
    client: Client, draft: Application, now: datetime
) -> None:
    written = {
        "surname_en": "D’Arcy-Wu",
        "name_zh": "堃嘢畀𨋢",
        "institution_other": "University of Somewhere",
        "study_programme": "Music",
        "level": "bachelor",
        "status": "student",
        "completion_on": now.date().replace(day=1),
        "track": "vision",
        "python_rating": 0,
        "available_days": draft.cohort.bootcamp_dates,
        "is_adult": True,
    }
    saved = save_draft(
        application_id=draft.pk, version=draft.version, answers=written, by=draft.user, now=now
    )
    request_access(application_id=draft.pk, needs="a screen reader", by=draft.user, now=now)
    posted = {
        "honour_code": "on",
        "privacy_notice": "on",
        "texts": ",".join(str(text.pk) for text in required_texts()),
    }
    client.post(page("submit", saved), posted)

    body = Message.objects.get(kind="application-received").body
    shown = client.get(page("submitted", saved)).content.decode()
    for said in ("D’Arcy-Wu", "堃嘢畀𨋢", "Music", "0 – I have never used it", "March 2027"):
        assert (said, said in body, said in shown) == (said, True, True)
    assert ["None" in body, "  " in body, "screen reader" in body + shown] == [False] * 3
    assert body.startswith("Dear D’Arcy-Wu,")


def test_the_receipt_is_in_the_persons_language(
    client: Client, cohort: Cohort, now: datetime
) -> None:
    number = next(n for n in range(1, 30) if _reads_chinese(cohort, n, now))

    body = Message.objects.get(person__email__startswith=f"applicant{number}.").body

    assert ("你遞交的答案" in body, "Study" in body) == (True, False)


def _reads_chinese(cohort: Cohort, number: int, now: datetime) -> bool:
    return make_applicant(cohort, number, now=now).user.language == "zh-hant"


# ---- consents and texts ----


def test_each_consent_can_be_taken_back_and_given_again(client: Client, sent: Application) -> None:
    for chosen in (["marketing"], [], ["marketing"], ["marketing"]):
        assert client.post(page("consents", sent), {"consents": chosen}).status_code == 302

    ledger = Consent.objects.order_by("pk").values_list("purpose", "withdrawn_at")
    assert [(purpose, at is None) for purpose, at in ledger] == [
        ("talent-pool", False),
        ("marketing", False),
        ("marketing", True),
    ]
    changed = AuditEvent.objects.filter(verb="change-consents").order_by("pk")
    assert [event.after["consents"] for event in changed] == [["marketing"], [], ["marketing"]]
    shown = client.get(page("consents", sent)).content.decode()
    assert (shown.count(" checked"), "What you have agreed to" in shown) == (1, True)


@pytest.mark.parametrize("chosen", ["everything", "talent-pool\x00", "x" * 100_000])
def test_no_consent_is_made_up(client: Client, sent: Application, chosen: str) -> None:
    assert client.post(page("consents", sent), {"consents": [chosen]}).status_code == 422
    assert list(Consent.objects.values_list("purpose", flat=True)) == ["talent-pool"]


def publish(kind: str, version: str, now: datetime, **more: Any) -> LegalText:
    staff = make_user("manager@dtt.example", now=now)
    said = {"text_en": "A new text.", "text_zh": "新的文本。", "asks_again": True} | more
    text = write_text(kind=kind, version=version, by=staff, now=now, **said)
    return publish_text(text_id=text.pk, by=staff, now=now)


def test_what_everybody_accepts_is_kept_with_its_version(sent: Application, now: datetime) -> None:
    accepted = Acceptance.objects.filter(application=sent).order_by("text__kind")

    assert [(one.text.kind, one.text.version, one.at) for one in accepted] == [
        (kind, in_force()[kind].version, now) for kind in ("honour-code", "privacy-notice")
    ]
    assert {one.language for one in accepted} == {sent.user.language}
    assert sent.privacy_notice_version == in_force()["privacy-notice"].version


def test_a_text_with_another_meaning_is_asked_for_again(
    client: Client, sent: Application, now: datetime, clock: time_machine.Traveller
) -> None:
    later = now + timedelta(days=1)
    clock.move_to(later)
    text = publish("privacy-notice", "2027-03", later)

    ask = client.get(page("detail", sent)).content.decode()
    old = client.post(page("accept", sent), {"texts": str(Acceptance.objects.first().text_id)})
    assert (page("accept", sent) in ask, old.url) == (True, page("accept", sent))
    assert "A new text." in client.get(page("accept", sent)).content.decode()
    everything = ",".join(str(one.pk) for one in required_texts())
    for _ in range(2):
        assert client.post(page("accept", sent), {"texts": everything}).url == page("detail", sent)

    assert Acceptance.objects.filter(application=sent, text=text).count() == 1
    assert AuditEvent.objects.filter(verb="accept-texts").count() == 1
    assert page("accept", sent) not in client.get(page("detail", sent)).content.decode()


def test_a_small_correction_asks_nobody(
    client: Client, sent: Application, now: datetime, clock: time_machine.Traveller
) -> None:
    clock.move_to(now + timedelta(days=1))
    publish("privacy-notice", "2027-03", now + timedelta(days=1), asks_again=False)

    assert client.get(page("accept", sent)).url == page("detail", sent)


def test_nobody_accepts_a_text_that_changed_while_they_read(
    client: Client, draft: Application, now: datetime
) -> None:
    days = draft.cohort.bootcamp_dates
    answers = {
        "surname_en": "CHAN",
        "institution_other": "Somewhere",
        "study_programme": "Music",
        "level": "bachelor",
        "status": "student",
        "completion_on": now.date().replace(day=1),
        "track": "vision",
        "available_days": days,
    }
    save_draft(
        application_id=draft.pk, version=draft.version, answers=answers, by=draft.user, now=now
    )
    read = ",".join(str(text.pk) for text in required_texts())
    publish("honour-code", "2027-03", now)

    ticked = {"honour_code": "on", "privacy_notice": "on", "texts": read}
    answer = client.post(page("submit", draft), ticked)

    draft.refresh_from_db()
    assert (answer.status_code, draft.stage) == (422, Stage.DRAFT)
    assert "A text has changed" in answer.content.decode()
    again = client.post(page("submit", draft), ticked | {"texts": answer.context["texts"]})
    assert again.status_code == 302


# ---- nothing more than is needed ----


def test_nothing_is_asked_that_one_must_not_ask() -> None:
    asked = [
        (field.name, str(field.verbose_name))
        for model in (Application, User)
        for field in model._meta.get_fields()
        if hasattr(field, "verbose_name")
    ] + [
        (name, str(field.label))
        for form in FORMS.values()
        for name, field in form.base_fields.items()
    ]

    found = [
        (name, label)
        for name, label in asked
        for word in FORBIDDEN
        if word in f"{name} {label}".lower().replace("_", " ").split()
    ]

    assert (found, len(asked) > 60) == ([], True)


def test_whatever_must_be_answered_says_why_it_is_asked(client: Client, draft: Application) -> None:
    assert set(PURPOSES) >= ASKED_OF_ALL
    for section in FORMS:
        shown = client.get(page("edit", draft, section))
        unsaid = [
            question.bound.name
            for question in shown.context["form"].questions
            if not question.optional
            and not (question.purpose and question.purpose in shown.content.decode())
        ]
        assert unsaid == []
