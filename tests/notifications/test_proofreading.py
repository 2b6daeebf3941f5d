"""Each language of a text is read by somebody who did not write it, beside the other."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.domain.approvals import (
    VALID_FOR,
    UnableToApprove,
    UnableToEnd,
    take_back,
    withdraw_request,
)
from accounts.models import Approval, AuditEvent, User
from accounts.queries import approvals_waiting_for
from accounts.roles import Role
from dtt.play.people import let_read, make_user
from notifications.domain.proofreading import UnableToRead, confirm_language
from notifications.domain.writing import UnableToWrite, digest_read, write_letter
from notifications.models import LetterText
from tests.notifications.texts import CHINESE, ENGLISH, find_wrong, read, read_both

pytestmark = pytest.mark.django_db
KIND = "place-reserve"
NEW = {
    "subject_en": "Reserve list",
    "body_en": "Dear {{ name }},\n\nYou may appeal within seven days.\n",
    "subject_zh": "後備名單",
    "body_zh": "{{ name }}：\n\n你可於七天內提出上訴。\n",
}
HOUR = timedelta(hours=1)


@pytest.fixture
def third(staff: list[User], now: datetime) -> User:
    person = make_user("third@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)
    let_read(person, by=staff[0], now=now)
    return person


def write(by: User, now: datetime, **changed: str) -> LetterText:
    return write_letter(kind=KIND, text=NEW | changed, why="clearer", by=by, now=now)


def waiting(person: User, now: datetime) -> list[tuple[str, str]]:
    """The languages that somebody finds on Today, with their versions."""
    found = approvals_waiting_for(person, now).order_by("object_id", "kind")
    return [(one.kind, one.object_id) for one in found]


def trail(written: LetterText) -> list[tuple[str, Any, Any]]:
    events = AuditEvent.objects.filter(
        object_type="notifications.lettertext", object_id=str(written.pk)
    ).order_by("pk")
    return [(event.verb, event.actor, event.after.get("language")) for event in events]


def test_two_readers_find_a_language_right_each_and_the_second_puts_it_to_use(
    staff: list[User], third: User, now: datetime
) -> None:
    writer, second = staff
    written = write(writer, now)

    half = read(written, ENGLISH, second, now + HOUR)
    whole = read(written, CHINESE, third, now + 2 * HOUR)

    assert (half.approved_at, whole.approved_at) == (None, now + 2 * HOUR)
    assert (whole.read_en_by, whole.read_en_at) == (second, now + HOUR)
    assert (whole.read_zh_by, whole.read_zh_at) == (third, now + 2 * HOUR)
    assert trail(written) == [
        ("write-letter", writer, None),
        ("read-letter", second, "en"),
        ("read-letter", third, "zh-hant"),
        ("use-letter", third, None),
    ]


def test_who_reads_both_languages_says_so_of_each(staff: list[User], now: datetime) -> None:
    written = write(staff[0], now)

    read(written, CHINESE, staff[1], now + HOUR)
    read(written, ENGLISH, staff[1], now + 2 * HOUR)

    written.refresh_from_db()
    assert [written.read_zh_at, written.read_en_at] == [now + HOUR, now + 2 * HOUR]
    assert written.read_zh_by == written.read_en_by == staff[1]
    assert [verb for verb, *_ in trail(written)].count("read-letter") == 2


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_who_wrote_a_text_finds_neither_language_right_or_wrong(
    staff: list[User], now: datetime, language: Any
) -> None:
    written = write(staff[0], now)

    for act in (read, find_wrong):
        with pytest.raises(UnableToRead, match="somebody else reads it"):
            act(written, language, staff[0], now)

    assert [verb for verb, *_ in trail(written)] == ["write-letter"]


def test_a_language_waits_for_those_who_may_read_it_until_it_is_read(
    staff: list[User], third: User, now: datetime
) -> None:
    writer, second = staff
    written = write(writer, now)
    english, chinese = ("read-letter-en", str(written.pk)), ("read-letter-zh", str(written.pk))
    before = [waiting(person, now) for person in (writer, second, third)]

    read(written, ENGLISH, second, now)
    half = [waiting(person, now) for person in (writer, second, third)]
    read(written, CHINESE, second, now)
    after = [waiting(person, now) for person in (writer, second, third)]

    assert before == [[], [english, chinese], [english, chinese]]
    assert half == [[], [chinese], [chinese]]
    assert after == [[], [], []]


def test_nothing_waits_of_a_version_that_was_found_wrong_or_overtaken(
    staff: list[User], now: datetime
) -> None:
    wrong, older, newer = (write(staff[0], now, subject_en=title) for title in "abc")

    find_wrong(wrong, ENGLISH, staff[1], now)
    left = waiting(staff[1], now)
    read_both(newer, staff[1], now)

    ids = {text for _kind, text in left}
    assert (ids, waiting(staff[1], now)) == ({str(older.pk), str(newer.pk)}, [])
    states = Approval.objects.filter(object_id=str(older.pk)).values_list("state", flat=True)
    assert list(states) == ["void", "void"]


def test_only_what_was_seen_is_confirmed(staff: list[User], now: datetime) -> None:
    written, other = write(staff[0], now), write(staff[0], now, body_zh="可於七日內上訴。")
    confirm = partial(confirm_language, text_id=written.pk, language=CHINESE, by=staff[1], now=now)

    for seen in (digest_read(other, CHINESE), digest_read(written, ENGLISH), ""):
        with pytest.raises(UnableToApprove, match="changed"):
            confirm(digest=seen)

    assert confirm(digest=digest_read(written, CHINESE)).read_zh_by == staff[1]
    with pytest.raises(UnableToApprove, match="decided already"):
        confirm(digest=digest_read(written, CHINESE))


def test_a_request_for_another_text_confirms_nothing(staff: list[User], now: datetime) -> None:
    """Whoever gets at the request can still not pass one text off as another."""
    written, other = write(staff[0], now), write(staff[0], now, body_zh="可於七日內上訴。")
    Approval.objects.filter(kind="read-letter-zh", object_id=str(written.pk)).update(
        digest=digest_read(other, CHINESE)
    )

    for seen in (digest_read(other, CHINESE), digest_read(written, CHINESE)):
        with pytest.raises(UnableToApprove, match="changed"):
            confirm_language(
                text_id=written.pk, language=CHINESE, digest=seen, by=staff[1], now=now
            )


def test_a_language_that_is_wrong_says_why_and_the_version_is_never_used(
    staff: list[User], third: User, now: datetime
) -> None:
    written = write(staff[0], now)
    read(written, ENGLISH, third, now)

    find_wrong(written, CHINESE, staff[1], now + HOUR, why="It says eight days.")

    written.refresh_from_db()
    assert (written.refused_by, written.refused_at) == (staff[1], now + HOUR)
    assert (written.refused_language, written.refused_why) == ("zh-hant", "It says eight days.")
    assert (written.approved_at, written.read_en_by) == (None, third)
    said = AuditEvent.objects.get(verb="refuse-letter")
    assert (said.actor, said.reason) == (staff[1], "It says eight days.")
    for act in (read, find_wrong):
        with pytest.raises(UnableToRead, match="Write it anew"):
            act(written, CHINESE, third, now + HOUR)
    anew = write(staff[0], now + HOUR)
    read_both(anew, staff[1], now + HOUR)
    assert LetterText.objects.get(approved_at__isnull=False) == anew


def test_wrong_takes_words(staff: list[User], now: datetime) -> None:
    written = write(staff[0], now)

    with pytest.raises(UnableToRead, match="Say what is wrong"):
        find_wrong(written, CHINESE, staff[1], now, why=" ")

    assert len(waiting(staff[1], now)) == 2


def test_of_a_version_that_is_used_neither_language_is_found_wrong(
    staff: list[User], third: User, now: datetime
) -> None:
    written = write(staff[0], now)
    read_both(written, staff[1], now)

    with pytest.raises(UnableToRead, match="in use"):
        find_wrong(written, ENGLISH, third, now)


@pytest.mark.parametrize(("early", "used"), [(timedelta(seconds=1), True), (timedelta(0), False)])
def test_both_languages_are_read_within_72_hours_or_never(
    staff: list[User], now: datetime, early: timedelta, used: bool
) -> None:
    written = write(staff[0], now)
    read(written, ENGLISH, staff[1], now)
    last = now + VALID_FOR - early

    if used:
        read(written, CHINESE, staff[1], last)
    else:
        with pytest.raises(UnableToApprove, match="lapsed"):
            read(written, CHINESE, staff[1], last)

    assert LetterText.objects.filter(approved_at__isnull=False).exists() == used
    assert waiting(staff[1], last) == []


def test_a_text_that_no_longer_fits_its_kind_is_not_confirmed(
    staff: list[User], now: datetime
) -> None:
    """It was written when its kind declared more than it does now."""
    fits = write(staff[0], now)
    stale = LetterText.objects.create(
        kind=KIND, number=fits.number + 1, why="x", written_by=staff[0], written_at=now,
        **NEW | {"body_en": "{{ gone }}"},
    )  # fmt: skip

    with pytest.raises(UnableToWrite, match="has no “gone”"):
        read(stale, ENGLISH, staff[1], now)


def test_the_database_uses_no_version_without_a_reader_of_each_language(
    staff: list[User], third: User, now: datetime
) -> None:
    writer, second = staff
    written = write(writer, now)
    english = {"read_en_by": second, "read_en_at": now}
    chinese = {"read_zh_by": third, "read_zh_at": now}
    used = {"approved_at": now}
    wrong = {"refused_by": second, "refused_at": now, "refused_why": "x"}

    for change in (
        used,
        used | english,
        used | chinese,
        used | english | chinese | {"read_zh_by": writer},
        used | english | chinese | {"read_en_by": writer},
        used | english | chinese | {"read_zh_by": None},
        used | english | chinese | {"read_zh_at": None},
        used | english | chinese | wrong,
        {"read_en_by": writer, "read_en_at": now},
        wrong | {"refused_by": writer},
        wrong | {"refused_why": ""},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            LetterText.objects.filter(pk=written.pk).update(**change)

    both = used | english | chinese
    assert LetterText.objects.filter(pk=written.pk).update(**both) == 1


def test_what_was_read_stays_read(staff: list[User], third: User, now: datetime) -> None:
    written = write(staff[0], now)
    read(written, ENGLISH, staff[1], now)
    rows = LetterText.objects.filter(pk=written.pk)

    for change in (
        {"read_en_by": third},
        {"read_en_at": now + HOUR},
        {"read_en_by": None, "read_en_at": None},
        {"body_zh": "…"},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    find_wrong(written, CHINESE, staff[1], now)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(refused_by=None, refused_at=None, refused_language="", refused_why="")


def test_who_gives_one_language_up_asks_nobody_to_read_the_other(
    staff: list[User], now: datetime
) -> None:
    written = write(staff[0], now)
    asked = Approval.objects.get(kind="read-letter-en", object_id=str(written.pk))

    withdraw_request(approval_id=asked.pk, by=staff[0], now=now)

    assert waiting(staff[1], now) == []
    for language in (ENGLISH, CHINESE):
        with pytest.raises(UnableToApprove):
            read(written, language, staff[1], now + HOUR)
    written.refresh_from_db()
    assert (written.read_en_at, written.read_zh_at, written.approved_at) == (None, None, None)


def test_what_was_found_right_is_not_taken_back(staff: list[User], now: datetime) -> None:
    written = write(staff[0], now)
    read(written, ENGLISH, staff[1], now)
    approval = Approval.objects.get(kind="read-letter-en", object_id=str(written.pk))

    with pytest.raises(UnableToEnd, match="has happened already"):
        take_back(approval_id=approval.pk, reason="A slip.", by=staff[1], now=now + HOUR)
