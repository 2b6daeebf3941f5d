"""Starting, saving, submitting and withdrawing, on both sides of every edge."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import connection

from accounts.models import AuditEvent, User
from applications.domain.access import request_access
from applications.domain.applying import (
    SavedElsewhere,
    UnableToApply,
    save_draft,
    start_application,
    submit_application,
    withdraw_application,
)
from applications.domain.claims import hold
from applications.domain.review import UnableToReview, decide_eligibility, doubts_about
from applications.domain.stages import UnableToMove, stage_of
from applications.eligibility import Doubt
from applications.models import AccessRequest, Application, Cohort, Consent, Stage
from dtt.play.people import make_applicant, make_cohort, make_persona, make_user
from notifications.domain.outbox import Telling, queue
from notifications.models import Message

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)
DECLARED = {"honour_code": True, "privacy_notice": True}


@pytest.fixture
def person(now: datetime) -> User:
    return make_user("tai.man@dtt.example", now=now)


@pytest.fixture
def draft(cohort: Cohort, person: User, now: datetime) -> Application:
    return fill(start_application(cohort_id=cohort.pk, by=person, now=now), now)


def fill(application: Application, now: datetime, **answers: object) -> Application:
    cohort = application.cohort
    persona = make_persona(1, days=cohort.bootcamp_dates, today=now.date())
    return save_draft(
        application_id=application.pk,
        version=application.version,
        answers=persona.answers | answers,
        by=application.user,
        now=now,
    )


def submit(application: Application, now: datetime, **declared: bool) -> Application:
    return submit_application(
        application_id=application.pk, by=application.user, now=now, **(DECLARED | declared)
    )


def kinds_told(person: User) -> list[str]:
    return list(Message.objects.filter(person=person).order_by("id").values_list("kind", flat=True))


def test_submission_is_accepted_until_the_last_microsecond(draft: Application) -> None:
    at = draft.cohort.applications_close_at - TICK

    assert submit(draft, at).submitted_at == at


def test_at_the_close_submission_is_refused_and_the_draft_is_kept(draft: Application) -> None:
    with pytest.raises(UnableToApply, match=r"Applications closed on .* HKT \(UTC\+8\)"):
        submit(draft, draft.cohort.applications_close_at)

    draft.refresh_from_db()
    assert (draft.stage, bool(draft.surname_en), draft.submitted_at) == (Stage.DRAFT, True, None)


def test_one_can_start_from_the_opening_to_the_close(cohort: Cohort, person: User) -> None:
    opens, closes = cohort.applications_open_at, cohort.applications_close_at
    for at, reason in ((opens - TICK, "open on"), (closes, "closed on")):
        with pytest.raises(UnableToApply, match=f"Applications {reason}"):
            start_application(cohort_id=cohort.pk, by=person, now=at)

    started = [start_application(cohort_id=cohort.pk, by=person, now=at) for at in (opens, closes)]

    assert started[0] == started[1]


def test_a_clear_case_is_eligible_at_once_and_gets_one_receipt(
    draft: Application, now: datetime
) -> None:
    first, second = submit(draft, now), submit(draft, now + timedelta(seconds=1))

    assert (first.stage, second.submitted_at) == (Stage.ELIGIBLE, first.submitted_at)
    assert kinds_told(draft.user) == ["application-received"]


def test_doubts_wait_for_a_person(draft: Application, now: datetime) -> None:
    fill(draft, now, available_days=[], is_adult=False)

    submitted = submit(draft, now)

    assert submitted.stage == Stage.SUBMITTED
    assert doubts_about(submitted) == (Doubt.TOO_FEW_DAYS, Doubt.NOT_ADULT)


def test_an_edit_that_brings_a_new_doubt_goes_back_to_staff(
    draft: Application, now: datetime
) -> None:
    eligible = submit(draft, now)

    edited = fill(eligible, now, available_days=[])

    assert (edited.stage, stage_of(edited.pk)) == (Stage.SUBMITTED, Stage.SUBMITTED)


def test_a_doubt_that_staff_have_decided_about_does_not_come_up_again(
    draft: Application, now: datetime
) -> None:
    fill(draft, now, available_days=[])
    manager = make_user("manager@dtt.example", now=now)
    submitted = submit(draft, now)
    hold(application_id=submitted.pk, by=manager, now=now)
    decide_eligibility(
        application_id=submitted.pk, eligible=True, reason="attends online", by=manager, now=now
    )
    submitted.refresh_from_db()

    edited = fill(submitted, now, available_days=[], study_programme="Chemistry")

    assert edited.stage == Stage.ELIGIBLE


def test_a_missing_answer_is_named(draft: Application, now: datetime) -> None:
    fill(draft, now, surname_en="", institution=None, institution_other="")

    with pytest.raises(UnableToApply, match="Surname, as on your certificate, Institution"):
        submit(draft, now)


@pytest.mark.parametrize("missing", ["honour_code", "privacy_notice"])
def test_both_declarations_are_needed(draft: Application, now: datetime, missing: str) -> None:
    with pytest.raises(UnableToApply, match="honour code"):
        submit(draft, now, **{missing: False})


def test_consents_are_kept_with_version_language_and_time(
    draft: Application, now: datetime
) -> None:
    submit_application(
        application_id=draft.pk,
        by=draft.user,
        now=now,
        consents=(Consent.Purpose.TALENT_POOL,),
        language="zh-hant",
        **DECLARED,
    )

    assert list(Consent.objects.values_list("purpose", "text_version", "language", "given_at")) == [
        ("talent-pool", "2026-11", "zh-hant", now)
    ]


def test_a_save_from_an_old_page_overwrites_nothing(draft: Application, now: datetime) -> None:
    save = {"application_id": draft.pk, "version": draft.version, "by": draft.user, "now": now}
    save_draft(answers={"conflicts": "from the phone"}, **save)

    with pytest.raises(SavedElsewhere, match="Nothing was overwritten"):
        save_draft(answers={"conflicts": "from the laptop"}, **save)

    draft.refresh_from_db()
    assert draft.conflicts == "from the phone"


def test_saving_the_same_again_is_no_conflict(draft: Application, now: datetime) -> None:
    save = {"application_id": draft.pk, "version": draft.version, "by": draft.user, "now": now}

    first = save_draft(answers={"conflicts": "one"}, **save)
    again = save_draft(answers={"conflicts": "one"}, **save)

    assert again.version == first.version


def test_a_submitted_application_can_be_changed_but_not_emptied(
    cohort: Cohort, now: datetime
) -> None:
    application = make_applicant(cohort, 1, now=now)

    save = {"application_id": application.pk, "by": application.user, "now": now}
    changed = save_draft(version=application.version, answers={"study_programme": "Music"}, **save)
    with pytest.raises(UnableToApply, match="Programme of study"):
        save_draft(version=changed.version, answers={"study_programme": ""}, **save)

    application.refresh_from_db()
    [edit] = AuditEvent.objects.filter(verb="edit")
    assert (application.study_programme, application.stage) == ("Music", Stage.ELIGIBLE)
    assert (edit.actor, edit.after) == (
        application.user,
        {"fields": ["study_programme"], "submission": 2},
    )


def test_withdrawing_twice_tells_once_and_ends_the_application(
    cohort: Cohort, now: datetime
) -> None:
    application = make_applicant(cohort, 1, now=now)
    for _ in range(2):
        withdraw_application(application_id=application.pk, by=application.user, now=now)

    with pytest.raises(UnableToApply, match="withdrawn"):
        submit(application, now)
    with pytest.raises(UnableToApply, match="no longer be changed"):
        fill(application, now, study_programme="Music")
    assert kinds_told(application.user) == ["application-received", "application-withdrawn"]


def test_withdrawing_takes_back_what_has_not_left_and_nothing_else(
    cohort: Cohort, now: datetime
) -> None:
    gone, stays = (make_applicant(cohort, number, now=now) for number in (1, 2))
    for one in (gone, stays):
        facts = {"cohort": cohort, "until": now, "cohort_slug": "x", "contact": "x"}
        for topic in (f"timetable:{cohort.slug}", "timetable:another"):
            queue([Telling(one.user, "application-extended", topic, facts, topic)], now=now)

    withdraw_application(application_id=gone.pk, by=gone.user, now=now)

    assert told(gone.user) == [
        ("application-received", "void"),
        ("application-extended", "void"),
        ("application-extended", "queued"),
        ("application-withdrawn", "queued"),
    ]
    assert [state for _, state in told(stays.user)] == ["queued"] * 3


def told(person: User) -> list[tuple[str, str]]:
    return list(Message.objects.filter(person=person).order_by("pk").values_list("kind", "state"))


def test_what_one_needs_stands_apart_and_can_be_taken_back(
    draft: Application, now: datetime
) -> None:
    ask = {"application_id": draft.pk, "by": draft.user, "now": now}

    request_access(needs="  more time ", **ask)
    assert list(AccessRequest.objects.values_list("needs", flat=True)) == ["more time"]
    request_access(needs="", **ask)
    request_access(needs=" ", **ask)

    assert AccessRequest.objects.count() == 0
    asked = AuditEvent.objects.filter(object_type="applications.accessrequest").order_by("pk")
    assert [(event.verb, event.before, event.after) for event in asked] == [
        ("request-access", {}, {}),
        ("take-access-request-back", {}, {}),
    ]


def test_a_decision_needs_a_reason_and_a_no_is_told(draft: Application, now: datetime) -> None:
    fill(draft, now, available_days=[])
    submit(draft, now)
    reviewer = make_user("reviewer@dtt.example", now=now)
    decide = {"application_id": draft.pk, "by": reviewer, "now": now}

    with pytest.raises(UnableToReview, match="reason"):
        decide_eligibility(eligible=False, reason=" ", **decide)
    hold(**decide)
    decide_eligibility(eligible=False, reason="No day is free.", **decide)
    hold(**decide)
    with pytest.raises(UnableToMove):
        decide_eligibility(eligible=False, reason="Twice.", **decide)

    assert kinds_told(draft.user) == ["application-received", "application-not-eligible"]
    assert "No day is free." in Message.objects.order_by("-id")[0].body


def test_people_of_two_cohorts_do_not_mix(now: datetime, person: User) -> None:
    one, two = make_cohort(now=now, slug="one"), make_cohort(now=now, slug="two")

    first = submit(fill(start_application(cohort_id=one.pk, by=person, now=now), now), now)
    second = start_application(cohort_id=two.pk, by=person, now=now)

    assert first != second
    assert (second.stage, second.surname_en) == (Stage.DRAFT, "")


@pytest.fixture
def ten_connections() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(10) as pool:
        yield pool


@pytest.mark.django_db(transaction=True)
def test_ten_parallel_submissions_make_one_application_and_one_receipt(
    ten_connections: ThreadPoolExecutor, now: datetime
) -> None:
    cohort, person = make_cohort(now=now), make_user("tai.man@dtt.example", now=now)

    def press(_: int) -> str:
        try:
            application = start_application(cohort_id=cohort.pk, by=person, now=now)
            if not application.surname_en:
                with suppress(SavedElsewhere):
                    fill(application, now)
            return submit(application, now).reference
        finally:
            connection.close()

    references = set(ten_connections.map(press, range(10)))

    application = Application.objects.get()
    assert references == {application.reference}
    assert application.stage == Stage.ELIGIBLE
    assert kinds_told(person) == ["application-received"]
    assert AuditEvent.objects.filter(verb="submit").count() == 1
