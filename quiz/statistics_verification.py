"""Recompute an item analysis from the answers and compare it with what is stored."""

from typing import Any

from accounts.verifiers import UnknownRun, Verdict
from quiz.domain.statistics import analysis_of, result_digest
from quiz.models import ItemStatistics

MAX_ID = 2**63 - 1
CLOSE_ENOUGH = 1e-4  # another processor adds up in another order


def verify_statistics(run: str) -> Verdict:
    """Say whether the stored analysis of this scoring run is what its answers lead to.

    Raises:
        UnknownRun: there is no such run, or it has no analysis.
    """
    found = None
    if run.isdecimal() and int(run) <= MAX_ID:
        found = ItemStatistics.objects.select_related("run").filter(run=int(run)).first()
    if found is None:
        raise UnknownRun(f"no item analysis of scoring run {run!r}; name the run by its id")
    if result_digest(found.result) != found.digest:
        return Verdict("the stored result is not the one whose digest was stored")
    if found.inputs != found.run.digest:
        return Verdict("the scoring run is not the one that was analysed")
    return Verdict(_difference(analysis_of(found.run), found.result))


def _difference(recomputed: Any, stored: Any, where: str = "") -> str:
    """The first place in which two JSON values differ, in words."""
    if isinstance(recomputed, dict) and isinstance(stored, dict):
        for name in recomputed | stored:
            found = _difference(recomputed.get(name), stored.get(name), f"{where}.{name}")
            if found:
                return found
        return ""
    if isinstance(recomputed, list) and isinstance(stored, list) and len(recomputed) == len(stored):
        for place, (mine, theirs) in enumerate(zip(recomputed, stored, strict=True)):
            found = _difference(mine, theirs, f"{where}[{place}]")
            if found:
                return found
        return ""
    numbers = isinstance(recomputed, int | float) and isinstance(stored, int | float)
    same = abs(recomputed - stored) <= CLOSE_ENOUGH if numbers else recomputed == stored
    return "" if same else f"{where.lstrip('.')}: recomputed {recomputed}, stored {stored}"
