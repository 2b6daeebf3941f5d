"""Give every session a slot, a room and a trainer. Pure: the same problem gives the same bytes.

Curriculum-based course timetabling (the "curricula" are the groups of participants), solved by
CP-SAT over one boolean per possible (session, start, room) and (session, start, trainer).
The solver runs on one worker with a fixed seed and a budget in deterministic time, so neither the
order of the input nor the speed of the machine changes the answer. `docs/timetabling.md` has a
worked example.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations, pairwise

from ortools.sat.python import cp_model

from bootcamp.timetable import (
    Booking,
    Constraint,
    Measures,
    Problem,
    Room,
    Session,
    Trainer,
    measure,
)

RELAXABLE = tuple(c for c in Constraint if c not in (Constraint.ONCE, Constraint.DAY_LENGTH))


@dataclass(frozen=True, slots=True)
class Weights:
    """The price of one unit of each soft goal, as `Measures` counts them."""

    extra_rooms: int = 10
    squared_loads: int = 1
    finish: int = 4

    def __post_init__(self) -> None:
        if min(self.extra_rooms, self.squared_loads, self.finish) < 0:
            raise ValueError("a weight is not negative")

    def price(self, measures: Measures) -> int:
        return (
            self.extra_rooms * measures.extra_rooms
            + self.squared_loads * measures.squared_loads
            + self.finish * measures.finish
        )


@dataclass(frozen=True, slots=True)
class Timetable:
    bookings: tuple[Booking, ...]  # by session key
    objective: int
    status: str  # "optimal", or "feasible" when the budget ended before the proof


class Infeasible(Exception):
    """No timetable exists.

    Attributes:
        constraints: found by counting: the one that cannot hold. Found by solving: every one whose
            relaxation alone would make a timetable possible; empty when no single one would.
        facts: the numbers behind it, for a message in the reader's language.
    """

    def __init__(self, message: str, *constraints: Constraint, **facts: int | tuple[int, ...]):
        super().__init__(message)
        self.constraints = constraints
        self.facts = facts


class Undecided(Exception):
    """The budget ended before a timetable, or the proof that there is none, was found."""


def solve(
    problem: Problem,
    *,
    weights: Weights = Weights(),
    seed: int = 0,
    budget: float = 3.0,
) -> Timetable:
    """Return the best timetable found within the budget.

    Args:
        budget: deterministic time units of CP-SAT, a second or two each on one core.

    Raises:
        Infeasible: no timetable exists; says which constraint cannot hold.
        Undecided: the budget was too small to know.
    """
    _refuse_what_counting_refutes(problem)
    model = _Model(problem)
    model.minimise(weights)
    solver, status = _run(model, seed, budget)
    if status == cp_model.INFEASIBLE:
        culprits = tuple(
            relaxed
            for relaxed in RELAXABLE
            if _run(_Model(problem, relaxed), seed, budget)[1] in _SOLVED
        )
        named = ", ".join(culprits) if culprits else "several constraints together"
        raise Infeasible(f"no timetable exists because of: {named}", *culprits)
    if status not in _SOLVED:
        raise Undecided(f"no timetable found within a budget of {budget}")
    bookings = model.bookings(solver)
    return Timetable(bookings, weights.price(measure(problem, bookings)), _SOLVED[status])


_SOLVED = {cp_model.OPTIMAL: "optimal", cp_model.FEASIBLE: "feasible"}


def _run(
    model: "_Model", seed: int, budget: float
) -> tuple[cp_model.CpSolver, cp_model.CpSolverStatus]:
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = budget
    # else the solver takes Ctrl-C over from the program and never gives it back
    solver.parameters.catch_sigint_signal = False
    # with an objective the linear relaxation is nearly integral and proves it best in seconds;
    # without one it only slows the search down
    solver.parameters.linearization_level = 2 if model.cp.has_objective() else 1
    return solver, solver.solve(model.cp)


def _refuse_what_counting_refutes(problem: Problem) -> None:
    """Raise `Infeasible` for what needs no search: these make the clearest messages."""
    slots, sessions = problem.slots, problem.sessions
    for size in sorted({session.size for session in sessions}, reverse=True):
        fitting = [room for room in problem.rooms if room.capacity >= size]
        needed = sum(session.duration for session in sessions if session.size >= size)
        offered = sum(room.is_open(slot.day) for room in fitting for slot in slots)
        if not fitting:
            raise Infeasible(f"no room holds {size}", Constraint.ROOM_CAPACITY, size=size)
        if needed > offered:
            raise Infeasible(
                f"sessions of {size} or more need {needed} room slots, there are {offered}",
                Constraint.ROOM_CLASH,
                size=size,
                needed=needed,
                offered=offered,
            )
    for duration in sorted({session.duration for session in sessions}):
        if not problem.starts(duration):
            raise Infeasible(
                f"no day has {duration} slots in a row", Constraint.DAY_LENGTH, duration=duration
            )
    for group in sorted({session.group for session in sessions}):
        needed = sum(session.duration for session in sessions if session.group == group)
        if needed > len(slots):
            raise Infeasible(
                f"more sessions than slots for group {group}: {needed} > {len(slots)}",
                Constraint.GROUP_CLASH,
                group=group,
                needed=needed,
                offered=len(slots),
            )
    taught = sorted({session.module for session in sessions})
    # Hall's condition over sets of modules: a programme has four, so at most 15 sets
    for modules in (s for n in range(1, len(taught) + 1) for s in combinations(taught, n)):
        able = [trainer for trainer in problem.trainers if trainer.modules & set(modules)]
        named = ", ".join(map(str, modules))
        if not able:
            raise Infeasible(
                f"no trainer for module {named}", Constraint.TRAINER_MODULE, modules=modules
            )
        needed = sum(session.duration for session in sessions if session.module in modules)
        offered = sum(len(trainer.slots) for trainer in able)
        if needed > offered:
            raise Infeasible(
                f"module {named} needs {needed} trainer slots, there are {offered}",
                Constraint.TRAINER_AVAILABILITY,
                modules=modules,
                needed=needed,
                offered=offered,
            )


class _Model:
    """The booleans and constraints of one problem, with at most one kind of constraint left out.

    at[s, i]: session s starts at slot index i. in_room[s, i, r] and by[s, i, k]: and is in room r,
    is taught by trainer k. Splitting room from trainer keeps the model a sum, not a product.
    """

    def __init__(self, problem: Problem, relaxed: Constraint | None = None) -> None:
        self.cp = cp_model.CpModel()
        self.problem = problem
        self.relaxed = relaxed
        self.at: dict[tuple[int, int], cp_model.IntVar] = {}
        self.in_room: dict[tuple[int, int, int], cp_model.IntVar] = {}
        self.by: dict[tuple[int, int, int], cp_model.IntVar] = {}
        busy: dict[tuple[Constraint, int, int], list[cp_model.IntVar]] = defaultdict(list)
        earliest, latest = self._windows()
        for session in problem.sessions:
            starts = problem.starts(session.duration)
            for i in (i for i in starts if earliest[session.key] <= i <= latest[session.key]):
                at = self.at[session.key, i] = self.cp.new_bool_var("")
                rooms, trainers = [], []
                for room in (room for room in problem.rooms if self._holds(room, session, i)):
                    rooms.append(self.cp.new_bool_var(""))
                    self.in_room[session.key, i, room.key] = rooms[-1]
                    for t in range(i, i + session.duration):
                        busy[Constraint.ROOM_CLASH, room.key, t].append(rooms[-1])
                for trainer in (k for k in problem.trainers if self._teaches(k, session, i)):
                    trainers.append(self.cp.new_bool_var(""))
                    self.by[session.key, i, trainer.key] = trainers[-1]
                    for t in range(i, i + session.duration):
                        busy[Constraint.TRAINER_CLASH, trainer.key, t].append(trainers[-1])
                self.cp.add(sum(rooms) == at)
                self.cp.add(sum(trainers) == at)
                for t in range(i, i + session.duration):
                    busy[Constraint.GROUP_CLASH, session.group, t].append(at)
            self.cp.add_exactly_one(var for _, var in self._starts_of(session))
        for (kind, _, _), literals in busy.items():
            if kind != relaxed:
                self.cp.add_at_most_one(literals)
        if problem.in_order and relaxed != Constraint.ORDER:
            self._keep_order()

    def _windows(self) -> tuple[dict[int, int], dict[int, int]]:
        """Bound each start by what must come before and after it in the group."""
        count = len(self.problem.slots)
        earliest = {session.key: 0 for session in self.problem.sessions}
        latest = {session.key: count for session in self.problem.sessions}
        sequential = self.relaxed not in (Constraint.ORDER, Constraint.GROUP_CLASH)
        if self.problem.in_order and sequential:
            for chain in self.problem.chains():
                before, after = 0, sum(s.duration for level in chain for s in level)
                for level in chain:
                    length = sum(session.duration for session in level)
                    after -= length
                    for session in level:
                        earliest[session.key] = before
                        latest[session.key] = count - after - session.duration
                    before += length
        return earliest, latest

    def _holds(self, room: Room, session: Session, i: int) -> bool:
        enough = room.capacity >= session.size or self.relaxed == Constraint.ROOM_CAPACITY
        is_open = room.is_open(self.problem.slots[i].day) or self.relaxed == Constraint.ROOM_DAYS
        return enough and is_open

    def _teaches(self, trainer: Trainer, session: Session, i: int) -> bool:
        able = session.module in trainer.modules or self.relaxed == Constraint.TRAINER_MODULE
        there = {slot.key for slot in self.problem.slots[i : i + session.duration]}
        free = there <= trainer.slots or self.relaxed == Constraint.TRAINER_AVAILABILITY
        return able and free

    def _starts_of(self, session: Session) -> list[tuple[int, cp_model.IntVar]]:
        reach = range(len(self.problem.slots))
        return [(i, self.at[session.key, i]) for i in reach if (session.key, i) in self.at]

    def _keep_order(self) -> None:
        """Whoever has started by slot i has every session of the level before ended by then."""
        for chain in self.problem.chains():
            for former, latter in pairwise(chain):
                for a in former:
                    for b in latter:
                        for i in range(len(self.problem.slots)):
                            started = sum(var for j, var in self._starts_of(b) if j <= i)
                            ended = sum(var for j, var in self._starts_of(a) if j + a.duration <= i)
                            self.cp.add(started <= ended)

    def minimise(self, weights: Weights) -> None:
        self.cp.minimize(
            weights.extra_rooms * self._extra_rooms()
            + weights.squared_loads * self._squared_loads()
            + weights.finish * self._finish()
        )

    def _extra_rooms(self) -> cp_model.LinearExpr | int:
        cost: list[cp_model.LinearExpr] = []
        day_of = [slot.day for slot in self.problem.slots]
        for group in sorted({session.group for session in self.problem.sessions}):
            members = [session for session in self.problem.sessions if session.group == group]
            for day in sorted(set(day_of)):
                today = [i for i, of in enumerate(day_of) if of == day]
                present = self.cp.new_bool_var("")
                starts = [
                    self.at[s.key, i] for s in members for i in today if (s.key, i) in self.at
                ]
                self.cp.add(present <= sum(starts))
                cost.append(-present)
                for room in self.problem.rooms:
                    used = self.cp.new_bool_var("")
                    cost.append(used)
                    for s in members:
                        keys = [(s.key, i, room.key) for i in today]
                        self.cp.add(sum(self.in_room[k] for k in keys if k in self.in_room) <= used)
        return cp_model.LinearExpr.sum(cost)

    def _squared_loads(self) -> cp_model.LinearExpr | int:
        """n² = 1 + 3 + 5 + …: each further slot of a trainer costs two more than the one before."""
        cost: list[cp_model.LinearExpr] = []
        duration = {session.key: session.duration for session in self.problem.sessions}
        for trainer in self.problem.trainers:
            load = sum(duration[s] * var for (s, _, k), var in self.by.items() if k == trainer.key)
            units = [self.cp.new_bool_var("") for _ in trainer.slots]
            self.cp.add(load == sum(units))
            cost += [(2 * n + 1) * unit for n, unit in enumerate(units)]
        return cp_model.LinearExpr.sum(cost)

    def _finish(self) -> cp_model.LinearExpr | int:
        cost: list[cp_model.LinearExpr] = []
        for chain in self.problem.chains():
            end = self.cp.new_int_var(0, len(self.problem.slots), "")
            cost.append(end)
            for session in (session for level in chain for session in level):
                starts = self._starts_of(session)
                self.cp.add(end >= sum((i + session.duration) * var for i, var in starts))
        return cp_model.LinearExpr.sum(cost)

    def bookings(self, solver: cp_model.CpSolver) -> tuple[Booking, ...]:
        room = {s: r for (s, _, r), var in self.in_room.items() if solver.value(var)}
        trainer = {s: k for (s, _, k), var in self.by.items() if solver.value(var)}
        start = {s: i for (s, i), var in self.at.items() if solver.value(var)}
        return tuple(
            Booking(s, self.problem.slots[i].key, room[s], trainer[s])
            for s, i in sorted(start.items())
        )
