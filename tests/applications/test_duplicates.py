"""Two applications that may be one person's: found by themselves, decided by a person."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain.impartial import AboutOneself
from accounts.models import AuditEvent, User
from accounts.roles import Role
from applications.domain.access import request_access
from applications.domain.applying import save_draft
from applications.domain.duplicates import look_for_duplicates
from applications.domain.merging import UnableToMerge, keep_both, masked, merge_applications
from applications.models import AccessRequest, Application, Cohort, Consent, DuplicateCase, Stage
from dtt.play.people import (
    Persona,
    apply,
    make_applicants,
    make_cohort,
    make_persona,
    make_user,
)
from notifications.models import Message

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2027-03-01T04:00:00+00:00")
WHY = "Same person: confirmed by telephone."


def persona(cohort: Cohort, number: int, *, email: str = "", **answers: object) -> Persona:
    made = make_persona(number, days=cohort.bootcamp_dates, today=NOON.date())
    return replace(made, email=email or made.email, answers=made.answers | answers)


def pair(cohort: Cohort, **second: object) -> tuple[Application, Application]:
    """Two submitted applications with one mobile number."""
    one = apply(persona(cohort, 1, mobile="+85261234567"), cohort, now=NOON)
    answers = {"mobile": "+85261234567", **second}
    other = apply(persona(cohort, 2, **answers), cohort, now=NOON + timedelta(minutes=1))
    look_for_duplicates(application_ids=[one.pk, other.pk], now=NOON)
    return one, other


def pairs() -> list[tuple[int, int, str]]:
    return list(DuplicateCase.objects.values_list("first_id", "second_id", "reason"))


@pytest.fixture
def reviewer() -> User:
    return make_user("reviewer@staff.dtt.example", Role.REVIEWER)


@pytest.mark.parametrize(
    "address",
    [
        "tai.man@mail.example",
        "T.AIMAN@MAIL.example",
        "taiman+dtt@mail.example",
        "t.a.i.man+@mail.example",
    ],
)
def test_one_mailbox_in_other_spellings_is_found(cohort: Cohort, address: str) -> None:
    one = apply(persona(cohort, 1, email="taiman@mail.example"), cohort, now=NOON)
    other = apply(persona(cohort, 2, email=address), cohort, now=NOON)

    look_for_duplicates(application_ids=[other.pk], now=NOON)

    assert pairs() == [(one.pk, other.pk, "mailbox")]


def test_the_same_mobile_is_found_whichever_is_asked_about(cohort: Cohort) -> None:
    one, other = pair(cohort)

    assert look_for_duplicates(application_ids=[one.pk], now=NOON) == 0
    assert pairs() == [(one.pk, other.pk, "mobile")]


def test_a_number_that_many_gave_makes_one_case_each_and_not_all_pairs(cohort: Cohort) -> None:
    people = make_applicants(cohort, 12, now=NOON)
    Application.objects.update(mobile="+85221234567")
    oldest, *later = sorted(person.pk for person in people)

    found = look_for_duplicates(application_ids=[oldest, *later], now=NOON)

    assert found == len(later)
    assert sorted(pairs()) == [(oldest, pk, "mobile") for pk in later]


def test_people_without_anything_in_common_are_not_compared(cohort: Cohort) -> None:
    one = apply(persona(cohort, 1, mobile=""), cohort, now=NOON)
    apply(persona(cohort, 2, mobile=""), cohort, now=NOON)

    assert look_for_duplicates(application_ids=[one.pk], now=NOON) == 0


def test_the_same_person_in_two_cohorts_is_no_duplicate(cohort: Cohort) -> None:
    autumn = make_cohort(now=NOON, slug="autumn")
    one = apply(persona(cohort, 1), cohort, now=NOON)
    other = apply(persona(autumn, 1), autumn, now=NOON)

    look_for_duplicates(application_ids=[one.pk, other.pk], now=NOON)

    assert one.user == other.user
    assert pairs() == []


def test_a_draft_and_who_has_withdrawn_are_left_alone(cohort: Cohort) -> None:
    one, other = pair(cohort)
    DuplicateCase.objects.all().delete()
    Application.objects.filter(pk=other.pk).update(stage=Stage.DRAFT)

    assert look_for_duplicates(application_ids=[one.pk], now=NOON) == 0


def test_what_an_imported_application_said_first_is_kept_when_it_is_filled(
    cohort: Cohort, reviewer: User
) -> None:
    imported = Application.objects.create(
        reference="DTT-FILE01",
        cohort=cohort,
        user=make_user("from.file@mail.example"),
        stage=Stage.SUBMITTED,
        created_at=NOON,
        saved_at=NOON,
        submitted_at=NOON,
        mobile="+85261234567",
        rules=cohort.rules,
    )
    apply(persona(cohort, 1, mobile="+85261234567", name_zh="陳大文"), cohort, now=NOON)
    look_for_duplicates(application_ids=[imported.pk], now=NOON)
    [case] = DuplicateCase.objects.all()

    merge_applications(case_id=case.pk, keep_id=imported.pk, note=WHY, by=reviewer, now=NOON)

    said = imported.submissions.order_by("number").values_list("answers__name_zh", flat=True)
    assert list(said) == ["", "陳大文"]


@pytest.mark.parametrize("whose", [0, 1])
def test_nobody_decides_about_their_own(cohort: Cohort, reviewer: User, whose: int) -> None:
    both = pair(cohort)
    Application.objects.filter(pk=both[whose].pk).update(user=reviewer)
    [case] = DuplicateCase.objects.all()

    with pytest.raises(AboutOneself):
        merge_applications(case_id=case.pk, keep_id=both[0].pk, note=WHY, by=reviewer, now=NOON)
    with pytest.raises(AboutOneself):
        keep_both(case_id=case.pk, note=WHY, by=reviewer, now=NOON)


def test_merging_fills_the_gaps_and_overwrites_nothing(cohort: Cohort, reviewer: User) -> None:
    one, other = pair(cohort, name_zh="陳大文", track="vision")
    Application.objects.filter(pk=one.pk).update(name_zh="", track="data_science")
    [case] = DuplicateCase.objects.all()

    merge_applications(case_id=case.pk, keep_id=one.pk, note=WHY, by=reviewer, now=NOON)

    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.name_zh, one.track) == ("陳大文", "data_science")
    assert (other.stage, other.merged_into) == (Stage.MERGED, one)
    assert (other.name_zh, other.track) == ("陳大文", "vision")


def test_merging_keeps_both_histories_and_tells_the_person(cohort: Cohort, reviewer: User) -> None:
    one, other = pair(cohort)
    [case] = DuplicateCase.objects.all()

    merge_applications(case_id=case.pk, keep_id=one.pk, note=WHY, by=reviewer, now=NOON)

    verbs = {
        row.pk: list(
            AuditEvent.objects.filter(
                object_type="applications.application", object_id=str(row.pk)
            ).order_by("pk").values_list("verb", flat=True)
        )
        for row in (one, other)
    }  # fmt: skip
    assert verbs[one.pk][-1] == "take-over"
    assert verbs[other.pk][-1] == "merge"
    assert {"start", "submit"} <= set(verbs[one.pk]) & set(verbs[other.pk])
    told = Message.objects.filter(kind="application-merged")
    assert list(told.values_list("person_id", flat=True)) == [other.user_id]
    assert one.reference in told.get().body
    assert one.user.email not in told.get().body


def test_an_access_request_goes_on_and_consents_stay_where_they_were_given(
    cohort: Cohort, reviewer: User
) -> None:
    one, other = pair(cohort)
    Consent.objects.filter(application=one).delete()
    request_access(application_id=other.pk, needs="more time", by=other.user, now=NOON)
    [case] = DuplicateCase.objects.all()

    merge_applications(case_id=case.pk, keep_id=one.pk, note=WHY, by=reviewer, now=NOON)

    asked = AccessRequest.objects.get()
    told = AuditEvent.objects.filter(verb="take-over").order_by("pk")
    assert asked.application == one
    assert [(event.object_type, event.after.get("moved")) for event in told] == [
        ("applications.accessrequest", None),
        ("applications.application", []),  # whose story others read
    ]
    assert list(Consent.objects.values_list("application_id", flat=True)) == [other.pk]


def test_of_three_the_third_is_still_to_be_decided(cohort: Cohort, reviewer: User) -> None:
    one, other = pair(cohort)
    third = apply(persona(cohort, 3, email=f"x{other.user.email}"), cohort, now=NOON)
    linked = DuplicateCase.objects.create(
        cohort=cohort, first=other, second=third, reason="mailbox", found_at=NOON
    )
    case = DuplicateCase.objects.get(first=one, second=other)

    merge_applications(case_id=case.pk, keep_id=one.pk, note=WHY, by=reviewer, now=NOON)

    linked.refresh_from_db()
    assert linked.state == DuplicateCase.State.MERGED
    waiting = DuplicateCase.objects.filter(state="open").values_list("first_id", "second_id")
    assert list(waiting) == [(one.pk, third.pk)]


def test_two_people_who_share_a_telephone_are_not_asked_about_again(
    cohort: Cohort, reviewer: User
) -> None:
    one, other = pair(cohort)
    [case] = DuplicateCase.objects.all()

    keep_both(case_id=case.pk, note="Brother and sister.", by=reviewer, now=NOON)

    assert look_for_duplicates(application_ids=[one.pk, other.pk], now=NOON) == 0
    assert DuplicateCase.objects.get().state == DuplicateCase.State.DISTINCT


def test_who_has_come_further_cannot_be_given_up(cohort: Cohort, reviewer: User) -> None:
    one, other = pair(cohort)
    Application.objects.filter(pk=other.pk).update(stage=Stage.PLACE_CONFIRMED)
    [case] = DuplicateCase.objects.all()

    with pytest.raises(UnableToMerge, match="place confirmed"):
        merge_applications(case_id=case.pk, keep_id=one.pk, note=WHY, by=reviewer, now=NOON)

    other.refresh_from_db()
    assert other.stage == Stage.PLACE_CONFIRMED
    assert DuplicateCase.objects.get().state == DuplicateCase.State.OPEN


def test_a_case_is_decided_once_and_with_a_reason(cohort: Cohort, reviewer: User) -> None:
    one, _other = pair(cohort)
    [case] = DuplicateCase.objects.all()

    with pytest.raises(UnableToMerge, match="Say why"):
        merge_applications(case_id=case.pk, keep_id=one.pk, note=" ", by=reviewer, now=NOON)
    keep_both(case_id=case.pk, note=WHY, by=reviewer, now=NOON)
    with pytest.raises(UnableToMerge, match="decided already"):
        merge_applications(case_id=case.pk, keep_id=one.pk, note=WHY, by=reviewer, now=NOON)


def test_the_page_shows_what_differs_and_decides(
    client: Client, cohort: Cohort, reviewer: User
) -> None:
    one, other = pair(cohort, study_programme="Marine Biology")
    request_access(application_id=one.pk, needs="NEEDS-MARKER", by=one.user, now=NOON)
    [case] = DuplicateCase.objects.all()
    client.force_login(reviewer)
    address = reverse("admin:applications_duplicate", args=[case.pk])

    page = client.get(address).content.decode()
    empty = client.post(address, {"keep": str(one.pk), "note": ""})
    wrong = client.post(address, {"keep": "999999999", "note": WHY})
    done = client.post(address, {"keep": str(one.pk), "note": WHY})

    assert "Marine Biology" in page
    assert "NEEDS-MARKER" not in page
    assert (empty.status_code, wrong.status_code, done.status_code) == (422, 422, 302)
    other.refresh_from_db()
    assert other.merged_into == one
    assert client.get(address).status_code == 200


def test_an_edit_that_brings_the_mobile_of_somebody_else_opens_a_case(cohort: Cohort) -> None:
    one = apply(persona(cohort, 1, mobile="+85261234567"), cohort, now=NOON)
    other = apply(persona(cohort, 2, mobile="+85267654321"), cohort, now=NOON)

    save_draft(
        application_id=other.pk,
        version=Application.objects.get(pk=other.pk).version,
        answers={"mobile": "+85261234567"},
        by=other.user,
        now=NOON,
    )

    assert pairs() == [(one.pk, other.pk, "mobile")]


def test_a_masked_address_is_known_to_its_owner_alone() -> None:
    assert [masked(text) for text in ("taiman@mail.example", "t@mail.example")] == [
        "t…n@mail.example",
        "t…@mail.example",
    ]
