"""How many places a list had is one figure, wherever it is said, once the list is out."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from applications.domain.cohorts import UnableToChangeCohort, change_cohort
from applications.models import Cohort
from dtt.play.selection import approve, draw_up_step
from selection.domain.publishing import UnableToPublish, publish_selection
from selection.models import Selection
from tests.forms import fields_of
from tests.parallel import at_once
from tests.selection.conftest import Waiting, make_waiting
from tests.selection.test_hours_once_told import published
from tests.selection.test_leaving import final

__all__ = ["final"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        yield


def change(waiting: Waiting, now: datetime, **values: int) -> Cohort:
    return change_cohort(
        cohort_id=waiting.cohort.pk, values=values, by=waiting.staff.asker, now=now
    )


def settings_of(waiting: Waiting) -> dict[str, int]:
    names = ("places", "places_with_ties", "finalists", "finalists_with_ties")
    return Cohort.objects.values(*names).get(pk=waiting.cohort.pk)


@pytest.mark.parametrize("by", [-1, 1])
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("places", "“Bootcamp places” is published, and so are its {n} places: they stay."),
        (
            "places_with_ties",
            "“Bootcamp places” is published. The most places where scores tie, {n}, are part of "
            "its rule: they stay.",
        ),
        ("finalists", "“Finalists” is published, and so are its {n} places: they stay."),
        (
            "finalists_with_ties",
            "“Finalists” is published. The most places where scores tie, {n}, are part of its "
            "rule: they stay.",
        ),
    ],
)
def test_the_places_of_a_published_list_stay(
    final: tuple[Waiting, Selection], now: datetime, name: str, says: str, by: int
) -> None:
    waiting, run = final
    publish_selection(selection_id=run.pk, by=waiting.staff.asker, now=now)
    before = settings_of(waiting)

    with pytest.raises(UnableToChangeCohort) as refusal:
        change(waiting, now, **{name: before[name] + by})

    assert str(refusal.value) == says.format(n=before[name])
    assert settings_of(waiting) == before


def test_the_settings_form_says_so_beside_the_places(waiting: Waiting, now: datetime) -> None:
    before = settings_of(waiting)
    published(waiting, now)
    desk = Client()
    desk.force_login(waiting.staff.asker)
    address = reverse("admin:applications_cohort_change", args=[waiting.cohort.pk])
    form = fields_of(desk.get(address), "cohort_form")

    answer = desk.post(address, form | {"places_with_ties": "199"})

    errors = answer.context_data["adminform"].form.errors
    assert list(errors) == ["places_with_ties"]
    assert (
        f"where scores tie, {before['places_with_ties']}, are part" in errors["places_with_ties"][0]
    )


def test_places_are_free_before_and_those_of_the_next_list_after(
    waiting: Waiting, now: datetime
) -> None:
    """A run that is drawn up with others is out of date: it cannot appear."""
    before = settings_of(waiting)
    run = draw_up_step(waiting.cohort, "bootcamp", by=waiting.staff.asker, now=now)
    approve(run, by=waiting.staff.asker, approver=waiting.staff.second, now=now)
    change(waiting, now, places=before["places"] - 1)
    with pytest.raises(UnableToPublish, match="places, the rule"):
        publish_selection(selection_id=run.pk, by=waiting.staff.asker, now=now)
    run = published(waiting, now)
    change(waiting, now, finalists=1, finalists_with_ties=1)

    assert run.terms["places"] == before["places"] - 1
    assert settings_of(waiting)["finalists"] == 1


def test_a_figure_that_is_not_that_of_the_list_can_become_it(
    waiting: Waiting, now: datetime
) -> None:
    """As it could be before."""
    before = settings_of(waiting)
    published(waiting, now)
    Cohort.objects.filter(pk=waiting.cohort.pk).update(places_with_ties=300)

    change(waiting, now, places_with_ties=before["places_with_ties"])

    assert settings_of(waiting) == before


@pytest.mark.django_db(transaction=True)
def test_publishing_and_changing_at_once_leave_one_figure(now: datetime) -> None:
    waiting = make_waiting(now).give(80, 70, 60, 50, 40, 30, 20, 10)
    by = waiting.staff.asker
    places = settings_of(waiting)["places"]
    run = draw_up_step(waiting.cohort, "bootcamp", by=by, now=now)
    approve(run, by=by, approver=waiting.staff.second, now=now)

    done = at_once(
        [
            partial(publish_selection, selection_id=run.pk, by=by, now=now),
            *(partial(change, waiting, now, places=places - less) for less in (1, 0, 1)),
        ]
    )

    run = Selection.objects.get(pk=run.pk)
    assert done[0] in ("done", "UnableToPublish")
    if done[0] == "done":
        assert settings_of(waiting)["places"] == run.places == places
    else:
        assert run.state == "drawn"
