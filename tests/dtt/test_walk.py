"""Everybody tries every door. An address without a row in `tests.walk` fails.

A row says who may open the page with a GET, in a cohort that has been played to its end. Everybody
else gets 404 (somebody else's object), 403 (a room for other roles), 405 (no such way in) or the
way to the sign-in. A POST by somebody who may not even look is refused the same way.
"""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib import admin
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accounts.models import AuditEvent
from accounts.wording import has_words
from tests.conftest import rolled_back
from tests.walk import (
    DJANGOS_OWN,
    DOORS,
    EVERYBODY,
    MINE,
    MODELS,
    SIGNED_IN,
    STAFF,
    STAFF_DOORS,
    Door,
    Scene,
    names,
    played,
    refused,
    signed_in,
    tells_of_needs,
)

pytestmark = pytest.mark.django_db
STATIC_FILE = re.compile(r'(?:href|src)="/static/([^"?]+)')
FILES = {"applications:document", "portal:cv", "quiz:image"}
NUMBER_OF_OURS = re.compile(r"\d+ ?(?:[#·×:→~–]|$)")  # a row id, where words should be
MOST_BYTES = 150_000  # of a page with its styles and scripts, before they are packed
PAGES_OF_A_TABLE = ("changelist", "add", "history", "delete", "change")

CLOSED_TO_VIEWERS = {
    *("calendar", "calendar_feed"),
    "matching:rank",
    "matching:result",
    "monitoring:questions",
    "mfa_index",
    "mfa_authenticate",
    "mfa_activate_totp",
    "mfa_generate_recovery_codes",
}


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Played once for all walks."""
    with django_db_blocker.unblock(), rolled_back():
        yield played()


def test_every_address_has_a_row() -> None:
    known = {name for name in names() if not name.startswith(("admin:", "account_"))}
    labels = {model._meta.label_lower for model in admin.site._registry}
    of_models = {
        f"admin:{label.replace('.', '_')}_{page}" for label in labels for page in PAGES_OF_A_TABLE
    }
    staff = {name for name in names() if name.startswith("admin:")} - of_models - DJANGOS_OWN

    assert known == DOORS.keys()
    assert labels == MODELS.keys()
    assert staff == STAFF_DOORS.keys()


def test_every_door_opens_for_those_it_is_for_and_no_others(scene: Scene) -> None:
    wrong = []
    for name, door in (DOORS | STAFF_DOORS).items():
        address = scene.address(name, door)
        for who in sample(name, door):
            answer = scene.client(who).get(address)
            if answer.streaming:
                b"".join(answer.streaming_content)  # so that its file is closed
            may = who in door.opens_for
            fine = answer.status_code in door.says if may else refused(answer)
            fine = fine and (who in ("applicant", "officer") or not tells_of_needs(answer))
            if not fine:
                wrong.append(f"{who} {address} ({name}) → {said(answer)}")

    assert "\n".join(wrong) == ""


def test_who_may_not_look_may_not_post_either(scene: Scene) -> None:
    wrong = []
    for name, door in (DOORS | STAFF_DOORS).items():
        address = scene.address(name, door)
        for who in set(sample(name, door)) - door.opens_for:
            answer = scene.client(who).post(address, {})
            if not refused(answer):
                wrong.append(f"{who} {address} ({name}) → {said(answer)}")

    assert "\n".join(wrong) == ""


def test_what_is_somebody_elses_or_another_cohorts_is_not_there(scene: Scene) -> None:
    wrong = []
    for name, door in DOORS.items():
        for who, kind, theirs in scene.others:
            if kind not in door.names or who not in door.opens_for:
                continue
            address = scene.address(name, door, **{kind: theirs})
            for answer in (scene.client(who).get(address), scene.client(who).post(address, {})):
                if answer.status_code not in (404, 405):
                    wrong.append(f"{who} {address} ({name}) → {said(answer)}")

    assert "\n".join(wrong) == ""


def test_a_table_of_the_staff_site_is_open_to_its_readers_alone(scene: Scene) -> None:
    wrong = []
    request = RequestFactory().get("/")
    for model, page in admin.site._registry.items():
        readers = MODELS[model._meta.label_lower]
        for who in STAFF:
            request.user = scene.people[who]
            if page.has_view_permission(request) != (who in readers):
                wrong.append(f"{who} {model._meta.label_lower}")
            if page.has_delete_permission(request):
                wrong.append(f"{who} may delete {model._meta.label_lower}")

    assert "\n".join(wrong) == ""


def test_every_table_and_a_row_of_it_opens_for_a_reader(scene: Scene) -> None:
    wrong = []
    for model in admin.site._registry:
        label = model._meta.label_lower
        base = f"admin:{label.replace('.', '_')}"
        rows = [
            reverse(f"{base}_change", args=[row.pk]) for row in model._default_manager.all()[:1]
        ]
        reader = next(who for who in sorted(STAFF) if who in MODELS[label])
        for address in (reverse(f"{base}_changelist"), *rows):
            answer = scene.client(reader).get(address)
            if answer.status_code not in (200, 302):
                wrong.append(f"{reader} {address} → {said(answer)}")
            if reader != "officer" and tells_of_needs(answer):
                wrong.append(f"{reader} {address} tells of access needs")
        outside = [who for who in ("applicant", *sorted(STAFF)) if who not in MODELS[label]]
        for who in outside[:2]:  # the table above speaks for the others
            answer = scene.client(who).get(rows[0] if rows else reverse(f"{base}_changelist"))
            leads_on = answer.status_code == 302 and label == "applications.duplicatecase"
            if not (refused(answer) or leads_on):
                wrong.append(f"{who} {address} → {said(answer)}")

    assert "\n".join(wrong) == ""


def test_a_row_that_staff_meet_says_what_it_is(scene: Scene) -> None:
    rows = [row for model in admin.site._registry for row in model._default_manager.all()[:3]]

    assert [f"{row._meta.label}: {row}" for row in rows if NUMBER_OF_OURS.match(str(row))] == []


def test_an_address_of_a_row_that_is_none_is_not_found(scene: Scene) -> None:
    wrong = []
    for model in admin.site._registry:
        label = model._meta.label_lower
        reader = next(who for who in sorted(STAFF) if who in MODELS[label])
        base = reverse(f"admin:{label.replace('.', '_')}_changelist")
        for odd in ("abc", "-1", "_5F", "99999999999999999999"):
            answer = scene.client(reader).get(f"{base}{odd}/change/")
            if answer.status_code not in (302, 404):
                wrong.append(f"{base}{odd}/change/ → {said(answer)}")

    assert "\n".join(wrong) == ""


def test_a_viewer_sees_the_applicants_pages_but_what_is_private(scene: Scene) -> None:
    applicant = scene.people["applicant"]
    assert applicant is not None
    browser = signed_in(scene.people["manager"])
    browser.post(reverse("admin:accounts_view_as", args=[applicant.pk]), {"reason": "asked"})
    addresses = {
        name: scene.address(name, door)
        for name, door in DOORS.items()
        if door.opens_for in (MINE, EVERYBODY, SIGNED_IN)
    }

    answers = {name: browser.get(address) for name, address in addresses.items()}

    for name, answer in answers.items():
        assert answer.status_code in (*DOORS[name].says, 403), f"{name} → {answer.status_code}"
        assert not tells_of_needs(answer), name
    closed = {name for name, answer in answers.items() if answer.status_code == 403}
    assert closed == CLOSED_TO_VIEWERS


def test_no_page_of_people_weighs_more_than_a_poor_network_carries(scene: Scene) -> None:
    heavy = []
    for name, door in DOORS.items():
        who = next((one for one in sorted(door.opens_for) if one != "visitor"), None)
        if name in FILES:
            continue
        answer = scene.client(who).get(scene.address(name, door)) if who else None
        if answer is None or not answer.content.startswith(b"<!doctype html>"):
            continue
        page = answer.content.decode()
        files = {file for file in STATIC_FILE.findall(page) if file.endswith((".css", ".js"))}
        weight = len(page.encode()) + sum(
            (settings.BASE_DIR / "static" / file).stat().st_size
            for file in files
            if (settings.BASE_DIR / "static" / file).exists()
        )
        if weight > MOST_BYTES:
            heavy.append(f"{name}: {weight}")

    assert heavy == []


def test_every_number_of_today_is_as_many_rows_as_the_list_behind_it(scene: Scene) -> None:
    wrong = []
    for who in sorted(STAFF):
        page = scene.client(who).get(reverse("admin:index")).context
        numbers = [(tile.count, tile.url) for tile in page["tiles"]]
        numbers += [cell for row in page["standings"] for cell in row.cells]
        for count, address in numbers:
            answer = scene.client(who).get(address)
            rows = rows_of(answer) if answer.status_code == 200 else said(answer)
            if rows != count:
                wrong.append(f"{who} {address}: {count} on the tile, {rows} in the list")
        for one in (*page["due"], *page["asked"]):
            answer = scene.client(who).get(one.url)
            if answer.status_code != 200:
                wrong.append(f"{who} {one.url} → {said(answer)}")

    assert "\n".join(wrong) == ""


def rows_of(answer: HttpResponse) -> int:
    """How many rows a list of the staff site has, on all of its pages."""
    if "cl" in answer.context:
        return int(answer.context["cl"].result_count)
    return int(answer.context["page"].paginator.count)


def test_every_verb_of_a_played_cohort_has_words(scene: Scene) -> None:
    verbs = AuditEvent.objects.order_by("verb").values_list("verb", flat=True).distinct()

    assert [verb for verb in verbs if not has_words(verb)] == []


def sample(name: str, door: Door) -> list[str]:
    """Who tries a door: everybody, but one of each kind where all of a kind are met alike."""
    if door.opens_for >= SIGNED_IN:
        return ["applicant", "manager", "recruiter", "visitor"]
    if name.startswith("admin:"):
        return ["applicant", "recruiter", *sorted(STAFF), "visitor"]
    return sorted(EVERYBODY)


def said(answer: HttpResponse) -> str:
    """The status, and where a redirect leads."""
    return f"{answer.status_code} {answer.get('Location', '')}".rstrip()
