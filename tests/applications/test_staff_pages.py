"""What staff see and do, by role; a page that is opened writes nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from accounts.roles import Role
from applications.domain.access import request_access
from applications.domain.applying import submit_application
from applications.models import Application, Cohort, Stage
from dtt.play.people import make_applicant, make_user
from notifications.models import Message

pytestmark = pytest.mark.django_db
QUEUE = "admin:applications_review_next"
LISTS = ("programme", "cohort", "institution", "application", "importfile", "accessrequest")


def staff(now: datetime, *roles: Role) -> Client:
    browser = Client()
    browser.force_login(make_user(f"{'-'.join(roles) or 'none'}@dtt.example", *roles, now=now))
    return browser


@pytest.fixture
def manager(now: datetime) -> Client:
    return staff(now, Role.PROGRAMME_MANAGER)


@pytest.fixture
def reviewer(now: datetime) -> Client:
    return staff(now, Role.REVIEWER)


def doubtful(cohort: Cohort, number: int, now: datetime) -> Application:
    """Submitted, and able to come on no day."""
    application = make_applicant(cohort, number, now=now)
    Application.objects.filter(pk=application.pk).update(
        stage=Stage.SUBMITTED, available_days=[], submitted_at=now + timedelta(minutes=number)
    )
    application.refresh_from_db()
    return application


def changelist(model: str) -> str:
    app = {"user": "accounts", "auditevent": "accounts", "approval": "accounts"}
    app |= {"message": "notifications"}
    return reverse(f"admin:{app.get(model, 'applications')}_{model}_changelist")


@pytest.mark.parametrize(
    ("role", "readable"),
    [
        (
            Role.PROGRAMME_MANAGER,
            {*LISTS, "user", "auditevent", "approval", "message"} - {"accessrequest"},
        ),
        (
            Role.AUDITOR,
            {*LISTS, "user", "auditevent", "approval", "message"} - {"accessrequest"},
        ),
        (Role.ACCOMMODATION_OFFICER, {"accessrequest"}),
        (Role.REVIEWER, {"cohort", "application"}),
        (Role.QUIZ_AUTHOR, set()),
    ],
)
def test_each_role_opens_its_lists_and_no_others(
    cohort: Cohort, now: datetime, role: Role, readable: set[str]
) -> None:
    doubtful(cohort, 1, now)
    browser = staff(now, role)

    models = (*LISTS, "user", "auditevent", "approval", "message")
    answers = {model: browser.get(changelist(model)).status_code for model in models}

    assert answers == {model: 200 if model in readable else 403 for model in models}


def test_people_without_a_role_do_not_enter(client: Client, cohort: Cohort, now: datetime) -> None:
    application = doubtful(cohort, 1, now)
    for browser in (client, staff(now, Role.JUDGE)):
        for address in (
            changelist("application"),
            reverse(QUEUE),
            reverse("admin:applications_review", args=[application.pk]),
            reverse("admin:applications_upload"),
        ):
            assert browser.get(address).status_code == 302


def test_a_list_costs_the_same_with_1_row_as_with_3(
    manager: Client, cohort: Cohort, now: datetime, django_assert_max_num_queries: Any
) -> None:
    doubtful(cohort, 1, now)
    models = ("application", "user", "auditevent", "message", "cohort")
    manager.get(changelist("application"))
    costs = []
    for number in (2, 3):
        cost = []
        for model in models:
            with django_assert_max_num_queries(15) as queries:
                assert manager.get(changelist(model)).status_code == 200
            cost.append(len(queries))
        costs.append(cost)
        doubtful(cohort, number, now)
        doubtful(cohort, number + 2, now)

    assert costs[0] == costs[1]


@pytest.mark.parametrize("by", ["reference", "surname_en", "name_zh", "email"])
def test_a_person_is_found_by_reference_name_and_address(
    reviewer: Client, cohort: Cohort, now: datetime, by: str
) -> None:
    wanted = make_applicant(cohort, 1, now=now)
    Application.objects.filter(pk=wanted.pk).update(surname_en="Ayodele", name_zh="堃嘢畀")
    wanted.refresh_from_db()
    make_applicant(cohort, 2, now=now)
    text = wanted.user.email if by == "email" else getattr(wanted, by)

    found = reviewer.get(changelist("application"), {"q": text}).context["cl"].queryset

    assert list(found) == [wanted]


def test_the_story_of_a_person_is_on_one_page(
    reviewer: Client, cohort: Cohort, now: datetime
) -> None:
    application = doubtful(cohort, 1, now)
    request_access(application_id=application.pk, needs="Sign", by=application.user, now=now)

    shown = reviewer.get(
        reverse("admin:applications_application_change", args=[application.pk])
    ).content.decode()

    assert "Can attend too few bootcamp days." in shown
    assert "Submitted the application (draft → submitted)" in shown
    assert Message.objects.get().subject in shown
    assert "Sign" not in shown.replace("Sign out", "").replace("Sign in", "")


@pytest.mark.parametrize(
    "posted", [{}, {"eligible": "no"}, {"eligible": "maybe", "reason": "x"}, {"reason": "\x00"}]
)
def test_a_decision_without_a_reason_is_not_taken(
    reviewer: Client, cohort: Cohort, now: datetime, posted: dict[str, str]
) -> None:
    application = doubtful(cohort, 1, now)
    before = AuditEvent.objects.count()

    answer = reviewer.post(reverse("admin:applications_review", args=[application.pk]), posted)

    application.refresh_from_db()
    assert (answer.status_code, application.stage) == (422, Stage.SUBMITTED)
    assert AuditEvent.objects.count() == before


def test_a_decision_that_somebody_else_has_taken_is_not_taken_twice(
    reviewer: Client, cohort: Cohort, now: datetime
) -> None:
    application = doubtful(cohort, 1, now)
    address = reverse("admin:applications_review", args=[application.pk])
    posted = {"eligible": "no", "reason": "No day is free."}

    reviewer.get(address)
    answers = [reviewer.post(address, posted).status_code for _ in range(2)]

    assert answers == [302, 409]
    assert Message.objects.filter(kind="application-not-eligible").count() == 1


def cohort_form(cohort: Cohort, **changed: Any) -> dict[str, Any]:
    posted: dict[str, Any] = {}
    for field in Cohort._meta.fields:
        value = changed.get(field.name, getattr(cohort, field.attname))
        if isinstance(value, datetime):
            posted[f"{field.name}_0"] = f"{value:%Y-%m-%d}"
            posted[f"{field.name}_1"] = f"{value:%H:%M:%S}"
        elif isinstance(value, list):
            posted[field.name] = ",".join(str(day) for day in value)
        elif value is not False:
            posted[field.name] = str(value)
    return posted


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"quiz_closes_at": timedelta(days=-400)},
            "“quiz opens” must not come after “quiz closes”.",
        ),
        ({"places": 200}, "“Places if people tie” must not be fewer"),
        ({"retention_months": 25}, "less than or equal to 24"),
    ],
)
def test_dates_in_the_wrong_order_name_both_fields(
    manager: Client, cohort: Cohort, changed: dict[str, Any], message: str
) -> None:
    values = {
        name: getattr(cohort, name) + value if isinstance(value, timedelta) else value
        for name, value in changed.items()
    }

    answer = manager.post(
        reverse("admin:applications_cohort_change", args=[cohort.pk]), cohort_form(cohort, **values)
    )

    assert answer.status_code == 200
    assert message in answer.content.decode()


def test_a_manager_changes_a_cohort_and_a_reviewer_does_not(
    manager: Client, reviewer: Client, cohort: Cohort
) -> None:
    address = reverse("admin:applications_cohort_change", args=[cohort.pk])

    refused = reviewer.post(address, cohort_form(cohort, name_en="Theirs"))
    accepted = manager.post(address, cohort_form(cohort, name_en="Ours"))

    cohort.refresh_from_db()
    assert (refused.status_code, accepted.status_code) == (403, 302)
    assert cohort.name_en == "Ours"


def test_nobody_changes_or_deletes_an_application_through_the_form(
    manager: Client, cohort: Cohort, now: datetime
) -> None:
    application = make_applicant(cohort, 1, now=now)
    for action in ("change", "delete"):
        address = reverse(f"admin:applications_application_{action}", args=[application.pk])
        assert manager.post(address, {"surname_en": "Stolen"}).status_code == 403

    assert Application.objects.get().surname_en == application.surname_en


def test_uncertain_messages_are_shown(manager: Client, cohort: Cohort, now: datetime) -> None:
    make_applicant(cohort, 1, now=now)
    Message.objects.update(state=Message.State.SENDING, claimed_at=now - timedelta(days=400))

    shown = manager.get(changelist("message"), {"uncertain": "yes"})

    assert "1 message may or may not have left" in shown.content.decode()
    assert shown.context["cl"].result_count == 1
    message = Message.objects.get()
    address = reverse("admin:notifications_message_change", args=[message.pk])
    assert manager.get(address).status_code == 200
    assert manager.post(address, {"state": "queued"}).status_code == 403


def test_people_and_the_trail_are_for_reading(
    manager: Client, cohort: Cohort, now: datetime
) -> None:
    application = make_applicant(cohort, 1, now=now)
    submit_application(
        application_id=application.pk,
        by=application.user,
        now=now,
        honour_code=True,
        privacy_notice=True,
    )
    event = AuditEvent.objects.order_by("id").first()
    for model, thing in (("user", application.user), ("auditevent", event)):
        address = reverse(f"admin:accounts_{model}_change", args=[thing.pk])
        assert manager.get(address).status_code == 200
        assert manager.post(address, {"email": "x@y.hk"}).status_code == 403

    assert User.objects.filter(email="x@y.hk").count() == 0


@pytest.mark.parametrize(
    "text",
    ["AYODELE ka", "堃嘢", "+852 6123-4567", "61234567", "ayodele@PEOPLE", "%s", "_"],
)
def test_parts_of_names_numbers_and_addresses_find_exactly_one(
    reviewer: Client, cohort: Cohort, now: datetime, text: str
) -> None:
    wanted, _other = (make_applicant(cohort, number, now=now) for number in (1, 2))
    Application.objects.filter(pk=wanted.pk).update(
        surname_en="Ayodele", given_en="Ka-Yan", name_zh="堃嘢畀", mobile="+85261234567"
    )
    User.objects.filter(pk=wanted.user_id).update(email="t.ayodele@people.example")
    wild: dict[str, list[Application]] = {"%s": [], "_": []}

    answer = reviewer.get(changelist("application"), {"q": text})

    found = answer.context["cl"].queryset.order_by("pk")
    assert list(found) == wild.get(text, [wanted])
