"""The inputs of a run as plain JSON, and back. Pure.

What stands here is stored with the run and digested, so its spelling must not change: sets become
sorted lists, weights become text.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from bootcamp import judging, timetable, timetabling

Inputs = Mapping[str, Any]


def of_problem(problem: timetable.Problem) -> dict[str, Any]:
    """What is to be timetabled; sizes are persons, days are ordinals."""
    return {
        "slots": [[slot.key, slot.day, slot.position] for slot in problem.slots],
        "rooms": [[room.key, room.capacity] for room in problem.rooms],
        "trainers": [[t.key, sorted(t.slots), sorted(t.modules)] for t in problem.trainers],
        "sessions": [[s.key, s.module, s.order, s.group, s.size] for s in problem.sessions],
    }


def to_problem(inputs: Inputs) -> timetable.Problem:
    """The problem that `of_problem` has spelt."""
    return timetable.Problem(
        slots=tuple(timetable.Slot(*row) for row in inputs["slots"]),
        rooms=tuple(timetable.Room(*row) for row in inputs["rooms"]),
        trainers=tuple(
            timetable.Trainer(key, frozenset(slots), frozenset(modules))
            for key, slots, modules in inputs["trainers"]
        ),
        sessions=tuple(timetable.Session(*row) for row in inputs["sessions"]),
    )


def of_solution(solution: timetabling.Timetable) -> dict[str, Any]:
    """What the planner answered."""
    return {
        "bookings": [[b.session, b.slot, b.room, b.trainer] for b in solution.bookings],
        "objective": solution.objective,
        "status": solution.status,
    }


def of_judging(
    rubric: judging.Rubric, sheets: Iterable[judging.Sheet], method: judging.Method
) -> dict[str, Any]:
    """What is to be counted, in the order of judges and projects."""
    return {
        "method": method.value,
        "criteria": [[c.name, str(c.weight), c.max] for c in rubric.criteria],
        "gates": list(rubric.gates),
        "sheets": [
            {
                "judge": sheet.judge,
                "project": sheet.project,
                "marks": dict(sheet.marks),
                "failed_gates": sorted(sheet.failed_gates),
            }
            for sheet in sorted(sheets, key=lambda sheet: (sheet.judge, sheet.project))
        ],
    }


def count(inputs: Inputs) -> judging.Aggregation:
    """Count the sheets that `of_judging` has spelt."""
    rubric = judging.Rubric(
        criteria=tuple(
            judging.Criterion(name, Decimal(weight), most)
            for name, weight, most in inputs["criteria"]
        ),
        gates=tuple(inputs["gates"]),
    )
    sheets = (
        judging.Sheet(
            judge=sheet["judge"],
            project=sheet["project"],
            marks=sheet["marks"],
            failed_gates=frozenset(sheet["failed_gates"]),
        )
        for sheet in inputs["sheets"]
    )
    return judging.aggregate(sheets, rubric, judging.Method(inputs["method"]))
