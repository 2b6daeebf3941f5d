"""Recompute a finished scoring run from the raw answers and compare it with what is stored."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import zip_longest

from accounts.verifiers import UnknownRun, Verdict
from quiz import equating
from quiz.domain.finishing import digest_of, marked
from quiz.equating import Scale
from quiz.judging import keys_of
from quiz.models import Attempt, AttemptScore, ScoringRun
from quiz.sheets import Judge, Sheet, UnableToMark, put_on_one_scale, read_sheets

MAX_ID = 2**63 - 1
SCALE_TOLERANCE = Decimal("0.0005")  # logits: what another processor may make of an estimate
COMPARED = ("inputs", "score", "marks", "core_score", "topics")


def verify_scoring(run: ScoringRun) -> Verdict:
    """Say whether the stored scores are what the answers, keys, rulings and rule lead to.

    Raises:
        UnknownRun: the run is not finished.
    """
    if run.state != ScoringRun.State.FINISHED:
        raise UnknownRun(f"scoring run {run.pk} is not finished")
    try:
        difference = _first_difference(run)
    except UnableToMark as fault:
        return Verdict(str(fault))
    if difference:
        return Verdict(difference)
    recomputed = digest_of(run)
    if recomputed != run.digest:
        return Verdict(f"digest: recomputed {recomputed}, stored {run.digest}")
    return Verdict(note=f"{run.attempts} attempts, digest {run.digest}")


def find_and_verify(run: str) -> Verdict:
    """Verify the run that is named by its number in the database or as `spring/1`."""
    runs = ScoringRun.objects.select_related("quiz")
    if run.isascii() and run.isdecimal() and int(run) <= MAX_ID:
        found = runs.filter(pk=int(run)).first()
        if found:
            return verify_scoring(found)
    match run.split("/"):
        case [cohort, number] if number.isascii() and number.isdecimal() and int(number) < 2**31:
            found = runs.filter(quiz__cohort__slug=cohort, number=int(number)).first()
            if found:
                return verify_scoring(found)
    raise UnknownRun(f"no scoring run {run!r}; name it by its id or as cohort/run")


def _first_difference(run: ScoringRun) -> str:
    stored = run.scores.order_by("attempt_id")
    if stored.count() != run.attempts:
        return f"{run.attempts} attempts were to be scored, {stored.count()} have a score"
    equated = run.rule == equating.RULE
    if equated and (difference := _difference_of_scale(run)):
        return difference
    on_scale = _equated(run) if equated else {}
    pairs = zip_longest(_sheets(run), stored.iterator(chunk_size=2000))
    for sheet, kept in pairs:
        if sheet is None or kept is None or sheet.attempt_id != kept.attempt_id:
            return f"attempt {(kept or sheet).attempt_id}: its answers or its score are missing"
        mine = marked(run, sheet)
        mine.score = on_scale.get(sheet.attempt_id, mine.score)
        if difference := _difference(mine, kept):
            return difference
    return ""


def _difference(mine: AttemptScore, kept: AttemptScore) -> str:
    for name in COMPARED:
        recomputed, found = getattr(mine, name), getattr(kept, name)
        if recomputed != found:
            return f"attempt {kept.attempt_id}: {name} recomputed {recomputed}, stored {found}"
    if mine.score < 0 or mine.core_score < 0:
        return f"attempt {kept.attempt_id}: a total below nothing"
    return ""


def _difference_of_scale(run: ScoringRun) -> str:
    """Estimate the scale anew: it may differ from the stored one in the last digits only."""
    stored, mine = Scale.from_json(run.scale), put_on_one_scale(_sheets(run)).scale
    if mine.constants != stored.constants or mine.difficulties.keys() != stored.difficulties.keys():
        return "the items on the scale are not those that were stored"
    for item, value in mine.difficulties.items():
        if abs(value - stored.difficulties[item]) > SCALE_TOLERANCE:
            return (
                f"item version {item}: difficulty recomputed {value}, "
                f"stored {stored.difficulties[item]}"
            )
    return ""


def _equated(run: ScoringRun) -> dict[int, Decimal]:
    return put_on_one_scale(_sheets(run), Scale.from_json(run.scale)).scores


def _sheets(run: ScoringRun) -> Iterator[Sheet]:
    attempts = Attempt.objects.filter(scores__run=run)
    return read_sheets(attempts, Judge(keys_of(run.quiz_id, run.rulings.all())))
