"""The first page of staff: numbers that SQL confirms, what is due, and no query more for more."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Job, User
from accounts.roles import Role
from applications.models import AccessRequest, Application, Cohort, DuplicateCase, Stage
from dtt.play.people import make_applicants, make_cohort, make_user
from notifications.models import Message

pytestmark = pytest.mark.django_db
BEGINS = {
    "Applications that wait": "applications_application WHERE stage = 'submitted'",
    "Pairs of applications": "applications_duplicatecase WHERE state = 'open'",
    "Questions that wait": "quiz_itemversion WHERE approved_at IS NULL",
    "People who sit": "quiz_attempt WHERE state = 'open'",
    "Appeals": "selection_appeal WHERE state = 'open'",
    "Opportunities": "matching_opportunity WHERE state = 'draft'",
    "Offers": "matching_offer WHERE state = 'sent'",
    "Messages that may": (
        "notifications_message WHERE state = 'sending'"
        " AND (claimed_at <= '{now}'::timestamptz - interval '10 minutes' OR error <> '')"
    ),
    "Messages that could not": "notifications_message WHERE state = 'failed'",
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
        [("failed", 0), ("sending", 5), ("sending", 11), ("queued", 0)]
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
    assert sorted(said.values()) == [0, 0, 0, 0, 0, 2, 2, 2, 4, 4]
    for tile in context["tiles"]:
        behind = browser.get(tile.url).context
        listed = behind["cl"].result_count if "cl" in behind else behind["page"].paginator.count
        assert listed == tile.count, tile.url


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
        (Role.AUDITOR, 8, True),
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
