"""A company opens the CV of a finalist who lets it: for itself, in this cohort, and on record."""

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from applications.domain.documents import upload_document
from applications.models import Application, Document
from dtt.play.documents import make_pdf
from matching.domain.companies import remove_recruiter
from matching.domain.consents import withdraw_consent
from matching.models import Company, Recruiter
from tests.matching.conftest import Final

pytestmark = pytest.mark.django_db


def upload(person: Application, now: object) -> Document:
    done = upload_document(
        application_id=person.pk,
        name="陳大文.pdf",
        content=make_pdf("Curriculum vitae"),
        by=person.user,
        now=now,
    )
    assert isinstance(done, Document)
    return done


@pytest.fixture
def at_work(final: Final, client: Client) -> tuple[Final, Client, Document]:
    """Harbour's recruiter; the first finalist has a CV and lets Harbour see it."""
    person = final.finalists[0]
    kept = upload(person, final.now)
    final.consent(person, final.harbour)
    with time_machine.travel(final.now, tick=False):
        client.force_login(final.recruiter(final.harbour))
        yield final, client, kept


def address(company: Company, person: Application) -> str:
    return reverse("portal:cv", args=[company.slug, person.reference])


def status(client: Client, url: str) -> int:
    answer = client.get(url)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer.status_code


def test_a_company_that_may_see_the_person_gets_the_cv_and_that_is_written_down(
    at_work: tuple[Final, Client, Document],
) -> None:
    final, client, kept = at_work
    person = final.finalists[0]
    profile = reverse("portal:candidate", args=["harbour-robotics", person.reference])

    page = client.get(profile).content.decode()
    answer = client.get(address(final.harbour, person))

    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert (address(final.harbour, person) in page, str(kept.uuid) in page) == (True, False)
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E9%99%B3")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"].startswith("private, no-store")
    event = AuditEvent.objects.get(verb="view-cv")
    assert event.actor == final.recruiter(final.harbour)
    assert event.after == {"document": str(kept.uuid), "company": "harbour-robotics"}
    assert event.object_id == str(person.pk)


def test_nobody_else_gets_it(at_work: tuple[Final, Client, Document]) -> None:
    final, client, kept = at_work
    mine, other = final.finalists[:2]
    upload(other, final.now)

    assert [
        status(client, address(final.harbour, other)),
        status(client, address(final.lantern, mine)),
        status(client, reverse("applications:document", args=[kept.uuid])),
    ] == [404, 404, 404]
    client.force_login(final.recruiter(final.lantern))
    assert [
        status(client, address(final.harbour, mine)),
        status(client, address(final.lantern, mine)),
    ] == [404, 404]
    client.logout()
    assert status(client, address(final.harbour, mine)) == 302
    assert AuditEvent.objects.filter(verb="view-cv").count() == 0


def test_a_withdrawn_consent_or_a_removed_recruiter_counts_at_the_next_request(
    at_work: tuple[Final, Client, Document],
) -> None:
    final, client, _kept = at_work
    person = final.finalists[0]
    url = address(final.harbour, person)
    before = status(client, url)
    withdraw_consent(
        application_id=person.pk, company_id=final.harbour.pk, by=person.user, now=final.now
    )
    withdrawn = status(client, url)
    final.consent(person, final.harbour)
    again = status(client, url)
    seat = Recruiter.objects.get(company=final.harbour)

    remove_recruiter(recruiter_id=seat.pk, by=final.manager, now=final.now)

    assert (before, withdrawn, again, status(client, url)) == (200, 404, 200, 404)


def test_a_file_that_is_not_scanned_yet_waits_and_a_refused_one_is_not_there(
    at_work: tuple[Final, Client, Document], settings: LazySettings
) -> None:
    final, client, kept = at_work
    person = final.finalists[0]
    profile = reverse("portal:candidate", args=["harbour-robotics", person.reference])
    settings.SCANNER_URL = "unix:///nowhere/clamd"

    waits = status(client, address(final.harbour, person))
    waiting = client.get(profile).content.decode()
    kept.scan = Document.Scan.INFECTED
    kept.save()

    assert (waits, "being checked for viruses" in waiting) == (409, True)
    assert status(client, address(final.harbour, person)) == 404
    assert "no file" in client.get(profile).content.decode()


def test_without_a_cv_there_is_no_link_and_no_page(
    at_work: tuple[Final, Client, Document],
) -> None:
    final, client, _kept = at_work
    person = final.finalists[1]
    final.consent(person, final.harbour)
    profile = reverse("portal:candidate", args=["harbour-robotics", person.reference])

    assert address(final.harbour, person) not in client.get(profile).content.decode()
    assert status(client, address(final.harbour, person)) == 404


def test_the_person_sees_the_same_link_on_the_preview(
    at_work: tuple[Final, Client, Document],
) -> None:
    final, client, kept = at_work
    person = final.finalists[0]
    client.force_login(person.user)

    page = client.get(reverse("matching:preview", args=[person.reference])).content.decode()

    assert reverse("applications:document", args=[kept.uuid]) in page
    assert "陳大文.pdf" in page
