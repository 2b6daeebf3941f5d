"""Who agrees to a letter to many reads both languages, and what one of them has alone."""

import html
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.domain.approvals import UnableToApprove, decide
from accounts.models import Approval, AuditEvent, User
from applications.models import Cohort
from notifications.domain.correcting import preview, write_correction
from notifications.domain.writing import in_force, write_letter
from notifications.models import Announcement, Correction, Message
from tests.notifications.announcements import (
    HOLD,
    READ,
    agreed_and_sent,
    answer,
    confirm,
    crowd,
    letters,
    notice,
    request_for,
    send,
)
from tests.notifications.test_standing import correct, wrong_messages
from tests.walk import signed_in
from tests.work import do_the_work

pytestmark = pytest.mark.django_db
LONG = "wolfeschlegelsteinhausenbergerdorff"
BOTH = ("I have read the English", "I have read the Chinese")


@pytest.fixture
def request_(staff: list[User], cohort: Cohort, now: datetime) -> Approval:
    """To twenty-one people; the Chinese has another time than the English, and no name."""
    crowd(cohort, 21, now=now)
    written = notice(
        cohort,
        staff[0],
        now,
        body_en="{{ name }}, come at 3:30 pm on 14 May 2027, see https://dtt.example/x.",
        body_zh="請於 2027年5月14日下午4時半前來，見 https://dtt.example/x。",
    )
    return request_for(confirm(written, now))


def page(request: Approval, reader: User, now: datetime, **said: Any) -> tuple[int, str]:
    """The page on which it is decided, or what follows from what was posted there."""
    with time_machine.travel(now, tick=False):
        browser = signed_in(reader)
        if not said:
            found = browser.get(reverse("admin:accounts_approval_change", args=[request.pk]))
        else:
            address = reverse("admin:accounts_approval_decide", args=[request.pk])
            found = browser.post(address, {"digest": request.digest} | said, follow=True)
    return found.status_code, html.unescape(found.content.decode())


def differences(shown: str) -> list[str]:
    """What the table says that one language has alone, as it is written."""
    return [part.partition("</code>")[0] for part in shown.split('<code class="digest">')[1:]]


def test_both_languages_stand_beside_each_other_with_what_one_has_alone(
    staff: list[User], request_: Approval, now: datetime
) -> None:
    status, shown = page(request_, staff[1], now)

    assert status == 200
    assert shown.count('class="grid gap-6 md:grid-cols-2"') == 4  # as written, and for three people
    assert differences(shown) == ["{{ name }}", "3:30 pm", "下午4時半"]
    assert all(words in shown for words in BOTH)


@pytest.mark.parametrize("ticked", [(), ("read-en",), ("read-zh",)])
def test_nobody_agrees_without_having_read_both(
    ticked: tuple[str, ...], staff: list[User], request_: Approval, now: datetime
) -> None:
    status, shown = page(request_, staff[1], now, decision="approve", confirmed=ticked)
    with pytest.raises(UnableToApprove, match="tick each of these"):
        decide(
            approval_id=request_.pk,
            approve=True,
            digest=request_.digest,
            by=staff[1],
            now=now,
            confirmed=ticked,
        )

    missing = [words for name, words in zip(READ, BOTH, strict=True) if name not in ticked]
    said = f"To approve this, tick each of these once you have done it: {'; '.join(missing)}."
    assert (status, said in shown) == (422, True)
    request_.refresh_from_db()
    assert (request_.state, Announcement.objects.get().state) == ("requested", "asked")


def test_who_ticks_both_agrees_and_the_trail_says_what_they_read(
    staff: list[User], request_: Approval, now: datetime
) -> None:
    page(request_, staff[1], now, decision="approve", confirmed=READ)

    assert Announcement.objects.get().state == "agreed"
    event = AuditEvent.objects.get(verb="approved")
    assert (event.actor, event.after["confirmed"]) == (staff[1], "read-en, read-zh")


def test_who_refuses_need_not_have_read_both(
    staff: list[User], request_: Approval, now: datetime
) -> None:
    page(request_, staff[1], now, decision="refuse", reason="Another time.")

    assert Announcement.objects.get().state == "refused"
    assert "confirmed" not in AuditEvent.objects.get(verb="refused").after


def test_a_correction_is_read_in_both_languages_too(
    staff: list[User], request_: Approval, now: datetime
) -> None:
    agreed_and_sent(Announcement.objects.get(), staff[1], now)
    send(now + HOLD)
    write_correction(
        message_ids=list(letters().values_list("pk", flat=True)),
        text_en="It is room 6.",
        text_zh="是七號課室。",
        incident="typed the wrong room",
        by=staff[0],
        now=now,
    )
    asked = Approval.objects.get(kind="send-correction")

    _status, shown = page(asked, staff[1], now)
    unread, said = page(asked, staff[1], now, decision="approve", confirmed=["read-zh"])
    answer(asked, staff[1], now)

    assert (differences(shown), unread, BOTH[0] in said) == (["6"], 422, True)
    assert Correction.objects.get().state == "agreed"


def test_whoever_writes_sees_it_before_anybody_is_asked(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    crowd(cohort, 3, now=now)
    written = notice(cohort, staff[0], now)
    address = reverse("admin:notifications_announcement_confirm", args=[written.pk])

    shown = signed_in(staff[0]).get(address).content.decode()

    assert differences(html.unescape(shown)) == ["{{ name }}", "{{ cohort }}"]


def test_who_reads_a_text_of_a_kind_sees_what_one_language_has_alone(staff: list[User]) -> None:
    text = in_force("place-offered")
    text["body_zh"] += "\n請於 8 日內回覆。"
    version = write_letter(
        kind="place-offered", text=text, why="x", by=staff[0], now=timezone.now()
    )
    address = reverse("admin:notifications_letter_read_zh", args=[version.pk])

    shown = signed_in(staff[1]).get(address).content.decode()

    assert differences(html.unescape(shown)) == ["8"]


def test_a_correction_is_read_as_its_people_would_get_it_with_what_was_wrong(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    """On the request and on its own page: the longest name, a reader of each language."""
    wrong = wrong_messages(cohort, now)
    Message.objects.filter(pk__in=wrong).update(subject="Room 5")
    longest = Message.objects.get(pk=wrong[4]).person
    User.objects.filter(pk=longest.pk).update(preferred_name="", email=f"{LONG}@people.example")
    correction = correct(wrong, staff[0], now)
    asked = Approval.objects.get(object_id=str(correction.pk))

    _status, shown = page(asked, staff[1], now)
    with time_machine.travel(now, tick=False):
        own = signed_in(staff[0]).get(
            reverse("admin:notifications_correction_change", args=[correction.pk])
        )

    assert shown.count('class="grid gap-6 md:grid-cols-2"') == 4  # as written, and for three people
    for words in (
        f"As {LONG}@people.example would get it: the longest name",
        f"Dear {LONG}@people.example",
        "“Room 5”, was wrong",
        "reads Chinese",
        "reads English",
    ):
        assert words in shown
    samples = own.context["samples"]
    assert [(one.name, one.language) for one in samples[:2]] == [
        (f"{LONG}@people.example", "en"),
        (f"{LONG}@people.example", "zh-hant"),
    ]
    assert ["It is room 6." in one.text.body for one in samples] == [True, False] * 3
    assert ["是六號課室。" in one.text.body for one in samples] == [False, True] * 3


def test_what_is_shown_of_a_correction_is_what_is_sent(
    staff: list[User], cohort: Cohort, now: datetime
) -> None:
    correction = correct(wrong_messages(cohort, now), staff[0], now)
    shown = {
        (one.name, one.language): (one.text.subject, one.text.body) for one in preview(correction)
    }
    asked = Approval.objects.get(object_id=str(correction.pk))

    answer(asked, staff[1], now)
    do_the_work(now)
    _status, page_after = page(asked, staff[1], now)

    assert "would get it" not in page_after
    told = Message.objects.filter(kind="correction").select_related("person")
    sent = {(str(one.person), one.language): (one.subject, one.body) for one in told}
    assert len(sent) == 21
    both = shown.keys() & sent.keys()
    assert len(both) == 3
    assert {key: shown[key] for key in both} == {key: sent[key] for key in both}
