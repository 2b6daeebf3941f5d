"""A list waits for what could still move somebody across its line, and for nothing else."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

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


def falls(cohort_id: int) -> set[int]:
    return UNDECIDED["test.falls"]


def rises(cohort_id: int) -> set[int]:
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

    assert pending.matters_of(ready) == []


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
