"""A published run as one file: everything that somebody else needs to come to the same list.

`docs/verify_selection.py` reads it. People are in it by the number that their lottery is drawn
with, and nothing else tells who they are.
"""

from typing import Any

from selection import canonical
from selection.models import Selection
from selection.runs import decide

FORMAT = "selection-run-1"


def run_as_json(selection: Selection) -> dict[str, Any]:
    """The run as plain JSON; the seed is in it, so only a published one may leave the house."""
    result = canonical.plain(decide(selection.inputs, selection.seed.seed))
    return {
        "format": FORMAT,
        "run": selection.label,
        "rule_version": selection.rule.version,
        "published_at": canonical.plain(selection.published_at),
        "inputs": selection.inputs,
        "input_digest": selection.input_digest,
        "seed": selection.seed.seed,
        "result": result,
        "result_digest": selection.result_digest,
    }
