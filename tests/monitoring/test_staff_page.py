"""The staff's page shows what was counted, in words where it may not show a number."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.roles import Role
from applications.models import Cohort
from dtt.play.people import make_cohort, make_user
from dtt.web.staff import groups
from monitoring.queries import treatment_in
from selection.domain.overriding import KIND, agree_override, ask_override
from selection.models import Selection
from tests.monitoring.conftest import Answered, ask
from tests.monitoring.test_forgetting import publish_final

pytestmark = pytest.mark.django_db


def read(now: datetime, *roles: Role, cohort: Cohort | None = None, language: str = "en") -> str:
    person = make_user(f"{'-'.join(roles)}@dtt.example", *roles, now=now)
    client = Client()
    client.force_login(person)
    client.cookies["django_language"] = language
    asked = {"cohort": cohort.pk} if cohort else {}
    answer = client.get(reverse("staff_equal_treatment"), asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def table_of(page: str, title: str) -> list[list[str]]:
    """The cells of the table under this heading."""
    html = page.split(f">{title}</h3>", 1)[1].split("</table>", 1)[0].split("<tbody>", 1)[1]
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in html.split("</tr>")
        if "<th" in row
    ]


def test_the_report_says_numbers_ratios_and_what_is_hidden(
    answered: Answered, now: datetime
) -> None:
    answered.count(answered.publish().selection)

    page = read(now, Role.AUDITOR)

    assert table_of(page, "Disability or long-term health condition") == [
        ["Yes", "20", "6", "14", "30.0%", "47.4% under four fifths: look"],
        ["No", "30", "19", "11", "63.3%", "100.0%"],
        ["Did not say", "10", "5", "5", "50.0%", "–"],
        ["Everybody", "60", "30", "30", "50.0%", ""],
    ]
    assert table_of(page, "Most at home in") == [
        ["Cantonese", "40", "20", "20", "50.0%", "–"],
        ["Putonghua", "hidden", "–"],
        ["English", "hidden", "–"],
        ["Another language", "hidden", "–"],
        ["Did not say", "hidden", "–"],
        ["Everybody", "60", "30", "30", "50.0%", ""],
    ]
    assert "Under four fifths of the highest ratio: Yes." in page
    assert page.count("Too few people to compare two groups.") == 4
    assert "a prompt to look at how the list came about, not a verdict" in page
    assert "a small number says little" in page


def test_before_a_list_is_published_and_before_it_is_counted_the_page_says_when(
    answered: Answered, now: datetime
) -> None:
    before = read(now, Role.AUDITOR)
    answered.publish()
    waiting = read(now, Role.DATA_PROTECTION_OFFICER)

    assert before.count("This list has not been published.") == 2
    assert waiting.count("This list has not been published.") == 1
    assert "It has not been counted yet. It is due on Tue 2 Mar 2027, 13:00 HKT" in waiting


def test_without_a_cohort_the_page_says_so(now: datetime) -> None:
    assert "There is no cohort yet." in read(now, Role.AUDITOR)


def test_the_cohort_that_is_asked_for_is_shown(answered: Answered, now: datetime) -> None:
    answered.count(answered.publish().selection)
    newer = make_cohort(now=now + timedelta(days=200), slug="newer")

    assert "Most at home in" not in read(now, Role.AUDITOR, cohort=newer)
    assert "Most at home in" in read(
        now, Role.DATA_PROTECTION_OFFICER, cohort=answered.waiting.cohort
    )


def test_people_moved_by_hand_are_counted_by_way_and_category_as_the_list_has_them(
    answered: Answered, now: datetime
) -> None:
    staff = answered.waiting.staff
    for person, way, category in (
        (answered.people[40], "in", "access"),
        (answered.people[41], "in", "access"),
        (answered.people[0], "out", "integrity"),
    ):
        approval = ask_override(
            cohort_id=answered.waiting.cohort.pk,
            step="bootcamp",
            reference=person.reference,
            way=way,
            category=category,
            reason="as decided",
            by=staff.asker,
            now=now,
        )
        assert approval.kind == KIND
        agree_override(approval, staff.second, now)
    answered.publish()

    [bootcamp, final] = treatment_in(answered.waiting.cohort)

    assert [(one.way, one.category, one.people) for one in bootcamp.moved] == [
        ("moved in", "an access arrangement was not given", 2),
        ("moved out", "an integrity case was decided", 1),
    ]
    assert final.moved == ()
    assert answered.people[0].reference not in read(now, Role.AUDITOR)


def test_nobody_is_named_and_few_requests_are_not_numbered(
    answered: Answered, now: datetime
) -> None:
    answered.count(answered.publish().selection)

    page = read(now, Role.PROGRAMME_MANAGER)

    assert "Nobody was moved across the line of this list by hand." in page
    assert "Fewer than 5 people asked. Every request, if there was one, was answered" in page
    assert [person.reference for person in answered.people if person.reference in page] == []


def test_requests_are_numbered_from_five_on(answered: Answered, now: datetime) -> None:
    days = [1, 1, 1, 3, 9]
    for person, took in zip(answered.people, days, strict=False):
        ask(person, at=now, answered=now + timedelta(days=took))
    published = answered.publish().selection
    ask(answered.people[9], at=now, answered=None)
    answered.count(published)

    page = read(now, Role.AUDITOR)

    assert re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page) == [
        ("Asked", "6"),
        ("Answered within two working days", "3"),
        ("Answered later", "2"),
        ("Still open when counted", "1"),
    ]


@pytest.mark.parametrize(
    "role", [Role.REVIEWER, Role.QUIZ_AUTHOR, Role.ACCOMMODATION_OFFICER, Role.JUDGE]
)
def test_the_page_is_closed_to_everybody_else(now: datetime, role: Role) -> None:
    client = Client()
    client.force_login(make_user("somebody@dtt.example", role, now=now))

    answer = client.get(reverse("staff_equal_treatment"))

    assert answer.status_code in (302, 403)
    assert "Equal treatment" not in answer.content.decode()


def test_the_menu_leads_to_it() -> None:
    pages = [entry.page for _title, entries in groups() for entry in entries]

    assert "staff_equal_treatment" in pages


def test_one_list_or_two_with_tables_take_the_same_queries_and_none_asks_for_answers(
    answered: Answered, now: datetime
) -> None:
    first = answered.publish().selection
    cohort = answered.waiting.cohort

    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            treatment_in(cohort)
        return [query["sql"] for query in captured]

    none = asked()
    answered.count(first)
    one = asked()
    answered.count(publish_final(answered, cohort, at=answered.published_at))
    both = asked()

    assert [len(none), len(one), len(both)] == [2, 2, 2]
    assert Selection.objects.filter(state="published").count() == 2
    assert [sql for sql in both if "monitoring_answers" in sql] == []


def test_the_page_reads_in_chinese_too(answered: Answered, now: datetime) -> None:
    answered.count(answered.publish().selection)
    with translation.override("zh-hant"):
        published = [str(one.listing.title) for one in treatment_in(answered.waiting.cohort)]

    page = read(now, Role.AUDITOR, language="zh-hant")

    assert [title for title in published if title not in page] == []
