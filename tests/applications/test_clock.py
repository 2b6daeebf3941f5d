"""The server's clock decides, whatever zone the server thinks it is in."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.domain.applying import (
    UnableToApply,
    may_change,
    save_draft,
    start_application,
    submit_application,
)
from applications.domain.consents import required_texts
from applications.models import Application, Stage
from dtt.play.people import make_cohort, make_persona, make_user
from notifications.moments import HONG_KONG, say_instant
from tests.conftest import rolled_back

pytestmark = pytest.mark.django_db
# Fri 14 May 2027 is the last day: midnight in Hong Kong, which is noon in New York.
CLOSE = datetime(2027, 5, 15, 0, 0, tzinfo=HONG_KONG)
LAST = datetime(2027, 5, 14, 23, 59, 59, 999_000, tzinfo=HONG_KONG)
ZONES = ["UTC", "America/New_York"]
DECLARED = {"honour_code": True, "privacy_notice": True}


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, settings: LazySettings) -> Iterator[str]:
    """The process and the settings think that they are there."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = settings.TIME_ZONE = request.param
    time.tzset()
    timezone.get_default_timezone.cache_clear()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()
    timezone.get_default_timezone.cache_clear()


@pytest.fixture
def draft(zone: str) -> Application:
    opened = CLOSE - timedelta(days=14)
    cohort = make_cohort(now=opened, applications_close_at=CLOSE)
    person = make_user("tai.man@dtt.example", now=opened)
    started = start_application(cohort_id=cohort.pk, by=person, now=opened)
    persona = make_persona(1, days=cohort.bootcamp_dates, today=opened.date())
    saved = save_draft(
        application_id=started.pk,
        version=started.version,
        answers=persona.answers,
        by=person,
        now=opened,
    )
    return Application.objects.select_related("cohort").get(pk=saved.pk)


@pytest.mark.parametrize(("at", "open_"), [(LAST, True), (CLOSE, False)])
def test_until_23_59_means_until_that_minute_is_over(at: datetime, open_: bool) -> None:
    opened = CLOSE - timedelta(days=14)
    cohort = make_cohort(now=opened, applications_close_at=CLOSE - timedelta(minutes=1))
    person = make_user("tai.man@dtt.example", now=opened)
    application = start_application(cohort_id=cohort.pk, by=person, now=opened)

    read = Application.objects.select_related("cohort").get(pk=application.pk)

    assert may_change(read, at) is open_
    assert say_instant(read.cohort.applications_close_at) == "Fri 14 May 2027, 23:59 HKT (UTC+8)"


@pytest.mark.parametrize(("at", "status"), [(LAST, 302), (CLOSE, 422)])
def test_the_button_works_until_the_last_millisecond_of_the_day(
    client: Client, draft: Application, at: datetime, status: int
) -> None:
    posted = {
        "honour_code": "on",
        "privacy_notice": "on",
        "texts": ",".join(str(text.pk) for text in required_texts()),
    }
    with time_machine.travel(at.astimezone(UTC), tick=False):
        client.force_login(draft.user)

        saved = client.post(
            reverse("applications:save", args=[draft.reference]),
            {"section": "about", "version": draft.version, "surname_en": "WONG"},
        )
        answer = client.post(reverse("applications:submit", args=[draft.reference]), posted)

    draft.refresh_from_db()
    in_time = status == 302
    assert (answer.status_code, saved.status_code) == (status, 200 if in_time else 422)
    assert (draft.stage == Stage.DRAFT, draft.surname_en == "WONG") == (not in_time, in_time)
    assert draft.submitted_at == (at if in_time else None)


def test_the_close_is_said_in_hong_kong_time(client: Client, draft: Application) -> None:
    with time_machine.travel(LAST.astimezone(UTC), tick=False):
        client.force_login(draft.user)
        shown = client.get(reverse("applications:detail", args=[draft.reference]))

    assert "Sat 15 May 2027, 00:00 HKT" in shown.content.decode()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(offset=st.integers(-2_000_000, 2_000_000))
def test_before_the_close_every_instant_is_in_time_and_from_it_on_none(
    draft: Application, offset: int
) -> None:
    """Two seconds around it, in microseconds."""
    at = CLOSE + timedelta(microseconds=offset)
    accepted = True
    with rolled_back():
        try:
            submit_application(application_id=draft.pk, by=draft.user, now=at, **DECLARED)
        except UnableToApply:
            accepted = False

    assert accepted == (offset < 0) == may_change(draft, at)
