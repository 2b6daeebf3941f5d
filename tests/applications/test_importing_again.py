"""A second file about people who are here already: what it changes, and what it leaves alone."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from applications.domain.access import request_access
from applications.domain.applying import save_draft, start_application
from applications.domain.importing import import_file
from applications.models import Application, Cohort, Stage
from dtt.play.people import make_cohort, make_user
from tests.applications.test_importing import BOOTCAMP, counts, row, take

pytestmark = pytest.mark.django_db
NARROW = "Email,Surname,Given names,Status,Completion,Honour code,Privacy notice\n"
KEPT = ("name_zh", "institution_id", "study_programme", "level", "track", "available_days")


@pytest.fixture
def cohort(now: datetime) -> Cohort:
    return make_cohort(now=now, bootcamp_dates=BOOTCAMP)


def send(cohort: Cohort, text: str, now: datetime):
    return import_file(
        cohort_id=cohort.pk, name="b.csv", content=text.encode(), confirm=True, by=None, now=now
    )


def narrow(email: str = "a@b.hk", given: str = "Tai Man Peter", completion: str = "2028-06") -> str:
    return NARROW + f"{email},CHAN,{given},Student,{completion},Yes,Yes\n"


def test_a_file_without_a_column_says_nothing_about_it(cohort: Cohort, now: datetime) -> None:
    take(cohort, row("a@b.hk"), now)
    before = Application.objects.values(*KEPT).get()

    again = send(cohort, narrow(), now + timedelta(hours=1))
    changed = send(cohort, narrow(given="Siu Ming"), now + timedelta(hours=2))

    application = Application.objects.get()
    assert (counts(again), counts(changed)) == ((1, 0, 0, 1), (1, 0, 1, 0))
    assert application.given_en == "Siu Ming"
    assert Application.objects.values(*KEPT).get() == before
    assert application.stage == Stage.ELIGIBLE


@pytest.mark.parametrize(
    "said",
    [
        {"zh": "", "institution": "", "study": "", "level": "", "track": "", "days": ""},
        {"level": "Certificate", "track": "Robotics", "days": "perhaps"},
        {"zh": " ", "institution": "\u200b", "days": "17 May"},
    ],
)
def test_an_empty_or_unreadable_cell_empties_nothing(
    cohort: Cohort, now: datetime, said: dict[str, str]
) -> None:
    take(cohort, row("a@b.hk"), now)
    before = Application.objects.values(*KEPT).get()

    report = take(cohort, row("a@b.hk", **said), now + timedelta(hours=1))

    assert counts(report) == (1, 0, 0, 1)
    assert Application.objects.values(*KEPT).get() == before


def test_a_single_name_in_the_column_of_given_names_replaces_no_surname(
    cohort: Cohort, now: datetime
) -> None:
    take(cohort, row("a@b.hk"), now)

    take(cohort, row("a@b.hk", surname="", given="Siu Ming"), now + timedelta(hours=1))

    assert Application.objects.get().full_name == "CHAN Tai Man Peter"


def test_another_institution_takes_the_place_of_the_listed_one_and_back(
    cohort: Cohort, now: datetime
) -> None:
    seen = []
    for hour, institution in enumerate(["理大", "Night School", "HKU"]):
        take(cohort, row("a@b.hk", institution=institution), now + timedelta(hours=hour))
        application = Application.objects.select_related("institution").get()
        seen.append(
            (
                str(application.institution_id and application.institution.code),
                application.institution_other,
            )
        )

    assert seen == [("PolyU", ""), ("None", "Night School"), ("HKU", "")]


def test_what_a_file_changes_is_kept_as_it_was_and_as_it_is(cohort: Cohort, now: datetime) -> None:
    take(cohort, row("a@b.hk", study="Physics"), now)
    for hour, study in ((1, "Music"), (2, "Law")):
        take(cohort, row("a@b.hk", study=study), now + timedelta(hours=hour))

    application = Application.objects.get()
    versions = application.submissions.order_by("number")
    assert [(v.number, v.at, v.answers["study_programme"]) for v in versions] == [
        (1, application.submitted_at, "Physics"),
        (2, now + timedelta(hours=1), "Music"),
        (3, now + timedelta(hours=2), "Law"),
    ]
    first = AuditEvent.objects.filter(verb="import", object_id=str(application.pk)).order_by("id")[
        1
    ]
    assert first.before == {"answers": {"study_programme": "Physics"}}
    assert first.after == {
        "fields": ["study_programme"],
        "submission": 2,
        "answers": {"study_programme": "Music"},
    }


def test_a_draft_that_its_person_has_saved_stays_a_draft(cohort: Cohort, now: datetime) -> None:
    person = make_user("a@b.hk", now=now)
    draft = start_application(cohort_id=cohort.pk, by=person, now=now)
    save_draft(
        application_id=draft.pk,
        version=draft.version,
        answers={"study_programme": "Medicine"},
        by=person,
        now=now,
    )
    before = Application.objects.values().get()

    report = take(cohort, row("a@b.hk", study="Music"), now + timedelta(hours=1))

    assert counts(report) == (1, 0, 0, 1)
    assert [warning.message for warning in report.warnings] == [
        "a@b.hk has saved an application here; it stays as it is."
    ]
    assert Application.objects.values().get() == before


def test_a_draft_in_which_something_was_asked_for_stays_a_draft(
    cohort: Cohort, now: datetime
) -> None:
    person = make_user("a@b.hk", now=now)
    draft = start_application(cohort_id=cohort.pk, by=person, now=now)
    request_access(application_id=draft.pk, needs="More time", by=person, now=now)

    report = take(cohort, row("a@b.hk"), now + timedelta(hours=1))

    assert counts(report) == (1, 0, 0, 1)
    assert Application.objects.get().stage == Stage.DRAFT


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        ({"completion": "Jun 1999"}, Stage.SUBMITTED),
        ({"days": "5 April"}, Stage.SUBMITTED),
        ({"study": "Music"}, Stage.ELIGIBLE),
    ],
)
def test_a_file_that_brings_a_doubt_sends_the_application_back_to_staff(
    cohort: Cohort, now: datetime, said: dict[str, str], stage: Stage
) -> None:
    take(cohort, row("a@b.hk") + row("c@b.hk"), now)

    take(cohort, row("a@b.hk", **said) + row("c@b.hk", study="Law"), now + timedelta(hours=1))

    stages = Application.objects.order_by("user__email").values_list("stage", flat=True)
    assert list(stages) == [stage, Stage.ELIGIBLE]


def test_a_file_that_takes_the_last_doubt_away_makes_eligible(
    cohort: Cohort, now: datetime
) -> None:
    take(cohort, row("a@b.hk", completion="Jun 1999"), now)

    take(cohort, row("a@b.hk"), now + timedelta(hours=1))

    application = Application.objects.get()
    assert (application.stage, application.completion_on) == (Stage.ELIGIBLE, date(2028, 6, 1))


def test_the_times_of_the_consents_are_those_of_the_first_file(
    cohort: Cohort, now: datetime
) -> None:
    times = ("submitted_at", "honour_code_at", "privacy_notice_at", "privacy_notice_version")
    take(cohort, row("a@b.hk"), now)
    before = Application.objects.values(*times).get()

    later = row("a@b.hk", study="Music", at="2027/02/21 9:00:00 GMT+8")
    report = take(cohort, later, now + timedelta(hours=1))

    assert counts(report) == (1, 0, 1, 0)
    assert Application.objects.values(*times).get() == before


def test_a_file_that_does_not_say_when_says_so_once(cohort: Cohort, now: datetime) -> None:
    text = narrow("a@b.hk") + narrow("c@b.hk").removeprefix(NARROW)

    report = send(cohort, text, now)

    assert [(warning.row, warning.kind, warning.message) for warning in report.warnings] == [
        (
            0,
            "time_unknown",
            "No column says when each person applied and accepted the texts; "
            "the time of the import is taken.",
        )
    ]
    assert set(Application.objects.values_list("honour_code_at", flat=True)) == {now}
    said = AuditEvent.objects.filter(verb="import", object_type="applications.application")
    assert list(said.values_list("after", flat=True)) == [{"submitted_at": "not said"}] * 2


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        ("", "time_unknown"),
        ("2099/01/01 9:00:00", "time_in_future"),
        ("2027/03/31 9:00:00", "after_close"),
    ],
)
def test_a_time_that_cannot_be_right_is_pointed_out(
    cohort: Cohort, now: datetime, at: str, kind: str
) -> None:
    later = cohort.applications_close_at + timedelta(days=60)

    report = take(cohort, row("a@b.hk", at=at), later)

    assert [(warning.row, warning.kind) for warning in report.warnings] == [(2, kind)]
    accepted = Application.objects.get().honour_code_at
    assert accepted == (
        later if kind != "after_close" else datetime.fromisoformat("2027-03-31T01:00Z")
    )


def test_a_long_reason_from_a_file_does_not_lock_its_section(
    client: Client, cohort: Cohort, now: datetime
) -> None:
    long = " ".join(["word"] * 400) + "\n" + "too long for the form as well " * 20
    text = "Timestamp,Why," + NARROW
    answer = f'2027/02/20 9:00:00,"{long}",a@b.hk,CHAN,Tai Man,Student,2028-06,Yes,Yes\n'
    send(cohort, text + answer, now)
    Application.objects.update(study_programme="Law", institution_other="Night School")
    application = Application.objects.select_related("user", "cohort").get()
    address = reverse("applications:edit", args=[application.reference, "readiness"])

    def save(**changed: str) -> int:
        shown = client.get(address).context
        said = {"motivation": application.motivation.replace("\n", "\r\n"), "track": "vision"}
        said |= {"version": str(shown["version"]), "seen": shown["seen"]}
        return client.post(address, said | changed).status_code

    with time_machine.travel(now, tick=False):
        client.force_login(application.user)
        assert save(python_rating="3") == 302
        assert save(motivation=application.motivation + " more") == 422

    application.refresh_from_db()
    assert (application.python_rating, application.track) == (3, "vision")
    assert application.motivation == long.strip()


def test_a_change_costs_the_same_statements_for_1_row_as_for_30(
    cohort: Cohort, now: datetime, django_assert_max_num_queries
) -> None:
    people = [f"p{n}@b.hk" for n in range(31)]
    take(cohort, "".join(map(row, people)), now)
    later = now + timedelta(hours=1)
    doubt = {"completion": "Jun 1999"}

    with django_assert_max_num_queries(45) as one:
        take(cohort, row(people[0], **doubt), later)
    with django_assert_max_num_queries(45) as thirty:
        take(cohort, "".join(row(person, **doubt) for person in people[1:]), later)

    assert Application.objects.filter(stage=Stage.SUBMITTED).count() == 31
    assert len(thirty) == len(one)
