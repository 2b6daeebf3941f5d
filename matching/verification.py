"""Recompute a match from its frozen inputs and compare it with what is stored, field by field."""

from itertools import zip_longest

from accounts.verifiers import UnknownRun, Verdict
from matching.market import Pair, decide, input_digest
from matching.models import MatchRun
from matching.stability import InvalidPreferences

MAX_ID = 2**63 - 1


def verify_match(run_id: int) -> Verdict:
    """Say whether the stored pairs are what the inputs and the seed lead to.

    Raises:
        UnknownRun: there is no such run.
    """
    run = MatchRun.objects.filter(pk=run_id).first()
    if run is None:
        raise UnknownRun(f"no match {run_id}")
    if input_digest(run.inputs, run.seed) != run.input_digest:
        return Verdict("the inputs are not those whose digest was stored")
    try:
        result = decide(run.inputs, run.seed)
    except InvalidPreferences as error:
        return Verdict(str(error))
    pairs = [
        Pair(pair.application_id, pair.opportunity_id, pair.person_rank, pair.opportunity_rank)
        for pair in run.pairs.order_by("application_id")
    ]
    for mine, theirs in zip_longest(result.pairs, pairs):
        if mine != theirs:
            return Verdict(f"recomputed {mine}, stored {theirs}")
    unmatched = run.unmatched.order_by("application_id").values_list("application_id", "reason")
    for one, other in zip_longest(result.unmatched, unmatched):
        if one is None or other is None or (one[0], one[1].value) != other:
            return Verdict(f"unmatched: recomputed {one}, stored {other}")
    if result.digest() != run.result_digest:
        return Verdict(f"digest: recomputed {result.digest()}, stored {run.result_digest}")
    return Verdict()


def find_and_verify(run: str) -> Verdict:
    """Verify the run that is named by its number in the database or as `spring/1`."""
    if run.isdecimal() and int(run) <= MAX_ID:
        return verify_match(int(run))
    match run.split("/"):
        case [cohort, number] if number.isdecimal() and int(number) < 2**31:
            found = MatchRun.objects.filter(cohort__slug=cohort, number=int(number)).first()
            if found:
                return verify_match(found.pk)
    raise UnknownRun(f"no match {run!r}; name it by its id or as cohort/run")
