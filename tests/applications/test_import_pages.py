"""The pages of the import: upload, columns, report, confirm; long files by a job."""

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain.jobs import run_job
from accounts.models import Job
from accounts.roles import Role
from applications.domain import import_files
from applications.domain.import_files import choose_columns
from applications.models import Application, Cohort, ColumnMapping, ImportFile
from applications.web.staff.importing import MAX_BYTES
from dtt.play.people import make_user
from notifications.models import Message
from tests.applications.test_importing import HEADER, row
from tests.applications.test_intake_workbooks import workbook

pytestmark = pytest.mark.django_db
UPLOAD = "admin:applications_upload"


def staff(now: datetime, *roles: Role) -> Client:
    browser = Client()
    browser.force_login(make_user(f"{'-'.join(roles)}@dtt.example", *roles, now=now))
    return browser


@pytest.fixture
def manager(now: datetime) -> Client:
    return staff(now, Role.PROGRAMME_MANAGER)


def file(text: str = "", content: bytes = b"", name: str = "a.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or (HEADER + text).encode(), "text/csv")


def upload(manager: Client, cohort: Cohort, sent: SimpleUploadedFile) -> ImportFile:
    """Upload a file and return it as it is kept."""
    answer = manager.post(reverse(UPLOAD), {"cohort": cohort.pk, "file": sent})
    kept = ImportFile.objects.get(imported_at=None)
    assert answer.url == page("columns", kept)
    return kept


def page(name: str, kept: ImportFile) -> str:
    return reverse(f"admin:applications_{name}", args=[kept.pk])


def as_suggested(manager: Client, kept: ImportFile, **changed: str) -> dict[str, str]:
    """What the page of the columns would send if somebody pressed its button."""
    form = manager.get(page("columns", kept)).context["form"]
    return {name: form[name].initial for name in form.fields} | changed


def confirm(manager: Client, kept: ImportFile) -> Any:
    """Press the button of what a file would do, as the page shows it now."""
    seen = manager.get(page("confirm", kept)).context or {}
    shown = {"sha256": kept.sha256, "seen": seen.get("seen", "")}
    return manager.post(page("confirm", kept), shown)


def test_a_file_is_looked_at_first_and_imported_by_its_hash(
    manager: Client, cohort: Cohort
) -> None:
    kept = upload(manager, cohort, file(row("a@b.hk") + row("nobody", surname="LEE")))
    manager.post(page("columns", kept), as_suggested(manager, kept))

    shown = manager.get(page("confirm", kept))
    assert Application.objects.count() == 0
    assert "2 rows: 1 created, 0 updated, 0 unchanged, 1 with a fault." in shown.content.decode()
    assert "read as UTF-8" in shown.content.decode()
    assert shown.context["faults"] == [("3", "“nobody” is not an e-mail address.")]

    manager.post(page("confirm", kept), {"sha256": "0" * 64})
    assert Application.objects.count() == 0
    confirm(manager, kept)
    confirm(manager, kept)

    kept = ImportFile.objects.get()
    assert (Application.objects.count(), Message.objects.count()) == (1, 1)
    assert (kept.imported_by.email, kept.report["create"]) == ("programme-manager@dtt.example", 1)
    assert "What this file did" in manager.get(page("confirm", kept)).content.decode()
    address = reverse("admin:applications_importfile_change", args=[kept.pk])
    assert manager.get(address).status_code == 200


def test_a_file_is_not_imported_before_it_was_looked_at(manager: Client, cohort: Cohort) -> None:
    kept = upload(manager, cohort, file(row("a@b.hk")))

    answer = manager.post(page("confirm", kept), {"sha256": kept.sha256})

    assert (answer.url, Application.objects.count()) == (page("columns", kept), 0)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (file(content=b"\n"), "The file is empty."),
        (file(content=HEADER.encode()), "There is no row below the headings (row 1)."),
        (file(content=b"PK\x03\x04 zip"), "The workbook is damaged."),
        (file(content=b"\xff" * 50), "cannot be read (line 1)"),
        (file(content=HEADER.encode() + b'"never closed,'), "Row 2: A quotation mark"),
        (file(content=b"a," * 1205 + b"b\n1\n"), "The headings reach over 1206 columns"),
        (file(content=b"a,b\n1,2\n"), "Row 1 does not name the columns"),
        (file(content=row("a@b.hk").encode() * 2), "Row 1 does not name the columns"),
        (file(content=b"x" * (MAX_BYTES + 1)), "at most 20 MB are accepted"),
        (SimpleUploadedFile("../../x.csv", b""), "The file is empty."),
        ("", "This field is required."),
    ],
)
def test_a_bad_file_gets_a_message_and_is_not_kept(
    manager: Client, cohort: Cohort, sent: Any, message: str
) -> None:
    answer = manager.post(reverse(UPLOAD), {"cohort": cohort.pk, "file": sent})

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert ImportFile.objects.count() == 0


def test_one_fault_in_many_rows_is_one_line(manager: Client, cohort: Cohort) -> None:
    bad, good = row("x"), [row(f"p{n}@b.hk") for n in range(3)]
    text = good[0] + bad * 3 + good[1] + "".join((bad + good[2]) * 9)
    kept = upload(manager, cohort, file(text))

    manager.post(page("columns", kept), as_suggested(manager, kept))

    [said, *repeated] = manager.get(page("confirm", kept)).context["faults"]
    assert said == ("3–5, 7, 9, 11, 13, 15, 17, 19, …", "“x” is not an e-mail address.")
    assert [where for where, _what in repeated] == ["10, 12, 14, 16, 18, 20, 22, 24"]


def test_what_breaks_off_far_down_is_said_in_the_report(manager: Client, cohort: Cohort) -> None:
    kept = upload(manager, cohort, file(row("a@b.hk") * 5 + '"never closed,'))

    manager.post(page("columns", kept), as_suggested(manager, kept))

    shown = manager.get(page("confirm", kept))
    assert "The file cannot be imported as it is." in shown.content.decode()
    [[where, what]] = shown.context["faults"]
    assert (where, what[:38]) == ("7", "A quotation mark that opens in this ro")
    confirm(manager, kept)
    assert Application.objects.count() == 0


def test_a_nul_in_a_file_is_shown_and_does_no_harm(manager: Client, cohort: Cohort) -> None:
    header = HEADER.replace("Surname", "Sur\0name")
    kept = upload(manager, cohort, file(content=(header + row("a@b.hk", "\0")).encode()))

    fields = as_suggested(manager, kept, **{"column-2": "surname_en"})
    manager.post(page("columns", kept), fields)

    shown = manager.get(page("confirm", kept))
    [[where, what]] = shown.context["faults"]
    assert (where, what) == ("2", "“Sur␀name” contains a NUL character (line 2).")


def test_a_column_is_mapped_by_hand_and_known_the_next_time(
    manager: Client, cohort: Cohort, now: datetime
) -> None:
    header = HEADER.replace("Surname", "Apellido")
    kept = upload(manager, cohort, file(content=(header + row("a@b.hk")).encode()))
    shown = manager.get(page("columns", kept))
    assert [line["heading"] for line in shown.context["rows"]][2] == "Apellido"
    assert shown.context["rows"][2]["cells"] == ["CHAN"]

    refused = manager.post(page("columns", kept), as_suggested(manager, kept))
    assert refused.status_code == 422
    assert "cannot be without: Surname in English." in refused.content.decode()
    manager.post(page("columns", kept), as_suggested(manager, kept, **{"column-2": "surname_en"}))
    confirm(manager, kept)

    assert Application.objects.get().surname_en == "CHAN"
    names = header.strip().split(",")
    cells = row("b@b.hk", "LEE").strip().split(",")
    turned = ",".join(reversed(names)) + "\n" + ",".join(reversed(cells)) + "\n"
    second = upload(manager, cohort, file(content=turned.encode()))
    place = list(reversed(names)).index("Apellido")
    assert as_suggested(manager, second)[f"column-{place}"] == "surname_en"
    assert ColumnMapping.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"column-3": "surname_en"}, "Two columns are taken as: Surname in English."),
        ({"column-1": ""}, "cannot be without: E-mail address."),
        ({"column-1": "shoe_size"}, "Select a valid choice."),
    ],
)
def test_columns_that_make_no_application_are_refused(
    manager: Client, cohort: Cohort, changed: dict[str, str], message: str
) -> None:
    kept = upload(manager, cohort, file(row("a@b.hk")))

    answer = manager.post(page("columns", kept), as_suggested(manager, kept, **changed))

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert ColumnMapping.objects.count() == 0


def test_a_workbook_is_imported_like_a_text(manager: Client, cohort: Cohort) -> None:
    rows = [HEADER.strip().split(","), row("a@b.hk", "=1+1").strip().split(",")]
    kept = upload(manager, cohort, file(content=workbook(rows), name="a.xlsx"))

    manager.post(page("columns", kept), as_suggested(manager, kept))
    assert "Excel (XLSX), sheet “Sheet1”" in manager.get(page("confirm", kept)).content.decode()
    confirm(manager, kept)

    assert Application.objects.get().surname_en == "=1+1"


@pytest.fixture
def _every_file_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_files, "LONG_TEXT", 0)


@pytest.mark.usefixtures("_every_file_is_long")
def test_a_long_file_is_worked_on_by_jobs_while_the_page_shows_a_bar(
    manager: Client, cohort: Cohort
) -> None:
    kept = upload(manager, cohort, file(row("a@b.hk")))
    fields = as_suggested(manager, kept)
    for _ in range(2):
        manager.post(page("columns", kept), fields)
    shown = manager.get(page("confirm", kept)).content.decode()
    assert "<progress" in shown
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in shown
    run_job(job_id=Job.objects.get().pk, clock=timezone.now)
    assert "1 rows: 1 created" in manager.get(page("confirm", kept)).content.decode()

    for _ in range(2):
        confirm(manager, kept)
    assert "<progress" in manager.get(page("confirm", kept)).content.decode()
    importing = Job.objects.get(kind=import_files.IMPORT)
    assert Application.objects.count() == 0
    for _ in range(2):
        run_job(job_id=importing.pk, clock=timezone.now)

    assert (Application.objects.count(), Message.objects.count()) == (1, 1)
    assert "What this file did" in manager.get(page("confirm", kept)).content.decode()
    assert Job.objects.count() == 2


@pytest.mark.usefixtures("_every_file_is_long")
def test_a_job_looks_at_the_columns_that_were_chosen_last(
    manager: Client, cohort: Cohort, now: datetime
) -> None:
    kept = upload(manager, cohort, file(row("a@b.hk")))
    person = make_user("programme-manager@dtt.example", now=now)
    for fields in ({4: ""}, {4: "name_zh"}):
        choose_columns(import_file_id=kept.pk, fields=fields, by=person, now=now)
    early, late = Job.objects.order_by("pk")

    for job in (late, early):
        run_job(job_id=job.pk, clock=timezone.now)

    kept.refresh_from_db()
    assert kept.report["columns"][4] == ["Chinese name", "Chinese name"]
    assert kept.job == late


def test_what_another_manager_has_changed_is_not_confirmed_unseen(
    manager: Client, cohort: Cohort, now: datetime
) -> None:
    kept = upload(manager, cohort, file(row("a@b.hk")))
    manager.post(page("columns", kept), as_suggested(manager, kept))
    seen = manager.get(page("confirm", kept)).context["seen"]
    other = Client()
    other.force_login(make_user("other@dtt.example", Role.PROGRAMME_MANAGER, now=now))
    upload(other, cohort, file(row("a@b.hk")))
    other.post(page("columns", kept), as_suggested(other, kept, **{"column-4": ""}))

    for shown in (seen, "", "0" * 64):
        answer = manager.post(
            page("confirm", kept), {"sha256": kept.sha256, "seen": shown}, follow=True
        )
        assert "The columns were changed meanwhile: look again." in answer.content.decode()
    assert Application.objects.count() == 0
    confirm(manager, kept)

    assert Application.objects.get().name_zh == ""


def test_of_two_columns_of_addresses_a_person_chooses(manager: Client, cohort: Cohort) -> None:
    header = HEADER.replace("Email Address", "Work email").replace("Chinese name", "Personal email")
    text = header + row("work@b.hk", zh="own@b.hk")
    kept = upload(manager, cohort, file(content=text.encode()))

    shown = manager.get(page("columns", kept))
    refused = manager.post(page("columns", kept), as_suggested(manager, kept))
    manager.post(page("columns", kept), as_suggested(manager, kept, **{"column-4": "email"}))
    confirm(manager, kept)

    assert shown.context["unclear"] == [("E-mail address", ["Work email", "Personal email"])]
    assert "none of them is taken. Choose below" in shown.content.decode()
    assert refused.status_code == 422
    assert Application.objects.get().user.email == "own@b.hk"


def test_only_a_manager_imports(cohort: Cohort, manager: Client, now: datetime) -> None:
    kept = upload(manager, cohort, file(row("a@b.hk")))
    reviewer = staff(now, Role.REVIEWER)
    addresses = [reverse(UPLOAD), page("columns", kept), page("confirm", kept)]

    answers = [
        answer.status_code
        for address in addresses
        for answer in (reviewer.get(address), reviewer.post(address, {"sha256": kept.sha256}))
    ]

    assert answers == [403] * 6
    assert Application.objects.count() == 0


def test_no_page_costs_more_for_more_rows(
    manager: Client, cohort: Cohort, django_assert_max_num_queries: Any
) -> None:
    costs = []
    for count in (1, 30):
        people = "".join(row(f"p{n}.{count}@b.hk") + row("x") for n in range(count))
        kept = upload(manager, cohort, file(people))
        manager.post(page("columns", kept), as_suggested(manager, kept))
        with django_assert_max_num_queries(15) as queries:
            manager.get(page("columns", kept))
            manager.get(page("confirm", kept))
        costs.append(len(queries))
        ImportFile.objects.all().delete()

    assert costs[0] == costs[1]
