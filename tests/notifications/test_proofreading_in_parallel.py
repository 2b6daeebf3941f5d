"""Readers of one text at the same moment: it is used once, or never. Each on a connection."""

from datetime import datetime

import pytest

from accounts.domain.approvals import withdraw_request
from accounts.models import Approval, AuditEvent, User
from accounts.roles import Role
from dtt.play.people import let_read, make_user
from notifications.domain.writing import write_letter
from notifications.models import LetterText
from tests.notifications.texts import CHINESE, ENGLISH, find_wrong, read
from tests.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = dict.fromkeys(("subject_en", "body_en", "subject_zh", "body_zh"), "{{ name }}")


@pytest.fixture
def third(staff: list[User], now: datetime) -> User:
    person = make_user("third@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)
    let_read(person, by=staff[0], now=now)
    return person


def write(by: User, now: datetime) -> LetterText:
    return write_letter(kind="place-reserve", text=TEXT, why="x", by=by, now=now)


def times(verb: str) -> int:
    return AuditEvent.objects.filter(verb=verb).count()


def test_two_who_confirm_the_two_languages_at_once_use_the_text_once(
    staff: list[User], third: User, now: datetime
) -> None:
    for number in range(1, 6):
        written = write(staff[0], now)

        done = at_once(
            [
                lambda text=written: read(text, ENGLISH, staff[1], now),
                lambda text=written: read(text, CHINESE, third, now),
            ]
        )

        written.refresh_from_db()
        assert done == ["done", "done"]
        assert (written.read_en_by, written.read_zh_by) == (staff[1], third)
        assert written.approved_at == now
        assert (times("use-letter"), times("read-letter")) == (number, 2 * number)


def test_of_many_who_confirm_one_language_at_once_one_is_its_reader(
    staff: list[User], third: User, now: datetime
) -> None:
    written = write(staff[0], now)

    done = at_once(
        [lambda by=by: read(written, ENGLISH, by, now) for by in (staff[1], third) for _ in "ab"]
    )

    assert sorted(done) == ["UnableToApprove"] * 3 + ["done"]
    assert times("read-letter") == 1
    assert LetterText.objects.get().approved_at is None


def test_of_right_and_wrong_at_once_the_text_is_never_used(
    staff: list[User], third: User, now: datetime
) -> None:
    for _ in range(5):
        written = write(staff[0], now)

        done = at_once(
            [
                lambda text=written: read(text, CHINESE, third, now),
                lambda text=written: find_wrong(text, ENGLISH, staff[1], now),
            ]
        )

        written.refresh_from_db()
        assert done in (["done", "done"], ["UnableToRead", "done"])
        assert (written.read_zh_by is not None) == (done[0] == "done")
        assert (written.approved_at, written.refused_by) == (None, staff[1])
    assert not Approval.objects.filter(state=Approval.State.REQUESTED).exists()


def test_of_two_versions_that_are_finished_at_once_the_newer_one_is_used(
    staff: list[User], third: User, now: datetime
) -> None:
    older, newer = write(staff[0], now), write(staff[0], now)
    for written in (older, newer):
        read(written, ENGLISH, staff[1], now)

    done = at_once(
        [
            lambda: read(older, CHINESE, third, now),
            lambda: read(newer, CHINESE, staff[1], now),
        ]
    )

    assert done in (["done", "done"], ["UnableToRead", "done"])
    used = LetterText.objects.filter(approved_at__isnull=False).order_by("number").last()
    assert used == newer
    assert not Approval.objects.filter(state=Approval.State.REQUESTED).exists()


def test_of_giving_up_and_finding_wrong_at_once_neither_waits_for_the_other_in_vain(
    staff: list[User], now: datetime
) -> None:
    for _ in range(5):
        written = write(staff[0], now)
        asked = Approval.objects.get(kind="read-letter-en", object_id=str(written.pk))

        done = at_once(
            [
                lambda asked=asked: withdraw_request(approval_id=asked.pk, by=staff[0], now=now),
                lambda text=written: find_wrong(text, CHINESE, staff[1], now),
            ]
        )

        assert sorted(done) in (["UnableToApprove", "done"], ["UnableToEnd", "done"])
        assert not Approval.objects.filter(state=Approval.State.REQUESTED).exists()
