"""Recompute a timetable or a count of marks from what was stored with it."""

from typing import TypeVar

from accounts.verifiers import UnknownRun, Verdict
from bootcamp import snapshots, timetabling
from bootcamp.models import JudgingRun, ProjectScore, Timetable
from selection import canonical

LARGEST_ID = 2**63 - 1
LARGEST_NUMBER = 2**31 - 1
Run = TypeVar("Run", Timetable, JudgingRun)


def verify_timetable(run: str) -> Verdict:
    """Plan again from the stored inputs and seed, and compare with what is stored.

    Args:
        run: its id, or `cohort/number`, e.g. `spring/1`.

    Raises:
        UnknownRun: there is no such timetable.
    """
    timetable = _find(Timetable, run)
    if canonical.digest(timetable.inputs) != timetable.input_digest:
        return Verdict("the inputs are not those that were digested")
    solution = timetabling.solve(snapshots.to_problem(timetable.inputs), seed=timetable.seed)
    if canonical.digest(snapshots.of_solution(solution)) != timetable.result_digest:
        return Verdict("planning again gives another timetable")
    stored = timetable.bookings.order_by("session").values_list(
        "session", "slot", "room", "trainer"
    )
    for booking, row in zip(solution.bookings, stored, strict=False):
        if (booking.session, booking.slot, booking.room, booking.trainer) != row:
            return Verdict(f"session {booking.session} is booked otherwise")
    if len(stored) != len(solution.bookings):
        return Verdict(f"{len(stored)} bookings are stored, {len(solution.bookings)} belong")
    return Verdict()


def verify_judging(run: str) -> Verdict:
    """Count again from the stored sheets, and compare with the stored scores.

    Args:
        run: its id, or `cohort/number`, e.g. `spring/1`.

    Raises:
        UnknownRun: there is no such run.
    """
    judged = _find(JudgingRun, run)
    if canonical.digest(judged.inputs) != judged.input_digest:
        return Verdict("the inputs are not those that were digested")
    result = snapshots.count(judged.inputs)
    if canonical.digest(result) != judged.result_digest:
        return Verdict("counting again gives other scores")
    stored = {score.project_id: score for score in ProjectScore.objects.filter(run=judged)}
    for score in result.scores:
        row = stored.pop(score.project, None)
        if row is None or (row.raw_mean, row.normalised_mean, row.score) != (
            score.raw_mean,
            score.normalised_mean,
            score.score,
        ):
            return Verdict(f"project {score.project} has another score")
    if stored:
        return Verdict(f"project {min(stored)} was not counted")
    return Verdict()


def _find(model: type[Run], run: str) -> Run:
    match run.split("/"):
        case [pk] if pk.isdecimal():
            found = model._default_manager.filter(pk=min(int(pk), LARGEST_ID)).first()
        case [cohort, number] if number.isdecimal():
            found = model._default_manager.filter(
                cohort__slug=cohort, number=min(int(number), LARGEST_NUMBER)
            ).first()
        case _:
            raise UnknownRun(f"a run is named by its id or like spring/1, not {run!r}")
    if found is None:
        raise UnknownRun(f"no such run: {run}")
    return found
