"""The trail in the database cannot be changed unseen, nor by hand."""

import ipaddress
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts import tasks
from accounts.domain import audit, sealing
from accounts.domain.audit import acting_from
from accounts.models import AuditEvent, AuditSeal, User
from accounts.roles import Role
from accounts.trail import BEGINNING
from dtt.play.people import make_user

LATER = datetime(2027, 3, 1, 5, 0, tzinfo=UTC)


@pytest.fixture
def manager(db: None, now: datetime) -> User:
    return make_user("manager@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)


@pytest.fixture
def trail(manager: User, now: datetime) -> list[AuditEvent]:
    """Five events more, sealed."""
    for number in range(5):
        audit.record(manager, f"test-{number}", by=manager, now=now, after={"number": number})
    sealing.seal_all()
    return list(AuditEvent.objects.order_by("id"))


def let_the_database_guard(table: str) -> None:
    """As it is outside the tests, which must empty every table between them."""
    trigger = {"accounts_auditevent": "audit_event", "accounts_auditseal": "audit_seal"}[table]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}_is_kept")


def verify(noted: str = "") -> str:
    """What the command prints; a difference must end it with status 1."""
    out = StringIO()
    try:
        call_command("verify", "audit", *([noted] if noted else []), stdout=out)
    except SystemExit as end:
        status = end.code
    else:
        status = 0
    printed = out.getvalue().strip()
    assert status == (0 if printed.startswith("MATCH") else 1)
    return printed


def tamper(sql: str, *values: object) -> None:
    """Change a row as somebody with the database's superuser could: past every trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_an_untouched_trail_matches_and_says_its_end(trail: list[AuditEvent]) -> None:
    end = AuditSeal.objects.order_by("-position")[0]

    assert verify() == f"MATCH {len(trail)}:{end.digest}"
    assert verify(f"{end.position}:{end.digest}") == f"MATCH {len(trail)}:{end.digest}"


def test_an_empty_trail_matches(db: None) -> None:
    assert verify() == f"MATCH 0:{BEGINNING}"


def test_a_trail_that_has_grown_still_matches_what_was_noted(
    trail: list[AuditEvent], manager: User, now: datetime
) -> None:
    noted = verify().removeprefix("MATCH ")
    audit.record(manager, "later", by=manager, now=now)

    assert verify(noted).startswith(f"MATCH {len(trail) + 1}:")


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 microsecond'",
        "actor_id = NULL",
        "verb = 'other'",
        "object_type = 'accounts.job'",
        "object_id = '0'",
        """before = '{"stage": "draft"}'""",
        """after = jsonb_set(after, '{number}', '9')""",
        "reason = 'because'",
        "ip = '192.0.2.1'",
        "digest = repeat('0', 64)",
    ],
)
def test_every_tampered_column_is_found_and_the_first_row_named(
    trail: list[AuditEvent], change: str
) -> None:
    third, fourth = trail[-3], trail[-2]

    sql = f"UPDATE accounts_auditevent SET {change} WHERE id IN (%s, %s)"  # noqa: S608
    tamper(sql, fourth.pk, third.pk)

    printed = verify()
    assert printed.startswith(f"DIFFERENT: event {third.pk} (")
    assert printed.endswith(" was changed")


def test_a_removed_event_a_removed_link_and_a_swapped_pair_are_found(
    trail: list[AuditEvent],
) -> None:
    second, third, fourth = trail[1:4]

    with transaction.atomic():
        tamper("DELETE FROM accounts_auditevent WHERE id = %s", third.pk)
        removed = verify()
        transaction.set_rollback(True)
    with transaction.atomic():
        tamper("DELETE FROM accounts_auditseal WHERE event_id = %s", third.pk)
        unsealed = verify()
        transaction.set_rollback(True)
    with transaction.atomic():
        swap = "UPDATE accounts_auditseal SET event_id = %s WHERE event_id = %s"
        for old, new in ((second.pk, -1), (fourth.pk, second.pk), (-1, fourth.pk)):
            tamper(swap, new, old)
        swapped = verify()
        transaction.set_rollback(True)

    assert removed == f"DIFFERENT: event {third.pk} is gone"
    assert unsealed == "DIFFERENT: position 3 of the chain is missing"
    assert swapped == f"DIFFERENT: the chain breaks at event {fourth.pk} (position 2)"


def test_a_removed_tail_is_found_by_who_noted_the_end(trail: list[AuditEvent]) -> None:
    noted = verify().removeprefix("MATCH ")
    last = trail[-1]
    tamper("DELETE FROM accounts_auditseal WHERE event_id = %s", last.pk)
    tamper("DELETE FROM accounts_auditevent WHERE id = %s", last.pk)

    assert verify().startswith(f"MATCH {len(trail) - 1}:")
    assert verify(noted) == (
        f"DIFFERENT: the chain ends at position {len(trail) - 1}; {len(trail)} had been noted"
    )


def test_an_event_that_was_changed_before_it_was_sealed_is_found(
    trail: list[AuditEvent], manager: User, now: datetime
) -> None:
    fresh = audit.record(manager, "fresh", by=manager, now=now)

    tamper("UPDATE accounts_auditevent SET verb = 'stale' WHERE id = %s", fresh.pk)

    assert verify().startswith(f"DIFFERENT: event {fresh.pk} (stale ")


@pytest.mark.parametrize("noted", ["x", "5", "5:abc", f"+1:{BEGINNING}", f"²:{BEGINNING}"])
def test_a_note_of_another_form_is_said(db: None, noted: str) -> None:
    with pytest.raises(CommandError, match="POSITION:LINK"):
        verify(noted)


@pytest.mark.parametrize("table", ["accounts_auditevent", "accounts_auditseal"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET digest = digest", "DELETE FROM {}"])
def test_the_database_refuses_to_change_the_past(
    trail: list[AuditEvent], table: str, sql: str
) -> None:
    with (
        pytest.raises(IntegrityError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(table))

    assert verify().startswith("MATCH")


@pytest.mark.parametrize("table", ["accounts_auditevent", "accounts_auditseal"])
def test_the_database_refuses_to_empty_the_trail(trail: list[AuditEvent], table: str) -> None:
    let_the_database_guard(table)

    with (
        pytest.raises(IntegrityError, match="cannot be emptied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")

    assert verify().startswith("MATCH")


@settings(max_examples=30)
@given(address=st.ip_addresses(), last=st.text(max_size=3))
@pytest.mark.django_db
def test_what_the_database_gives_back_has_the_digest_of_what_was_written(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, last: str
) -> None:
    said = {"score": 1.10, "huge": 1e300, "minus": -0.0, "big": 10**30, "text": "é" + last}
    if "\x00" in last or not last.isprintable():
        return

    with transaction.atomic(), acting_from(str(address)):
        user = User(pk=1)
        fields = audit.event(user, "look", by=None, now=LATER, after=said)
        row = AuditEvent.objects.create(**fields)
        row.refresh_from_db()
        digest = audit.fact_of(row).digest()
        transaction.set_rollback(True)

    assert digest == fields["digest"]


def test_an_address_with_a_scope_is_kept_without_it(manager: User, now: datetime) -> None:
    with acting_from("fe80::1%eth0"):
        audit.record(manager, "look", by=manager, now=now)

    assert AuditEvent.objects.get(verb="look").ip == "fe80::1"
    assert verify().startswith("MATCH")


def test_the_clock_seals_what_waits(manager: User, now: datetime) -> None:
    audit.record(manager, "look", by=manager, now=now)
    waiting = AuditEvent.objects.filter(seal=None).count()

    assert tasks.seal_trail.name == "accounts.seal_trail"
    assert (tasks.seal_trail(), tasks.seal_trail()) == (waiting, 0)
    assert AuditEvent.objects.filter(seal=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_eight_writers_and_two_sealers_at_once_make_one_chain(now: datetime) -> None:
    people = [User.objects.create_user(f"writer{number}@dtt.example") for number in range(8)]
    barrier = Barrier(len(people) + 2)

    def write(person: User) -> None:
        barrier.wait(timeout=30)
        try:
            for round_ in range(5):
                with transaction.atomic():  # several events a transaction, as verbs write them
                    for number in range(4):
                        audit.record(
                            person, "look", by=person, now=now, after={"n": [round_, number]}
                        )
        finally:
            connection.close()

    def seal(number: int) -> None:
        barrier.wait(timeout=30)
        try:
            for _ in range(20):
                sealing.seal_recent()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people) + 2) as threads:
        done = [threads.submit(write, person) for person in people]
        done += [threads.submit(seal, number) for number in range(2)]
        for one in done:
            one.result(timeout=60)
    sealing.seal_recent()

    positions = list(AuditSeal.objects.values_list("position", flat=True))
    assert AuditEvent.objects.count() == 8 * 5 * 4
    assert positions == list(range(1, 161))
    assert sealing.verify_trail().difference == ""
