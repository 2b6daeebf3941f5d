"""The chain on paper: any change of the past is found, and the first one named."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.trail import BEGINNING, Entry, Fact, Link, first_fault, link

texts = st.text(max_size=3)
said = st.dictionaries(st.sampled_from("abx"), st.integers() | texts | st.just([None]), max_size=2)
facts = st.builds(
    Fact,
    at=st.datetimes(timezones=st.just(UTC)),
    actor=st.none() | st.integers(1, 9),
    verb=texts,
    object_type=texts,
    object_id=texts,
    before=said,
    after=said,
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


chains = st.lists(facts, min_size=2, max_size=4).map(chained)
few = settings(max_examples=40)


@few
@given(chains)
def test_an_untouched_chain_has_no_fault(chain: list[Link]) -> None:
    assert first_fault(chain) == ""
    assert first_fault(chain, expected=head(chain)) == ""
    assert first_fault(chain, expected=(1, chain[0].digest)) == ""


@few
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


@few
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


@few
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


@few
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


@few
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


@few
@given(facts, st.integers(-12, 12))
def test_the_zone_of_a_time_is_no_part_of_what_is_said(fact: Fact, hours: int) -> None:
    if not 2 < fact.at.year < 9998:
        return
    elsewhere = replace(fact, at=fact.at.astimezone(timezone(timedelta(hours=hours))))

    assert elsewhere.digest() == fact.digest()
