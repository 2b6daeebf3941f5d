"""The list of requests says in words what each is about, whichever room it comes from."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import approvable
from accounts.domain.approvals import request_approval
from accounts.domain.roles import ask_for_role
from accounts.models import Approval, User
from accounts.roles import Role
from applications.locks import ELIGIBILITY
from applications.models import Application, Cohort, Export, InputLock
from dtt.play.people import make_applicant, make_cohort, make_user
from dtt.play.selection import draw_up_step
from notifications.models import LetterText
from selection.domain.overriding import KIND as OVERRIDE
from selection.models import Selection
from tests.selection.conftest import make_waiting
from tests.walk import signed_in

pytestmark = pytest.mark.django_db
LIST = "admin:accounts_approval_changelist"
TEXT = dict.fromkeys(("subject_en", "body_en", "subject_zh", "body_zh"), "x")
PAYLOAD = {
    "person": 999999,
    "role": "judge",
    "application": 999999,
    "step": "bootcamp",
    "way": "in",
    "category": "appeal",
    "case": 999999,
    "cohort": 999999,
    "part": ELIGIBILITY,
    "reason": "x",
}
"""What a request of any kind may hold, about what is nowhere."""


@pytest.fixture
def manager() -> User:
    return make_user("asker@dtt.example", Role.PROGRAMME_MANAGER, now=datetime.now(UTC))


@pytest.fixture
def browser() -> Client:
    reader = make_user("reader@dtt.example", Role.PROGRAMME_MANAGER, now=datetime.now(UTC))
    return signed_in(reader)


def ask_about(cohort: Cohort, person: Application, run: Selection, by: User, now: datetime) -> None:
    """A request from five rooms' points of view, each about something of its own."""
    number = Approval.objects.count()
    colleague = make_user(f"colleague{number}@dtt.example", now=now)
    ask_for_role(user_id=colleague.pk, role=Role.JUDGE, reason="x", by=by, now=now)
    lock = InputLock.objects.create(cohort=cohort, part=ELIGIBILITY, locked_at=now)
    export = Export.objects.create(
        cohort=cohort,
        purpose="finance",
        format="csv",
        reason="x",
        rows=3,
        asked_by=by,
        asked_at=now,
    )
    text = LetterText.objects.create(
        kind="place-offered", number=number + 1, why="x", written_by=by, written_at=now, **TEXT
    )
    asked = {"payload": PAYLOAD, "by": by, "now": now}
    request_approval(kind="publish-selection", object_id=run.pk, **asked)
    request_approval(kind="open-locked-input", object_id=lock.pk, **asked)
    request_approval(kind="export", object_id=export.pk, **asked)
    request_approval(kind="read-letter-en", object_id=text.pk, **asked)
    payload = PAYLOAD | {"application": person.pk}
    key = f"bootcamp:{person.pk}"
    request_approval(kind=OVERRIDE, object_id=key, payload=payload, by=by, now=now)


def test_it_costs_as_many_queries_at_ten_rows_as_at_forty(
    manager: User, browser: Client, now: datetime
) -> None:
    waiting = make_waiting(now).give(80, 70, 60, 50, 40, 30, 20, 10)
    run = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    costs, rows = [], []
    for number, person in enumerate(waiting.applications[:7]):
        cohort = make_cohort(now=now, slug=f"other{number}")
        run.pk, run.cohort, run.state = None, cohort, Selection.State.DISCARDED
        run.save()
        ask_about(cohort, person, run, manager, datetime.now(UTC))
        if number in (1, 6):
            with CaptureQueriesContext(connection) as queries:
                rows.append(len(browser.get(reverse(LIST)).context["cl"].result_list))
            costs.append(len(queries))

    assert rows == [12, 42]
    assert costs[0] == costs[1]


def test_the_words_of_the_list_are_those_of_the_page_and_lead_to_the_thing(
    manager: User, browser: Client, now: datetime
) -> None:
    waiting = make_waiting(now).give(80, 70, 60, 50)
    run = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    ask_about(waiting.cohort, waiting.applications[0], run, manager, datetime.now(UTC))

    listed = browser.get(reverse(LIST)).content.decode()
    subjects = approvable.subjects_of(Approval.objects.all())

    assert len(subjects) == 6
    for approval in Approval.objects.all():
        subject = subjects[approval.pk]
        page = browser.get(reverse("admin:accounts_approval_change", args=[approval.pk]))
        link = f'href="{subject.address}">{subject.words}</a>'
        assert (link in listed, link in page.content.decode()) == (True, True)
        assert browser.get(subject.address).status_code == 200
    said = {one.kind: subjects[one.pk] for one in Approval.objects.all()}
    person = waiting.applications[0]
    assert said["publish-selection"].words == str(run)
    today = browser.get(reverse("admin:index")).content.decode()
    assert f"Publish a list · {run}</a>" in today
    assert person.full_name in said[OVERRIDE].words
    assert person.full_name not in said[OVERRIDE].reference
    assert person.reference in said[OVERRIDE].reference


def test_every_kind_names_what_it_is_about_and_bears_that_it_is_gone(
    manager: User, browser: Client
) -> None:
    now = datetime.now(UTC)
    kinds = [kind for kind in approvable.titles() if approvable.known(kind).name_all]
    for kind in kinds:
        key = {"grant-role": "999999:judge", OVERRIDE: "bootcamp:999999"}.get(kind, "999999")
        request_approval(kind=kind, object_id=key, payload=PAYLOAD, by=manager, now=now)

    listed = browser.get(reverse(LIST)).content.decode()
    pages = [
        browser.get(reverse("admin:accounts_approval_change", args=[approval.pk]))
        for approval in Approval.objects.all()
    ]

    assert sorted(kinds) == sorted(approvable.titles())
    assert listed.count("no longer there (it had the number") == len(kinds)
    for page in pages:
        assert page.status_code == 200
        assert "no longer there (it had the number" in page.content.decode()


def test_a_request_is_found_by_cohort_reference_name_address_and_words(
    manager: User, browser: Client, now: datetime
) -> None:
    waiting = make_waiting(now).give(80, 70, 60, 50)
    run = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    other = make_applicant(make_cohort(now=now, slug="autumn"), 1, now=now)
    Cohort.objects.filter(slug="autumn").update(name_en="Autumn term")
    at = datetime.now(UTC)
    ask_about(waiting.cohort, waiting.applications[0], run, manager, at)
    ask_about(other.cohort, other, draw_of(run, other.cohort), manager, at)

    def found(text: str) -> list[str]:
        answer = browser.get(reverse(LIST), {"q": text})
        return sorted(one.kind for one in answer.context["cl"].result_list)

    assert found("autumn TERM") == ["export", "open-locked-input", "publish-selection"]
    assert found(other.reference.lower()) == [OVERRIDE]
    assert found(f"{other.given_en} {other.reference}") == [OVERRIDE]
    assert found("colleague6@") == ["grant-role"]
    assert found("export a list") == ["export", "export"]
    assert len(found(manager.email)) == 12
    assert found("nothing is called so") == []


def draw_of(run: Selection, cohort: Cohort) -> Selection:
    run.pk, run.cohort, run.state = None, cohort, Selection.State.DISCARDED
    run.save()
    return run
