"""A list leaves the house for a purpose, with a reason, on record, and with nobody who has left."""

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoDbBlocker
from python_calamine import CalamineWorkbook

from accounts import approvable
from accounts.domain.approvals import UnableToEnd, decide, take_back
from accounts.errors import Refused
from accounts.models import Approval, AuditEvent, User
from accounts.roles import Role
from applications.domain.exporting import (
    FEW,
    MANY,
    VALID_FOR,
    Taken,
    ask_export,
    ask_second_person,
    take_export,
)
from applications.exporting import PURPOSES
from applications.models import Application, Cohort, Consent, Export, Institution, Stage
from dtt.play.people import make_cohort, make_user
from tests.conftest import NOW, rolled_back

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
TAKEN: list[Taken] = []


class Scene:
    """Two cohorts at the same time, one with people enough for three sizes of list."""

    def __init__(self, now: datetime) -> None:
        self.manager = make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=now)
        self.second = make_user("second@dtt.example", Role.PROGRAMME_MANAGER, now=now)
        self.reviewer = make_user("reviewer@dtt.example", Role.REVIEWER, now=now)
        self.auditor = make_user("auditor@dtt.example", Role.AUDITOR, now=now)
        self.cohort = make_cohort(now=now)
        self.other = make_cohort(now=now, slug="autumn")
        crowd(self.cohort, MANY + 1, "a", Stage.PLACE_CONFIRMED, now)
        crowd(self.cohort, 3, "b", Stage.ELIGIBLE, now)
        crowd(self.cohort, 1, "c", Stage.DRAFT, now)
        crowd(self.cohort, 1, "d", Stage.WITHDRAWN, now)
        crowd(self.other, 2, "z", Stage.ELIGIBLE, now)


def crowd(
    cohort: Cohort, count: int, letter: str, stage: Stage, now: datetime
) -> list[Application]:
    people = User.objects.bulk_create(
        User(email=f"{letter}{number}@people.example") for number in range(count)
    )
    return Application.objects.bulk_create(
        Application(
            reference=f"{letter}-{number}".upper(),
            cohort=cohort,
            user=user,
            stage=stage,
            created_at=now,
            saved_at=now,
            submitted_at=None if stage == Stage.DRAFT else now,
            withdrawn_at=now if stage == Stage.WITHDRAWN else None,
            surname_en=f"{letter}{number:04}".upper(),
            given_en="Tai Man Peter",
            name_zh="陳大文",
            mobile="+85298765432",
            motivation="Secret",
            source="friend",
            completion_on=date(2027, 6, 1),
            available_days=[date(2027, 4, 5)],
        )
        for number, user in enumerate(people)
    )


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    with django_db_blocker.unblock(), rolled_back():
        yield Scene(NOW)


def asked(
    scene: Scene,
    purpose: str = "eligibility-review",
    *,
    by: User | None = None,
    format: str = "csv",
    now: datetime = NOW,
) -> Export:
    return ask_export(
        cohort_id=scene.cohort.pk,
        purpose=purpose,
        format=format,
        reason="The panel of Monday reads it.",
        by=by or scene.manager,
        now=now,
    )


@pytest.fixture(autouse=True)
def _close_what_was_taken() -> Iterator[None]:
    yield
    while TAKEN:
        TAKEN.pop().file.close()


def taken(export: Export, *, by: User | None = None, now: datetime = NOW) -> Taken:
    TAKEN.append(take_export(export_id=export.pk, by=by or export.asked_by, now=now))
    return TAKEN[-1]


def lines(file: Taken, *, below: int) -> list[list[str]]:
    text = file.file.read().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))[below:]


def approved(export: Export, by: User, *, now: datetime = NOW) -> Approval:
    request = ask_second_person(export_id=export.pk, by=export.asked_by, now=now)
    return decide(approval_id=request.pk, approve=True, digest=request.digest, by=by, now=now)


def test_a_list_says_for_what_by_whom_when_and_why(scene: Scene) -> None:
    file = taken(asked(scene))

    assert file.name == "spring-eligibility-review-2027-03-01.csv"
    notes = [line[0] for line in lines(file, below=0)[:4]]
    assert notes == [
        "Eligibility review · March 2027 cohort",
        "Exported by manager@dtt.example at 2027-03-01T12:00:00+08:00",
        "Reason: The panel of Monday reads it.",
        "Personal data: use it for this purpose alone and delete it afterwards.",
    ]


def test_a_list_holds_what_its_purpose_needs_and_no_other_cohort(scene: Scene) -> None:
    heading, *rows = lines(taken(asked(scene)), below=4)

    assert len(heading) == 12
    assert [row[0] for row in rows] == ["B-0", "B-1", "B-2"]
    assert rows[0][8:] == ["2027-06", "not asked", "1", "2027-03-01T12:00:00+08:00"]
    told = " ".join(map(" ".join, rows))
    assert [secret for secret in ("@", "+852", "Secret", "friend") if secret in told] == []


@pytest.mark.parametrize(
    ("slug", "columns"),
    [("contacts", 5), ("bootcamp-contacts", 5), ("news", 5), ("attendance", 10), ("board", 3)],
)
def test_every_purpose_has_its_own_columns_and_none_has_the_source_of_a_person(
    scene: Scene, slug: str, columns: int
) -> None:
    purpose = PURPOSES[slug]
    people = scene.cohort.applications.all()

    rows = list(purpose.rows(scene.cohort, people))

    assert {len(row) for row in rows} == {columns} == {len(purpose.headings(scene.cohort))}
    if purpose.people:
        assert not any("friend" in map(str, row) or "Secret" in map(str, row) for row in rows)


def test_an_export_is_on_record_with_the_digest_of_its_file(scene: Scene) -> None:
    export = asked(scene)

    file = taken(export)

    said = AuditEvent.objects.get(verb="export", object_id=str(export.pk))
    assert said.after == {
        "purpose": "eligibility-review",
        "cohort": "spring",
        "format": "csv",
        "people": 3,
        "sha256": hashlib.sha256(file.file.read()).hexdigest(),
    }
    assert (said.actor, said.reason) == (scene.manager, "The panel of Monday reads it.")


def test_who_withdraws_or_moves_on_after_the_list_was_frozen_is_not_in_the_file(
    scene: Scene,
) -> None:
    export = asked(scene)
    Application.objects.filter(reference="B-1").update(stage=Stage.WITHDRAWN, withdrawn_at=NOW)
    crowd(scene.cohort, 1, "n", Stage.ELIGIBLE, NOW)  # new since; nobody has agreed to it

    file = taken(export)

    assert [row[0] for row in lines(file, below=5)] == ["B-0", "B-2"]
    assert file.people == 2


def test_a_consent_that_is_taken_back_takes_the_person_out(scene: Scene) -> None:
    for reference in ("B-0", "B-1", "D-0", "Z-0"):
        Consent.objects.create(
            application=Application.objects.get(reference=reference),
            purpose=Consent.Purpose.MARKETING,
            text_version="1",
            language="en",
            given_at=NOW,
        )
    export = asked(scene, "news")
    Consent.objects.filter(application__reference="B-0").update(withdrawn_at=NOW)

    rows = lines(taken(export), below=5)

    assert export.rows == 2
    assert [row[0] for row in rows] == ["b1@people.example"]


def test_more_than_fifty_people_are_for_the_programme_manager(scene: Scene) -> None:
    crowd(scene.cohort, FEW - 3, "r", Stage.SUBMITTED, NOW)
    fifty = asked(scene, by=scene.reviewer)
    crowd(scene.cohort, 1, "s", Stage.SUBMITTED, NOW)

    with pytest.raises(Refused, match="This list has 51 people"):
        asked(scene, by=scene.reviewer)

    assert taken(fifty).people == 50
    assert taken(asked(scene)).people == 51


def test_an_approval_that_was_taken_back_lets_no_list_go_and_one_that_went_stays(
    scene: Scene,
) -> None:
    export = asked(scene, "attendance")
    first = approved(export, scene.second)

    take_back(approval_id=first.pk, reason="Too many columns.", by=scene.second, now=NOW)
    with pytest.raises(Refused, match="took the approval back: Too many columns"):
        taken(export)
    again = approved(export, scene.second)
    taken(export)

    with pytest.raises(UnableToEnd, match="has happened already"):
        take_back(approval_id=again.pk, reason="Too late.", by=scene.second, now=NOW)


def test_a_list_of_many_needs_a_second_person(scene: Scene) -> None:
    export = asked(scene, "attendance")
    with pytest.raises(Refused, match="A second person has not approved this list"):
        taken(export)

    with pytest.raises(Refused, match="cannot approve"):
        approved(export, scene.manager)
    approved(export, scene.second)

    assert taken(export).people == MANY + 1
    with pytest.raises(Refused, match="Only the person who asked"):
        taken(export, by=scene.second)


def test_two_hundred_people_need_nobody_else(scene: Scene) -> None:
    Application.objects.filter(reference="A-0").update(stage=Stage.PLACE_DECLINED)

    assert taken(asked(scene, "attendance")).people == MANY
    with pytest.raises(Refused, match="needs no second person"):
        ask_second_person(export_id=asked(scene, "attendance").pk, by=scene.manager, now=NOW)


@pytest.mark.parametrize(
    "change",
    [{"purpose": "contacts"}, {"format": "xlsx"}, {"row_ids": list(range(300))}, {"reason": "x"}],
)
def test_what_was_agreed_to_and_then_changed_is_not_given(
    scene: Scene, change: dict[str, Any]
) -> None:
    export = asked(scene, "attendance")
    approved(export, scene.second)
    Export.objects.filter(pk=export.pk).update(**change)

    with pytest.raises(Refused, match="was changed after it was asked for"):
        taken(export)


def test_a_list_can_be_taken_for_72_hours(scene: Scene) -> None:
    export, many = asked(scene), asked(scene, "attendance")
    approved(many, scene.second)

    assert taken(export, now=NOW + VALID_FOR - SECOND).people == 3
    assert taken(many, now=NOW + VALID_FOR - SECOND).people == MANY + 1
    for one in (export, many):
        with pytest.raises(Refused, match="lapsed"):
            taken(one, now=NOW + VALID_FOR)


def test_nobody_gets_a_list_that_is_for_others(scene: Scene) -> None:
    for person, purpose in (
        (scene.reviewer, "contacts"),
        (scene.reviewer, "board"),
        (scene.auditor, "contacts"),
        (scene.auditor, "eligibility-review"),
    ):
        with pytest.raises(Refused, match="cannot ask for a list of this kind"):
            asked(scene, purpose, by=person)


def test_who_no_longer_has_the_role_cannot_take_the_list(scene: Scene) -> None:
    export = asked(scene, "contacts", by=scene.second, format="csv")
    scene.second.groups.clear()

    with pytest.raises(Refused, match="cannot ask for a list of this kind"):
        taken(export, by=User.objects.get(pk=scene.second.pk))


def test_the_board_report_counts_and_leaves_out_who_has_withdrawn(scene: Scene) -> None:
    file = taken(asked(scene, "board", by=scene.auditor))

    rows = lines(file, below=4)
    assert ["How they heard of us", "A friend", str(MANY + 4)] in rows
    assert [row[2] for row in rows if row[0] == "Stage"] == ["3", str(MANY + 1)]
    assert file.people == 0


def test_partners_are_told_no_number_that_could_be_somebody(scene: Scene) -> None:
    from_hku = Application.objects.filter(cohort=scene.cohort, reference__in=["B-0", "B-1", "A-1"])
    from_hku.update(institution=Institution.objects.get(code="HKU"))
    Application.objects.filter(reference="Z-0").update(
        institution=Institution.objects.get(code="CUHK")
    )

    rows = lines(taken(asked(scene, "partners")), below=4)

    assert rows == [["The University of Hong Kong", "<5", "<5", "0"]]


def test_a_workbook_says_the_same_as_the_text(scene: Scene) -> None:
    file = taken(asked(scene, format="xlsx"))

    book = CalamineWorkbook.from_filelike(file.file).get_sheet_by_index(0).to_python()
    text = lines(taken(asked(scene)), below=0)
    assert [[say(cell) for cell in row if cell != ""] for row in book] == [
        [cell for cell in row if cell != ""] for row in text
    ]


def say(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) else str(cell)


@pytest.mark.parametrize("slug", list(PURPOSES))
def test_a_list_costs_the_same_whatever_its_length(scene: Scene, slug: str) -> None:
    costs = []
    for letter in ("x", "y"):
        crowd(scene.cohort, 5, letter, Stage.SUBMITTED, NOW)
        with CaptureQueriesContext(connection) as queries:
            list(PURPOSES[slug].rows(scene.cohort, scene.cohort.applications.all()))
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 6


# --- pages


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form(scene: Scene, **other: str) -> dict[str, Any]:
    return {
        "cohort": scene.cohort.pk,
        "purpose": "eligibility-review",
        "format": "csv",
        "reason": "The panel of Monday reads it.",
    } | other


NEW = "admin:applications_export_new"


def page_of(export: Export, verb: str = "page") -> str:
    return reverse(f"admin:applications_export_{verb}", args=[export.uuid])


def test_staff_ask_look_and_take(scene: Scene) -> None:
    client = browser(scene.manager)

    page = client.post(reverse(NEW), form(scene)).url
    shown = client.get(page)
    before = AuditEvent.objects.filter(verb="export").count()
    answer = client.post(f"{page}take/")

    assert len(shown.context["first"]["rows"]) == 3
    assert "3 people are in this list" in shown.content.decode()
    assert answer["Content-Disposition"].startswith('attachment; filename="spring-eligibility')
    assert answer.streaming
    assert b"B-0" in b"".join(answer.streaming_content)
    assert AuditEvent.objects.filter(verb="export").count() == before + 1


def test_the_page_of_many_waits_for_the_second_person(scene: Scene) -> None:
    client = browser(scene.manager)
    page = client.post(reverse(NEW), form(scene, purpose="attendance")).url
    export = Export.objects.latest("pk")
    steps = [client.get(page).context["step"]]
    client.post(page_of(export, "ask"))
    steps.append(client.get(page).context["step"])
    refused = client.post(page_of(export, "take"))
    request = Approval.objects.get(kind="export", object_id=str(export.pk))
    kind = approvable.known("export")
    said = dict(kind.describe(request))
    colleague = browser(scene.second).get(approvable.subject_of(request).address).context["step"]
    decide(
        approval_id=request.pk,
        approve=True,
        digest=request.digest,
        by=scene.second,
        now=export.asked_at,
    )
    steps.append(client.get(page).context["step"])

    assert len(client.get(page).context["first"]["rows"]) == 10
    assert (refused.status_code, refused.url) == (302, page)
    assert steps == ["ask", "waits", "take"]
    assert colleague == "not-yours"
    assert (said["Number of people"], said["Reason"]) == ("201", "The panel of Monday reads it.")


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"reason": "   "},
        {"reason": "\x00"},
        {"reason": "x" * 501},
        {"purpose": "everything"},
        {"format": "pdf"},
        {"cohort": "0"},
        {"cohort": "x"},
    ],
)
def test_a_request_that_says_too_little_freezes_nothing(
    scene: Scene, wrong: dict[str, str]
) -> None:
    count = Export.objects.count()

    answer = browser(scene.manager).post(reverse(NEW), form(scene, **wrong))

    assert (answer.status_code, Export.objects.count()) == (422, count)


def test_each_role_sees_its_purposes_and_its_own_lists(scene: Scene) -> None:
    export = asked(scene)
    offered = {}
    for name, person in (("reviewer", scene.reviewer), ("auditor", scene.auditor)):
        purpose = browser(person).get(reverse(NEW)).context["form"].fields["purpose"]
        offered[name] = [value for value, _label in purpose.choices]

    assert offered == {"reviewer": ["eligibility-review"], "auditor": ["board"]}
    assert browser(scene.reviewer).get(page_of(export)).status_code == 404
    assert browser(scene.reviewer).post(page_of(export, "take")).status_code == 404
    shown = browser(scene.auditor).get(page_of(export))
    assert (shown.status_code, "first" in shown.context) == (200, False)
    listed = reverse("admin:applications_export_changelist")
    assert browser(scene.manager).get(listed).status_code == 200


def test_a_page_that_is_opened_takes_nothing(scene: Scene) -> None:
    export = asked(scene)
    client = browser(scene.manager)

    assert {client.get(page_of(export, verb)).status_code for verb in ("take", "ask")} == {405}


def test_the_page_of_numbers_counts_one_cohort_without_who_has_withdrawn(scene: Scene) -> None:
    page = reverse("admin:applications_counts")

    shown = browser(scene.auditor).get(page, {"cohort": scene.other.pk})

    sources = {row[0]: row[1] for row in shown.context["tables"][0]["table"]["rows"]}
    assert (shown.context["total"], sources["A friend"], sources["An event"]) == (2, "2", "0")
    assert browser(scene.auditor).get(page, {"cohort": "x"}).context["tables"] == []
    assert browser(scene.reviewer).get(page).status_code == 403
