"""Uploading a CV: what is taken, what is refused and how, and who may read it afterwards."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accounts.domain.people import choose_language
from accounts.models import AuditEvent, User
from accounts.roles import Role
from applications.domain import documents
from applications.domain.documents import (
    ORPHANED_AFTER,
    UnableToUpload,
    Warned,
    keep_document,
    sweep_files,
    upload_document,
)
from applications.domain.stages import advance
from applications.lifecycle import Move
from applications.models import Application, Document
from dtt import environment
from dtt.play.documents import make_pdf
from dtt.play.people import make_applicants, make_cohort, make_user
from dtt.web.todo import todos_for
from tests.conftest import NOW, rolled_back

pytestmark = pytest.mark.django_db
CV, NEWER = make_pdf("Curriculum vitae"), make_pdf("A newer one")
WITH_NUMBER = make_pdf("CHAN Tai Man", "HKID: A123456(3)")


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Two people with a confirmed place and one of another cohort, made once for this file."""
    with django_db_blocker.unblock(), rolled_back():
        for seed, (slug, people) in enumerate((("spring", 2), ("summer", 1))):
            cohort = make_cohort(now=NOW, slug=slug)
            made = make_applicants(cohort, people, now=NOW, seed=seed)
            ids = [one.pk for one in made]
            for move in (Move.OFFER_PLACE, Move.CONFIRM_PLACE):
                advance(application_ids=ids, move=move, by=None, now=NOW)
        for user in User.objects.all():
            choose_language(user=user, language="en")
        yield


@pytest.fixture
def mine(scene: None, db: None) -> Application:
    return Application.objects.filter(cohort__slug="spring").order_by("pk")[0]


@pytest.fixture
def page(mine: Application, client: Client) -> Iterator["Page"]:
    with time_machine.travel(NOW, tick=False):
        client.force_login(mine.user)
        yield Page(client, mine)


class Page:
    """The upload page of one person."""

    def __init__(self, client: Client, application: Application) -> None:
        self.client, self.application = client, application
        self.address = reverse("applications:cv", args=[application.reference])

    def send(self, content: bytes, name: str = "cv.pdf") -> tuple[int, str]:
        file = SimpleUploadedFile(name, content, content_type="application/pdf")
        answer = self.client.post(self.address, {"file": file})
        return answer.status_code, answer.content.decode()

    def live(self) -> list[Document]:
        return list(self.application.documents.filter(replaced_at=None))


def upload(application: Application, content: bytes = CV, name: str = "cv.pdf") -> Document:
    done = upload_document(
        application_id=application.pk, name=name, content=content, by=application.user, now=NOW
    )
    assert isinstance(done, Document)
    return done


def verbs(application: Application) -> list[str]:
    events = AuditEvent.objects.filter(
        object_type="applications.application", object_id=str(application.pk)
    )
    return list(events.order_by("pk").values_list("verb", flat=True))


# ---- what is kept ------------------------------------------------------------------------------


def test_a_cv_is_kept_under_a_name_of_ours(page: Page) -> None:
    before = page.client.get(page.address).content.decode()

    status, _text = page.send(CV, "../../陳 CV.pdf")

    [kept] = page.live()
    assert "at most 5 MB" in before
    assert (status, kept.name, kept.content_type) == (302, "陳 CV.pdf", "application/pdf")
    assert kept.file.name == f"documents/{kept.uuid}"
    assert kept.file.size == kept.size
    assert page.client.get(page.address).status_code == 200
    assert verbs(page.application)[-1] == "upload-document"


def test_files_on_the_disk_are_for_this_account_alone(mine: Application) -> None:
    path = Path(upload(mine).file.path)

    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_newer_file_replaces_the_older_one_and_both_stay_on_record(mine: Application) -> None:
    older = upload(mine)
    newer = upload(mine, NEWER)

    older.refresh_from_db()
    assert (older.replaced_at, newer.replaced_at) == (NOW, None)
    assert default_storage.exists(older.file.name)
    assert list(mine.documents.filter(replaced_at=None)) == [newer]


def test_the_same_file_again_changes_nothing(mine: Application) -> None:
    first = upload(mine)
    told = verbs(mine)

    again = upload(mine, name="other name.pdf")

    assert (again.pk, mine.documents.count(), verbs(mine)) == (first.pk, 1, told)
    assert len(stored()) == 1


def test_a_transaction_that_is_rolled_back_leaves_no_file(mine: Application) -> None:
    before = stored()
    with transaction.atomic():
        upload(mine)
        transaction.set_rollback(True)
    left = stored() - before

    with time_machine.travel(NOW + timedelta(days=400)):
        swept = sweep_files(now=NOW + timedelta(days=400))

    assert (len(left), swept, stored()) == (1, 1, before)


def test_a_verb_that_refuses_at_the_lock_takes_its_file_back(mine: Application) -> None:
    before = stored()
    checked = documents._check("cv.pdf", CV, "0" * 64)
    advance(application_ids=[mine.pk], move=Move.WITHDRAW, by=mine.user, now=NOW)

    with pytest.raises(UnableToUpload):
        documents._store(
            checked, application_id=mine.pk, kind=Document.Kind.CV, by=mine.user, now=NOW
        )

    assert stored() == before


def test_the_sweep_takes_old_orphans_and_nothing_else(mine: Application) -> None:
    kept = upload(mine)
    orphan = default_storage.save("documents/orphan", ContentFile(b"x"))
    at = default_storage.get_modified_time(orphan)

    first = sweep_files(now=at + ORPHANED_AFTER)
    second = sweep_files(now=at + ORPHANED_AFTER + timedelta(seconds=1))

    assert (first, second, sweep_files(now=at + timedelta(days=9))) == (0, 1, 0)
    assert default_storage.exists(kept.file.name)


def stored() -> set[str]:
    return set(default_storage.listdir("documents")[1])


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(settings: LazySettings, tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir(mode=0o700)
    options = settings.STORAGES["default"]["OPTIONS"] | {"location": tmp_path}
    default = settings.STORAGES["default"] | {"OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": default}


def test_a_store_that_is_away_is_said_and_keeps_nothing(
    page: Page, settings: LazySettings, tmp_path: Path
) -> None:
    kept = upload(page.application)
    (tmp_path / "file").touch()
    settings.STORAGES = settings.STORAGES | {"default": environment.files("", tmp_path / "file")}

    status, text = page.send(NEWER)
    reading = page.client.get(reverse("applications:document", args=[kept.uuid]))

    away = "The place where files are kept cannot be reached at the moment."
    assert (status, away in text, page.live()) == (422, True, [kept])
    assert (reading.status_code, away in reading.content.decode()) == (503, True)
    assert verbs(page.application)[-1] == "upload-document"  # and not "view-cv"


# ---- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b"\x89PNG\r\n", "This is not a PDF"),
        (CV[:-30], "The end of this PDF is missing"),
        (CV + b"PK\x03\x04", "There is more in this file than a PDF"),
        (b"%PDF-1.4\nstartxref\n0\n%%EOF", "it is damaged"),
        (b"%PDF-1.4" + b"x" * (5 * 1024 * 1024), "The file has 5.1 MB; at most 5 MB"),
        (b"%PDF-1.4" + b"x" * (26 * 1024 * 1024), "The file has 26.1 MB; at most 5 MB"),
    ],
)
def test_a_bad_file_is_refused_with_the_reason_and_nothing_is_kept(
    page: Page, content: bytes, says: str
) -> None:
    told = verbs(page.application)

    status, text = page.send(content)

    assert (status, says in text) == (422, True)
    assert (page.live(), stored(), verbs(page.application)) == ([], set(), told)


def test_a_refusal_is_in_the_language_of_the_person(page: Page) -> None:
    choose_language(user=page.application.user, language="zh-hant")

    status, text = page.send(b"no pdf")

    assert (status, 'lang="zh-Hant-HK"' in text) == (422, True)


def multipart(*parts: bytes) -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"


def file_part(name: bytes, content: bytes = CV) -> bytes:
    head = b'Content-Disposition: form-data; name="file"; filename="%b"\r\n\r\n' % name
    return head + content


BOUNDARY = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("body", "content_type", "length"),
    [
        (multipart(file_part(b"cv.pdf")), "multipart/form-data", None),
        (multipart(file_part(b"cv.pdf")), "multipart/form-data; boundary=\xff", None),
        (multipart(*[file_part(b"%d.pdf" % n, b"") for n in range(1000)]), BOUNDARY, None),
        (b"x=" + b"y" * (6 * 1024 * 1024), "application/x-www-form-urlencoded", None),
        (b"&".join([b"a=1"] * 1500), "application/x-www-form-urlencoded", None),
        (multipart(file_part(b"cv.pdf")), BOUNDARY, "-5"),
        (multipart(file_part(b"cv.pdf")), BOUNDARY, "20"),
        (multipart(file_part(b"cv.pdf")), BOUNDARY, "200"),
        (multipart(file_part(b"cv.pdf")), BOUNDARY, "many"),
        (multipart(file_part(b"..")), BOUNDARY, None),
        (multipart(file_part(b"cv.pdf")[: -len(CV)]), BOUNDARY, None),
        (b"", BOUNDARY, None),
        (b'{"file": 1}', "application/json", None),
        (
            multipart(b"keep", b'Content-Disposition: form-data; name="keep"\r\n\r\n\0'),
            BOUNDARY,
            None,
        ),
    ],
)
def test_a_hostile_request_gets_the_page_back_with_a_message(
    page: Page, body: bytes, content_type: str, length: str | None
) -> None:
    extra = {} if length is None else {"CONTENT_LENGTH": length}

    answer = page.client.generic("POST", page.address, body, content_type=content_type, **extra)

    text = answer.content.decode()
    assert (answer.status_code, 'class="error-summary"' in text) == (422, True)
    assert (page.live(), stored()) == ([], set())


@pytest.mark.parametrize(
    "name", ["../../x", "\u202efdp.exe", "x" * 300, "cv", "a\x00b.pdf", "陳" * 90]
)
def test_a_hostile_name_is_cleaned_and_the_file_taken(page: Page, name: str) -> None:
    body = multipart(file_part(name.encode()))

    answer = page.client.generic("POST", page.address, body, content_type=BOUNDARY)

    [kept] = page.live()
    assert answer.status_code == 302
    assert kept.name.isprintable()
    assert (kept.name[-4:], "/" in kept.name, len(kept.name) <= 104) == (".pdf", False, True)


def test_a_forged_request_is_refused(mine: Application) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(mine.user)
    address = reverse("applications:cv", args=[mine.reference])

    answer = careful.post(address, {"file": SimpleUploadedFile("cv.pdf", CV)})

    assert (answer.status_code, mine.documents.count()) == (403, 0)


def test_a_file_is_taken_only_while_it_is_asked_for(page: Page) -> None:
    application = page.application
    advance(application_ids=[application.pk], move=Move.WITHDRAW, by=application.user, now=NOW)

    status, text = page.send(CV)

    assert (status, "We do not ask you for a file now." in text) == (422, True)
    assert page.client.get(page.address)["Location"] == application.get_absolute_url()


# ---- identity card numbers ---------------------------------------------------------------------


def test_a_number_in_the_text_is_warned_of_before_anything_is_saved(page: Page) -> None:
    status, text = page.send(WITH_NUMBER)

    event = AuditEvent.objects.get(verb="warn-identity-number")
    assert (status, page.live(), stored()) == (422, [], set())
    assert "seems to contain an identity card number" in text
    assert ("Choose another file" in text, "Keep this one" in text) == (True, True)
    assert event.after == {"kind": "cv", "likeness": "likely"}
    assert everything_about(page.application).count("123456") == 0


def test_the_warned_file_can_be_kept(page: Page) -> None:
    page.send(WITH_NUMBER)
    digest = digest_of(WITH_NUMBER)

    answer = page.client.post(page.address, {"keep": digest})
    again = page.client.post(page.address, {"keep": digest})

    [kept] = page.live()
    assert (answer.status_code, again.status_code, kept.warned) == (302, 302, True)
    last = AuditEvent.objects.get(verb="upload-document")
    assert last.after["kept_despite_warning"] is True
    assert everything_about(page.application).count("123456") == 0


def test_another_file_can_be_chosen_instead(page: Page) -> None:
    page.send(WITH_NUMBER)
    page.send(CV)

    [kept] = page.live()
    assert (kept.sha256, kept.warned) == (digest_of(CV), False)


def test_a_number_in_the_name_is_warned_of_and_masked(page: Page) -> None:
    status, _text = page.send(CV, "A123456(3) CV.pdf")
    page.client.post(page.address, {"keep": digest_of(CV)})

    assert (status, [kept.name for kept in page.live()]) == (422, ["… CV.pdf"])


@pytest.mark.parametrize("digest", ["", "0" * 64, "\0", "x" * 9999, "履歷"])
def test_what_was_never_warned_of_cannot_be_kept(page: Page, digest: str) -> None:
    page.send(WITH_NUMBER)

    answer = page.client.post(page.address, {"keep": digest})

    assert (answer.status_code, page.live()) == (422, [])
    assert "We no longer have that file" in answer.content.decode()


def test_a_warned_file_is_another_persons_to_keep_never(page: Page) -> None:
    page.send(WITH_NUMBER)
    other = Application.objects.filter(cohort__slug="spring").order_by("pk")[1]

    with pytest.raises(UnableToUpload):
        keep_document(
            application_id=other.pk, digest=digest_of(WITH_NUMBER), by=other.user, now=NOW
        )


def test_a_number_whose_check_digit_does_not_fit_is_only_possible(page: Page) -> None:
    _status, text = page.send(make_pdf("Order A123456(9)"))

    assert "may contain an identity card number" in text


def digest_of(content: bytes) -> str:
    return documents.hashlib.sha256(content).hexdigest()


def everything_about(application: Application) -> str:
    """All that was written down in the trail."""
    events = AuditEvent.objects.values_list("verb", "before", "after", "reason", "object_id")
    return str(list(events))


# ---- reading -----------------------------------------------------------------------------------


def test_a_file_is_sent_as_an_attachment_and_the_reading_is_written_down(page: Page) -> None:
    kept = upload(page.application, name="陳大文 CV.pdf")
    address = reverse("applications:document", args=[kept.uuid])

    answer = page.client.get(address)

    with kept.file.open() as file:
        assert b"".join(answer.streaming_content) == file.read()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E9%99%B3%E5%A4%A7%E6%96%87%20CV.pdf"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Security-Policy"].endswith("sandbox")
    event = AuditEvent.objects.get(verb="view-cv")
    assert (event.actor, event.after) == (page.application.user, {"document": str(kept.uuid)})


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("owner", 200),
        ("manager", 200),
        ("reviewer", 404),
        ("auditor", 404),
        ("neighbour", 404),
        ("other cohort", 404),
        ("nobody", 302),
    ],
)
def test_a_file_opens_for_its_owner_and_the_manager_alone(
    mine: Application, client: Client, who: str, status: int
) -> None:
    kept = upload(mine)
    others = Application.objects.exclude(pk=mine.pk)
    people = {
        "owner": lambda: mine.user,
        "manager": lambda: make_user("m@staff.dtt.example", Role.PROGRAMME_MANAGER),
        "reviewer": lambda: make_user("r@staff.dtt.example", Role.REVIEWER),
        "auditor": lambda: make_user("a@staff.dtt.example", Role.AUDITOR),
        "neighbour": lambda: others.filter(cohort=mine.cohort)[0].user,
        "other cohort": lambda: others.get(cohort__slug="summer").user,
    }
    if who in people:
        client.force_login(people[who]())
    address = reverse("applications:document", args=[kept.uuid])

    answers = [client.get(address), client.head(address)]

    assert [answer.status_code for answer in answers] == [status, status]
    for answer in answers:
        let_go(answer)
    assert AuditEvent.objects.filter(verb="view-cv").count() == (2 if status == 200 else 0)
    if status == 404:
        theirs = reverse("applications:cv", args=[mine.reference])
        assert client.get(theirs).status_code == 404
        assert client.post(theirs, {"file": SimpleUploadedFile("x", NEWER)}).status_code == 404


def let_go(answer: Any) -> None:
    """Close the file of an answer that nobody reads to its end."""
    for close in answer._resource_closers:
        close()


def test_an_unknown_or_lost_file_is_not_found(page: Page) -> None:
    kept = upload(page.application)
    default_storage.delete(kept.file.name)

    for name in (kept.uuid, "00000000-0000-4000-8000-000000000000"):
        assert page.client.get(f"/documents/{name}").status_code == 404
    for odd in ("x", "../../etc/passwd", f"{kept.uuid}%00"):
        assert page.client.get(f"/documents/{odd}").status_code in (400, 404)
    assert AuditEvent.objects.filter(verb="view-cv").count() == 0


def test_staff_find_files_and_their_state_on_a_list(mine: Application, client: Client) -> None:
    upload(mine)
    upload(mine, NEWER)
    client.force_login(make_user("m@staff.dtt.example", Role.PROGRAMME_MANAGER))
    list_page = reverse("admin:applications_document_changelist")
    one = reverse("admin:applications_document_change", args=[mine.documents.first().pk])

    with CaptureQueriesContext(connection) as captured:
        assert client.get(list_page).status_code == 200
    assert len(captured) < 15
    assert str(mine.documents.first().uuid) in client.get(one).content.decode()
    client.force_login(make_user("r@staff.dtt.example", Role.REVIEWER))
    assert client.get(list_page).status_code == 403


# ---- asking for it -----------------------------------------------------------------------------


def test_the_cv_is_on_the_to_do_list_until_it_is_there(mine: Application) -> None:
    def asked() -> list[str]:
        return [todo.label for todo in todos_for(mine, NOW) if "CV" in todo.label]

    before = asked()
    kept = upload(mine)
    after = asked()
    kept.scan = Document.Scan.INFECTED
    kept.save()

    assert (before, after) == (["Upload your CV"], [])
    assert asked() == ["Upload another CV: that one was refused"]
    assert [t for t in todos_for(mine, mine.cohort.rankings_close_at) if "CV" in t.label] == []


def test_warned_is_what_the_verb_returns_for_a_number(mine: Application) -> None:
    done = upload_document(
        application_id=mine.pk, name="cv.pdf", content=WITH_NUMBER, by=mine.user, now=NOW
    )

    assert isinstance(done, Warned)
    assert (done.name, done.digest) == ("cv.pdf", digest_of(WITH_NUMBER))
