"""Recompute a run from its frozen inputs and compare it with what is stored, field by field."""

from itertools import zip_longest

from accounts.verifiers import UnknownRun, Verdict
from selection import canonical
from selection.models import Entry, Selection
from selection.ranking import DuplicateCandidate, IncomparableScores, InvalidRule
from selection.runs import Decision, Outcome, SeedMismatch, decide

MAX_ID = 2**63 - 1


def verify_selection(selection_id: int) -> Verdict:
    """Say whether the stored list is what its inputs and seed lead to.

    Raises:
        UnknownRun: there is no such run, or it has not been ranked yet.
    """
    selection = Selection.objects.select_related("seed").filter(pk=selection_id).first()
    if selection is None:
        raise UnknownRun(f"no selection {selection_id}")
    if not selection.result_digest:
        raise UnknownRun(f"selection {selection_id} has not been ranked")
    if canonical.digest(selection.inputs) != selection.input_digest:
        return Verdict("the inputs are not those whose digest was stored")
    try:
        result = decide(selection.inputs, selection.seed.seed)
    except (SeedMismatch, InvalidRule, IncomparableScores, DuplicateCandidate) as error:
        return Verdict(str(error))
    difference = _first_difference(result.decisions, _stored(selection))
    if difference:
        return Verdict(difference)
    frozen = dict(selection.inputs["candidates"])
    for key, scores in selection.entries.values_list("application_id", "scores"):
        if [scores.get(name) for name in selection.criteria] != frozen[key]:
            return Verdict(f"application {key}: the scores shown are not those that were ranked")
    line = {
        "seats": (result.seats, selection.seats),
        "score at the line": (result.cut_score, selection.cut_score),
        "ties": (result.ties.value, selection.ties),
        "tied": (result.tied, selection.tied),
        "digest of the result": (result.digest(), selection.result_digest),
    }
    for name, (recomputed, stored) in line.items():
        if recomputed != stored:
            return Verdict(f"{name}: recomputed {recomputed}, stored {stored}")
    return Verdict()


def find_and_verify(run: str) -> Verdict:
    """Verify the run that is named by its number in the database or as `spring/bootcamp/1`."""
    if run.isdecimal() and int(run) <= MAX_ID:
        return verify_selection(int(run))
    match run.split("/"):
        case [cohort, step, number] if number.isdecimal() and int(number) < 2**31:
            found = Selection.objects.filter(
                cohort__slug=cohort, step=step, number=int(number)
            ).first()
            if found:
                return verify_selection(found.pk)
    raise UnknownRun(f"no selection {run!r}; name it by its id or as cohort/list/run")


def _stored(selection: Selection) -> list[Decision]:
    return [
        Decision(
            key=entry.application_id,
            position=entry.position,
            rank=entry.rank,
            score=entry.score,
            lottery=entry.lottery,
            outcome=Outcome(Entry.Outcome(entry.outcome).value),
            reserve_position=entry.reserve_position,
        )
        for entry in selection.entries.all()
    ]


def _first_difference(recomputed: tuple[Decision, ...], stored: list[Decision]) -> str:
    for mine, theirs in zip_longest(recomputed, stored):
        if mine == theirs:
            continue
        if theirs is None:
            return f"application {mine.key} is missing from the stored list"
        if mine is None:
            return f"application {theirs.key} is in the stored list but was not ranked"
        for name in Decision.__dataclass_fields__:
            expected, found = getattr(mine, name), getattr(theirs, name)
            if expected != found:
                return (
                    f"position {mine.position or 'none'}, application {mine.key}: "
                    f"{name} recomputed {expected}, stored {found}"
                )
    return ""
