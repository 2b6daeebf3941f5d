"""What a timetable is, what it must hold and how good it is; nothing here knows of a solver.

A timetable gives every session of the programme one start slot, one room and one trainer.
`timetabling` makes one; `clashes` judges one, whoever made it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, pairwise


class Constraint(StrEnum):
    """What a timetable must hold; names a clash as well as the reason why there is no timetable."""

    ONCE = "once"
    DAY_LENGTH = "day-length"
    GROUP_CLASH = "group-clash"
    ROOM_CLASH = "room-clash"
    ROOM_CAPACITY = "room-capacity"
    ROOM_DAYS = "room-days"
    TRAINER_CLASH = "trainer-clash"
    TRAINER_MODULE = "trainer-module"
    TRAINER_AVAILABILITY = "trainer-availability"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Slot:
    key: int
    day: int
    position: int  # place within the day; consecutive numbers can carry one longer session


@dataclass(frozen=True, slots=True)
class Room:
    key: int
    capacity: int  # persons
    days: frozenset[int] | None = None  # None: open on every day

    def is_open(self, day: int) -> bool:
        return self.days is None or day in self.days


@dataclass(frozen=True, slots=True)
class Trainer:
    key: int
    slots: frozenset[int]  # keys of the slots the trainer is available in
    modules: frozenset[int]  # modules the trainer can teach


@dataclass(frozen=True, slots=True)
class Session:
    key: int
    module: int
    order: int  # place within the module
    group: int
    size: int  # persons
    duration: int = 1  # slots, consecutive on one day


@dataclass(frozen=True)
class Problem:
    """What is to be timetabled. Every tuple is kept sorted, so input order never matters.

    Args:
        in_order: within a group, module k+1 does not start before module k ends, and the sessions
            of a module follow their `order`; equal (module, order) may come either way round.

    Raises:
        ValueError: a key or a (day, position) appears twice, a duration or capacity is below 1, or
            a trainer names a slot that does not exist.
    """

    slots: tuple[Slot, ...]
    rooms: tuple[Room, ...]
    trainers: tuple[Trainer, ...]
    sessions: tuple[Session, ...]
    in_order: bool = True

    def __post_init__(self) -> None:
        in_time = tuple(sorted(self.slots, key=lambda slot: (slot.day, slot.position)))
        object.__setattr__(self, "slots", in_time)
        for name in ("rooms", "trainers", "sessions"):
            by_key = tuple(sorted(getattr(self, name), key=lambda thing: thing.key))
            object.__setattr__(self, name, by_key)
        for name in ("slots", "rooms", "trainers", "sessions"):
            keys = [thing.key for thing in getattr(self, name)]
            if len(set(keys)) < len(keys):
                raise ValueError(f"{name} share a key")
        if len({(slot.day, slot.position) for slot in self.slots}) < len(self.slots):
            raise ValueError("slots share a day and a position")
        if any(session.duration < 1 or session.size < 1 for session in self.sessions):
            raise ValueError("a session has no duration or no size")
        known = {slot.key for slot in self.slots}
        if any(not trainer.slots <= known for trainer in self.trainers):
            raise ValueError("a trainer is available in an unknown slot")

    def starts(self, duration: int) -> list[int]:
        """Return the slot indexes from which `duration` slots follow each other on one day."""
        return [
            i
            for i in range(len(self.slots) - duration + 1)
            if all(
                (a.day, a.position + 1) == (b.day, b.position)
                for a, b in pairwise(self.slots[i : i + duration])
            )
        ]

    def chains(self) -> Iterator[list[list[Session]]]:
        """Yield for each group its sessions as levels of equal (module, order), in order."""
        groups: dict[int, dict[tuple[int, int], list[Session]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for session in self.sessions:
            groups[session.group][session.module, session.order].append(session)
        for _, levels in sorted(groups.items()):
            yield [level for _, level in sorted(levels.items())]


@dataclass(frozen=True, slots=True)
class Booking:
    session: int
    slot: int  # the first slot of the session
    room: int
    trainer: int


@dataclass(frozen=True, slots=True)
class Measures:
    """How good a timetable is; smaller is better.

    extra_rooms: over groups and days, the distinct rooms a group uses on the day beyond the first.
    squared_loads: sum over trainers of (slots taught)²; least when the loads are even.
    finish: sum over groups of the slots of the programme gone by when the last session ends.
    """

    extra_rooms: int
    squared_loads: int
    finish: int


def measure(problem: Problem, bookings: Iterable[Booking]) -> Measures:
    """Count the soft goals of a complete timetable."""
    sessions = {session.key: session for session in problem.sessions}
    index = {slot.key: i for i, slot in enumerate(problem.slots)}
    rooms: dict[tuple[int, int], set[int]] = defaultdict(set)
    loads: dict[int, int] = defaultdict(int)
    finish: dict[int, int] = defaultdict(int)
    for booking in bookings:
        session, start = sessions[booking.session], index[booking.slot]
        rooms[session.group, problem.slots[start].day].add(booking.room)
        loads[booking.trainer] += session.duration
        finish[session.group] = max(finish[session.group], start + session.duration)
    return Measures(
        extra_rooms=sum(len(used) - 1 for used in rooms.values()),
        squared_loads=sum(load**2 for load in loads.values()),
        finish=sum(finish.values()),
    )


@dataclass(frozen=True, slots=True)
class Clash:
    """One broken constraint: the sessions that break it, and the slot if there is one to name."""

    constraint: Constraint
    sessions: tuple[int, ...]
    slot: int | None = None


def clashes(problem: Problem, bookings: Iterable[Booking]) -> list[Clash]:
    """Return every broken constraint of a timetable made by anybody: the solver, a person, a file.

    Raises:
        KeyError: a booking names a session, slot, room or trainer that is not in the problem.
    """
    by_session: dict[int, list[Booking]] = defaultdict(list)
    for booking in bookings:
        by_session[booking.session].append(booking)
    sessions = {session.key: session for session in problem.sessions}
    found = [
        Clash(Constraint.ONCE, (key,)) for key in sessions if len(by_session.get(key, ())) != 1
    ]
    occupied: dict[tuple[Constraint, int, int], list[int]] = defaultdict(list)
    for key, bookings_of in sorted(by_session.items()):
        for booking in bookings_of:
            found += _misfits(problem, sessions[key], booking)
            for slot in _slots_of(problem, sessions[key], booking):
                occupied[Constraint.GROUP_CLASH, sessions[key].group, slot.key].append(key)
                occupied[Constraint.ROOM_CLASH, booking.room, slot.key].append(key)
                occupied[Constraint.TRAINER_CLASH, booking.trainer, slot.key].append(key)
    found += [
        Clash(constraint, tuple(keys), slot)
        for (constraint, _, slot), keys in sorted(occupied.items())
        if len(keys) > 1
    ]
    if problem.in_order:
        found += _disorder(problem, by_session)
    return found


def _slots_of(problem: Problem, session: Session, booking: Booking) -> list[Slot]:
    """Return the slots the booking takes; fewer than its duration where the day ends before."""
    first = next((slot for slot in problem.slots if slot.key == booking.slot), None)
    if first is None:
        raise KeyError(booking.slot)
    positions = range(first.position, first.position + session.duration)
    return [s for s in problem.slots if s.day == first.day and s.position in positions]


def _misfits(problem: Problem, session: Session, booking: Booking) -> Iterator[Clash]:
    room = {room.key: room for room in problem.rooms}[booking.room]
    trainer = {trainer.key: trainer for trainer in problem.trainers}[booking.trainer]
    slots = _slots_of(problem, session, booking)
    broken = {
        Constraint.DAY_LENGTH: len(slots) < session.duration,
        Constraint.ROOM_CAPACITY: room.capacity < session.size,
        Constraint.ROOM_DAYS: not room.is_open(slots[0].day),
        Constraint.TRAINER_MODULE: session.module not in trainer.modules,
        Constraint.TRAINER_AVAILABILITY: any(slot.key not in trainer.slots for slot in slots),
    }
    return (Clash(kind, (session.key,), booking.slot) for kind, is_so in broken.items() if is_so)


def _disorder(problem: Problem, by_session: dict[int, list[Booking]]) -> Iterator[Clash]:
    place = {slot.key: i for i, slot in enumerate(problem.slots)}
    for chain in problem.chains():
        for a, b in combinations((session for level in chain for session in level), 2):
            if (a.module, a.order) < (b.module, b.order):
                ends = [place[booking.slot] + a.duration for booking in by_session.get(a.key, ())]
                starts = [place[booking.slot] for booking in by_session.get(b.key, ())]
                if ends and starts and min(starts) < max(ends):
                    yield Clash(Constraint.ORDER, (a.key, b.key))
