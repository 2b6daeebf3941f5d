"""Everybody tries every door. A page without a row in `DOORS` fails.

Each row says who may open the page with a GET, in a cohort that has been played to its end.
Everybody else gets 404 (somebody else's object), 403 (a room for other roles), 405 (no such way in)
or the way to the sign-in. A POST by somebody who may not even look is refused the same way.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from accounts.models import AuditEvent, User
from accounts.roles import Role
from accounts.wording import has_words
from applications.first_texts import VERSION as FIRST_NOTICE
from applications.lifecycle import IN_FINAL
from applications.models import AccessRequest, Application, Cohort, Document
from bootcamp.models import Assignment, Booking
from dtt.play.people import make_cohort, make_user
from dtt.play.season import Season
from dtt.play.selection import make_staff
from matching.models import Offer, Recruiter
from tests.conftest import rolled_back

pytestmark = pytest.mark.django_db

EVERYBODY = frozenset(
    {
        "visitor",
        "applicant",
        "stranger",
        "manager",
        "reviewer",
        "author",
        "auditor",
        "trainer",
        "judge",
        "recruiter",
        "rival",
    }
)
SIGNED_IN = EVERYBODY - {"visitor"}
STAFF = frozenset({"manager", "reviewer", "author", "auditor"})
WITH_SECOND_FACTOR = STAFF | {"recruiter", "rival"}


@dataclass
class Scene:
    """A finished cohort, the people of the walk, and the objects that the addresses name."""

    cohort: Cohort
    people: dict[str, User | None]
    objects: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Door:
    """A page: who may open it, and how its address is made."""

    opens_for: frozenset[str]
    arguments: Callable[[dict[str, Any]], list[Any]] = lambda objects: []
    says: frozenset[int] = frozenset({200})


def own(*names: str) -> frozenset[str]:
    return frozenset(names)


def by(*names: str) -> Callable[[dict[str, Any]], list[Any]]:
    return lambda objects: [objects[name] for name in names]


MINE = own("applicant")
CLOSED_TO_VIEWERS = {
    "matching:rank",
    "matching:result",
    "mfa_index",
    "mfa_authenticate",
    "mfa_activate_totp",
    "mfa_generate_recovery_codes",
}
NEEDS = "needs-nobody-else-may-read"
ANSWERED = frozenset({200, 302})  # a page that sends its owner on is open, too
POST_ONLY = frozenset({405})
DOORS: dict[str, Door] = {
    "landing": Door(EVERYBODY),
    "home": Door(SIGNED_IN),
    "cohort": Door(EVERYBODY, by("cohort")),
    "cohort_calendar": Door(EVERYBODY, by("cohort")),
    "health": Door(EVERYBODY),
    "choose_language": Door(EVERYBODY, says=POST_ONLY),
    "set_language": Door(EVERYBODY, says=frozenset({302})),
    "demo_mailbox": Door(EVERYBODY),
    "mfa_index": Door(SIGNED_IN),
    "mfa_authenticate": Door(SIGNED_IN, says=frozenset({302})),
    "mfa_reauthenticate": Door(WITH_SECOND_FACTOR),
    "mfa_activate_totp": Door(SIGNED_IN, says=ANSWERED),
    "mfa_replace_totp": Door(WITH_SECOND_FACTOR, says=ANSWERED),
    "mfa_deactivate_totp": Door(WITH_SECOND_FACTOR, says=ANSWERED),
    "mfa_view_recovery_codes": Door(own()),  # nobody here has any
    "mfa_generate_recovery_codes": Door(SIGNED_IN, says=ANSWERED),
    "applications:privacy": Door(EVERYBODY),
    "applications:privacy_version": Door(EVERYBODY, lambda objects: [FIRST_NOTICE]),
    "applications:checker": Door(EVERYBODY, by("cohort")),
    "applications:institutions": Door(SIGNED_IN),
    "applications:apply": Door(SIGNED_IN, by("cohort"), ANSWERED),
    "applications:detail": Door(MINE, by("reference")),
    "applications:edit": Door(MINE, by("reference", "section"), ANSWERED),
    "applications:save": Door(MINE, by("reference"), POST_ONLY),
    "applications:check": Door(MINE, by("reference"), ANSWERED),
    "applications:submit": Door(MINE, by("reference"), ANSWERED),
    "applications:submitted": Door(MINE, by("reference"), ANSWERED),
    "applications:withdraw": Door(MINE, by("reference"), ANSWERED),
    "applications:consents": Door(MINE, by("reference")),
    "applications:accept": Door(MINE, by("reference"), ANSWERED),
    "applications:version": Door(MINE, lambda objects: [objects["reference"], 1]),
    "applications:cv": Door(MINE, by("reference"), ANSWERED),
    "applications:document": Door(own("applicant", "manager"), by("document")),
    "quiz:start": Door(MINE, by("reference"), ANSWERED),
    "quiz:attempt": Door(MINE, by("reference"), ANSWERED),
    "quiz:save": Door(MINE, by("reference"), POST_ONLY),
    "quiz:submit": Door(MINE, by("reference"), ANSWERED),
    "quiz:done": Door(MINE, by("reference"), ANSWERED),
    "selection:result": Door(MINE, by("reference")),
    "selection:confirm": Door(MINE, by("reference"), ANSWERED),
    "selection:decline": Door(MINE, by("reference"), ANSWERED),
    "bootcamp:timetable": Door(MINE, by("reference")),
    "bootcamp:project": Door(MINE, by("reference")),
    "bootcamp:sessions": Door(SIGNED_IN),
    "bootcamp:attendance": Door(own("trainer", "manager"), by("session")),
    "judging:home": Door(own("judge")),
    "judging:conflicts": Door(own("judge"), by("cohort")),
    "judging:mark": Door(own("judge"), by("assignment")),
    "judging:give_back": Door(own("judge"), by("assignment"), POST_ONLY),
    "matching:opportunities": Door(MINE, by("reference")),
    "matching:preview": Door(MINE, by("reference")),
    "matching:consent": Door(MINE, by("reference", "company"), POST_ONLY),
    "matching:rank": Door(MINE, by("reference")),
    "matching:result": Door(MINE, by("reference")),
    "matching:offer": Door(MINE, by("offer")),
    "portal:home": Door(own("recruiter", "rival")),
    "portal:undertaking": Door(own("recruiter", "rival"), says=ANSWERED),
    "portal:candidates": Door(own("recruiter"), by("company")),
    "portal:candidate": Door(own("recruiter"), by("company", "reference")),
    "portal:cv": Door(own("recruiter"), by("company", "reference")),
    "portal:rank": Door(own("recruiter"), by("opportunity")),
    "portal:offers": Door(own("recruiter"), by("company")),
    "portal:send_offer": Door(own("recruiter"), by("company", "reference")),
    "portal:withdraw_offer": Door(own("recruiter"), by("offer"), ANSWERED),
}


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """A small cohort, played from the open call to the accepted offers, once for all walks."""
    with django_db_blocker.unblock(), rolled_back():
        yield _played()


def _played() -> Scene:
    opened = datetime.now(UTC) - timedelta(days=110)
    staff = make_staff(now=opened)
    cohort = make_cohort(
        now=opened,
        slug="walked",
        places=12,
        places_with_ties=12,
        finalists=8,
        finalists_with_ties=8,
    )
    Season(cohort=cohort, staff=staff, applicants=16).play()
    offer = Offer.objects.filter(state=Offer.State.ACCEPTED).select_related("opportunity").first()
    assert offer is not None, "the scene needs somebody who was hired"
    return _people_and_objects(cohort, staff.asker, offer)


def test_every_door_opens_for_those_it_is_for_and_no_others(scene: Scene) -> None:
    wrong = []
    for name, door in DOORS.items():
        address = reverse(name, args=door.arguments(scene.objects))
        for who, user in scene.people.items():
            answer = signed_in(user).get(address)
            if answer.streaming:
                b"".join(answer.streaming_content)  # so that its file is closed
            may = who in door.opens_for
            fine = answer.status_code in door.says if may else refused(answer)
            fine = fine and (who == "applicant" or not tells_of_needs(answer))
            if not fine:
                wrong.append(f"{who} {address} ({name}) → {answer.status_code}")

    assert "\n".join(wrong) == ""


def test_who_may_not_look_may_not_post_either(scene: Scene) -> None:
    wrong = []
    for name, door in DOORS.items():
        address = reverse(name, args=door.arguments(scene.objects))
        for who in scene.people.keys() - door.opens_for:
            answer = signed_in(scene.people[who]).post(address, {})
            if not refused(answer):
                wrong.append(f"{who} {address} ({name}) → {answer.status_code}")

    assert "\n".join(wrong) == ""


def test_the_staff_site_is_for_staff_alone(scene: Scene) -> None:
    wrong = []
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]
    for who, user in scene.people.items():
        client = signed_in(user)
        for address in [reverse("admin:index"), *lists]:
            answer = client.get(address)
            status = answer.status_code
            if tells_of_needs(answer):
                wrong.append(f"{who} {address} tells of access needs")
            if who not in STAFF and status not in (302, 403):
                wrong.append(f"{who} {address} → {status}")
            if who in STAFF and status not in (200, 403):
                wrong.append(f"{who} {address} → {status}")
        if who == "manager":
            assert client.get(reverse("admin:index")).status_code == 200

    assert "\n".join(wrong) == ""


def test_a_viewer_sees_the_applicants_pages_but_what_is_private(scene: Scene) -> None:
    applicant = scene.people["applicant"]
    assert applicant is not None
    browser = signed_in(scene.people["manager"])
    browser.post(reverse("admin:accounts_view_as", args=[applicant.pk]), {"reason": "asked"})
    addresses = {
        name: reverse(name, args=door.arguments(scene.objects))
        for name, door in DOORS.items()
        if door.opens_for in (MINE, EVERYBODY, SIGNED_IN)
    }

    answers = {name: browser.get(address) for name, address in addresses.items()}

    for name, answer in answers.items():
        assert answer.status_code in (*DOORS[name].says, 403), f"{name} → {answer.status_code}"
        assert not tells_of_needs(answer), name
    closed = {name for name, answer in answers.items() if answer.status_code == 403}
    assert closed == CLOSED_TO_VIEWERS


def test_every_verb_of_a_played_cohort_has_words(scene: Scene) -> None:
    verbs = AuditEvent.objects.order_by("verb").values_list("verb", flat=True).distinct()

    assert [verb for verb in verbs if not has_words(verb)] == []


def test_every_page_has_a_row() -> None:
    named = {name for name in _names(get_resolver()) if not name.startswith(("admin:", "account_"))}

    assert named == DOORS.keys()


def refused(answer: Any) -> bool:
    """404, 403, or the way to the sign-in."""
    if answer.status_code == 302:
        return str(answer["Location"]).startswith(reverse("account_login"))
    return answer.status_code in (401, 403, 404, 405)


def tells_of_needs(answer: Any) -> bool:
    """Whether a page has what somebody needs; its person and who arranges it alone read that."""
    return not answer.streaming and NEEDS in answer.content.decode(errors="replace")


def signed_in(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def _people_and_objects(cohort: Cohort, manager: User, offer: Offer) -> Scene:
    hired = offer.application
    others = Application.objects.filter(cohort=cohort).exclude(pk=hired.pk)
    company = offer.opportunity.company
    recruiter = Recruiter.objects.get(company=company)
    rival = Recruiter.objects.exclude(company=company).first()
    booking = Booking.objects.filter(group__memberships__application=hired).first()
    assignment = Assignment.objects.filter(project__application=hired).first()
    assert rival is not None
    assert booking is not None
    assert assignment is not None
    for one in Application.objects.filter(cohort=cohort):
        AccessRequest.objects.create(application=one, needs=NEEDS, requested_at=one.created_at)
    people: dict[str, User | None] = {
        "visitor": None,
        "applicant": hired.user,
        "stranger": others.filter(stage__in=IN_FINAL).order_by("pk")[0].user,
        "manager": manager,
        "reviewer": make_user("reviewer@staff.dtt.example", Role.REVIEWER),
        "author": make_user("author@staff.dtt.example", Role.QUIZ_AUTHOR),
        "auditor": make_user("auditor@staff.dtt.example", Role.AUDITOR),
        "trainer": booking.trainer.user,
        "judge": assignment.judge.user,
        "recruiter": recruiter.user,
        "rival": rival.user,
    }
    objects = {
        "cohort": cohort.slug,
        "reference": hired.reference,
        "section": "about",
        "session": booking.session.uuid,
        "assignment": assignment.uuid,
        "company": company.slug,
        "opportunity": offer.opportunity.reference,
        "offer": offer.reference,
        "document": _cv_of(hired).uuid,
    }
    return Scene(cohort, people, objects)


def _cv_of(application: Application) -> Document:
    """A CV that was uploaded while it was asked for."""
    return Document.objects.create(
        application=application,
        kind=Document.Kind.CV,
        file=ContentFile(b"%PDF-1.4", name="cv.pdf"),
        name="cv.pdf",
        content_type="application/pdf",
        size=8,
        sha256="0" * 64,
        uploaded_at=application.cohort.project_due_at,
    )


def _names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inside = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _names(pattern, inside)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{namespace}{pattern.name}"
