"""A web form's export becomes applications: looked at first, then all or nothing, then once."""

import hashlib
import json
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from accounts.domain.registration import register_people
from accounts.models import AuditEvent, User
from applications.domain import importing
from applications.domain.applying import save_draft, start_application
from applications.domain.import_files import keep_upload
from applications.domain.importing import UnableToImport, import_file
from applications.domain.stages import advance
from applications.institutions import key
from applications.lifecycle import Move
from applications.models import (
    Application,
    Cohort,
    ColumnMapping,
    ImportFile,
    Institution,
    InstitutionAlias,
    Stage,
)
from dtt.play.people import make_cohort, make_user
from notifications.models import Message
from tests.applications.test_intake_workbooks import workbook

pytestmark = pytest.mark.django_db
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
HEADER = (
    "Timestamp,Email Address,Surname,Given names,Chinese name,Institution,Programme of study,"
    "Level of study,Which describes you?,Expected or actual completion,Mini-project track,"
    "Days you can attend,I accept the honour code,I have read the privacy notice\n"
)
DAYS = "; ".join(f"{day} April" for day in (5, 6, 7, 8, 9, 12))
BOOTCAMP = [date(2027, 4, day) for day in (5, 6, 7, 8, 9, 12)]


def row(email: str, surname: str = "CHAN", given: str = "Tai Man Peter", **other: str) -> str:
    cells = {
        "at": "2027/02/20 9:47:02 GMT+8",
        "zh": "陳大文",
        "institution": "理大",
        "study": "Data Science",
        "level": "Bachelor",
        "status": "I am a current student",
        "completion": "Jun 2028",
        "track": "Computer vision",
        "days": DAYS,
        "honour": "Yes",
        "privacy": "Yes",
    } | other
    at, zh, *rest = cells.values()
    return ",".join([at, email, surname, given, zh, *rest]) + "\n"


def take(cohort: Cohort, text: str, now: datetime, *, confirm: bool = True):
    content = (HEADER + text).encode("utf-8-sig")
    return import_file(
        cohort_id=cohort.pk, name="a.csv", content=content, confirm=confirm, by=None, now=now
    )


def counts(report) -> tuple[int, int, int, int]:
    return report.rows, report.create, report.update, report.skip


@pytest.fixture
def cohort(now: datetime) -> Cohort:
    return make_cohort(now=now, bootcamp_dates=BOOTCAMP)


def test_a_dry_run_writes_nothing(cohort: Cohort, now: datetime) -> None:
    report = take(cohort, row("a@b.hk"), now, confirm=False)

    assert counts(report) == (1, 1, 0, 0)
    assert not report.confirmed
    written = (Application, User, ImportFile, Message, AuditEvent)
    assert [model.objects.count() for model in written] == [0, 0, 0, 0, 0]


def test_an_imported_person_is_eligible_and_told_once(cohort: Cohort, now: datetime) -> None:
    report = take(cohort, row("Tai.Man@B.hk", given="Tai Man Peter"), now)

    application = Application.objects.select_related("user", "institution").get()
    assert counts(report) == (1, 1, 0, 0)
    assert application.full_name == "CHAN Tai Man Peter"
    assert application.name_zh == "陳大文"
    assert application.institution.code == "PolyU"
    assert application.available_days == BOOTCAMP
    assert application.completion_on == date(2028, 6, 1)
    assert application.stage == Stage.ELIGIBLE
    assert application.is_adult is None
    assert application.user.email == "tai.man@b.hk"
    assert not application.user.has_usable_password()
    assert not EmailAddress.objects.get().verified
    assert list(Message.objects.values_list("kind", "person")) == [
        ("application-received", application.user_id)
    ]
    trail = AuditEvent.objects.filter(object_type="applications.application").order_by("id")
    assert list(trail.values_list("verb", flat=True)) == ["import", "submit", "find-eligible"]


def test_importing_twice_changes_nothing(cohort: Cohort, now: datetime) -> None:
    text = row("a@b.hk") + row("c@b.hk", surname="堃嘢畀", given="")
    take(cohort, text, now)
    before = list(Application.objects.order_by("pk").values()), AuditEvent.objects.count()

    report = take(cohort, text, now + timedelta(hours=1))

    assert counts(report) == (2, 0, 0, 2)
    assert (
        list(Application.objects.order_by("pk").values()),
        AuditEvent.objects.count(),
    ) == before
    assert (Message.objects.count(), ImportFile.objects.count()) == (2, 1)


def test_a_changed_row_updates_the_application(cohort: Cohort, now: datetime) -> None:
    take(cohort, row("a@b.hk", study="Physics"), now)

    report = take(cohort, row("a@b.hk", study="Music"), now + timedelta(hours=1))

    application = Application.objects.get()
    assert counts(report) == (1, 0, 1, 0)
    assert (application.study_programme, application.stage) == ("Music", Stage.ELIGIBLE)
    assert Message.objects.count() == 1


def test_what_a_person_saved_here_is_never_overwritten(cohort: Cohort, now: datetime) -> None:
    take(cohort, row("a@b.hk", study="Physics"), now)
    application = Application.objects.select_related("user").get()
    save_draft(
        application_id=application.pk,
        version=application.version,
        answers={"study_programme": "Medicine"},
        by=application.user,
        now=now + timedelta(minutes=5),
    )

    report = take(cohort, row("a@b.hk", study="Music"), now + timedelta(hours=1))

    application.refresh_from_db()
    assert counts(report) == (1, 0, 0, 1)
    assert application.study_programme == "Medicine"
    assert [warning.kind for warning in report.warnings] == ["kept_as_it_is"]


def test_a_draft_becomes_the_submission_of_the_form(cohort: Cohort, now: datetime) -> None:
    person = make_user("a@b.hk", now=now)
    draft = start_application(cohort_id=cohort.pk, by=person, now=now)

    report = take(cohort, row("A@b.hk "), now + timedelta(hours=1))

    draft.refresh_from_db()
    assert counts(report) == (1, 0, 1, 0)
    assert (draft.stage, draft.surname_en) == (Stage.ELIGIBLE, "CHAN")
    assert Message.objects.count() == 1


def test_an_application_that_has_moved_on_stays_as_it_is(cohort: Cohort, now: datetime) -> None:
    take(cohort, row("a@b.hk"), now)
    application = Application.objects.get()
    advance(application_ids=[application.pk], move=Move.OFFER_PLACE, by=None, now=now)

    report = take(cohort, row("a@b.hk", study="Music"), now + timedelta(hours=1))

    application.refresh_from_db()
    assert counts(report) == (1, 0, 0, 1)
    assert (application.stage, application.study_programme) == (
        Stage.PLACE_OFFERED,
        "Data Science",
    )


def test_who_does_not_say_to_be_a_student_or_a_graduate_waits_for_staff(
    cohort: Cohort, now: datetime
) -> None:
    report = take(cohort, row("a@b.hk", status="Working adult") + row("c@b.hk", status=""), now)

    assert counts(report) == (2, 2, 0, 0)
    assert {warning.kind for warning in report.warnings} == {"unknown_status"}
    waiting = Application.objects.values_list("stage", "status").distinct()
    assert list(waiting.order_by("stage")) == [(Stage.SUBMITTED, "")]


def test_a_person_of_another_cohort_gets_a_second_application(now: datetime) -> None:
    first = make_cohort(now=now, slug="first", bootcamp_dates=BOOTCAMP)
    second = make_cohort(now=now, slug="second", bootcamp_dates=BOOTCAMP)
    take(first, row("a@b.hk"), now)

    report = take(second, row("a@b.hk"), now)

    assert counts(report) == (1, 1, 0, 0)
    assert User.objects.count() == 1
    assert (first.applications.count(), second.applications.count()) == (1, 1)


def test_an_import_touches_nothing_of_another_cohort(now: datetime) -> None:
    first = make_cohort(now=now, slug="first", bootcamp_dates=BOOTCAMP)
    second = make_cohort(now=now, slug="second", bootcamp_dates=BOOTCAMP)
    take(first, row("a@b.hk", study="Physics") + row("c@b.hk"), now)
    before = list(first.applications.order_by("pk").values())

    changed = take(second, row("a@b.hk", study="Music") + row("d@b.hk"), now)
    again = take(second, row("a@b.hk", study="Fine Arts"), now + timedelta(hours=1))

    assert (counts(changed), counts(again)) == ((2, 2, 0, 0), (1, 0, 1, 0))
    assert list(first.applications.order_by("pk").values()) == before
    studies = second.applications.order_by("user__email").values_list("study_programme", flat=True)
    assert list(studies) == ["Fine Arts", "Data Science"]
    assert [file.cohort_id for file in ImportFile.objects.order_by("pk")] == [
        first.pk,
        second.pk,
        second.pk,
    ]


def test_days_of_another_cohort_are_pointed_out(cohort: Cohort, now: datetime) -> None:
    report = take(cohort, row("a@b.hk", days="17 May; 18 May; 5 April"), now)

    assert [(warning.row, warning.message) for warning in report.warnings] == [
        (0, "Days in the file that are not bootcamp days of this cohort: 05-17, 05-18.")
    ]
    application = Application.objects.get()
    assert (application.available_days, application.stage) == (BOOTCAMP[:1], Stage.SUBMITTED)


def test_a_character_that_grows_when_composed_is_a_fault_and_no_crash(
    cohort: Cohort, now: datetime
) -> None:
    report = take(cohort, row("a@b.hk", surname="\u0958" * 100), now)

    assert [(fault.row, fault.kind) for fault in report.faults] == [(2, "cell_too_long")]
    assert Application.objects.count() == 0


def test_names_are_kept_as_they_are_written(cohort: Cohort, now: datetime) -> None:
    names = [
        ("CHAN", "Tai Man Peter"),
        ("陳大文", ""),
        ("堃嘢畀", ""),
        ("O'Brien", "D’Arcy"),
        ("LAM CHENG", "Yuet-Ngor"),
        ("Suharto", ""),
        ("=SUM(A1:A9)", "+852 @x"),
        ("-TAM", "\u2060Ka\u202e Yan"),
    ]
    take(cohort, "".join(row(f"p{n}@b.hk", *name) for n, name in enumerate(names)), now)

    kept = Application.objects.order_by("user__email").values_list("surname_en", "given_en")
    assert list(kept) == [*names[:-1], ("-TAM", "Ka Yan")]


def test_the_original_is_kept_with_its_hash_when_confirmed(cohort: Cohort, now: datetime) -> None:
    manager = make_user("m@dtt.example", now=now)
    content = (HEADER + row("a@b.hk")).encode("big5hkscs")
    waiting = keep_upload(cohort_id=cohort.pk, name="a.csv", content=content, by=manager, now=now)

    report = import_file(
        cohort_id=cohort.pk, name="a.csv", content=content, confirm=True, by=manager, now=now
    )

    kept = ImportFile.objects.get()
    assert kept.pk == waiting.pk
    assert (bytes(kept.content), kept.sha256) == (content, hashlib.sha256(content).hexdigest())
    assert (kept.imported_at, kept.imported_by, kept.report["create"]) == (now, manager, 1)
    assert report.encoding == "big5hkscs"


def test_an_institution_is_known_by_the_names_that_staff_have_given_it(
    cohort: Cohort, now: datetime
) -> None:
    school = Institution.objects.create(code="NS", name_en="Night School", name_zh="夜校")
    into = Institution.objects.get(code="PolyU")
    old = Institution.objects.create(
        code="OLD", name_en="Old School", name_zh="舊校", merged_into=into
    )
    for known, name in ((school, "The Owls"), (old, "Grey School")):
        InstitutionAlias.objects.create(institution=known, name=name, key=key(name))

    written = ["夜校", "the owls", "Grey School", "old school", "Poly U", "Elsewhere"]
    take(cohort, "".join(row(f"p{n}@b.hk", institution=w) for n, w in enumerate(written)), now)

    kept = Application.objects.order_by("user__email").values_list(
        "institution__code", "institution_other"
    )
    assert list(kept) == [
        ("NS", ""),
        ("NS", ""),
        ("PolyU", ""),
        ("PolyU", ""),
        ("PolyU", ""),
        (None, "Elsewhere"),
    ]


def test_somebody_who_applies_at_this_moment_stops_the_import_and_nothing_is_written(
    cohort: Cohort, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(*args: object, **kwargs: object) -> object:
        person = make_user("c@b.hk", now=now)
        start_application(cohort_id=cohort.pk, by=person, now=now)
        return register_people(*args, **kwargs)

    monkeypatch.setattr(importing, "register_people", meanwhile)
    with pytest.raises(UnableToImport) as refused:
        take(cohort, row("a@b.hk") + row("c@b.hk"), now)

    assert str(refused.value).endswith("Nothing was imported; try again.")
    written = (Application, User, ImportFile, Message, AuditEvent)
    assert [model.objects.count() for model in written] == [0, 0, 0, 0, 0]


def test_a_mapping_is_said_on_the_command_line_and_remembered_when_confirmed(
    cohort: Cohort, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    text = HEADER.replace("Surname", "Apellido = apellidos") + row("a@b.hk")
    path.write_text(text, encoding="utf-8")
    said = ["--map", "apellido APELLIDOS=surname_en", "--map", "Chinese name=-"]

    assert command(path, cohort, *said)["create"] == 1
    assert ColumnMapping.objects.count() == 0
    with pytest.raises(CommandError, match="There is no column for “Surname in English”"):
        command(path, cohort)
    command(path, cohort, *said, "--confirm")

    application = Application.objects.get()
    assert (application.surname_en, application.name_zh) == ("CHAN", "")
    assert command(path, cohort)["skip"] == 1


def test_of_two_columns_of_addresses_the_command_asks_which_is_meant(
    cohort: Cohort, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    header = HEADER.replace("Email Address", "Work email").replace("Chinese name", "Own email")
    path.write_text(header + row("work@b.hk", zh="own@b.hk"), encoding="utf-8")

    with pytest.raises(CommandError, match="More than one column could be “E-mail address”"):
        command(path, cohort, "--confirm")
    assert Application.objects.count() == 0
    command(path, cohort, "--confirm", "--map", "Own email=email")

    assert Application.objects.get().user.email == "own@b.hk"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("Surname", "--map Surname: write HEADING=FIELD."),
        ("Nickname=surname_en", "There is no column “nickname” in the file."),
        ("Surname=shoe_size", "“shoe_size” is not something a column can hold."),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(
    cohort: Cohort, tmp_path: Path, said: str, message: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER + row("a@b.hk"), encoding="utf-8")

    with pytest.raises(CommandError) as refused:
        command(path, cohort, "--map", said)

    assert str(refused.value).startswith(message)
    assert refused.value.returncode == 2


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 (BOM)"),
        ("utf-16", "UTF-16 (BOM)"),
        ("big5hkscs", "Big5-HKSCS"),
        ("xlsx", "Excel (XLSX), sheet “Sheet1”"),
    ],
)
def test_the_command_shows_the_encoding_that_it_detected(
    cohort: Cohort, tmp_path: Path, encoding: str, shown: str
) -> None:
    text, path, out = HEADER + row("a@b.hk", "堃"), tmp_path / "file", StringIO()
    lines = [line.split(",") for line in text.splitlines()]
    path.write_bytes(workbook(lines) if encoding == "xlsx" else text.encode(encoding))

    call_command("import_applications", path, "--cohort", cohort.slug, "--confirm", stdout=out)

    assert out.getvalue().splitlines()[0] == f"Rows           1   ({shown})"
    assert Application.objects.get().surname_en == "堃"


def test_an_upload_that_nobody_confirmed_goes_after_a_day(cohort: Cohort, now: datetime) -> None:
    manager = make_user("m@dtt.example", now=now)
    keep_upload(cohort_id=cohort.pk, name="a.csv", content=b"a", by=manager, now=now)

    later = now + timedelta(hours=24)
    keep_upload(cohort_id=cohort.pk, name="b.csv", content=b"b", by=manager, now=later)

    assert list(ImportFile.objects.values_list("name", flat=True)) == ["b.csv"]


def test_an_import_costs_the_same_statements_for_1_row_as_for_30(
    cohort: Cohort, now: datetime, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(45) as one:
        take(cohort, row("a@b.hk"), now)
    with django_assert_max_num_queries(45) as thirty:
        take(cohort, "".join(row(f"p{n}@b.hk") for n in range(30)), now)

    assert len(thirty) == len(one)


def test_the_whole_export_is_imported_once(now: datetime, tmp_path: Path) -> None:
    path = SHARED / "applications-export.csv"
    if not path.exists():
        pytest.skip("the export of the web form is not here")
    expected = json.loads((SHARED / "applications-export.expected.json").read_text())
    cohort = make_cohort(
        now=now.replace(year=2021, month=4, day=12),
        slug="2021",
        bootcamp_dates=[date(2021, 5, day) for day in (17, 18, 20, 21, 24, 25)],
        completion_from=date(2018, 1, 1),
    )

    first, second = command(path, cohort, "--confirm"), command(path, cohort, "--confirm")

    assert set(first) == {"rows", "create", "update", "skip", "faults", "encoding", "sheet"}
    assert (first["rows"], first["create"], first["update"], first["skip"]) == (1517, 1382, 0, 0)
    assert (second["create"], second["update"], second["skip"]) == (0, 0, 1382)
    kinds = [fault["kind"] for fault in first["faults"]]
    by_kind = {kind: kinds.count(kind) for kind in set(kinds)} | {"ok": first["create"]}
    assert by_kind == expected["rows_by_kind"]
    assert cohort.applications.exclude(stage__in=[Stage.SUBMITTED, Stage.ELIGIBLE]).count() == 0
    assert Message.objects.count() == 1382


def command(path: Path, cohort: Cohort, *flags: str) -> dict:
    out = StringIO()
    call_command("import_applications", path, "--cohort", cohort.slug, "--json", *flags, stdout=out)
    return json.loads(out.getvalue())


def test_the_command_is_a_dry_run_unless_confirmed(
    cohort: Cohort, now: datetime, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER + row("a@b.hk") + row("not an address"), encoding="utf-8")

    assert command(path, cohort) == {
        "rows": 2,
        "create": 1,
        "update": 0,
        "skip": 0,
        "faults": [
            {
                "row": 3,
                "kind": "invalid_email",
                "message": "“not an address” is not an e-mail address.",
            }
        ],
        "encoding": "utf-8",
        "sheet": "",
    }
    assert Application.objects.count() == 0


def test_the_command_says_what_it_cannot_read(cohort: Cohort, tmp_path: Path) -> None:
    absent, empty = tmp_path / "absent.csv", tmp_path / "empty.csv"
    empty.write_bytes(b"")
    good = tmp_path / "good.csv"
    good.write_text(HEADER, encoding="utf-8")
    cases = [
        (absent, cohort.slug, "absent.csv: No such file or directory."),
        (tmp_path, cohort.slug, "Is a directory."),
        (empty, cohort.slug, "The file is empty."),
        (good, "nowhere", "There is no cohort “nowhere”. Cohorts: spring."),
    ]
    for path, slug, message in cases:
        with pytest.raises(CommandError) as error:
            call_command("import_applications", path, "--cohort", slug, "--confirm")
        assert str(error.value).endswith(message)
        assert error.value.returncode == 2
