"""A withdrawal can be taken back for seven days, to where the person can go on."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from accounts.roles import Role
from applications.domain.applying import start_application, withdraw_application
from applications.domain.claims import hold
from applications.domain.restoring import UnableToRestore, restore_application
from applications.domain.review import decide_eligibility
from applications.models import Application, Cohort, DuplicateCase, LateAccess, Stage
from dtt.play.people import make_applicant, make_user
from notifications.models import Message

pytestmark = pytest.mark.django_db
WHY = "Pressed the wrong button."


@pytest.fixture
def manager(now: datetime) -> User:
    return make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=now, name="Mandy")


@pytest.fixture
def applicant(cohort: Cohort, now: datetime) -> Application:
    return make_applicant(cohort, 1, now=now)


def put(application: Application, stage: Stage, now: datetime) -> Application:
    Application.objects.filter(pk=application.pk).update(stage=stage)
    return withdraw_application(application_id=application.pk, by=application.user, now=now)


def restore(application: Application, by: User, now: datetime) -> Application:
    return restore_application(application_id=application.pk, reason=WHY, by=by, now=now)


@pytest.mark.parametrize(
    ("stood", "comes_back"),
    [
        (Stage.DRAFT, Stage.DRAFT),
        (Stage.SUBMITTED, Stage.ELIGIBLE),  # a clear case
        (Stage.ELIGIBLE, Stage.ELIGIBLE),
        (Stage.PLACE_OFFERED, Stage.RESERVE),
        (Stage.RESERVE, Stage.RESERVE),
        (Stage.PLACE_CONFIRMED, Stage.RESERVE),
        (Stage.FINALIST, Stage.FINAL_RESERVE),
        (Stage.FINAL_RESERVE, Stage.FINAL_RESERVE),
        (Stage.MATCHED, Stage.FINAL_RESERVE),
    ],
)
def test_each_comes_back_to_where_they_can_go_on(
    applicant: Application, manager: User, now: datetime, stood: Stage, comes_back: Stage
) -> None:
    put(applicant, stood, now)

    restored = restore(applicant, manager, now)

    applicant.refresh_from_db()
    assert (restored.stage, applicant.stage) == (comes_back, comes_back)
    assert (applicant.withdrawn_at, applicant.withdrawn_from) == (None, "")
    event = AuditEvent.objects.filter(verb__startswith="restore").get()
    assert (event.actor, event.reason, event.before) == (manager, WHY, {"stage": "withdrawn"})
    letters = Message.objects.filter(person=applicant.user, kind="application-restored")
    assert [WHY in letter.body for letter in letters] == [True]


def test_a_doubtful_one_waits_for_staff_again(
    applicant: Application, manager: User, now: datetime
) -> None:
    Application.objects.update(available_days=[])
    put(applicant, Stage.SUBMITTED, now)

    assert restore(applicant, manager, now).stage == Stage.SUBMITTED


def test_what_staff_had_decided_still_holds(
    applicant: Application, manager: User, now: datetime
) -> None:
    Application.objects.update(available_days=[], stage=Stage.SUBMITTED)
    hold(application_id=applicant.pk, by=manager, now=now)
    decide_eligibility(
        application_id=applicant.pk, eligible=True, reason="Works nights.", by=manager, now=now
    )
    withdraw_application(application_id=applicant.pk, by=applicant.user, now=now)

    restored = restore(applicant, manager, now)

    assert restored.stage == Stage.ELIGIBLE
    latest = AuditEvent.objects.filter(verb="find-eligible").first()
    assert latest is not None
    assert (latest.reason, latest.actor) == ("Works nights.", manager)


@pytest.mark.parametrize(
    ("later", "is_restored"),
    [
        (timedelta(days=7) - timedelta(microseconds=1), True),
        (timedelta(days=7), False),
    ],
)
def test_it_can_be_taken_back_for_seven_days(
    applicant: Application, manager: User, now: datetime, later: timedelta, is_restored: bool
) -> None:
    put(applicant, Stage.RESERVE, now)
    before = (AuditEvent.objects.count(), Message.objects.count())
    if is_restored:
        assert restore(applicant, manager, now + later).stage == Stage.RESERVE
        return

    with pytest.raises(UnableToRestore, match="for seven days"):
        restore(applicant, manager, now + later)

    applicant.refresh_from_db()
    assert applicant.stage == Stage.WITHDRAWN
    assert (AuditEvent.objects.count(), Message.objects.count()) == before


def test_only_what_is_withdrawn_is_restored_and_only_once_and_for_a_reason(
    applicant: Application, manager: User, now: datetime
) -> None:
    with pytest.raises(UnableToRestore, match="not withdrawn"):
        restore(applicant, manager, now)
    put(applicant, Stage.ELIGIBLE, now)
    with pytest.raises(UnableToRestore, match="Give a reason"):
        restore_application(application_id=applicant.pk, reason=" \n", by=manager, now=now)
    restore(applicant, manager, now)
    with pytest.raises(UnableToRestore, match="not withdrawn"):
        restore(applicant, manager, now)


@pytest.mark.parametrize("decided", [DuplicateCase.State.OPEN, DuplicateCase.State.DISTINCT])
def test_it_stays_withdrawn_while_a_newer_one_of_the_person_goes_on(
    cohort: Cohort, applicant: Application, manager: User, now: datetime, decided: str
) -> None:
    newer = make_applicant(cohort, 2, now=now)
    put(applicant, Stage.ELIGIBLE, now)
    sides = sorted((applicant, newer), key=lambda one: one.pk)
    is_open = decided == DuplicateCase.State.OPEN
    DuplicateCase.objects.update_or_create(
        first=sides[0],
        second=sides[1],
        defaults={
            "cohort": cohort,
            "reason": DuplicateCase.Reason.MOBILE,
            "state": decided,
            "found_at": now,
            "decided_by": None if is_open else manager,
        },
    )
    if not is_open:
        assert restore(applicant, manager, now).stage == Stage.ELIGIBLE
        return

    with pytest.raises(UnableToRestore, match=newer.reference):
        restore(applicant, manager, now)


@pytest.fixture
def browser(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def story(application: Application) -> str:
    return reverse("admin:applications_application_change", args=[application.pk])


def test_the_button_asks_for_a_reason_and_says_what_will_happen(
    applicant: Application, browser: Client
) -> None:
    withdraw_application(application_id=applicant.pk, by=applicant.user, now=applicant.submitted_at)
    # The page's clock is the server's: a withdrawal of this moment.
    Application.objects.update(withdrawn_at=datetime.now(tz=applicant.submitted_at.tzinfo))
    address = reverse("admin:applications_restore", args=[applicant.pk])

    assert address in browser.get(story(applicant)).content.decode()
    assert (
        "a confirmed place that is still free is given back"
        in browser.get(address).content.decode()
    )
    assert browser.post(address, {"reason": " "}).status_code == 422
    answer = browser.post(address, {"reason": WHY})

    applicant.refresh_from_db()
    assert (answer.url, applicant.stage) == (story(applicant), Stage.ELIGIBLE)
    again = browser.post(address, {"reason": WHY})
    assert again.status_code == 422
    assert "This application is not withdrawn." in again.content.decode()


def test_one_deadline_is_extended_and_taken_back_by_buttons(
    applicant: Application, browser: Client, now: datetime
) -> None:
    late = datetime.now(tz=now.tzinfo) + timedelta(days=3)
    Cohort.objects.update(
        applications_open_at=late - timedelta(days=30),
        applications_close_at=late - timedelta(days=4),
        quiz_opens_at=late,
        quiz_closes_at=late + timedelta(days=5),
    )
    address = reverse("admin:applications_extend", args=[applicant.pk])
    posted = {"until_0": f"{late:%Y-%m-%d}", "until_1": "23:59", "reason": "In hospital."}

    assert browser.post(address, {"reason": "In hospital."}).status_code == 422
    assert browser.post(address, posted | {"until_0": "2001-01-01"}).status_code == 422
    assert browser.post(address, posted).url == story(applicant)

    [given] = LateAccess.objects.all()
    assert (given.user, given.reason) == (applicant.user, "In hospital.")
    shown = browser.get(story(applicant)).content.decode()
    end = reverse("admin:applications_end_late_access", args=[given.pk])
    assert "In hospital." in shown
    assert end in shown
    assert browser.get(end).status_code == 200
    assert browser.post(end).url == story(applicant)
    given.refresh_from_db()
    assert given.ended_at is not None
    assert end not in browser.get(story(applicant)).content.decode()


def test_somebody_who_has_not_begun_gets_late_access_by_address(
    cohort: Cohort, browser: Client, now: datetime
) -> None:
    late = datetime.now(tz=now.tzinfo) + timedelta(days=3)
    Cohort.objects.update(
        applications_open_at=late - timedelta(days=30),
        applications_close_at=late - timedelta(days=4),
        quiz_opens_at=late,
        quiz_closes_at=late + timedelta(days=5),
    )
    person = make_user("late@people.example", now=now)
    address = reverse("admin:applications_late_access")
    posted = {
        "cohort": cohort.pk,
        "until_0": f"{late:%Y-%m-%d}",
        "until_1": "23:59",
        "reason": "Asked in time.",
    }

    unknown = browser.post(address, posted | {"email": "nobody@people.example"})
    assert unknown.status_code == 422
    assert "Nobody has an account with this address." in unknown.content.decode()
    browser.post(address, posted | {"email": " LATE@people.example"})

    assert [late.user for late in LateAccess.objects.all()] == [person]
    assert (
        start_application(cohort_id=cohort.pk, by=person, now=late - timedelta(days=1)).user
        == person
    )


def test_a_reviewer_has_no_such_buttons(applicant: Application, now: datetime) -> None:
    client = Client()
    client.force_login(make_user("reviewer@dtt.example", Role.REVIEWER, now=now))
    for name in ("restore", "extend"):
        address = reverse(f"admin:applications_{name}", args=[applicant.pk])
        assert client.get(address).status_code == 403
        assert client.post(address, {"reason": WHY}).status_code == 403
        assert address not in client.get(story(applicant)).content.decode()
