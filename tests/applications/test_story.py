"""One page tells a person's whole story, and never what they need to take part."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.domain import audit
from accounts.models import User
from accounts.roles import Role
from accounts.wording import say_verb
from applications.models import (
    Acceptance,
    AccessRequest,
    Application,
    Cohort,
    Consent,
    Document,
    DuplicateCase,
    LateAccess,
    LegalText,
    Stage,
    Submission,
)
from applications.story import Chapter, Fact, chapters_of, register_chapter
from applications.web.staff.story import story_of
from dtt.play.people import make_applicant, make_user
from notifications.models import Message

pytestmark = pytest.mark.django_db
NEEDS = "A quiet room; I have epilepsy."
SECRET = "Twice the time for ZZZ."


@pytest.fixture
def applicant(cohort: Cohort, now: datetime) -> Application:
    return make_applicant(cohort, 1, now=now)


def staff(now: datetime, *roles: Role) -> User:
    return make_user(f"{'-'.join(roles)}@dtt.example", *roles, now=now, name="Mandy")


def page(viewer: User, application: Application) -> str:
    client = Client()
    client.force_login(viewer)
    address = reverse("admin:applications_application_change", args=[application.pk])
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def fill(application: Application, number: int, now: datetime) -> None:
    """One more of everything that a story can hold."""
    manager = staff(now, Role.PROGRAMME_MANAGER)
    Submission.objects.create(
        application=application,
        number=100 + number,
        at=now,
        answers={"surname_en": f"d’Árc-{number}", "track": "vision"},
    )
    text = LegalText.objects.create(
        kind=LegalText.Kind.HONOUR_CODE,
        version=f"h-{number}",
        text_en="x",
        text_zh="x",
        published_at=now,
    )
    Acceptance.objects.create(application=application, text=text, language="en", at=now)
    Consent.objects.create(
        application=application,
        purpose=Consent.Purpose.MARKETING,
        text_version=f"m-{number}",
        language="zh-hant",
        given_at=now,
        withdrawn_at=now,
    )
    document = Document(
        application=application,
        kind=Document.Kind.CV,
        name=f"cv-{number}.pdf",
        content_type="application/pdf",
        size=2048,
        sha256="0" * 64,
        uploaded_at=now,
        replaced_at=now,
    )
    document.file.save("cv", ContentFile(b"%PDF"), save=True)
    late = LateAccess.objects.create(
        cohort=application.cohort,
        user=application.user,
        until=now + timedelta(days=number),
        reason=f"Hospital {number}.",
        given_at=now,
        given_by=manager,
        ended_at=now,
    )
    audit.record(late, "give-late-access", by=manager, now=now, reason=late.reason)
    other = make_applicant(application.cohort, 10 + number, now=now)
    DuplicateCase.objects.update_or_create(
        first=application,
        second=other,
        defaults={
            "cohort": application.cohort,
            "reason": DuplicateCase.Reason.MOBILE,
            "state": DuplicateCase.State.DISTINCT,
            "found_at": now,
            "decided_by": manager,
            "note": f"Sisters {number}.",
        },
    )
    gone = make_applicant(application.cohort, 20 + number, now=now)
    Application.objects.filter(pk=gone.pk).update(stage=Stage.MERGED, merged_into=application)
    Message.objects.create(
        run=f"test:{number}",
        person=application.user,
        kind="application-received",
        language="en",
        subject=f"Letter {number}",
        body="…",
        queued_at=now,
        due_at=now,
    )


def test_everything_that_is_known_is_on_the_page(applicant: Application, now: datetime) -> None:
    fill(applicant, 1, now)
    fill(applicant, 2, now)

    shown = page(staff(now, Role.PROGRAMME_MANAGER), applicant)

    said = [
        "Began the application",
        "Submitted the application (draft → submitted)",
        "Extended the deadline for this person",
        "Version 101",
        "d’Árc-1",
        "h-2",
        "m-1",
        "cv-2.pdf",
        "Hospital 1.",
        "Sisters 2.",
        "Part of this application:",
        "Letter 2",
        "Judged by version 1 of the eligibility rules.",
    ]
    assert [text for text in said if text not in shown] == []


def test_versions_show_what_was_changed_word_for_word(
    applicant: Application, now: datetime
) -> None:
    Submission.objects.filter(application=applicant).delete()
    kept = {"surname_en": "d’Árc-CHAN", "name_zh": "陳大文", "track": "vision", "is_adult": True}
    for number, changed in enumerate(({}, {"name_zh": "陳𠮷文", "track": "data_science"}, {}), 1):
        kept |= changed
        Submission.objects.create(
            application=applicant, number=number, at=now + timedelta(days=number), answers=kept
        )

    story = story_of(applicant, staff(now, Role.PROGRAMME_MANAGER), now)

    assert [(one["number"], one["changes"]) for one in story["submissions"]] == [
        (3, []),
        (
            2,
            [
                ("Chinese name", "陳大文", "陳𠮷文"),
                ("Mini-project track", "Computer vision", "Data science"),
            ],
        ),
        (1, []),
    ]
    assert story["submissions"][-1]["whole"][0][1] == "d’Árc-CHAN"


def test_the_story_costs_the_same_with_1_as_with_3_of_everything(
    applicant: Application, now: datetime, django_assert_max_num_queries: Any
) -> None:
    manager = staff(now, Role.PROGRAMME_MANAGER)
    client = Client()
    client.force_login(manager)
    address = reverse("admin:applications_application_change", args=[applicant.pk])
    client.get(address)
    costs = []
    for number in (1, 2, 3):
        fill(applicant, number, now)
        with django_assert_max_num_queries(30) as queries:
            assert client.get(address).status_code == 200
        costs.append(len(queries))

    assert costs[0] == costs[1] == costs[2]


def asked_for_access(application: Application, now: datetime) -> None:
    AccessRequest.objects.create(
        application=application, needs=NEEDS, arrangement=SECRET, requested_at=now
    )
    audit.record(application, "request-access", by=application.user, now=now, reason=NEEDS)
    Message.objects.create(
        run="access:1",
        person=application.user,
        kind="access-granted",
        language="en",
        subject=SECRET,
        body=SECRET,
        queued_at=now,
        due_at=now,
    )


@pytest.mark.parametrize("role", [Role.PROGRAMME_MANAGER, Role.REVIEWER, Role.AUDITOR])
def test_no_reader_learns_of_access_needs(
    applicant: Application, now: datetime, role: Role
) -> None:
    asked_for_access(applicant, now)

    shown = page(staff(now, role), applicant)

    secrets = ("quiet room", "epilepsy", "ZZZ", "request access", "accessrequest")
    assert [text for text in secrets if text in shown] == []


def test_who_makes_the_arrangements_gets_a_link_and_no_more(
    applicant: Application, now: datetime
) -> None:
    asked_for_access(applicant, now)
    officer = staff(now, Role.ACCOMMODATION_OFFICER, Role.REVIEWER)

    shown = page(officer, applicant)

    assert f"accessrequest/{applicant.access_request.pk}/change/" in shown
    assert [text for text in ("epilepsy", "ZZZ") if text in shown] == []


def test_a_reviewer_does_not_see_scores_and_offers(applicant: Application, now: datetime) -> None:
    reads_all, reads_some = staff(now, Role.AUDITOR), staff(now, Role.REVIEWER)

    stories = [story_of(applicant, viewer, now)["chapters"] for viewer in (reads_all, reads_some)]

    assert {str(chapter.title) for chapter in stories[0]} == {
        "Quiz",
        "Lists",
        "Bootcamp and mini-project",
        "Offers",
    }
    assert stories[1] == []


def test_a_room_adds_a_chapter_and_the_events_of_its_objects(
    applicant: Application, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("applications.story._chapters", {})
    manager = staff(now, Role.PROGRAMME_MANAGER)
    audit.record(manager, "send-offer", by=manager, now=now, reason="Asked for help.")
    chapter = Chapter("Room", [Fact(now, "It rained.")], {"accounts.user": [manager.pk]})
    register_chapter("room", lambda ids: chapter if ids == [applicant.pk] else Chapter(""))
    earlier = Chapter("Hall", [Fact(now - timedelta(days=1), "It snowed.")])
    register_chapter("the hall", lambda _ids: earlier)

    shown = page(manager, applicant)

    assert chapters_of([applicant.pk]) == [earlier, chapter]
    assert "It rained." in shown
    assert "Sent an offer" in shown
    assert "Asked for help." in shown


def test_a_merged_application_tells_of_both(
    cohort: Cohort, applicant: Application, now: datetime
) -> None:
    gone = make_applicant(cohort, 2, now=now)
    Application.objects.filter(pk=gone.pk).update(stage=Stage.MERGED, merged_into=applicant)
    gone.refresh_from_db()
    manager = staff(now, Role.PROGRAMME_MANAGER)

    survivor = story_of(applicant, manager, now)

    assert survivor["history"]["headers"][3] == "Application"
    assert {row[3] for row in survivor["history"]["rows"]} == {applicant.reference, gone.reference}
    told = {message.subject for message in Message.objects.all()}
    assert {row[1] for row in survivor["told"]["rows"]} == told
    assert applicant.reference in page(manager, gone)


def test_it_tells_when_staff_looked_at_the_site_as_this_person(
    applicant: Application, now: datetime
) -> None:
    manager = staff(now, Role.PROGRAMME_MANAGER)
    for person, verb in (
        (applicant.user, "view-as-start"),
        (applicant.user, "grant-role"),
        (manager, "view-as-start"),
    ):
        audit.record(person, verb, by=manager, now=now, reason=f"{verb} {person.pk}")

    rows = story_of(applicant, manager, now)["history"]["rows"]

    assert [row[3] for row in rows if row[3]] == [f"view-as-start {applicant.user_id}"]


def test_a_verb_without_words_is_still_readable() -> None:
    assert say_verb("turn-the-page") == "Turn the page"
    assert say_verb("find-eligible") == "Found eligible"
