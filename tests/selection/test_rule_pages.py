"""The page on which a list's rule is set: without scripts, in two languages, nothing lost."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import AuditEvent, User
from accounts.roles import Role
from applications.models import Cohort
from dtt.play.people import make_cohort, make_user
from dtt.play.selection import Shortlist, Staff, draw_up_step, make_staff
from selection.models import SelectionRule
from tests.forms import fields_of
from tests.selection.conftest import Waiting

pytestmark = pytest.mark.django_db
TYPED = {
    "weight-test.score": "0.7",
    "weight-test.core": "0.3",
    "tie-1": "test.core",
    "tie-2": "test.score",
    "tie-3": "",
    "tie_policy": "draw",
    "reserves": "12",
    "reason": "",
    "replaces": "0",
}


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def staff(db: None, now: datetime) -> Staff:
    return make_staff(now=now)


@pytest.fixture
def cohort(db: None, now: datetime) -> Cohort:
    """Nobody has applied to it, so no score is known."""
    return make_cohort(now=now, slug="spring", places=3, places_with_ties=4)


def address(cohort: Cohort, step: str = "bootcamp") -> str:
    return reverse("admin:selection_selectionrule_of_list", args=[cohort.slug, step])


def client_of(user: User, language: str = "en") -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = language
    return client


def look(user: User, cohort: Cohort, language: str = "en") -> str:
    return client_of(user, language).get(address(cohort)).content.decode()


def post(user: User, cohort: Cohort, language: str = "en", **typed: Any) -> HttpResponse:
    whole = {name: value for name, value in (TYPED | typed).items() if value is not None}
    return client_of(user, language).post(address(cohort), whole)


def test_a_rule_is_looked_at_in_words_and_then_set(staff: Staff, cohort: Cohort) -> None:
    looked = post(staff.asker, cohort, look="1")
    before = SelectionRule.objects.count()
    kept = post(staff.asker, cohort, keep="1")

    rule = SelectionRule.objects.get()
    page = looked.content.decode()
    assert (looked.status_code, before) == (200, 0)
    assert "Score = 0.7 × Test + 0.3 × Test, core topics." in page
    assert "compared by Test, core topics, then by Test." in page
    assert 'name="weight-test.score" value="0.7"' in page
    assert kept.status_code == 302
    assert [str(m) for m in get_messages(kept.wsgi_request)] == ["Version 1 is in force."]
    assert dict(rule.criteria) == {"test.score": "0.7", "test.core": "0.3"}
    assert (rule.tie_breakers, rule.tie_policy) == (["test.core", "test.score"], "draw")
    assert (rule.reserves, rule.created_by) == (12, staff.asker)


def test_a_rule_cannot_be_set_that_was_never_looked_at(staff: Staff, cohort: Cohort) -> None:
    page = look(staff.asker, cohort)

    assert 'name="look"' in page
    assert 'name="keep"' not in page


SCORE = {"name": "Test"}
FINITE = "The weight of “%(name)s” is not a finite decimal."
RANGE = "The weight of “%(name)s” is not from 0 to 1."
STRANGER = ("There are no scores named “%(value)s”.", {"value": "nobody.knows"})
TWICE = "“%(name)s” is named twice."
WRONG: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    (
        {"weight-test.score": "0.6"},
        "The weights do not sum to 1: together they are %(total)s.",
        {"total": "0.9"},
    ),
    ({"weight-test.score": "NaN"}, FINITE, SCORE),
    ({"weight-test.score": "Infinity"}, FINITE, SCORE),
    ({"weight-test.score": "1e999"}, RANGE, SCORE),
    ({"weight-test.score": "-0.1"}, RANGE, SCORE),
    (
        {"weight-test.score": "seven"},
        "“%(typed)s” is no number. Write a decimal from 0 to 1, such as 0.35.",
        {"typed": "seven"},
    ),
    (
        {"weight-test.score": "0.7000001"},
        "The weight of “%(name)s” has more than %(most)d digits after the point.",
        SCORE | {"most": 6},
    ),
    ({"weight-nobody.knows": "0"}, *STRANGER),
    ({"weight-test.score": ["0.35", "0.35"]}, TWICE, SCORE),
    ({"tie-2": "test.core"}, TWICE, {"name": "Test, core topics"}),
    ({"tie-1": "nobody.knows"}, *STRANGER),
    ({"reserves": "-1"}, "A reserve list has 0 people or more.", {}),
    ({"reserves": "9" * 12}, "A reserve list has at most 100,000 people.", {}),
    ({"reserves": "many"}, "Write a whole number.", {}),
]


@pytest.mark.parametrize("language", ["en", "zh-hant"])
@pytest.mark.parametrize(("typed", "why", "with_values"), WRONG)
def test_what_cannot_be_a_rule_is_said_and_kept_on_the_page(
    staff: Staff,
    cohort: Cohort,
    typed: dict[str, Any],
    why: str,
    with_values: dict[str, Any],
    language: str,
) -> None:
    answer = post(staff.asker, cohort, language, keep="1", **typed)

    page = answer.content.decode()
    kept = {name: value for name, value in typed.items() if isinstance(value, str)}
    with translation.override(language):
        said = gettext(why) % with_values
    assert (answer.status_code, said in page) == (422, True)
    for name, value in (TYPED | kept).items():
        if name.startswith("weight-test") and not isinstance(typed.get(name), list):
            assert f'name="{name}" value="{value}"' in page
    assert f'name="reserves" value="{kept.get("reserves", "12")}"' in page
    assert SelectionRule.objects.count() == 0
    assert not AuditEvent.objects.filter(verb="set-rule").exists()


def test_all_that_is_wrong_is_said_at_once(staff: Staff, cohort: Cohort) -> None:
    wrong = {"weight-test.score": "NaN", "weight-test.core": "-1", "tie-2": "test.core"}

    page = post(staff.asker, cohort, keep="1", reserves="-1", **wrong).content.decode()

    summary = page.split('role="alert"')[1].split("</ul>")[0]
    assert [part.split("</li>")[0].split("</a>: ")[1] for part in summary.split("<li>")[1:]] == [
        "A reserve list has 0 people or more.",
        "The weight of “Test” is not a finite decimal.",
        "The weight of “Test, core topics” is not from 0 to 1.",
        "“Test, core topics” is named twice.",
    ]


@pytest.mark.parametrize("missing", ["tie_policy", "reserves", "replaces"])
def test_a_form_that_lacks_a_part_sets_nothing(staff: Staff, cohort: Cohort, missing: str) -> None:
    answer = post(staff.asker, cohort, keep="1", **{missing: None})

    assert answer.status_code == 422
    assert SelectionRule.objects.count() == 0


def test_known_scores_are_warned_of_and_need_a_reason(waiting: Waiting) -> None:
    asker = waiting.staff.asker
    page = look(asker, waiting.cohort)
    refused = post(asker, waiting.cohort, keep="1", replaces="1")
    kept = post(asker, waiting.cohort, keep="1", replaces="1", reason="The board says so.")

    assert "Scores are known already." in page
    assert "A rule is to be published before anybody has a score." in page
    assert refused.status_code == 422
    assert "say why the rule is set now." in refused.content.decode()
    assert 'value="0.7"' in refused.content.decode()
    assert kept.status_code == 302
    assert AuditEvent.objects.filter(verb="set-rule").latest("id").reason == "The board says so."
    assert "The board says so." in look(asker, waiting.cohort)


def test_without_scores_nobody_is_warned(staff: Staff, cohort: Cohort) -> None:
    assert "Scores are known already." not in look(staff.asker, cohort)


def test_two_who_set_a_rule_at_once_do_not_undo_each_other(staff: Staff, cohort: Cohort) -> None:
    post(staff.second, cohort, keep="1")
    late = post(staff.asker, cohort, keep="1", reserves="5")

    assert late.status_code == 422
    assert "Somebody has set another rule since you opened this page." in late.content.decode()
    assert 'name="reserves" value="5"' in late.content.decode()
    assert SelectionRule.objects.get().reserves == 12


def test_the_same_rule_again_is_no_new_version(staff: Staff, cohort: Cohort) -> None:
    post(staff.asker, cohort, keep="1")
    again = post(staff.asker, cohort, keep="1", replaces="1", **{"weight-test.score": "0.70"})

    assert [str(m) for m in get_messages(again.wsgi_request)][-1] == (
        "This is the rule in force. Nothing was changed."
    )
    assert SelectionRule.objects.count() == 1


def test_after_publication_the_page_only_tells(shortlist: Shortlist) -> None:
    page = look(shortlist.staff.asker, shortlist.cohort)
    late = post(shortlist.staff.asker, shortlist.cohort, keep="1", replaces="1", reason="Too late.")

    assert "This list has been published: its rule cannot change." in page
    assert 'name="reserves"' not in page
    assert late.status_code == 422
    assert SelectionRule.objects.count() == 1


def test_a_run_in_work_is_said_to_become_stale(waiting: Waiting, now: datetime) -> None:
    run = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)

    page = look(waiting.staff.asker, waiting.cohort)

    assert f'<a href="{run.get_absolute_url()}">Run 1</a>' in page
    assert "cannot be published and must be drawn up again" in page


def test_more_places_than_people_are_pointed_out(waiting: Waiting) -> None:
    few = "all who can be ranked would be selected"
    before = look(waiting.staff.asker, waiting.cohort)
    Cohort.objects.filter(pk=waiting.cohort.pk).update(places=9, places_with_ties=9)

    after = look(waiting.staff.asker, waiting.cohort)

    assert (few in before, few in after) == (False, True)
    assert reverse("admin:applications_cohort_change", args=[waiting.cohort.pk]) in after


def test_an_auditor_reads_the_history_and_sets_nothing(staff: Staff, cohort: Cohort) -> None:
    post(staff.asker, cohort, keep="1")
    auditor = make_user("auditor@staff.dtt.example", Role.AUDITOR)

    page = look(auditor, cohort)
    answer = post(auditor, cohort, keep="1", replaces="1", reserves="5")

    assert "Version 1" in page
    assert "Programme manager" in page
    assert 'name="reserves"' not in page
    assert answer.status_code == 403
    assert SelectionRule.objects.count() == 1


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.QUIZ_AUTHOR])
def test_other_staff_do_not_see_it(cohort: Cohort, role: Role) -> None:
    client = client_of(make_user("other@staff.dtt.example", role))

    assert client.get(address(cohort)).status_code == 403


@pytest.mark.parametrize(("slug", "step"), [("spring", "third"), ("winter", "bootcamp")])
def test_a_list_that_does_not_exist_is_not_found(
    staff: Staff, cohort: Cohort, slug: str, step: str
) -> None:
    url = reverse("admin:selection_selectionrule_of_list", args=[slug, step])

    assert client_of(staff.asker).get(url).status_code == 404


def test_the_page_takes_as_many_queries_for_three_versions_as_for_one(
    staff: Staff, cohort: Cohort, django_assert_max_num_queries: Any
) -> None:
    client = client_of(staff.asker)
    counts = []
    for version in range(3):
        post(staff.asker, cohort, keep="1", replaces=str(version), reserves=str(version))
        client.get(address(cohort))
        with django_assert_max_num_queries(40) as queries:
            client.get(address(cohort))
        counts.append(len(queries))

    assert counts == [counts[0]] * 3


def test_the_public_reads_the_rule_on_the_page_of_the_cohort(staff: Staff, cohort: Cohort) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(is_public=True)
    post(staff.asker, cohort, keep="1")

    page = Client().get(cohort.get_absolute_url()).content.decode()

    assert "Score = 0.7 × Test + 0.3 × Test, core topics." in page
    assert "Score = Mini-project." in page


@pytest.mark.parametrize("language", ["en", "zh-hant"])
@pytest.mark.parametrize("typed", ["0", "-1"])
@pytest.mark.parametrize("name", ["places", "finalists"])
def test_places_of_nobody_are_refused_where_places_are_set(
    staff: Staff, cohort: Cohort, name: str, typed: str, language: str
) -> None:
    client = client_of(staff.asker, language)
    url = reverse("admin:applications_cohort_change", args=[cohort.pk])
    shown = fields_of(client.get(url), "cohort_form")

    answer = client.post(url, shown | {name: typed})

    page = answer.content.decode()
    with translation.override(language):
        why = gettext("Give a whole number from 1 to %(most)d.")
    assert why % {"most": 100_000} in page
    assert f'name="{name}" value="{typed}"' in page
    cohort.refresh_from_db()
    assert (cohort.places, cohort.finalists) == (3, 50)
