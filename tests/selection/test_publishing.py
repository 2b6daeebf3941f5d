from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from accounts.domain.approvals import UnableToApprove
from accounts.models import Approval, AuditEvent
from applications.domain.applying import withdraw_application
from applications.models import Application, Cohort
from dtt.play.selection import (
    Shortlist,
    approve,
    cohort_after_shortlist,
    draw_up_step,
    prepare_list,
)
from notifications.domain.writing import write_letter
from notifications.models import Message
from selection.domain.drawing import draw_up
from selection.domain.expiring import close_reserves
from selection.domain.preparing import set_rule
from selection.domain.publishing import (
    UnableToPublish,
    approve_publication,
    publish_due,
    publish_selection,
    request_publication,
)
from selection.models import Entry, Selection
from tests.notifications.texts import read_both
from tests.selection.conftest import (
    SCORES,
    Waiting,
    make_waiting,
    messages_to,
    seats,
    stages,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn(waiting: Waiting, now: datetime) -> Selection:
    return draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)


def nothing_happened(waiting: Waiting) -> bool:
    return set(stages(*waiting.applications)) == {"eligible"} and not Message.objects.filter(
        run__startswith="selection:"
    )


def test_publication_moves_and_tells_everybody_once(
    shortlist: Shortlist, waiting: Waiting, now: datetime
) -> None:
    assert stages(*waiting.applications) == [
        *["place-offered"] * 3,
        *["reserve"] * 3,
        *["not-selected"] * 2,
    ]
    assert [messages_to(application) for application in waiting.applications] == [
        *[["place-offered"]] * 3,
        *[["place-reserve"]] * 3,
        *[["place-not-selected"]] * 2,
    ]
    offers = Entry.objects.filter(reply="offered").values_list("seat", "reply_by").order_by("seat")
    assert list(offers) == [(n, now + timedelta(hours=48)) for n in (1, 2, 3)]
    assert shortlist.selection.published_at == now


def test_the_letters_say_the_deadline_first_in_the_readers_language(shortlist: Shortlist) -> None:
    english, chinese = (
        Message.objects.get(person=application.user, kind="place-offered").subject
        for application in shortlist.selected[:2]
    )

    assert english.startswith("[Action needed by Wed 3 Mar 2027, 12:00 HKT (UTC+8)]")
    assert chinese.startswith("[請於 2027年3月3日（三）")


def test_publishing_twice_tells_nobody_twice(
    shortlist: Shortlist, waiting: Waiting, now: datetime
) -> None:
    with pytest.raises(UnableToPublish, match="published already"):
        publish_selection(selection_id=shortlist.selection.pk, by=shortlist.staff.asker, now=now)

    assert [messages_to(application) for application in waiting.applications[:1]] == [
        ["place-offered"]
    ]
    assert AuditEvent.objects.filter(verb="publish").count() == 1


def test_without_a_second_person_nothing_is_published(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    request_publication(selection_id=drawn.pk, by=waiting.staff.asker, now=now)

    with pytest.raises(UnableToPublish, match="second person"):
        publish_selection(selection_id=drawn.pk, by=waiting.staff.second, now=now)

    assert nothing_happened(waiting)


def test_the_person_who_asked_cannot_approve(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    request_publication(selection_id=drawn.pk, by=waiting.staff.asker, now=now)

    with pytest.raises(UnableToApprove, match="cannot approve"):
        approve_publication(
            selection_id=drawn.pk, digest=drawn.digest, by=waiting.staff.asker, now=now
        )


def test_a_refusal_is_no_approval(waiting: Waiting, drawn: Selection, now: datetime) -> None:
    request_publication(selection_id=drawn.pk, by=waiting.staff.asker, now=now)
    approve_publication(
        selection_id=drawn.pk,
        digest=drawn.digest,
        by=waiting.staff.second,
        now=now,
        approve=False,
        reason="wrong weights",
    )

    with pytest.raises(UnableToPublish, match="second person"):
        publish_selection(selection_id=drawn.pk, by=waiting.staff.asker, now=now)


def test_an_approval_is_of_one_run_alone(waiting: Waiting, drawn: Selection, now: datetime) -> None:
    approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    newer = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)

    with pytest.raises(UnableToPublish, match="second person"):
        publish_selection(selection_id=newer.pk, by=waiting.staff.asker, now=now)
    with pytest.raises(UnableToPublish, match="discarded"):
        publish_selection(selection_id=drawn.pk, by=waiting.staff.asker, now=now)

    assert nothing_happened(waiting)


def test_another_hour_of_publication_voids_the_approval(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    request_publication(
        selection_id=drawn.pk,
        by=waiting.staff.asker,
        now=now,
        publish_at=now + timedelta(hours=1),
    )

    with pytest.raises(UnableToPublish, match="second person"):
        publish_selection(
            selection_id=drawn.pk, by=waiting.staff.asker, now=now + timedelta(hours=2)
        )
    with pytest.raises(UnableToApprove, match="changed"):
        approve_publication(
            selection_id=drawn.pk, digest=drawn.digest, by=waiting.staff.second, now=now
        )


def write_another_letter(waiting: Waiting, now: datetime) -> None:
    text = {
        "subject_en": "Your result",
        "body_en": "Dear {{ name }}, sorry.",
        "subject_zh": "結果",
        "body_zh": "{{ name }}：很抱歉。",
    }
    staff = waiting.staff
    written = write_letter(
        kind="place-not-selected", text=text, why="Shorter.", by=staff.asker, now=now
    )
    read_both(written, staff.second, now)


def move_the_bootcamp(waiting: Waiting, now: datetime) -> None:
    days = [day + timedelta(days=7) for day in waiting.cohort.bootcamp_dates]
    Cohort.objects.filter(pk=waiting.cohort.pk).update(bootcamp_dates=days)


@pytest.mark.parametrize("change", [write_another_letter, move_the_bootcamp])
def test_other_letters_than_the_second_person_read_are_not_sent(
    waiting: Waiting, drawn: Selection, now: datetime, change: Callable[..., None]
) -> None:
    staff = waiting.staff
    approve(drawn, by=staff.asker, approver=staff.second, now=now)
    change(waiting, now)

    with pytest.raises(UnableToPublish, match="letters have changed since approval"):
        publish_selection(selection_id=drawn.pk, by=staff.asker, now=now)
    assert nothing_happened(waiting)

    approve(Selection.objects.get(pk=drawn.pk), by=staff.asker, approver=staff.second, now=now)
    assert publish_selection(selection_id=drawn.pk, by=staff.asker, now=now).state == "published"


def test_a_text_that_is_approved_while_the_letters_are_written_stops_them_all(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    staff = waiting.staff
    approve(drawn, by=staff.asker, approver=staff.second, now=now)

    def meanwhile(done: int, people: int, what: str) -> None:
        if what == "Writing the letters":
            write_another_letter(waiting, now)

    with pytest.raises(UnableToPublish, match="letters have changed since approval"):
        publish_selection(selection_id=drawn.pk, by=staff.asker, now=now, tell=meanwhile)

    assert nothing_happened(waiting)


@pytest.mark.parametrize(("hours", "taken"), [(71, True), (71.1, False)])
def test_an_instant_to_which_no_approval_would_hold_is_refused(
    waiting: Waiting, drawn: Selection, now: datetime, hours: float, taken: bool
) -> None:
    """Approved at the last moment, it still appears at its instant."""
    staff, instant = waiting.staff, now + timedelta(hours=hours)
    ask = partial(request_publication, selection_id=drawn.pk, by=staff.asker, now=now)

    if taken:
        asked = ask(publish_at=instant)
        late = instant - timedelta(minutes=1)
        approve_publication(selection_id=drawn.pk, digest=asked.digest, by=staff.second, now=late)
        assert publish_due(now=instant) == 1
    else:
        with pytest.raises(UnableToPublish, match="An approval holds for 72 hours"):
            ask(publish_at=instant)
        assert not Approval.objects.exists()


def test_a_request_about_a_run_that_is_gone_waits_for_nobody(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    asked = request_publication(selection_id=drawn.pk, by=waiting.staff.asker, now=now)

    draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)

    asked.refresh_from_db()
    assert asked.state == Approval.State.VOID


def test_an_approval_lapses(waiting: Waiting, drawn: Selection, now: datetime) -> None:
    approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=now)

    with pytest.raises(UnableToPublish, match="second person"):
        publish_selection(
            selection_id=drawn.pk, by=waiting.staff.asker, now=now + timedelta(hours=72)
        )


def raise_a_score(waiting: Waiting, now: datetime) -> None:
    SCORES["test.score"][waiting.applications[7].pk] = Decimal(99)


def lose_a_score(waiting: Waiting, now: datetime) -> None:
    del SCORES["test.score"][waiting.applications[0].pk]


def add_a_person(waiting: Waiting, now: datetime) -> None:
    late = make_waiting(now, slug="late", people=1)
    late.applications[0].cohort = waiting.cohort
    late.applications[0].save()


def add_a_place(waiting: Waiting, now: datetime) -> None:
    Cohort.objects.filter(pk=waiting.cohort.pk).update(places=4)


def set_another_rule(waiting: Waiting, now: datetime) -> None:
    set_rule(
        cohort_id=waiting.cohort.pk,
        step="bootcamp",
        criteria=[("test.score", Decimal(1))],
        reserves=5,
        reason="More may drop out.",
        by=waiting.staff.asker,
        now=now,
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (raise_a_score, "One person’s scores have changed"),
        (lose_a_score, "One person’s scores have changed"),
        (add_a_person, "One person has joined"),
        (add_a_place, "places, the rule or who is moved by hand have changed"),
        (set_another_rule, "places, the rule or who is moved by hand have changed"),
    ],
)
def test_a_list_that_is_out_of_date_is_not_published(
    waiting: Waiting, drawn: Selection, now: datetime, change: object, why: str
) -> None:
    approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    change(waiting, now)

    with pytest.raises(UnableToPublish, match=why):
        publish_selection(selection_id=drawn.pk, by=waiting.staff.asker, now=now)

    assert nothing_happened(waiting)


def test_who_withdraws_before_publication_makes_room_for_the_first_reserve(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    approve(drawn, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    gone, first_reserve = waiting.applications[1], waiting.applications[3]
    withdraw_application(application_id=gone.pk, by=gone.user, now=now)

    publish_selection(selection_id=drawn.pk, by=waiting.staff.asker, now=now)

    assert stages(gone, first_reserve) == ["withdrawn", "place-offered"]
    assert [messages_to(gone), messages_to(first_reserve)] == [[], ["place-offered"]]
    assert Entry.objects.get(application=gone).reply == "withdrawn"
    assert len(seats(drawn)) == 3


def test_it_appears_at_its_instant_and_not_before(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    at = now + timedelta(hours=5)
    request_publication(selection_id=drawn.pk, by=waiting.staff.asker, now=now, publish_at=at)
    drawn.refresh_from_db()
    approve_publication(
        selection_id=drawn.pk, digest=drawn.digest, by=waiting.staff.second, now=now
    )

    with pytest.raises(UnableToPublish, match="was approved for"):
        publish_selection(selection_id=drawn.pk, by=waiting.staff.asker, now=now)
    before = publish_due(now=at - timedelta(microseconds=1))
    assert before == 0
    assert nothing_happened(waiting)
    assert [publish_due(now=at), publish_due(now=at)] == [1, 0]

    assert stages(waiting.applications[0]) == ["place-offered"]


def test_a_scheduled_list_that_cannot_appear_says_why(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    at = now + timedelta(hours=5)
    request_publication(selection_id=drawn.pk, by=waiting.staff.asker, now=now, publish_at=at)

    assert publish_due(now=at) == 0

    drawn.refresh_from_db()
    assert drawn.trouble == "A second person has not approved this list as it is now."


def test_an_instant_in_the_past_is_refused(
    waiting: Waiting, drawn: Selection, now: datetime
) -> None:
    with pytest.raises(UnableToPublish, match="is past"):
        request_publication(selection_id=drawn.pk, by=waiting.staff.asker, now=now, publish_at=now)

    assert Approval.objects.count() == 0


def test_two_cohorts_do_not_mix(shortlist: Shortlist, now: datetime) -> None:
    other = make_waiting(now, slug="autumn", people=4, places=1).give(99, 98, 97, 96)

    published = cohort_after_shortlist(other.cohort, other.staff, now=now)

    assert stages(*other.applications) == ["place-offered", "reserve", "reserve", "reserve"]
    assert stages(*shortlist.selected) == ["place-offered"] * 3
    assert set(seats(published.selection).values()) == {other.applications[0].reference}
    assert Message.objects.filter(run=f"selection:{published.selection.pk}").count() == 4


def test_the_database_holds_one_published_list_for_a_step(
    shortlist: Shortlist, waiting: Waiting, now: datetime
) -> None:
    first = shortlist.selection
    with pytest.raises(IntegrityError), transaction.atomic():
        Selection.objects.create(
            cohort=first.cohort,
            step=first.step,
            number=2,
            state="published",
            rule=first.rule,
            seed=first.seed,
            inputs={},
            created_at=now,
            published_at=now,
            result_digest="0",
            seats=1,
        )


def test_the_database_refuses_a_list_of_two_cohorts(waiting: Waiting, now: datetime) -> None:
    other = make_waiting(now, slug="autumn", people=2)
    run = draw_up(cohort_id=waiting.cohort.pk, step="bootcamp", by=None, now=now)
    people = [waiting.applications[0], other.applications[0]]

    with pytest.raises(IntegrityError, match="is not of the cohort of run"), transaction.atomic():
        Entry.objects.bulk_create(
            Entry(
                selection=run,
                application=person,
                scores={},
                outcome="selected",
                position=place,
                rank=place,
            )
            for place, person in enumerate(people, start=1)
        )

    assert not run.entries.exists()


def test_the_database_keeps_who_is_in_a_list_in_their_cohort(
    shortlist: Shortlist, waiting: Waiting, now: datetime
) -> None:
    other = make_waiting(now, slug="autumn", people=1)
    listed, free = shortlist.selected[0], other.applications[0]

    with pytest.raises(IntegrityError, match="stays in its cohort"), transaction.atomic():
        Application.objects.filter(pk=listed.pk).update(cohort=other.cohort)
    Application.objects.filter(pk=free.pk).update(cohort=waiting.cohort)

    listed.refresh_from_db()
    assert listed.cohort == waiting.cohort


def test_the_final_list_goes_through_the_same_machinery_without_a_reply(
    waiting: Waiting, now: datetime
) -> None:
    cohort = waiting.cohort
    Cohort.objects.filter(pk=cohort.pk).update(finalists=2, finalists_with_ties=2)
    cohort.refresh_from_db()
    for application in waiting.applications:
        application.stage = "place-confirmed"
        application.save()
    prepare_list(
        cohort,
        "final",
        criteria=[("test.score", Decimal(1))],
        reserves=2,
        by=waiting.staff.asker,
        now=now,
    )
    waiting.give(80, 70, 60, 50, 40, None)

    final = cohort_after_shortlist(cohort, waiting.staff, now=now, step="final")

    assert stages(*waiting.applications) == [
        *["finalist"] * 2,
        *["final-reserve"] * 2,
        *["not-finalist"] * 4,
    ]
    assert [messages_to(a)[0] for a in waiting.applications[:5]] == [
        *["finalist"] * 2,
        *["final-reserve"] * 2,
        "not-finalist",
    ]
    holders = Entry.objects.filter(selection=final.selection, seat__isnull=False)
    assert list(holders.values_list("seat", "reply", "reply_by")) == [
        (1, "not-asked", None),
        (2, "not-asked", None),
    ]
    assert close_reserves(now=cohort.rankings_close_at) == 2
    assert [messages_to(a)[-1] for a in final.reserves] == ["final-reserve-closed"] * 2


def test_publishing_more_people_takes_no_more_queries_for_each(
    waiting: Waiting, drawn: Selection, now: datetime, django_assert_max_num_queries: object
) -> None:
    other = make_waiting(now, slug="autumn", people=120, places=40, reserves=30)
    other.give(*range(120))
    large = draw_up_step(other.cohort, "bootcamp", by=other.staff.asker, now=now)
    approve(large, by=other.staff.asker, approver=other.staff.second, now=now)

    with django_assert_max_num_queries(56):
        publish_selection(selection_id=large.pk, by=other.staff.asker, now=now)
