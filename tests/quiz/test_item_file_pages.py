"""Staff bring files of questions in and take questions out, on their pages."""

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from accounts.roles import Role
from dtt.play.people import make_user
from quiz.formats.registry import MAX_BYTES, read_items
from quiz.models import Item, ItemFile, ItemVersion
from tests.quiz.conftest import load_bank
from tests.quiz.test_bank import ONE, bring_in
from tests.quiz.test_staff_pages import client_of, texts

pytestmark = pytest.mark.django_db
TABLE = (
    "code,topic,difficulty,question (en),question (zh-hant),right,choice a (en),choice b (en),"
    "choice a (zh-hant),choice b (zh-hant)\r\n"
    "T1,python,easy,Which?,哪個？,b,this,that,這個,那個\r\n"
)


def upload(client: Client, name: str, content: bytes, **more: str) -> Any:
    data = {"file": SimpleUploadedFile(name, content), "format": "", "language": "en", **more}
    return client.post(reverse("admin:quiz_items_upload"), data, follow=True)


def confirm(client: Client, file: ItemFile, **more: str) -> Any:
    data = {"sha256": file.sha256, **more}
    return client.post(reverse("admin:quiz_items_confirm", args=[file.pk]), data, follow=True)


def test_a_file_is_looked_at_and_then_imported(author: User) -> None:
    client = client_of(author)

    looked = upload(client, "bank.csv", TABLE.encode("utf-8-sig"))
    file = ItemFile.objects.get()
    before = Item.objects.count()
    done = confirm(client, file)

    assert (looked.status_code, before) == (200, 0)
    assert "What this file would do" in looked.content.decode()
    assert texts(done) == ["Imported. A second person approves the questions before use."]
    version = ItemVersion.objects.get()
    assert (version.stem_zh, version.source_name, version.source_sha256) == (
        "哪個？",
        "bank.csv",
        file.sha256,
    )
    assert AuditEvent.objects.filter(verb="import-items", actor=author).count() == 1


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.csv", TABLE, "csv"),
        ("a.txt", "Which?\nA. x\nB. y\nANSWER: A\n", "aiken"),
        ("a.txt", ONE, "gift"),
        ("a.xml", '<?xml version="1.0"?>\n<quiz/>', "moodle-xml"),
        ("a.xml", '<assessmentItem xmlns="x"/>', "qti"),
        ("a.xml", '<?xml version="1.0"?><qti-assessment-item/>', "qti"),
        ("a.bin", "PK\x03\x04", "qti"),
        ("a", "", "gift"),
    ],
)
def test_the_format_is_guessed_and_can_be_changed(
    author: User, name: str, content: str, format: str
) -> None:
    client = client_of(author)
    upload(client, name, content.encode())
    file = ItemFile.objects.get()
    guessed = file.format

    confirm(client, file, read_as="1", format="aiken", language="zh-hant")
    file.refresh_from_db()

    assert (guessed, file.format, file.language) == (format, "aiken", "zh-hant")


def test_problems_are_named_by_line_and_stop_the_import(author: User) -> None:
    client = client_of(author)
    page = upload(client, "a.gift", f"{ONE}\n\nTwo? {{~a ~b}}".encode()).content.decode()

    told = confirm(client, ItemFile.objects.get())

    assert "Line 6" in page
    assert "No answer gets full marks" in page
    assert texts(told) == ["The file has problems. Nothing has been imported."]
    assert Item.objects.count() == 0


def test_what_changed_since_it_was_looked_at_is_not_imported(author: User, now: datetime) -> None:
    client = client_of(author)
    upload(client, "a.gift", ONE.encode())
    bring_in(ONE.replace("One?", "One or two?"), by=author, now=now)

    told = confirm(client, ItemFile.objects.get())

    assert texts(told)[0].startswith("The bank has changed since you looked.")
    assert ItemVersion.objects.get().stem_en == "One or two?"


def test_a_file_is_imported_once_and_by_who_uploaded_it(author: User, manager: User) -> None:
    upload(client_of(author), "a.gift", ONE.encode())
    file = ItemFile.objects.get()

    by_another = confirm(client_of(manager), file)
    wrong_hash = confirm(client_of(author), file, sha256="0")
    confirm(client_of(author), file)
    again = confirm(client_of(author), file)

    assert texts(by_another) == ["Only who uploaded a file imports it."]
    assert texts(wrong_hash) == ["This is not the file that you have looked at."]
    assert texts(again) == ["This file has been imported already."]
    assert ItemVersion.objects.count() == 1


def test_a_file_beyond_the_limit_is_refused_with_the_limit(author: User) -> None:
    page = upload(client_of(author), "a.xml", b" " * (MAX_BYTES + 1))
    kept = ItemFile.objects.count()
    upload(client_of(author), "a.gift", b"x" * (5 * 1024 * 1024))

    assert (page.status_code, kept) == (422, 0)
    assert "at most 20 MB are accepted" in page.content.decode()
    [problem] = ItemFile.objects.get().report["problems"]
    assert problem["message"] == "The file has more than 4 MB. Split it into several files."


def export(client: Client, query: str = "", **more: str) -> Any:
    data = {"format": "csv", "language": "en", "reason": "Backup.", **more}
    return client.post(reverse("admin:quiz_item_export") + query, data)


def test_the_list_is_exported_as_it_was_filtered(
    author: User, manager: User, now: datetime
) -> None:
    load_bank(by=author, approver=manager, now=now)
    client = client_of(manager)

    shown = client.get(reverse("admin:quiz_item_changelist") + "?topic=python").content.decode()
    file = export(client, "?topic=python")

    assert f"{reverse('admin:quiz_item_export')}?topic=python" in shown
    parsed = read_items("csv", file.content)
    assert len(parsed.items) == Item.objects.filter(topic="python").count()
    assert len(parsed.translations) == len(parsed.items)
    assert file["Content-Disposition"] == 'attachment; filename="items.csv"'


def test_what_is_lost_is_shown_before_a_file_is_given(
    author: User, manager: User, now: datetime
) -> None:
    load_bank(by=author, approver=manager, now=now)
    client = client_of(manager)

    first = export(client, format="aiken")
    file = export(client, format="aiken", seen=first.context["seen"])
    other = export(client, format="aiken", language="zh-hant", seen=first.context["seen"])

    assert "Left out:" in first.content.decode()
    assert AuditEvent.objects.filter(verb="export-item").count() == first.context["looked"].count
    assert file["Content-Type"] == "text/plain; charset=utf-8"
    assert "Left out:" in other.content.decode()


def test_an_export_needs_a_reason_and_the_right_role(
    author: User, manager: User, now: datetime
) -> None:
    load_bank(by=author, approver=manager, now=now)

    assert export(client_of(manager), reason=" ").status_code == 422
    assert export(client_of(manager), "?nonsense__x=1").status_code == 302
    assert export(client_of(author)).status_code == 403
    assert (
        upload(client_of(make_user("r@dtt.example", Role.REVIEWER, now=now)), "a", b"").status_code
        == 403
    )
    assert (
        "Export the questions"
        not in client_of(author).get(reverse("admin:quiz_item_changelist")).content.decode()
    )
    assert not AuditEvent.objects.filter(verb="export-item").exists()


def test_a_second_import_of_a_table_changes_nothing(author: User, now: datetime) -> None:
    for _ in range(2):
        upload(client_of(author), "bank.csv", TABLE.encode())
        confirm(client_of(author), ItemFile.objects.filter(imported_at=None).get())

    assert ItemVersion.objects.count() == 1
    assert ItemFile.objects.first().report["skip"] == 1


def test_two_files_wait_beside_each_other(author: User) -> None:
    client = client_of(author)

    upload(client, "bank.csv", TABLE.encode())
    upload(client, "a.gift", ONE.encode())
    upload(client, "again.gift", ONE.encode())

    kept = ItemFile.objects.values_list("name", "format").order_by("pk")
    assert list(kept) == [("bank.csv", "csv"), ("again.gift", "gift")]
