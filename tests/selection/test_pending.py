"""A list waits for what could still move somebody across its line, and for nothing else."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.models import AccessRequest, Application, DuplicateCase
from dtt.play.selection import approve, draw_up_step
from selection import pending
from selection.domain.publishing import (
    UnableToPublish,
    approve_publication,
    publish_due,
    publish_selection,
    request_publication,
)
from selection.models import Selection
from tests.selection.conftest import Waiting, stages

pytestmark = pytest.mark.django_db
UNDECIDED: dict[str, set[int]] = {"test.falls": set(), "test.rises": set()}


def falls(cohort_id: int, now: datetime) -> set[int]:
    return UNDECIDED["test.falls"]


def rises(cohort_id: int, now: datetime) -> set[int]:
    return UNDECIDED["test.rises"]


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pending, "_kinds", dict(pending._kinds))
    pending.register("test.falls", title="A case", applications_of=falls)
    pending.register("test.rises", title="An appeal", applications_of=rises, can_rise=True)
    yield
    for undecided in UNDECIDED.values():
        undecided.clear()


@pytest.fixture
def ready(waiting: Waiting, now: datetime) -> Selection:
    selection = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    approve(selection, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    return selection


@pytest.mark.parametrize(
    ("kind", "person", "waits"),
    [
        ("test.falls", 0, True),  # selected
        ("test.falls", 5, True),  # the last of the reserves
        ("test.falls", 6, False),  # below: whatever is decided, the list is the same
        ("test.rises", 6, True),
    ],
)
def test_a_list_waits_for_who_could_cross(
    ready: Selection, waiting: Waiting, now: datetime, kind: str, person: int, waits: bool
) -> None:
    UNDECIDED[kind].add(waiting.applications[person].pk)

    if waits:
        with pytest.raises(UnableToPublish, match="could still cross"):
            publish_selection(selection_id=ready.pk, by=waiting.staff.asker, now=now)
    else:
        publish_selection(selection_id=ready.pk, by=waiting.staff.asker, now=now)

    assert (set(stages(*waiting.applications)) == {"eligible"}) is waits


def test_it_is_published_once_that_is_decided(
    ready: Selection, waiting: Waiting, now: datetime
) -> None:
    digest = ready.digest
    UNDECIDED["test.falls"].add(waiting.applications[0].pk)
    with pytest.raises(UnableToPublish):
        publish_selection(selection_id=ready.pk, by=waiting.staff.asker, now=now)
    UNDECIDED["test.falls"].clear()

    published = publish_selection(selection_id=ready.pk, by=waiting.staff.asker, now=now)

    assert (published.state, published.digest) == ("published", digest)


def test_somebody_of_another_cohort_is_nobody_here(
    ready: Selection, waiting: Waiting, now: datetime
) -> None:
    UNDECIDED["test.rises"].add(10**9)

    assert pending.matters_of(ready, now) == []


def test_a_list_at_its_instant_says_why_it_waits(waiting: Waiting, now: datetime) -> None:
    asker, second = waiting.staff.asker, waiting.staff.second
    drawn = draw_up_step(waiting.cohort, "bootcamp", by=asker, now=now)
    instant = now + timedelta(hours=1)
    request_publication(selection_id=drawn.pk, by=asker, now=now, publish_at=instant)
    drawn.refresh_from_db()
    approve_publication(selection_id=drawn.pk, digest=drawn.digest, by=second, now=now)
    UNDECIDED["test.falls"].add(waiting.applications[1].pk)

    assert publish_due(now=instant) == 0
    drawn.refresh_from_db()
    assert "A case: 1" in drawn.trouble


def test_the_page_of_the_run_names_them(
    ready: Selection, waiting: Waiting, django_assert_max_num_queries: Callable[..., object]
) -> None:
    UNDECIDED["test.falls"].update(a.pk for a in waiting.applications[:3])
    client = Client()
    client.force_login(waiting.staff.asker)

    page = client.get(reverse("admin:selection_selection_change", args=[ready.pk]))

    text = page.content.decode()
    assert "It cannot be published while these are pending" in text
    assert all(application.reference in text for application in waiting.applications[:3])


def test_a_name_belongs_to_one_function() -> None:
    pending.register("test.falls", title="A case", applications_of=falls)
    with pytest.raises(pending.MatterNamedTwice):
        pending.register("test.falls", title="Another", applications_of=rises)


def test_an_unanswered_access_request_is_waited_for_and_names_nobody(
    ready: Selection, waiting: Waiting, now: datetime
) -> None:
    """Selectors learn that somebody waits, and not who asked for an arrangement."""
    person = waiting.applications[6]
    asked = AccessRequest.objects.create(application=person, needs="More time.", requested_at=now)
    client = Client()
    client.force_login(waiting.staff.asker)
    address = reverse("admin:selection_selection_change", args=[ready.pk])

    page = client.get(address).content.decode()
    warning = page[page.index('<div class="warn"') :].partition("</div>")[0]

    assert "The accommodation officer has not answered a request: 1 person" in warning
    assert person.reference not in warning
    with pytest.raises(UnableToPublish, match="has not answered a request: 1"):
        publish_selection(selection_id=ready.pk, by=waiting.staff.asker, now=now)
    AccessRequest.objects.filter(pk=asked.pk).update(
        state="granted", decided_at=now, decided_by=waiting.staff.second
    )
    publish_selection(selection_id=ready.pk, by=waiting.staff.asker, now=now)


@pytest.mark.parametrize(("second", "waits"), [("eligible", True), ("ineligible", False)])
def test_two_applications_that_may_be_one_persons_are_waited_for(
    ready: Selection, waiting: Waiting, now: datetime, second: str, waits: bool
) -> None:
    one, other = waiting.applications[:2]
    Application.objects.filter(pk=other.pk).update(stage=second)
    DuplicateCase.objects.create(
        cohort=waiting.cohort, first=one, second=other, reason="mobile", found_at=now
    )

    found = {matter.title: matter.people for matter in pending.matters_of(ready, now)}

    assert found == ({"Two applications may be one person’s": 2} if waits else {})


def test_the_database_is_asked_as_often_for_many_as_for_one(
    ready: Selection,
    waiting: Waiting,
    now: datetime,
    django_assert_num_queries: Callable[..., AbstractContextManager[object]],
) -> None:
    def ask_access(*people: Application) -> None:
        AccessRequest.objects.bulk_create(
            AccessRequest(application=person, needs="Time.", requested_at=now) for person in people
        )

    ask_access(waiting.applications[0])
    with CaptureQueriesContext(connection) as one:
        pending.matters_of(ready, now)
    ask_access(*waiting.applications[1:4])

    with django_assert_num_queries(len(one)):
        pending.matters_of(ready, now)
