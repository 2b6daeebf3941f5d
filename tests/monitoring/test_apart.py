"""Nothing that ranks, reviews or tells can reach an answer: by its imports, and as it runs."""

import re
from datetime import datetime

import grimp
import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.roles import Role
from applications.models import Application
from dtt.play.people import make_user
from dtt.play.selection import draw_up_step
from monitoring.models import Answers, ListCount
from selection import foresight, pending, sources
from selection.models import Entry, Override
from tests.monitoring.conftest import Answered, answer

ROOMS = ["accounts", "notifications", "applications", "selection", "quiz", "bootcamp", "matching"]
FEEDS_A_RANKING = ("selection.sources", "selection.foresight", "selection.pending")


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph(*ROOMS, "monitoring", "dtt", include_external_packages=False)


def test_no_room_imports_monitoring_not_even_by_way_of_another(imports: grimp.ImportGraph) -> None:
    chains = {
        room: imports.find_shortest_chain(room, "monitoring", as_packages=True) for room in ROOMS
    }

    assert imports.find_modules_that_directly_import("monitoring.rules")  # the graph knows it
    assert chains == dict.fromkeys(ROOMS)


def test_monitoring_imports_nothing_by_which_it_could_feed_a_ranking(
    imports: grimp.ImportGraph,
) -> None:
    ours = [name for name in imports.modules if name.split(".")[0] == "monitoring"]
    met = {
        found
        for name in ours
        for found in imports.find_modules_directly_imported_by(name)
        if found in FEEDS_A_RANKING or found.startswith("selection.domain")
    }

    assert len(ours) > 10
    assert met == set()


def test_no_score_what_if_or_open_question_comes_from_this_room() -> None:
    registered = [source.scores for source in sources._sources.values()]
    registered += [kind.applications_of for kind in pending._kinds.values()]
    registered += [what_ifs for _title, what_ifs in foresight._registered.values()]

    assert registered
    assert [one for one in registered if one.__module__.split(".")[0] == "monitoring"] == []


def test_no_table_of_this_room_is_in_the_staff_site() -> None:
    assert [model for model in (Answers, ListCount) if admin.site.is_registered(model)] == []


def test_no_query_can_reach_an_answer_from_an_application_or_a_list() -> None:
    below = (Application, Entry, Override)
    ways = {
        f"{model.__name__}.{field.get_accessor_name()}"
        for model in below
        for field in model._meta.get_fields()
        if field.auto_created and not field.concrete and field.related_model in (Answers, ListCount)
    }

    assert ways == set()


@pytest.mark.django_db
def test_drawing_a_list_up_asks_no_table_of_this_room_and_no_answer_changes_it(
    answered: Answered, now: datetime
) -> None:
    cohort, by = answered.waiting.cohort, answered.waiting.staff.asker
    with CaptureQueriesContext(connection) as captured:
        first = draw_up_step(cohort, "bootcamp", by=by, now=now)
        for name in sources._sources:
            sources.get(name).scores(cohort.pk)
    Answers.objects.all().delete()
    answer(list(reversed(answered.people)), now=now)
    second = draw_up_step(cohort, "bootcamp", by=by, now=now)

    asked = [query["sql"] for query in captured if "monitoring_" in query["sql"]]
    assert asked == []
    assert (second.input_digest, second.result_digest) == (
        first.input_digest,
        first.result_digest,
    )


@pytest.mark.django_db
def test_publishing_asks_no_table_of_this_room(answered: Answered) -> None:
    with CaptureQueriesContext(connection) as captured:
        answered.publish()

    assert [query["sql"] for query in captured if "monitoring_" in query["sql"]] == []


@pytest.mark.django_db
def test_the_pages_of_a_manager_are_the_same_whether_or_not_somebody_has_answered(
    answered: Answered, now: datetime
) -> None:
    person = answered.people[0]
    manager = Client()
    manager.force_login(answered.waiting.staff.asker)
    pages = [
        reverse("admin:applications_application_change", args=[person.pk]),
        reverse("admin:applications_application_changelist") + f"?q={person.reference}",
        reverse("admin:applications_counts"),
        reverse("admin:accounts_auditevent_changelist"),
        reverse("staff_equal_treatment"),
    ]
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')

    def read() -> list[str]:
        return [token.sub("", manager.get(page).content.decode()) for page in pages]

    read()
    before = read()
    Answers.objects.filter(application=person).delete()
    after = read()

    assert after == before


@pytest.mark.django_db
def test_that_somebody_answered_is_read_in_the_trail_by_inspectors_alone(
    answered: Answered, now: datetime
) -> None:
    AuditEvent.objects.create(
        at=now,
        actor=answered.people[0].user,
        verb="give-monitoring-answers",
        object_type=Answers._meta.label_lower,
        object_id="1",
        digest="0" * 64,
    )
    trail = reverse("admin:accounts_auditevent_changelist")

    found = {}
    for role in (Role.PROGRAMME_MANAGER, Role.AUDITOR, Role.DATA_PROTECTION_OFFICER):
        reader = Client()
        reader.force_login(make_user(f"{role}@dtt.example", role, now=now))
        page = reader.get(trail).content.decode()
        found[role] = "Answers on equal opportunities 1" in page

    assert found == {
        Role.PROGRAMME_MANAGER: False,
        Role.AUDITOR: True,
        Role.DATA_PROTECTION_OFFICER: True,
    }
