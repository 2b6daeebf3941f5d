"""The pages on which one language of a text is read beside the other."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.domain.approvals import withdraw_request
from accounts.models import Approval, User
from accounts.roles import Role
from dtt.play.people import let_read, make_user
from notifications.domain.writing import digest_read, write_letter
from notifications.models import LetterText
from tests.notifications.texts import CHINESE, ENGLISH, find_wrong, read, read_both
from tests.walk import signed_in

pytestmark = pytest.mark.django_db
KIND = "place-reserve"
NEW = {
    "subject_en": "Reserve list",
    "body_en": "Dear {{ name }},\n\nYou may appeal within seven days.\n",
    "subject_zh": "後備名單",
    "body_zh": "{{ name }}：\n\n你可於七天內提出上訴。\n",
}
PROMISE = "it says the same as the other language; rights and deadlines are right."
LIST = "admin:notifications_lettertext_changelist"


def write(by: User, **changed: str) -> LetterText:
    now = timezone.now()
    return write_letter(kind=KIND, text=NEW | changed, why="clearer", by=by, now=now)


def page_of(written: LetterText, suffix: str = "zh") -> str:
    return reverse(f"admin:notifications_letter_read_{suffix}", args=[written.pk])


def record_of(written: LetterText) -> str:
    return reverse("admin:notifications_lettertext_change", args=[written.pk])


def body(browser: Client, address: str) -> str:
    return browser.get(address).content.decode()


def test_a_reader_sees_both_languages_and_the_letters_side_by_side(staff: list[User]) -> None:
    written = write(staff[0])

    page = body(signed_in(staff[1]), page_of(written))

    assert PROMISE in page
    assert "Read the Chinese" in page
    assert page.count("You may appeal within seven days.") == 1 + 2  # as written; to two people
    assert page.count("你可於七天內提出上訴。") == 1 + 2
    english, chinese = page.index("Dear Tai Man"), page.index("Tai Man：")
    assert page.index("Dear {{ name }}") < page.index("{{ name }}：") < english < chinese
    assert digest_read(written, CHINESE) in page


def test_two_readers_confirm_on_their_pages_and_are_named_on_the_versions(
    staff: list[User],
) -> None:
    written = write(staff[0])
    third = make_user("third@staff.dtt.example", Role.PROGRAMME_MANAGER, now=timezone.now())
    let_read(third, by=staff[0], now=timezone.now())

    for suffix, language, reader in (("en", ENGLISH, staff[1]), ("zh", CHINESE, third)):
        right = {"decision": "right", "digest": digest_read(written, language)}
        said = signed_in(reader).post(page_of(written, suffix), right, follow=True)
        assert said.redirect_chain[-1][0] == record_of(written)
    browser = signed_in(staff[0])
    record, history = (body(browser, to) for to in (record_of(written), reverse(LIST)))
    trail = browser.get(
        reverse("admin:notifications_lettertext_history", args=[written.pk]), follow=True
    ).context["cl"]

    assert "Both languages are right: the version is in use now." in said.content.decode()
    for reader in (staff[1], third):
        assert f"found right by {reader.email}, " in record
        assert str(reader) in history
    assert record.count("HKT (UTC+8)") == 2
    assert [(event.verb, event.actor) for event in trail.result_list] == [
        ("use-letter", third),
        ("read-letter", third),
        ("read-letter", staff[1]),
        ("write-letter", staff[0]),
    ]


def test_a_language_that_is_wrong_takes_words_that_its_writer_reads(staff: list[User]) -> None:
    written = write(staff[0])
    browser = signed_in(staff[1])
    wrong = {"decision": "wrong", "digest": digest_read(written, CHINESE)}

    silent = browser.post(page_of(written), wrong)
    said = browser.post(page_of(written), wrong | {"why": "It says eight days."}, follow=True)
    record = body(signed_in(staff[0]), record_of(written))

    assert (silent.status_code, "Say what is wrong." in silent.content.decode()) == (422, True)
    assert "The version is not used." in said.content.decode()
    assert f"found wrong by {staff[1].email}, " in record
    assert ": It says eight days." in record
    assert "not read, and nobody is asked any more" in record  # the English
    assert f"{reverse('admin:notifications_letter_write', args=[KIND])}?from={written.pk}" in record


def test_another_text_than_was_shown_is_not_confirmed(staff: list[User]) -> None:
    written = write(staff[0])
    right = {"decision": "right", "digest": digest_read(written, ENGLISH)}

    refused = signed_in(staff[1]).post(page_of(written), right)

    assert refused.status_code == 422
    assert "The content has changed since approval was asked for." in refused.content.decode()
    assert LetterText.objects.get().read_zh_by is None


def test_the_writer_and_the_auditor_look_and_do_not_decide(
    staff: list[User], now: datetime
) -> None:
    written = write(staff[0])
    writer = signed_in(staff[0])
    auditor = signed_in(make_user("auditor@staff.dtt.example", Role.AUDITOR, now=now))
    right = {"decision": "right", "digest": digest_read(written, CHINESE)}

    own, other = body(writer, page_of(written)), body(auditor, page_of(written))
    answers = [browser.post(page_of(written), right) for browser in (writer, auditor)]

    assert "You wrote it. Somebody else reads it." in own
    for page in (own, other):
        assert (PROMISE in page, 'name="decision"' in page) == (False, False)
    assert [answer.status_code for answer in answers] == [422, 403]
    assert "somebody else reads it" in answers[0].content.decode()
    assert LetterText.objects.get().read_zh_by is None


def test_today_leads_each_reader_to_the_language_that_waits(staff: list[User]) -> None:
    written = write(staff[0])

    def asked(person: User) -> list[str]:
        return [one.url for one in signed_in(person).get(reverse("admin:index")).context["asked"]]

    both = [page_of(written, "en"), page_of(written, "zh")]
    assert (asked(staff[0]), asked(staff[1])) == ([], both)
    read(written, ENGLISH, staff[1], timezone.now())
    assert (asked(staff[0]), asked(staff[1])) == ([], both[1:])
    read(written, CHINESE, staff[1], timezone.now())
    assert (asked(staff[0]), asked(staff[1])) == ([], [])


def test_a_request_is_answered_on_the_page_of_its_language_alone(staff: list[User]) -> None:
    written = write(staff[0])
    request = Approval.objects.get(kind="read-letter-zh")
    browser = signed_in(staff[1])

    shown = body(browser, reverse("admin:accounts_approval_change", args=[request.pk]))
    sent_on = browser.post(
        reverse("admin:accounts_approval_decide", args=[request.pk]),
        {"decision": "approve", "digest": request.digest},
    )

    assert "Read the Chinese of a text of messages" in shown
    assert "你可於七天內提出上訴。" in shown
    assert sent_on["Location"] == page_of(written)
    request.refresh_from_db()
    assert request.state == "requested"


def test_what_nobody_read_in_time_says_so_and_can_be_written_anew(staff: list[User]) -> None:
    written = write(staff[0])
    Approval.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    record = body(signed_in(staff[1]), record_of(written))
    page = body(signed_in(staff[1]), page_of(written))

    assert record.count("nobody read it in time") == 2
    assert "Write a new version that begins from this one" in record
    assert ("nobody read it in time" in page, PROMISE in page) == (True, False)


def test_a_version_is_said_to_be_used_once_read_only_while_it_can_be(staff: list[User]) -> None:
    written, withdrawn, older, newest = (write(staff[0], subject_en=title) for title in "abcd")
    browser, now = signed_in(staff[1]), timezone.now()

    def promises(one: LetterText) -> str:
        page = body(browser, record_of(one))
        said = ("It is used once", "It is never used", "so it could be used")
        return " ".join(words for words in said if words in page)

    rows = [promises(written)]
    read(written, ENGLISH, staff[1], now)
    read(withdrawn, ENGLISH, staff[1], now)
    rows.append(promises(written))
    given_up = Approval.objects.get(kind="read-letter-zh", object_id=str(withdrawn.pk))
    withdraw_request(approval_id=given_up.pk, by=staff[0], now=now)
    rows.append(promises(withdrawn))
    Approval.objects.filter(object_id=str(written.pk)).update(expires_at=now)
    rows.append(promises(written))
    read_both(newest, staff[1], now)
    rows += [promises(older), promises(newest)]

    assert rows == [*["It is used once"] * 2, *["It is never used"] * 3, "so it could be used"]


def test_every_kind_says_which_languages_of_its_newest_version_wait(staff: list[User]) -> None:
    browser = signed_in(staff[1])

    def waits() -> Any:
        rows = browser.get(reverse("admin:notifications_letter_kinds")).context["rows"]
        return {row["kind"].name: row["waits"] for row in rows}[KIND]

    nothing = waits()
    written = write(staff[0])
    both = waits()
    read(written, ENGLISH, staff[1], timezone.now())
    half = waits()
    find_wrong(written, CHINESE, staff[1], timezone.now())

    assert [nothing, both, half, waits()] == ["", "English, Chinese", "Chinese", ""]


def test_a_list_of_one_and_of_three_versions_costs_the_same(staff: list[User]) -> None:
    browser = signed_in(staff[0])

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)

    pages = (reverse(LIST), reverse("admin:notifications_letter_kinds"))
    read_both(write(staff[0]), staff[1], timezone.now())
    one = [cost(page) for page in pages]
    read_both(write(staff[0]), staff[1], timezone.now())
    find_wrong(write(staff[0]), ENGLISH, staff[1], timezone.now())

    assert [cost(page) for page in pages] == one
