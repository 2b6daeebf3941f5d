from selection.models.appeals import Appeal
from selection.models.entries import Entry, returned
from selection.models.lists import (
    APPROVAL_KIND,
    ExactDecimalField,
    Selection,
)
from selection.models.overrides import Override
from selection.models.preparing import STEP_CHOICES, SeedCommitment, SelectionRule

__all__ = [
    "APPROVAL_KIND",
    "STEP_CHOICES",
    "Appeal",
    "Entry",
    "ExactDecimalField",
    "Override",
    "SeedCommitment",
    "Selection",
    "SelectionRule",
    "returned",
]
