from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bootcamp.timetable import (
    Booking,
    Clash,
    Constraint,
    Measures,
    Problem,
    Room,
    Session,
    Slot,
    Trainer,
    clashes,
    measure,
)
from bootcamp.timetabling import Infeasible, Timetable, Undecided, Weights, solve

ALL_MODULES = frozenset({1, 2, 3, 4})


def week(days, slots_a_day):
    return tuple(
        Slot(day * slots_a_day + position, day, position)
        for day in range(days)
        for position in range(slots_a_day)
    )


def course(group, per_module, size=25, durations=()):
    places = [(module, n) for module, count in enumerate(per_module, 1) for n in range(count)]
    return [
        Session(group * 100 + i, module, n, group, size, dict(durations).get((module, n), 1))
        for i, (module, n) in enumerate(places)
    ]


def problem(days=2, slots_a_day=2, rooms=((1, 30),), trainers=1, sessions=(), **extra):
    slots = week(days, slots_a_day)
    everywhen = frozenset(slot.key for slot in slots)
    return Problem(
        slots,
        tuple(Room(key, capacity) for key, capacity in rooms),
        tuple(Trainer(key, everywhen, ALL_MODULES) for key in range(1, trainers + 1)),
        tuple(sessions),
        **extra,
    )


def bootcamp():
    """Six days of three slots, four groups of 25, 17 sessions each, five rooms, eight trainers."""
    slots = week(6, 3)
    rooms = tuple(Room(key, capacity) for key, capacity in enumerate((30, 30, 40, 25, 60)))
    trainers = tuple(
        Trainer(
            key,
            frozenset(slot.key for slot in slots if key > 5 or slot.day != key),
            frozenset({key % 4 + 1, (key + 1) % 4 + 1, (key + 2) % 4 + 1}),
        )
        for key in range(8)
    )
    sessions = [session for group in range(4) for session in course(group, (5, 4, 4, 4))]
    return Problem(slots, rooms, trainers, tuple(sessions))


def test_the_real_size_is_solved_to_the_optimum_without_a_clash():
    task = bootcamp()

    result = solve(task)

    assert result.status == "optimal"
    assert clashes(task, result.bookings) == []
    assert measure(task, result.bookings) == Measures(extra_rooms=0, squared_loads=580, finish=68)
    assert result.objective == 10 * 0 + 1 * 580 + 4 * 68


def test_the_order_of_the_input_does_not_change_a_byte():
    task = bootcamp()
    reversed_task = Problem(
        task.slots[::-1], task.rooms[::-1], task.trainers[::-1], task.sessions[::-1]
    )

    assert repr(solve(reversed_task, budget=0.3)) == repr(solve(task, budget=0.3))


def test_the_worked_example_comes_out_as_documented():
    """The two groups of docs/timetabling.md."""
    slots = week(2, 2)
    task = Problem(
        slots,
        (Room(1, 30), Room(2, 30)),
        (
            Trainer(1, frozenset({0, 1, 2, 3}), frozenset({1})),
            Trainer(2, frozenset({1, 2, 3}), frozenset({2})),
        ),
        (*course(1, (1, 2)), *course(2, (1, 1))),
    )

    result = solve(task)

    assert clashes(task, result.bookings) == []
    assert [(b.session, b.slot, b.trainer) for b in result.bookings] == [
        (100, 1, 1),
        (101, 2, 2),
        (102, 3, 2),
        (200, 0, 1),
        (201, 1, 2),
    ]
    assert measure(task, result.bookings) == Measures(extra_rooms=0, squared_loads=13, finish=6)
    assert (result.objective, result.status) == (37, "optimal")


small_problems = st.builds(
    lambda per_module, groups, rooms, trainers, in_order: problem(
        days=2,
        slots_a_day=3,
        rooms=[(key, 30) for key in range(rooms)],
        trainers=trainers,
        sessions=[s for group in range(groups) for s in course(group, per_module)],
        in_order=in_order,
    ),
    st.lists(st.integers(1, 2), min_size=1, max_size=3),
    st.integers(1, 2),
    st.integers(1, 2),
    st.integers(1, 2),
    st.booleans(),
)


@settings(max_examples=15, deadline=None)
@given(small_problems)
def test_a_timetable_has_no_clash_and_its_price_is_what_it_measures(task):
    try:
        result = solve(task)
    except Infeasible as refusal:
        assert refusal.constraints  # noqa: PT017 -- both ends are lawful, neither may be silent
        return
    assert clashes(task, result.bookings) == []
    assert result.objective == Weights().price(measure(task, result.bookings))


def test_a_long_session_stays_within_one_day():
    task = problem(days=2, slots_a_day=2, sessions=course(1, (1, 1), durations={(2, 0): 2}.items()))

    assert solve(task).bookings[1] == Booking(101, 2, 1, 1)


def test_a_group_keeps_its_room_and_trainers_share_the_work():
    task = problem(
        days=1,
        slots_a_day=4,
        rooms=((1, 30), (2, 30)),
        trainers=2,
        sessions=[*course(1, (4,)), *course(2, (4,))],
    )

    assert measure(task, solve(task).bookings) == Measures(0, 4**2 + 4**2, finish=8)


def test_weights_decide_which_goal_wins():
    early, late = (
        Trainer(1, frozenset({0, 1}), ALL_MODULES),
        Trainer(2, frozenset({3}), ALL_MODULES),
    )
    task = Problem(week(1, 4), (Room(1, 30),), (early, late), tuple(course(1, (2,))))

    fair = solve(task, weights=Weights(extra_rooms=0, squared_loads=1, finish=0))
    soon = solve(task, weights=Weights(extra_rooms=0, squared_loads=0, finish=1))

    assert measure(task, fair.bookings) == Measures(0, 1 + 1, finish=4)
    assert measure(task, soon.bookings) == Measures(0, 2**2, finish=2)


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="not negative"):
        Weights(finish=-1)


REFUSALS = {
    "group-too-large": (
        {"rooms": ((1, 30), (2, 59)), "sessions": course(1, (1,), size=60)},
        "no room holds 60",
        (Constraint.ROOM_CAPACITY,),
        {"size": 60},
    ),
    "nobody-for-a-module": (
        {"trainers": 0, "sessions": course(1, (1,))},
        "no trainer for module 1",
        (Constraint.TRAINER_MODULE,),
        {"modules": (1,)},
    ),
    "week-too-short": (
        {"rooms": ((1, 30), (2, 30)), "trainers": 2, "sessions": course(2, (3, 2))},
        "more sessions than slots for group 2: 5 > 4",
        (Constraint.GROUP_CLASH,),
        {"group": 2, "needed": 5, "offered": 4},
    ),
    "rooms-too-few": (
        {"trainers": 2, "sessions": [*course(1, (3,)), *course(2, (2,))]},
        "sessions of 25 or more need 5 room slots, there are 4",
        (Constraint.ROOM_CLASH,),
        {"size": 25, "needed": 5, "offered": 4},
    ),
    "trainers-too-few": (
        {"rooms": ((1, 30), (2, 30)), "sessions": [*course(1, (3,)), *course(2, (2,))]},
        "module 1 needs 5 trainer slots, there are 4",
        (Constraint.TRAINER_AVAILABILITY,),
        {"modules": (1,), "needed": 5, "offered": 4},
    ),
    "day-too-short": (
        {"sessions": course(1, (1,), durations={(1, 0): 3}.items())},
        "no day has 3 slots in a row",
        (Constraint.DAY_LENGTH,),
        {"duration": 3},
    ),
}


@pytest.mark.parametrize(
    ("facts_of_problem", "message", "constraints", "facts"),
    REFUSALS.values(),
    ids=REFUSALS.keys(),
)
def test_what_counting_refutes_is_named(facts_of_problem, message, constraints, facts):
    with pytest.raises(Infeasible) as refusal:
        solve(problem(**facts_of_problem))

    assert str(refusal.value) == message
    assert refusal.value.constraints == constraints
    assert refusal.value.facts == facts


def test_what_only_search_refutes_is_named_by_what_would_help():
    slots = week(1, 2)
    late_starter = Trainer(1, frozenset({1}), frozenset({1}))
    early_leaver = Trainer(2, frozenset({0}), frozenset({2}))
    task = Problem(slots, (Room(1, 30),), (late_starter, early_leaver), tuple(course(1, (1, 1))))

    with pytest.raises(Infeasible) as refusal:
        solve(task)

    assert refusal.value.constraints == (
        Constraint.TRAINER_MODULE,
        Constraint.TRAINER_AVAILABILITY,
        Constraint.ORDER,
    )
    assert solve(replace(task, in_order=False)).bookings == (
        Booking(100, 1, 1, 1),
        Booking(101, 0, 1, 2),
    )


def test_a_room_closed_on_the_wrong_day_is_named():
    task = replace(
        problem(days=2, slots_a_day=1, sessions=course(1, (1,)), rooms=()),
        rooms=(Room(1, 30, days=frozenset({0})),),
        trainers=(Trainer(1, frozenset({1}), ALL_MODULES),),
    )

    with pytest.raises(Infeasible) as refusal:
        solve(task)

    assert refusal.value.constraints == (Constraint.ROOM_DAYS, Constraint.TRAINER_AVAILABILITY)


def test_a_budget_too_small_is_admitted():
    with pytest.raises(Undecided, match=r"budget of 0\.001"):
        solve(bootcamp(), budget=0.001)


def test_nothing_to_teach_is_an_empty_timetable():
    assert solve(problem()) == Timetable((), 0, "optimal")


@pytest.mark.parametrize(
    ("bookings", "expected"),
    [
        ([(100, 0, 1, 1), (101, 1, 1, 1), (200, 2, 1, 1)], []),
        (
            [(100, 0, 1, 1), (200, 2, 1, 1)],
            [Clash(Constraint.ONCE, (101,))],
        ),
        (
            [(100, 0, 1, 1), (100, 1, 1, 1), (101, 3, 1, 1), (200, 2, 1, 1)],
            [Clash(Constraint.ONCE, (100,))],
        ),
        (
            [(100, 0, 1, 1), (101, 0, 2, 2), (200, 2, 1, 1)],
            [Clash(Constraint.GROUP_CLASH, (100, 101), 0), Clash(Constraint.ORDER, (100, 101))],
        ),
        (
            [(100, 0, 1, 1), (101, 1, 1, 1), (200, 1, 1, 2)],
            [Clash(Constraint.ROOM_CLASH, (101, 200), 1)],
        ),
        (
            [(100, 0, 1, 1), (101, 1, 1, 1), (200, 1, 2, 1)],
            [Clash(Constraint.TRAINER_CLASH, (101, 200), 1)],
        ),
        (
            [(100, 0, 3, 1), (101, 1, 1, 1), (200, 2, 1, 1)],
            [Clash(Constraint.ROOM_CAPACITY, (100,), 0)],
        ),
        (
            [(100, 0, 1, 1), (101, 1, 1, 1), (200, 2, 4, 1)],
            [Clash(Constraint.ROOM_DAYS, (200,), 2)],
        ),
        (
            [(100, 0, 1, 1), (101, 1, 1, 3), (200, 2, 1, 1)],
            [Clash(Constraint.TRAINER_MODULE, (101,), 1)],
        ),
        (
            [(100, 0, 1, 1), (101, 1, 1, 1), (200, 3, 1, 2)],
            [Clash(Constraint.TRAINER_AVAILABILITY, (200,), 3)],
        ),
        (
            [(100, 1, 1, 1), (101, 0, 1, 1), (200, 2, 1, 1)],
            [Clash(Constraint.ORDER, (100, 101))],
        ),
    ],
)
def test_the_checker_names_each_broken_constraint(bookings, expected):
    slots = week(2, 2)
    task = Problem(
        slots,
        (Room(1, 30), Room(2, 30), Room(3, 20), Room(4, 30, days=frozenset({0}))),
        (
            Trainer(1, frozenset({0, 1, 2, 3}), ALL_MODULES),
            Trainer(2, frozenset({0, 1, 2}), ALL_MODULES),
            Trainer(3, frozenset({0, 1, 2, 3}), frozenset({1})),
        ),
        (*course(1, (1, 1)), *course(2, (1,))),
    )

    assert clashes(task, [Booking(*booking) for booking in bookings]) == expected


def test_the_checker_sees_a_session_run_past_the_end_of_the_day_and_into_another():
    sessions = course(1, (2,), durations={(1, 0): 2}.items())
    task = problem(trainers=2, rooms=((1, 30), (2, 30)), sessions=sessions)

    overlong = clashes(task, [Booking(100, 1, 1, 1), Booking(101, 3, 1, 1)])
    overlapping = clashes(task, [Booking(100, 0, 1, 1), Booking(101, 1, 2, 2)])

    assert overlong == [Clash(Constraint.DAY_LENGTH, (100,), 1)]
    assert overlapping == [
        Clash(Constraint.GROUP_CLASH, (100, 101), 1),
        Clash(Constraint.ORDER, (100, 101)),
    ]


def test_the_checker_refuses_keys_it_does_not_know():
    task = problem(sessions=course(1, (1,)))

    for booking in [(9, 0, 1, 1), (100, 9, 1, 1), (100, 0, 9, 1), (100, 0, 1, 9)]:
        with pytest.raises(KeyError, match="9"):
            clashes(task, [Booking(*booking)])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rooms": (Room(1, 30), Room(1, 40))}, "rooms share a key"),
        ({"slots": (Slot(1, 0, 0), Slot(2, 0, 0))}, "share a day and a position"),
        ({"sessions": (Session(1, 1, 0, 1, 25, 0),)}, "no duration"),
        ({"trainers": (Trainer(1, frozenset({99}), ALL_MODULES),)}, "unknown slot"),
    ],
)
def test_an_unsound_problem_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(problem(), **change)
