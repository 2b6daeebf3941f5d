from selection.models.appeals import Appeal
from selection.models.entries import Entry, returned
from selection.models.lists import (
    APPROVAL_KIND,
    STEP_CHOICES,
    ExactDecimalField,
    SeedCommitment,
    Selection,
    SelectionRule,
)
from selection.models.overrides import Override

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
