"""The pages on which staff write to many, from whom it is for to what became of the letters."""

import html
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Approval, User
from accounts.roles import Role
from applications.models import Cohort, Stage
from dtt.play.people import make_user
from notifications.domain.troubles import note_trouble
from notifications.models import Announcement, Message
from tests.notifications.announcements import READ, TEXT, agree, confirm, crowd, news, notice
from tests.walk import signed_in
from tests.work import do_the_work

pytestmark = pytest.mark.django_db
CONFIRMED = Stage.PLACE_CONFIRMED.value


def address(page: str, *args: Any) -> str:
    return reverse(f"admin:notifications_announcement_{page}", args=args)


def said(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def typed(cohort: Cohort, **changed: Any) -> dict[str, Any]:
    chosen = {"cohort": cohort.slug, "stages": [CONFIRMED], "why": "the pipe burst"}
    return TEXT | chosen | changed


def test_a_notice_is_written_seen_counted_and_sent(staff: list[User], cohort: Cohort) -> None:
    people = crowd(cohort, 12, now=timezone.now())
    browser = signed_in(staff[0])

    whom = said(browser.get(address("new")))
    form = said(browser.get(address("write", "cohort-stages")))
    draft = browser.post(address("write", "cohort-stages"), typed(cohort), follow=True)
    written = Announcement.objects.get()
    wrong = browser.post(address("confirm", written.pk), {"count": 11})
    queued_before = Message.objects.count()
    done = browser.post(address("confirm", written.pk), {"count": 12}, follow=True)
    twice = browser.post(address("confirm", written.pk), {"count": 12}, follow=True)

    assert address("write", "cohort-stages") in whom
    assert address("write", "news") in whom
    assert "cohort.match_at" in form
    page = said(draft)
    assert "12 people get it" in page
    assert "These are the first ten people." in page
    assert page.count("@people.example</a>") == 10
    assert page.count("the longest name") == 2  # in both languages
    assert f"Another room: {people[1].reference}" in page
    assert f"改用另一課室：{people[1].reference}" in page
    assert (wrong.status_code, queued_before) == (422, 0)
    assert "not the number of people" in said(wrong)
    assert "It is in the outbox." in said(done)
    assert "confirmed already" in said(twice)
    assert Message.objects.filter(run=written.run).count() == 12


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    staff: list[User], cohort: Cohort
) -> None:
    crowd(cohort, 1, now=timezone.now())
    browser = signed_in(staff[0])
    page = address("write", "cohort-stages")

    unknown = browser.post(page, typed(cohort, body_en="Hello\n{{ secret }}"))
    half = browser.post(page, typed(cohort, body_zh=""))
    nobody = browser.post(page, typed(cohort, stages=[Stage.FINALIST.value]))
    stageless = browser.post(page, typed(cohort, stages=[]))

    assert [one.status_code for one in (unknown, half, nobody, stageless)] == [422] * 4
    assert "Line 2: This kind of message has no “secret”." in said(unknown)
    assert TEXT["subject_zh"] in said(unknown)
    assert "Nobody is in this audience." in said(nobody)
    assert Announcement.objects.count() == 0
    assert browser.get(address("write", "nobody")).status_code == 404


def test_the_exceptions_are_shown_before_it_is_sent(staff: list[User], cohort: Cohort) -> None:
    now = timezone.now()
    wants, bounces, silent = crowd(cohort, 3, now=now)
    agree([wants, bounces], now=now)
    note_trouble(address=bounces.user.email, kind="bounced", detail="full", now=now)

    written = news(staff[0], now, cohort=cohort.slug)
    page = said(signed_in(staff[0]).get(address("confirm", written.pk)))

    assert "2 people get it" in page
    assert "1 more wants no news and is left out." in page
    assert "Their address was never confirmed: 2" in page
    assert "Mail to them comes back, or they called ours unwanted: 1" in page
    assert silent.user.email not in page


def test_many_wait_for_a_second_person_who_reads_every_word(
    staff: list[User], cohort: Cohort
) -> None:
    crowd(cohort, 21, now=timezone.now())
    asker, second = (signed_in(person) for person in staff)
    asker.post(address("write", "cohort-stages"), typed(cohort))
    written = Announcement.objects.get()

    asked = said(asker.post(address("confirm", written.pk), {"count": 21}, follow=True))
    request = Approval.objects.get()
    decision = reverse("admin:accounts_approval_decide", args=[request.pk])
    agree_to_it = {"decision": "approve", "digest": request.digest, "confirmed": READ}
    asker.post(decision, agree_to_it)
    by_the_asker = Message.objects.count()
    page = said(second.get(reverse("admin:accounts_approval_change", args=[request.pk])))
    tried = said(second.get(address("change", written.pk)))
    second.post(decision, agree_to_it)
    do_the_work(timezone.now())

    assert "a second person has been asked" in asked
    assert by_the_asker == 0
    for words in (*TEXT.values(), "the pipe burst", "place confirmed", "21"):
        assert words in page
    assert "the longest name" in tried
    assert Message.objects.filter(run=written.run).count() == 21
    record = said(second.get(address("change", written.pk)))
    queued = f"{reverse('admin:notifications_message_changelist')}?run={quote(written.run)}"
    assert f"{queued}&state__exact=queued" in record
    assert second.get(f"{queued}&state__exact=queued").context["cl"].result_count == 21
    assert "the longest name" not in record


def test_a_draft_is_changed_or_dropped(staff: list[User], cohort: Cohort) -> None:
    now = timezone.now()
    crowd(cohort, 2, now=now)
    first = notice(cohort, staff[0], now)
    browser = signed_in(staff[0])

    again = browser.get(address("write", "cohort-stages"), {"from": first.pk})
    browser.post(address("write", "cohort-stages"), typed(cohort, **{"from": first.pk}))
    second = Announcement.objects.exclude(pk=first.pk).get()
    silent = browser.post(address("drop", second.pk), {"reason": " "})
    browser.post(address("drop", second.pk), {"reason": "it is fixed"})
    late = browser.get(address("drop", second.pk))

    assert TEXT["body_zh"] in said(again)
    assert silent.status_code == 422
    assert "can no longer be dropped" in said(late)
    assert set(Announcement.objects.values_list("state", flat=True)) == {"dropped"}


def test_what_was_sent_can_be_taken_back_from_its_page(staff: list[User], cohort: Cohort) -> None:
    now = timezone.now()
    crowd(cohort, 2, now=now)
    done = confirm(notice(cohort, staff[0], now), now)
    browser = signed_in(staff[0])
    recall = reverse("admin:notifications_message_mend", args=["recall"])

    before = said(browser.get(address("change", done.pk)))
    browser.post(recall, {"run": done.run, "reason": "wrong room"})
    after = said(browser.get(address("change", done.pk)))

    assert f"{recall}?run=announcement%3A{done.pk}" in before
    assert f"{recall}?run=" not in after
    assert "taken back before it left" in after


def test_who_only_reads_sees_it_and_can_do_nothing(staff: list[User], cohort: Cohort) -> None:
    now = timezone.now()
    crowd(cohort, 2, now=now)
    written = notice(cohort, staff[0], now)
    auditor = signed_in(make_user("auditor@staff.dtt.example", Role.AUDITOR, now=now))

    page = said(auditor.get(address("change", written.pk)))

    assert TEXT["body_zh"] in page
    for act in (address("confirm", written.pk), address("drop", written.pk), address("new")):
        assert act not in page
        assert auditor.get(act).status_code == 403


def test_the_list_costs_as_many_queries_for_three_as_for_one(
    staff: list[User], cohort: Cohort
) -> None:
    now = timezone.now()
    crowd(cohort, 2, now=now)
    browser = signed_in(staff[0])
    browser.get(address("changelist"))

    counts = []
    for more in (1, 2):
        for _ in range(more):
            notice(cohort, staff[0], now)
        counts.append(queries(browser, address("changelist")))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", ["confirm", "change"])
def test_the_page_of_one_costs_as_many_queries_for_three_people_as_for_one(
    page: str, staff: list[User], cohort: Cohort
) -> None:
    now = timezone.now()
    browser = signed_in(staff[0])
    drafts = []
    for size, stage in ((1, Stage.FINALIST), (3, Stage.PLACE_CONFIRMED)):
        crowd(cohort, size, now=now, letter=stage.value[0], stage=stage)
        drafts.append(notice(cohort, staff[0], now, stage))
    browser.get(address(page, drafts[0].pk))

    counts = [queries(browser, address(page, draft.pk)) for draft in drafts]

    assert counts[0] == counts[1]


def queries(browser: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(page).status_code == 200
    return len(captured)
