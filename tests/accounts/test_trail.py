"""The trail cannot be changed unseen: not in the code, not in the admin, not in the database."""

import ipaddress
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts import tasks
from accounts.domain import audit, sealing
from accounts.domain.audit import acting_from
from accounts.models import AuditEvent, AuditSeal, User
from accounts.roles import Role
from accounts.trail import BEGINNING, Entry, Fact, Link, first_fault, link
from dtt.play.people import make_user

LATER = datetime(2027, 3, 1, 5, 0, tzinfo=UTC)

# A chain on paper --------------------------------------------------------------------------------

texts = st.text(max_size=8)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
facts = st.builds(
    Fact,
    at=st.datetimes(timezones=st.just(UTC)),
    actor=st.none() | st.integers(1, 9),
    verb=texts,
    object_type=texts,
    object_id=texts,
    before=st.dictionaries(texts, plain, max_size=2),
    after=st.dictionaries(texts, plain, max_size=2),
    reason=texts,
    ip=st.none() | st.sampled_from(["192.0.2.1", "2001:db8::1"]),
)
CHANGES: dict[str, Callable[[Any], Any]] = {
    "at": lambda at: at + timedelta(microseconds=1) if at.year < 9000 else at - timedelta(days=1),
    "actor": lambda actor: None if actor else 1,
    "verb": lambda text: text + "x",
    "object_type": lambda text: text + "x",
    "object_id": lambda text: text + "x",
    "before": lambda said: said | {"x": len(said)} if said.get("x") != len(said) else {},
    "after": lambda said: said | {"x": len(said)} if said.get("x") != len(said) else {},
    "reason": lambda text: text + "x",
    "ip": lambda ip: "192.0.2.9",
}


def chained(told: list[Fact]) -> list[Link]:
    chain, previous = [], BEGINNING
    for position, fact in enumerate(told, start=1):
        previous = link(previous, fact.digest())
        entry = Entry(100 + position, fact, fact.digest())
        chain.append(Link(position, previous, entry.id, entry))
    return chain


def head(chain: list[Link]) -> tuple[int, str]:
    return chain[-1].position, chain[-1].digest


chains = st.lists(facts, min_size=2, max_size=6).map(chained)


@given(chains)
def test_an_untouched_chain_has_no_fault(chain: list[Link]) -> None:
    assert first_fault(chain) == ""
    assert first_fault(chain, expected=head(chain)) == ""
    assert first_fault(chain, expected=(1, chain[0].digest)) == ""


@given(chains, st.data())
def test_a_change_of_anything_an_event_says_names_the_first_one(
    chain: list[Link], data: st.DataObject
) -> None:
    wheres = data.draw(st.sets(st.integers(0, len(chain) - 1), min_size=1))
    name = data.draw(st.sampled_from(sorted(CHANGES)))
    hides_it = data.draw(st.booleans())  # by writing the digest that fits
    for where in wheres:
        entry = chain[where].entry
        assert entry is not None
        fact = replace(entry.fact, **{name: CHANGES[name](getattr(entry.fact, name))})
        digest = fact.digest() if hides_it else entry.digest
        chain[where] = replace(chain[where], entry=Entry(entry.id, fact, digest))

    fault = first_fault(chain)

    first = chain[min(wheres)]
    if hides_it:
        assert fault == f"the chain breaks at event {first.event_id} (position {first.position})"
    else:
        assert re.match(rf"event {first.event_id} \(", fault)


@given(chains, st.data())
def test_a_changed_digest_or_link_is_named(chain: list[Link], data: st.DataObject) -> None:
    where = data.draw(st.integers(0, len(chain) - 1))
    sealed = chain[where]
    assert sealed.entry is not None
    other = link(sealed.digest, sealed.digest)

    of_event = [*chain]
    of_event[where] = replace(sealed, entry=replace(sealed.entry, digest=other))
    of_seal = [*chain]
    of_seal[where] = replace(sealed, digest=other)

    assert first_fault(of_event).startswith(f"event {sealed.event_id} (")
    assert first_fault(of_seal) == (
        f"the chain breaks at event {sealed.event_id} (position {sealed.position})"
    )


@given(chains, st.data())
def test_a_removed_event_or_seal_is_named(chain: list[Link], data: st.DataObject) -> None:
    where = data.draw(st.integers(0, len(chain) - 1))
    sealed = chain[where]

    without_event = [*chain]
    without_event[where] = replace(sealed, entry=None)
    without_both = chain[:where] + chain[where + 1 :]

    assert first_fault(without_event) == f"event {sealed.event_id} is gone"
    if where < len(chain) - 1:
        assert first_fault(without_both) == f"position {where + 1} of the chain is missing"
    else:  # the tail: only somebody who noted the end can tell
        assert first_fault(without_both) == ""
    assert first_fault(without_both, expected=head(chain)) != ""


@given(chains, st.data())
def test_a_chain_written_anew_from_somewhere_is_not_the_noted_one(
    chain: list[Link], data: st.DataObject
) -> None:
    where = data.draw(st.integers(0, len(chain) - 1))
    told = [sealed.entry.fact for sealed in chain if sealed.entry]
    told[where] = replace(told[where], reason=told[where].reason + "x")
    again = chained(told)

    assert first_fault(again) == ""
    assert first_fault(again, expected=head(chain)) == (
        f"the chain up to event {chain[-1].event_id} is not the one that was noted"
    )


@given(chains, st.data())
def test_a_swapped_pair_is_named_at_its_first_place(chain: list[Link], data: st.DataObject) -> None:
    first, second = sorted(
        data.draw(st.sets(st.integers(0, len(chain) - 1), min_size=2, max_size=2))
    )
    one, two = chain[first], chain[second]
    swapped = [*chain]
    swapped[first] = replace(one, event_id=two.event_id, entry=two.entry)
    swapped[second] = replace(two, event_id=one.event_id, entry=one.entry)

    same = one.entry and two.entry and one.entry.digest == two.entry.digest
    assert first_fault(swapped) == (
        ""
        if same  # two events that say the same in every word
        else f"the chain breaks at event {two.event_id} (position {one.position})"
    )


@given(facts, st.integers(-12, 12))
def test_the_zone_of_a_time_is_no_part_of_what_is_said(fact: Fact, hours: int) -> None:
    if not 2 < fact.at.year < 9998:
        return
    elsewhere = replace(fact, at=fact.at.astimezone(timezone(timedelta(hours=hours))))

    assert elsewhere.digest() == fact.digest()


# In the database ---------------------------------------------------------------------------------


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


# On the staff pages ------------------------------------------------------------------------------

LIST = "admin:accounts_auditevent_changelist"


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def rows(page: Any) -> list[AuditEvent]:
    return list(page.context["cl"].result_list)


@pytest.fixture
def staff(manager: User) -> Client:
    return browser_of(manager)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.PROGRAMME_MANAGER, 200),
        (Role.AUDITOR, 200),
        (Role.DATA_PROTECTION_OFFICER, 200),
        (Role.REVIEWER, 403),
        (Role.QUIZ_AUTHOR, 403),
        (Role.ACCOMMODATION_OFFICER, 403),
    ],
)
def test_the_trail_is_for_those_who_answer_for_it(
    db: None, now: datetime, role: Role, status: int
) -> None:
    reader = browser_of(make_user("reader@staff.dtt.example", role, now=now))

    assert reader.get(reverse(LIST)).status_code == status


def test_nobody_changes_or_deletes_through_the_admin(
    trail: list[AuditEvent], manager: User, staff: Client
) -> None:
    first = trail[0]
    User.objects.filter(pk=manager.pk).update(is_superuser=True)
    change = reverse("admin:accounts_auditevent_change", args=[first.pk])
    said = list(AuditEvent.objects.order_by("id").values())

    answers = [
        staff.post(change, {"verb": "other"}),
        staff.post(reverse("admin:accounts_auditevent_delete", args=[first.pk]), {"post": "yes"}),
        staff.post(reverse("admin:accounts_auditevent_add"), {"verb": "other"}),
    ]
    action = {"action": "delete_selected", "_selected_action": [first.pk], "post": "yes"}
    staff.post(reverse(LIST), action)

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert list(AuditEvent.objects.order_by("id").values())[: len(said)] == said
    assert not admin.site.is_registered(AuditSeal)


def test_a_line_says_who_what_to_what_and_what_changed(
    staff: Client, manager: User, now: datetime
) -> None:
    with acting_from("192.0.2.7"):
        audit.record(
            manager,
            "take-role",
            by=manager,
            now=now,
            before={"stage": "draft", "kept": True},
            after={"stage": "submitted"},
            reason="<b>asked to</b>",
        )

    page = staff.get(reverse(LIST), {"verb": "take-role"}).content.decode()

    person = reverse("admin:accounts_user_change", args=[manager.pk])
    for said in (
        "2027-03-01 12:00:00",
        manager.email,
        "Took a role away",
        f'href="{person}"',
        "stage: draft → submitted",
        "kept: yes",
        "&lt;b&gt;asked to&lt;/b&gt;",
        "192.0.2.7",
    ):
        assert said in page


def test_the_list_is_filtered_by_verb_kind_person_and_day(
    staff: Client, manager: User, now: datetime
) -> None:
    other = make_user("other@dtt.example", now=now)
    day = timedelta(days=1)
    early = audit.record(other, "early", by=manager, now=now - day)
    late = audit.record(other, "early", by=other, now=now + day)

    def found(**chosen: str) -> list[AuditEvent]:
        return [one for one in rows(staff.get(reverse(LIST), chosen)) if one.verb == "early"]

    assert found(verb="early") == [late, early]
    assert found(verb="register") == []
    assert found(object_type="accounts.user") == [late, early]
    assert found(object_type="accounts.approval") == []
    assert found(person="OTHER@") == [late]
    assert found(at_from="2027-03-02") == [late]
    assert found(at_to="2027-02-28") == [early]
    assert found(at_from="2027-02-28", at_to="2027-03-02") == [late, early]
    assert found(actor__id__exact=str(manager.pk)) == [early]
    assert found(object_type="accounts.user", object_id=str(other.pk)) == [late, early]


@pytest.mark.parametrize("day", ["2027-02-30", "soon", "99999-01-01", "²", ""])
def test_a_day_that_is_none_filters_nothing(
    staff: Client, trail: list[AuditEvent], day: str
) -> None:
    assert len(rows(staff.get(reverse(LIST), {"at_from": day}))) >= len(trail)


def test_an_event_of_something_unknown_is_shown_as_it_is(
    staff: Client, manager: User, now: datetime
) -> None:
    fields = audit.event(manager, "odd-thing", by=None, now=now)
    event = AuditEvent.objects.create(**(fields | {"object_type": "gone.model"}))

    page = staff.get(reverse("admin:accounts_auditevent_change", args=[event.pk])).content.decode()

    assert "Odd thing" in page
    assert f"gone.model {manager.pk}" in page
    assert "the system" in page


def test_the_list_costs_the_same_with_one_row_and_with_many(
    staff: Client, manager: User, now: datetime
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            staff.get(reverse(LIST), {"verb": "look"})
        return len(captured)

    audit.record(manager, "look", by=manager, now=now)
    few = queries()
    for number in range(3):
        other = make_user(f"p{number}@dtt.example", now=now)
        audit.record(other, "look", by=other, now=now)
    many = queries()

    assert (many, many < 15) == (few, True)
