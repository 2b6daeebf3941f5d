"""How long staff wait for a list when there are many: server time and queries at 20,000 rows."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from applications.models import Application, Cohort, Stage
from dtt.benches.measure import Measure
from dtt.play.crowd import Crowd, make_crowd
from dtt.play.people import make_cohort, make_user
from dtt.play.stage import own_stage

PEOPLE = 20_000
RUNS = 5
PAGES = {"story": 30, "today": 40, "cohort": 60}  # that read from every room: queries allowed


def staff_lists() -> Iterator[Measure]:
    """Every list of staff at 20,000 applications: the slowest answer, and the most queries."""
    with own_stage("lists"):
        call_command("migrate", verbosity=0)
        now = datetime.now(UTC)
        manager = make_user("manager@lists.example", Role.PROGRAMME_MANAGER, now=now)
        cohorts = [make_cohort(now=now, slug=slug) for slug in ("spring", "autumn")]
        crowd = make_crowd(cohorts, PEOPLE, staff=manager, now=now)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        taken = dict(_take(manager, _addresses(crowd, cohorts[0].pk)))
    for name, (milliseconds, _queries) in taken.items():
        yield Measure(f"list_{name}", milliseconds, "ms", "< 300")
    for name, most in PAGES.items():
        yield Measure(f"list_{name}_queries", taken[name][1], "queries", f"< {most}")
    most = max(queries for name, (_milliseconds, queries) in taken.items() if name not in PAGES)
    yield Measure("list_most_queries", most, "queries", "< 15")


def _addresses(crowd: Crowd, cohort_id: int) -> Iterator[tuple[str, str]]:
    def of(model: str, query: str = "") -> str:
        return reverse(f"admin:{model}_changelist") + query

    one = Application.objects.select_related("user").get(pk=crowd.application_ids[PEOPLE // 2])
    named = Application.objects.exclude(name_zh="").earliest("pk")
    applications = "applications_application"
    yield "today", reverse("admin:index")
    yield "cohort", reverse("staff_cohort", args=[Cohort.objects.get(pk=cohort_id).slug])
    yield "applications", of(applications)
    narrowed = f"?cohort__id__exact={cohort_id}&stage__exact={Stage.ELIGIBLE}"
    yield "of_cohort_and_stage", of(applications, narrowed)
    yield "by_surname", of(applications, f"?q={one.surname_en}")
    yield "by_whole_name", of(applications, f"?q={one.surname_en}+{one.given_en}")
    yield "by_chinese_name", of(applications, f"?q={named.name_zh}")
    yield "by_part_of_address", of(applications, f"?q={one.user.email[5:16]}")
    yield "by_mobile", of(applications, f"?q={one.mobile[-8:]}")
    yield "with_late_access", of(applications, "?late=yes")
    yield "with_duplicates", of(applications, "?duplicates=yes")
    yield "page_200", of(applications, "?p=200")
    yield "review_queue", reverse("admin:applications_review_queue")
    waiting = Application.objects.filter(stage=Stage.SUBMITTED).order_by("submitted_at")
    middle = waiting[waiting.count() // 2]
    yield "review_next", reverse("admin:applications_review_next")
    yield "review_page", reverse("admin:applications_review", args=[middle.pk])
    yield "story", reverse("admin:applications_application_change", args=[one.pk])
    yield "duplicates", of("applications_duplicatecase")
    yield "audit_trail", of("accounts_auditevent")
    yield "people", of("accounts_user")
    yield "people_by_address", of("accounts_user", f"?q={one.user.email[5:16]}")
    yield "messages", of("notifications_message")
    yield "import_files", of("applications_importfile")


def _take(
    manager: User, addresses: Iterator[tuple[str, str]]
) -> Iterator[tuple[str, tuple[float, int]]]:
    host = next((one for one in settings.ALLOWED_HOSTS if one not in ("*", "")), "localhost")
    browser = Client(SERVER_NAME=host)
    browser.force_login(manager)
    for name, address in addresses:
        count = Counter()
        with connection.execute_wrapper(count):
            status = browser.get(address).status_code
        if status != (302 if name == "review_next" else 200):
            raise RuntimeError(f"{address} answers {status}")
        times = []
        for _ in range(RUNS):
            begun = time.perf_counter()
            browser.get(address)
            times.append((time.perf_counter() - begun) * 1000)
        yield name, (statistics.median(times), count.queries)


class Counter:
    """Counts the statements that a connection executes."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.queries += 1
        return execute(sql, params, many, context)
