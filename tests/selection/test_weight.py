"""Everybody's scores lie in one column of a run: no page of one person or of a list reads it."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dtt.play.selection import Shortlist
from selection.domain.appealing import make_appeal
from selection.domain.expiring import close_reserves, expire_unanswered, remind_unanswered
from selection.domain.replying import confirm_place

pytestmark = pytest.mark.django_db
SCORES_OF_ALL = '"selection_selection"."inputs"'


def heavy(queries: CaptureQueriesContext) -> list[str]:
    """The statements that read the column whole; one that takes only its terms is light."""
    reads = [query["sql"] for query in queries if SCORES_OF_ALL in query["sql"]]
    return [sql for sql in reads if " - 'candidates'" not in sql]


@pytest.mark.parametrize("place", ["selected", "reserves", "rejected"])
def test_the_pages_of_a_person_read_no_scores_of_others(
    shortlist: Shortlist, now: datetime, place: str
) -> None:
    application = getattr(shortlist, place)[0]
    client = Client()
    client.force_login(application.user)

    with CaptureQueriesContext(connection) as queries:
        for address in (
            reverse("home"),
            reverse("selection:result", args=[application.reference]),
        ):
            assert client.get(address).status_code == 200

    assert heavy(queries) == []


def test_the_lists_of_staff_and_the_sweeps_read_none(shortlist: Shortlist, now: datetime) -> None:
    person = shortlist.rejected[0]
    entry = person.entries.get(selection=shortlist.selection)
    make_appeal(
        entry_id=entry.pk, ground="process", text="The clock stood.", by=person.user, now=now
    )
    client = Client()
    client.force_login(shortlist.staff.asker)

    with CaptureQueriesContext(connection) as queries:
        for name in ("selection", "entry", "appeal"):
            page = client.get(reverse(f"admin:selection_{name}_changelist"))
            assert page.status_code == 200
        change = reverse("admin:selection_selection_change", args=[shortlist.selection.pk])
        assert client.get(change).status_code == 200
        first = shortlist.selected[0]
        confirm_place(application_id=first.pk, by=first.user, now=now)
        for sweep in (remind_unanswered, expire_unanswered, close_reserves):
            sweep(now=now + timedelta(hours=47))

    assert heavy(queries) == []
