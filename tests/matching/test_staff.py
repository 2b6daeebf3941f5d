"""Staff post, approve and publish; a GET never writes; auditors only look."""

from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Approval
from accounts.roles import Role
from dtt.play.matching import rank_everything
from dtt.play.people import make_user
from matching.models import MatchRun, MinimumWage, Opportunity, Recruiter
from tests.matching.conftest import Final

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(final: Final) -> Final:
    """Everybody has ranked and the rankings have closed."""
    rank_everything(final.cohort, 1, final.now)
    with time_machine.travel(final.after_close, tick=False):
        yield final


def test_a_match_goes_from_the_button_to_the_public_with_two_people(
    closed: Final, client: Client
) -> None:
    client.force_login(closed.manager)
    assert client.get(reverse("admin:matching_matchrun_changelist")).status_code == 200
    client.post(reverse("admin:matching_matchrun_new"), {"cohort": "spring"})
    run = MatchRun.objects.get()

    def do(verb: str) -> None:
        client.post(reverse("admin:matching_matchrun_do", args=[run.pk, verb]))

    do("publish")
    do("request")
    do("approve")
    run.refresh_from_db()
    alone = run.state
    client.force_login(closed.second)
    do("approve")
    page = client.get(reverse("admin:matching_matchrun_change", args=[run.pk]))
    do("publish")

    run.refresh_from_db()
    assert (alone, page.status_code, run.state) == ("drawn", 200, "published")


def test_a_lapsed_request_or_approval_of_a_match_can_be_asked_for_again(
    closed: Final, client: Client
) -> None:
    client.force_login(closed.manager)
    client.post(reverse("admin:matching_matchrun_new"), {"cohort": "spring"})
    run = MatchRun.objects.get()
    asks = reverse("admin:matching_matchrun_do", args=[run.pk, "request"])
    shown = []
    for approve in (False, True):
        client.post(asks)
        Approval.objects.filter(state="requested").update(
            requested_by=closed.second if approve else closed.manager
        )
        if approve:
            client.post(reverse("admin:matching_matchrun_do", args=[run.pk, "approve"]))
        Approval.objects.update(expires_at=closed.after_close)
        answer = client.get(reverse("admin:matching_matchrun_change", args=[run.pk]))
        shown.append((asks in answer.content.decode(), b"/publish" in answer.content))

    assert shown == [(True, False)] * 2
    assert list(Approval.objects.order_by("pk").values_list("state", flat=True)) == [
        "lapsed",
        "approved",
    ]


def test_an_opportunity_is_approved_by_the_button_of_a_second_person(
    final: Final, client: Client
) -> None:
    post = final.posts(final.harbour)[0]
    url = reverse("admin:matching_opportunity_do", args=[post.pk, "take-back"])
    client.force_login(final.manager)

    got = client.get(url).status_code
    client.post(url)
    post.refresh_from_db()
    taken_back = post.state
    client.post(reverse("admin:matching_opportunity_do", args=[post.pk, "approve"]))
    post.refresh_from_db()
    by_the_writer = post.state
    client.force_login(final.second)
    client.post(reverse("admin:matching_opportunity_do", args=[post.pk, "approve"]))
    post.refresh_from_db()

    assert (got, taken_back, by_the_writer, post.state) == (405, "draft", "draft", "approved")


def test_a_draft_is_edited_in_the_form_and_becomes_the_editors(
    final: Final, client: Client
) -> None:
    post = final.posts(final.harbour)[0]
    MinimumWage.objects.get_or_create(from_on=date(2026, 5, 1), defaults={"hourly_cents": 4310})
    client.force_login(final.second)
    client.post(reverse("admin:matching_opportunity_do", args=[post.pk, "take-back"]))
    url = reverse("admin:matching_opportunity_change", args=[post.pk])
    form = client.get(url).context["adminform"].form
    fields = {name: value for name, value in form.initial.items() if value is not None}

    bad = client.post(url, fields | {"pay_cents": "1"})
    good = client.post(url, fields | {"vacancies": "5"})

    post.refresh_from_db()
    assert (bad.status_code, good.status_code) == (200, 302)
    assert "pay_cents" in bad.context["adminform"].form.errors
    assert (post.vacancies, post.written_by) == (5, final.second)


def test_a_recruiter_is_added_by_address_and_removed_by_a_button(
    final: Final, client: Client
) -> None:
    client.force_login(final.manager)
    url = reverse("admin:matching_recruiter_add")
    form = {"company": final.harbour.pk, "email": "new@firm.example", "language": "en"}

    client.post(url, form)
    seat = Recruiter.objects.get(user__email="new@firm.example")
    client.post(reverse("admin:matching_recruiter_do", args=[seat.pk, "remove"]))

    seat.refresh_from_db()
    assert seat.removed_at is not None


def test_an_auditor_looks_and_changes_nothing(closed: Final, client: Client) -> None:
    client.force_login(make_user("auditor@dtt.example", Role.AUDITOR, now=closed.now))

    looked = client.get(reverse("admin:matching_matchrun_changelist")).status_code
    acted = client.post(reverse("admin:matching_matchrun_new"), {"cohort": "spring"}).status_code
    post = Opportunity.objects.first()
    closed_it = client.post(
        reverse("admin:matching_opportunity_do", args=[post.pk, "close"])
    ).status_code

    assert (looked, acted, closed_it) == (200, 403, 403)
    assert MatchRun.objects.count() == 0
