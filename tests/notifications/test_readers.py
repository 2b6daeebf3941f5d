"""Who reads a language: only they confirm it, and where nobody does, that is said at once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.domain.approvals import UnableToApprove
from accounts.domain.audit import fact_of
from accounts.domain.readers import record_reading
from accounts.languages import Language
from accounts.models import Approval, AuditEvent, Reader, User
from accounts.queries import approvals_waiting_for, languages_read_by
from accounts.roles import Role
from dtt.play.people import make_user
from notifications.domain.writing import digest_read, write_letter
from notifications.models import LetterText
from tests.notifications.texts import CHINESE, ENGLISH, find_wrong, read, read_both
from tests.parallel import at_once
from tests.walk import signed_in

pytestmark = pytest.mark.django_db
KIND = "place-reserve"
TEXT = dict.fromkeys(("subject_en", "body_en", "subject_zh", "body_zh"), "{{ name }}")
KINDS = "admin:notifications_letter_kinds"
LIST = "admin:notifications_lettertext_changelist"
BEFORE = [("notifications", "0017_one_open_correction")]


@pytest.fixture
def chinese_only(staff: list[User], now: datetime) -> User:
    """A manager who is on record for the Chinese alone."""
    person = make_user("chinese@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)
    record_reading(user_id=person.pk, languages=[CHINESE], by=staff[0], now=now)
    return person


def write(by: User, now: datetime) -> LetterText:
    return write_letter(kind=KIND, text=TEXT, why="x", by=by, now=now)


def take_off(person: User, *, by: User, now: datetime) -> None:
    record_reading(user_id=person.pk, languages=[], by=by, now=now)


def page_of(written: LetterText, suffix: str) -> str:
    return reverse(f"admin:notifications_letter_read_{suffix}", args=[written.pk])


def body(person: User, address: str) -> str:
    return signed_in(person).get(address).content.decode()


def test_who_is_not_on_record_for_a_language_finds_it_neither_right_nor_wrong(
    staff: list[User], chinese_only: User, now: datetime
) -> None:
    written = write(staff[0], now)

    for act in (read, find_wrong):
        with pytest.raises(UnableToApprove, match="not on record as reading English"):
            act(written, ENGLISH, chinese_only, now)

    assert read(written, CHINESE, chinese_only, now).read_zh_by == chinese_only
    written.refresh_from_db()
    assert (written.read_en_by, written.refused_by) == (None, None)
    assert AuditEvent.objects.filter(verb="read-letter").count() == 1


def test_being_an_administrator_makes_nobody_a_reader(staff: list[User], now: datetime) -> None:
    root = User.objects.create_superuser("root@staff.dtt.example", language=CHINESE)
    written = write(staff[0], now)

    with pytest.raises(UnableToApprove, match="not on record as reading Chinese"):
        read(written, CHINESE, root, now)

    assert not approvals_waiting_for(root, now).exists()


def test_who_is_taken_off_the_record_confirms_no_more_and_what_they_confirmed_stays(
    staff: list[User], chinese_only: User, now: datetime
) -> None:
    earlier, later = write(staff[0], now), write(staff[0], now)
    read(earlier, CHINESE, chinese_only, now)

    take_off(chinese_only, by=staff[0], now=now)
    with pytest.raises(UnableToApprove, match="not on record"):
        read(later, CHINESE, chinese_only, now)
    used = read(earlier, ENGLISH, staff[1], now)

    assert (used.read_zh_by, used.approved_at) == (chinese_only, now)


def test_the_queue_of_who_reads_chinese_alone_shows_the_chinese_request_alone(
    staff: list[User], chinese_only: User
) -> None:
    now = timezone.now()
    written = write(staff[0], now)

    def queue(person: User) -> list[str]:
        waiting = signed_in(person).get(
            reverse("admin:accounts_approval_changelist"), {"waits": "me"}
        )
        return sorted(one.kind for one in waiting.context["cl"].result_list)

    def today(person: User) -> list[str]:
        return [one.url for one in signed_in(person).get(reverse("admin:index")).context["asked"]]

    assert queue(chinese_only) == ["read-letter-zh"]
    assert today(chinese_only) == [page_of(written, "zh")]
    assert queue(staff[1]) == ["read-letter-en", "read-letter-zh"]
    take_off(chinese_only, by=staff[0], now=now)
    assert (queue(chinese_only), today(chinese_only)) == ([], [])


def test_a_queue_costs_the_same_however_many_languages_and_requests_there_are(
    staff: list[User], chinese_only: User, now: datetime
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            list(approvals_waiting_for(User.objects.get(pk=chinese_only.pk), now))
        return len(queries)

    write(staff[0], now)
    one = cost()
    write(staff[0], now)
    record_reading(user_id=chinese_only.pk, languages=Language.values, by=staff[0], now=now)

    assert cost() == one


def test_the_page_of_a_language_has_buttons_for_its_readers_and_tells_others_why_not(
    staff: list[User], chinese_only: User
) -> None:
    written = write(staff[0], timezone.now())
    right = {"decision": "right", "digest": digest_read(written, ENGLISH)}

    own, other = (body(chinese_only, page_of(written, suffix)) for suffix in ("zh", "en"))
    refused = signed_in(chinese_only).post(page_of(written, "en"), right)
    record = body(chinese_only, reverse("admin:notifications_lettertext_change", args=[written.pk]))

    says = "You are not on record as reading English."
    assert ('name="decision"' in own, "You are not on record" in own) == (True, False)
    assert ('name="decision"' in other, says in other) == (False, True)
    assert (refused.status_code, says in refused.content.decode()) == (422, True)
    assert (page_of(written, "zh") in record, page_of(written, "en") in record) == (True, False)
    assert Approval.objects.filter(state="requested").count() == 2


def test_who_writes_reads_at_once_that_nobody_else_could_confirm_it(
    staff: list[User], now: datetime
) -> None:
    writer, second = staff
    pages = (reverse(KINDS), reverse("admin:notifications_letter_write", args=[KIND]))
    people = reverse("admin:accounts_user_changelist") + "?is_staff__exact=1"

    def said() -> list[list[str]]:
        shown = [signed_in(writer).get(page) for page in pages]
        for page in shown:
            assert (people in page.content.decode()) == bool(page.context["gaps"])
        return [page.context["gaps"] for page in shown]

    assert said() == [[], []]
    record_reading(user_id=second.pk, languages=[ENGLISH], by=writer, now=now)
    assert said() == [["Nobody but you is on record as reading Chinese."]] * 2
    record_reading(user_id=writer.pk, languages=[ENGLISH], by=second, now=now)
    assert said() == [["Nobody is on record as reading Chinese."]] * 2
    User.objects.filter(pk=second.pk).update(is_active=False)
    assert (
        said()
        == [
            [
                "Nobody but you is on record as reading English.",
                "Nobody is on record as reading Chinese.",
            ]
        ]
        * 2
    )
    assert write(writer, now).number == 1  # all the same


def test_a_version_that_waits_for_a_reader_who_is_not_there_says_so_on_its_pages_and_on_today(
    staff: list[User],
) -> None:
    writer, second = staff
    now = timezone.now()
    written = write(writer, now)
    record = reverse("admin:notifications_lettertext_change", args=[written.pk])
    words = "Nobody but who wrote it is on record as reading Chinese."

    def lacking() -> tuple[int, list[LetterText], str, bool, bool]:
        browser = signed_in(second)
        tiles = browser.get(reverse("admin:index")).context["tiles"]
        [tile] = [one for one in tiles if str(one.what).startswith("Texts of messages")]
        listed = list(browser.get(tile.url).context["cl"].result_list)
        rows = browser.get(reverse(KINDS)).context["rows"]
        [unread] = [row["unread"] for row in rows if row["kind"].name == KIND]
        pages = [body(second, address) for address in (record, page_of(written, "zh"))]
        return tile.count, listed, unread, *(words in page for page in pages)

    assert lacking() == (0, [], "", False, False)
    record_reading(user_id=second.pk, languages=[ENGLISH], by=writer, now=now)
    assert lacking() == (1, [written], "Chinese", True, True)
    Approval.objects.filter(kind="read-letter-zh").update(expires_at=now)
    assert lacking() == (0, [], "", False, False)
    Approval.objects.update(expires_at=now + timedelta(hours=1))
    record_reading(user_id=second.pk, languages=[CHINESE], by=writer, now=now)
    read(written, CHINESE, second, now)
    assert lacking() == (1, [written], "English", False, False)


def test_a_list_of_one_and_of_three_that_nobody_reads_costs_the_same(
    staff: list[User], now: datetime
) -> None:
    take_off(staff[1], by=staff[0], now=now)
    pages = (reverse(LIST) + "?readerless=yes", reverse(KINDS), reverse("admin:index"))

    def cost(address: str) -> int:
        browser = signed_in(staff[1])
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)

    write(staff[0], timezone.now())
    one = [cost(page) for page in pages]
    write(staff[0], timezone.now())
    write(staff[1], timezone.now())

    assert [cost(page) for page in pages] == one


@pytest.mark.django_db(transaction=True)
def test_of_confirming_and_being_taken_off_at_once_nobody_confirms_who_was_off(
    staff: list[User], now: datetime
) -> None:
    """The trail's numbers say which of the two came first."""
    writer, second = staff
    for _ in range(8):
        record_reading(user_id=second.pk, languages=Language.values, by=writer, now=now)
        written = write(writer, now)

        done = at_once(
            [
                lambda text=written: read(text, CHINESE, second, now),
                lambda: take_off(second, by=writer, now=now),
            ]
        )

        written.refresh_from_db()
        off = AuditEvent.objects.filter(verb="record-reading").latest("pk")
        right = AuditEvent.objects.filter(verb="read-letter", object_id=str(written.pk)).first()
        assert done in (["done", "done"], ["UnableToApprove", "done"])
        assert (written.read_zh_by == second) == (done[0] == "done") == (right is not None)
        assert right is None or right.pk < off.pk
        assert languages_read_by(second) == set()


@pytest.mark.django_db(transaction=True)
def test_who_confirms_keeps_their_record_until_they_are_done(
    staff: list[User], now: datetime
) -> None:
    """Two languages by one reader and their record taken away: nobody waits in vain."""
    writer, second = staff
    for _ in range(5):
        record_reading(user_id=second.pk, languages=Language.values, by=writer, now=now)
        written = write(writer, now)

        done = at_once(
            [
                lambda text=written: read(text, ENGLISH, second, now),
                lambda text=written: find_wrong(text, CHINESE, second, now),
                lambda: take_off(second, by=writer, now=now),
            ]
        )

        assert done[2] == "done"
        assert set(done[:2]) <= {"done", "UnableToRead", "UnableToApprove"}


def back() -> Any:
    """The tables as they were. All of it is in the test's transaction, which is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return MigrationExecutor(connection).migrate(BEFORE).apps


def forth() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("notifications"))


def test_who_has_confirmed_a_language_before_is_on_record_and_nobody_else(
    staff: list[User], chinese_only: User, now: datetime
) -> None:
    writer, both = staff
    closed, moved = (
        make_user(f"{name}@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)
        for name in ("closed", "moved")
    )
    for person in (closed, moved):
        record_reading(user_id=person.pk, languages=Language.values, by=writer, now=now)
    read_both(write(writer, now), both, now)
    read(write(writer, now), CHINESE, chinese_only, now)
    for person in (closed, moved):
        read_both(write(writer, now), person, now)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    moved.groups.clear()
    Reader.objects.exclude(person=both, language=ENGLISH).delete()  # the rest is from before
    back()

    forth()

    rows = Reader.objects.order_by("person_id", "language")
    assert [(row.person, row.language, row.recorded_by) for row in rows] == [
        (both, ENGLISH, writer),
        (both, CHINESE, None),
        (chinese_only, CHINESE, None),
    ]
    events = AuditEvent.objects.filter(verb="record-reading", actor=None).order_by("pk")
    assert [(one.object_id, one.before, one.after) for one in events] == [
        (str(both.pk), {"reads": [ENGLISH]}, {"reads": [ENGLISH, CHINESE]}),
        (str(chinese_only.pk), {"reads": []}, {"reads": [CHINESE]}),
    ]
    assert all(one.digest == fact_of(one).digest() for one in events)
    assert "had confirmed texts in it before" in body(
        writer, reverse("admin:accounts_user_change", args=[chinese_only.pk])
    )

    back()
    forth()
    assert Reader.objects.count() == 3  # twice changes nothing


def test_the_record_goes_with_its_table_and_comes_back_from_what_was_confirmed(
    staff: list[User], now: datetime
) -> None:
    read(write(staff[0], now), CHINESE, staff[1], now)
    back()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    MigrationExecutor(connection).migrate([("accounts", "0012_approvals_end")])
    forth()

    assert [(row.person, row.language) for row in Reader.objects.all()] == [(staff[1], CHINESE)]
