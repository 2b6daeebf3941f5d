"""The first page of staff: numbers that SQL confirms, what is due, and no query more for more."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Job, User
from accounts.roles import Role
from applications.models import AccessRequest, Application, Cohort, DuplicateCase, Stage
from dtt.play.people import make_applicants, make_cohort, make_user
from dtt.play.selection import cohort_after_shortlist, draw_up_step, make_staff
from notifications.models import AddressTrouble, Message
from selection.domain.publishing import approve_publication, publish_due, request_publication
from selection.domain.replying import confirm_place
from selection.models import Entry
from tests.selection.conftest import make_waiting

pytestmark = pytest.mark.django_db
BEGINS = {
    "Applications that wait": "applications_application WHERE stage = 'submitted'",
    "Pairs of applications": "applications_duplicatecase WHERE state = 'open'",
    "Questions that wait": "quiz_itemversion WHERE approved_at IS NULL",
    "People who sit": "quiz_attempt WHERE state = 'open'",
    "Lists in trouble": "selection_selection WHERE state IN ('drawn', 'published')"
    " AND trouble <> ''",
    "Lists that are": (
        "selection_selection s WHERE s.state = 'drawn' AND s.publish_at IS NOT NULL"
        " AND s.trouble = '' AND NOT EXISTS (SELECT 1 FROM accounts_approval a"
        " WHERE a.kind = 'publish-selection' AND a.object_id = s.id::text"
        " AND a.state = 'approved' AND a.expires_at > '{now}'::timestamptz"
        " AND NOT EXISTS (SELECT 1 FROM accounts_approval b WHERE b.kind = a.kind"
        " AND b.object_id = a.object_id AND b.id > a.id))"
    ),
    "Appeals": "selection_appeal WHERE state = 'open'",
    "Opportunities": "matching_opportunity WHERE state = 'draft'",
    "Offers": "matching_offer WHERE state = 'sent'",
    "Texts of messages": (
        "notifications_lettertext t, accounts_approval a WHERE a.object_id = t.id::text"
        " AND a.kind LIKE 'read-letter-%' AND a.state = 'requested' AND NOT EXISTS"
        " (SELECT 1 FROM accounts_reader r WHERE r.person_id <> t.written_by_id)"
    ),
    "Letters to many": (
        "notifications_announcement a JOIN accounts_approval p ON p.object_id = a.id::text"
        " AND p.kind = 'send-announcement' WHERE a.state = 'agreed'"
        " AND p.decided_at <= '{now}'::timestamptz - interval '72 hours'"
    ),
    "Corrections": (
        "notifications_correction c JOIN accounts_approval p ON p.object_id = c.id::text"
        " AND p.kind = 'send-correction' WHERE c.state = 'draft'"
        " AND p.expires_at <= '{now}'::timestamptz"
    ),
    "Messages that may": (
        "notifications_message WHERE state = 'sending'"
        " AND (claimed_at <= '{now}'::timestamptz - interval '10 minutes' OR error <> '')"
    ),
    "Messages that could not": "notifications_message WHERE state = 'failed'",
    "Messages that were": "notifications_message WHERE state = 'withheld'",
    "Addresses from": "notifications_addresstrouble WHERE settled_at IS NULL",
    "Long work": (
        "accounts_job WHERE state = 'failed' AND ended_at >= '2027-02-22 00:00 +08'::timestamptz"
    ),
}


@pytest.fixture(autouse=True)
def _at_noon(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def seeded(now: datetime) -> Cohort:
    """Two cohorts with something in every queue that one row can fill, and as much that is over."""
    manager = make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=now)
    cohort = make_cohort(now=now, slug="spring")
    fill(cohort, manager, now=now)
    fill(make_cohort(now=now, slug="autumn"), manager, now=now, people=4)
    return cohort


def fill(cohort: Cohort, manager: User, *, now: datetime, people: int = 6) -> None:
    one, two, three, *others = make_applicants(cohort, people, now=now)
    rows = Application.objects.filter(cohort=cohort)
    rows.filter(pk__in=[one.pk, two.pk]).update(stage=Stage.SUBMITTED)
    rows.filter(pk=three.pk).update(stage=Stage.ELIGIBLE)
    for first, second, state in ((one, two, "open"), (one, three, "distinct")):
        DuplicateCase.objects.create(
            cohort=cohort,
            first=first,
            second=second,
            reason="mobile",
            found_at=now,
            **(
                {"state": state, "decided_at": now, "decided_by": manager}
                if state != "open"
                else {}
            ),
        )
    AccessRequest.objects.create(application=one, needs="…", requested_at=now)
    for number, (state, claimed) in enumerate(
        [("failed", 0), ("sending", 5), ("sending", 11), ("queued", 0), ("withheld", 0)]
    ):
        Message.objects.create(
            run=f"{cohort.slug}:{number}",
            person=others[0].user,
            kind="application-received",
            language="en",
            state=state,
            queued_at=now,
            due_at=now,
            claimed_at=now - timedelta(minutes=claimed) if claimed else None,
        )
    for number, settled in enumerate((None, now)):
        AddressTrouble.objects.create(
            person=others[0].user,
            address=f"{number}@{cohort.slug}.example",
            kind="bounced",
            first_at=now,
            last_at=now,
            settled_at=settled,
            settled_by=manager if settled else None,
        )
    for number, days in enumerate((1, 6, 8)):
        Job.objects.create(
            kind="nothing",
            payload={"cohort": cohort.pk, "number": number},
            state=Job.State.FAILED,
            asked_by=manager,
            asked_at=now - timedelta(days=days, hours=1),
            ended_at=now - timedelta(days=days),
        )


@pytest.fixture
def today(client: Client, now: datetime) -> Callable[[Role], tuple[Client, dict]]:
    def look(role: Role) -> tuple[Client, dict]:
        person = make_user(f"{role}@staff.dtt.example", role, now=now)
        client.force_login(person)
        return client, client.get(reverse("admin:index")).context

    return look


def counted(table: str, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM " + table.format(now=now.isoformat()))  # noqa: S608
        return int(cursor.fetchone()[0])


def test_every_tile_is_what_sql_counts_and_the_list_behind_it_shows(
    seeded: Cohort, today: Callable, now: datetime
) -> None:
    browser, context = today(Role.PROGRAMME_MANAGER)

    said = {str(tile.what): tile.count for tile in context["tiles"]}
    assert len(said) == len(BEGINS)
    for what, count in said.items():
        [table] = [table for words, table in BEGINS.items() if what.startswith(words)]
        assert count == counted(table, now), what
    assert sorted(said.values()) == [*[0] * 10, *[2] * 5, 4, 4]
    for tile in context["tiles"]:
        behind = browser.get(tile.url).context
        listed = behind["cl"].result_count if "cl" in behind else behind["page"].paginator.count
        assert listed == tile.count, tile.url


def number_on(tiles: list, begins: str) -> int:
    [tile] = [tile for tile in tiles if str(tile.what).startswith(begins)]
    return int(tile.count)


def test_lists_that_wait_for_a_second_person_or_could_not_appear_are_counted(
    today: Callable, now: datetime
) -> None:
    at = now + timedelta(hours=1)
    runs = []
    for slug in ("one", "two", "three", "four"):
        waiting = make_waiting(now, slug=slug).give(80, 70, 60, 50, 40, 30, 20, 10)
        runs.append(draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now))
    staff = make_staff(now=now)
    asker, second = staff.asker, staff.second
    by_hand, asked, refused, approved = runs
    request_publication(selection_id=by_hand.pk, by=asker, now=now)
    for run in (asked, refused, approved):
        request_publication(selection_id=run.pk, by=asker, now=now, publish_at=at)
        run.refresh_from_db()
    for run, approve in ((refused, False), (approved, True)):
        approve_publication(
            selection_id=run.pk,
            digest=run.digest,
            by=second,
            now=now,
            approve=approve,
            reason="no",
        )

    def seen() -> tuple[int, int]:
        browser, context = today(Role.PROGRAMME_MANAGER)
        for words in ("Lists in trouble", "Lists that are"):
            [tile] = [one for one in context["tiles"] if str(one.what).startswith(words)]
            assert tile.count == counted(BEGINS[words], timezone.now())
            assert browser.get(tile.url).context["cl"].result_count == tile.count
        return (
            number_on(context["tiles"], "Lists in trouble"),
            number_on(context["tiles"], "Lists that are"),
        )

    assert seen() == (0, 2)
    with time_machine.travel(at, tick=False):
        assert publish_due(now=at) == 1
        assert seen() == (2, 0)
    later = now + timedelta(hours=80)
    request_publication(
        selection_id=asked.pk, by=asker, now=later, publish_at=later + timedelta(hours=1)
    )
    with time_machine.travel(later, tick=False):
        assert seen() == (1, 1)


def test_places_that_wait_for_an_answer_are_the_rows_of_their_list(
    today: Callable, now: datetime
) -> None:
    shown = {}
    for slug in ("one", "two"):
        waiting = make_waiting(now, slug=slug).give(80, 70, 60, 50, 40, 30, 20, 10)
        shortlist = cohort_after_shortlist(waiting.cohort, waiting.staff, now=now)
        Entry.objects.filter(
            selection=shortlist.selection, application=shortlist.selected[0]
        ).update(reply_by=now + timedelta(days=9))
        if slug == "two":
            confirm_place(
                application_id=shortlist.selected[1].pk, by=shortlist.selected[1].user, now=now
            )

    browser, context = today(Role.PROGRAMME_MANAGER)

    for one in context["due"]:
        if one.what.endswith(("waits for an answer", "wait for an answer")):
            rows = browser.get(one.url).context["cl"].result_count
            shown[one.cohort.slug] = (int(one.what.split()[0]), rows, replies_in(one.cohort, now))
    assert shown == {"one": (2, 2, 2), "two": (1, 1, 1)}


def replies_in(cohort: Cohort, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM selection_entry e"
            " JOIN selection_selection s ON s.id = e.selection_id"
            " JOIN applications_application a ON a.id = e.application_id"
            " WHERE s.cohort_id = %s AND s.state = 'published' AND e.reply = 'offered'"
            " AND a.stage = 'place-offered' AND e.reply_by > %s AND e.reply_by < %s",
            [cohort.pk, now, now + timedelta(days=7)],
        )
        return int(cursor.fetchone()[0])


def test_where_everybody_stands_is_what_sql_counts(seeded: Cohort, today: Callable) -> None:
    _browser, context = today(Role.PROGRAMME_MANAGER)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cohort_id, stage, count(*) FROM applications_application GROUP BY 1, 2"
        )
        expected = {(cohort, stage): n for cohort, stage, n in cursor.fetchall()}
    shown = {
        (cohort.pk, row.stage.value): count
        for row in context["standings"]
        for cohort, (count, _url) in zip(context["cohorts"], row.cells, strict=True)
        if count
    }
    assert shown == expected


@pytest.mark.parametrize(
    ("role", "tiles", "dates"),
    [
        (Role.REVIEWER, 2, True),
        (Role.ACCOMMODATION_OFFICER, 1, False),
        (Role.QUIZ_AUTHOR, 1, False),
        (Role.AUDITOR, 15, True),
    ],
)
def test_a_role_is_shown_what_it_may_open(
    seeded: Cohort, today: Callable, now: datetime, role: Role, tiles: int, dates: bool
) -> None:
    browser, context = today(role)

    assert len(context["tiles"]) == tiles
    assert bool(context["sees_dates"]) == dates
    links = [tile.url for tile in context["tiles"]] + [one.url for one in context["due"]]
    assert [url for url in links if browser.get(url).status_code != 200] == []


def test_the_next_seven_days_of_every_cohort_are_there_and_no_eighth(
    seeded: Cohort, today: Callable, now: datetime
) -> None:
    Cohort.objects.filter(slug="spring").update(
        applications_open_at=now - timedelta(days=1),
        applications_close_at=now + timedelta(days=6, hours=23),
        quiz_opens_at=now + timedelta(days=7),
    )

    _browser, context = today(Role.PROGRAMME_MANAGER)

    mine = [(one.what, one.late) for one in context["due"] if one.cohort == seeded]
    assert mine == [("Applications close", False)]


def test_a_list_that_is_due_and_not_published_is_late(
    seeded: Cohort, today: Callable, now: datetime
) -> None:
    opened = now - timedelta(days=60)
    old = make_cohort(now=opened, slug="old")
    [waiting] = make_applicants(old, 1, now=opened)
    Application.objects.filter(pk=waiting.pk).update(stage=Stage.ELIGIBLE)
    assert old.shortlist_at < now

    _browser, context = today(Role.PROGRAMME_MANAGER)

    late = [(one.cohort, one.at) for one in context["due"] if one.late]
    assert late == [(old, old.shortlist_at)]


def test_many_cohorts_take_no_query_more(client: Client, now: datetime) -> None:
    manager = make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=now)
    client.force_login(manager)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("admin:index")).status_code == 200
        return len(captured)

    fill(make_cohort(now=now, slug="first"), manager, now=now)
    queries()
    one = queries()
    for number in range(7):
        fill(make_cohort(now=now, slug=f"more-{number}"), manager, now=now, people=4)

    assert queries() == one


@pytest.mark.parametrize("offset", [-1, 30, 200])
def test_the_page_of_a_cohort_draws_the_funnel_with_its_numbers(
    seeded: Cohort, client: Client, now: datetime, offset: int
) -> None:
    with time_machine.travel(now + timedelta(days=offset), tick=False):
        client.force_login(User.objects.get(email="manager@dtt.example"))
        answer = client.get(reverse("staff_cohort", args=[seeded.slug]))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert [(bar.label, bar.count) for bar in answer.context["chart"].bars][:2] == [
        ("Applied", 6),
        ("Eligible", 6),
    ]
    assert 'role="img" aria-labelledby="funnel-title funnel-desc"' in page
    states = {one.title: one.state.value for one in answer.context["stages"]}
    expected = {-1: "open", 30: "done", 200: "done"}
    assert states["Applications"] == expected[offset]
    assert states["Eligibility"] == {-1: "open", 30: "late", 200: "late"}[offset]
